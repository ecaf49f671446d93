"""The modal picker as a widget: choose media files, and they are on the project's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from studio_widgets.widgets.base import StudioWidget, view_state
from studio_widgets.widgets.browser import LibraryPart, PicturesPart
from studio_widgets.widgets.projects import ProjectsPart
from studio_widgets.widgets.protocol import ImportedMedia, ImportMedia

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import Projects
    from studio_widgets.engine.library.recordings import Recordings
    from studio_widgets.engine.library.session import ProjectSession


class MediaPicker(StudioWidget):
    """Opens the picker as soon as it is shown, and stands for what was picked when it is closed.

    Traits
    ------
    picked: ids of the media files and takes, in the order they were picked. track: "V1", "A2" … or "" for the lowest
    with room. at: where they go, a frame or a time as people write it, None for the end of the timeline; after Insert
    the frame where the first one lies. done: whether they were inserted. showing: whether the dialog is open; a cell
    may set it. mode: tells the bundle what to show.

    Parameters
    ----------
    library, recordings: what is offered. session: the project that the media go to. projects: only for its list.
    """

    _bundle = "browser"

    mode = traitlets.Unicode("pick").tag(sync=True)
    showing = view_state(traitlets.Bool, True)
    picked = view_state(traitlets.List, [])
    track = view_state(traitlets.Unicode, "")
    at = traitlets.Union([traitlets.Int(), traitlets.Unicode()], default_value=None, allow_none=True).tag(sync=True)
    done = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        library: Library,
        session: ProjectSession,
        recordings: Recordings | None = None,
        projects: Projects | None = None,
        **traits: object,
    ) -> None:
        super().__init__(project_title=session.title, **traits)
        asking = self.lane("library", 2)
        self.add_part(LibraryPart(self._channel, asking, library, recordings))
        self.add_part(PicturesPart(self._channel, self.lane("pictures", 2), library))
        self.add_part(
            ProjectsPart(self._channel, (asking, self.lane("imports")), projects, session, imported=self._inserted)
        )

    def _inserted(self, asked: ImportMedia, done: ImportedMedia) -> None:
        # Set here and not by the view, and `done` last: a cell that waits for it finds all of it.
        self.picked = list(asked.ids)
        self.track = asked.track
        self.at = done.start
        self.done = True
