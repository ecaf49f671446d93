"""Edits that must not change what is heard, and one that must change what is seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.layers import timeline_layers
from studio_widgets.engine.render.mixer import mix, timeline_pieces
from studio_widgets.engine.render.plan import plan, settings_for
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import AudioSettings, Timeline
from studio_widgets.engine.timeline.serial import from_json, to_json
from tests.engine.render.scene import Scene
from tests.media import golden

SECOND = 48_000


@pytest.fixture
def talk(media: Path) -> Scene:
    """Two clips of a video across a crossfade, one quieter and faded in, another sound over them."""
    scene = Scene("30000/1001")
    audio = AudioSettings(gain_db=-7.5, fade_in_frames=11)
    left = scene.add(media / "a.mp4", 3, 30, trim=5, audio=audio)
    right = scene.add(media / "a.mp4", 33, 20, trim=25)
    scene.crossfade(left, right, 8)
    scene.add(media / "a.mp4", 3, 30, track="V2")
    return scene


def counted(scene: Scene) -> Timeline:
    """The scene's timeline, its counters beyond the ids that are there."""
    return from_json(to_json(scene.timeline()))


def heard(t: Timeline, files: Mapping[str, SourceFile]) -> np.ndarray:
    return mix(timeline_pieces(t, files), 0, 2 * SECOND)


def test_detached_sounds_are_the_same_sample_for_sample(talk: Scene) -> None:
    before = counted(talk)
    detached = edits.detach_sound(edits.detach_sound(before, clip="clip-1"), clip="clip-2")
    detached = edits.detach_sound(detached, clip="clip-3", track="A2")
    assert sum(detached.tracks[clip.track_index].kind == "audio" for clip in detached.clips) == 3
    sound = heard(before, talk.files)
    assert np.abs(sound).max() > 0.01
    assert (heard(detached, talk.files) == sound).all()
    attached = edits.attach_sound(edits.attach_sound(detached, clip="clip-1"), clip="clip-2")
    assert (heard(attached, talk.files) == sound).all()


def test_an_export_after_detaching_finds_every_piece_in_the_cache(talk: Scene) -> None:
    before = counted(talk)
    detached = edits.detach_sound(edits.detach_sound(before, clip="clip-1"), clip="clip-2")
    old, new = (plan(t, talk.files, settings_for(t)) for t in (before, detached))
    assert [chunk.key for chunk in new.audio] == [chunk.key for chunk in old.audio]
    assert [segment.spec.key for segment in new.segments] == [segment.spec.key for segment in old.segments]


def test_a_detached_sound_draws_nothing(talk: Scene) -> None:
    t = edits.detach_sound(counted(talk), clip="clip-1")
    alone = edits.remove(t, clips=["clip-1", "clip-2", "clip-3"], alone=True)
    assert timeline_layers(alone, talk.files) == ()
    assert np.abs(heard(alone, talk.files)).max() > 0.01
    muted = edits.set_track(alone, track="A1", muted=True)
    assert not heard(muted, talk.files).any()


def test_what_covers_what_follows_the_order_of_tracks(tmp_path: Path) -> None:
    scene = Scene()
    for name, color, track in (("red", (255, 0, 0), "V1"), ("blue", (0, 0, 255), "V2")):
        Image.new("RGB", (160, 90), color).save(tmp_path / f"{name}.png")
        scene.add(tmp_path / f"{name}.png", 0, 10, track=track)
    golden.make_sound(tmp_path / "s.wav", np.full((2, SECOND), 0.5, np.float32))
    scene.add(tmp_path / "s.wav", 0, 10, track="A1")
    before = scene.timeline()
    after = edits.move_track(before, track="V1", to=2)
    for t, channel in ((before, 2), (after, 0), (edits.move_track(after, track="V1", to=2), 2)):
        with Compositor(timeline_layers(t, scene.files), *scene.size, t.fps) as compositor:
            pixel = compositor.frame(4).to_ndarray(format="rgb24")[45, 80]
        assert int(pixel.argmax()) == channel
        segments = plan(t, scene.files, settings_for(t)).segments
        names = [Path(layer.file.path).stem for layer in segments[0].spec.layers if layer.file]
        assert names == [("red", "", "blue")[channel]]  # of what is covered, nothing is rendered
