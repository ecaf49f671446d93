"""Crop, rotation, picture fades and keyframes: pixels against what they should be, and content keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio_widgets.engine.render import keys as keying
from studio_widgets.engine.render import plan as planning
from studio_widgets.engine.render.blend import planes
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.export import Render
from studio_widgets.engine.render.layers import Layer, timeline_layers
from studio_widgets.engine.render.motion import rests
from studio_widgets.engine.render.plan import plan, settings_for
from studio_widgets.engine.timeline.clips import Crop, Curve, Ease, Keyframe, PictureFades, Property
from studio_widgets.engine.timeline.model import TitleSource, TitleStyle, Transform
from tests.engine.render.scene import Scene
from tests.media import golden

Make = Callable[..., Path]
WHITE, BLACK = 235, 16


def curve(name: Property, *keys: tuple[int, float], ease: Ease = "linear") -> Curve:
    return Curve(property=name, keys=tuple(Keyframe(frame=at, value=float(value), ease=ease) for at, value in keys))


def white(folder: Path, size: tuple[int, int] = (320, 180)) -> Path:
    Image.new("RGB", size, (255, 255, 255)).save(folder / "white.png")
    return folder / "white.png"


def lumas(scene: Scene, *frames: int, proxies: bool = False) -> list[np.ndarray]:
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), *scene.size, timeline.fps, proxies=proxies) as compositor:
        return [planes(compositor.frame(n))[0].astype(float) for n in frames]


def shown(folder: Path, *frames: int, **values: object) -> list[np.ndarray]:
    """How much of each pixel a white picture covers, 0 to 1, on a canvas of 320 × 180."""
    scene = Scene(size=(320, 180))
    scene.add(white(folder), 0, 60, **values)
    return [(y - BLACK) / (WHITE - BLACK) for y in lumas(scene, *frames)]


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """How much of each pixel a rectangle covers."""
    across = np.clip(np.minimum(np.arange(320) + 1 - x0, x1 - np.arange(320)), 0, 1)
    down = np.clip(np.minimum(np.arange(180) + 1 - y0, y1 - np.arange(180)), 0, 1)
    return np.outer(down, across)


# --- crop and quarter turns: on even pixels ------------------------------------------------------------------------


def test_a_crop_leaves_a_part_where_it_was(tmp_path: Path) -> None:
    (seen,) = shown(tmp_path, 0, transform=Transform(crop=Crop(left=0.25, top=0.1, right=0.125, bottom=0.2)))
    assert abs(seen - box(80, 18, 280, 144)).max() < 0.01
    small = Transform(scale=0.5, x=0.25, crop=Crop(left=0.5))
    (seen,) = shown(tmp_path, 0, transform=small)
    assert abs(seen - box(240, 45 - 1, 320, 135 - 1)).max() < 0.01


def test_a_cropped_picture_shows_the_pixels_it_showed(media: Path) -> None:
    whole, part = Scene(size=(320, 180)), Scene(size=(320, 180))
    whole.add(media / "a.mp4", 0, 4)
    part.add(media / "a.mp4", 0, 4, transform=Transform(crop=Crop(left=0.25, bottom=0.2)))
    (full,), (cut,) = lumas(whole, 3), lumas(part, 3)
    assert (cut[:144, 80:] == full[:144, 80:]).all()
    assert (cut[144:] == BLACK).all()
    assert (cut[:, :80] == BLACK).all()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_quarter_turns_move_pixels_as_they_are(tmp_path: Path, turns: int) -> None:
    grey = (np.add.outer(np.arange(92) * 2, np.arange(160)) % 200).astype(np.uint8)
    Image.fromarray(grey).convert("RGB").save(tmp_path / "grey.png")
    seen = []
    for angle in (0, 90 * turns, 90 * turns - 720):
        scene = Scene(size=(160, 160))
        scene.add(tmp_path / "grey.png", 0, 1, transform=Transform(rotation=angle))
        seen += lumas(scene, 0)
    assert (seen[1] == np.rot90(seen[0], -turns)).all(), "clockwise"
    assert (seen[2] == seen[1]).all()


def test_a_crop_turns_with_its_picture(tmp_path: Path) -> None:
    (seen,) = shown(tmp_path, 0, transform=Transform(scale=0.5, rotation=90, crop=Crop(left=0.25)))
    # 160 × 90 upright: 90 wide and 160 high around (160, 90); the left quarter has become the top one
    assert abs(seen - box(114, 50, 204, 170)).max() < 0.01 or abs(seen - box(116, 50, 206, 170)).max() < 0.01


# --- any angle -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [45.0, 30.0, -10.0, 200.0])
def test_a_turned_picture_covers_what_it_should_with_soft_edges(tmp_path: Path, angle: float) -> None:
    (seen,) = shown(tmp_path, 0, transform=Transform(scale=0.5, x=0.1, rotation=angle))
    fine = 8
    x = (np.arange(320 * fine) + 0.5) / fine - (160 + 32)
    y = ((np.arange(180 * fine) + 0.5) / fine - 90)[:, None]
    turn = np.radians(angle)
    across, down = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    inside = ((abs(across) <= 80) & (abs(down) <= 45)).astype(float)
    expected = inside.reshape(180, fine, 320, fine).mean(axis=(1, 3))
    assert abs(seen - expected).max() < 0.2
    assert abs(seen - expected).mean() < 0.002
    assert ((seen > 0.2) & (seen < 0.8)).any(), "its edges lie between pixels"


def test_it_turns_clockwise(tmp_path: Path) -> None:
    halves = np.zeros((180, 320, 3), np.uint8)
    halves[:, :160] = 255  # the left half is white
    Image.fromarray(halves).save(tmp_path / "halves.png")
    scene = Scene(size=(320, 180))
    scene.add(tmp_path / "halves.png", 0, 1, transform=Transform(rotation=89.5))
    (seen,) = lumas(scene, 0)
    assert seen[40, 160] > 200, "left has become up"
    assert seen[140, 160] < 50


def test_a_turned_picture_with_alpha_lets_through_what_it_should(tmp_path: Path) -> None:
    Image.new("RGBA", (320, 180), (255, 255, 255, 128)).save(tmp_path / "half.png")
    scene = Scene(size=(320, 180))
    scene.add(tmp_path / "half.png", 0, 1, transform=Transform(rotation=45, opacity=0.5))
    (seen,) = lumas(scene, 0)
    assert abs((seen[90, 160] - BLACK) / (WHITE - BLACK) - 0.25) < 0.01
    assert seen[10, 10] == BLACK


def test_titles_turn_and_are_cropped(tmp_path: Path) -> None:
    def ink(transform: Transform) -> np.ndarray:
        scene = Scene(size=(320, 320))
        source = TitleSource(text="Hello there", style=TitleStyle(size=0.1, y=0.5))
        scene.add(source, 0, 2, transform=transform, track="V2")
        return lumas(scene, 0)[0] - BLACK

    plain, turned = ink(Transform()), ink(Transform(rotation=90))
    assert abs(np.rot90(plain, -1) - turned).mean() < 2
    assert turned.any(axis=1).sum() > 2 * turned.any(axis=0).sum()
    right = ink(Transform(crop=Crop(left=0.5)))
    assert not right[:, :158].any()
    assert abs(right[:, 162:] - plain[:, 162:]).mean() < 2
    assert right[:, 162:].max() > 150


# --- fades ---------------------------------------------------------------------------------------------------------


def test_fades_are_straight_lines_in_the_middle_of_each_frame(tmp_path: Path) -> None:
    seen = shown(tmp_path, *range(60), fades=PictureFades(in_frames=10, out_frames=20))
    for n, picture in enumerate(seen):
        part = min(1.0, (n + 0.5) / 10, (60 - n - 0.5) / 20)
        assert abs(picture - part).max() < 0.01, n


def test_a_fade_shows_what_is_below_it(tmp_path: Path) -> None:
    scene = Scene(size=(320, 180))
    scene.add(white(tmp_path), 0, 60)
    scene.add(TitleSource(text=" ", style=TitleStyle(background="#000000", size=1)), 0, 60, track="V2")
    title = msgspec.structs.replace(scene.clips[1], fades=PictureFades(in_frames=10, out_frames=10))
    scene.clips[1] = title
    middle = [(y[90, 160] - BLACK) / (WHITE - BLACK) for y in lumas(scene, 0, 5, 30, 59)]
    assert middle == pytest.approx([0.95, 0.45, 0, 0.95], abs=0.01)


def test_a_transition_takes_the_place_of_the_fade_at_its_side(tmp_path: Path) -> None:
    scene = Scene(size=(320, 180))
    fades = PictureFades(in_frames=5, out_frames=5)
    left = scene.add(white(tmp_path), 0, 30, fades=fades)
    right = scene.add(white(tmp_path), 30, 30, fades=fades)
    scene.crossfade(left, right, 10)
    parts = [(y[90, 160] - BLACK) / (WHITE - BLACK) for y in lumas(scene, 0, 27, 30, 32, 59)]
    assert parts == pytest.approx([0.1, 1, 1, 1, 0.1], abs=0.01)


def test_a_turned_picture_dips_where_it_lies(tmp_path: Path) -> None:
    scene = Scene(size=(320, 180))
    Image.new("RGB", (320, 180), (128, 128, 128)).save(tmp_path / "grey.png")
    scene.add(tmp_path / "grey.png", 0, 60)
    turned = Transform(scale=0.5, rotation=30)
    left = scene.add(white(tmp_path), 0, 30, track="V2", transform=turned)
    right = scene.add(white(tmp_path), 30, 30, track="V2", transform=turned)
    before = lumas(scene, 29)[0]
    scene.crossfade(left, right, 40, kind="dip", color="#ff0000")
    dipped = lumas(scene, 29)[0]
    assert abs(dipped[90, 160] - 66) < 6, "red"
    assert dipped[5, 5] == before[5, 5], "what lies around it stays"
    edge = (before > before[5, 5] + 20) & (before < 215)
    assert edge.any()
    assert (dipped[edge] < before[edge]).all()


# --- keyframes -----------------------------------------------------------------------------------------------------


def test_a_picture_in_motion_lies_between_pixels(tmp_path: Path) -> None:
    frames = (0, 1, 7, 20, 40, 59)
    moved = shown(tmp_path, *frames, transform=Transform(scale=0.25), curves=(curve("x", (0, -0.25), (40, 0.25)),))
    for n, seen in zip(frames, moved, strict=True):
        x = 160 + 320 * (-0.25 + 0.5 * min(n, 40) / 40)
        assert abs(seen - box(x - 40, 67.5 if n < 40 else 68, x + 40, 112.5 if n < 40 else 112)).max() < 0.51, n
        assert abs(seen[90].sum() - 80) < 0.1, n
        assert abs((seen[90] * (np.arange(320) + 0.5)).sum() / seen[90].sum() - x) < 0.05, n


def test_a_picture_grows_without_a_jump(tmp_path: Path) -> None:
    grown = shown(tmp_path, *range(40), curves=(curve("scale", (0, 0.25), (40, 0.75)),))
    for n, seen in enumerate(grown):
        scale = 0.25 + 0.5 * n / 40
        assert abs(seen[90].sum() - 320 * scale) < 0.1
        assert abs(seen[:, 160].sum() - 180 * scale) < 0.1


def test_a_source_is_where_it_should_be_while_it_grows(tmp_path: Path) -> None:
    """Its pixels, not its edges alone: a ramp tells which of them is seen where."""
    ramp = np.tile(np.linspace(0, 255, 640).astype(np.uint8), (360, 1))
    Image.fromarray(ramp).convert("RGB").save(tmp_path / "ramp.png")
    scene = Scene(size=(320, 180))
    scene.add(tmp_path / "ramp.png", 0, 60, curves=(curve("scale", (0, 0.1), (59, 3.0)), curve("x", (0, 0), (59, 0.5))))
    for n, seen in zip((3, 17, 40, 58), lumas(scene, 3, 17, 40, 58), strict=True):
        scale, centre = 0.1 + 2.9 * n / 59, 160 + 320 * 0.5 * n / 59
        place = ((np.arange(320) + 0.5 - centre) / (320 * scale) + 0.5) * 255
        inside = (place > 12) & (place < 243)
        assert abs((seen[90] - BLACK) * 255 / 219 - place)[inside].max() < 3, n


def test_opacity_and_crop_follow_their_curves(tmp_path: Path) -> None:
    curves = (curve("crop_left", (0, 0), (20, 0.5)), curve("opacity", (0, 0), (10, 1), ease="smooth"))
    for n, seen in zip((2, 5, 10, 20), shown(tmp_path, 2, 5, 10, 20, curves=curves), strict=True):
        way = min(n / 10, 1)
        opacity = way * way * (3 - 2 * way)
        left = 320 * 0.5 * n / 20
        assert abs(seen - opacity * box(left, 0, 320, 180)).max() < 0.02, n


def test_a_held_value_jumps_when_the_next_is_reached(tmp_path: Path) -> None:
    curves = (curve("x", (0, -0.25), (30, 0.25), ease="hold"),)
    before, after, again = shown(tmp_path, 29, 30, 29, transform=Transform(scale=0.5), curves=curves)
    assert (before.argmax(axis=1).max(), after.argmax(axis=1).max()) == (0, 160)
    assert (again == before).all()


def test_titles_move_smoothly(tmp_path: Path) -> None:
    scene = Scene(size=(320, 180))
    scene.title("Title", 0, 40, curves=(curve("x", (0, 0), (39, 0.1)), curve("scale", (0, 1), (39, 1.5))))
    centres = []
    for y in lumas(scene, *range(40)):
        ink = (y - BLACK).sum(axis=0)
        centres.append((ink * (np.arange(320) + 0.5)).sum() / ink.sum())
    steps = np.diff(centres)
    assert abs(steps - 320 * 0.1 / 39).max() < 0.2


def test_a_small_picture_moves_faster_than_it_plays(numbered_video: Make) -> None:
    """At 720p; thirty frames a second are wanted, and there is more to do than this."""
    scene = Scene(size=(1280, 720))
    scene.add(numbered_video("low.mp4", 60, 30, (1280, 720)), 0, 60)
    curves = (curve("x", (0, -0.3), (59, 0.3)), curve("scale", (0, 0.2), (59, 0.3)))
    scene.add(numbered_video("high.mp4", 60, 30, (1280, 720), first=1000), 0, 60, track="V2", curves=curves)
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), 1280, 720, Fraction(30)) as compositor:
        compositor.frame(0)
        start = time.process_time()
        for n in range(1, 41):
            compositor.frame(n)
        assert time.process_time() - start < 40 / 30


def test_a_moved_video_shows_the_right_frames(numbered_video: Make) -> None:
    scene = Scene(size=(1280, 720))
    curves = (curve("scale", (0, 0.6), (30, 1.0)), curve("rotation", (0, -3), (30, 3)))
    scene.add(numbered_video("n.mp4", 30, 30, (1280, 720)), 0, 25, trim=5, curves=curves)
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), 1280, 720, Fraction(30)) as compositor:
        for n in (0, 10, 24):
            picture = compositor.frame(n).to_ndarray(format="rgb24")
            scale, angle = 0.6 + 0.4 * (n + 5) / 30, -3 + 6 * (n + 5) / 30
            turned = Image.fromarray(picture).rotate(angle, Image.Resampling.BICUBIC)
            width, height = round(1280 * scale / 2), round(720 * scale / 2)
            straight = turned.crop((640 - width, 360 - height, 640 + width, 360 + height)).resize((1280, 720))
            assert golden.number_or_none(np.asarray(straight)) == n + 5


def test_a_proxy_moves_as_the_original_does(numbered_video: Make) -> None:
    scene = Scene(size=(320, 180))
    path = numbered_video("big.mp4", 10, 30, (1280, 720))
    proxy = numbered_video("small.mp4", 10, 30, (640, 360))
    curves = (curve("scale", (0, 0.4), (9, 0.9)), curve("rotation", (0, 0), (9, 40)))
    scene.add(path, 0, 10, curves=curves)
    name = next(iter(scene.files))
    scene.files[name] = msgspec.structs.replace(scene.files[name], proxy=str(proxy))
    for original, smaller in zip(lumas(scene, 0, 4, 9), lumas(scene, 0, 4, 9, proxies=True), strict=True):
        assert abs(original - smaller).mean() < 3


def busy(media: Path, folder: Path) -> Scene:
    """Everything that moves, at once."""
    scene = Scene(size=(320, 180))
    curves = (curve("opacity", (0, 0.3), (40, 1.0)), curve("scale", (10, 0.5), (50, 1.2), ease="smooth"))
    left = scene.add(media / "a.mp4", 0, 40, trim=5, curves=curves)
    right = scene.add(media / "b.mp4", 40, 40, trim=10, fades=PictureFades(out_frames=12), curves=curves)
    scene.crossfade(left, right, 10)
    turned = Transform(scale=0.4, rotation=30, crop=Crop(left=0.2))
    scene.add(media / "still.png", 5, 70, track="V2", transform=turned, curves=(curve("x", (0, -0.3), (69, 0.3)),))
    return scene


def test_segments_show_what_the_whole_timeline_shows(media: Path, tmp_path: Path) -> None:
    scene = busy(media, tmp_path)
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), 320, 180, Fraction(30)) as compositor:
        for segment in plan(timeline, scene.files, settings_for(timeline)).segments:
            with Compositor(segment.spec.layers, 320, 180, Fraction(30)) as part:
                for n in range(segment.spec.frames):
                    pairs = zip(planes(part.frame(n)), planes(compositor.frame(segment.start + n)), strict=True)
                    assert all((one == other).all() for one, other in pairs), segment.start + n


def test_the_export_shows_what_the_compositor_draws(media: Path, tmp_path: Path, render: Callable[..., Render]) -> None:
    scene = busy(media, tmp_path)
    done = render(scene)
    with av.open(str(done.path)) as container:
        decoded = [planes(frame)[0].astype(float) for frame in container.decode(video=0)]
    drawn = lumas(scene, *range(80))
    assert len(decoded) == 80
    assert max(abs(one - other).mean() for one, other in zip(decoded, drawn, strict=True)) < 4


# --- content keys, segments ----------------------------------------------------------------------------------------


def segments(scene: Scene) -> list[tuple[int, str]]:
    timeline = scene.timeline()
    settings = msgspec.structs.replace(settings_for(timeline), crf=20)
    return [(one.start, one.spec.key) for one in plan(timeline, scene.files, settings).segments]


def moving(folder: Path, start: int = 0, **values: object) -> Scene:
    scene = Scene()
    scene.add(white(folder), start, 900, **values)
    return scene


def test_a_rest_between_motions_is_one_long_segment(tmp_path: Path) -> None:
    curves = (curve("x", (0, 0), (60, 0.5), (840, 0.5), (900, 0)),)
    scene = moving(tmp_path, curves=curves, fades=PictureFades(in_frames=10))
    assert [start for start, _ in segments(scene)] == [0, 10, 60, 180, 300, 420, 540, 660, 780, 840]
    keys = dict(segments(scene))
    assert len({keys[start] for start in range(60, 780, 120)}) == 1, "it is encoded once"


def test_what_stands_still_has_the_key_of_one_that_never_moved(tmp_path: Path) -> None:
    curves = (curve("x", (0, 0), (60, 0.5)), curve("opacity", (0, 0), (60, 1)))
    keys = dict(segments(moving(tmp_path, curves=curves)))
    still = dict(segments(moving(tmp_path, transform=Transform(x=0.5))))
    assert keys[60] == still[0]
    assert keys[0] != still[0]


def test_a_key_of_motion_does_not_contain_the_place(tmp_path: Path) -> None:
    curves, fades = (curve("scale", (0, 0.5), (60, 1), ease="smooth"),), PictureFades(in_frames=30, out_frames=9)
    early = [key for _, key in segments(moving(tmp_path, 0, curves=curves, fades=fades))]
    late = [key for start, key in segments(moving(tmp_path, 120, curves=curves, fades=fades)) if start >= 120]
    assert late == early
    changed = (curve("scale", (0, 0.5), (60, 1)),)
    other = segments(moving(tmp_path, 0, curves=changed, fades=fades))
    assert [key for _, key in other][3:] == early[3:]
    assert other[0][1] != early[0]


keys = st.dictionaries(st.integers(0, 60), st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=5)


@given(
    keys=keys, ease=st.sampled_from(["linear", "smooth", "hold"]), start=st.integers(0, 50), length=st.integers(1, 30)
)
def test_a_window_shows_what_the_whole_shows(keys: dict[int, float], ease: Ease, start: int, length: int) -> None:
    curves = tuple(curve(name, *sorted(keys.items()), ease=ease) for name in ("crop_left", "opacity", "x"))
    layer = Layer(slot=0, start=0, end=80, title=TitleSource(text="x"), motion=curves, transform=Transform(y=0.5))
    window = layer.window(start, start + length)
    for n in range(length):
        assert window.transform_at(n) == layer.transform_at(start + n)
        assert window.moves_at(n) == layer.moves_at(start + n)
    steady = len({layer.transform_at(start + n) for n in range(length)}) == 1
    if steady and not any(layer.moves_at(start + n) for n in range(length)):
        assert window.motion == ()


def test_rests_are_told_when_they_are_long() -> None:
    one = curve("x", (10, 0), (50, 1), (55, 1), (90, 0), (200, 0), (210, 1))
    assert list(rests([one], 0, 300)) == [90, 200, 210]
    assert set(rests([curve("x", (100, 0), (150, 1), ease="hold")], 0, 300)) == {150}
    assert list(rests([curve("x", (0, 0), (150, 1))], 0, 150)) == []
    assert list(rests([curve("x", (40, 3), (90, 3))], 0, 150)) == []


def test_other_segments_have_the_keys_they_always_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of before crops, rotation, fades and keyframes, with the versions taken out: caches stay of use."""
    monkeypatch.setattr(keying, "_versions", lambda: ())
    monkeypatch.setattr(planning, "identity", lambda file, clip: ("file", file.info.kind))
    scene = Scene()
    scene.add(white(tmp_path, (160, 90)), 0, 60, transform=Transform(scale=0.5, x=0.1, y=-0.2, opacity=0.5))
    assert segments(scene)[0][1] == "f010595029cfc3e0f575d35a1b8f95d9309f4aea0ef7c51b8aadadb36faeea93"
