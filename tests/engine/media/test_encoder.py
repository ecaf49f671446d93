"""Pieces encoded apart have equal headers and, for equal input, equal bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.encoder import (
    AAC_FRAME,
    AAC_PRIMING,
    VideoSettings,
    audio_encoder,
    level_for,
    open_audio_encoder,
    open_video_encoder,
    video_encoder,
)
from tests.media import golden

SETTINGS = VideoSettings(width=160, height=90, rate="30")


def piece(settings: VideoSettings, first: int, count: int) -> tuple[bytes, list[bytes]]:
    """Header and packets of a few numbered frames."""
    encoder = video_encoder(settings)
    packets = []
    for k in range(count):
        frame = golden.numbered_frame(first + k, settings.width, settings.height)
        frame.pts, frame.time_base, frame.pict_type = k, 1 / settings.fps, 0
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return bytes(encoder.extradata or b""), [bytes(packet) for packet in packets]


def test_the_same_frames_are_the_same_bytes() -> None:
    assert piece(SETTINGS, 0, 70) == piece(SETTINGS, 0, 70)


@pytest.mark.parametrize("size", [(160, 90), (160, 104), (640, 360)])
def test_what_lay_in_memory_before_does_not_matter(size: tuple[int, int]) -> None:
    """A process whose fresh memory is full of something encodes as one whose memory is clean."""
    script = (
        "import hashlib; from tests.engine.media.test_encoder import VideoSettings, piece;"
        f"header, packets = piece(VideoSettings(width={size[0]}, height={size[1]}, rate='30'), 0, 70);"
        "print(hashlib.sha256(header + b''.join(packets)).hexdigest())"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"MALLOC_PERTURB_": filling, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
        ).stdout
        for filling in ("0", "1", "165")
    ]
    assert told[0] == told[1] == told[2] != b""


def test_headers_do_not_depend_on_content_quality_or_group_length() -> None:
    headers = {
        piece(VideoSettings(width=160, height=90, rate="30", crf=crf, gop=gop, preset=preset), first, 5)[0]
        for crf, gop, preset, first in [
            (20, 60, "veryfast", 0),
            (0 + 30, 60, "veryfast", 900),
            (18, 250, "veryfast", 7),
            (20, 60, "medium", 0),
            (20, 60, "ultrafast", 0),
            (20, 60, "slow", 3),
        ]
    }
    assert len(headers) == 1


def test_groups_are_closed_and_of_the_set_length(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = open_video_encoder(out, VideoSettings(width=160, height=90, rate="30", gop=10))
        for k in range(25):
            frame = golden.numbered_frame(k)
            frame.pts, frame.time_base, frame.pict_type = k, Fraction(1, 30), 0
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with av.open(str(path)) as back:
        video = back.streams.video[0]
        assert video.sample_aspect_ratio == 1
        assert (video.codec_context.color_range, video.codec_context.colorspace) == (1, 1)
        keys = [packet.pts for packet in back.demux(video) if packet.is_keyframe]
        assert [key * video.time_base for key in keys] == [0, Fraction(10, 30), Fraction(20, 30)]
    assert golden.numbers_of(path) == list(range(25))


@pytest.mark.parametrize(
    ("size", "rate", "level"),
    [
        ((320, 180), 30, "4.0"),
        ((1920, 1080), 30, "4.0"),
        ((1920, 1080), 60, "4.2"),
        ((2560, 1440), 30, "5.0"),
        ((3840, 2160), 30, "5.1"),
        ((3840, 2160), 60, "5.2"),
    ],
)
def test_the_level_fits_size_and_rate(size: tuple[int, int], rate: int, level: str) -> None:
    assert level_for(*size, Fraction(rate)) == level


def test_impossible_pictures_are_refused() -> None:
    with pytest.raises(RenderError, match=r"more than H\.264 allows"):
        level_for(32_000, 32_000, Fraction(30))
    with pytest.raises(RenderError, match="even"):
        video_encoder(VideoSettings(width=161, height=90, rate="30"))


def test_sound_comes_back_at_its_exact_sample(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    sound = golden.impulses(48_000)
    with av.open(str(path), "w") as out:
        stream = open_audio_encoder(out)
        for frame in golden.sound_frames(sound, stream.codec_context):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with av.open(str(path)) as back:
        decoded = np.concatenate([frame.to_ndarray() for frame in back.decode(audio=0)], axis=1)
    assert golden.impulse_positions(decoded) == golden.impulse_positions(sound)


def test_the_encoder_primes_with_one_packet() -> None:
    encoder = audio_encoder()
    packets = [p for f in golden.sound_frames(golden.tone(10 * AAC_FRAME), encoder) for p in encoder.encode(f)]
    assert packets[0].pts == -AAC_PRIMING
    assert {after.pts - before.pts for before, after in pairwise(packets)} == {AAC_FRAME}
