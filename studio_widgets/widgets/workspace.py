"""The whole studio in one widget: browser, player, timeline, recorder, and "Export to course"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from studio_widgets.widgets.base import StudioWidget
from studio_widgets.widgets.browser import BrowserTraits, add_library_parts
from studio_widgets.widgets.channel import Call, Channel
from studio_widgets.widgets.editor import EditorTraits, TimelinePart
from studio_widgets.widgets.lanes import Lane, Throttle
from studio_widgets.widgets.player import PlayerPart, PlayerTraits, Previewing
from studio_widgets.widgets.poster import poster
from studio_widgets.widgets.projects import ProjectsPart
from studio_widgets.widgets.protocol import (
    CourseItem,
    CourseList,
    ExportRequest,
    ExportResult,
    Nothing,
    ProgressEvent,
)
from studio_widgets.widgets.recorder import RecorderPart, RecorderTraits
from studio_widgets.widgets.remembered import RememberedPart, place_of

if TYPE_CHECKING:
    from studio_widgets.engine.courses.exporter import CoursesPort
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import Projects, ProjectSession
    from studio_widgets.engine.library.recordings import Recordings

PROGRESS_INTERVAL = 0.1  # seconds between progress messages of one export


class CoursesPart:
    """Answers `courses.list` and `export.start`; the export runs on a thread of its own and can be cancelled."""

    def __init__(
        self,
        widget: StudioWidget,
        channel: Channel,
        lanes: tuple[Lane, Lane],
        session: ProjectSession,
        port: CoursesPort,
    ) -> None:
        self._widget = widget
        self._channel = channel
        self._session = session
        self._port = port
        asking, exporting = lanes
        channel.handle("courses.list", self._list, asking)
        channel.handle("export.start", self._export, exporting)

    def close(self) -> None:
        """Nothing is held; the channel cancels what runs."""

    def _list(self, body: Nothing, call: Call) -> CourseList:
        items = [CourseItem(id=row.id, title=row.title, chapters=row.chapters) for row in self._port.list()]
        return CourseList(items=items)

    def _export(self, body: ExportRequest, call: Call) -> ExportResult:
        newest = ("", 0, 0)

        def tell() -> None:
            label, done, total = newest
            self._channel.emit("progress", ProgressEvent(target=call.id, label=label, done=done, total=total))
            self._widget.set_trait("progress", done / total if total else 0.0)

        def progress(label: str, done: int, total: int) -> None:
            nonlocal newest
            newest = (label, done, total)
            throttle.poke()

        throttle = Throttle(PROGRESS_INTERVAL, tell)
        self._widget.set_trait("progress", 0.0)
        self._widget.set_trait("busy", True)
        try:
            course_id, chapter_id, media_file_id = self._port.export(
                self._session,
                course=body.course,
                title=body.title,
                description=body.description,
                mode=body.mode,
                progress=progress,
                cancel=call.cancelled,
            )
        finally:
            throttle.close()
            self._widget.set_trait("busy", False)
        self._widget.set_trait("progress", 1.0)
        return ExportResult(course_id=course_id, chapter_id=chapter_id, media_file_id=media_file_id)


VIEW_MODES = ("edit", "browse", "review", "focus")


class Workspace(Previewing, BrowserTraits, EditorTraits, PlayerTraits, RecorderTraits, StudioWidget):
    """The whole workspace.

    Parameters
    ----------
    library: the media library. session: the project. recordings: where takes come from and go.
    courses_port: lists courses and exports to them; without it there is no "Export to course".
    projects: the other projects of the instructor.

    Traits
    ------
    view_mode: "edit" shows library, player and timeline; "browse" gives the library the room, "review" the player, and
    "focus" the timeline. With `panel_sizes` and `inspector_open` it is remembered by project, beside the local files.
    """

    _bundle = "workspace"
    view_mode = traitlets.Enum(VIEW_MODES, "edit").tag(sync=True, echo_update=False)

    def __init__(
        self,
        library: Library,
        session: ProjectSession,
        recordings: Recordings,
        courses_port: CoursesPort | None = None,
        projects: Projects | None = None,
        **traits: object,
    ) -> None:
        super().__init__(project_title=session.title, **traits)
        self._session = session
        channel = self._channel
        asking, edits = self.lane("library", 2), self.lane("edits")
        timeline = TimelinePart(self, channel, edits, session)
        add_library_parts(self, channel, library, recordings)
        self.add_part(timeline)
        self.add_part(
            ProjectsPart(channel, (asking, edits), projects, session, imported=lambda asked, done: timeline.flush())
        )
        self.add_part(RememberedPart(self, place_of(library.home, session.id), frozenset(traits)))
        self._player = PlayerPart(self, channel, self.lane("player"), session, library)
        self.add_part(self._player)
        self.add_part(RecorderPart(self, channel, self.lane("recorder"), recordings, session.id))
        if courses_port is not None:
            self.add_part(CoursesPart(self, channel, (asking, self.lane("export")), session, courses_port))

    def _poster(self) -> bytes | None:
        return poster(self._session.timeline, self._session.title)
