"""The live preview, seen from the process that asks for it.

```
 any thread            writer thread              preview process           reader thread
 scrub, play … ──▶ mailbox (newest only) ──pipe──▶ draws, encodes ──pipe──▶ emit(kind, body, data)
```
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import msgspec

from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render.pool import spawning
from studio_widgets.engine.render.preview_messages import Close, Load, Mailbox, Message, Play, Position, Scrub, Stop
from studio_widgets.engine.render.preview_process import run
from studio_widgets.engine.timeline.model import Timeline

log = logging.getLogger(__name__)

Emit = Callable[[str, dict[str, Any], bytes], None]

_TRIES = 2  # how often a message is sent when the process dies over it
_PATIENCE = 2.0  # seconds a process gets to end by itself


class Preview:
    """Draws frames and play sessions of one timeline in a process of its own.

    All methods return at once and may be called from any thread. The process starts with the first of them; if it dies,
    an error is emitted and the next call starts another one.

    Parameters
    ----------
    emit: called from a thread of ours with `(kind, body, data)`, one call at a time; `body` has the JSON names:
        "frame": {frame, seq, rev} and a JPEG;
        "fragment": {generation, seq, startFrame, codec, last} and a piece of the fMP4 stream, at most 1 MB;
        "error": {code, message, where, hint};
        "stats": {generation, frames, pieces} when a session has ended.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._mailbox = Mailbox()
        self._lock = threading.Lock()  # for the three fields below
        self._document: Load | None = None
        self._process: _Process | None = None
        self._closed = False
        self._writer = threading.Thread(target=self._write, name="preview-writer", daemon=True)
        self._writer.start()

    def load(self, timeline: Timeline, files: Mapping[str, SourceFile], rev: int) -> None:
        """Show this document from now on; a session that plays goes on with it from its next frame.

        `files` holds a SourceFile for each `source_key`; a clip whose file is missing is shown as a notice.
        """
        document = Load(timeline, dict(files), rev)
        with self._lock:
            self._document = document
        self._post(document)

    def scrub(self, frame: int, width: int, height: int, seq: int) -> None:
        """Ask for a frame as a JPEG of at most `width` × `height`; an older request that waits is dropped."""
        self._post(Scrub(frame, width, height, seq))

    def play(self, generation: int, frame: int) -> None:
        """Start session `generation` at `frame`; the one there is ends."""
        self._post(Play(generation, frame))

    def position(self, generation: int, frame: int) -> None:
        """Tell where the view is: the session stays at most 8 s ahead of it."""
        self._post(Position(generation, frame))

    def stop(self) -> None:
        """End the session."""
        self._post(Stop())

    def close(self) -> None:
        """End the process, soon; nothing is emitted afterwards."""
        with self._lock:
            self._closed = True
        self._mailbox.put(Close())

    def wait_closed(self, timeout: float) -> bool:
        """After `close`: wait until the process has ended; False when `timeout` seconds did not suffice."""
        self._writer.join(timeout)
        return not self._writer.is_alive()

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        with self._lock:
            return self._process.pid if self._process is not None else None

    # --- threads -----------------------------------------------------------------------------------------------------

    def _post(self, message: Message) -> None:
        with self._lock:
            if self._closed:
                return
        self._mailbox.put(message)

    def _write(self) -> None:
        while True:
            messages = self._mailbox.take(wait=True)
            if any(isinstance(message, Close) for message in messages):
                self._end()
                return
            for _ in range(_TRIES):
                try:
                    self._deliver(messages)
                    break
                except OSError:  # it died over the message, or before it
                    self._lose()

    def _deliver(self, messages: list[Message]) -> None:
        process = self._process
        if process is None:
            process = self._begin()
            if self._document is not None and not any(isinstance(message, Load) for message in messages):
                process.send(self._document)
        for message in messages:
            process.send(message)

    def _begin(self) -> _Process:
        process = _Process(self._said, self._ended)
        with self._lock:
            self._process = process
        return process

    def _lose(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.end(0)

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.end(_PATIENCE)

    def _said(self, kind: str, body: dict[str, Any], data: bytes) -> None:
        with self._lock:
            if self._closed:
                return
        try:
            self._emit(kind, body, data)
        except Exception:  # whatever a listener does wrong, the next frame must still come
            log.exception("a listener of the preview failed")

    def _ended(self, process: _Process) -> None:
        """The process is gone; on its reader thread."""
        with self._lock:
            expected = self._closed or self._process is not process
            if self._process is process:
                self._process = None
        if not expected:
            self._said(
                "error",
                {
                    "code": "preview_died",
                    "message": "the preview's process ended unexpectedly",
                    "where": "preview",
                    "hint": "Play or move the playhead again: it starts anew",
                },
                b"",
            )


class _Process:
    """A running preview process and the thread that reads what it says."""

    def __init__(self, said: Callable[[str, dict[str, Any], bytes], None], ended: Callable[[_Process], None]) -> None:
        context = spawning()
        self._connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=run, args=(theirs,), name="studio-preview", daemon=True)
        self._encoder = msgspec.msgpack.Encoder()
        self._process.start()
        theirs.close()  # else a death would go unnoticed: the pipe would still have another end
        self._reader = threading.Thread(target=self._read, args=(said, ended), name="preview-reader", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int | None:
        """Its id."""
        return self._process.pid

    def send(self, message: Message) -> None:
        """Send a message; OSError when the process is gone."""
        self._connection.send_bytes(self._encoder.encode(message))

    def end(self, patience: float) -> None:
        """Ask it to end, make it end after `patience` seconds."""
        with suppress(OSError):
            self.send(Close())
        self._process.join(patience)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._reader.join(_PATIENCE)
        self._connection.close()

    def _read(self, said: Callable[[str, dict[str, Any], bytes], None], ended: Callable[[_Process], None]) -> None:
        connection: Connection = self._connection
        try:
            while True:
                kind, body, data = connection.recv()
                said(kind, body, data)
        except (EOFError, OSError):
            self._process.join(_PATIENCE)  # else it would stay behind as a zombie
            ended(self)
