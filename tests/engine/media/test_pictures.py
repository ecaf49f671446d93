"""Thumbnails, filmstrips and waveforms."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.pictures import sprite, thumbnail
from studio_widgets.engine.media.waveform import peaks
from tests.media import golden

Make = Callable[..., Path]


def opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg))
    assert picture.format == "JPEG"
    return picture


def test_a_thumbnail_shows_a_frame_of_the_video_in_its_shape(numbered_video: Make) -> None:
    jpeg = thumbnail(numbered_video("a.mp4", 60, size=(640, 360)))
    assert opened(jpeg).size == (320, 180)
    assert 0 <= golden.read_number(jpeg) < 60


def test_a_thumbnail_is_upright_with_square_pixels(numbered_video: Make) -> None:
    assert opened(thumbnail(numbered_video("turned.mp4", 3, rotation=90))).size == (90, 160)
    assert opened(thumbnail(numbered_video("wide.mp4", 3, sar=Fraction(2)))).size == (320, 90)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turning_goes_the_right_way(numbered_video: Make, rotation: int) -> None:
    picture = opened(thumbnail(numbered_video("turned.mp4", 3, rotation=rotation)))
    assert golden.read_number(picture.rotate(rotation, expand=True)) == 0  # Pillow turns back, counter-clockwise


def test_a_thumbnail_is_not_dark_where_the_video_is_not(numbered_video: Make, tmp_path: Path) -> None:
    picture = opened(thumbnail(numbered_video("a.mp4", 30)))
    assert np.asarray(picture.convert("L")).mean() > 24


def test_a_picture_with_transparency_lies_on_black(tmp_path: Path) -> None:
    picture = opened(thumbnail(golden.make_still(tmp_path / "logo.png", alpha=True)))
    assert np.asarray(picture.convert("L"))[:, -40:].max() < 10


def test_the_thumbnail_of_a_sound_is_its_waveform(tmp_path: Path) -> None:
    assert opened(thumbnail(golden.make_sound(tmp_path / "a.wav"))).size == (320, 180)


@pytest.mark.parametrize("gop", [5, 250])
def test_tile_k_of_a_filmstrip_shows_second_k(numbered_video: Make, gop: int) -> None:
    jpeg, layout = sprite(numbered_video("a.mp4", 12 * 10, 10, gop=gop))
    assert (layout.columns, layout.rows, layout.count, layout.seconds_per_tile) == (10, 2, 12, 1.0)
    sheet = opened(jpeg)
    assert sheet.size == (10 * layout.tile_width, 2 * layout.tile_height)
    for k in range(layout.count):
        left, top = k % 10 * layout.tile_width, k // 10 * layout.tile_height
        tile = sheet.crop((left, top, left + layout.tile_width, top + layout.tile_height))
        assert golden.read_number(tile) == 10 * k


def test_a_filmstrip_of_a_long_video_has_a_hundred_tiles(numbered_video: Make) -> None:
    jpeg, layout = sprite(numbered_video("a.mp4", 150, 1, (64, 36), gop=1))
    assert (layout.count, layout.seconds_per_tile) == (100, 1.5)
    assert len(jpeg) < 1_000_000


def test_a_sound_has_no_filmstrip(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        sprite(golden.make_sound(tmp_path / "a.wav"))


def test_peaks_show_where_the_clicks_are(tmp_path: Path) -> None:
    levels = peaks(golden.make_sound(tmp_path / "a.wav", "impulses", 2))
    assert (levels.dtype, len(levels)) == (np.uint8, 100)
    assert np.flatnonzero(levels).tolist() == [5, 30, 55, 80]  # 4800 + k * 24000 samples, 960 a bucket
    assert set(levels[levels > 0].tolist()) == {204}  # 0.8 of full scale


def test_peaks_of_another_resolution(tmp_path: Path) -> None:
    levels = peaks(golden.make_sound(tmp_path / "a.wav", "tone", 1), per_second=7)
    assert len(levels) == 7
    assert (np.abs(levels.astype(int) - 128) <= 1).all()


def test_no_peaks_without_sound(numbered_video: Make) -> None:
    with pytest.raises(MediaError, match="no sound"):
        peaks(numbered_video("mute.mp4", 3))
