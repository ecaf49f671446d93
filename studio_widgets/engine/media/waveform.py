"""The shape of a sound, for drawing."""

from __future__ import annotations

import math
import os

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio_widgets.engine.media.audio import AudioReader
from studio_widgets.engine.media.encoder import SAMPLE_RATE
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.probe import probe

_SECONDS_AT_A_TIME = 20


def peaks(path: str | os.PathLike[str], per_second: int = 50, *, info: MediaInfo | None = None) -> NDArray[np.uint8]:
    """For each bucket of 1 / per_second s the loudest |sample| of both sides, 0..255 (255: full scale).

    Bucket k covers samples [k * 48000 // per_second, (k + 1) * 48000 // per_second). Raises MediaError without sound.
    """
    info = info or probe(path)
    count = math.ceil(info.seconds * per_second)
    out = np.zeros(count, np.uint8)
    step = per_second * _SECONDS_AT_A_TIME
    with AudioReader(path, info=info) as reader:
        for first in range(0, count, step):
            edges = np.arange(first, min(count, first + step) + 1) * SAMPLE_RATE // per_second
            samples = reader.read(int(edges[0]), int(edges[-1] - edges[0]))
            loud = np.maximum.reduceat(np.abs(samples).max(axis=0), edges[:-1] - edges[0])
            out[first : first + len(loud)] = np.minimum(255, np.rint(loud * 255)).astype(np.uint8)
    return out


def draw(levels: NDArray[np.uint8], width: int, height: int) -> Image.Image:
    """A picture of a waveform: light bars, mirrored about the middle, on dark."""
    picture = np.full((height, width, 3), (32, 36, 44), np.uint8)
    columns = np.linspace(0, len(levels), width + 1).astype(int)
    middle = height / 2
    for x in range(width):
        part = levels[columns[x] : max(columns[x] + 1, columns[x + 1])]
        half = max(0.5, (int(part.max()) if part.size else 0) / 255 * middle * 0.9)
        picture[round(middle - half) : max(round(middle + half), round(middle - half) + 1), x] = (120, 170, 230)
    return Image.fromarray(picture)
