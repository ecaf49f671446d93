"""Loudness after ITU-R BS.1770-5: measured over a whole mix, met with one gain, kept from clipping by a limiter.

The limiter has no memory: how much it holds back at a sample depends on `REACH` samples at either side alone, so that
chunks of sound which are made apart fit together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import cache

import av
import av.error
import av.filter
import numpy as np
import numpy.typing as npt

from studio_widgets.engine.media.encoder import SAMPLE_RATE
from studio_widgets.engine.render.mixer import Samples

STEP = 0.25  # dB: of gains, so that a small edit leaves the rest of the sound as it was
SILENCE = -70.0  # LUFS: what the standard's gate takes for nothing
CEILING_DB = -1.0  # dBTP: decoders and converters go beyond the samples
_HALF = 480  # samples (10 ms) over which the limiter looks around, and again over which it moves
REACH = 2 * _HALF
_PHASES, _TAPS = 4, 12  # of the interpolation that finds peaks between samples


def measure(blocks: Iterable[Samples]) -> float | None:
    """Integrated loudness in LUFS of 48 kHz stereo, blocks of float32 of shape (2, n); None for silence."""
    graph = av.filter.Graph()
    tick = Fraction(1, SAMPLE_RATE)
    source = graph.add_abuffer(format="fltp", sample_rate=SAMPLE_RATE, layout="stereo", time_base=tick)
    meter = graph.add("ebur128", "metadata=1:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    told, at = "", 0
    for block in blocks:
        if not block.shape[1]:
            continue
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, tick
        at += block.shape[1]
        graph.push(frame)
        told = _newest(graph) or told
    graph.push(None)
    told = _newest(graph) or told
    loudness = float(told) if told else SILENCE
    return loudness if loudness > SILENCE else None


def _newest(graph: av.filter.Graph) -> str:
    """The integrated loudness as the meter's last frame has it, "" when none is ready."""
    told = ""
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return told
        told = frame.metadata.get("lavfi.r128.I", told)


def gain_for(measured: float | None, target: float) -> float:
    """The gain, as a factor, that brings a loudness to the target, in steps of a quarter dB."""
    if measured is None:
        return 1.0
    return float(10.0 ** (round((target - measured) / STEP) * STEP / 20.0))


def limited(sound: Samples) -> Samples:
    """Sound with true peaks below the ceiling: (2, n) in, (2, n - 2 · REACH) out; the sides are looked at."""
    kept = sound[:, REACH : sound.shape[1] - REACH]
    ceiling = 10.0 ** (CEILING_DB / 20.0)
    if not sound.size or 2.0 * float(np.abs(sound).max()) <= ceiling:  # no peak between samples is twice as high
        return kept
    needed = np.minimum(1.0, ceiling / np.maximum(peaks(sound), ceiling))
    if needed.min() >= 1.0:
        return kept
    # The least over a window, smoothed over the same: never above what a sample needs, never a step.
    least = _lowest(needed, 2 * _HALF + 1)
    window = np.hanning(2 * _HALF + 3)[1:-1]
    gain = np.convolve(least, window / window.sum(), "valid")
    return (kept * gain[: kept.shape[1]]).astype(np.float32)


def peaks(sound: Samples) -> npt.NDArray[np.float64]:
    """The true peak about each sample, of both channels: the highest of it and of three points towards the next."""
    highest: npt.NDArray[np.float64] = np.abs(sound).max(axis=0).astype(np.float64)
    for taps in _interpolation():
        for channel in sound:
            between = np.abs(np.convolve(channel, taps, "same"))
            np.maximum(highest, between, out=highest)
            highest[1:] = np.maximum(highest[1:], between[:-1])
    return highest


@cache
def _interpolation() -> tuple[npt.NDArray[np.float64], ...]:
    """Windowed sincs for the points a quarter, a half and three quarters on the way to the next sample."""
    places = np.arange(_TAPS) - (_TAPS - 1) // 2
    filters = []
    for phase in range(1, _PHASES):
        at = places - phase / _PHASES
        taps = np.sinc(at) * (0.5 + 0.5 * np.cos(np.pi * at / (_TAPS / 2 + 0.5)))
        filters.append((taps / taps.sum())[::-1])
    return tuple(filters)


def _lowest(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """The least of each `width` values in a row, shape (n - width + 1,).

    From both ends of blocks of that width: each run spans the end of one and the beginning of the next (van Herk 1992).
    """
    count = len(values)
    blocks = math.ceil(count / width)
    padded = np.full(blocks * width, np.inf)
    padded[:count] = values
    rows = padded.reshape(blocks, width)
    forth = np.minimum.accumulate(rows, axis=1).ravel()
    back = np.minimum.accumulate(rows[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(back[: count - width + 1], forth[width - 1 : count])
