"""Edit decision lists: one picture track and its sound, dissolves, markers; the rest is told."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec
import opentimelineio as otio
import pytest
from hypothesis import given, settings

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.build import build
from studio_widgets.engine.interchange.edl_read import read_edl
from studio_widgets.engine.interchange.edl_write import write_edl
from studio_widgets.engine.interchange.losses import plainly
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import Timeline, source_frames
from tests.engine.interchange.timelines import PLACES, SHARED, known, timelines, without_ids
from tests.unit.timeline.parts import media, scene

SAMPLES = SHARED


def read(text: str, rate: Fraction = Fraction(25), find: Any = lambda ref, fps: known(ref)) -> tuple[Timeline, Report]:
    draft = read_edl(text, rate=rate, where="cut.edl")
    return build(draft, find), draft.report


def carried(t: Timeline) -> list[Any]:
    """What a list carries: the lowest video track that is used, and the first three audio tracks."""
    used = [index for index in range(len(t.tracks)) if t.track_range(index)[0] < t.track_range(index)[1]]
    ordered = sorted(used, key=lambda index: t.tracks[index].number)
    pictures = [index for index in ordered if t.tracks[index].kind == "video"][:1]
    keep = pictures + [index for index in ordered if t.tracks[index].kind == "audio"][:3]
    clips = sorted((keep.index(one.track_index), one.start_frame, one) for one in t.clips if one.track_index in keep)
    lefts = [(t.clip_by_id[one.left_clip_id], one.duration_frames) for one in t.transitions]
    return [
        [
            (
                *place,
                one.duration_frames,
                source_frames(one.source) and one.trim_start_frame,
                " ".join(one.name.split()),
            )
            for *place, one in clips
        ],
        sorted((one.end_frame, length) for one, length in lefts if one.track_index in keep),
        sorted((one.frame, " ".join(one.name.split())) for one in t.markers),
    ]


@settings(max_examples=150, deadline=None)
@given(timelines())
def test_what_it_carries_comes_back(t: Timeline) -> None:
    text, report = write_edl(t, title="Lesson", places=PLACES)
    if not t.clips:
        with pytest.raises(InterchangeError, match="no events"):
            read(text, t.fps)
        return
    back, _ = read(text, t.fps)
    if not any("begins with its clip" in loss.what for loss in report):
        assert carried(back) == carried(plainly(t))
    assert back.rate == t.rate


@settings(max_examples=150, deadline=None)
@given(timelines())
def test_nothing_is_lost_in_silence(t: Timeline) -> None:
    text, lost = write_edl(t, title="Lesson", places=PLACES)
    if not t.clips or len(lost) > 1:  # the first says that the rate and size are not in it
        return
    back, lost_again = read(text, t.fps)
    if not lost_again:
        assert without_ids(back) == without_ids(t)


def test_a_list_as_machines_read_it() -> None:
    t = msgspec.structs.replace(scene(V1="..1111122222"), rate="25")
    t = edits.transition(t, left="clip-1", duration=4)
    text, _ = write_edl(t, title="Lesson", places={})
    assert text.splitlines() == [
        "TITLE: Lesson",
        "FCM: NON-DROP FRAME",
        "",
        "001  BL       B     C        00:00:00:00 00:00:00:02 01:00:00:00 01:00:00:02",
        "002  REEL     B     C        00:00:02:00 00:00:02:03 01:00:00:02 01:00:00:05",
        "* FROM CLIP NAME: footage-1",
        "003  REEL     B     C        00:00:02:03 00:00:02:03 01:00:00:05 01:00:00:05",
        "003  REEL2    B     D    004 00:00:01:23 00:00:02:05 01:00:00:05 01:00:00:12",
        "* FROM CLIP NAME: footage-1",
        "* TO CLIP NAME: footage-2",
    ]


def test_another_reader_finds_the_clips() -> None:
    t = msgspec.structs.replace(scene(V1="1112222", A1=".33"), rate="25")
    found = otio.adapters.read_from_string(write_edl(t, title="x", places={})[0], "cmx_3600", rate=25)
    clips = {
        (track.kind, one.name, int(one.range_in_parent().start_time.value), int(one.duration().value))
        for track in found.tracks
        for one in track.find_clips()
    }
    assert {("Video", "footage-1", 0, 3), ("Video", "footage-2", 3, 4), ("Audio", "footage-3", 1, 2)} <= clips


def test_drop_frame_is_written_and_told_from_the_list() -> None:
    t = msgspec.structs.replace(scene(V1="11", V2=""), rate="30000/1001")
    t = edits.move(t, clip="clip-1", to=1800)
    text, _ = write_edl(t, title="x", places={})
    assert "FCM: DROP FRAME" in text
    assert "01:01:00;02" in text  # frame 1800 is the first after the two numbers that are left out
    back, _ = read(text, Fraction(25))
    assert (back.rate, back.clips[0].start_frame) == ("30000/1001", 1800)


def test_what_it_cannot_carry_is_told() -> None:
    t = scene(V1="11", V2="22", A1="3", A2="4", A3="5")
    t = edits.add(t, source=media("x", kind="audio"), name="x", track="A4", at=0)
    t = edits.set_transform(t, clip="clip-1", scale=0.5)
    t = edits.set_audio(t, clip="clip-3", gain_db=-3)
    t = edits.caption(t, at=0, duration=2, text="Hello")
    t = edits.marker(t, at=0, name="x", note="long", color="#123456")
    _, report = write_edl(t, title="x", places={})
    assert [(loss.where.partition(" ")[0], loss.what) for loss in report] == [
        ("caption-1", "an EDL has no captions"),
        ("timeline", "an EDL does not say its rate (30) and the size of the picture (1920 × 1080)"),
        ("V2", "an EDL has one picture track: this one is not written"),
        ("A4", "an EDL has 3 sound tracks beside the pictures: not written"),
        ("clip-1", "the place, size and opacity of its picture are not written"),
        ("clip-3", "its gain and fades are not written"),
        ("marker-1", "the note of a marker is not written"),
        ("marker-1", "an EDL has no chapters"),
        ("marker-1", "the colour #123456 of a marker"),
    ]


def test_speeds_and_wipes_are_told() -> None:
    text = """TITLE: x
