"""Messages of projects: which there are, and media files sent to one of them."""

from __future__ import annotations

from studio_widgets.widgets.protocol.envelope import Count, Message, Name, Nothing, Requests, Text
from studio_widgets.widgets.protocol.library import Ids


class ProjectItem(Message, frozen=True):
    """A project of the instructor; `tracks` are the ids of its tracks ("V1", "A1", …)."""

    id: str
    title: str
    updated_at: str
    tracks: list[str]


class ProjectList(Message, frozen=True):
    """The 200 projects edited last, newest first; `current` is the id of the one that the widget works on ("": none).

    The current one is there in any case.
    """

    items: list[ProjectItem]
    current: str = ""


class ImportMedia(Message, frozen=True):
    """Put media files and takes on a project's timeline, one after the other, as one undo step.

    `project`: its title ("": the one the widget works on; a new title makes a project). `track`: "V1", "A2", … ("": the
    lowest with room). `at`: the frame to begin at, or a time as people write it ("00:01:30:00"); None: the end of the
    timeline. With a `token` the same import happens once per project, however often it is asked for.
    """

    ids: Ids
    project: Name = ""
    track: Name = ""
    at: Count | Name | None = None
    token: Text = ""


class ImportedMedia(Message, frozen=True):
    """The clips that were made on the project of that title, in order; they fill the frames `[start, end)`.

    `repeated`: this token's import had been done before, nothing was added.
    """

    project: str
    created: list[str]
    start: int
    end: int
    repeated: bool = False


REQUESTS: Requests = {
    "projects.list": (Nothing, ProjectList),
    "projects.import": (ImportMedia, ImportedMedia),
}
