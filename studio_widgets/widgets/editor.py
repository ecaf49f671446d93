"""The timeline editor: the document and its edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import traitlets

from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.widgets.base import StudioWidget, view_state
from studio_widgets.widgets.browser import LibraryPart, PicturesPart
from studio_widgets.widgets.channel import Buffer, Call, Channel
from studio_widgets.widgets.feed import TimelineFeed
from studio_widgets.widgets.keymap import Keymap
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.poster import poster
from studio_widgets.widgets.projects import ProjectsPart
from studio_widgets.widgets.protocol import EditCommand, EditResult, Nothing, TimelineSnapshot

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import ProjectSession
    from studio_widgets.engine.library.recordings import Recordings


TOOLS = ("select", "blade", "ripple", "roll", "slip", "slide", "hand", "stretch")


class TimelineTraits(traitlets.HasTraits):
    """What every view of a timeline shares.

    playhead: the current frame. rate: frames per second, as text of an exact fraction. total_frames: the timeline's
    length. The last two follow the kernel's timeline: setting them changes nothing.
    """

    playhead = view_state(traitlets.Int, 0)
    rate = traitlets.Unicode("30").tag(sync=True)
    total_frames = traitlets.Int(0).tag(sync=True)


class EditorTraits(TimelineTraits):
    """What the timeline editor shows; a cell may set and observe all of it.

    selection: ids of clips. zoom: pixels per frame. scroll_frame: the frame at the left edge. snapping: whether dragged
    edges catch on others. inspector_open: whether the inspector is shown. tool: what the mouse and the nudge keys do.
    mark_in, mark_out: the marked frames, or None. keymap: keys for actions that are to have others than usual, such as
    `{"split": "C"}` (`widgets/keymap.py` has them all); one that does not fit raises StudioError, which names the wrong
    entry, and changes nothing.
    """

    selection = view_state(traitlets.List, [])
    zoom = view_state(traitlets.Float, 2.0)
    scroll_frame = view_state(traitlets.Float, 0.0)
    snapping = view_state(traitlets.Bool, True)
    inspector_open = view_state(traitlets.Bool, False)
    tool = traitlets.Enum(TOOLS, "select").tag(sync=True, echo_update=False)
    mark_in = view_state(traitlets.Int, None, allow_none=True)
    mark_out = view_state(traitlets.Int, None, allow_none=True)
    keymap = Keymap().tag(sync=True)


class TimelinePart:
    """Answers `timeline.*`, sends deltas, and keeps the widget's `rate`, `total_frames` and `status` true.

    Edits go through one ordered lane, so that the steps of a drag stay in order; the delta an edit made goes out before
    its answer, so that a view which has the answer has the timeline too.
    """

    def __init__(self, widget: StudioWidget, channel: Channel, lane: Lane, session: ProjectSession) -> None:
        self._widget = widget
        self._session = session
        self._feed = TimelineFeed(channel, session, self._follow)
        self._follow(session.timeline)
        channel.handle("timeline.open", self._open, lane)
        channel.handle("timeline.edit", self._edit, lane)
        channel.handle("timeline.undo", self._undo, lane)
        channel.handle("timeline.redo", self._redo, lane)

    def flush(self) -> None:
        """Send what the views were not told of yet, so that it comes before what is sent next."""
        self._feed.flush()

    def close(self) -> None:
        """Tell nothing any more; the project stays open."""
        self._feed.close()

    def _open(self, body: Nothing, call: Call) -> tuple[TimelineSnapshot, Sequence[Buffer]]:
        return self._feed.snapshot()

    def _edit(self, edit: EditCommand, call: Call) -> EditResult:
        applied = self._session.apply(edit.op, edit.args, base_rev=edit.base_rev, group=edit.group)
        self._feed.flush()
        return EditResult(rev=applied.rev, created=applied.created)

    def _undo(self, body: Nothing, call: Call) -> EditResult:
        applied = self._session.undo()
        self._feed.flush()
        return EditResult(rev=applied.rev, created=applied.created)

    def _redo(self, body: Nothing, call: Call) -> EditResult:
        applied = self._session.redo()
        self._feed.flush()
        return EditResult(rev=applied.rev, created=applied.created)

    def _follow(self, timeline: Timeline) -> None:
        # An edit is in the journal before it is told: what the view shows is what a reopened project will show.
        self._widget.set_trait("rate", timeline.rate)
        self._widget.set_trait("total_frames", timeline.total_frames)
        self._widget.set_trait("status", "saved")
        self._widget.poster_changed()


class TimelineEditor(EditorTraits, StudioWidget):
    """The timeline editor alone.

    Parameters
    ----------
    session: the project. library: gives the filmstrips and waveforms on the clips, and what "Import assets" offers.
    recordings: the takes it offers.
    """

    _bundle = "timeline"

    def __init__(
        self, session: ProjectSession, library: Library, recordings: Recordings | None = None, **traits: object
    ) -> None:
        super().__init__(project_title=session.title, **traits)
        self._session = session
        asking, edits = self.lane("library", 2), self.lane("edits")
        timeline = TimelinePart(self, self._channel, edits, session)
        self.add_part(timeline)
        self.add_part(LibraryPart(self._channel, asking, library, recordings))
        self.add_part(PicturesPart(self._channel, self.lane("pictures", 2), library))
        self.add_part(
            ProjectsPart(self._channel, (asking, edits), None, session, imported=lambda asked, done: timeline.flush())
        )

    def _poster(self) -> bytes | None:
        return poster(self._session.timeline, self._session.title)
