from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.export import Render
from studio_widgets.engine.render.layers import sample_at, timeline_layers
from studio_widgets.engine.render.plan import settings_for
from tests.engine.render.scene import Scene, sound_of
from tests.engine.render.test_export import cuts
from tests.media import golden

Run = Callable[..., Render]
CUES, CLUSTER = bytes.fromhex("1c53bb6b"), bytes.fromhex("1f43b675")


@pytest.mark.parametrize("rate", ["30", "30000/1001", "25"])
def test_every_frame_is_the_one_the_timeline_says_and_shown_when_it_says(media: Path, render: Run, rate: str) -> None:
    scene = Scene(rate)
    name = "pal.mp4" if rate == "25" else "a.mp4"
    base = 2000 if rate == "25" else 0
    scene.add(media / name, 0, 30, trim=10)
    scene.add(media / name, 39, 20, trim=25)
    result = render(scene, "film.webm")
    assert golden.numbers_of(result.path) == [*range(base + 10, base + 40), *[None] * 9, *range(base + 25, base + 45)]
    assert (result.frames, result.segments, result.sound_chunks) == (59, 0, 0)
    with av.open(str(result.path)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
        assert container.format.name == "matroska,webm"
    fps = Fraction(rate)
    assert all(abs(time - number / fps) <= Fraction(1, 2000) for number, time in enumerate(times))


def test_codecs_colours_and_the_index_in_front(media: Path, render: Run) -> None:
    scene = Scene(size=(320, 180))
    scene.add(media / "b.mp4", 0, 60, trim=3)
    path = render(scene, "film.webm").path
    data = path.read_bytes()
    assert data[: data.index(CLUSTER)].count(CUES) == 2  # said where it is, and there it is
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        names = [stream.codec_context.codec.canonical_name for stream in (video, audio)]
        assert names == ["vp9", "opus"]
        assert (audio.rate, audio.channels) == (48_000, 2)
        assert (video.codec_context.color_range, video.codec_context.colorspace) == (1, 1)
        frames = [frame.to_ndarray().astype(int) for frame in container.decode(video=0)]
    with Compositor(timeline_layers(scene.timeline(), scene.files), 320, 180, Fraction(30)) as compositor:
        for number in (0, 59):
            assert abs(frames[number] - compositor.frame(number).to_ndarray()).mean() < 1


def test_chapters_are_those_of_the_markers(media: Path, render: Run) -> None:
    scene = cuts(media)
    scene.mark(0, "Opening")
    scene.mark(31, "Größe & <tags>")
    scene.mark(45, "only a note", chapter=False)
    with av.open(str(render(scene, "film.webm").path)) as container:
        chapters = [
            (c["metadata"]["title"], float(c["start"] * c["time_base"]), float(c["end"] * c["time_base"]))
            for c in container.chapters()
        ]
        assert set(container.metadata) <= {"encoder"}
    assert chapters == [
        ("Opening", 0, pytest.approx(31 / 30, abs=1e-6)),
        ("Größe & <tags>", pytest.approx(31 / 30, abs=1e-6), 3),
    ]


@pytest.mark.parametrize("rate", ["30", "30000/1001"])
def test_sound_is_where_it_belongs_and_ends_with_the_frames(media: Path, render: Run, rate: str) -> None:
    scene = Scene(rate)
    scene.add(media / "b.mp4", 0, 80)
    scene.add(media / "clicks.wav", 7, 61, trim=11, track="A1")
    fps = Fraction(rate)
    sound = sound_of(render(scene, "film.webm").path)
    first, last = (sample_at(n, fps) for n in (11, 72))
    shift = sample_at(7, fps) - first
    clicks = [n + shift for n in range(4800, 144_000, 24_000) if first <= n < last]
    assert golden.impulse_positions(_stereo(sound)) == clicks
    assert _stereo(sound).shape[1] == sample_at(80, fps)


def _stereo(sound: np.ndarray) -> np.ndarray:
    return sound.reshape(-1, 2).T if sound.shape[0] == 1 else sound


def test_nothing_of_the_sources_metadata_gets_out(shared_media: Path, render: Run) -> None:
    phone = shared_media / "video" / "phone_android9_1080p_gap_gps.mp4"
    with av.open(str(phone)) as container:
        place = container.metadata["location"]
    scene = Scene(size=(128, 72))
    scene.add(phone, 0, 8)
    path = render(scene, "film.webm").path
    assert place.encode() in phone.read_bytes()
    assert place.encode() not in path.read_bytes()
    with av.open(str(path)) as container:
        assert not any("creation_time" in stream.metadata for stream in container.streams)


def test_settings_change_size_and_quality(media: Path, render: Run) -> None:
    scene = Scene(size=(320, 180))
    scene.add(media / "a.mp4", 0, 60)
    settings = settings_for(scene.timeline(), "draft")
    draft = render(scene, "draft.webm", settings=settings).path
    with av.open(str(draft)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 360)
    best = render(scene, "best.webm", settings=type(settings)(width=640, height=360, rate="30", crf=8)).path
    assert best.stat().st_size > 1.3 * draft.stat().st_size


def test_a_key_frame_comes_after_every_group(media: Path, render: Run) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 90)
    settings = settings_for(scene.timeline())
    path = render(scene, "film.webm", settings=type(settings)(width=160, height=90, rate="30", gop=24)).path
    with av.open(str(path)) as container:
        keys = [n for n, packet in enumerate(p for p in container.demux(video=0) if p.size) if packet.is_keyframe]
    assert keys[0] == 0
    assert max(b - a for a, b in zip(keys, [*keys[1:], 90], strict=True)) <= 24
