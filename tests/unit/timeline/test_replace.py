"""overwrite, lift: frames are given up in place, nothing else moves."""

from __future__ import annotations

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import AudioSettings, Timeline
from tests.unit.timeline.parts import media, scene, shown, shows


def overwritten(t: Timeline, at: int | None, length: int, track: str | None = None) -> Timeline:
    return edits.overwrite(t, source=media("new"), name="new", at=at, trim=(10, 10 + length), track=track)


@pytest.mark.parametrize(
    ("before", "at", "length", "after"),
    [
        ("11..22", 2, 2, "113322"),  # free frames
        ("111222", 1, 3, "133322"),  # a tail and a head
        ("112233", 2, 2, "114433"),  # exactly one clip
        ("112233", 1, 4, "144443"),  # one clip and two edges
        ("111222", 2, 1, "113222"),
        ("111222", 3, 1, "111322"),
        ("111111", 2, 2, "112233"),  # out of the middle of one: its right part is new
        ("1111..", 3, 3, "111222"),
        ("..1111", 0, 3, "222111"),
        ("1122", None, 2, "112233"),
        ("1122", 6, 2, "1122..33"),
    ],
)
def test_overwrite_replaces_what_is_there(before: str, at: int | None, length: int, after: str) -> None:
    t = overwritten(scene(V1=before, V2=""), at, length)
    assert shown(t, "V1") == after
    new = "clip-" + str(len(set(before) - {"."}) + 1)
    assert t.clip_by_id[new].name == "new"
    assert shows(t, new) == (10, 10 + length)


def test_what_is_left_shows_what_it_did() -> None:
    t = edits.set_audio(scene(V1="1" * 10, V2="2" * 10), clip="clip-1", fade_in=2, fade_out=3, gain_db=-6)
    t = overwritten(t, 4, 3)
    assert (shown(t, "V1"), shown(t, "V2")) == ("1111333444", "2222222222")
    assert (shows(t, "clip-1"), shows(t, "clip-4")) == ((50, 54), (57, 60))
    assert t.clip_by_id["clip-1"].audio == AudioSettings(gain_db=-6, fade_in_frames=2)
    assert t.clip_by_id["clip-4"].audio == AudioSettings(gain_db=-6, fade_out_frames=3)
    assert t.next_ids.clip == 5


def test_a_head_or_tail_cut_away_takes_its_fade_along() -> None:
    t = edits.set_audio(scene(V1="1" * 10), clip="clip-1", fade_in=2, fade_out=3)
    assert overwritten(t, 8, 4).clip_by_id["clip-1"].audio == AudioSettings(fade_in_frames=2)
    assert overwritten(t, 0, 1).clip_by_id["clip-1"].audio == AudioSettings(fade_out_frames=3)


def test_overwrite_is_split_lift_and_add() -> None:
    t = edits.transition(scene(V1="1" * 20 + "2" * 20 + "3" * 20), left="clip-2", duration=8)
    by_hand = edits.split(edits.split(t, at=10, track="V1"), at=30, track="V1")
    by_hand = edits.lift(by_hand, clips=["clip-4", "clip-2"])
    by_hand = edits.add(by_hand, source=media("new"), name="new", at=10, trim=(10, 30))
    at_once = overwritten(t, 10, 20)
    ranges = [(clip.start_frame, clip.end_frame, clip.trim_start_frame) for clip in at_once.clips]
    assert ranges == [(clip.start_frame, clip.end_frame, clip.trim_start_frame) for clip in by_hand.clips]
    assert [tr.duration_frames for tr in at_once.transitions] == [tr.duration_frames for tr in by_hand.transitions]


@pytest.mark.parametrize(
    ("at", "length", "left"),
    [
        (20, 5, []),  # the head of clip-2 is gone, and the cut with it
        (15, 5, []),
        (10, 5, [("clip-4", "clip-2", 8)]),  # out of the middle of clip-1: its right part is on the cut
        (30, 5, [("clip-1", "clip-2", 8)]),
        (22, 5, [("clip-1", "clip-2", 4)]),  # it lay over 4 frames of clip-2, of which 2 are left
    ],
)
def test_transitions_stay_with_cuts_that_are_left(at: int, length: int, left: list[tuple[str, str, int]]) -> None:
    t = edits.transition(scene(V1="1" * 20 + "2" * 20), left="clip-1", duration=8)
    after = overwritten(t, at, length)
    assert [(tr.left_clip_id, tr.right_clip_id, tr.duration_frames) for tr in after.transitions] == left


def test_overwrite_refuses_what_add_refuses_but_clips_in_the_way() -> None:
    t = scene(V1="1111")
    for source, track, trim in [(media("x"), "A1", (0, 2)), (media("x"), "V1", (99, 101)), (media("x"), "Z1", (0, 2))]:
        with pytest.raises(EditError):
            edits.overwrite(t, source=source, name="x", track=track, at=0, trim=trim)


def test_lift_leaves_the_gap() -> None:
    t = scene(V1="112233", V2="44")
    assert shown(edits.lift(t, clips=["clip-2"]), "V1") == "11..33"
    assert edits.lift(t, clips=["clip-1", "clip-4"]) == edits.remove(t, clips=["clip-1", "clip-4"])
    with pytest.raises(EditError):
        edits.lift(t, clips=[])
