"""Courses and their chapters: rows of `courses` and `course_chapters`.

A chapter shows a video of the library, a project rendered on demand, or both. Ids follow from titles and projects,
so that a notebook run twice makes the same rows, and exporting a project again replaces its chapter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid5

import msgspec
import pandas as pd
import psycopg
from psycopg.types.json import Jsonb

from studio_widgets.engine.errors import CourseError

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

Connection = psycopg.Connection[Any]
Mode = Literal["video", "project", "both"]
MODES: tuple[Mode, ...] = ("video", "project", "both")


class CourseRow(msgspec.Struct, frozen=True):
    """A course and how many chapters it has."""

    id: str
    title: str
    description: str
    chapters: int


class Chapter(msgspec.Struct, frozen=True):
    """A chapter. `position` counts from 1; `duration_seconds` is None when nobody measured it.

    `metadata` is what the export noted: chapter points, captions, and the project's revision.
    """

    id: str
    title: str
    description: str
    position: int
    media_file_id: str | None
    studio_project_id: str | None
    project_title: str | None
    video_url: str | None
    duration_seconds: float | None
    metadata: dict[str, Any]

    @property
    def mode(self) -> Mode:
        """What it shows: "video", "project" (rendered on demand) or "both"."""
        if self.studio_project_id is None:
            return "video"
        return "project" if self.media_file_id is None and self.video_url is None else "both"


def course_id(owner: str, title: str) -> str:
    """Id of an owner's course: the same title gives the same id."""
    return str(uuid5(UUID(owner), f"course:{title}"))


def chapter_id(course: str, project: str) -> str:
    """Id of the chapter that shows a project in a course: exporting again finds it."""
    return str(uuid5(UUID(course), f"project:{project}"))


def open_or_create(library: Library, title: str, description: str | None = None) -> CourseRow:
    """The owner's course of that title, created when there is none; a description, when given, is stored."""
    if not title.strip():
        raise CourseError("a course needs a title", hint='Give one, such as studio.course("Intro to Python").')
    with library.database.connection() as connection:
        connection.execute(
            "insert into courses (id, instructor_id, title, description) values (%s, %s, %s, %s)"
            " on conflict (instructor_id, title) do nothing",
            (course_id(library.owner, title), library.owner, title, description or ""),
        )
        if description is not None:
            connection.execute(
                "update courses set description = %s, updated_at = now()"
                " where instructor_id = %s and title = %s and description <> %s",
                (description, library.owner, title, description),
            )
    return find(library, title)


def find(library: Library, title: str) -> CourseRow:
    """The owner's course of that title; CourseError when there is none."""
    for row in courses(library):
        if row.title == title:
            return row
    raise CourseError(f"there is no course {title!r}", hint="Export a chapter to it first.")


def courses(library: Library) -> list[CourseRow]:
    """All courses of the owner, by title."""
    with library.database.connection() as connection:
        rows = connection.execute(
            "select c.id::text, c.title, c.description,"
            " (select count(*) from course_chapters h where h.course_id = c.id)"
            " from courses c where c.instructor_id = %s order by c.title, c.id",
            (library.owner,),
        ).fetchall()
    return [CourseRow(*row) for row in rows]


def courses_frame(library: Library) -> pd.DataFrame:
    """All courses as a DataFrame, by title."""
    rows = [msgspec.structs.asdict(row) for row in courses(library)]
    return pd.DataFrame(rows, columns=["title", "description", "chapters", "id"])


def chapters(library: Library, course: str) -> list[Chapter]:
    """The chapters of a course (by its id), in their order."""
    with library.database.connection() as connection:
        rows = connection.execute(
            "select h.id::text, h.title, h.description, row_number() over (order by h.position, h.created_at, h.id),"
            " h.media_file_id::text, h.studio_project_id::text, p.title, h.video_url, h.duration_seconds,"
            " h.studio_metadata"
            " from course_chapters h left join studio_projects p on p.id = h.studio_project_id"
            " where h.course_id = %s order by h.position, h.created_at, h.id",
            (course,),
        ).fetchall()
    return [Chapter(*row) for row in rows]


def chapters_frame(library: Library, course: str) -> pd.DataFrame:
    """The chapters of a course as a DataFrame, in their order."""
    columns = [
        "position",
        "title",
        "mode",
        "duration_seconds",
        "description",
        "media_file_id",
        "studio_project_id",
        "id",
    ]
    rows = [{name: getattr(chapter, name) for name in columns} for chapter in chapters(library, course)]
    return pd.DataFrame(rows, columns=columns).astype({"duration_seconds": "float64", "position": "int64"})


def put_chapter(
    connection: Connection,
    course: str,
    project: str,
    *,
    title: str,
    description: str,
    mode: Mode,
    media_file_id: str | None,
    duration_seconds: float,
    metadata: dict[str, Any],
) -> str:
    """Write the chapter that shows a project, at the end of the course or in the place it has; returns its id.

    Whoever holds the course's row lock numbers chapters alone.
    """
    connection.execute("select from courses where id = %s for update", (course,))
    identity = chapter_id(course, project)
    connection.execute(
        "insert into course_chapters"
        " (id, course_id, title, description, position, media_file_id, studio_project_id, duration_seconds,"
        "  studio_metadata)"
        " values (%(id)s, %(course)s, %(title)s, %(description)s,"
        "  (select coalesce(max(position), 0) + 1 from course_chapters where course_id = %(course)s),"
        "  %(media)s, %(project)s, %(seconds)s, %(metadata)s)"
        " on conflict (id) do update set title = excluded.title, description = excluded.description,"
        "  media_file_id = excluded.media_file_id, studio_project_id = excluded.studio_project_id, video_url = null,"
        "  duration_seconds = excluded.duration_seconds,"
        "  studio_metadata = excluded.studio_metadata, updated_at = now()",
        {
            "id": identity,
            "course": course,
            "title": title,
            "description": description,
            "media": media_file_id,
            "project": None if mode == "video" else project,
            "seconds": duration_seconds,
            "metadata": Jsonb(metadata),
        },
    )
    return identity


def delete_chapter(library: Library, course: str, position: int) -> None:
    """Delete the chapter at a position (from 1); its video stays in the library. CourseError when there is none."""
    for chapter in chapters(library, course):
        if chapter.position == position:
            with library.database.connection() as connection:
                connection.execute("delete from course_chapters where id = %s", (chapter.id,))
            return
    raise CourseError(f"there is no chapter {position}", hint="See the chapters of the course for their positions.")
