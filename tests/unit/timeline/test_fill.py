"""place: three points give the fourth."""

from __future__ import annotations

from typing import Any

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import media, scene, shown, shows

TALK = media("talk", 100)


def placed(t: Timeline, source: Any = TALK, **points: Any) -> Timeline:
    return edits.place(t, source=source, name="talk", **points)


@pytest.mark.parametrize(
    ("points", "at", "range_"),
    [
        ({"source_in": 10, "source_out": 30, "timeline_in": 5}, 5, (10, 30)),
        ({"source_in": 10, "source_out": 30, "timeline_out": 45}, 25, (10, 30)),  # backtimed
        ({"source_in": 10, "timeline_in": 5, "timeline_out": 25}, 5, (10, 30)),
        ({"source_out": 30, "timeline_in": 5, "timeline_out": 25}, 5, (10, 30)),
        ({"source_in": 10, "source_out": 30, "timeline_in": 5, "timeline_out": 25}, 5, (10, 30)),
        ({"timeline_in": 5, "timeline_out": 25}, 5, (0, 20)),
        ({"source_in": 60, "timeline_out": 50}, 10, (60, 100)),
        ({"source_out": 60, "timeline_in": 7}, 7, (0, 60)),
        ({"source_in": 90}, 3, (90, 100)),  # after the last clip of the track
        ({}, 3, (0, 100)),
    ],
)
def test_three_points_give_the_fourth(points: dict[str, int], at: int, range_: tuple[int, int]) -> None:
    t = placed(scene(V1="111"), **points)
    assert t.clip_by_id["clip-2"].start_frame == at
    assert shows(t, "clip-2") == range_


def test_it_replaces_what_lies_there_or_pushes_it() -> None:
    points = {"source_in": 4, "timeline_in": 2, "timeline_out": 4}
    assert shown(placed(scene(V1="111122"), **points), "V1") == "113322"
    assert shown(placed(scene(V1="111122"), **points, mode="insert"), "V1") == "11334422"


def test_a_still_fills_what_it_is_given() -> None:
    still = media("chart", None, "image", has_audio=False)
    t = placed(Timeline(), still, timeline_in=10, timeline_out=400)
    assert (t.clips[0].start_frame, t.clips[0].end_frame) == (10, 400)
    assert placed(Timeline(), still, timeline_in=3).clips[0].duration_frames == 150


@pytest.mark.parametrize(
    ("points", "why"),
    [
        (
            {"source_in": 0, "source_out": 30, "timeline_in": 0, "timeline_out": 20},
            "source 0 to 30 is 30 frames long, but timeline 0 to 20 is 20 frames",
        ),
        ({"source_in": 30, "source_out": 30}, "source_out=30 is not after source_in=30"),
        ({"timeline_in": 9, "timeline_out": 4}, "timeline_out=4 is not after timeline_in=9"),
        ({"source_in": 0, "source_out": 30, "timeline_out": 20}, "start at frame -10"),
        ({"source_out": 10, "timeline_in": 0, "timeline_out": 20}, "would start before"),
        ({"source_in": 90, "timeline_in": 0, "timeline_out": 20}, "frame 110, is beyond"),
        ({"source_in": 100}, "source_in=100 is beyond"),
        ({"source_in": -1}, "source_in is frame -1"),
        ({"timeline_out": -5}, "timeline_out is frame -5"),
    ],
)
def test_points_that_contradict_each_other_are_named(points: dict[str, int], why: str) -> None:
    with pytest.raises(EditError, match=why) as refused:
        placed(Timeline(), **points)
    assert refused.value.hint
