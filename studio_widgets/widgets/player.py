"""The player: single frames while scrubbing, one continuous stream while playing; of the project, or of one media file.

A media file is shown by a second desk with a document of its own, so that nothing that happens to the project disturbs
it, and the project's frames are there at once when it is shown again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import traitlets

from studio_widgets.widgets.base import StudioWidget, view_state
from studio_widgets.widgets.channel import Buffer, Call, Channel
from studio_widgets.widgets.editor import TimelinePart, TimelineTraits
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.media_desk import MediaDesk
from studio_widgets.widgets.previews import PreviewDesk, join_desk, leave_desk
from studio_widgets.widgets.protocol import (
    Message,
    Nothing,
    PlayerPosition,
    PlayRequest,
    ScrubRequest,
    SourceRequest,
    SourceShown,
)

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import ProjectSession
    from studio_widgets.engine.library.references import Media


REST_SECONDS = 60.0  # that the process of a media file's preview is kept after the last one was shown

PROJECT = SourceShown(id="", name="", kind="video", frames=0, rate="", width=0, height=0)


class PlayerTraits(TimelineTraits):
    """What the player does; a cell may set and observe all of it.

    playing: whether it plays. volume: 0..1. muted: no sound. player_source: the media file or take it shows instead
    of the project, as `SourceShown` says it ({}: the project); it follows the kernel, setting it changes nothing.
    """

    playing = view_state(traitlets.Bool, False)
    volume = view_state(traitlets.Float, 1.0)
    muted = view_state(traitlets.Bool, False)
    player_source = traitlets.Dict().tag(sync=True)


class Place:
    """The part's seat at one desk: what that desk says is heard only while the widget shows its document."""

    def __init__(self, part: PlayerPart) -> None:
        self._part = part

    def show(self, kind: str, body: Message, data: bytes) -> None:
        """See Seat."""
        self._part.show(self, kind, body, data)

    def interrupted(self) -> None:
        """See Seat."""
        self._part.interrupted(self)


class PlayerPart:
    """Answers `player.*` by way of a preview, and sends its frames and fragments."""

    def __init__(
        self, widget: StudioWidget, channel: Channel, lane: Lane, session: ProjectSession, library: Library
    ) -> None:
        self._widget = widget
        self._channel = channel
        self._session = session
        self._library = library
        self._switching = threading.RLock()  # a cell may switch while a view does
        self._lock = threading.Lock()
        self._closed = False
        self._project_seat = Place(self)
        self._project_desk = join_desk(session, library, self._project_seat)
        self._lane = lane
        self._media: MediaDesk | None = None
        self._rest: threading.Timer | None = None
        self._media_seat = Place(self)
        self._at = (self._project_desk, self._project_seat)  # what is shown
        channel.handle("player.source", self._source, lane)
        channel.handle("player.scrub", self._scrub, lane)
        channel.handle("player.play", self._play, lane)
        channel.handle("player.position", self._position, lane)
        channel.handle("player.stop", self._stop, lane)

    def close(self) -> None:
        """Leave the previews; the last widget to leave one ends it."""
        with self._lock:
            self._closed = True
            if self._rest is not None:
                self._rest.cancel()
        self._end_media()
        leave_desk(self._session, self._project_desk, self._project_seat)

    def show(self, seat: Place, kind: str, body: Message, data: bytes) -> None:
        """Send an event of the preview to the views, unless it is of a document they do not show any more."""
        if seat is self._at[1]:
            buffers: Sequence[Buffer] = [data] if data else ()
            self._channel.emit(kind, body, buffers)

    def interrupted(self, seat: Place) -> None:
        """Another widget plays now."""
        if seat is self._at[1]:
            self._widget.set_trait("playing", False)

    def open(self, media: Media | None) -> SourceShown:
        """Show a media file or take, None: the project again. Callable from any thread.

        Raises MissingMediaError, MediaError, EditError; then what was shown is still shown.
        """
        with self._switching:
            if media is None:
                shown = PROJECT
                self._turn(self._project_desk, self._project_seat)
                self._rest_soon()
            else:
                desk = self._open_media()
                shown = desk.open(media, self._session.timeline.rate)
                self._turn(desk.desk, self._media_seat)
            # Before the answer: a view that has the answer shows the right thing.
            self._widget.set_trait("player_source", msgspec.to_builtins(shown) if shown.id else {})
            return shown

    def _source(self, body: SourceRequest, call: Call) -> SourceShown:
        return self.open(body.id or None)

    def _turn(self, desk: PreviewDesk, seat: Place) -> None:
        """Show what this desk has; what played before plays no more."""
        before, self._at = self._at, (desk, seat)
        before[0].stop(before[1])

    def _open_media(self) -> MediaDesk:
        with self._lock:
            if self._rest is not None:
                self._rest.cancel()
                self._rest = None
            if self._media is None:
                self._media = MediaDesk(self._library)
                self._media.desk.sit(self._media_seat)
            return self._media

    def _rest_soon(self) -> None:
        """End the media file's process when no other is asked for in a while."""
        with self._lock:
            if self._media is not None and self._rest is None:
                self._rest = threading.Timer(REST_SECONDS, lambda: self._lane.submit(self._end_media))
                self._rest.daemon = True
                self._rest.start()

    def _end_media(self) -> None:
        with self._lock:
            if self._rest is None and not self._closed:
                return  # another one is shown meanwhile
            media, self._media, self._rest = self._media, None, None
        if media is not None:
            media.desk.leave(self._media_seat)

    def _scrub(self, body: ScrubRequest, call: Call) -> Nothing:
        desk, seat = self._at
        desk.scrub(seat, body)
        return Nothing()

    def _play(self, body: PlayRequest, call: Call) -> Nothing:
        desk, seat = self._at
        desk.play(seat, body)
        return Nothing()

    def _position(self, body: PlayerPosition, call: Call) -> Nothing:
        desk, seat = self._at
        desk.position(seat, body.generation, body.frame)
        return Nothing()

    def _stop(self, body: Nothing, call: Call) -> Nothing:
        desk, seat = self._at
        desk.stop(seat)
        return Nothing()


class Previewing:
    """What a cell can ask of a widget with a player."""

    _player: PlayerPart

    def preview(self, media: Media | None = None) -> None:
        """Show one media file or take by itself in the player; None: the project again.

        `media`: a MediaFile, a Recording, or the name or id of one. Raises MissingMediaError.
        """
        self._player.open(media)


class Player(Previewing, PlayerTraits, StudioWidget):
    """The player alone.

    Parameters
    ----------
    session: the project. library: where its media lie.
    """

    _bundle = "player"

    def __init__(self, session: ProjectSession, library: Library, **traits: object) -> None:
        super().__init__(project_title=session.title, **traits)
        self.add_part(TimelinePart(self, self._channel, self.lane("edits"), session))
        self._player = PlayerPart(self, self._channel, self.lane("player"), session, library)
        self.add_part(self._player)
