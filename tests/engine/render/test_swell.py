"""Gains that keyframes change: what is heard at each sample, and that chunks fit together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio_widgets.engine.media.encoder import AAC_FRAME, AUDIO_CHUNK_PACKETS, AUDIO_WARM_UP_PACKETS
from studio_widgets.engine.render.mixer import Mixer, mix, timeline_pieces
from studio_widgets.engine.render.plan import plan, settings_for
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.clips import Curve, Ease, Keyframe
from studio_widgets.engine.timeline.model import AudioSettings
from tests.engine.render.scene import Scene
from tests.media import golden

SECOND = 48_000


@pytest.fixture(scope="module")
def ones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds at 0.5, no sign changes: gains can be read off."""
    sound = np.full((2, 10 * SECOND), 0.5, np.float32)
    return golden.make_sound(tmp_path_factory.mktemp("sound") / "ones.wav", sound)


def gains(*keys: tuple[int, float], ease: Ease = "linear") -> tuple[Curve, ...]:
    return (Curve(property="gain_db", keys=tuple(Keyframe(frame=at, value=db, ease=ease) for at, db in keys)),)


def envelope(scene: Scene, count: int = 3 * SECOND) -> np.ndarray:
    return mix(timeline_pieces(scene.timeline(), scene.files), 0, count)[0] / 0.5


def test_each_frame_has_its_gain_and_lines_lie_between(ones: Path) -> None:
    scene = Scene()
    scene.add(ones, 30, 60, trim=10, track="A1", curves=gains((20, -40.0), (50, 0.0)))
    heard = envelope(scene)
    for n in range(60):
        db = -40 + 40 * min(max(n - 10, 0), 30) / 30
        assert heard[(30 + n) * 1600] == pytest.approx(10 ** (db / 20), rel=1e-3), n
    middle = (heard[50 * 1600] + heard[51 * 1600]) / 2
    assert heard[50 * 1600 + 800] == pytest.approx(middle, rel=1e-3)
    assert abs(np.diff(heard[30 * 1600 : 90 * 1600])).max() < 1e-4, "no steps"


def test_a_jump_takes_one_frame(ones: Path) -> None:
    scene = Scene()
    scene.add(ones, 0, 60, track="A1", curves=gains((0, 0.0), (30, -20.0), ease="hold"))
    heard = envelope(scene)
    assert heard[29 * 1600] == pytest.approx(1, rel=1e-3)
    assert heard[30 * 1600] == pytest.approx(0.1, rel=1e-3)
    assert 0.1 < heard[29 * 1600 + 800] < 1


def test_chunks_mixed_apart_are_the_whole_bit_for_bit(ones: Path) -> None:
    scene = Scene("30000/1001")
    keys = tuple((at, float(at * 7 % 19 - 18)) for at in range(0, 250, 11))
    left = scene.add(ones, 3, 100, trim=20, track="A1", curves=gains(*keys, ease="smooth"))
    right = scene.add(ones, 103, 140, trim=30, track="A1", curves=gains(*keys), audio=AudioSettings(fade_out_frames=9))
    scene.crossfade(left, right, 10)
    timeline = scene.timeline()
    pieces = timeline_pieces(timeline, scene.files)
    whole = mix(pieces, 0, 8 * SECOND)
    with Mixer(pieces) as mixer:
        for size in (777, 48_000, 100_003):
            parts = [mixer.mix(at, min(size, 8 * SECOND - at)) for at in range(0, 8 * SECOND, size)]
            assert (np.concatenate(parts, axis=1) == whole).all()
    for number, chunk in enumerate(plan(timeline, scene.files, settings_for(timeline)).audio):
        start = (number * AUDIO_CHUNK_PACKETS - AUDIO_WARM_UP_PACKETS) * AAC_FRAME
        first, last = max(0, start), min(8 * SECOND, start + 200 * AAC_FRAME)
        assert (mix(chunk.pieces, first - start, last - first) == whole[:, first:last]).all()


def test_where_a_gain_rests_a_chunk_is_that_of_a_plain_gain(ones: Path) -> None:
    moved, plain = Scene(), Scene()
    moved.add(ones, 0, 300, track="A1", curves=gains((0, 0.0), (20, -6.0)))
    plain.add(ones, 0, 300, track="A1", audio=AudioSettings(gain_db=-6.0))
    first, second = (
        [chunk.key for chunk in plan(t, moved.files, settings_for(t)).audio]
        for t in (moved.timeline(), plain.timeline())
    )
    assert first[0] != second[0]
    assert first[1:] == second[1:]


def test_a_sound_that_is_detached_is_heard_as_it_was(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 60, trim=5, curves=gains((5, -30.0), (40, 6.0), ease="smooth"))
    t = scene.timeline()
    apart = edits.detach_sound(t, clip="clip-1")
    before, after = (mix(timeline_pieces(one, scene.files), 0, 96_000) for one in (t, apart))
    assert before.any()
    assert (before == after).all()
