"""roll, slip, slide: the track stays as long as it is."""

from __future__ import annotations

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import media, scene, shown, shows


def short(*ranges: tuple[int, int], frames: int = 10) -> Timeline:
    """Clips in a row that show those ranges of sources of 10 frames."""
    t = Timeline()
    for number, trim in enumerate(ranges, 1):
        t = edits.add(t, source=media(f"take-{number}", frames), name=f"take-{number}", trim=trim)
    return t


# --- roll ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "after"),
    [(+2, 0, "1111122.333"), (-2, 0, "1222222.333"), (0, 0, "1112222.333")],
)
def test_roll_moves_the_cut_before_the_clip(start: int, end: int, after: str) -> None:
    t = edits.roll(scene(V1="1112222.333", V2="444"), clip="clip-2", start=start, end=end)
    assert (shown(t, "V1"), shown(t, "V2")) == (after, "444")
    assert shows(t, "clip-1") == (50, 53 + start)
    assert shows(t, "clip-2") == (50 + start, 54)


def test_roll_moves_the_cut_after_the_clip() -> None:
    t = scene(V1="1112222333")
    assert shown(edits.roll(t, clip="clip-2", end=+2), "V1") == "1112222223"
    assert shown(edits.roll(t, clip="clip-2", end=-2), "V1") == "1112233333"
    both = edits.roll(t, clip="clip-2", start=+1, end=-1)
    assert shown(both, "V1") == "1111223333"
    assert [shows(both, f"clip-{n}") for n in (1, 2, 3)] == [(50, 54), (51, 53), (49, 53)]


def test_either_clip_of_a_cut_rolls_it() -> None:
    t = scene(V1="11112222")
    assert edits.roll(t, clip="clip-1", end=-2) == edits.roll(t, clip="clip-2", start=-2)


def test_roll_beyond_handles_or_clips_tells_the_frames_there_are() -> None:
    t = short((2, 7), (1, 7), (4, 8))  # handles 2|3, 1|3, 4|2
    for start, end, message, hint in [
        (-2, 0, r'clip-2 \("take-2"\) has 1 frame before its start, not 2', "start=-1 at most"),
        (+4, 0, r'clip-1 \("take-1"\) has 3 frames after its end, not 4', "start=+3 at most"),
        (0, +4, r'clip-2 \("take-2"\) has 3 frames after its end, not 4', "end=+3 at most"),
        (0, -5, r'clip-3 \("take-3"\) has 4 frames before its start, not 5', "end=-4 at most"),
        (0, -6, r'nothing would be left of clip-2 \("take-2"\), which is 6 frames', "end=-5 at most"),
        (+4, -2, "nothing would be left of clip-2", "Trim less"),
    ]:
        with pytest.raises(EditError, match=message) as refused:
            edits.roll(t, clip="clip-2", start=start, end=end)
        assert hint in refused.value.hint
    t = short((0, 2), (5, 9))
    with pytest.raises(EditError, match="nothing would be left of clip-1") as refused:
        edits.roll(t, clip="clip-2", start=-2)
    assert "start=-1 at most" in refused.value.hint


def test_roll_needs_a_shared_cut() -> None:
    t = scene(V1="11.22", V2="33")
    for clip, start, end, why in [
        ("clip-1", 1, 0, "no clip comes before it"),
        ("clip-1", 0, 1, "gap of 1 frame to clip-2"),
        ("clip-2", 1, 0, "gap of 1 frame to clip-1"),
        ("clip-2", 0, 1, "no clip comes after it"),
        ("clip-3", 0, 1, "no clip comes after it"),
    ]:
        with pytest.raises(EditError, match=why) as refused:
            edits.roll(t, clip=clip, start=start, end=end)
        assert "timeline.trim" in refused.value.hint


def test_a_transition_rolls_with_its_cut() -> None:
    t = edits.transition(short((0, 40), (20, 60), frames=60), left="clip-1", duration=20)
    assert edits.roll(t, clip="clip-1", end=+4).transitions == t.transitions
    (shorter,) = edits.roll(t, clip="clip-1", end=+15).transitions
    assert shorter.duration_frames == 10  # clip-1 has 5 frames left after its end
    assert edits.roll(t, clip="clip-1", end=+20).transitions == ()


def test_stills_give_and_take_as_many_frames_as_one_likes() -> None:
    chart = media("chart", None, "image")
    t = edits.add(short((0, 5)), source=chart, name="chart", duration=5)
    assert shown(edits.roll(t, clip="clip-2", start=-4), "V1") == "1222222222"
    assert shown(edits.roll(t, clip="clip-2", start=+4), "V1") == "1111111112"


