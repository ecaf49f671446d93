"""Takes as a browser's MediaRecorder writes them: live WebM, without a duration and without an index."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np


def make_live_webm(path: Path, *, seconds: float = 1.0, video: bool = True, audio: bool = True) -> Path:
    """A 64×48 VP8 picture at 15 fps that brightens, and an Opus tone."""
    with av.open(str(path), "w", format="webm", container_options={"live": "1", "cluster_time_limit": "200"}) as out:
        picture = out.add_stream("libvpx", rate=15) if video else None
        sound = out.add_stream("libopus", rate=48000, layout="mono") if audio else None
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
            picture.codec_context.gop_size = 5
            picture.codec_context.options = {"deadline": "realtime", "cpu-used": "8"}
        for index in range(round(seconds * 15)):
            if picture is not None:
                shade = np.full((48, 64, 3), 40 + 10 * (index % 20), dtype=np.uint8)
                frame = av.VideoFrame.from_ndarray(shade, format="rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 15)
                out.mux(picture.encode(frame))
            if sound is not None:
                at = index * 3200 + np.arange(3200)
                tone = (0.3 * np.sin(2 * np.pi * 440 * at / 48000)).astype(np.float32)
                block = av.AudioFrame.from_ndarray(tone[None, :], format="flt", layout="mono")
                block.sample_rate, block.pts, block.time_base = 48000, index * 3200, Fraction(1, 48000)
                out.mux(sound.encode(block))
        for stream in (picture, sound):
            if stream is not None:
                out.mux(stream.encode(None))
    return path


def chunks_of(path: Path, count: int) -> list[bytes]:
    """The file in `count` pieces of about the same length, as they would arrive."""
    data = path.read_bytes()
    edges = [len(data) * index // count for index in range(count + 1)]
    return [data[start:end] for start, end in pairwise(edges)]
