"""Adding, removing, moving and setting tracks. A track's id is its place."""

from __future__ import annotations

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.delta import diff
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import scene, shown


def names(t: Timeline) -> dict[str, str]:
    return {track.id: track.name for track in t.tracks}


def named() -> Timeline:
    t = scene(V1="11", V2="22", V3="33", A1="44")
    for track, name in (("V1", "bottom"), ("V2", "middle"), ("V3", "top")):
        t = edits.set_track(t, track=track, name=name)
    return t


def test_a_new_track_goes_on_top_or_between_and_no_clip_changes() -> None:
    top = edits.add_track(named(), kind="video", name="new")
    assert names(top)["V4"] == "new"
    between = edits.add_track(named(), kind="video", name="new", at=2)
    assert [names(between)[f"V{number}"] for number in (1, 2, 3, 4)] == ["bottom", "new", "middle", "top"]
    assert shown(between, "V3") == "22"
    assert between.clips == named().clips
    assert names(edits.add_track(named(), kind="audio")).keys() >= {"A1", "A2", "A3"}


@pytest.mark.parametrize(("track", "to", "order"), [("V3", 1, "top bottom middle"), ("V1", 3, "middle top bottom")])
def test_moving_a_track_gives_it_and_those_it_passes_other_ids_and_touches_no_clip(
    track: str, to: int, order: str
) -> None:
    t = edits.move_track(named(), track=track, to=to)
    assert [names(t)[f"V{number}"] for number in (1, 2, 3)] == order.split()
    change = diff(named(), t)
    assert not change.upsert_clips
    assert change.tracks == t.tracks
    assert edits.move_track(t, track=f"V{to}", to=int(track[1:])) == named()
    assert edits.move_track(t, track="V2", to=2) is t


def test_a_removed_track_leaves_no_hole() -> None:
    t = edits.remove(named(), clips=["clip-2"])
    t = edits.remove_track(t, track="V2")
    assert (names(t)["V1"], names(t)["V2"], "V3" in names(t)) == ("bottom", "top", False)
    assert (shown(t, "V1"), shown(t, "V2"), shown(t, "A1")) == ("11", "33", "44")
    assert shown(edits.split(t, at=1, track="A1"), "A1") == "45"


def test_a_track_with_clips_is_removed_with_them_or_not_at_all() -> None:
    with pytest.raises(EditError, match="clips on V2") as refused:
        edits.remove_track(named(), track="V2")
    assert "with_clips=True" in refused.value.hint
    t = edits.remove_track(named(), track="V2", with_clips=True)
    assert sorted(clip.id for clip in t.clips) == ["clip-1", "clip-3", "clip-4"]


def test_what_tracks_refuse() -> None:
    locked = edits.set_track(named(), track="V2", locked=True)
    with pytest.raises(EditError, match="V2 is locked"):
        edits.remove_track(locked, track="V2", with_clips=True)
    assert names(edits.move_track(locked, track="V2", to=1))["V1"] == "middle"  # none of its clips changes
    lone = edits.remove_track(Timeline(), track="A2")
    with pytest.raises(EditError, match="only audio track"):
        edits.remove_track(lone, track="A1")
    for number in (0, 4):
        with pytest.raises(EditError, match=f"no place {number} among the V tracks"):
            edits.move_track(named(), track="V1", to=number)
    with pytest.raises(EditError, match="no place 5"):
        edits.add_track(named(), kind="video", at=5)
    for height in (-1, 5, 401):
        with pytest.raises(EditError, match="pixels high"):
            edits.set_track(named(), track="V1", height=height)


def test_a_track_has_a_height_or_the_usual_one() -> None:
    t = edits.set_track(named(), track="V1", height=90)
    assert t.tracks[0].height == 90
    assert edits.set_track(t, track="V1", height=0) == named()
