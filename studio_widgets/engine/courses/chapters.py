"""Courses and their chapters: rows of `courses` and `course_chapters`.

A chapter shows a video of the library, a project rendered on demand, or both. Ids follow from titles and projects,
so that a notebook run twice makes the same rows, and exporting a project again replaces its chapter.
"""

from __future__ import annotations

import itertools
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


def course_id(owner: str, title: str, attempt: int = 0) -> str:
    """Id of an owner's course: the same title gives the same id.

    Further attempts, here and below, are for an id that a row of somebody else has, by chance or on purpose.
    """
    return str(uuid5(UUID(owner), f"course:{title}{_another(attempt)}"))


def chapter_id(course: str, project: str, attempt: int = 0) -> str:
    """Id of the chapter that shows a project in a course: exporting again finds it."""
    return str(uuid5(UUID(course), f"project:{project}{_another(attempt)}"))


def _another(attempt: int) -> str:
    return f"\0{attempt}" if attempt else ""


def open_or_create(library: Library, title: str, description: str | None = None) -> CourseRow:
    """The owner's course of that title, created when there is none; a description, when given, is stored."""
    if not title.strip():
        raise CourseError("a course needs a title", hint='Give one, such as studio.course("Intro to Python").')
    with library.database.connection() as connection:
        course = _titled(connection, library.owner, title)
        attempt = itertools.count()
        while course is None:
            connection.execute(
                "insert into courses (id, instructor_id, title, description) values (%s, %s, %s, %s)"
                " on conflict do nothing",
                (course_id(library.owner, title, next(attempt)), library.owner, title, description or ""),
            )
            course = _titled(connection, library.owner, title)
        if description is not None:
            connection.execute(
                "update courses set description = %s, updated_at = now()"
                " where id = %s and coalesce(description, '') <> %s",
                (description, course, description),
            )
    return find(library, title)


def find(library: Library, title: str) -> CourseRow:
    """The owner's course of that title; CourseError when there is none."""
    with library.database.connection() as connection:
        course = _titled(connection, library.owner, title)
        row = connection.execute(_COURSES + " and c.id = %s", (library.owner, course)).fetchone()
    if row is None:
        raise CourseError(f"there is no course {title!r}", hint="Export a chapter to it first.")
    return CourseRow(*row)


def _titled(connection: Connection, owner: str, title: str) -> str | None:
    """Id of the owner's course of that title; of several, which a web studio allows, always the same one."""
    row = connection.execute(
        "select id::text from courses where instructor_id = %s and title = %s order by created_at, id limit 1",
        (owner, title),
    ).fetchone()
    return row[0] if row else None


def courses(library: Library) -> list[CourseRow]:
    """All courses of the owner, by title."""
    with library.database.connection() as connection:
        rows = connection.execute(_COURSES + " order by c.title, c.id", (library.owner,)).fetchall()
    return [CourseRow(*row) for row in rows]


def courses_frame(library: Library) -> pd.DataFrame:
    """All courses as a DataFrame, by title."""
    rows = [msgspec.structs.asdict(row) for row in courses(library)]
    return pd.DataFrame(rows, columns=["title", "description", "chapters", "id"])


def chapters(library: Library, course: str) -> list[Chapter]:
    """The chapters of a course (by its id), in their order."""
    with library.database.connection() as connection:
        rows = connection.execute(
            "select h.id::text, h.title, coalesce(h.description, ''),"
            " row_number() over (order by h.position, h.created_at, h.id),"
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
    values = {
        "course": course,
        "title": title,
        "description": description,
        "media": media_file_id,
        "project": None if mode == "video" else project,
        "seconds": duration_seconds,
        "metadata": Jsonb(metadata),
    }
    for attempt in itertools.count():
        wanted = {**values, "id": chapter_id(course, project, attempt)}
        row = connection.execute(_REPLACE, wanted).fetchone() or connection.execute(_INSERT, wanted).fetchone()
        if row:
            return str(row[0])
    raise AssertionError  # ids do not end


def delete_chapter(library: Library, course: str, position: int) -> None:
    """Delete the chapter at a position (from 1); its video stays in the library. CourseError when there is none."""
    for chapter in chapters(library, course):
        if chapter.position == position:
            with library.database.connection() as connection:
                connection.execute("delete from course_chapters where id = %s", (chapter.id,))
            return
    raise CourseError(f"there is no chapter {position}", hint="See the chapters of the course for their positions.")


_COURSES = (
    "select c.id::text, c.title, coalesce(c.description, ''),"
    " (select count(*) from course_chapters h where h.course_id = c.id)"
    " from courses c where c.instructor_id = %s"
)
_REPLACE = """
update course_chapters set title = %(title)s, description = %(description)s, media_file_id = %(media)s,
       studio_project_id = %(project)s, video_url = null, duration_seconds = %(seconds)s,
       studio_metadata = %(metadata)s, updated_at = now()
 where id = %(id)s and course_id = %(course)s
returning id::text
"""
_INSERT = """
insert into course_chapters (id, course_id, title, description, position, media_file_id, studio_project_id,
                             duration_seconds, studio_metadata)
values (%(id)s, %(course)s, %(title)s, %(description)s,
        (select coalesce(max(position), 0) + 1 from course_chapters where course_id = %(course)s),
        %(media)s, %(project)s, %(seconds)s, %(metadata)s)
on conflict (id) do nothing
returning id::text
"""
