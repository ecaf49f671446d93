"""Messages of courses and of long work: exports and their progress."""

from __future__ import annotations

from typing import Literal

from studio_widgets.widgets.protocol.envelope import Events, Message, Name, Nothing, Requests, Text


class CourseItem(Message, frozen=True):
    """A course of the instructor."""

    id: str
    title: str
    chapters: int


class CourseList(Message, frozen=True):
    """All courses, by title."""

    items: list[CourseItem]


class ExportRequest(Message, frozen=True):
    """Render the project, save it to the library and make a chapter of `course` (created when new)."""

    course: Name
    title: Name
    description: Text = ""
    mode: Literal["video", "project", "both"] = "video"


class ExportResult(Message, frozen=True):
    """What was made; `media_file_id` is None in mode `project`."""

    course_id: str
    chapter_id: str
    media_file_id: str | None = None


class ProgressEvent(Message, frozen=True):
    """How far the request `target` is: `done` of `total` steps of `label`."""

    target: str
    label: str
    done: int
    total: int


REQUESTS: Requests = {
    "courses.list": (Nothing, CourseList),
    "export.start": (ExportRequest, ExportResult),
}
EVENTS: Events = {"progress": ProgressEvent}
