from __future__ import annotations

import math
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.encoder import AAC_FRAME, audio_encoder
from studio_widgets.engine.media.pieces import Packets
from studio_widgets.engine.render.mixer import Mixer, Ramp, mix, timeline_pieces
from studio_widgets.engine.render.plan import plan, settings_for
from studio_widgets.engine.render.segment import render
from studio_widgets.engine.timeline.model import AudioSettings
from tests.engine.render.scene import Scene
from tests.media import golden

SECOND = 48_000


@pytest.fixture(scope="module")
def ones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds at 0.5, no sign changes: gains can be read off."""
    return golden.make_sound(tmp_path_factory.mktemp("sound") / "ones.wav", np.full((2, 3 * SECOND), 0.5, np.float32))


@pytest.fixture(scope="module")
def half_ones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return golden.make_sound(tmp_path_factory.mktemp("sound") / "quiet.wav", np.full((2, 3 * SECOND), 0.25, np.float32))


def heard(scene: Scene, start: int = 0, count: int = 3 * SECOND) -> np.ndarray:
    return mix(timeline_pieces(scene.timeline(), scene.files), start, count)


def test_a_clip_sounds_exactly_over_its_frames(ones: Path) -> None:
    scene = Scene()
    scene.add(ones, 10, 20, trim=5, track="A1")
    left = heard(scene)[0]
    assert (np.flatnonzero(left)[[0, -1]] == (16_000, 48_000 - 1)).all()
    assert abs(left[16_000:48_000] - 0.5).max() < 1e-4


def test_positions_are_computed_not_accumulated(ones: Path) -> None:
    scene = Scene("30000/1001")
    scene.add(ones, 9_000_000, 3, track="A1")
    start = 9_000_000 * 48_000 * 1001 // 30_000
    assert not heard(scene, start - 10, 10).any()
    assert heard(scene, start, 10).all()


def test_blocks_fit_together_whatever_their_size(media: Path, ones: Path) -> None:
    scene = Scene()
    left, right = scene.add(media / "a.mp4", 3, 40, trim=10), scene.add(media / "a.mp4", 43, 30, trim=20)
    scene.crossfade(left, right, 12)
    scene.add(ones, 20, 30, track="A1", audio=AudioSettings(gain_db=-9, fade_in_frames=10, fade_out_frames=7))
    whole = heard(scene, -500, 90_000)
    with Mixer(timeline_pieces(scene.timeline(), scene.files)) as mixer:
        sizes = [1, 999, 1024, 30_000, 7, 57_969]
        starts = np.cumsum([-500, *sizes[:-1]])
        blocks = [mixer.mix(int(start), size) for start, size in zip(starts, sizes, strict=True)]
    assert sum(sizes) == 90_000
    assert abs(np.concatenate(blocks, axis=1) - whole).max() < 1e-6


def test_gain_sums_and_never_leaves_full_scale(ones: Path, half_ones: Path) -> None:
    scene = Scene()
    scene.add(ones, 0, 30, track="A1", audio=AudioSettings(gain_db=-6))
    scene.add(half_ones, 0, 30, track="A2")
    assert abs(heard(scene, 0, 1000) - (0.5 * 10 ** (-6 / 20) + 0.25)).max() < 1e-4
    scene.add(ones, 0, 30, track="V1", audio=AudioSettings(gain_db=20))
    assert heard(scene, 0, 1000).max() == 1.0


def test_fades_are_straight_lines_to_and_from_silence(ones: Path) -> None:
    scene = Scene()
    scene.add(ones, 0, 60, track="A1", audio=AudioSettings(fade_in_frames=30, fade_out_frames=15))
    left = heard(scene)[0] / 0.5
    assert abs(left[:SECOND] - (np.arange(SECOND) + 0.5) / SECOND).max() < 1e-3
    assert abs(left[SECOND:72_000] - 1).max() < 1e-3
    assert abs(left[72_000:96_000] - (24_000 - np.arange(24_000) - 0.5) / 24_000).max() < 1e-3


def test_a_transition_keeps_the_power(ones: Path) -> None:
    rising, falling = Ramp(100, 50, True, "power"), Ramp(100, 50, False, "power")
    power = rising.values(0, 300) ** 2 + falling.values(0, 300) ** 2
    assert abs(power - 1).max() < 1e-6
    scene = Scene()
    left = scene.add(ones, 0, 30, track="V1")
    right = scene.add(ones, 30, 30, trim=30, track="V1")
    scene.crossfade(left, right, 10)
    middle = heard(scene, SECOND, 1)[0, 0]
    assert abs(middle - 0.5 * (math.sin(math.pi / 4) + math.cos(math.pi / 4))) < 1e-3
    assert abs(heard(scene, 24 * 1600, 1000) - 0.5).max() < 1e-3


def test_a_transition_takes_the_place_of_the_fade_at_its_side(ones: Path) -> None:
    scene = Scene()
    fade = AudioSettings(fade_in_frames=10, fade_out_frames=10)
    left, right = scene.add(ones, 0, 30, audio=fade), scene.add(ones, 30, 30, trim=10, audio=fade)
    scene.crossfade(left, right, 10)
    assert heard(scene, SECOND, 1)[0, 0] > 0.6
    assert heard(scene, 0, 1)[0, 0] < 0.01


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, 0.75),
        ({"A1": {"muted": True}}, 0.25),
        ({"A2": {"solo": True}}, 0.25),
        ({"A2": {"solo": True, "muted": True}}, 0.0),
        ({"A1": {"hidden": True}}, 0.75),
    ],
)
def test_mute_and_solo(ones: Path, half_ones: Path, changes: dict[str, dict[str, bool]], level: float) -> None:
    scene = Scene()
    scene.add(ones, 0, 30, track="A1")
    scene.add(half_ones, 0, 30, track="A2")
    for track, values in changes.items():
        scene.tracks[track] = msgspec.structs.replace(scene.tracks[track], **values)
    assert abs(heard(scene, 0, 1000) - level).max() < 1e-4


def test_a_muted_clip_and_a_silent_video_are_not_heard(ones: Path, media: Path) -> None:
    scene = Scene()
    scene.add(ones, 0, 30, track="A1", audio=AudioSettings(muted=True))
    scene.add(media / "b.mp4", 0, 30)
    scene.title("silent", 0, 30)
    assert timeline_pieces(scene.timeline(), scene.files) == ()


def test_a_clip_on_a_video_track_brings_its_own_sound(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 60, trim=15)
    wave = golden.tone(SECOND, start=24_000 + 4800)[0]
    found = heard(scene, 4800, SECOND)[0]
    assert np.corrcoef(found, wave)[0, 1] > 0.99


def test_a_sound_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = golden.make_sound(tmp_path / "gone.wav", "tone", 0.2)
    scene = Scene()
    scene.add(path, 0, 5, track="A1")
    path.unlink()
    with pytest.raises(RenderError, match=r'clip "gone.wav" \(clip-1\) cannot be heard'):
        heard(scene, 0, 100)


# --- AAC in chunks -------------------------------------------------------------------------------------------------


def decode(header: bytes, packets: list[bytes]) -> np.ndarray:
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = header
    blocks = [frame.to_ndarray() for data in packets for frame in decoder.decode(av.Packet(data))]
    return np.concatenate(blocks, axis=1)


def test_the_seams_of_chunks_are_no_worse_than_one_continuous_encoding(shared_media: Path) -> None:
    scene = Scene()
    scene.add(shared_media / "video" / "skv_bigbuckbunny.mp4", 0, 150)
    for at in range(0, 400, 40):
        scene.add(shared_media / "audio" / "loop_amen.flac", at, 40, trim=at // 40, track="A1")
    timeline = scene.timeline()
    chunks = plan(timeline, scene.files, settings_for(timeline)).audio
    pieces = [Packets.decode(render(chunk)) for chunk in chunks]
    chunked = decode(pieces[0].header, [data for piece in pieces for data in piece.data])
    count = chunked.shape[1]
    original = mix(timeline_pieces(timeline, scene.files), -AAC_FRAME, count)

    encoder = audio_encoder()
    packets: list[bytes] = []
    for start in range(AAC_FRAME, count, AAC_FRAME):
        block = original[:, start : start + AAC_FRAME]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = SECOND, start - AAC_FRAME
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    continuous = decode(bytes(encoder.extradata or b""), packets)
    for seam in range(188 * AAC_FRAME, 3 * 188 * AAC_FRAME, 188 * AAC_FRAME):
        here = slice(seam - 2 * AAC_FRAME, seam + 2 * AAC_FRAME)
        errors = [np.sqrt(np.mean((sound[:, here] - original[:, here]) ** 2)) for sound in (chunked, continuous)]
        assert errors[1] > 0
        assert errors[0] < 1.6 * errors[1]
