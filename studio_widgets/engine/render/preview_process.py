"""The live preview's own process: draws single frames and play sessions from one document.

A second process, because a busy cell would slow a decode loop fourfold. One thread reads messages, the main thread does
all the work with PyAV; a play session goes on by single frames, so that whatever is asked meanwhile is looked at
between two of them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

import av
import av.error
import msgspec
import numpy as np

from studio_widgets.engine.errors import StudioError
from studio_widgets.engine.media.frames import Orientation
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.pictures import image_jpeg, to_image
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.geometry import even
from studio_widgets.engine.render.layers import Layer, source_key, timeline_layers
from studio_widgets.engine.render.mixer import Mixer, Samples, timeline_pieces
from studio_widgets.engine.render.preview_messages import Close, Load, Mailbox, Message, Play, Position, Scrub, Stop
from studio_widgets.engine.render.preview_stream import PlayStream
from studio_widgets.engine.timeline.model import Clip, Timeline, TitleSource, TitleStyle

MOVING = (640, 360)  # pixels a moving picture fits in, either way up: as large as proxies are
AT_REST = (1280, 720)  # the same for a frame somebody looks at: drawn from the originals, so that text can be read
AHEAD = 8  # seconds a session runs ahead of the view

Emit = Callable[[str, dict[str, Any], bytes], None]
_FAILURES = (StudioError, av.error.FFmpegError, OSError, ValueError, MemoryError)
_NOTICE = TitleStyle(size=0.06, color="#ffd7d7", background="#5a1010")


def run(connection: Connection) -> None:
    """Serve a preview until it says so or is gone. The process's main function."""
    # The kernel's "interrupt" goes to all processes of its group; it is meant for the cell.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    mailbox = Mailbox()
    threading.Thread(target=_listen, args=(connection, mailbox), daemon=True).start()

    def emit(kind: str, body: dict[str, Any], data: bytes) -> None:
        connection.send((kind, body, data))

    desk = PreviewDesk(emit)
    try:
        while True:
            for message in _in_order(mailbox.take(wait=not desk.busy)):
                if isinstance(message, Close):
                    return
                desk.handle(message)
            desk.step()
    except (BrokenPipeError, ConnectionResetError):
        return  # nobody listens any more
    finally:
        desk.close()


