"""What a preview and its process say to each other."""

from __future__ import annotations

import threading
from collections import OrderedDict

import msgspec

from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.timeline.model import Timeline


class Load(msgspec.Struct, frozen=True, tag="load"):
    """The document from now on, at revision `rev`; `files` as `source_key` names them."""

    timeline: Timeline
    files: dict[str, SourceFile]
    rev: int


class Scrub(msgspec.Struct, frozen=True, tag="scrub"):
    """Draw `frame` as a JPEG of at most `width` × `height` pixels."""

    frame: int
    width: int
    height: int
    seq: int


class Play(msgspec.Struct, frozen=True, tag="play"):
    """Start play session `generation` at `frame`, instead of the one there is."""

    generation: int
    frame: int


class Position(msgspec.Struct, frozen=True, tag="position"):
    """The view of session `generation` is at `frame`."""

    generation: int
    frame: int


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End the play session."""


class Close(msgspec.Struct, frozen=True, tag="close"):
    """End the process."""


Message = Load | Scrub | Play | Position | Stop | Close

_SLOT: dict[type[Message], str] = {
    Load: "load",
    Scrub: "scrub",
    Play: "session",  # a stop takes the place of a play that was not looked at yet, and the other way round
    Stop: "session",
    Position: "position",
    Close: "close",
}


class Mailbox:
    """Messages waiting to be dealt with, of each kind only the newest: it cannot grow. Thread-safe."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Message] = OrderedDict()
        self._news = threading.Condition()

    def put(self, message: Message) -> None:
        """Leave a message; an older one of its kind is dropped."""
        slot = _SLOT[type(message)]
        with self._news:
            self._waiting.pop(slot, None)
            self._waiting[slot] = message
            self._news.notify_all()

    def put_back(self, messages: list[Message]) -> None:
        """Return messages that could not be dealt with, unless newer ones have come."""
        with self._news:
            for message in reversed(messages):
                slot = _SLOT[type(message)]
                if slot not in self._waiting:
                    self._waiting[slot] = message
                    self._waiting.move_to_end(slot, last=False)

    def take(self, *, wait: bool) -> list[Message]:
        """All that is waiting, in order of arrival; with `wait` at least one message."""
        with self._news:
            while wait and not self._waiting:
                self._news.wait()
            messages = list(self._waiting.values())
            self._waiting.clear()
            return messages
