"""Dips and wipes: pixels and frame numbers against what they should be, sound, and content keys."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.render import keys as keying
from studio_widgets.engine.render import plan as planning
from studio_widgets.engine.render.blend import planes
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.layers import timeline_layers
from studio_widgets.engine.render.mixer import mix, timeline_pieces
from studio_widgets.engine.render.plan import plan, settings_for
from studio_widgets.engine.timeline.model import Transform, WipeDirection
from tests.engine.render.scene import Scene
from tests.media import golden

Make = Callable[..., Path]


def picture(path: Path, color: tuple[int, ...], size: tuple[int, int] = (160, 90)) -> Path:
    Image.new("RGBA" if len(color) == 4 else "RGB", size, color).save(path)
    return path


def lumas(scene: Scene, *frames: int) -> list[np.ndarray]:
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), *scene.size, timeline.fps) as compositor:
        return [planes(compositor.frame(n))[0].astype(float) for n in frames]


def rgb(scene: Scene, frame: int) -> np.ndarray:
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), *scene.size, timeline.fps) as compositor:
        return compositor.frame(frame).to_ndarray(format="rgb24").astype(int)


def white_then_white(tmp_path: Path, **values: object) -> tuple[Scene, str, str]:
    scene = Scene()
    left = scene.add(picture(tmp_path / "a.png", (255, 255, 255)), 0, 40, **values)
    right = scene.add(picture(tmp_path / "b.png", (254, 254, 254)), 40, 40, **values)
    return scene, left, right


# --- dip ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", [2, 7, 20])
def test_a_dip_goes_to_black_up_to_the_cut_and_out_of_it_after(tmp_path: Path, frames: int) -> None:
    scene, left, right = white_then_white(tmp_path)
    scene.crossfade(left, right, frames, kind="dip")
    lead, tail = frames // 2, frames - frames // 2
    shown = lumas(scene, *range(80))
    for n in range(80):
        part = 1.0
        if 40 - lead <= n < 40:
            part = 1 - (n - (40 - lead) + 0.5) / lead
        elif 40 <= n < 40 + tail:
            part = (n - 40 + 0.5) / tail
        assert abs(shown[n] - (16 + part * 219)).max() <= 2, n


def test_a_dip_needs_no_handles_and_shows_each_clip_on_its_own_side_only(numbered_video: Make) -> None:
    scene = Scene(size=(1280, 720))
    left = scene.add(numbered_video("one.mp4", 8, 30, (1280, 720)), 0, 8)
    right = scene.add(numbered_video("two.mp4", 8, 30, (1280, 720), first=1000), 8, 8)
    scene.crossfade(left, right, 6, kind="dip", color="#ffffff")
    timeline = scene.timeline()
    layers = timeline_layers(timeline, scene.files)
    assert [(layer.start, layer.end) for layer in layers] == [(0, 8), (8, 16)]
    with Compositor(layers, 1280, 720, Fraction(30)) as compositor:
        seen = [golden.number_or_none(compositor.frame(n).to_ndarray(format="rgb24")) for n in (0, 4, 11, 15)]
    assert seen == [0, 4, 1003, 1007]


def test_a_dip_goes_through_its_colour(tmp_path: Path) -> None:
    scene, left, right = white_then_white(tmp_path)
    scene.crossfade(left, right, 40, kind="dip", color="#ff0000")
    assert abs(rgb(scene, 39)[45, 80] - (255, 6, 6)).max() <= 4
    assert abs(rgb(scene, 40)[45, 80] - (255, 6, 6)).max() <= 4


def test_a_small_picture_dips_where_it_lies(tmp_path: Path) -> None:
    scene = Scene()
    scene.add(picture(tmp_path / "grey.png", (128, 128, 128)), 0, 80)
    small = Transform(scale=0.5)
    left = scene.add(picture(tmp_path / "a.png", (255, 255, 255)), 0, 40, track="V2", transform=small)
    right = scene.add(picture(tmp_path / "b.png", (255, 255, 255)), 40, 40, track="V2", transform=small)
    before = lumas(scene, 10)[0]
    scene.crossfade(left, right, 20, kind="dip")
    dipped = lumas(scene, 39)[0]
    assert (dipped[:20] == before[:20]).all(), "what lies around it stays"
    assert dipped[45, 80] < 30


def test_a_title_that_dips_goes_to_what_is_below_it(tmp_path: Path) -> None:
    scene = Scene()
    scene.add(picture(tmp_path / "grey.png", (128, 128, 128)), 0, 80)
    left, right = scene.title("One", 0, 40), scene.title("Two", 40, 40)
    plain = lumas(scene, 10)[0]
    scene.crossfade(left, right, 80, kind="dip")
    grey = plain[0, 0]
    first, last = lumas(scene, 0, 39)
    assert abs(first - plain).max() <= 5
    assert abs(last - grey).max() <= 5
    assert plain.max() > grey + 50


# --- wipe --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["right", "left", "up", "down"])
def test_a_wipe_shows_the_next_clip_behind_its_edge(tmp_path: Path, direction: WipeDirection) -> None:
    scene = Scene()
    left = scene.add(picture(tmp_path / "black.png", (0, 0, 0)), 0, 40)
    right = scene.add(picture(tmp_path / "white.png", (255, 255, 255)), 40, 40)
    scene.crossfade(left, right, 20, kind="wipe", direction=direction)
    for n, shown in zip(range(30, 50), lumas(scene, *range(30, 50)), strict=True):
        part = (n - 30 + 0.5) / 20
        line = shown[45] if direction in ("left", "right") else shown[:, 80]
        line = line[::-1] if direction in ("left", "up") else line
        at = part * len(line)
        assert (line[: int(at)] >= 234).all()
        assert (line[int(at) + 1 :] == 16).all()
        assert abs(line[int(at)] - (16 + (at % 1) * 219)) <= 2, "the edge lies between pixels"
    assert (lumas(scene, 29)[0] == 16).all()
    assert (lumas(scene, 50)[0] >= 234).all()


def test_a_wipe_plays_both_clips_from_their_handles(numbered_video: Make) -> None:
    scene = Scene(size=(1280, 720))
    left = scene.add(numbered_video("one.mp4", 20, 30, (1280, 720)), 0, 8, trim=5)
    right = scene.add(numbered_video("two.mp4", 20, 30, (1280, 720), first=1000), 8, 8, trim=5)
    scene.crossfade(left, right, 6, kind="wipe", direction="down")
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), 1280, 720, Fraction(30)) as compositor:
        first, last = (compositor.frame(n).to_ndarray(format="rgb24") for n in (5, 10))
    assert golden.number_or_none(last) == 1000 + 5 + 2
    assert golden.number_or_none(first) in (5 + 5, None)


# --- sound -------------------------------------------------------------------------------------------------------


def envelope(scene: Scene, start: int, count: int) -> np.ndarray:
    pieces = timeline_pieces(scene.timeline(), scene.files)
    return mix(pieces, start, count)[0]


def test_a_dip_fades_the_sound_out_to_the_cut_and_in_after_it(tmp_path: Path) -> None:
    tone = golden.make_sound(tmp_path / "one.wav", np.full((2, 96_000), 0.5, np.float32))
    scene = Scene()
    left, right = scene.add(tone, 0, 30, track="A1"), scene.add(tone, 30, 30, track="A1")
    scene.crossfade(left, right, 20, kind="dip")
    heard = envelope(scene, 0, 96_000)
    cut, half = 48_000, 16_000
    assert abs(heard[: cut - half] - 0.5).max() < 1e-3
    assert abs(heard[cut - half // 2] - 0.25) < 1e-3
    assert abs(heard[cut - 8 : cut + 8]).max() < 1e-3
    assert abs(heard[cut + half // 2] - 0.25) < 1e-3
    assert abs(heard[cut + half :] - 0.5).max() < 1e-3


def test_a_wipe_crosses_the_sound_as_a_crossfade_does(tmp_path: Path) -> None:
    tone = golden.make_sound(tmp_path / "one.wav", np.full((2, 192_000), 0.5, np.float32))
    heard = []
    for kind in ("crossfade", "wipe"):
        scene = Scene()
        left, right = scene.add(tone, 0, 30, 20, track="A1"), scene.add(tone, 30, 30, 20, track="A1")
        scene.crossfade(left, right, 20, kind=kind)
        heard.append(envelope(scene, 0, 96_000))
    assert (heard[0] == heard[1]).all()


# --- keys --------------------------------------------------------------------------------------------------------


def segments(scene: Scene) -> list[tuple[int, str]]:
    timeline = scene.timeline()
    settings = msgspec.structs.replace(settings_for(timeline), crf=20)
    return [(one.start, one.spec.key) for one in plan(timeline, scene.files, settings).segments]


def test_only_what_a_transition_covers_has_other_keys(tmp_path: Path) -> None:
    scene, left, right = white_then_white(tmp_path)
    plain = dict(segments(scene))
    scene.crossfade(left, right, 20, kind="dip")
    dipped = dict(segments(scene))
    assert sorted(dipped) == [0, 30, 40, 50]
    assert set(plain) == {0, 40}
    keys = {kind: self_key(scene, kind) for kind in ("crossfade", "dip", "wipe")}
    assert len(set(keys.values())) == 3, "each kind is another picture"


def self_key(scene: Scene, kind: str) -> str:
    scene.transitions = []
    scene.crossfade("clip-1", "clip-2", 20, kind=kind)
    return dict(segments(scene))[30]


def test_other_segments_have_the_keys_they_always_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of before dips and wipes, with the versions taken out: what is in a cache stays of use."""
    monkeypatch.setattr(keying, "_versions", lambda: ())
    monkeypatch.setattr(planning, "identity", lambda file, clip: ("file", file.info.kind))
    scene, left, right = white_then_white(tmp_path, transform=Transform(scale=0.5, opacity=0.5))
    scene.crossfade(left, right, 20)
    assert dict(segments(scene))[30] == "43b859ffef0ba1a0234998d8952a82103c083104bf0fc235f862974be88396cf"
