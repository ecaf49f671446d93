"""Messages of projects: which there are, and media files sent to one of them."""

from __future__ import annotations

from studio_widgets.widgets.protocol.envelope import Count, Message, Name, Nothing, Requests
from studio_widgets.widgets.protocol.library import Ids


class ProjectItem(Message, frozen=True):
    """A project of the instructor."""

    id: str
    title: str
    updated_at: str


class ProjectList(Message, frozen=True):
    """All projects, the one edited last first; `current` is the id of the one that the widget shows ("": none)."""

    items: list[ProjectItem]
    current: str = ""


class ImportMedia(Message, frozen=True):
    """Put media files on a project's timeline, one after the other, as one undo step.

    `project`: its title ("": the one the widget shows; a new title makes a project). `track`: "V1", "A2", … ("": the
    lowest with room). `at`: the frame to begin at (None: the end of the timeline). With a `token` the same import
    happens once per project, however often it is asked for.
    """

    ids: Ids
    project: Name = ""
    track: Name = ""
    at: Count | None = None
    token: Name = ""


class ImportedMedia(Message, frozen=True):
    """Clips that were made; `repeated`: this token's import had been done before, nothing was added."""

    project: str
    created: list[str]
    end: int
    repeated: bool = False


REQUESTS: Requests = {
    "projects.list": (Nothing, ProjectList),
    "projects.import": (ImportMedia, ImportedMedia),
}
