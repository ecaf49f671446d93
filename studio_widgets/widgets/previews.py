"""One live preview per open project, shared by the widgets that show it; and one for a media file shown by itself.

A preview draws in a process of its own and knows one document, one scrub queue and one play session. A desk numbers
the requests of all widgets anew, so that each answer finds the widget that asked, under the number it asked with.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from studio_widgets.engine.errors import StudioError
from studio_widgets.engine.render.layers import wanted_sources
from studio_widgets.engine.render.preview import Preview
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.widgets.channel import error_body
from studio_widgets.widgets.lanes import Throttle
from studio_widgets.widgets.protocol import ErrorBody, FragmentEvent, FrameEvent, Message, PlayRequest, ScrubRequest

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import ProjectSession
    from studio_widgets.engine.media.model import SourceFile

log = logging.getLogger(__name__)

LOAD_INTERVAL = 0.05  # seconds between documents handed to the preview while edits come in a burst

Emit = Callable[[str, dict[str, Any], bytes], None]


class Seat(Protocol):
    """A widget at the desk."""

    def show(self, kind: str, body: Message, data: bytes) -> None:
        """Send a `player.*` event to the widget's views; `data` is its buffer (empty: none)."""

    def interrupted(self) -> None:
        """Its play session ended because another widget started one."""


class Document(Protocol):
    """What a desk shows: a project's session, say."""

    def state(self) -> tuple[int, Timeline]:
        """Revision and timeline that belong together; revisions only grow."""

    def subscribe(self, fn: Callable[[Any], None]) -> Callable[[], None]:
        """Call `fn` after each change; returns the function that ends this."""