001  A    V  C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
002  A    V  C        00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00
002  B    V  W001 010 00:00:01:00 00:00:03:00 01:00:02:00 01:00:04:00
M2   B       050.0                00:00:01:00
003  C    V  C        00:00:00:00 00:00:04:00 01:00:04:00 01:00:06:00
what is this
"""
    t, report = read(text, find=lambda ref, fps: media(ref.name, 500))
    assert {(loss.what, loss.kept_as) for loss in report} == {
        ("the wipe W001", "a crossfade"),
        ("its speed (050.0 frames a second)", "1×"),
        ("its speed: it is of another length in its source", "1×"),
        ("'what is this' is not read", ""),
    }
    assert [(one.start_frame, one.end_frame) for one in t.clips] == [(0, 55), (55, 100), (100, 150)]
    assert [one.duration_frames for one in t.transitions] == [10]


def test_a_list_that_begins_before_the_hour_begins_the_timeline() -> None:
    path = SAMPLES / "screening_example.edl"
    if not path.exists():
        pytest.skip(f"the sample {path} is not here")
    t, report = read(path.read_text(), Fraction(24))
    assert (len(t.clips), t.clips[0].start_frame, t.total_frames) == (9, 0, 1049)
    assert [one.name for one in t.markers] == ["ANIM FIX NEEDED", "ANIM FIX NEEDED", "marker"]
    assert "the first event is 3593 s after a full hour" in [loss.what for loss in report]


def test_a_sample_at_25_frames_a_second() -> None:
    path = SAMPLES / "25fps.edl"
    if not path.exists():
        pytest.skip(f"the sample {path} is not here")
    t, _ = read(path.read_text())
    assert [one.duration_frames for one in t.clips] == [161, 200, 86, 49]
    assert [one.name for one in t.clips] == ["sq001_s001", "sq001_s002", "sq001_s003", "sq001_s004"]
