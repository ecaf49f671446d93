from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio_widgets.engine.render.export import Render
from studio_widgets.engine.render.layers import sample_at
from studio_widgets.engine.render.mixer import mix, timeline_pieces
from studio_widgets.engine.render.plan import settings_for
from studio_widgets.engine.render.sound_file import SOUNDS
from studio_widgets.engine.timeline.model import AudioSettings
from tests.engine.render.scene import Scene, sound_of
from tests.media import golden

Run = Callable[..., Render]
CODECS = {
    ".m4a": "aac",
    ".mp3": "mp3",
    ".wav": "pcm_s16le",
    ".flac": "flac",
    ".opus": "opus",
    ".ogg": "opus",
}
LOSSLESS = (".wav", ".flac")


def clicks(media: Path, rate: str = "30") -> Scene:
    """Clicks from frame 7 on; the end is at no multiple of any codec's packet."""
    scene = Scene(rate)
    scene.add(media / "b.mp4", 0, 71)
    scene.add(media / "clicks.wav", 7, 60, trim=11, track="A1")
    return scene


def heard(path: Path) -> np.ndarray:
    """The sound as float32 (2, n), whatever the samples are."""
    sound = sound_of(path)
    sound = sound.reshape(-1, 2).T if sound.shape[0] == 1 else sound
    return sound.astype(np.float32) / 32_768 if sound.dtype == np.int16 else sound


def declared(path: Path) -> Fraction:
    """The length in samples, as the container says."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return stream.duration * stream.time_base * 48_000


def test_every_sound_has_a_codec_here() -> None:
    assert CODECS.keys() == SOUNDS.keys()


@pytest.mark.parametrize("rate", ["30", "30000/1001"])
@pytest.mark.parametrize("suffix", CODECS)
def test_sound_lasts_as_long_as_the_timeline_and_is_where_it_belongs(
    media: Path, render: Run, suffix: str, rate: str
) -> None:
    fps = Fraction(rate)
    result = render(clicks(media, rate), f"sound{suffix}")
    assert (result.frames, result.segments, result.sound_chunks) == (71, 0, 0)
    sound, samples = heard(result.path), sample_at(71, fps)
    if suffix == ".m4a":  # libav decodes the last packet whole; players go by what is declared
        assert declared(result.path) == samples
        assert samples <= sound.shape[1] < samples + 1024
    else:
        assert sound.shape == (2, samples)
    first, last = (sample_at(n, fps) for n in (11, 71))
    shift = sample_at(7, fps) - first
    assert golden.impulse_positions(sound) == [n + shift for n in range(4800, 144_000, 24_000) if first <= n < last]


@pytest.mark.parametrize("frames", [1, 15, 30, 53, 83])
def test_an_mp3_is_exact_whatever_its_last_packet_holds(media: Path, render: Run, frames: int) -> None:
    """A frame is 1000 samples here, a packet 1152: after 15 and 53 frames LAME adds a packet of filling alone."""
    scene = Scene("48")
    scene.add(media / "clicks.wav", 0, frames, track="A1")
    assert heard(render(scene, "sound.mp3").path).shape[1] == 1000 * frames


@pytest.mark.parametrize("suffix", CODECS)
def test_codec_rate_and_no_metadata(media: Path, render: Run, suffix: str) -> None:
    path = render(clicks(media), f"sound{suffix}").path
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert len(container.streams) == 1
        assert stream.codec_context.codec.canonical_name == CODECS[suffix]
        assert (stream.rate, stream.channels) == (48_000, 2)
        tags = set(container.metadata) | set(stream.metadata)
    assert tags <= {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "encoder"}


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_lossless_sound_is_the_mix_itself(media: Path, render: Run, suffix: str) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 60, audio=AudioSettings(gain_db=-3.0, fade_in_frames=20))
    scene.add(media / "clicks.wav", 2, 58, track="A1", audio=AudioSettings(gain_db=8.0))  # clipped
    mixed = mix(timeline_pieces(scene.timeline(), scene.files), 0, 96_000)
    sound = heard(render(scene, f"sound{suffix}").path)
    assert np.array_equal(sound * 32_768, np.rint(mixed.astype(np.float64) * 32_768).clip(-32_768, 32_767))
    assert sound.max() == 32_767 / 32_768


@pytest.mark.parametrize("suffix", [suffix for suffix in CODECS if suffix not in LOSSLESS])
def test_a_tone_comes_back_in_phase_and_both_seconds_fit(media: Path, render: Run, suffix: str) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 75)
    sound = heard(render(scene, f"sound{suffix}").path)
    wanted = golden.tone(120_000)
    middle = slice(4800, 115_200)  # the edges ring
    error = sound[:, middle] - wanted[:, middle]
    assert np.sqrt(np.mean(error**2)) < 0.02 < 0.3 < np.sqrt(np.mean(sound[:, middle] ** 2))


def test_a_timeline_without_sound_is_silent_for_as_long(media: Path, render: Run) -> None:
    scene = Scene()
    scene.add(media / "still.png", 0, 45)
    sound = heard(render(scene, "sound.flac").path)
    assert sound.shape == (2, 72_000)
    assert not sound.any()


def test_pictures_that_are_gone_do_not_keep_sound_from_being_made(media: Path, render: Run) -> None:
    scene = clicks(media)
    scene.add(media / "still.png", 0, 30, track="V2", audio=AudioSettings(muted=True))
    del scene.files["media:still.png"]
    assert len(golden.impulse_positions(heard(render(scene, "sound.wav").path))) == 4


def test_the_settings_bitrate_counts(media: Path, render: Run) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 90)
    settings = settings_for(scene.timeline())
    rates = []
    for bitrate in (64_000, 192_000):
        changed = type(settings)(width=160, height=90, rate="30", audio_bitrate=bitrate)
        rates.append(render(scene, f"{bitrate}.mp3", settings=changed).path.stat().st_size * 8 / 3)
    assert rates == [pytest.approx(64_000, rel=0.05), pytest.approx(192_000, rel=0.05)]
