"""Export to a course: render, media file, chapter; a failure leaves everything as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from studio_widgets.engine.courses import chapters, export_status, exporter
from studio_widgets.engine.courses.exporter import CoursesPort, export_chapter
from studio_widgets.engine.errors import CancelledError, CourseError, LibraryError, RenderError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.library.session import ProjectSession
from studio_widgets.engine.timeline.model import Timeline
from tests.engine.conftest import Kernel

COURSE = "Intro to Python"


@pytest.fixture
def project(kernel: Kernel, numbered_mp4: Path) -> ProjectSession:
    """Half a second of numbered frames at 160×90, with a chapter point and a caption."""
    media = kernel.library.get(kernel.library.add(numbered_mp4).id[0])
    session = kernel.projects.open_or_create("Lesson 1", width=160, height=90)
    timeline = TimelineHandle(session)
    timeline.add(media, at=0, trim=(0, 15))
    timeline.marker(5, "Loops")
    timeline.marker(8, "only a note", chapter=False)
    timeline.caption("Hello", at=3, duration=6)
    return session


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch, numbered_mp4: Path) -> list[Timeline]:
    """Replaces the renderer by a copy of a file; returns the timelines that were rendered."""
    rendered: list[Timeline] = []

    def render(library: Any, timeline: Timeline, out: Path, **options: Any) -> None:
        rendered.append(timeline)
        # other bytes for every rendered timeline: a comment box at the end is ignored by players
        out.write_bytes(numbered_mp4.read_bytes() + bytes([0, 0, 0, 9]) + b"free" + bytes([len(rendered)]))

    monkeypatch.setattr(exporter, "render_timeline", render)
    return rendered


def status(kernel: Kernel) -> str:
    return str(kernel.projects.list().export_status[0])


def test_an_export_makes_media_file_and_chapter(kernel: Kernel, project: ProjectSession) -> None:
    seen: list[tuple[str, int, int]] = []
    statuses: set[str] = set()

    def progress(label: str, done: int, total: int) -> None:
        seen.append((label, done, total))
        statuses.add(status(kernel))

    course_id, chapter_id, media_id = export_chapter(
        kernel.library, project, COURSE, "Welcome", "The first lesson", "video", progress
    )
    assert media_id is not None
    media = kernel.library.get(media_id)
    assert (media.name, media.source_type, media.width, media.height) == ("Welcome.mp4", "studio_export", 160, 90)
    assert media.metadata["project_rev"] == project.rev
    with av.open(str(media.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 15

    [course] = chapters.courses(kernel.library)
    [chapter] = chapters.chapters(kernel.library, course_id)
    assert (course.id, course.title, course.chapters) == (course_id, COURSE, 1)
    assert chapter.id == chapter_id
    assert (chapter.title, chapter.description, chapter.position) == ("Welcome", "The first lesson", 1)
    assert (chapter.media_file_id, chapter.studio_project_id, chapter.mode) == (media_id, None, "video")
    assert chapter.duration_seconds == 0.5
    assert chapter.metadata["points"] == [{"seconds": pytest.approx(5 / 30, abs=1e-6), "name": "Loops"}]
    assert chapter.metadata["captions"] == [{"start": 0.1, "end": 0.3, "text": "Hello"}]
    assert statuses == {"rendering"}
    assert status(kernel) == "exported"
    _, done, total = seen[-1]
    assert done == total > 0


@pytest.mark.parametrize("mode", ["video", "project", "both"])
def test_a_chapter_shows_what_its_mode_says(
    kernel: Kernel, project: ProjectSession, painted: list[Timeline], mode: chapters.Mode
) -> None:
    course_id, _, media_id = export_chapter(kernel.library, project, COURSE, "Welcome", mode=mode)
    [chapter] = chapters.chapters(kernel.library, course_id)
    assert chapter.mode == mode
    assert (chapter.media_file_id is not None) == (media_id is not None) == (mode != "project")
    assert (chapter.studio_project_id == project.id) == (mode != "video")
    assert len(painted) == (mode != "project")


def test_exporting_again_replaces_the_chapter_in_its_place(
    kernel: Kernel, project: ProjectSession, painted: list[Timeline]
) -> None:
    second = kernel.projects.open_or_create("Lesson 2")
    second.apply("title", {"text": "Two", "at": 0, "duration": 15})
    course_id, first_id, first_media = export_chapter(kernel.library, project, COURSE, "One")
    export_chapter(kernel.library, second, COURSE, "Two")
    project.apply("marker", {"at": 9, "name": "More"})
    _, again_id, again_media = export_chapter(kernel.library, project, COURSE, "One, again", mode="both")
    assert again_id == first_id
    assert again_media != first_media
    found = chapters.chapters(kernel.library, course_id)
    assert [(chapter.position, chapter.title, chapter.mode) for chapter in found] == [
        (1, "One, again", "both"),
        (2, "Two", "video"),
    ]


def test_one_project_can_be_in_two_courses(kernel: Kernel, project: ProjectSession, painted: list[Timeline]) -> None:
    for course in ("A", "B"):
        export_chapter(kernel.library, project, course, "Welcome")
    assert [(row.title, row.chapters) for row in CoursesPort(kernel.library).list()] == [("A", 1), ("B", 1)]


def test_a_failed_render_leaves_the_old_chapter(
    kernel: Kernel, project: ProjectSession, painted: list[Timeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    course_id, _, _ = export_chapter(kernel.library, project, COURSE, "Welcome")
    before = chapters.chapters(kernel.library, course_id)

    def fail(*_: Any, **__: Any) -> None:
        assert status(kernel) == "rendering"
        raise RenderError("out of disk", where="clip-1")

    monkeypatch.setattr(exporter, "render_timeline", fail)
    with pytest.raises(RenderError):
        export_chapter(kernel.library, project, COURSE, "Other title")
    assert chapters.chapters(kernel.library, course_id) == before
    assert status(kernel) == "exported"
    assert len(kernel.library.files(tags=[])) == 2  # the footage and the first export


def test_a_failed_first_export_leaves_a_draft(
    kernel: Kernel, project: ProjectSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporter, "render_timeline", fail)
    with pytest.raises(KeyboardInterrupt):
        export_chapter(kernel.library, project, COURSE, "Welcome")
    assert status(kernel) == "draft"


def test_a_cancelled_export_makes_nothing(kernel: Kernel, project: ProjectSession) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        export_chapter(kernel.library, project, COURSE, "Welcome", cancel=cancel)
    assert len(kernel.library.files()) == 1
    assert [row.chapters for row in chapters.courses(kernel.library)] == [0]
    assert status(kernel) == "draft"


def test_an_empty_project_and_an_unknown_mode_are_refused(kernel: Kernel, project: ProjectSession) -> None:
    with pytest.raises(CourseError, match="empty"):
        export_chapter(kernel.library, kernel.projects.open_or_create("Nothing"), COURSE, "Welcome")
    with pytest.raises(CourseError, match="mode"):
        export_chapter(kernel.library, project, COURSE, "Welcome", mode="film")  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="title"):
        export_chapter(kernel.library, project, " ", "Welcome")
    assert chapters.courses(kernel.library) == []


def test_what_a_chapter_shows_cannot_be_deleted(
    kernel: Kernel, project: ProjectSession, painted: list[Timeline]
) -> None:
    course_id, _, media_id = export_chapter(kernel.library, project, COURSE, "Welcome", mode="both")
    with pytest.raises(LibraryError):
        kernel.library.delete([media_id])
    with pytest.raises(LibraryError, match="chapter"):
        kernel.projects.delete("Lesson 1")
    assert kernel.projects.open_or_create("Lesson 1") is project
    chapters.delete_chapter(kernel.library, course_id, 1)
    with pytest.raises(CourseError, match="no chapter 1"):
        chapters.delete_chapter(kernel.library, course_id, 1)


def test_a_course_keeps_its_description_until_another_is_given(kernel: Kernel) -> None:
    first = chapters.open_or_create(kernel.library, COURSE, "About loops")
    assert chapters.open_or_create(kernel.library, COURSE) == first
    assert chapters.open_or_create(kernel.library, COURSE, "About more").description == "About more"
    assert chapters.chapters_frame(kernel.library, first.id).empty


def test_what_a_killed_export_left_is_taken_back(
    kernel: Kernel,
    open_kernel: Callable[[], Kernel],
    project: ProjectSession,
    painted: list[Timeline],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with kernel.database.connection() as connection:
        connection.execute("update studio_projects set export_status = 'rendering'")
    left = kernel.home / "cache" / "exports" / f"{project.id}-left"
    left.mkdir(parents=True)
    export_status.recover(kernel.library)
    assert (status(kernel), left.exists()) == ("draft", False)

    seen: list[tuple[str, int]] = []

    def another_opens(*_: object) -> None:
        other = open_kernel()
        export_status.recover(other.library)
        seen.append((status(other), len(list(left.parent.iterdir()))))

    def render(*arguments: Any, **options: Any) -> None:
        another_opens()
        raise RenderError("full disk")

    export_chapter(kernel.library, project, COURSE, "Welcome")
    assert status(kernel) == "exported"
    monkeypatch.setattr(exporter, "render_timeline", render)
    with pytest.raises(RenderError, match="full disk"):
        export_chapter(kernel.library, project, COURSE, "Welcome")
    assert seen == [("rendering", 1)], "what is being rendered by a living kernel stays as it is"
    assert (status(kernel), list(left.parent.iterdir())) == ("exported", [])

    with kernel.database.connection() as connection:
        connection.execute("update studio_projects set export_status = 'rendering'")
    export_status.recover(kernel.library)
    assert status(kernel) == "exported"


def test_an_export_goes_on_when_the_server_is_started_anew_under_it(
    kernel: Kernel, project: ProjectSession, painted: list[Timeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    paint = exporter.render_timeline

    def render(*arguments: Any, **options: Any) -> None:
        with kernel.database.connection() as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        paint(*arguments, **options)

    monkeypatch.setattr(exporter, "render_timeline", render)
    export_chapter(kernel.library, project, COURSE, "Welcome")
    assert status(kernel) == "exported"
