"""Linked clips are edited as one, all or none, unless an edit is alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.commands import run
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import scene, shown, shows


def pair(**tracks: str) -> Timeline:
    """`pair(V1="111222", A1="333444")`: clip 1 linked with 3 (`link-1`), clip 2 with 4 (`link-2`)."""
    t = scene(**(tracks or {"V1": "111222", "A1": "333444"}))
    t = edits.link(t, clips=["clip-1", "clip-3"])
    return edits.link(t, clips=["clip-2", "clip-4"])


def links(t: Timeline) -> dict[str, str | None]:
    return {clip.id: clip.link for clip in t.clips}


def drawn(t: Timeline) -> tuple[str, str]:
    return shown(t, "V1"), shown(t, "A1")


# --- linking ---------------------------------------------------------------------------------------------------------


def test_link_gives_clips_a_counted_link_and_takes_in_what_they_are_linked_with() -> None:
    t = pair()
    assert links(t) == {"clip-1": "link-1", "clip-2": "link-2", "clip-3": "link-1", "clip-4": "link-2"}
    assert edits.link(t, clips=["clip-3", "clip-1"]) is t
    assert set(links(edits.link(t, clips=["clip-1", "clip-2"])).values()) == {"link-3"}
    with pytest.raises(EditError, match="two clips"):
        edits.link(t, clips=["clip-1", "clip-1"])


def test_unlink_dissolves_a_link_or_takes_one_out() -> None:
    three = edits.link(pair(), clips=["clip-1", "clip-2"])
    assert set(links(edits.unlink(three, clip="clip-4")).values()) == {None}
    assert links(edits.unlink(three, clip="clip-4", alone=True))["clip-4"] is None
    assert links(edits.unlink(three, clip="clip-4", alone=True))["clip-1"] == "link-3"
    assert links(edits.unlink(pair(), clip="clip-4", alone=True))["clip-2"] is None
    with pytest.raises(EditError, match="linked with nothing"):
        edits.unlink(scene(V1="11"), clip="clip-1")


# --- together --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "args", "after", "after_alone"),
    [
        ("move", {"clip": "clip-2", "to": 5}, ("111..222", "333..444"), ("111..222", "333444")),
        ("move", {"clip": "clip-4", "to": 5}, ("111..222", "333..444"), ("111222", "333..444")),
        ("trim", {"clip": "clip-1", "end": -1}, ("11.222", "33.444"), ("11.222", "333444")),
        ("ripple", {"clip": "clip-1", "end": -1}, ("11222", "33444"), ("11222", "333444")),
        ("ripple", {"clip": "clip-3", "end": +2}, ("11111222", "33333444"), ("111222", "33333444")),
        ("roll", {"clip": "clip-1", "end": +1}, ("111122", "333344"), ("111122", "333444")),
        ("remove", {"clips": ["clip-1"]}, ("...222", "...444"), ("...222", "333444")),
        ("lift", {"clips": ["clip-1"]}, ("...222", "...444"), ("...222", "333444")),
        ("extract", {"clips": ["clip-1"]}, ("222", "444"), ("222", "333444")),
        ("duplicate", {"clip": "clip-1"}, ("111555222", "333666444"), ("111555222", "333444")),
        ("duplicate", {"clip": "clip-1", "to": 7}, ("111222.555", "333444.666"), ("111222.555", "333444")),
        ("split", {"at": 1, "track": "V1"}, ("155222", "366444"), ("155222", "333444")),
    ],
)
def test_one_edit_for_all_that_is_linked(
    op: str, args: dict[str, Any], after: tuple[str, str], after_alone: tuple[str, str]
) -> None:
    assert drawn(run(pair(), op, args).after) == after
    assert drawn(run(pair(), op, args | {"alone": True}).after) == after_alone


def test_slip_shows_other_frames_of_both() -> None:
    t = edits.slip(pair(), clip="clip-1", by=2)
    assert shows(t, "clip-1") == shows(t, "clip-3") == (52, 55)
    assert shows(edits.slip(pair(), clip="clip-1", by=2, alone=True), "clip-3") == (50, 53)


def test_slip_leaves_what_is_the_same_at_any_frame() -> None:
    t = edits.title(scene(V1="111"), text="Hello", at=0, duration=3)
    t = edits.slip(edits.link(t, clips=["clip-1", "clip-2"]), clip="clip-1", by=2)
    assert shows(t, "clip-1") == (52, 55)
    with pytest.raises(EditError, match="same at any frame"):
        edits.slip(t, clip="clip-2", by=2)


def test_slide_takes_the_linked_clip_along_between_its_neighbours_or_without() -> None:
    t = edits.link(scene(V1="111222333", A1="...444"), clips=["clip-2", "clip-4"])
    t = edits.slide(t, clip="clip-2", by=2)
    assert drawn(t) == ("111112223", ".....444")
    t = edits.slide(t, clip="clip-2", by=-4)
    assert drawn(t) == ("122233333", ".444")
    with pytest.raises(EditError, match=r"clip-5.*linked with clip-2"):
        edits.slide(edits.link(scene(V1="111222333", A1="555444"), clips=["clip-2", "clip-5"]), clip="clip-2", by=-1)


def test_only_the_ends_in_common_move() -> None:
    t = edits.trim(pair(V1="1111", V2="222", A1="3333", A2="444"), clip="clip-3", end=-2, alone=True)
    assert shown(edits.trim(t, clip="clip-1", end=-1), "A1") == "33"  # the sound was trimmed on its own before
    assert shown(edits.trim(t, clip="clip-1", start=+1), "A1") == ".3"


def test_a_split_makes_two_links_of_one() -> None:
    t = edits.split(pair(), at=1, track="V1")
    assert links(t)["clip-1"] == links(t)["clip-3"] == "link-1"
    assert links(t)["clip-5"] == links(t)["clip-6"] == "link-3"
    alone = edits.split(pair(), at=1, track="V1", alone=True)
    assert links(alone)["clip-1"] == links(alone)["clip-5"] == links(alone)["clip-3"] == "link-1"


def test_a_split_beside_a_shorter_sound_leaves_no_link_of_one() -> None:
    t = edits.trim(pair(), clip="clip-3", end=-2, alone=True)
    t = edits.split(t, at=2, track="V1")
    assert links(t)["clip-1"] == links(t)["clip-3"] == "link-1"
    assert links(t)["clip-5"] is None


def test_copies_get_a_link_of_their_own() -> None:
    t = edits.duplicate(pair(), clip="clip-2")
    assert links(t)["clip-5"] == links(t)["clip-6"] == "link-3"
    assert links(t)["clip-2"] == links(t)["clip-4"] == "link-2"


def test_copies_of_clips_of_unlike_length_keep_their_places_to_each_other() -> None:
    t = edits.trim(pair(), clip="clip-4", end=+2, alone=True)
    t = edits.duplicate(t, clip="clip-2")
    assert drawn(t) == ("111222..555", "33344444" + "66666")


def test_what_moves_up_takes_what_is_above_with_it_and_not_the_sound() -> None:
    t = edits.title(pair(), text="Hello", at=3, duration=3)
    t = edits.link(t, clips=["clip-2", "clip-5"])
    t = edits.move(t, clip="clip-2", to=4, track="V2")
    assert (shown(t, "V2"), shown(t, "V3"), shown(t, "A1")) == ("....222", "....555", "333.444")
    with pytest.raises(EditError, match="linked with"):
        edits.move(t, clip="clip-5", track="V1")  # its picture would go below V1


def test_clips_that_move_together_may_take_each_others_place_and_keep_their_transition() -> None:
    t = edits.transition(edits.link(scene(V1="111222"), clips=["clip-1", "clip-2"]), left="clip-1", duration=2)
    t = edits.move(t, clip="clip-2", to=5)
    assert shown(t, "V1") == "..111222"
    assert len(t.transitions) == 1


def test_a_link_that_loses_all_but_one_dissolves() -> None:
    for t in (
        edits.remove(pair(), clips=["clip-1"], alone=True),
        edits.extract(pair(), clips=["clip-1"], alone=True),
        edits.overwrite(pair(), source=pair().clips[0].source, name="x", track="V1", at=0, trim=(0, 3)),
        edits.remove_track(edits.add_track(pair(), kind="video"), track="V1", with_clips=True),
    ):
        assert links(t)["clip-3"] is None


# --- what follows ----------------------------------------------------------------------------------------------------


def test_what_is_pushed_takes_its_sound_along_and_all_that_follows_it_there() -> None:
    t = scene(V1="111222", A1="333444.55", A2="666666666")
    t = edits.link(edits.link(t, clips=["clip-1", "clip-3"]), clips=["clip-2", "clip-4"])
    new = {"source": t.clips[0].source, "name": "new", "track": "V1", "trim": (0, 2)}
    pushed = edits.insert(t, **new, at=3)
    assert (*drawn(pushed), shown(pushed, "A2")) == ("11177222", "333..444.55", "666666666")
    assert drawn(edits.insert(t, **new, at=3, alone=True)) == ("11177222", "333444.55")


def test_an_insert_into_a_linked_clip_cuts_the_sound_too() -> None:
    t = pair()
    t = edits.insert(t, source=t.clips[0].source, name="new", track="V1", at=1, trim=(0, 2))
    assert drawn(t) == ("15566222", "3..77444")
    assert links(t)["clip-6"] == links(t)["clip-7"] == "link-3"


def test_closing_a_gap_or_extracting_keeps_what_follows_in_step() -> None:
    gap = edits.move(pair(), clip="clip-2", to=5)
    assert drawn(edits.close_gap(gap, at=4, track="V1")) == ("111222", "333444")
    longer = edits.trim(pair(V1="111222", A1="333.444"), clip="clip-3", end=+1, alone=True)
    assert drawn(longer) == ("111222", "3333444")
    # The sound that goes is a frame longer: that frame stays empty, so that clips 2 and 4 stay where they are to each other.
    assert drawn(edits.extract(longer, clips=["clip-1"])) == ("222", ".444")


def test_a_ripple_is_refused_where_the_linked_sound_finds_no_room() -> None:
    t = edits.link(scene(V1="111222", A1="33.444"), clips=["clip-2", "clip-4"])
    with pytest.raises(EditError, match=r"clip-3.*is in the way on A1.*clip-4") as refused:
        edits.ripple(t, clip="clip-1", end=-2)
    assert "alone=True" in refused.value.hint
    assert drawn(edits.ripple(t, clip="clip-1", end=-1)) == ("11222", "33444")


# --- all or none -----------------------------------------------------------------------------------------------------

LOCKED: list[Callable[[Timeline], Timeline]] = [
    lambda t: edits.move(t, clip="clip-1", to=9),
    lambda t: edits.trim(t, clip="clip-1", end=-1),
    lambda t: edits.ripple(t, clip="clip-1", end=-1),
    lambda t: edits.roll(t, clip="clip-1", end=-1),
    lambda t: edits.slip(t, clip="clip-1", by=1),
    lambda t: edits.split(t, at=1),
    lambda t: edits.split(t, at=1, track="V1"),
    lambda t: edits.remove(t, clips=["clip-1"]),
    lambda t: edits.extract(t, clips=["clip-1"]),
    lambda t: edits.duplicate(t, clip="clip-1"),
    lambda t: edits.link(t, clips=["clip-1", "clip-2"]),
    lambda t: edits.unlink(t, clip="clip-1"),
]


@pytest.mark.parametrize("edit", LOCKED)
def test_a_locked_track_refuses_for_all_that_is_linked(edit: Callable[[Timeline], Timeline]) -> None:
    t = edits.set_track(pair(), track="A1", locked=True)
    with pytest.raises(EditError, match=r"track A1 is locked; it is linked with clip-1") as refused:
        edit(t)
    assert "alone=True" in refused.value.hint


def test_a_locked_track_refuses_to_be_left_behind() -> None:
    t = edits.unlink(edits.set_track(pair(), track="A1", locked=False), clip="clip-1")
    t = edits.set_track(t, track="A1", locked=True)
    with pytest.raises(EditError, match="A1 is locked, and a clip on it is linked"):
        edits.extract(t, clips=["clip-1"])  # clip 2 would move and its sound, clip 4, stay
    assert drawn(edits.extract(t, clips=["clip-1"], alone=True)) == ("222", "333444")


def test_what_one_of_them_cannot_the_others_do_not() -> None:
    short = msgspec.structs.replace(pair().clip_by_id["clip-3"].source, frames=54)
    t = edits.relink(pair(), source_from=pair().clip_by_id["clip-3"].source, source_to=short)
    t = edits.move(t, clip="clip-2", to=40)
    with pytest.raises(EditError, match=r"clip-3.*1 frame after its end.*linked with clip-1") as refused:
        edits.trim(t, clip="clip-1", end=+2)
    assert "end=+1" in refused.value.hint
    assert drawn(edits.trim(t, clip="clip-1", end=+1))[1].startswith("3333.")
