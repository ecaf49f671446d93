"""What changed between two timelines, in words."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.compare import describe
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import media, scene


def start() -> Timeline:
    t = scene(V1="1111112222222222..33333", V2="4444")
    t = edits.title(t, text="Hello", at=4, duration=9, track="V2")
    t = edits.add(t, source=media("chart", None, "image", has_audio=False), name="chart", track="V3", at=9, duration=9)
    t = edits.transition(t, left="clip-1", duration=4)
    t = edits.marker(t, at=3, name="Intro")
    return edits.caption(t, at=3, duration=9, text="Hi there")


LINES: list[tuple[Callable[[Timeline], Timeline], list[str]]] = [
    (lambda t: t, []),
    (lambda t: edits.trim(t, clip="clip-3", end=-2), ["clip-3 (footage-3) trimmed at its end by 2 frames"]),
    (lambda t: edits.trim(t, clip="clip-3", start=+1), ["clip-3 (footage-3) trimmed at its start by 1 frame"]),
    (lambda t: edits.trim(t, clip="clip-3", start=-2), ["clip-3 (footage-3) extended at its start by 2 frames"]),
    (lambda t: edits.trim(t, clip="clip-6", start=-2), ["clip-6 (chart) extended at its start by 2 frames"]),
    (lambda t: edits.trim(t, clip="clip-6", end=+3), ["clip-6 (chart) extended at its end by 3 frames"]),
    (
        lambda t: edits.move(t, clip="clip-3", to=60, track="V2"),
        ["clip-3 (footage-3) moved from V1 at 00:00:00:18 to V2 at 00:00:02:00"],
    ),
    (
        lambda t: edits.ripple(t, clip="clip-2", start=+3),
        [
            "clip-2 (footage-2) trimmed at its start by 3 frames",
            "clip-3 (footage-3) moved from V1 at 00:00:00:18 to V1 at 00:00:00:15",
        ],
    ),
    (lambda t: edits.slip(t, clip="clip-3", by=-4), ["clip-3 (footage-3) slipped by 4 frames, earlier in its source"]),
    (
        lambda t: edits.split(edits.split(t, at=10, track="V1"), at=13, track="V1"),
        [
            "clip-2 (footage-2) split at 00:00:00:10: clip-7 is its right part",
            "clip-2 (footage-2) split at 00:00:00:13: clip-8 is its right part",
        ],
    ),
    (
        lambda t: edits.remove(edits.split(t, at=20, track="V1"), clips=["clip-7"]),
        ["clip-3 (footage-3) trimmed at its end by 3 frames"],
    ),
    (
        lambda t: edits.add(t, source=media("new"), name="new.mp4", at=30, trim=(0, 5)),
        ["clip-7 (new.mp4) added to V1 at 00:00:01:00, 5 frames"],
    ),
    (
        lambda t: edits.remove(t, clips=["clip-1"]),
        ["clip-1 (footage-1) removed from V1 at 00:00:00:00", "crossfade between clip-1 and clip-2 removed"],
    ),
    (lambda t: edits.set_title(t, clip="clip-5", text="Bye"), ['clip-5 (Hello) says "Bye" instead of "Hello"']),
    (lambda t: edits.set_name(t, clip="clip-6", name="Figure"), ['clip-6 (chart) renamed to "Figure"']),
    (
        lambda t: edits.set_audio(t, clip="clip-3", gain_db=-6, muted=True, fade_in=2),
        [
            "clip-3 (footage-3) gain -6 dB instead of +0 dB",
            "clip-3 (footage-3) muted",
            "clip-3 (footage-3) fade-in of 2 frames instead of 0",
        ],
    ),
    (lambda t: edits.set_transform(t, clip="clip-6", scale=0.5), ["clip-6 (chart) scale 0.5 instead of 1"]),
    (lambda t: edits.link(t, clips=["clip-6", "clip-3"]), ["clip-3 and clip-6 linked"]),
    (
        lambda t: edits.detach_sound(t, clip="clip-3"),
        [
            "clip-3 (footage-3) muted",
            "clip-7 (footage-3) added to A1 at 00:00:00:18, 5 frames",
            "clip-3 and clip-7 linked",
        ],
    ),
    (
        lambda t: edits.set_transition(t, transition="transition-1", duration=2),
        ["crossfade between clip-1 and clip-2 is 2 frames long instead of 4"],
    ),
    (
        lambda t: edits.set_marker(edits.move_marker(t, marker="marker-1", to=5), marker="marker-1", name="Start"),
        ['marker-1 ("Intro") moved from 00:00:00:03 to 00:00:00:05', 'marker-1 ("Intro") called "Start"'],
    ),
    (lambda t: edits.remove_marker(t, marker="marker-1"), ['marker-1 ("Intro") removed from 00:00:00:03']),
    (lambda t: edits.set_caption(t, caption="caption-1", text="Ho"), ['caption-1 says "Ho" instead of "Hi there"']),
    (
        lambda t: edits.caption(t, at=30, duration=3, text="More"),
        ['caption-2 "More" added at 00:00:01:00, 3 frames'],
    ),
    (
        lambda t: edits.set_track(t, track="V1", name="Main", locked=True),
        ['track V1 called "Main"', "track V1 locked"],
    ),
    (lambda t: edits.move_track(t, track="V1", to=2), ["track V1 moved to V2", "track V2 moved to V1"]),
    (lambda t: edits.add_track(t, kind="audio", name="Music"), ['track A3 ("Music") added']),
    (lambda t: edits.remove_track(t, track="A2"), ["track A2 removed"]),
    (
        lambda t: edits.insert(scene(V1="1122334455"), source=media("x"), name="x", at=0, trim=(0, 30)),
        ["5 clips on V1, clip-1 to clip-5, moved 30 frames later", "clip-6 (x) added to V1 at 00:00:00:00, 30 frames"],
    ),
]


@pytest.mark.parametrize(("edit", "lines"), LINES)
def test_what_an_edit_did_is_told(edit: Callable[[Timeline], Timeline], lines: list[str]) -> None:
    before = scene(V1="1122334455") if "moved 30 frames" in str(lines) else start()
    assert describe(before, edit(before)) == lines


def test_a_link_that_is_dissolved_is_told() -> None:
    linked = edits.link(start(), clips=["clip-6", "clip-3"])
    assert describe(linked, edits.unlink(linked, clip="clip-3")) == ["clip-3 and clip-6 no longer linked"]


@settings(max_examples=60, deadline=None)
@given(chosen=st.lists(st.sampled_from([edit for edit, _ in LINES[:-1]]), max_size=4), back=st.booleans())
def test_nothing_is_told_of_equal_timelines_and_something_of_others(
    chosen: list[Callable[[Timeline], Timeline]], back: bool
) -> None:
    before = after = start()
    for edit in chosen:
        try:
            after = edit(after)
        except Exception:  # noqa: BLE001  (one edit may be in another's way)
            continue
    lines = describe(after, before) if back else describe(before, after)
    seen = msgspec.structs.replace(after, next_ids=before.next_ids)
    assert bool(lines) == (seen != before)
