from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.render.blend import planes
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.layers import timeline_layers
from studio_widgets.engine.timeline.model import CameraSource, TitleStyle, Transform
from tests.engine.render.scene import Scene
from tests.media import golden

Make = Callable[..., Path]


def draw(scene: Scene, *frames: int, proxies: bool = False) -> list[np.ndarray]:
    """The asked frames as RGB arrays (height, width, 3)."""
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), *scene.size, timeline.fps, proxies=proxies) as compositor:
        return [compositor.frame(n).to_ndarray(format="rgb24") for n in frames]


def luma(scene: Scene, frame: int) -> np.ndarray:
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), *scene.size, timeline.fps) as compositor:
        return planes(compositor.frame(frame))[0].astype(int)


def picture(path: Path, color: tuple[int, ...], size: tuple[int, int] = (160, 90)) -> Path:
    Image.new("RGBA" if len(color) == 4 else "RGB", size, color).save(path)
    return path


def test_a_frame_one_clip_covers_passes_untouched(numbered_video: Make) -> None:
    path = numbered_video("hd.mp4", 3, 30, (1280, 720))
    scene = Scene(size=(1280, 720))
    scene.add(path, 0, 3)
    with av.open(str(path)) as container:
        originals = [frame.to_ndarray() for frame in container.decode(video=0)]
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), 1280, 720, Fraction(30)) as compositor:
        for n in (0, 2, 1):
            frame = compositor.frame(n)
            assert (frame.to_ndarray() == originals[n]).all()
            assert frame.pict_type == 0


def test_drawing_over_a_frame_leaves_the_sources_own_alone(numbered_video: Make) -> None:
    scene = Scene(size=(1280, 720))
    path = numbered_video("hd.mp4", 4, 30, (1280, 720))
    scene.add(path, 0, 2)
    scene.add(path, 2, 2)
    scene.title("over it", 0, 2, style=TitleStyle(size=0.3, background="#ff0000"))
    covered, clean = draw(scene, 0, 2)
    assert golden.number_or_none(clean) == 0
    assert (covered != clean).any()
    assert (draw(scene, 2, 0, 2)[2] == clean).all()


def test_higher_tracks_cover_lower_ones_and_hidden_ones_show_nothing(tmp_path: Path) -> None:
    scene = Scene()
    scene.add(picture(tmp_path / "red.png", (255, 0, 0)), 0, 10)
    scene.add(picture(tmp_path / "blue.png", (0, 0, 255)), 5, 10, track="V2")
    low, high = draw(scene, 4, 5)
    assert low[45, 80].argmax() == 0
    assert high[45, 80].argmax() == 2
    scene.tracks["V2"] = type(scene.tracks["V2"])(id="V2", kind="video", hidden=True)
    assert draw(scene, 5)[0][45, 80].argmax() == 0


def test_gaps_cameras_and_the_time_after_the_end_are_black(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 3, 4)
    scene.add(CameraSource(), 5, 2, track="V2")
    for frame in (0, 5, 9):
        assert (luma(scene, frame) == 16).all()
    assert luma(scene, 4).max() > 100


def test_a_picture_keeps_its_shape_between_black_bars(tmp_path: Path) -> None:
    scene = Scene(size=(320, 180))
    scene.add(picture(tmp_path / "square.png", (255, 255, 255), (50, 50)), 0, 1)
    row = luma(scene, 0)[90]
    assert (row[:69] == 16).all()
    assert (row[71:249] > 230).all()
    assert (row[251:] == 16).all()


def test_an_odd_size_that_is_the_canvas_but_for_rounding_fills_it(tmp_path: Path) -> None:
    scene = Scene(size=(640, 360))
    scene.add(picture(tmp_path / "odd.png", (255, 255, 255), (853, 479)), 0, 1)
    assert luma(scene, 0).min() > 230


def test_transform_scales_about_the_centre_moves_and_fades(tmp_path: Path) -> None:
    scene = Scene(size=(320, 180))
    transform = Transform(scale=0.5, x=0.25, y=-0.25, opacity=0.5)
    scene.add(picture(tmp_path / "white.png", (255, 255, 255), (320, 180)), 0, 1, transform=transform)
    y = luma(scene, 0)
    inside = np.zeros_like(y, dtype=bool)
    inside[0:90, 160:320] = True  # 160×90 around (240, 45)
    assert (y[~inside] == 16).all()
    assert (abs(y[inside] - (16 + 219 / 2)) <= 1).all()


def test_a_picture_far_larger_than_the_canvas_shows_the_right_part(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 255, 320).astype(np.uint8), (180, 1))
    Image.fromarray(ramp).convert("RGB").save(tmp_path / "ramp.png")
    scene = Scene(size=(320, 180))
    scene.add(tmp_path / "ramp.png", 0, 1, transform=Transform(scale=8.0, x=2.0))
    # 2560 wide, its centre at 160 + 640 = 800: canvas 0..320 shows 480..800 of it, 0.1875..0.3125 of the ramp
    row = (luma(scene, 0)[90] - 16) * 255 / 219
    assert abs(row[0] - 0.1875 * 255) < 3
    assert abs(row[-1] - 0.3125 * 255) < 3
    assert (np.diff(row) > -1.5).all()  # rising, but for rounding


def test_a_picture_moved_off_the_canvas_costs_nothing_and_shows_nothing(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 1, transform=Transform(x=1.5))
    assert (luma(scene, 0) == 16).all()


