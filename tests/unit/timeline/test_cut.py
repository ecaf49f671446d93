"""trim, split, remove."""

from __future__ import annotations

import msgspec
import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import AudioSettings, Timeline
from tests.unit.timeline.parts import media, scene, shown, shows


def test_trim_takes_frames_off_the_head_and_the_clip_starts_later() -> None:
    t = edits.trim(scene(V1="11112222"), clip="clip-2", start=+3)
    assert shown(t, "V1") == "1111...2"
    assert shows(t, "clip-2") == (53, 54)


def test_trim_takes_frames_off_the_tail_and_neighbours_stay() -> None:
    t = edits.trim(scene(V1="11112222"), clip="clip-1", end=-2)
    assert shown(t, "V1") == "11..2222"
    assert shows(t, "clip-1") == (50, 52)


def test_trim_brings_frames_back() -> None:
    t = edits.trim(scene(V1="..11.."), clip="clip-1", start=-2, end=+3)
    assert shown(t, "V1") == "1111111"
    assert shows(t, "clip-1") == (48, 55)


def test_trim_stops_at_neighbours_and_names_them() -> None:
    t = scene(V1="11.222.33")
    assert shown(edits.trim(t, clip="clip-2", start=-1, end=+1), "V1") == "112222233"
    for start, end, blocker in [(-2, 0, "clip-1"), (0, +2, "clip-3")]:
        with pytest.raises(EditError, match=f"{blocker} .* in the way"):
            edits.trim(t, clip="clip-2", start=start, end=end)


def test_trim_beyond_the_source_tells_how_many_frames_there_are() -> None:
    t = edits.add(Timeline(), source=media("talk", 10), name="talk.mp4", at=50, trim=(2, 7))
    with pytest.raises(EditError, match="2 frames before its start") as refused:
        edits.trim(t, clip="clip-1", start=-3)
    assert "start=-2" in refused.value.hint
    with pytest.raises(EditError, match="3 frames after its end") as refused:
        edits.trim(t, clip="clip-1", end=+4)
    assert "end=+3" in refused.value.hint
    assert shows(edits.trim(t, clip="clip-1", start=-2, end=+3), "clip-1") == (0, 10)


def test_trim_leaves_at_least_a_frame() -> None:
    t = scene(V1="1111")
    assert shown(edits.trim(t, clip="clip-1", start=1, end=-2), "V1") == ".1"
    with pytest.raises(EditError, match="nothing would be left"):
        edits.trim(t, clip="clip-1", start=2, end=-2)


def test_trim_stops_at_the_start_of_the_timeline() -> None:
    with pytest.raises(EditError, match="before the start of the timeline"):
        edits.trim(scene(V1="1111"), clip="clip-1", start=-1)


def test_a_still_is_as_long_as_one_likes_both_ways() -> None:
    t = edits.add(Timeline(), source=media("chart", None, "image"), name="chart", at=20, duration=10)
    t = edits.trim(t, clip="clip-1", start=-20, end=+1000)
    assert (t.clips[0].start_frame, t.clips[0].duration_frames) == (0, 1030)


def test_trim_by_nothing_changes_nothing() -> None:
    t = scene(V1="1111")
    assert edits.trim(t, clip="clip-1") is t


def test_trim_shortens_fades_that_no_longer_fit() -> None:
    t = edits.set_audio(scene(V1="1" * 10), clip="clip-1", fade_in=4, fade_out=5)
    t = edits.trim(t, clip="clip-1", end=-4)
    assert t.clips[0].audio == AudioSettings(fade_in_frames=4, fade_out_frames=2)


# --- split -----------------------------------------------------------------------------------------------------------


def test_split_gives_the_right_part_a_new_id() -> None:
    t = edits.split(scene(V1="111111"), at=2)
    assert shown(t, "V1") == "112222"
    assert shows(t, "clip-1") == (50, 52)
    assert shows(t, "clip-2") == (52, 56)


def test_split_cuts_every_track_or_one() -> None:
    t = scene(V1="1111", V2="2222", A1="3333")
    everywhere = edits.split(t, at=1)
    assert [shown(everywhere, track) for track in ("V1", "V2", "A1")] == ["1444", "2555", "3666"]
    one = edits.split(t, at=1, track="V2")
    assert [shown(one, track) for track in ("V1", "V2", "A1")] == ["1111", "2444", "3333"]


def test_split_passes_over_locked_tracks_but_refuses_one_that_is_asked_for() -> None:
    t = edits.set_track(scene(V1="1111", V2="2222"), track="V1", locked=True)
    assert shown(edits.split(t, at=2), "V1") == "1111"
    with pytest.raises(EditError, match="locked"):
        edits.split(t, at=2, track="V1")


@pytest.mark.parametrize("at", [0, 2, 3, 5, 99, -1])
def test_split_needs_a_clip_around_the_cut(at: int) -> None:
    with pytest.raises(EditError):
        edits.split(scene(V1="11.22"), at=at)


def test_split_shares_the_fades_out() -> None:
    t = edits.set_audio(scene(V1="1" * 10), clip="clip-1", fade_in=4, fade_out=3, gain_db=-6)
    t = edits.split(t, at=2)
    assert t.clips[0].audio == AudioSettings(gain_db=-6, fade_in_frames=2)
    assert t.clips[1].audio == AudioSettings(gain_db=-6, fade_out_frames=3)


def test_split_parts_put_together_show_what_the_whole_did() -> None:
    t = edits.split(edits.split(scene(V1="1" * 9), at=6), at=3)
    assert [shows(t, clip.id) for clip in t.clips] == [(50, 53), (53, 56), (56, 59)]


# --- remove ----------------------------------------------------------------------------------------------------------


def test_remove_leaves_gaps() -> None:
    t = scene(V1="112233", V2="44")
    assert shown(edits.remove(t, clips=["clip-2"]), "V1") == "11..33"
    assert edits.remove(t, clips=["clip-1", "clip-2", "clip-3", "clip-4", "clip-1"]).clips == ()


def test_remove_does_not_give_ids_again() -> None:
    t = edits.add(edits.remove(scene(V1="11"), clips=["clip-1"]), source=media("x", 2), name="x")
    assert shown(t, "V1") == "22"


def test_clear_starts_anew_at_the_same_rate_and_size() -> None:
    t = msgspec.structs.replace(scene(V1="11", V3="22"), rate="25", width=640, height=360)
    t = edits.set_track(edits.marker(t, at=1, name="x"), track="V1", locked=True)
    assert edits.clear(t) == Timeline(rate="25", width=640, height=360)


def test_remove_takes_all_or_nothing() -> None:
    t = edits.set_track(scene(V1="11", V2="22"), track="V2", locked=True)
    for clips in (["clip-1", "clip-9"], ["clip-1", "clip-2"], []):
        with pytest.raises(EditError):
            edits.remove(t, clips=clips)
