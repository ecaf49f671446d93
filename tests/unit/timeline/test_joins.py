"""Transitions: on cuts, made of handles, and following their clips."""

from __future__ import annotations

from typing import Any

import pytest

from studio_widgets.engine.errors import EditError, SchemaError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import media, scene


def pair(left_tail: int, right_head: int, length: int = 40) -> Timeline:
    """Two adjacent clips with that many frames outside the cut."""
    t = edits.add(Timeline(), source=media("left", length + left_tail), name="left", trim=(0, length))
    return edits.add(
        t, source=media("right", length + right_head), name="right", trim=(right_head, right_head + length)
    )


def lengths(t: Timeline) -> dict[str, int]:
    return {tr.id: tr.duration_frames for tr in t.transitions}


def test_a_transition_lies_on_the_cut_to_the_next_clip() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", duration=12)
    (made,) = t.transitions
    assert (made.id, made.left_clip_id, made.right_clip_id, made.duration_frames) == (
        "transition-1",
        "clip-1",
        "clip-2",
        12,
    )
    assert t.clips == pair(20, 20).clips


def test_it_takes_a_second_unless_told() -> None:
    assert lengths(edits.transition(pair(50, 50), left="clip-1")) == {"transition-1": 30}


@pytest.mark.parametrize(
    ("tail", "head", "longest"),
    [(5, 50, 10), (50, 5, 11), (1, 1, 2), (3, 3, 6), (4, 3, 7), (50, 50, 80)],  # 80: as long as both clips
)
def test_short_handles_shorten_it(tail: int, head: int, longest: int) -> None:
    t = edits.transition(pair(tail, head), left="clip-1", duration=100)
    assert lengths(t) == {"transition-1": min(longest, 80)}


@pytest.mark.parametrize(("tail", "head"), [(0, 10), (10, 0), (0, 0)])
def test_without_a_handle_it_is_refused_and_says_what_there_is(tail: int, head: int) -> None:
    with pytest.raises(EditError) as refused:
        edits.transition(pair(tail, head), left="clip-1", duration=10)
    assert f"{tail} frames after its end" in refused.value.message
    assert f"{head} frames before its start" in refused.value.message
    assert "timeline.trim" in refused.value.hint


def test_stills_and_titles_have_endless_handles() -> None:
    t = edits.add(Timeline(), source=media("chart", None, "image"), name="chart", duration=20)
    t = edits.title(t, text="The end", track="V1", duration=20)
    assert lengths(edits.transition(t, left="clip-1", duration=16)) == {"transition-1": 16}


def test_it_needs_a_cut() -> None:
    t = scene(V1="11.22", V2="33")
    with pytest.raises(EditError, match="gap of 1 frame") as refused:
        edits.transition(t, left="clip-1", duration=2)
    assert 'timeline.move("clip-2", to=2)' in refused.value.hint
    with pytest.raises(EditError, match="no clip follows"):
        edits.transition(t, left="clip-2", duration=2)
    with pytest.raises(EditError, match="no clip follows"):
        edits.transition(t, left="clip-3", duration=2)


def test_a_cut_has_one_transition() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", duration=12)
    with pytest.raises(EditError, match="transition-1 is on that cut"):
        edits.transition(t, left="clip-1", duration=4)


def test_two_transitions_share_a_short_clip() -> None:
    t = edits.transition(scene(V1="1" * 20 + "2" * 10 + "3" * 20), left="clip-1", duration=12)
    t = edits.transition(t, left="clip-2", duration=30)
    # clip-2 is 10 long; the first lies over 6 of it, so the second may lie over 4 before its cut and 5 after
    assert lengths(t) == {"transition-1": 12, "transition-2": 9}


@pytest.mark.parametrize("duration", [1, 0, -5])
def test_less_than_a_frame_on_each_side_is_no_transition(duration: int) -> None:
    with pytest.raises(EditError):
        edits.transition(pair(20, 20), left="clip-1", duration=duration)


def test_changing_and_removing() -> None:
    t = edits.transition(pair(10, 10), left="clip-1", duration=6)
    assert lengths(edits.set_transition(t, transition="transition-1", duration=8)) == {"transition-1": 8}
    assert lengths(edits.set_transition(t, transition="transition-1", duration=99)) == {"transition-1": 20}
    gone = edits.remove_transition(t, transition="transition-1")
    assert gone.transitions == ()
    assert gone.clips == t.clips
    with pytest.raises(EditError, match="transition-1"):
        edits.remove_transition(gone, transition="transition-1")


# --- following their cut ---------------------------------------------------------------------------------------------


def test_edits_that_take_the_cut_away_drop_the_transition() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", duration=12)
    for after in (
        edits.move(t, clip="clip-2", to=90),
        edits.move(t, clip="clip-1", track="V2"),
        edits.remove(t, clips=["clip-1"]),
        edits.trim(t, clip="clip-1", end=-1),
        edits.trim(t, clip="clip-2", start=+1),
    ):
        assert after.transitions == ()


