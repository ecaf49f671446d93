"""What a file is and how long: from its packets, not from what its header claims."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.probe import probe
from tests.media import golden

Make = Callable[..., Path]


def test_a_video(numbered_mp4: Path) -> None:
    info = probe(numbered_mp4)
    assert (info.kind, info.mime, info.width, info.height) == ("video", "video/mp4", 160, 90)
    assert (info.seconds, info.rate, info.start) == (2, "30", "0")
    assert (info.has_video, info.has_audio, info.has_alpha, info.variable_rate) == (True, True, False, False)
    assert [stream.kind for stream in info.streams] == ["video", "audio"]
    assert info.frames(Fraction(30)) == 60
    assert info.frames(Fraction(24)) == 48
    assert info.frames(Fraction(30_000, 1001)) == 60  # the last one is partly covered


@pytest.mark.parametrize("frames", [1, 2, 20, 31, 61])
@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv"])
@pytest.mark.parametrize("rate", [Fraction(30), Fraction(30_000, 1001), Fraction(24)])
def test_a_video_feeds_as_many_frames_as_it_has(numbered_video: Make, suffix: str, frames: int, rate: Fraction) -> None:
    info = probe(numbered_video(f"a{suffix}", frames, rate, (64, 36), audio="tone" if frames > 1 else None))
    assert info.frames(rate) == frames


def test_a_recording_without_a_duration(shared_media: Path) -> None:
    info = probe(shared_media / "video/mpy_no_duration.webm")
    assert (info.kind, info.mime, info.variable_rate) == ("video", "video/webm", True)
    assert Fraction("4.872") < info.seconds < 5  # the last of its frames starts at 4.872 s
    assert not info.has_alpha  # although Chrome marks every recording alpha_mode=1


def test_rotation_and_pixel_aspect_make_the_displayed_size(numbered_video: Make) -> None:
    turned = probe(numbered_video("turned.mp4", 3, rotation=90))
    assert (turned.rotation, turned.width, turned.height) == (90, 90, 160)
    assert (turned.coded_width, turned.coded_height) == (160, 90)
    wide = probe(numbered_video("wide.mp4", 3, sar=Fraction(2)))
    assert (wide.sar, wide.width, wide.height) == ("2", 320, 90)
    both = probe(numbered_video("both.mp4", 3, sar=Fraction(1, 2), rotation=270))
    assert (both.rotation, both.width, both.height) == (270, 180, 160)


def test_times_count_from_the_common_start(numbered_video: Make) -> None:
    late = probe(numbered_video("late.mp4", 30, audio="tone", start=10))
    assert (Fraction(late.start) > 9, abs(late.seconds - 1) < Fraction(1, 10)) == (True, True)
    sound_first = probe(numbered_video("sound.mkv", 30, audio="tone", start=Fraction(1, 2), audio_start=0))
    assert (sound_first.start, sound_first.seconds) == ("0", Fraction(3, 2))


def test_an_uneven_rate_is_noticed(numbered_video: Make) -> None:
    times = [Fraction(0), Fraction(1, 30), Fraction(1), Fraction(31, 30), Fraction(2)]
    assert probe(numbered_video("uneven.mp4", 5, times=times)).variable_rate
    assert not probe(numbered_video("even.webm", 40)).variable_rate  # although webm rounds to milliseconds


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.tif", "a.gif"])
def test_a_picture(tmp_path: Path, name: str) -> None:
    info = probe(golden.make_still(tmp_path / name))
    assert (info.kind, info.duration, info.frames(Fraction(30))) == ("image", "0", None)
    assert (info.width, info.height, info.has_audio, info.rate) == (160, 90, False, None)


def test_a_photo_turned_by_its_camera(tmp_path: Path) -> None:
    picture = Image.open(golden.make_still(tmp_path / "a.png"))
    exif = picture.getexif()
    exif[0x112] = 6  # "turn me clockwise"
    picture.save(tmp_path / "photo.jpg", exif=exif)
    info = probe(tmp_path / "photo.jpg")
    assert (info.rotation, info.width, info.height) == (90, 90, 160)


def test_transparency_counts_where_something_shows_through(tmp_path: Path) -> None:
    assert probe(golden.make_still(tmp_path / "logo.png", alpha=True)).has_alpha
    opaque = tmp_path / "chart.png"  # as plotting libraries write them
    Image.open(golden.make_still(tmp_path / "a.png")).convert("RGBA").save(opaque)
    assert not probe(opaque).has_alpha


def test_the_alpha_of_vp9(shared_media: Path) -> None:
    assert probe(shared_media / "video/mpy_transparent.webm").has_alpha


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.wav", "audio/wav"),
        ("a.flac", "audio/flac"),
        ("a.mp3", "audio/mpeg"),
        ("a.ogg", "audio/ogg"),
        ("a.m4a", "audio/mp4"),
    ],
)
def test_a_sound(tmp_path: Path, name: str, mime: str) -> None:
    info = probe(golden.make_sound(tmp_path / name, seconds=1.5))
    assert (info.kind, info.mime, info.has_video, info.width) == ("audio", mime, False, 0)
    assert info.frames(Fraction(30)) in (45, 46)


def test_all_streams_are_listed(shared_media: Path) -> None:
    info = probe(shared_media / "video/tc_nasa_13013.mp4")
    assert [stream.kind for stream in info.streams] == ["video", "audio", "subtitle"] * 2
    assert (info.width, info.height, info.rate) == (320, 180, "25")


def test_all_real_media_are_known(shared_media: Path) -> None:
    for path in [*(shared_media / "video").iterdir(), *(shared_media / "audio").iterdir()]:
        info = probe(path)
        assert info.seconds > 1 or path.name == "tc_h264_10bits.mp4"
        assert msgspec.json.decode(msgspec.json.encode(info), type=MediaInfo) == info
