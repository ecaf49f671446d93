"""Speed and freeze frames in the picture (burned-in numbers) and in the sound (pitch, place, no seam)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from studio_widgets.engine.media.audio import AudioReader
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.layers import timeline_layers
from studio_widgets.engine.render.mixer import Mixer, mix, timeline_pieces
from studio_widgets.engine.render.plan import plan, settings_for
from studio_widgets.engine.render.tempo import BLOCK, TempoReader, steps
from studio_widgets.engine.timeline.clips import file_frame
from studio_widgets.engine.timeline.model import Retime
from tests.engine.render.scene import Scene
from tests.media import golden

Make = Callable[..., Path]


def numbers(scene: Scene, *frames: int) -> list[int | None]:
    """The burned-in numbers at these frames."""
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), *scene.size, timeline.fps) as compositor:
        return [golden.number_or_none(compositor.frame(n).to_ndarray(format="rgb24")) for n in frames]


@pytest.mark.parametrize("rate", ["30", "30000/1001"])
@pytest.mark.parametrize("speed", ["2", "1/2", "3/4", "7/3", "10"])
def test_each_frame_shows_the_frame_of_the_file_that_it_should(numbered_video: Make, speed: str, rate: str) -> None:
    scene = Scene(rate=rate, size=(640, 360))
    scene.add(numbered_video("n.mp4", 120, rate, (640, 360)), 0, 11, 1, retime=Retime(speed=speed))
    (clip,) = scene.clips
    assert numbers(scene, *range(11)) == [file_frame(clip, 1 + n) for n in range(11)]


def test_the_parts_of_a_segment_show_what_the_whole_shows(numbered_video: Make) -> None:
    scene = Scene(size=(640, 360))
    scene.add(numbered_video("n.mp4", 120, 30, (640, 360)), 10, 60, 3, retime=Retime(speed="3/2"))
    timeline = scene.timeline()
    (layer,) = timeline_layers(timeline, scene.files)
    window = layer.window(25, 40)
    for n in (25, 31, 39):
        assert window.source_position(n - 25) == layer.source_position(n)


def test_a_freeze_frame_stands_still_and_is_one_segment(numbered_video: Make) -> None:
    scene = Scene(size=(640, 360))
    video = numbered_video("n.mp4", 60, 30, (640, 360))
    scene.add(video, 0, 20)
    scene.add(video, 20, 300, retime=Retime(freeze_frame=20))
    scene.add(video, 320, 20, 20)
    assert numbers(scene, 19, 20, 150, 319, 320) == [19, 20, 20, 20, 20]
    timeline = scene.timeline()
    segments = plan(timeline, scene.files, settings_for(timeline)).segments
    frozen = [one.spec for one in segments if 20 <= one.start < 320]
    assert all(spec.layers[0].still for spec in frozen)
    assert len({spec.key for spec in frozen if spec.frames == frozen[0].frames}) == 1


def test_a_freeze_frame_is_silent(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 20)
    assert len(timeline_pieces(scene.timeline(), scene.files)) == 1
    scene.add(media / "a.mp4", 20, 300, retime=Retime(freeze_frame=20))
    assert len(timeline_pieces(scene.timeline(), scene.files)) == 1


def test_another_speed_is_another_key(numbered_video: Make) -> None:
    video, keys = numbered_video("n.mp4", 120, 30, (640, 360)), []
    for retime in (Retime(), Retime(speed="2"), Retime(freeze_frame=0), Retime(freeze_frame=1)):
        scene = Scene(size=(640, 360))
        scene.add(video, 0, 40, retime=retime)
        timeline = scene.timeline()
        keys.append(plan(timeline, scene.files, settings_for(timeline)).segments[0].spec.key)
    assert len(set(keys)) == 4


# --- sound -------------------------------------------------------------------------------------------------------


class Held:
    """A sound in memory."""

    def __init__(self, sound: np.ndarray) -> None:
        self.sound = sound.astype(np.float32)

    def read(self, start: int, count: int) -> np.ndarray:
        out = np.zeros((2, count), np.float32)
        low, high = max(start, 0), min(start + count, self.sound.shape[1])
        if low < high:
            out[:, low - start : high - start] = self.sound[:, low:high]
        return out

    def close(self) -> None:
        """Nothing is open."""


def bursts(seconds: int) -> tuple[np.ndarray, list[int]]:
    """20 ms of noise now and then, and where."""
    random = np.random.default_rng(1)
    sound = np.zeros((2, seconds * 48_000))
    centres = [24_000 + 48_000 * k + int(random.integers(0, 8_000)) for k in range(seconds - 1)]
    for centre in centres:
        sound[:, centre - 480 : centre + 480] = random.standard_normal(960) * 0.3
    return sound, centres


@pytest.mark.parametrize("speed", ["2", "3/2", "9/10", "3/4", "1/2", "4"])
def test_a_tone_keeps_its_pitch_and_has_no_seams(speed: str) -> None:
    sound = golden.tone(30 * 48_000)
    reader = TempoReader(Held(np.broadcast_to(sound, (2, sound.shape[-1]))), Fraction(speed))
    heard = reader.read(0, int(28 * 48_000 / Fraction(speed)))[0]
    spectrum = abs(np.fft.rfft(heard * np.hanning(len(heard))))
    peak = spectrum.argmax() * 48_000 / len(heard)
    assert abs(peak - golden.TONE_HZ) < 0.5
    assert abs(np.diff(heard)).max() < abs(np.diff(sound)).max() * 1.02, "no click where blocks meet"


@pytest.mark.parametrize(
    ("speed", "within"), [("2", 0.008), ("3/2", 0.008), ("3/4", 0.008), ("1/2", 0.008), ("1/5", 0.04)]
)
def test_sounds_come_when_they_should(speed: str, within: float) -> None:
    sound, centres = bursts(30)
    factor = Fraction(speed)
    heard = TempoReader(Held(sound), factor).read(0, int(30 * 48_000 / factor))[0] ** 2
    for centre in centres[:-1]:
        place, reach = int(centre / factor), int(min(6_000 / min(factor, 1), 20_000 / factor))
        part = heard[max(0, place - reach) : place + reach]
        found = (np.arange(len(part)) * part).sum() / part.sum() + max(0, place - reach)
        assert abs(found - place) / 48_000 <= within + 0.25 * 0.02 / float(factor)


def test_what_is_heard_does_not_depend_on_what_was_read_before() -> None:
    sound, _ = bursts(20)
    whole = TempoReader(Held(sound), Fraction(3, 2)).read(-500, 500_000)
    assert (whole[:, :500] == 0).all()
    for start, count in ((BLOCK - 700, 1_400), (0, 10), (300_001, 77_777), (BLOCK, 1)):
        alone = TempoReader(Held(sound), Fraction(3, 2)).read(start, count)
        assert (alone == whole[:, start + 500 : start + 500 + count]).all()


def test_the_mixer_plays_a_clip_at_its_speed_whoever_mixes(tmp_path: Path) -> None:
    sound, centres = bursts(20)
    path = golden.make_sound(tmp_path / "b.wav", sound.astype(np.float32))
    scene = Scene()
    scene.add(path, 30, 200, 45, track="A1", retime=Retime(speed="3/2"))
    pieces = timeline_pieces(scene.timeline(), scene.files)
    whole = mix(pieces, 0, 240 * 1600)
    with Mixer(pieces) as mixer:
        parts = np.concatenate([mixer.mix(at, 20_000) for at in range(0, 240_000, 20_000)], axis=1)
    assert (parts == whole[:, :240_000]).all()
    assert abs(whole[:, :48_000]).max() == 0
    expected = next(int(centre / 1.5) - 45 * 1600 + 30 * 1600 for centre in centres if centre / 1.5 > 47 * 1600)
    energy = (whole[0, expected - 4_000 : expected + 4_000] ** 2).sum()
    assert energy > 0.9 * (sound[0, centres[2] - 480 : centres[2] + 480] ** 2).sum() / 1.5 / 3


def test_a_real_reader_may_be_stretched(tmp_path: Path) -> None:
    path = golden.make_sound(tmp_path / "t.wav", "tone", 6)
    with AudioReader(path) as reader:
        heard = TempoReader(reader, Fraction(2)).read(0, 3 * 48_000)
    assert 0.3 < abs(heard[0, 48_000:96_000]).max() < 0.6


def test_steps_multiply_to_the_speed() -> None:
    for speed in (Fraction(1, 100), Fraction(1, 3), Fraction(1), Fraction(7, 3), Fraction(100)):
        found = steps(speed)
        assert np.prod([float(one) for one in found]) == pytest.approx(float(speed))
        assert all(Fraction(1, 2) <= one <= 2 for one in found)
