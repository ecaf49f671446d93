"""Sound of a file as float samples at absolute positions.

Sample n is what is heard n / 48000 seconds after the file's common start, whatever was read before: positions come from
timestamps and never from counting what was read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from types import TracebackType
from typing import Self, cast

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.encoder import SAMPLE_RATE
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.source import common_start, decodable, open_media, packets

Sound = NDArray[np.float32]

_PRE_ROLL = Fraction(1, 5)  # seconds decoded before a position: Opus and AAC need a few frames to settle
_NEAR = 5 * SAMPLE_RATE  # samples ahead up to which decoding on beats a seek
_BLOCK = SAMPLE_RATE // 2  # samples decoded at a time, at least
# Formats whose seeking is exact to the packet; in the others (MP3, raw AAC) packets are counted from the start.
_SEEKABLE = {"mov", "matroska", "wav", "w64", "flac", "avi", "aiff", "caf"}


class AudioReader:
    """Decodes the sound of one file to 48 kHz stereo, on the thread that made it.

    Parameters
    ----------
    path: a local media file with sound.
    info: what `probe` said of this very file (saves looking again).
    stream: which of the file's sounds, 0 the first.

    Mono is heard at full level on both sides; surround is mixed down so that it cannot clip. Raises MediaError when the
    file has no such sound.
    """

    def __init__(self, path: str | os.PathLike[str], *, info: MediaInfo | None = None, stream: int = 0) -> None:
        self.path = os.fspath(path)
        self._number = stream
        if info is None:
            with open_media(path) as container:
                self._start = common_start(container)
        else:
            self._start = Fraction(info.start)
        self._container, self._stream = self._open()
        self._exact_seek = self._container.format.name.split(",")[0] in _SEEKABLE
        self._pristine = True  # nothing was read yet
        self._anchor: int | None = None  # see _find_anchor
        self._block: Sound = np.zeros((2, 0), np.float32)  # the newest decoded samples ...
        self._at = 0  # ... and the position of the first of them
        self._ended = False
        self._pieces: Iterator[tuple[int, Sound]] = iter(())
        self._go_to(Fraction(0))

    def read(self, start: int, count: int) -> Sound:
        """Samples [start, start + count) as float32 (2, count), full scale ±1; zeros before, after and in gaps."""
        out = np.zeros((2, max(0, count)), np.float32)
        end = start + count
        if count <= 0 or end <= 0:
            return out
        self._stand_before(max(0, start))
        while True:
            low, high = max(start, self._at), min(end, self._at + self._block.shape[1])
            if low < high:
                out[:, low - start : high - start] = self._block[:, low - self._at : high - self._at]
            if self._ended or self._at + self._block.shape[1] >= end:
                return out
            self._next_block()

    def close(self) -> None:
        """Let go of the file. The reader cannot be used afterwards."""
        self._pieces = iter(())
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _stand_before(self, start: int) -> None:
        """Stand where decoding on reaches `start` without having passed it."""
        reached = self._at + self._block.shape[1]
        if self._at <= start < reached or (reached <= start and (start - reached <= _NEAR or self._ended)):
            return
        self._go_to(Fraction(start, SAMPLE_RATE))

    def _open(self) -> tuple[InputContainer, AudioStream]:
        container = open_media(self.path)
        sounds = [stream for stream in container.streams.audio if decodable(stream)]
        if self._number < len(sounds):
            return container, sounds[self._number]
        container.close()
        raise MediaError(
            f"the file has {len(sounds)} sounds, not {self._number + 1}" if sounds else "the file has no sound",
            where=self.path,
            hint="Mute the clip, or choose another file",
        )

    def _go_to(self, target: Fraction) -> None:
        """Start decoding anew, at least the pre-roll before `target` seconds of our clock."""
        seconds = target - _PRE_ROLL
        if seconds <= 0:
            self._restart()
            frames, drop = self._frames(), 0
        else:
            if self._anchor is None:
                self._anchor = self._find_anchor()
            frames, drop = self._frames_from(seconds + self._start), round(seconds * SAMPLE_RATE)
        self._pieces = _Resampling(frames, self._start, self._anchor or 0).pieces(drop)
        self._block, self._at, self._ended = np.zeros((2, 0), np.float32), drop, False

    def _restart(self) -> None:
        """Stand at the first packet, as on opening: only then do decoders leave out exactly their priming."""
        if not self._pristine:
            self._container.close()
            self._container, self._stream = self._open()
        self._pristine = False

    def _find_anchor(self) -> int:
        """Where the second frame starts (at its own rate): the codec's frames lie on a grid through it.

        Needed where timestamps are coarser than samples; the first frame is shorter by the codec's priming.
        """
        self._restart()
        base = cast(Fraction, self._stream.time_base)
        for frame in self._frames():
            return round(((frame.pts or 0) * base - self._start) * frame.sample_rate) + frame.samples
        return 0

    def _frames_from(self, seconds: Fraction) -> Iterator[av.AudioFrame]:
        """Decoded frames from second `seconds` of the file's clock on, or somewhat before it."""
        base = cast(Fraction, self._stream.time_base)
        if not self._exact_seek:
            self._restart()
            return self._frames(skip_to=seconds - _PRE_ROLL)
        try:
            self._container.seek(int(seconds / base), stream=self._stream, backward=True)
        except av.error.FFmpegError:  # behind the end, or an index that is broken
            self._restart()
        return self._frames()

    def _frames(self, skip_to: Fraction | None = None) -> Iterator[av.AudioFrame]:
        """Decoded frames from where the file stands; packets that end before second `skip_to` are not decoded."""
        base = cast(Fraction, self._stream.time_base)
        for packet in packets(self._container, self._stream):
            if skip_to is not None and packet.pts is not None:
                ends = (packet.pts + (packet.duration or 0)) * base
                if ends < skip_to:
                    continue
            try:
                yield from self._stream.decode(packet)
            except av.error.FFmpegError:
                continue

    def _next_block(self) -> None:
        """Replace the block by the next half second or more (what follows is contiguous: gaps become zeros)."""
        at = self._at + self._block.shape[1]
        pieces: list[Sound] = []
        length = 0
        while length < _BLOCK:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            position, samples = piece
            missing = position - at - length
            if missing > 0:
                pieces.append(np.zeros((2, missing), np.float32))
            elif missing < 0:
                samples = samples[:, -missing:]
            pieces.append(samples)
            length = sum(part.shape[1] for part in pieces)
        self._at = at
        self._block = np.concatenate(pieces, axis=1) if pieces else np.zeros((2, 0), np.float32)


