"""The timeline as cells use it, on a real library: what `add` understands, and the echo over a saved take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio_widgets.engine.errors import EditError, MissingMediaError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.library.session import Change
from studio_widgets.engine.timeline.serial import to_json
from tests.engine.conftest import Kernel
from tests.media import golden


@pytest.fixture
def talk(kernel: Kernel, numbered_video: Callable[..., Path]) -> Path:
    """A video of 30 frames at 30 fps in the library."""
    path = numbered_video("talk.mp4", 30, 30, (160, 90))
    kernel.library.add(path)
    return path


def timeline_of(kernel: Kernel, title: str = "Lesson") -> TimelineHandle:
    return TimelineHandle(kernel.projects.open_or_create(title))


def record(kernel: Kernel, folder: Path, name: str) -> str:
    """A take of two seconds."""
    webm = golden.make_numbered_video(folder / "take.webm", 60, 30)
    recording = kernel.recordings.start("screen", "video/webm", None, name)
    kernel.recordings.append(recording, 0, webm.read_bytes())
    kernel.recordings.stop(recording, 1)
    return recording


def test_media_is_told_by_name_id_or_value(kernel: Kernel, talk: Path) -> None:
    timeline, media = timeline_of(kernel), kernel.library["talk.mp4"]
    clips = [timeline.add(one) for one in ("talk.mp4", media.id, media)]
    assert [clip.source for clip in clips] == [clips[0].source] * 3
    assert [(clip.name, clip.start_frame, clip.duration_frames) for clip in clips] == [
        ("talk.mp4", 0, 30),
        ("talk.mp4", 30, 30),
        ("talk.mp4", 60, 30),
    ]


def test_a_file_that_is_not_in_the_library_says_how_to_add_it(kernel: Kernel, talk: Path) -> None:
    with pytest.raises(MissingMediaError) as refused:
        timeline_of(kernel).add(talk)
    assert f"studio.library.add({str(talk)!r})" in refused.value.hint
    with pytest.raises(MissingMediaError, match=r"lost\.mp4"):
        timeline_of(kernel).add("lost.mp4")


def test_a_take_is_told_by_name_id_or_value(kernel: Kernel, tmp_path: Path) -> None:
    recording = record(kernel, tmp_path, "Take 1")
    timeline = timeline_of(kernel)
    clips = [timeline.add(one) for one in ("Take 1", recording, kernel.recordings.get(recording))]
    assert [clip.source for clip in clips] == [clips[0].source] * 3
    assert clips[0].name == "Take 1"


def test_the_echo_rebuilds_a_timeline_whose_take_was_saved_meanwhile(
    kernel: Kernel, tmp_path: Path, talk: Path
) -> None:
    recording = record(kernel, tmp_path, "Take 1")
    timeline = timeline_of(kernel)
    timeline.add("talk.mp4", trim=(0, 20))
    timeline.add("Take 1", trim=(10, 50))
    timeline.transition("clip-1", duration=8)
    kernel.recordings.save(recording, "Demo", [], "")
    timeline.split(30)
    assert "relink" in timeline.echo()[3]
    again = timeline_of(kernel, "Again")
    for line in timeline.echo():
        exec(line, {"timeline": again})
    assert again.to_json() == timeline.to_json()


def test_views_that_follow_the_echo_agree_with_it_over_clears(kernel: Kernel) -> None:
    project = kernel.projects.open_or_create("Lesson")
    timeline = TimelineHandle(project)
    seen: list[str] = []

    def follow(change: Change) -> None:
        seen[change.echo_length - len(change.echo) :] = change.echo

    project.subscribe(follow)
    steps = [
        lambda: timeline.marker(1, "one"),
        lambda: timeline.marker(2, "two"),
        timeline.clear,
        lambda: timeline.marker(3, "three"),
        *[timeline.undo] * 4,
        *[timeline.redo] * 3,
    ]
    for step in steps:
        step()
        assert seen == timeline.echo()


def test_a_still_of_the_library_lasts_as_long_as_one_likes(kernel: Kernel, tmp_path: Path) -> None:
    kernel.library.add(golden.make_still(tmp_path / "chart.png", (64, 36)))
    timeline = timeline_of(kernel)
    assert timeline.add("chart.png", duration="00:10:00:00").duration_frames == 18_000
    assert timeline.trim("clip-1", end=+9).duration_frames == 18_009


def test_a_video_longer_than_it_is_is_refused(kernel: Kernel, talk: Path) -> None:
    with pytest.raises(EditError, match="30 frames"):
        timeline_of(kernel).add("talk.mp4", trim=(0, 31))
    assert to_json(timeline_of(kernel).value) == to_json(timeline_of(kernel, "Empty").value)


@pytest.mark.parametrize("trim", [5, (1,), (1, 2, 3), "5"])
def test_a_trim_that_is_no_range_is_refused(kernel: Kernel, talk: Path, trim: Any) -> None:
    with pytest.raises(EditError, match="is not a range"):
        timeline_of(kernel).add("talk.mp4", trim=trim)


@pytest.mark.parametrize("thing", [None, 5, {"name": "talk.mp4"}])
def test_what_names_no_media_is_refused(kernel: Kernel, thing: Any) -> None:
    with pytest.raises(MissingMediaError, match="is no media file"):
        timeline_of(kernel).add(thing)


def test_what_names_no_clip_is_refused(kernel: Kernel) -> None:
    with pytest.raises(EditError, match="1 is nothing of a timeline"):
        timeline_of(kernel).trim(1, end=-1)  # type: ignore[arg-type]
