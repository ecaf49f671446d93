"""A small stand-in for a video, quick to seek, for scrubbing and playing.

It has the source's frames at the source's own times (counted from the common start), so that the preview shows exactly
the frames that an export of the original shows.
"""

from __future__ import annotations

import math
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from studio_widgets.engine.errors import CancelledError, MediaError, StorageError
from studio_widgets.engine.media.audio import AudioReader
from studio_widgets.engine.media.encoder import (
    AAC_FRAME,
    SAMPLE_RATE,
    open_audio_encoder,
    open_proxy_encoder,
)
from studio_widgets.engine.media.frames import Decoder, Orientation, orientation_of, video_stream
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.pictures import color_matrix
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.source import open_media

LONG_SIDE, SHORT_SIDE = 640, 360  # a proxy fits in there, either way up
_MOST_TICKS = 1 << 30  # of an MP4 clock a second

Progress = Callable[[int, int], None]


def wants_proxy(info: MediaInfo) -> bool:
    """Whether a proxy of the file is of use: videos, but not those with transparency, which H.264 cannot hold."""
    return info.kind == "video" and not info.has_alpha


def make_proxy(
    path: str | os.PathLike[str],
    out: Path,
    *,
    info: MediaInfo | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> None:
    """Write the proxy of a video to `out` (MP4: H.264 with a key frame every 10, AAC), at once or not at all.

    The picture is upright with square pixels, at most 640 × 360 (upright: 360 × 640). `progress(done, total)` is told
    milliseconds of the source. Raises MediaError when the file has no proxy (`wants_proxy`), CancelledError when
    `cancel` was set, StorageError when `out` cannot be written.
    """
    info = info or probe(path)
    if not wants_proxy(info):
        raise MediaError("only opaque videos have proxies", where=str(path), hint="Use the file itself")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=".proxy-", suffix=".mp4")
    except OSError as error:
        raise StorageError(
            f"the proxy cannot be written ({(error.strerror or str(error)).lower()})",
            where=str(out),
            hint="Make room there or give yourself permission to write",
        ) from error
    os.close(handle)
    partial = Path(name)
    try:
        _write(path, info, partial, progress or (lambda done, total: None), cancel or threading.Event())
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _write(
    path: str | os.PathLike[str], info: MediaInfo, out: Path, progress: Progress, cancel: threading.Event
) -> None:
    total = int(info.seconds * 1000)
    with open_media(path) as source, av.open(str(out), "w", options={"movflags": "+faststart"}) as target:
        pictures = video_stream(source, os.fspath(path))
        start = Fraction(info.start)
        base = _time_base(cast(Fraction, pictures.time_base), start)
        size = proxy_size(info)
        video = open_proxy_encoder(target, *size, base)
        sound = _Sound(path, info, target) if info.has_audio else None
        last = -1
        for frame in _upright(Decoder(source, pictures).frames(), pictures, size):
            if cancel.is_set():
                raise CancelledError("the proxy was not finished", where=str(path))
            if frame.pts is None:
                continue
            time = frame.pts * cast(Fraction, frame.time_base) - start
            ticks = math.floor(time / base)  # never later than the source's frame
            if ticks <= last:
                continue
            last = ticks
            _encode(target, video, frame, ticks, base)
            if sound is not None:
                sound.until(time)
            progress(min(total, int(time * 1000)), total)
        if last < 0:
            raise MediaError("no frame of the video can be decoded", where=str(path), hint="Convert it to MP4 first")
        target.mux(video.encode(None))
        if sound is not None:
            sound.finish(info.seconds)
    progress(total, total)


def proxy_size(info: MediaInfo) -> tuple[int, int]:
    """Width and height of a file's proxy: its displayed shape in the box, never enlarged, even."""
    box = (LONG_SIDE, SHORT_SIDE) if info.width >= info.height else (SHORT_SIDE, LONG_SIDE)
    scale = min(box[0] / info.width, box[1] / info.height, 1.0)
    return max(2, round(info.width * scale / 2) * 2), max(2, round(info.height * scale / 2) * 2)


def _time_base(base: Fraction, start: Fraction) -> Fraction:
    """A clock in which the source's times, counted from the common start, are whole numbers, where MP4 has one."""
    ticks = math.lcm(base.denominator, start.denominator)
    return Fraction(1, ticks if ticks <= _MOST_TICKS else 90_000)


def _encode(target: OutputContainer, video: VideoStream, frame: av.VideoFrame, ticks: int, base: Fraction) -> None:
    frame.pts, frame.time_base = ticks, base
    frame.pict_type = 0
    target.mux(video.encode(frame))


def _upright(frames: Iterator[av.VideoFrame], stream: VideoStream, size: tuple[int, int]) -> Iterator[av.VideoFrame]:
    """Frames scaled to `size` (upright), turned, 8 bit, limited range, BT.709."""
    orientation: Orientation | None = None
    for frame in frames:
        orientation = orientation or orientation_of(frame, stream)
        flat = orientation.rotation in (0, 180)
        small = frame.reformat(
            *(size if flat else size[::-1]),
            "yuv420p",
            src_colorspace=color_matrix(frame),
            dst_colorspace="ITU709",
            dst_color_range="MPEG",
            interpolation="FAST_BILINEAR",
        )
        if small is frame or orientation.rotation:
            small = _turn(small, orientation.rotation)
        small.pts, small.time_base = frame.pts, frame.time_base
        yield small


def _turn(frame: av.VideoFrame, clockwise: int) -> av.VideoFrame:
    """A new frame, turned; plane by plane, as yuv420p is symmetric."""
    turned = [np.rot90(plane, -clockwise // 90) for plane in _planes(frame)]
    height, width = turned[0].shape
    out = av.VideoFrame(width, height, "yuv420p")
    for plane, values in zip(out.planes, turned, strict=True):
        lines = np.zeros((plane.height, plane.line_size), np.uint8)
        lines[:, : plane.width] = values
        plane.update(lines.tobytes())
    out.color_range, out.colorspace = frame.color_range, frame.colorspace
    return out


def _planes(frame: av.VideoFrame) -> list[NDArray[np.uint8]]:
    return [
        np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    ]


class _Sound:
    """The proxy's sound, encoded from the common start on beside the pictures."""

    def __init__(self, path: str | os.PathLike[str], info: MediaInfo, target: OutputContainer) -> None:
        self._reader = AudioReader(path, info=info)
        self._target = target
        self._stream: AudioStream = open_audio_encoder(target, 96_000)
        self._done = 0

    def until(self, time: Fraction) -> None:
        """Encode whole packets up to `time` seconds."""
        while (self._done + AAC_FRAME) <= time * SAMPLE_RATE:
            self._packet(AAC_FRAME)

    def finish(self, seconds: Fraction) -> None:
        """Encode the rest, exactly up to the end."""
        self.until(seconds)
        rest = math.ceil(seconds * SAMPLE_RATE) - self._done
        if rest > 0:
            self._packet(rest)
        self._target.mux(self._stream.encode(None))
        self._reader.close()

    def _packet(self, count: int) -> None:
        samples = self._reader.read(self._done, count)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._done, Fraction(1, SAMPLE_RATE)
        self._target.mux(self._stream.encode(frame))
        self._done += count