def test_edits_elsewhere_keep_it() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", duration=12)
    for after in (
        edits.trim(t, clip="clip-1", start=+5),
        edits.trim(t, clip="clip-2", end=-5),
        edits.set_name(t, clip="clip-1", name="x"),
    ):
        assert after.transitions == t.transitions


def test_a_clip_trimmed_short_shortens_the_transition_on_it() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", duration=20)
    assert lengths(edits.trim(t, clip="clip-2", end=-36)) == {"transition-1": 8}
    assert lengths(edits.trim(t, clip="clip-1", start=+36)) == {"transition-1": 9}


def test_splitting_the_left_clip_hands_the_transition_to_its_right_part() -> None:
    t = edits.split(edits.transition(pair(20, 20), left="clip-1", duration=12), at=30)
    (kept,) = t.transitions
    assert (kept.left_clip_id, kept.right_clip_id, kept.duration_frames) == ("clip-3", "clip-2", 12)


def test_splitting_inside_a_transition_shortens_it() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", duration=12)
    assert lengths(edits.split(t, at=38)) == {"transition-1": 5}
    assert lengths(edits.split(t, at=43)) == {"transition-1": 6}


# --- kinds ---------------------------------------------------------------------------------------------------------


def test_a_dip_needs_no_handles_but_room_in_its_clips() -> None:
    t = edits.transition(pair(0, 0), left="clip-1", kind="dip", duration=100)
    assert lengths(t) == {"transition-1": 80}, "as long as both clips"
    t = edits.transition(pair(0, 0), left="clip-1", kind="dip", duration=12, color="#FF0000")
    assert (t.transitions[0].kind, t.transitions[0].color) == ("dip", "#ff0000")
    assert (t.transitions[0].left_lends_frames, t.transitions[0].right_lends_frames) == (0, 0)
    assert list(problems(t)) == []


def test_a_wipe_needs_handles_as_a_crossfade_does() -> None:
    t = edits.transition(pair(5, 50), left="clip-1", kind="wipe", duration=100, direction="up")
    assert lengths(t) == {"transition-1": 10}
    assert (t.transitions[0].kind, t.transitions[0].direction) == ("wipe", "up")
    with pytest.raises(EditError, match="0 frames after its end") as refused:
        edits.transition(pair(0, 10), left="clip-1", kind="wipe")
    assert "A dip needs none" in refused.value.hint


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"kind": "dip", "direction": "up"}, "dip has no direction"),
        ({"kind": "wipe", "color": "#000000"}, "wipe has no color"),
        ({"color": "#000000"}, "crossfade has no color"),
        ({"kind": "dip", "color": "red"}, "is not a colour"),
        ({"kind": "dip", "color": "#00000080"}, "would not cover"),
    ],
)
def test_options_of_another_kind_are_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(EditError, match=what):
        edits.transition(pair(20, 20), left="clip-1", **options)
    made = edits.transition(pair(20, 20), left="clip-1", duration=4)
    if "kind" in options:
        with pytest.raises(EditError, match=what):
            edits.set_transition(made, transition="transition-1", **options)


def test_a_transition_becomes_another_kind() -> None:
    t = edits.transition(pair(20, 3), left="clip-1", kind="dip", duration=40, color="#ffffff")
    t = edits.set_transition(t, transition="transition-1", kind="wipe", direction="left")
    (now,) = t.transitions
    assert (now.kind, now.direction, now.color, now.duration_frames) == ("wipe", "left", None, 7)
    assert edits.set_transition(t, transition="transition-1", duration=4).transitions[0].direction == "left"
    assert edits.set_transition(t, transition="transition-1", kind="wipe") is t
    t = edits.set_transition(t, transition="transition-1", kind="crossfade")
    assert (t.transitions[0].kind, t.transitions[0].direction) == ("crossfade", "right")
    with pytest.raises(EditError, match="nothing is said"):
        edits.set_transition(t, transition="transition-1")


def test_a_dip_outlives_the_handles_of_its_clips() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", kind="dip", duration=12)
    t = edits.slip(t, clip="clip-1", by=20)
    assert t.clips[0].tail_handle == 0
    assert lengths(t) == {"transition-1": 12}


def test_a_state_with_a_dip_that_has_a_direction_is_refused() -> None:
    t = edits.transition(pair(20, 20), left="clip-1", kind="dip", duration=12)
    wrong = t.to_json().replace('"kind":"dip"', '"kind":"dip","direction":"up"')
    with pytest.raises(SchemaError, match="no direction"):
        Timeline.from_json(wrong)
    assert '"schemaVersion":3' in t.to_json()
    assert Timeline.from_json(t.to_json()) == t
