"""Sample n is what is heard n / 48000 s after the common start, whatever was read before."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.audio import AudioReader, to_stereo
from tests.media import golden

Make = Callable[..., Path]

FILES = ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.m4a", "a.mp4", "a.mkv", "a.webm"]
EVERY, FIRST = 24_000, 4800


def clicks(tmp_path: Path, name: str, seconds: int = 3) -> Path:
    path = tmp_path / name
    if path.suffix in (".mp4", ".mkv", ".webm"):
        return golden.make_numbered_video(path, 30 * seconds, audio="impulses")
    return golden.make_sound(path, "impulses", seconds)


@pytest.mark.parametrize("name", FILES)
def test_clicks_lie_on_their_exact_samples(tmp_path: Path, name: str) -> None:
    with AudioReader(clicks(tmp_path, name)) as reader:
        sound = reader.read(0, 3 * 48_000)
    assert sound.dtype == np.float32
    assert golden.impulse_positions(sound, 0.2) == [FIRST + k * EVERY for k in range(6)]


@pytest.mark.parametrize("name", FILES)
def test_any_order_gives_the_same_samples(tmp_path: Path, name: str) -> None:
    path = clicks(tmp_path, name, 8)
    with AudioReader(path) as reader:
        whole = reader.read(0, 8 * 48_000)
    chance = random.Random(name)
    with AudioReader(path) as reader:
        for _ in range(20):
            start, count = chance.randrange(7 * 48_000), chance.choice([1, 1600, 48_000])
            assert np.abs(reader.read(start, count) - whole[:, start : start + count]).max() < 1e-4
            if chance.random() < 0.3:
                with AudioReader(path) as fresh:  # as another process would
                    assert np.abs(fresh.read(start, count) - whole[:, start : start + count]).max() < 1e-4


def test_other_sample_rates_keep_their_place(tmp_path: Path) -> None:
    path = golden.make_sound(tmp_path / "cd.wav", golden.impulses(6 * 44_100, 22_050, 4410), rate=44_100)
    with AudioReader(path) as reader:
        for start in (0, 5 * 48_000 + 17, 48_000 + 1):
            found = golden.impulse_positions(reader.read(start, 48_000), 0.2)
            assert [start + position for position in found] == [
                at for at in range(FIRST, 6 * 48_000, EVERY) if start <= at < start + 48_000
            ]


def test_silence_outside(tmp_path: Path) -> None:
    with AudioReader(golden.make_sound(tmp_path / "a.wav", "tone", 1)) as reader:
        before = reader.read(-500, 1000)
        assert not before[:, :500].any()
        assert before[:, 510:].any()
        assert not reader.read(48_000, 5000).any()
        assert reader.read(-9000, 100).shape == (2, 100)
        assert reader.read(0, 0).shape == (2, 0)


def test_sound_and_picture_keep_their_distance(numbered_video: Make) -> None:
    late = numbered_video("late.mkv", 30, audio="impulses", audio_start=Fraction(1, 4))
    with AudioReader(late) as reader:
        assert golden.impulse_positions(reader.read(0, 48_000))[0] == FIRST + 12_000
    both = numbered_video("both.mkv", 30, audio="impulses", start=10)
    with AudioReader(both) as reader:
        assert golden.impulse_positions(reader.read(0, 48_000))[0] == FIRST


def test_a_gap_is_silent_and_moves_nothing(shared_media: Path) -> None:
    """Of mpy_fire2.mp4 the sound of 1024..8471 was never recorded."""
    with AudioReader(shared_media / "video/mpy_fire2.mp4") as reader:
        assert not reader.read(1100, 7300).any()
        assert reader.read(8480, 48_000).any()


def test_mono_is_heard_at_full_level_on_both_sides() -> None:
    mono = golden.tone(100)[:1]
    assert (to_stereo(mono, ("FC",)) == np.repeat(mono, 2, axis=0)).all()


def test_surround_cannot_clip() -> None:
    loud = np.ones((6, 10), np.float32)
    mixed = to_stereo(loud, ("FL", "FR", "FC", "LFE", "BL", "BR"))
    assert mixed.shape == (2, 10)
    assert np.abs(mixed).max() < 1.000001
    left_only = np.zeros((6, 10), np.float32)
    left_only[0] = 1
    assert to_stereo(left_only, ("FL", "FR", "FC", "LFE", "BL", "BR"))[1].max() == 0


def test_surround_of_a_real_film(shared_media: Path) -> None:
    with AudioReader(shared_media / "video/skv_bigbuckbunny.mp4") as reader:
        assert 0 < np.abs(reader.read(0, 5 * 48_000)).max() <= 1


def test_a_file_without_sound_says_so(numbered_video: Make) -> None:
    with pytest.raises(MediaError, match=r"mute\.mp4.*no sound"):
        AudioReader(numbered_video("mute.mp4", 3))
