"""Sound at another speed with its pitch kept, at absolute positions.

What is heard at a sample depends on the sample alone, not on what was read before: the stretched sound is made in
blocks that lie where they lie whoever asks, each from its own stretch of the source, a little overlapping the next.

```
source      |-- run-in --|======= block k ========|~|            times `speed`
stretched                |x|----- block k ------|x|
                                              |x|----- block k + 1 ------|x|     x: one fades into the other
```

The stretching itself is FFmpeg's `atempo` (overlap-add of similar waveforms).
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Protocol

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

from studio_widgets.engine.media.encoder import SAMPLE_RATE

Samples = npt.NDArray[np.float32]

BLOCK = 5 * SAMPLE_RATE  # samples made at a time
CROSS = 1024  # samples over which one block fades into the next
_RUN_IN = SAMPLE_RATE // 2  # samples made and thrown away before a block: the filter has settled then
_AHEAD = 16_384  # samples of the source fed after a block: the filter looks ahead
_KEPT = 3  # blocks


class Source(Protocol):
    """What there is to stretch."""

    def read(self, start: int, count: int) -> Samples:
        """Samples `[start, start + count)` as float32 of shape (2, count), zeros outside."""

    def close(self) -> None:
        """Let go of the file."""


class TempoReader:
    """Reads a sound as if it played `speed` times as fast at the same pitch: sample n is what is heard of the source at
    sample n · speed."""

    def __init__(self, source: Source, speed: Fraction) -> None:
        self._source = source
        self._speed = speed
        self._blocks: dict[int, Samples] = {}

    def read(self, start: int, count: int) -> Samples:
        """Samples `[start, start + count)` as float32 of shape (2, count), zeros before the source's start."""
        out = np.zeros((2, max(0, count)), np.float32)
        first, end = max(start, 0), start + count
        while first < end:
            number = first // BLOCK
            last = min(end, (number + 1) * BLOCK)
            offset = number * BLOCK
            out[:, first - start : last - start] = self._joined(number)[:, first - offset : last - offset]
            first = last
        return out

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def _joined(self, number: int) -> Samples:
        """A block of BLOCK samples whose beginning fades in from the block before."""
        block = self._made(number)
        joined = block[:, CROSS : CROSS + BLOCK].copy()
        if number:
            rise = (np.arange(CROSS, dtype=np.float32) + 0.5) / CROSS
            tail = self._made(number - 1)[:, CROSS + BLOCK : 2 * CROSS + BLOCK]
            joined[:, :CROSS] = joined[:, :CROSS] * rise + tail * (1 - rise)
        return joined

    def _made(self, number: int) -> Samples:
        """The stretched samples `[number · BLOCK - CROSS, (number + 1) · BLOCK + CROSS)`."""
        found = self._blocks.pop(number, None)
        if found is None:
            count = BLOCK + 2 * CROSS
            first = number * BLOCK - CROSS - _RUN_IN
            begin = floor(first * self._speed)
            sound = self._source.read(begin, floor((_RUN_IN + count) * self._speed) + _AHEAD)
            found = np.zeros((2, count), np.float32)
            settled = _RUN_IN - early(self._speed)
            part = stretched(sound, self._speed)[:, settled : settled + count]
            found[:, : part.shape[1]] = part
        self._blocks[number] = found  # last in, last out
        if len(self._blocks) > _KEPT:
            self._blocks.pop(next(iter(self._blocks)))
        return found


def stretched(sound: Samples, speed: Fraction) -> Samples:
    """A sound of shape (2, n) played `speed` times as fast at the same pitch: about n / speed samples."""
    graph = Graph()
    chain = [
        graph.add_abuffer(sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=Fraction(1, SAMPLE_RATE)),
        *(graph.add("atempo", f"{float(step):.12f}") for step in steps(speed)),
        graph.add("aformat", "sample_fmts=fltp"),  # the filter makes interleaved samples
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*chain).configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
    frame.sample_rate = SAMPLE_RATE
    frame.pts = 0
    chain[0].push(frame)
    chain[0].push(None)
    parts = []
    while True:
        try:
            pulled = chain[-1].pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            break
        assert isinstance(pulled, av.AudioFrame)
        parts.append(pulled.to_ndarray())
    return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)


def early(speed: Fraction) -> int:
    """By how many samples what `stretched` gives is heard too early, measured with bursts of noise.

    With it taken off, bursts lie within 6 ms of their place, at a fifth of the speed within 30 ms.
    """
    samples = Fraction(0)
    for step in steps(speed):
        samples = samples / step + 256 + 512 / step
    return round(samples)


def steps(speed: Fraction) -> list[Fraction]:
    """Factors from 1/2 to 2 whose product is the speed: beyond them the filter leaves sound out."""
    found: list[Fraction] = []
    while speed > 2:
        found.append(Fraction(2))
        speed /= 2
    while speed < Fraction(1, 2):
        found.append(Fraction(1, 2))
        speed *= 2
    return [*found, speed]