def _listen(connection: Connection, mailbox: Mailbox) -> None:
    decoder = msgspec.msgpack.Decoder(Message)
    try:
        while True:
            mailbox.put(decoder.decode(connection.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)  # the other side is gone: there is nothing to tidy up, and work may be under way


def _in_order(messages: list[Message]) -> list[Message]:
    """A document first, then what wants to see it."""
    return sorted(messages, key=lambda message: not isinstance(message, Load | Close))


class PreviewDesk:
    """One document, drawn on demand. All methods on one thread.

    `emit(kind, body, data)` takes what `Preview` describes.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._timeline = Timeline()
        self._files: Mapping[str, SourceFile] = {}
        self._rev = 0
        self._stage: _Stage | None = None
        self._sharp: _Stage | None = None
        self._stream: PlayStream | None = None
        self._generation = 0
        self._position = 0
        self._piece = 0
        self._told: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether `step` has something to do."""
        stream = self._stream
        return stream is not None and stream.frame < self._position + AHEAD * stream.fps

    @property
    def playing(self) -> int | None:
        """The next frame of the session; None when there is no session."""
        return self._stream.frame if self._stream is not None else None

    def handle(self, message: Message) -> None:
        """Do what a message asks."""
        match message:
            case Load():
                self._load(message)
            case Scrub():
                self._scrub(message)
            case Play():
                self._play(message)
            case Position(generation, frame):
                if generation == self._generation:
                    self._position = max(self._position, frame)
            case Stop():
                self._end_session()

    def step(self) -> None:
        """Play one frame more, if that is due."""
        stream, stage = self._stream, self._stage
        if stream is None or stage is None or not self.busy:
            return
        if stream.frame >= self._timeline.total_frames:
            self._finish()
            return
        try:
            for piece in stream.step(stage, stage, self._timeline.total_frames):
                self._send_piece(piece)
        except _FAILURES as error:
            self._fail(error)
            self._finish()

    def close(self) -> None:
        """Let go of all files."""
        self._end_session()
        for stage in (self._stage, self._sharp):
            if stage is not None:
                stage.close()
        self._stage = self._sharp = None

    # --- the document ------------------------------------------------------------------------------------------------

    def _load(self, message: Load) -> None:
        self._told.clear()
        timeline = _with_notices(message.timeline, message.files)
        if self._stream is not None and timeline.fps != self._stream.fps:
            self._finish()
        self._timeline, self._files, self._rev = timeline, message.files, message.rev
        if self._sharp is not None:  # made anew when somebody looks
            self._sharp.close()
            self._sharp = None
        # a session keeps its size whatever happens to the timeline's: its decoder could not follow
        self._set_stage((self._stream.width, self._stream.height) if self._stream else picture_size(timeline))

    def _set_stage(self, size: tuple[int, int]) -> None:
        """Show the document in pictures of `size`; files that are open stay open where possible."""
        before, timeline = self._stage, self._timeline
        try:
            if before is not None and (before.size, before.fps) == (size, timeline.fps):
                before.replace(timeline, self._files)
                return
            self._stage = _Stage(timeline, self._files, size, self._fail)
            if before is not None:
                before.close()
        except _FAILURES as error:
            self._fail(error)

    # --- scrubbing ---------------------------------------------------------------------------------------------------

    def _scrub(self, message: Scrub) -> None:
        if self._stage is None:
            return
        try:
            frame = self._stage_for(message, self._stage).picture(max(0, message.frame))
            jpeg = image_jpeg(to_image(frame, Orientation(), max(1, message.width), max(1, message.height)), 80)
        except _FAILURES as error:
            self._fail(error)
            return
        self._emit("frame", {"frame": message.frame, "seq": message.seq, "rev": self._rev}, jpeg)

    def _stage_for(self, message: Scrub, moving: _Stage) -> _Stage:
        """Where to draw: a large picture is asked for at rest, and may take as long as the original takes to seek."""
        if self._stream is not None or max(message.width, message.height) <= MOVING[0]:
            return moving
        size = picture_size(self._timeline, AT_REST)
        if self._sharp is None and size != moving.size:
            self._sharp = _Stage(self._timeline, self._files, size, self._fail, proxies=False)
        return self._sharp or moving

    # --- playing -----------------------------------------------------------------------------------------------------

    def _play(self, message: Play) -> None:
        self._end_session()
        self._generation, self._piece = message.generation, 0
        self._position = start = max(0, message.frame)
        if self._stage is None:
            return
        if self._stage.size != picture_size(self._timeline):  # the session before had kept another size
            self._set_stage(picture_size(self._timeline))
        try:
            self._stream = PlayStream(start, *self._stage.size, self._timeline.fps)
        except _FAILURES as error:
            self._fail(error)

    def _finish(self) -> None:
        """End the session as one ends that has played everything."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        pieces = stream.finish() if stream.frame > stream.start else []
        for piece in pieces[:-1]:
            self._send_piece(piece, stream)
        self._send_piece(pieces[-1] if pieces else b"", stream, last=True)
        self._report(stream)

    def _end_session(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
            self._report(stream)

    def _send_piece(self, piece: bytes, stream: PlayStream | None = None, *, last: bool = False) -> None:
        stream = stream or self._stream
        assert stream is not None
        body = {
            "generation": self._generation,
            "seq": self._piece,
            "startFrame": stream.start,
            "codec": stream.codec,
            "last": last,
        }
        self._piece += 1
        self._emit("fragment", body, piece)

    def _report(self, stream: PlayStream) -> None:
        body = {"generation": self._generation, "frames": stream.frame - stream.start, "pieces": self._piece}
        self._emit("stats", body, b"")

    # --- errors ------------------------------------------------------------------------------------------------------

    def _fail(self, error: Exception) -> None:
        """Tell an error, once for each document: playing on would tell it with every frame."""
        if str(error) in self._told:
            return
        self._told.add(str(error))
        self._emit("error", error_body(error), b"")


class _Stage:
    """A document's pictures and sound; what cannot be drawn is shown as a notice, what cannot be heard is silent."""

    def __init__(
        self,
        timeline: Timeline,
        files: Mapping[str, SourceFile],
        size: tuple[int, int],
        fail: Callable[[Exception], None],
        *,
        proxies: bool = True,
    ) -> None:
        self.size = size
        self._fail = fail
        self.fps = timeline.fps
        self._compositor = Compositor(timeline_layers(timeline, files), *size, self.fps, proxies=proxies)
        self._mixer = Mixer(timeline_pieces(timeline, files), proxies=proxies)

    def replace(self, timeline: Timeline, files: Mapping[str, SourceFile]) -> None:
        """Go on with another timeline of the same size and rate."""
        self._compositor.replace(timeline_layers(timeline, files))
        self._mixer.replace(timeline_pieces(timeline, files))

    def picture(self, frame: int) -> av.VideoFrame:
        """The picture of a timeline frame."""
        try:
            return self._compositor.frame(frame)
        except _FAILURES as error:
            self._fail(error)
            return self._notice("This frame cannot be drawn")

    def sound(self, start: int, count: int) -> Samples:
        """The sound of a stretch of samples."""
        try:
            return self._mixer.mix(start, count)
        except _FAILURES as error:
            self._fail(error)
            return np.zeros((2, count), np.float32)

    def close(self) -> None:
        """Close all files."""
        self._compositor.close()
        self._mixer.close()

    def _notice(self, text: str) -> av.VideoFrame:
        layer = Layer(slot=0, start=0, end=1, title=TitleSource(text=text, style=_NOTICE))
        with Compositor([layer], *self.size, self.fps) as compositor:
            return compositor.frame(0)


def picture_size(timeline: Timeline, within: tuple[int, int] = MOVING) -> tuple[int, int]:
    """The size of a timeline's preview: its shape, in a box of 640 × 360 (upright 360 × 640) or as given, even."""
    box = within if timeline.width >= timeline.height else within[::-1]
    scale = min(box[0] / timeline.width, box[1] / timeline.height, 1.0)
    return even(timeline.width * scale), even(timeline.height * scale)


def error_body(error: Exception) -> dict[str, Any]:
    """An error as the views show it."""
    if isinstance(error, StudioError):
        return {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}
    return {
        "code": "preview_failed",
        "message": f"the preview could not be drawn ({error})",
        "where": "preview",
        "hint": "Play again; if it fails again, report it",
    }


def _with_notices(timeline: Timeline, files: Mapping[str, SourceFile]) -> Timeline:
    """The timeline with a notice in the place of every clip whose file is missing."""
    clips = tuple(clip if _is_there(clip, files) else _missing(clip) for clip in timeline.clips)
    return msgspec.structs.replace(timeline, clips=clips)


def _is_there(clip: Clip, files: Mapping[str, SourceFile]) -> bool:
    key = source_key(clip.source)
    return key in files or key in ("title", "camera")


def _missing(clip: Clip) -> Clip:
    notice = TitleSource(text=f"Missing: {clip.name or 'media file'}", style=_NOTICE)
    return msgspec.structs.replace(clip, source=notice)