class _Resampling:
    """Decoded frames → (position, float32 (2, n)) at 48 kHz, on a grid that does not depend on where decoding began."""

    def __init__(self, frames: Iterator[av.AudioFrame], start: Fraction, anchor: int) -> None:
        self._frames = frames
        self._start = start
        self._anchor = anchor
        self._resampler: AudioResampler | None = None
        self._rate = 0
        self._layout: tuple[str, ...] = ()
        self._next_in = 0  # input sample that would continue the run
        self._next_out = 0  # output sample that comes next
        self._grid_skip = 0  # input samples still to be left out (see _begin)

    def pieces(self, drop: int) -> Iterator[tuple[int, Sound]]:
        """The pieces in order, samples before position `drop` left out."""
        for position, samples in self._all():
            if position + samples.shape[1] > drop:
                cut = max(0, drop - position)
                yield position + cut, samples[:, cut:]

    def _all(self) -> Iterator[tuple[int, Sound]]:
        for frame in self._frames:
            layout = tuple(channel.name for channel in frame.layout.channels)
            position = self._position(frame)
            changed = (frame.sample_rate, layout) != (self._rate, self._layout)
            if self._resampler is None or changed or abs(position - self._next_in) > self._tolerance(frame):
                yield from self._flush()
                self._begin(frame, layout, position)
            skip = self._grid_skip
            self._next_in += frame.samples
            if skip:
                self._grid_skip = max(0, skip - frame.samples)
                if skip >= frame.samples:
                    continue
                frame = _tail(frame, skip)
            frame.pts = None
            assert self._resampler is not None
            yield from self._out(self._resampler.resample(frame))
        yield from self._flush()

    def _begin(self, frame: av.AudioFrame, layout: tuple[str, ...], position: int) -> None:
        """Start a run of sound without gaps.

        Its first input sample must lie on a whole output sample, else the same sound would come out shifted by a
        fraction of a sample depending on where reading began: up to 146 samples (of 44.1 kHz) are left out.
        """
        self._rate, self._layout = frame.sample_rate, layout
        grid = self._rate // gcd(self._rate, SAMPLE_RATE)
        self._grid_skip = -position % grid
        self._next_in = position
        self._next_out = (position + self._grid_skip) * SAMPLE_RATE // self._rate
        self._resampler = AudioResampler(format="fltp", layout=frame.layout, rate=SAMPLE_RATE)

    def _position(self, frame: av.AudioFrame) -> int:
        """The frame's first sample, counted at its own rate from the common start.

        Timestamps coarser than samples (webm: ms) are moved to the grid of the codec's frames when they lie on it.
        """
        if frame.pts is None:
            return self._next_in
        base = frame.time_base or Fraction(1, frame.sample_rate)
        position = round((frame.pts * base - self._start) * frame.sample_rate)
        if base * frame.sample_rate <= 1:
            return position
        slack = round(base * frame.sample_rate)
        if abs(position - self._next_in) <= slack:
            return self._next_in
        nearest = round((position - self._anchor) / frame.samples) * frame.samples + self._anchor
        return nearest if abs(nearest - position) <= slack else position

    def _tolerance(self, frame: av.AudioFrame) -> int:
        """Samples by which timestamps may jump within a run: what their unit cannot tell apart."""
        base = frame.time_base or Fraction(1, frame.sample_rate)
        return round(2 * base * frame.sample_rate) if base * frame.sample_rate > 1 else 1

    def _flush(self) -> Iterator[tuple[int, Sound]]:
        if self._resampler is not None:
            yield from self._out(self._resampler.resample(None))
            self._resampler = None

    def _out(self, frames: list[av.AudioFrame]) -> Iterator[tuple[int, Sound]]:
        for frame in frames:
            samples = to_stereo(cast(Sound, frame.to_ndarray()), self._layout)
            yield self._next_out, samples
            self._next_out += samples.shape[1]


