"""ripple, insert, duplicate, extract, close_gap: what follows on the track is pushed or pulled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import MAX_FRAMES, AudioSettings, Timeline
from tests.unit.timeline.parts import media, scene, shown, shows


def joined(t: Timeline) -> list[tuple[str, str, int]]:
    return [(tr.left_clip_id, tr.right_clip_id, tr.duration_frames) for tr in t.transitions]


# --- ripple ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "after", "range_"),
    [
        (+3, 0, "11223.4", (53, 55)),  # three off the head: it starts where it did
        (-2, 0, "1122222223.4", (48, 55)),
        (0, -3, "11223.4", (50, 52)),
        (0, +2, "1122222223.4", (50, 57)),
        (+1, -1, "112223.4", (51, 54)),
        (+2, +2, "11222223.4", (52, 57)),
    ],
)
def test_ripple_moves_what_follows(start: int, end: int, after: str, range_: tuple[int, int]) -> None:
    t = edits.ripple(scene(V1="11222223.4", V2="....555"), clip="clip-2", start=start, end=end)
    assert shown(t, "V1") == after
    assert shows(t, "clip-2") == range_
    assert shown(t, "V2") == "....555"


def test_ripple_takes_the_head_off_at_the_start_of_the_timeline_and_brings_it_back() -> None:
    t = edits.ripple(scene(V1="11122"), clip="clip-1", start=+2)
    assert shown(t, "V1") == "122"
    assert edits.ripple(t, clip="clip-1", start=-2) == scene(V1="11122")


def test_ripple_beyond_the_source_tells_how_many_frames_there_are() -> None:
    t = edits.add(Timeline(), source=media("talk", 10), name="talk", at=3, trim=(2, 7))
    with pytest.raises(EditError, match="2 frames before its start") as refused:
        edits.ripple(t, clip="clip-1", start=-3)
    assert "start=-2" in refused.value.hint
    with pytest.raises(EditError, match="3 frames after its end") as refused:
        edits.ripple(t, clip="clip-1", end=+4)
    assert "end=+3" in refused.value.hint
    with pytest.raises(EditError, match="nothing would be left") as refused:
        edits.ripple(t, clip="clip-1", end=-5)
    assert "end=-4" in refused.value.hint
    assert edits.ripple(t, clip="clip-1") is t


def test_ripple_keeps_the_transitions_of_its_cuts() -> None:
    t = scene(V1="1" * 20 + "2" * 20 + "3" * 20)
    t = edits.transition(edits.transition(t, left="clip-1", duration=8), left="clip-2", duration=8)
    for start, end in [(+5, 0), (-5, 0), (0, +5), (0, -5)]:
        rippled = edits.ripple(t, clip="clip-2", start=start, end=end)
        assert joined(rippled) == [("clip-1", "clip-2", 8), ("clip-2", "clip-3", 8)]
    assert joined(edits.ripple(t, clip="clip-2", end=-14)) == [("clip-1", "clip-2", 4), ("clip-2", "clip-3", 8)]


def test_nothing_is_pushed_beyond_the_longest_timeline() -> None:
    t = edits.add(scene(V1="11"), source=media("x", 5), name="x", at=MAX_FRAMES - 5)
    for refused in (
        lambda: edits.ripple(t, clip="clip-1", end=+1),
        lambda: edits.insert(t, source=media("y", 1), name="y", at=0),
        lambda: edits.duplicate(t, clip="clip-1"),
        lambda: edits.ripple(
            edits.add(t, source=media("z", None, "image"), name="z", track="V2"), clip="clip-3", end=2**40
        ),
    ):
        with pytest.raises(EditError, match="beyond the longest timeline"):
            refused()


# --- insert ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "after"),
    [
        (0, "4441122.33"),
        (2, "1144422.33"),
        (4, "1122444.33"),  # in a gap: what follows is pushed all the same
        (None, "1122.33444"),
        (9, "1122.33..444"),
    ],
)
def test_insert_pushes_what_follows(at: int | None, after: str) -> None:
    t = edits.insert(scene(V1="1122.33"), source=media("new"), name="new", at=at, trim=(10, 13))
    assert shown(t, "V1") == after
    assert shows(t, "clip-4") == (10, 13)


def test_insert_splits_what_lies_there() -> None:
    t = edits.set_audio(scene(V1="11112", V2="33333"), clip="clip-1", fade_in=1, fade_out=1)
    t = edits.insert(t, source=media("new"), name="new", at=3, trim=(10, 12))
    assert (shown(t, "V1"), shown(t, "V2")) == ("1114452", "33333")
    assert (shows(t, "clip-1"), shows(t, "clip-5")) == ((50, 53), (53, 54))
    assert t.clip_by_id["clip-1"].audio == AudioSettings(fade_in_frames=1)
    assert t.clip_by_id["clip-5"].audio == AudioSettings(fade_out_frames=1)
    assert t.next_ids.clip == 6


def test_insert_drops_the_transition_of_the_cut_it_goes_into_and_keeps_the_others() -> None:
    t = scene(V1="1" * 20 + "2" * 20 + "3" * 20)
    t = edits.transition(edits.transition(t, left="clip-1", duration=8), left="clip-2", duration=8)
    at_the_cut = edits.insert(t, source=media("new", 5), name="new", at=20)
    assert joined(at_the_cut) == [("clip-2", "clip-3", 8)]
    inside = edits.insert(t, source=media("new", 5), name="new", at=30)
    assert joined(inside) == [("clip-1", "clip-2", 8), ("clip-5", "clip-3", 8)]
    beside = edits.insert(t, source=media("new", 5), name="new", at=22)
    assert joined(beside) == [("clip-1", "clip-2", 4), ("clip-5", "clip-3", 8)]


def test_insert_goes_to_the_track_of_its_kind_and_makes_missing_ones() -> None:
    voice = edits.insert(scene(V1="11"), source=media("voice", 3, "audio"), name="voice", at=0)
    assert shown(voice, "A1") == "222"
    assert shown(edits.insert(voice, source=media("x", 2), name="x", track="V3", at=1), "V3") == ".33"
    with pytest.raises(EditError, match="A1 is an audio track"):
        edits.insert(voice, source=media("x", 2), name="x", track="A1")
    with pytest.raises(EditError, match="100 frames"):
        edits.insert(voice, source=media("x"), name="x", trim=(90, 101))


# --- duplicate -------------------------------------------------------------------------------------------------------


def test_duplicate_goes_after_the_clip_and_pushes_what_follows() -> None:
    t = edits.set_audio(scene(V1="112.33", V2="44444"), clip="clip-1", gain_db=-3)
    t = edits.duplicate(t, clip="clip-1")
    assert (shown(t, "V1"), shown(t, "V2")) == ("11552.33", "44444")
    assert shows(t, "clip-5") == shows(t, "clip-1")
    assert t.clip_by_id["clip-5"].audio == AudioSettings(gain_db=-3)


def test_duplicate_to_free_frames() -> None:
    t = scene(V1="112..")
    assert shown(edits.duplicate(t, clip="clip-1", to=4), "V1") == "112.33"
    assert shown(edits.duplicate(t, clip="clip-1", track="V2"), "V2") == "33"
    assert shown(edits.duplicate(t, clip="clip-2", to=1, track="V3"), "V3") == ".3"
    with pytest.raises(EditError, match=r"clip-2 .* in the way"):
        edits.duplicate(t, clip="clip-1", to=2)
    with pytest.raises(EditError, match="A1 is an audio track"):
        edits.duplicate(t, clip="clip-1", track="A1")


def test_the_transition_to_the_next_clip_is_the_copys() -> None:
    t = edits.transition(scene(V1="1" * 20 + "2" * 20), left="clip-1", duration=8)
    assert joined(edits.duplicate(t, clip="clip-1")) == [("clip-3", "clip-2", 8)]
    assert joined(edits.duplicate(t, clip="clip-2")) == [("clip-1", "clip-2", 8)]
    assert joined(edits.duplicate(t, clip="clip-1", to=90)) == [("clip-1", "clip-2", 8)]


# --- extract and close_gap -------------------------------------------------------------------------------------------


def test_extract_closes_up_each_track_by_what_went_from_it() -> None:
    t = scene(V1="112233.44", V2="5566", A1="..777")
    after = edits.extract(t, clips=["clip-2", "clip-5"])
    assert [shown(after, track) for track in ("V1", "V2", "A1")] == ["1133.44", "66", "..777"]
    after = edits.extract(t, clips=["clip-3", "clip-1", "clip-3"])
    assert shown(after, "V1") == "22.44"
    assert edits.extract(t, clips=[f"clip-{n}" for n in range(1, 8)]).clips == ()


def test_extract_keeps_the_gap_before_the_clip() -> None:
    assert shown(edits.extract(scene(V1="11.22..33"), clips=["clip-2"]), "V1") == "11...33"


def test_extract_drops_its_transitions_and_keeps_those_that_move() -> None:
    t = scene(V1="1" * 20 + "2" * 20 + "3" * 20)
    t = edits.transition(edits.transition(t, left="clip-1", duration=8), left="clip-2", duration=8)
    assert joined(edits.extract(t, clips=["clip-1"])) == [("clip-2", "clip-3", 8)]
    assert joined(edits.extract(t, clips=["clip-2"])) == []


def test_markers_and_captions_do_not_move() -> None:
    t = edits.caption(edits.marker(scene(V1="1122"), at=3, name="here"), at=2, duration=2, text="words")
    for after in (
        edits.extract(t, clips=["clip-1"]),
        edits.ripple(t, clip="clip-1", end=-1),
        edits.insert(t, source=media("x", 3), name="x", at=0),
    ):
        assert (after.markers, after.captions) == (t.markers, t.captions)


@pytest.mark.parametrize("at", [2, 3, 4])
def test_close_gap_pulls_what_follows(at: int) -> None:
    t = edits.close_gap(scene(V1="11...22.33", V2="....44"), at=at, track="V1")
    assert (shown(t, "V1"), shown(t, "V2")) == ("1122.33", "....44")


def test_close_gap_before_the_first_clip() -> None:
    assert shown(edits.close_gap(scene(V1="..11.22"), at=0, track="V1"), "V1") == "11.22"


def test_close_gap_needs_a_gap() -> None:
    t = scene(V1="11.22")
    with pytest.raises(EditError, match="no gap at frame 3 of V1: clip-2"):
        edits.close_gap(t, at=3, track="V1")
    with pytest.raises(EditError, match="no clip follows frame 5 of V1"):
        edits.close_gap(t, at=5, track="V1")
    with pytest.raises(EditError, match="no clip follows frame 0 of V2"):
        edits.close_gap(t, at=0, track="V2")
    with pytest.raises(EditError, match="V7"):
        edits.close_gap(t, at=0, track="V7")
    with pytest.raises(EditError, match="before the start"):
        edits.close_gap(t, at=-1, track="V1")


# --- refusals that they share ----------------------------------------------------------------------------------------


def test_locked_tracks_refuse_and_do_not_concern_the_others() -> None:
    t = edits.set_track(scene(V1="11.22", V2="33.44"), track="V2", locked=True)
    x = media("x", 2)
    attempts: list[Callable[[Timeline], Timeline]] = [
        lambda t: edits.ripple(t, clip="clip-3", end=-1),
        lambda t: edits.insert(t, source=x, name="x", at=1, track="V2"),
        lambda t: edits.overwrite(t, source=x, name="x", at=1, track="V2"),
        lambda t: edits.duplicate(t, clip="clip-3"),
        lambda t: edits.duplicate(t, clip="clip-1", track="V2", to=9),
        lambda t: edits.extract(t, clips=["clip-1", "clip-3"]),
        lambda t: edits.lift(t, clips=["clip-1", "clip-3"]),
        lambda t: edits.close_gap(t, at=2, track="V2"),
        lambda t: edits.roll(t, clip="clip-3", end=1),
        lambda t: edits.slip(t, clip="clip-3", by=1),
        lambda t: edits.slide(t, clip="clip-3", by=1),
    ]
    for attempt in attempts:
        with pytest.raises(EditError, match="V2 is locked"):
            attempt(t)
    assert shown(edits.extract(t, clips=["clip-1"]), "V1") == ".22"
    assert shown(edits.insert(t, source=x, name="x", at=0), "V1") == "5511.22"


def test_an_edit_of_many_clips_leaves_indexes_that_agree_with_a_fresh_timeline() -> None:
    t = Timeline()
    for n in range(200):
        t = edits.add(t, source=media("x", 10), name="x", at=n * 10, trim=(2, 8))
    t = edits.insert(t, source=media("y", 3), name="y", at=4)
    t = edits.extract(t, clips=["clip-5", "clip-100", "clip-150"])
    t = edits.ripple(edits.close_gap(t, at=t.clips[-1].start_frame - 1, track="V1"), clip="clip-3", end=-1)
    fresh = Timeline.from_json(t.to_json())
    assert t.clip_by_id == fresh.clip_by_id
    assert t.clips == fresh.clips
    assert t.total_frames == fresh.total_frames
