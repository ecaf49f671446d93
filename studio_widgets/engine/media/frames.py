"""Random access to the pictures of a file.

The rule, for any source: at time t show the frame with the greatest timestamp ≤ t. It holds for constant and variable
frame rates alike, and the answer is the same whatever was asked before. Half a tick of the clock that a file counts in
is granted (`model.rounding_of`): the rule is about the times that were meant.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Literal, Self, cast

import av
import av.error
from av.codec import CodecContext
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.model import MediaInfo, Rotation, rounding_of
from studio_widgets.engine.media.source import common_start, decodable, is_picture, open_media, packets, rewind

KEEP_BYTES = 24_000_000  # decoded frames kept for stepping back
_RACY = {"theora", "vp3", "vp4"}  # FFmpeg gives other pixels from run to run when several threads decode these
_NEAR = Fraction(1, 4)  # seconds ahead up to which decoding on beats any seek
_UNINDEXED_NEAR = Fraction(2)  # the same where the file has no keyframe index
_END = Fraction(1 << 40)  # "nothing comes after this frame"


@dataclass(frozen=True)
class Orientation:
    """How a decoded frame is to be shown: turned clockwise by `rotation` degrees, pixels `sar` times as wide."""

    rotation: Rotation = 0
    sar: Fraction = Fraction(1)

    def displayed(self, width: int, height: int) -> tuple[int, int]:
        """The size in square pixels, upright, of a decoded width × height frame; never smaller than the coded size."""
        wide, high = width, height
        if self.sar > 1:
            wide = round(width * self.sar)
        elif self.sar < 1:
            high = round(height / self.sar)
        return (high, wide) if self.rotation in (90, 270) else (wide, high)


class FrameReader:
    """Decodes the video of one file, on the thread that made it.

    Parameters
    ----------
    path: a local media file with pictures.
    info: what `probe` said of this very file (saves looking again); None: found out here.
    rounding: `MediaInfo.rounding` of the original when the file is its proxy, so that both choose alike.
    stream: which of the file's videos, 0 the first.

    Raises MediaError when the file has no such video or nothing of it decodes.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        info: MediaInfo | None = None,
        stream: int = 0,
        rounding: Fraction | None = None,
    ) -> None:
        self.path = os.fspath(path)
        self._container = open_media(path)
        try:
            self._stream = video_stream(self._container, self.path, stream)
            self._start = common_start(self._container) if info is None else Fraction(info.start)
            self._time_base = cast(Fraction, self._stream.time_base)
            self._rounding = rounding_of(self._time_base) if rounding is None else rounding
            self._decoder = Decoder(self._container, self._stream)
            # A run of consecutive decoded frames: their start times, and until when the last one is known to stand.
            self._frames: list[av.VideoFrame] = []
            self._times: list[Fraction] = []
            self._until: Fraction | None = None
            self._source: Iterator[av.VideoFrame] = self._decoder.frames()
            self._ahead: av.VideoFrame | None = None
            self._fresh = True  # nothing was read or sought yet
            self._from_start = True  # the run began at the file's first frame
            self._keys = _keyframes(self._stream)
            first = self._restart()
            self.orientation = orientation_of(first, self._stream)
            self.has_alpha = any(component.is_alpha for component in first.format.components)
            self._still = is_still(self._container, self._stream)
        except BaseException:
            self._container.close()
            raise

    def at(self, time: Fraction) -> av.VideoFrame:
        """The frame shown at `time` seconds after the file's common start.

        Before the first frame: the first; after the last: the last; a still: always the one. The frame belongs to the
        reader (and may be given out again): never draw on it. Rotation and aspect are not applied: see `orientation`.
        """
        if self._still:
            return self._frames[0]
        target = time + self._start + self._rounding
        if self._times and target >= self._times[0] and self._advance(target):
            return self._frames[bisect_right(self._times, target) - 1]
        if not (self._from_start and self._times and target < self._times[0]):
            self._go_to(target)
        return self._frames[max(0, bisect_right(self._times, target) - 1)]

    def close(self) -> None:
        """Let go of the file. The reader cannot be used afterwards."""
        self._frames.clear()
        self._times.clear()
        self._ahead = None
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _advance(self, target: Fraction) -> bool:
        """Decode on until the run covers `target`; False when a seek gets there sooner (nothing decoded then)."""
        while self._until is None or self._until <= target:
            if self._until is not None and self._seek_is_better(target):
                return False
            self._read_one()
        return True

    def _seek_is_better(self, target: Fraction) -> bool:
        reached = self._until if self._until is not None else self._times[-1]
        if target - reached <= _NEAR:
            return False
        if len(self._keys) < 2:
            return target - reached > _UNINDEXED_NEAR
        key = bisect_right(self._keys, target) - 1
        return key >= 0 and self._keys[key] > reached

    def _go_to(self, target: Fraction) -> None:
        """Make a run that covers `target`: seek to a key frame before it, further back until one is early enough."""
        back = Fraction(0)
        while True:
            at = target - back
            if at <= self._start or back > 64:
                self._restart()
            else:
                self._seek(at)
            if self._from_start or (self._times and self._times[0] <= target):
                break
            back = back * 2 if back else Fraction(1, 2)
        while self._until is None or self._until <= target:
            self._read_one()

    def _restart(self) -> av.VideoFrame:
        """Start a run at the first frame of the file."""
        if not self._fresh:
            rewind(self._container, self._stream)
            self._decoder.flush()
        self._begin(from_start=True)
        if not self._frames:
            raise MediaError(
                "no frame of the video can be decoded", where=self.path, hint="Convert it to MP4 (H.264) first"
            )
        return self._frames[0]

    def _seek(self, target: Fraction) -> None:
        try:
            self._container.seek(int(target / self._time_base), stream=self._stream, backward=True)
        except av.error.FFmpegError:  # behind the end, or an index that is broken: the caller goes further back
            rewind(self._container, self._stream)
            self._decoder.flush()
            self._begin(from_start=True)
            return
        self._decoder.flush()
        self._begin(from_start=False)

    def _begin(self, *, from_start: bool) -> None:
        self._frames, self._times, self._until, self._ahead = [], [], None, None
        self._fresh, self._from_start = False, from_start
        self._source = self._decoder.frames()
        self._read_one()

    def _read_one(self) -> None:
        """Append the next frame to the run; at the end of the file the last frame stands for ever.

        One frame is always decoded ahead, because only the next frame's time says how long this one stands.
        """
        frame = self._ahead or self._next_frame()
        if frame is None:
            self._until = _END
            return
        while (after := self._next_frame()) is not None and self._time(after) <= self._time(frame):
            frame = after  # two frames at one time, or a step back in time: the later one is shown
        self._ahead = after
        self._frames.append(frame)
        self._times.append(self._time(frame))
        self._until = self._time(after) if after is not None else _END
        self._forget(frame)

    def _next_frame(self) -> av.VideoFrame | None:
        frame = next(self._source, None)
        if frame is not None and frame.pts is None:
            # Without any timestamp (raw streams in AVI) frames follow each other at the average rate.
            last = self._ahead or (self._frames[-1] if self._frames else None)
            step = int(1 / (self._stream.average_rate or Fraction(25)) / self._time_base) or 1
            frame.pts = (last.pts or 0) + step if last is not None else int(self._start / self._time_base)
        return frame

    def _time(self, frame: av.VideoFrame) -> Fraction:
        return cast(int, frame.pts) * (frame.time_base or self._time_base)

    def _forget(self, newest: av.VideoFrame) -> None:
        """Drop the oldest frames of the run when it outgrows its memory."""
        size = max(1, sum(plane.buffer_size for plane in newest.planes))
        keep = max(2, KEEP_BYTES // size)
        if len(self._frames) > keep:
            del self._frames[:-keep], self._times[:-keep]
            self._from_start = False


class Decoder:
    """Decodes one video stream, with the decoder that gives all of it (alpha of VP8 and VP9 too).

    Damaged packets are passed over, as players do.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._context = alpha_decoder(container, stream) or stream.codec_context
        if self._context is stream.codec_context and stream.codec.name not in _RACY:
            stream.thread_type = "AUTO"

    def frames(self) -> Iterator[av.VideoFrame]:
        """The frames from where the file stands to its end, in presentation order."""
        for packet in packets(self._container, self._stream):
            if packet.size == 0 and packet.pts is not None:
                continue  # Theora's "the same again"; only the empty packet without a time ends the stream
            try:
                yield from self._context.decode(packet)
            except av.error.FFmpegError:
                continue

    def flush(self) -> None:
        """Forget what was decoded: call it after a seek."""
        if self._context is not self._stream.codec_context:
            self._context.flush_buffers()


def video_stream(container: InputContainer, path: str, number: int = 0) -> VideoStream:
    """The `number`-th video of a file, cover pictures aside; MediaError when there is none."""
    videos = [stream for stream in container.streams.video if decodable(stream) and not is_picture(stream)]
    if number >= len(videos):
        what = "no picture" if not videos else f"{len(videos)} video streams, not {number + 1}"
        raise MediaError(f"the file has {what}", where=path, hint="Use it on an audio track, or choose another file")
    return videos[number]


def orientation_of(frame: av.VideoFrame, stream: VideoStream) -> Orientation:
    """Rotation and pixel aspect of a decoded frame."""
    clockwise = round(-frame.rotation / 90) * 90 % 360  # PyAV counts counter-clockwise
    sar = stream.sample_aspect_ratio
    return Orientation(cast(Rotation, clockwise), sar if sar and sar > 0 else Fraction(1))


def is_still(container: InputContainer, stream: VideoStream) -> bool:
    """Whether the file is one picture rather than a video."""
    if container.format.name.endswith("_pipe"):
        return True
    single = stream.frames == 1 and not container.streams.audio
    return single and (container.format.name == "gif" or not (stream.duration or 0) or _is_avif(container))


def alpha_decoder(container: InputContainer, stream: VideoStream) -> VideoCodecContext | None:
    """libvpx for a VP8/VP9 stream that carries alpha, which FFmpeg's own decoders drop; None for any other.

    Chrome marks every recording `alpha_mode=1`, alpha or not, so the first frame decides. The file is rewound.
    """
    wrapper: Literal["libvpx-vp9", "libvpx"] | None = {"vp9": "libvpx-vp9", "vp8": "libvpx"}.get(stream.codec.name)  # type: ignore[assignment]
    if wrapper is None or stream.metadata.get("alpha_mode") != "1":
        return None
    context = CodecContext.create(wrapper, "r")
    found = False
    for packet in packets(container, stream):
        try:
            frames = context.decode(packet)
        except av.error.FFmpegError:
            break
        if frames:
            found = any(component.is_alpha for component in frames[0].format.components)
            break
    rewind(container, stream)
    if not found:
        return None
    return CodecContext.create(wrapper, "r")


def _is_avif(container: InputContainer) -> bool:
    return container.metadata.get("major_brand", "") in {"avif", "avis", "heic", "heix", "mif1"}


def _keyframes(stream: VideoStream) -> list[Fraction]:
    """Times of the key frames a file's index names (decode times: close to, not above, the presentation times)."""
    base = cast(Fraction, stream.time_base)
    return sorted(entry.timestamp * base for entry in stream.index_entries if entry.is_keyframe)