def to_stereo(samples: NDArray[np.float32], channels: tuple[str, ...]) -> Sound:
    """Mix planar (channels, n) sound to (2, n) by channel names; surround levels after ITU-R BS.775, never clipping."""
    if len(channels) == 1:
        return np.repeat(samples, 2, axis=0)
    if channels[:2] == ("FL", "FR") and len(channels) == 2:
        return samples
    left = np.array([_LEFT.get(name, 0.0) for name in channels], np.float32)
    right = np.array([_LEFT.get(_MIRROR.get(name, name), 0.0) for name in channels], np.float32)
    if not left.any() or not right.any():  # channels without a place: take the first two
        return np.ascontiguousarray(samples[:2])
    matrix = np.stack([left / left.sum(), right / right.sum()])
    return cast(Sound, matrix @ samples)


_LEFT = {"FL": 1.0, "FC": 0.7071, "BL": 0.7071, "SL": 0.7071, "BC": 0.5, "FLC": 1.0, "DL": 1.0}
_MIRROR = {"FL": "FR", "FR": "FL", "BL": "BR", "BR": "BL", "SL": "SR", "SR": "SL", "FLC": "FRC", "FRC": "FLC"} | {
    "DL": "DR",
    "DR": "DL",
}


def _tail(frame: av.AudioFrame, skip: int) -> av.AudioFrame:
    """A frame's samples from `skip` on."""
    samples = cast(Sound, frame.to_ndarray())
    channels = len(frame.layout.channels)
    rest = samples[:, skip:] if frame.format.is_planar else samples[:, skip * channels :]
    tail = av.AudioFrame.from_ndarray(np.ascontiguousarray(rest), format=frame.format.name, layout=frame.layout.name)
    tail.sample_rate = frame.sample_rate
    return tail
