"""Edited rows of `to_frame()` back onto the timeline: one step, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from studio_widgets.engine.errors import ConflictError, EditError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.timeline.serial import to_json
from tests.unit.timeline.parts import MemoryProject, media, shown

SHELF = {
    "talk.mp4": media("talk.mp4", 300),
    "chart.png": media("chart.png", None, "image", has_audio=False),
    "voice.wav": media("voice.wav", 90, "audio"),
}


@pytest.fixture
def project() -> MemoryProject:
    """V1 [1 × 10][2 × 20]..........[3 × 5], a still, a sound, a title."""
    project = MemoryProject(SHELF)
    edit = project.handle
    edit.add("talk.mp4", trim=(50, 60))
    edit.add("talk.mp4", trim=(80, 100))
    edit.add("talk.mp4", at=40, trim=(0, 5))
    edit.add("chart.png", "V2", 0, duration=30)
    edit.add("voice.wav", at=0)
    edit.title("Hello", at=0, duration=12, track="V3")
    return project


@pytest.fixture
def timeline(project: MemoryProject) -> TimelineHandle:
    return project.handle


def by_id(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("id", drop=False)


def test_two_clips_change_places_in_one_step(project: MemoryProject, timeline: TimelineHandle) -> None:
    before, rows = to_json(project.timeline), project.rev
    frame = by_id(timeline.to_frame())
    frame.loc["clip-1", "start"], frame.loc["clip-2", "start"] = 20, 0
    assert timeline.update(frame) == 2
    assert shown(project.timeline, "V1")[:30] == "2" * 20 + "1" * 10
    assert project.rev == rows + 1
    assert project.echo()[-1] == 'timeline.update([{"id": "clip-1", "start": 20}, {"id": "clip-2", "start": 0}])'
    timeline.undo()
    assert to_json(project.timeline) == before


def test_a_frame_as_it_is_changes_nothing(project: MemoryProject, timeline: TimelineHandle) -> None:
    rows = project.rev
    assert timeline.update(timeline.to_frame()) == 0
    assert timeline.update(timeline.to_frame().iloc[:0]) == 0
    assert project.rev == rows


@pytest.mark.parametrize(
    ("clip", "column", "value", "read"),
    [
        ("clip-1", "name", "Opening", lambda c: c.name),
        ("clip-3", "track", "V4", lambda c: c.track),
        ("clip-3", "start", 100.0, lambda c: float(c.start_frame)),
        ("clip-3", "duration", 9, lambda c: c.duration_frames),
        ("clip-2", "trim_start", 3, lambda c: c.trim_start_frame),
        ("clip-1", "gain_db", -6, lambda c: c.audio.gain_db),
        ("clip-1", "muted", True, lambda c: c.audio.muted),
        ("clip-1", "fade_in", 4, lambda c: c.audio.fade_in_frames),
        ("clip-4", "opacity", 0.5, lambda c: c.transform.opacity),
        ("clip-4", "scale", 2, lambda c: c.transform.scale),
        ("clip-6", "text", "Goodbye", lambda c: c.source.text),
    ],
)
def test_what_can_be_edited(
    timeline: TimelineHandle, clip: str, column: str, value: Any, read: Callable[[Any], Any]
) -> None:
    frame = by_id(timeline.to_frame())
    frame[column] = frame[column].astype(object)
    frame.loc[clip, column] = value
    assert timeline.update(frame) == 1
    assert read(timeline[clip]) == value


def test_columns_and_rows_may_be_left_out_and_added(timeline: TimelineHandle) -> None:
    frame = timeline.to_frame().query("track == 'V1'")[["id", "start"]].assign(start=lambda rows: rows.start + 7, x2=3)
    assert timeline.update(frame) == 3
    assert [clip.start_frame for clip in timeline.where("track == 'V1'")] == [7, 17, 47]


def test_a_read_only_column_may_say_what_comes_of_the_edit_and_nothing_else(timeline: TimelineHandle) -> None:
    frame = by_id(timeline.to_frame())
    frame.loc["clip-3", "start"] = 60
    frame.loc["clip-3", "end"] = 65
    assert timeline.update(frame) == 1
    for column, value in (("end", 70), ("source_id", "other"), ("link", "link-9"), ("end_timecode", "00:00:09:00")):
        frame = by_id(timeline.to_frame())
        frame[column] = frame[column].astype(object)
        frame.loc["clip-3", column] = value
        with pytest.raises(EditError, match=f"{column} of clip-3.*read-only"):
            timeline.update(frame)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"clip-1": {"start": 25}}, r"rows clip-2.*and clip-1.*would overlap on V1"),
        ({"clip-1": {"start": 200}, "clip-2": {"start": 195}}, r"rows clip-2.*and clip-1.*overlap"),
        ({"clip-1": {"start": -1}}, "row clip-1: the start is frame -1"),
        ({"clip-1": {"duration": 0}}, "row clip-1: the duration is 0"),
        ({"clip-3": {"duration": 301}}, r"row clip-3: .*301 of a source that has 300"),
        ({"clip-3": {"trim_start": -1}}, "row clip-3: .*frames -1"),
        ({"clip-1": {"track": "A1"}}, "row clip-1: A1 is an audio track"),
        ({"clip-1": {"track": "main"}}, "row clip-1: 'main' is not a track"),
        ({"clip-1": {"opacity": 1.5}}, "row clip-1: opacity is 1.5"),
        ({"clip-4": {"gain_db": 3}}, "row clip-4: .*no sound"),
        ({"clip-5": {"scale": 3}}, "row clip-5: .*no picture"),
        ({"clip-1": {"text": "Hi"}}, "row clip-1: .*not a title"),
        ({"clip-1": {"fade_in": 6, "fade_out": 6}}, "row clip-1: fades of 6 and 6"),
        ({"clip-9": {"start": 3}}, "clip-9"),
    ],
)
def test_one_bad_row_and_nothing_has_changed(
    project: MemoryProject, timeline: TimelineHandle, changes: dict[str, dict[str, Any]], why: str
) -> None:
    before = project.timeline
    rows = [{"id": "clip-6", "start": 3}, *({"id": clip, **cells} for clip, cells in changes.items())]
    with pytest.raises(EditError, match=why):
        timeline.update(rows)
    assert project.timeline is before


@pytest.mark.parametrize("value", [1.5, float("nan"), None, "soon", True, np.inf])
def test_a_cell_that_is_no_frame_is_refused(timeline: TimelineHandle, value: Any) -> None:
    frame = by_id(timeline.to_frame())
    frame["start"] = frame["start"].astype(object)
    frame.loc["clip-3", "start"] = value
    with pytest.raises(EditError, match="start of clip-3"):
        timeline.update(frame)


def test_locked_tracks_refuse(timeline: TimelineHandle) -> None:
    timeline.set_track("V1", locked=True)
    with pytest.raises(EditError, match="row clip-1: track V1 is locked"):
        timeline.update([{"id": "clip-1", "start": 300}])
    with pytest.raises(EditError, match="row clip-4: track V1 is locked"):
        timeline.update([{"id": "clip-4", "track": "V1", "start": 300}])


def test_ids_are_what_they_were(timeline: TimelineHandle) -> None:
    frame = timeline.to_frame()
    with pytest.raises(EditError, match="no column id"):
        timeline.update(frame.drop(columns="id"))
    with pytest.raises(EditError, match="clip-1 stands in the DataFrame twice"):
        timeline.update(pd.concat([frame, frame.head(1)]))
    with pytest.raises(EditError, match="'clip-77'"):
        timeline.update(frame.replace({"id": {"clip-1": "clip-77"}}))
    with pytest.raises(EditError, match="two rows for clip-1"):
        timeline.update([{"id": "clip-1", "start": 90}, {"id": "clip-1", "start": 95}])
    with pytest.raises(EditError, match="bad arguments"):
        timeline.update([{"id": "clip-1", "begin": 90}])


def test_what_others_changed_meanwhile_is_not_lost(timeline: TimelineHandle) -> None:
    frame = by_id(timeline.to_frame())
    timeline.set_name("clip-1", "Opening")
    frame.loc["clip-3", "start"] = 90
    assert timeline.update(frame) == 1  # the old name in the DataFrame is no edit
    assert timeline["clip-1"].name == "Opening"
    frame = by_id(timeline.to_frame())
    timeline.move("clip-3", 100)
    frame.loc["clip-3", "start"] = 110
    with pytest.raises(ConflictError, match=r"clip-3 was changed \(start\)"):
        timeline.update(frame)
    timeline.remove("clip-3")
    with pytest.raises(ConflictError, match="clip-3 was removed"):
        timeline.update(frame)
