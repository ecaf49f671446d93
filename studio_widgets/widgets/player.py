"""The player: single frames while scrubbing, one continuous stream while playing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import traitlets

from studio_widgets.widgets.base import StudioWidget, view_state
from studio_widgets.widgets.channel import Buffer, Call, Channel
from studio_widgets.widgets.editor import TimelinePart, TimelineTraits
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.previews import join_desk, leave_desk
from studio_widgets.widgets.protocol import Message, Nothing, PlayerPosition, PlayRequest, ScrubRequest

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import ProjectSession


class PlayerTraits(TimelineTraits):
    """What the player does; a cell may set and observe all of it.

    playing: whether it plays. volume: 0..1. muted: no sound.
    """

    playing = view_state(traitlets.Bool, False)
    volume = view_state(traitlets.Float, 1.0)
    muted = view_state(traitlets.Bool, False)


class PlayerPart:
    """Answers `player.*` by way of the project's preview, and sends its frames and fragments."""

    def __init__(
        self, widget: StudioWidget, channel: Channel, lane: Lane, session: ProjectSession, library: Library
    ) -> None:
        self._widget = widget
        self._channel = channel
        self._session = session
        self._desk = join_desk(session, library, self)
        channel.handle("player.scrub", self._scrub, lane)
        channel.handle("player.play", self._play, lane)
        channel.handle("player.position", self._position, lane)
        channel.handle("player.stop", self._stop, lane)

    def close(self) -> None:
        """Leave the preview; the last widget to leave ends it."""
        leave_desk(self._session, self._desk, self)

    def show(self, kind: str, body: Message, data: bytes) -> None:
        """Send an event of the preview to the views."""
        buffers: Sequence[Buffer] = [data] if data else ()
        self._channel.emit(kind, body, buffers)

    def interrupted(self) -> None:
        """Another widget plays now."""
        self._widget.set_trait("playing", False)

    def _scrub(self, body: ScrubRequest, call: Call) -> Nothing:
        self._desk.scrub(self, body)
        return Nothing()

    def _play(self, body: PlayRequest, call: Call) -> Nothing:
        self._desk.play(self, body)
        return Nothing()

    def _position(self, body: PlayerPosition, call: Call) -> Nothing:
        self._desk.position(self, body.generation, body.frame)
        return Nothing()

    def _stop(self, body: Nothing, call: Call) -> Nothing:
        self._desk.stop(self)
        return Nothing()


class Player(PlayerTraits, StudioWidget):
    """The player alone.

    Parameters
    ----------
    session: the project. library: where its media lie.
    """

    _bundle = "player"

    def __init__(self, session: ProjectSession, library: Library, **traits: object) -> None:
        super().__init__(project_title=session.title, **traits)
        self.add_part(TimelinePart(self, self._channel, self.lane("edits"), session))
        self.add_part(PlayerPart(self, self._channel, self.lane("player"), session, library))