class PreviewDesk:
    """The preview of one document. Every method may be called from any thread and returns soon.

    The process starts with the first request and ends when the last seat leaves.
    """

    def __init__(
        self,
        document: Document,
        library: Library,
        start: Callable[[Emit], Preview] = Preview,
    ) -> None:
        self._document = document
        self._library = library
        self._start = start
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._preview: Preview | None = None
        self._seats: list[Seat] = []
        self._scrubs: dict[int, tuple[Seat, ScrubRequest]] = {}  # unanswered, by our number; a seat may have two
        self._playing: tuple[Seat, int, int] | None = None  # seat, our generation, its generation
        self._count = 0
        self._files: dict[str, SourceFile] = {}
        self._missing: set[str] = set()  # told already
        self._loaded = -1  # revision
        self._throttle = Throttle(LOAD_INTERVAL, self.load)
        self._subscriptions: list[Callable[[], None]] = []

    def sit(self, seat: Seat) -> None:
        """Take part."""
        with self._lock:
            self._seats.append(seat)

    def leave(self, seat: Seat) -> bool:
        """Take part no more; True when nobody is left and the preview has ended."""
        with self._lock:
            if seat in self._seats:
                self._seats.remove(seat)
            self._scrubs = {number: item for number, item in self._scrubs.items() if item[0] is not seat}
            if self._seats:
                self.stop(seat)
                return False
            preview, self._preview = self._preview, None
            self._playing, self._loaded = None, -1
            subscriptions, self._subscriptions = self._subscriptions, []
        for unsubscribe in subscriptions:
            unsubscribe()
        self._throttle.close()
        if preview is not None:
            preview.close()
        return True

    def scrub(self, seat: Seat, request: ScrubRequest) -> None:
        """Draw one frame for `seat`; a request that waits to be drawn is dropped for it."""
        preview = self._ready()
        with self._lock:
            self._count += 1
            self._scrubs[self._count] = (seat, request)
            preview.scrub(request.frame, request.width, request.height, self._count)

    def play(self, seat: Seat, request: PlayRequest) -> None:
        """Start (or seek) the play session of `seat`; that of another seat ends."""
        preview = self._ready()
        with self._lock:
            before = self._playing
            self._count += 1
            self._playing = (seat, self._count, request.generation)
            preview.play(self._count, request.frame)
        if before is not None and before[0] is not seat:
            before[0].interrupted()

    def position(self, seat: Seat, generation: int, frame: int) -> None:
        """Where the play session of `seat` is; a stale generation is ignored."""
        with self._lock:
            if self._preview is not None and self._playing is not None:
                player, ours, theirs = self._playing
                if player is seat and theirs == generation:
                    self._preview.position(ours, frame)

    def stop(self, seat: Seat) -> None:
        """End the play session of `seat`, if it has one."""
        with self._lock:
            if self._playing is not None and self._playing[0] is seat:
                self._playing = None
                if self._preview is not None:
                    self._preview.stop()

    def load(self) -> None:
        """Let the preview show the newest document in all that is asked from now on."""
        rev, timeline = self._document.state()
        files = self._sources(timeline)
        with self._lock:
            if self._preview is not None and rev >= self._loaded:  # else another thread was faster
                self._loaded = rev
                self._preview.load(timeline, files, rev)

    def _ready(self) -> Preview:
        """The preview, started and with a document in it."""
        # Not under the lock that notifications take: looking up files asks the library, which may be notifying.
        with self._starting:
            if self._preview is None:
                preview = self._start(self._emit)
                with self._lock:
                    self._preview = preview
                    self._subscriptions = [
                        self._document.subscribe(lambda change: self._throttle.poke()),
                        # A proxy was made, or a file came back: the sources are looked up anew.
                        self._library.subscribe(self._hear),
                    ]
                self.load()
            return self._preview

    def _hear(self, kind: str) -> None:
        if kind != "jobs":  # what is under way changes no file
            self._forget_files()

    def _forget_files(self) -> None:
        with self._lock:
            self._files.clear()
        self._throttle.poke()

    def _sources(self, timeline: Timeline) -> dict[str, SourceFile]:
        """The files of every clip; one that is missing is left out, and drawn as such by the preview."""
        with self._lock:
            known = dict(self._files)
        files: dict[str, SourceFile] = {}
        missing: set[str] = set()
        for key, source in wanted_sources(timeline).items():
            try:
                files[key] = known[key] if key in known else self._library.source_file(source)
            except StudioError as error:
                missing.add(key)
                if key not in self._missing:
                    self._tell_all(error_body(error))
        with self._lock:
            self._files, self._missing = files, missing
        return files

    def _tell_all(self, error: ErrorBody) -> None:
        with self._lock:
            seats = list(self._seats)
        for seat in seats:
            seat.show("player.error", error, b"")

    def _emit(self, kind: str, body: Mapping[str, Any], data: bytes) -> None:
        """What the preview has to say; called on its reader thread."""
        if kind == "frame":
            self._frame(msgspec.convert(body, FrameEvent), data)
        elif kind == "fragment":
            self._fragment(msgspec.convert(body, FragmentEvent), data)
        elif kind == "error":
            self._tell_all(msgspec.convert(body, ErrorBody))
        else:
            log.debug("preview %s: %s", kind, body)

    def _frame(self, event: FrameEvent, data: bytes) -> None:
        with self._lock:
            asked = self._scrubs.pop(event.seq, None)
            # The preview draws only the newest request. What a seat asked before that is old news, unless it asked
            # nothing since: then another one's request came between, and it is asked again.
            dropped = {number: item for number, item in self._scrubs.items() if number < event.seq}
            for number in dropped:
                del self._scrubs[number]
            served = [seat for seat, _ in self._scrubs.values()] + ([asked[0]] if asked else [])
            overtaken = {id(seat): (seat, request) for seat, request in dropped.values() if seat not in served}
        if asked is not None:
            seat, request = asked
            seat.show("player.frame", msgspec.structs.replace(event, seq=request.seq), data)
        for seat, request in overtaken.values():
            self.scrub(seat, request)

    def _fragment(self, event: FragmentEvent, data: bytes) -> None:
        with self._lock:
            playing = self._playing
        if playing is not None and playing[1] == event.generation:
            playing[0].show("player.fragment", msgspec.structs.replace(event, generation=playing[2]), data)


_desks: dict[str, PreviewDesk] = {}
_desks_lock = threading.Lock()


def join_desk(session: ProjectSession, library: Library, seat: Seat) -> PreviewDesk:
    """The desk of this project in this kernel, with `seat` at it."""
    with _desks_lock:
        desk = _desks.get(session.id)
        if desk is None:
            desk = _desks[session.id] = PreviewDesk(session, library)
        desk.sit(seat)
        return desk


def leave_desk(session: ProjectSession, desk: PreviewDesk, seat: Seat) -> None:
    """Give the seat up; the last one ends the preview."""
    with _desks_lock:
        if desk.leave(seat) and _desks.get(session.id) is desk:
            del _desks[session.id]