def test_alpha_lets_the_lower_track_through_without_a_dark_edge(tmp_path: Path) -> None:
    scene = Scene()
    scene.add(picture(tmp_path / "white.png", (255, 255, 255)), 0, 1)
    half = np.zeros((90, 160, 4), np.uint8)
    half[:, :80] = (255, 255, 255, 255)  # white on transparent black: straight scaling would draw a grey line
    Image.fromarray(half).resize((75, 43)).save(tmp_path / "half.png")
    scene.add(tmp_path / "half.png", 0, 1, track="V2")
    assert luma(scene, 0).min() >= 233


def test_half_transparent_pixels_mix(tmp_path: Path) -> None:
    scene = Scene()
    scene.add(picture(tmp_path / "blue.png", (0, 0, 255)), 0, 1)
    scene.add(picture(tmp_path / "glass.png", (255, 0, 0, 128)), 0, 1, track="V2")
    assert abs(draw(scene, 0)[0][45, 80].astype(int) - (128, 0, 127)).max() <= 3


@pytest.mark.parametrize("frames", [4, 5, 300])
def test_a_crossfade_is_the_mix_of_both_pictures(tmp_path: Path, frames: int) -> None:
    scene = Scene()
    left = scene.add(picture(tmp_path / "black.png", (0, 0, 0)), 0, 400)
    right = scene.add(picture(tmp_path / "white.png", (255, 255, 255)), 400, 400)
    scene.crossfade(left, right, frames)
    start = 400 - frames // 2
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), *scene.size, timeline.fps) as compositor:
        for n in range(frames):
            y = planes(compositor.frame(start + n))[0].astype(float)
            assert abs(y - (16 + 219 * (n + 0.5) / frames)).max() <= 1.5
        assert (planes(compositor.frame(start - 1))[0] == 16).all()
        assert (planes(compositor.frame(start + frames))[0] >= 234).all()


def test_a_crossfade_plays_both_clips_from_their_handles(numbered_video: Make) -> None:
    scene = Scene(size=(1280, 720))
    one = numbered_video("one.mp4", 20, 30, (1280, 720))
    two = numbered_video("two.mp4", 20, 30, (1280, 720), first=1000)
    left, right = scene.add(one, 0, 8, trim=5), scene.add(two, 8, 8, trim=5)
    scene.crossfade(left, right, 6)  # frames 5..11
    pictures = {path: [frame.to_ndarray() for frame in frames_of(path)] for path in (one, two)}
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), 1280, 720, Fraction(30)) as compositor:
        for n in (5, 7, 10):
            share = (n - 5 + 0.5) / 6
            mixed = pictures[one][n + 5] * (1 - share) + pictures[two][n - 3] * share
            assert abs(compositor.frame(n).to_ndarray() - mixed).max() <= 1.5


def frames_of(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def test_a_crossfade_of_small_pictures_keeps_what_lies_below(tmp_path: Path) -> None:
    scene = Scene(size=(320, 180))
    scene.add(picture(tmp_path / "grey.png", (128, 128, 128), (320, 180)), 0, 40)
    small = Transform(scale=0.25, x=-0.25), Transform(scale=0.25, x=0.25)
    left = scene.add(picture(tmp_path / "w1.png", (255, 255, 255), (320, 180)), 0, 20, track="V2", transform=small[0])
    right = scene.add(picture(tmp_path / "w2.png", (255, 255, 255), (320, 180)), 20, 20, track="V2", transform=small[1])
    scene.crossfade(left, right, 10)
    y = luma(scene, 20)  # the sixth of ten frames: the right one shows at 11/20
    grey = y[5, 5]
    assert abs(y[90, 80] - (grey + (235 - grey) * 9 / 20)) <= 2
    assert abs(y[90, 240] - (grey + (235 - grey) * 11 / 20)) <= 2
    assert y[90, 160] == grey


def test_the_order_of_asking_does_not_matter(media: Path) -> None:
    scene = Scene()
    left, right = scene.add(media / "a.mp4", 0, 30, trim=5), scene.add(media / "b.mp4", 30, 30, trim=5)
    scene.crossfade(left, right, 8)
    scene.add(media / "a.mp4", 60, 10, trim=40)
    order = [0, 29, 65, 31, 30, 5, 69, 12]
    forward = dict(zip(sorted(order), draw(scene, *sorted(order)), strict=True))
    for frame, shown in zip(order, draw(scene, *order), strict=True):
        assert (shown == forward[frame]).all()


def test_a_proxy_lands_where_the_original_does(numbered_video: Make) -> None:
    from studio_widgets.engine.media.proxy import make_proxy

    path = numbered_video("turned.mp4", 20, 30, (360, 640), rotation=90)
    proxy = path.with_name("proxy.mp4")
    make_proxy(path, proxy)
    scene = Scene(size=(320, 180))
    scene.add(path, 0, 20, transform=Transform(scale=0.5, x=0.25))
    key = next(iter(scene.files))
    scene.files[key] = type(scene.files[key])(path=str(path), sha256="0", info=scene.files[key].info, proxy=str(proxy))
    box = (0.5, 0.25, 1.0, 0.75)
    [original], [small] = draw(scene, 7), draw(scene, 7, proxies=True)
    assert abs(original.astype(int) - small).mean() < 4
    upright = [np.rot90(shown[45:135, 160:320]) for shown in (original, small)]
    assert [golden.number_or_none(shown) for shown in upright] == [7, 7], box