# --- slip ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [-50, -3, +6, +46])
def test_slip_shows_another_range_in_the_same_place(by: int) -> None:
    t = scene(V1="1122223")
    after = edits.slip(t, clip="clip-2", by=by)
    assert shown(after, "V1") == "1122223"
    assert shows(after, "clip-2") == (50 + by, 54 + by)
    assert edits.slip(after, clip="clip-2", by=-by) == t
    assert edits.slip(t, clip="clip-2", by=0) is t


@pytest.mark.parametrize(("by", "hint"), [(-3, "by=-2 at most"), (+4, "by=+3 at most")])
def test_slip_beyond_the_source_tells_the_frames_there_are(by: int, hint: str) -> None:
    with pytest.raises(EditError, match="2 frames before its start and 3 frames after its end") as refused:
        edits.slip(short((2, 7)), clip="clip-1", by=by)
    assert hint in refused.value.hint


def test_there_is_nothing_to_slip_in_a_still_or_title() -> None:
    t = edits.title(scene(V1="1"), text="Hello", at=0)
    with pytest.raises(EditError, match="the same at any frame"):
        edits.slip(t, clip="clip-2", by=3)


def test_slip_shortens_transitions_to_the_handles_that_are_left() -> None:
    t = edits.transition(short((0, 40), (20, 50), frames=60), left="clip-1", duration=20)
    (kept,) = edits.slip(t, clip="clip-2", by=-15).transitions
    assert kept.duration_frames == 11  # 5 frames before its start are left
    assert edits.slip(t, clip="clip-2", by=-20).transitions == ()


# --- slide -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "after"), [(+2, "1111122333"), (-2, "1223333333"), (0, "1112233333")])
def test_slide_moves_the_clip_between_its_neighbours(by: int, after: str) -> None:
    t = edits.slide(scene(V1="1112233333", V2="444"), clip="clip-2", by=by)
    assert (shown(t, "V1"), shown(t, "V2")) == (after, "444")
    assert shows(t, "clip-2") == (50, 52)
    assert shows(t, "clip-1") == (50, 53 + by)
    assert shows(t, "clip-3") == (50 + by, 55)


@pytest.mark.parametrize(
    ("before", "by", "after"),
    [
        ("111..22333", -2, "1112233333"),  # the gap before it is room
        ("111..22333", +1, "111...2233"),  # and grows
        ("11122..333", +2, "1111122333"),
        ("11122..333", -1, "1122...333"),
        ("11.22.33", +1, "11..2233"),
    ],
)
def test_a_gap_beside_the_clip_is_room(before: str, by: int, after: str) -> None:
    assert shown(edits.slide(scene(V1=before), clip="clip-2", by=by), "V1") == after


def test_slide_stops_at_the_end_of_a_gap() -> None:
    t = scene(V1="111..22333")
    with pytest.raises(EditError, match=r"clip-1 .* in the way") as refused:
        edits.slide(t, clip="clip-2", by=-3)
    assert "by=-2 at most" in refused.value.hint
    t = scene(V1="11122.333")
    with pytest.raises(EditError, match=r"clip-3 .* in the way") as refused:
        edits.slide(t, clip="clip-2", by=+2)
    assert "by=+1 at most" in refused.value.hint


def test_slide_needs_a_clip_on_either_side() -> None:
    t = scene(V1="..1122")
    with pytest.raises(EditError, match="no clip comes before clip-1") as refused:
        edits.slide(t, clip="clip-1", by=-1)
    assert 'timeline.move("clip-1"' in refused.value.hint
    with pytest.raises(EditError, match="no clip comes after clip-2"):
        edits.slide(t, clip="clip-2", by=-1)


def test_slide_beyond_the_neighbours_tells_the_frames_there_are() -> None:
    t = short((0, 5), (0, 4), (3, 9))
    for by, message, hint in [
        (+6, r'clip-1 \("take-1"\) has 5 frames after its end, not 6', "by=+5 at most"),
        (-4, r'clip-3 \("take-3"\) has 3 frames before its start, not 4', "by=-3 at most"),
        (-5, r'nothing would be left of clip-1 \("take-1"\), which is 5 frames long', "by=-4 at most"),
    ]:
        with pytest.raises(EditError, match=message) as refused:
            edits.slide(t, clip="clip-2", by=by)
        assert hint in refused.value.hint
    with pytest.raises(EditError, match=r"nothing would be left of clip-3 .* 2 frames long") as refused:
        edits.slide(short((0, 5), (0, 4), (3, 5)), clip="clip-2", by=+2)
    assert "by=+1 at most" in refused.value.hint


def test_transitions_slide_with_their_cuts() -> None:
    t = short((10, 50), (20, 60), (10, 50), frames=80)
    t = edits.transition(edits.transition(t, left="clip-1", duration=10), left="clip-2", duration=10)
    assert edits.slide(t, clip="clip-2", by=+3).transitions == t.transitions
    assert [tr.duration_frames for tr in edits.slide(t, clip="clip-2", by=-8).transitions] == [10, 5]
