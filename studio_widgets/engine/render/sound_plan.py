"""The work of an export's sound: chunks of AAC packets with content keys, and the level that all of them share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np

from studio_widgets.engine.media.encoder import (
    AAC_CODER,
    AAC_FRAME,
    AUDIO_CHUNK_PACKETS,
    AUDIO_WARM_UP_PACKETS,
    SAMPLE_RATE,
)
from studio_widgets.engine.render.keys import content_key, identity
from studio_widgets.engine.render.loudness import LIMITER, REACH
from studio_widgets.engine.render.mixer import Piece

LOOK_AHEAD_PACKETS = 2  # fed after a chunk: the encoder looks ahead


class AudioSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All a worker needs to make an audio chunk: pieces in samples from the start of its warm-up.

    `packets` are kept after `warm_up` dropped ones. With a `level`, a factor, peaks are limited, for which the sound of
    `pad` samples at either side is looked at: pieces count from there. `at` is the timeline frame it starts at, for
    errors only.
    """

    key: str
    pieces: tuple[Piece, ...]
    bitrate: int
    packets: int = AUDIO_CHUNK_PACKETS
    warm_up: int = AUDIO_WARM_UP_PACKETS
    look_ahead: int = LOOK_AHEAD_PACKETS
    level: float | None = None
    pad: int = 0
    at: int = 0


class LoudnessSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All a worker needs to find the level of the whole sound: pieces in samples, how many samples, LUFS to aim at.

    `at` as in AudioSpec.
    """

    key: str
    pieces: tuple[Piece, ...]
    samples: int
    target: float
    at: int = 0


def loudness_spec(pieces: tuple[Piece, ...], samples: int, target: float) -> LoudnessSpec:
    """The work of finding the level of a sound."""
    key = content_key("loudness", LIMITER, _sounds(pieces), samples, target)
    return LoudnessSpec(key=key, pieces=pieces, samples=samples, target=target)


def chunks(
    pieces: Sequence[Piece], packets: int, bitrate: int, fps: Fraction, level: float | None
) -> Iterator[AudioSpec]:
    """The chunks of a sound of so many packets; `level` as in AudioSpec.

    Chunk k holds packets `[188k, 188k + 188)`; packet j is made of samples `[(j - 1)·1024, (j + 1)·1024)`.
    """
    starts = np.array([piece.start for piece in pieces], dtype=np.int64)
    ends = np.array([piece.end for piece in pieces], dtype=np.int64)
    pad = 0 if level is None else REACH
    length = (AUDIO_WARM_UP_PACKETS + AUDIO_CHUNK_PACKETS + LOOK_AHEAD_PACKETS) * AAC_FRAME + 2 * pad
    made = () if level is None else (level, LIMITER)
    for first in range(0, packets, AUDIO_CHUNK_PACKETS):
        start = (first - AUDIO_WARM_UP_PACKETS) * AAC_FRAME - pad
        heard = np.flatnonzero((starts < start + length) & (ends > start))
        windows = tuple(pieces[int(index)].window(start, start + length) for index in heard)
        at = max(0, first * AAC_FRAME) * fps // SAMPLE_RATE
        yield AudioSpec(
            key=content_key("audio", AUDIO_CHUNK_PACKETS, bitrate, AAC_CODER, *made, _sounds(windows)),
            pieces=windows,
            bitrate=bitrate,
            level=level,
            pad=pad,
            at=int(at),
        )


def _sounds(pieces: Iterable[Piece]) -> list[tuple[Any, ...]]:
    """All of the pieces that is heard."""
    return [
        (
            *(piece.start, piece.end, identity(piece.file, piece.clip)),
            *(piece.source_start, piece.gain, piece.ramps),
            *((piece.speed,) if piece.speed != "1" else ()),
            *((piece.swell,) if piece.swell else ()),
        )
        for piece in pieces
    ]
