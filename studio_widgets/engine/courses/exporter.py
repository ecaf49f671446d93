"""Export to a course: project → render → media file → chapter. A failure leaves the old chapter as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import msgspec

from studio_widgets.engine.courses import chapters
from studio_widgets.engine.courses.captions import cues, points
from studio_widgets.engine.courses.chapters import MODES, CourseRow, Mode
from studio_widgets.engine.courses.export_status import rendering
from studio_widgets.engine.courses.rendering import render_timeline
from studio_widgets.engine.errors import CancelledError, CourseError
from studio_widgets.engine.timeline.model import Timeline

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.media_file import MediaFile
    from studio_widgets.engine.library.session import ProjectSession

Progress = Callable[[str, int, int], None]


class CoursesPort:
    """The courses of a library as widgets use them."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def list(self) -> list[CourseRow]:
        """All courses, by title."""
        return chapters.courses(self.library)

    def export(
        self,
        session: ProjectSession,
        *,
        course: str,
        title: str,
        description: str = "",
        mode: Mode = "video",
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[str, str, str | None]:
        """See `export_chapter`."""
        return export_chapter(self.library, session, course, title, description, mode, progress, cancel)


def export_chapter(
    library: Library,
    session: ProjectSession,
    course_title: str,
    title: str,
    description: str = "",
    mode: Mode = "video",
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    *,
    preset: str | None = None,
    executor: Executor | None = None,
) -> tuple[str, str, str | None]:
    """Make a chapter of a project; returns ids of course, chapter and media file (None in mode "project").

    The course is created when new. Exporting the same project to the same course again replaces its chapter and
    keeps its place. `progress(label, done, total)` may be called from any thread; setting `cancel` ends in
    CancelledError. While it works, the project's export_status is "rendering"; afterwards "exported", after a
    failure what it was before.
    """
    if mode not in MODES:
        raise CourseError(f"unknown mode {mode!r}", hint=f"One of {', '.join(MODES)}.")
    rev, timeline = session.state()
    if timeline.total_frames == 0:
        raise CourseError("the project is empty", where=session.title, hint="Add a clip before exporting.")
    title = title.strip() or session.title
    course = chapters.open_or_create(library, course_title)
    with rendering(library, session.id) as folder:
        media = None
        if mode != "project":
            out = folder / "export.mp4"
            render_timeline(
                library,
                timeline,
                out,
                title=session.title,
                preset=preset,
                executor=executor,
                progress=progress,
                cancel=cancel,
            )
            media = library.add_export(out, name=f"{title}.mp4", metadata=_made_from(session, rev, timeline))
        if cancel is not None and cancel.is_set():
            raise CancelledError("the export was cancelled", where=session.title)
        chapter = _record(library, session, course, rev, timeline, title, description, mode, media)
    return course.id, chapter, media.id if media is not None else None


def _made_from(session: ProjectSession, rev: int, timeline: Timeline) -> dict[str, Any]:
    """What an exported media file remembers of where it comes from."""
    return {
        "project_id": session.id,
        "project_title": session.title,
        "project_rev": rev,
        "rate": timeline.rate,
        "total_frames": timeline.total_frames,
    }


def _record(
    library: Library,
    session: ProjectSession,
    course: CourseRow,
    rev: int,
    timeline: Timeline,
    title: str,
    description: str,
    mode: Mode,
    media: MediaFile | None,
) -> str:
    """Chapter and project change together or not at all."""
    with library.database.connection() as connection:
        chapter = chapters.put_chapter(
            connection,
            course.id,
            session.id,
            title=title,
            description=description,
            mode=mode,
            media_file_id=media.id if media is not None else None,
            duration_seconds=float(timeline.total_frames / timeline.fps),
            metadata={
                "project_rev": rev,
                "points": msgspec.to_builtins(points(timeline)),
                "captions": msgspec.to_builtins(cues(timeline)),
            },
        )
        connection.execute(
            "update studio_projects set export_status = 'exported', related_course_id = %s, exported_chapter_id = %s,"
            " exported_media_file_id = coalesce(%s, exported_media_file_id), updated_at = now() where id = %s",
            (course.id, chapter, media.id if media is not None else None, session.id),
        )
    return chapter
