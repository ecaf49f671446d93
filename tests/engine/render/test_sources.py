"""Sources that break naive code: turned, squeezed, deep, full range, transparent, late, irregular."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio_widgets.engine.render.export import Render
from tests.engine.render.scene import Scene
from tests.engine.render.test_compositor import draw
from tests.media import golden

Make = Callable[..., Path]
Run = Callable[..., Render]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_source_stands_upright(numbered_video: Make, rotation: int) -> None:
    size = (160, 90)
    if rotation == 180:
        path = numbered_video("turned.mp4", 5, 30, size, rotation=180)
        scene = Scene(size=size)
        turned_back = 2
    else:
        path = numbered_video("turned.mp4", 5, 30, size, rotation=rotation)
        scene = Scene(size=(90, 160))
        turned_back = 1 if rotation == 90 else 3
    scene.add(path, 0, 5)
    [shown] = draw(scene, 3)
    assert golden.number_or_none(np.rot90(shown, turned_back)) == 3


def test_wide_pixels_are_shown_wide(numbered_video: Make) -> None:
    path = numbered_video("wide.mp4", 5, 30, (160, 180), sar=Fraction(2))  # shown as 320×180
    scene = Scene(size=(320, 180))
    scene.add(path, 0, 5)
    [shown] = draw(scene, 4)
    assert golden.number_or_none(shown) == 4
    assert shown[90, 2].max() > 20  # no bars


def test_a_source_that_starts_late_starts_at_its_first_frame(numbered_video: Make, render: Run) -> None:
    path = numbered_video("late.mkv", 20, start=Fraction(1, 2), audio="impulses")
    scene = Scene()
    scene.add(path, 0, 20)
    assert golden.numbers_of(render(scene).path) == list(range(20))


def test_irregular_times_show_the_frame_whose_time_has_come(numbered_video: Make, render: Run) -> None:
    times = [Fraction(milliseconds, 1000) for milliseconds in (0, 13, 40, 41, 250, 260, 300, 700, 710, 950)]
    path = numbered_video("irregular.mp4", 10, times=times)
    scene = Scene()
    scene.add(path, 0, 30)
    expected = [sum(time <= Fraction(n, 30) for time in times) - 1 for n in range(30)]
    assert golden.numbers_of(render(scene).path) == expected


def test_a_webm_of_the_timelines_rate_shows_every_frame_once(numbered_video: Make) -> None:
    path = numbered_video("clock.webm", 30)  # its clock counts milliseconds: 0, 33, 67, 100
    scene = Scene()
    scene.add(path, 0, 30)
    assert [golden.number_or_none(shown) for shown in draw(scene, *range(30))] == list(range(30))


def grey_video(path: Path, pixel_format: str, level: int, full: bool = False, size: tuple[int, int] = (96, 54)) -> Path:
    """Ten frames of one grey: `level` in 0..255 of full-range RGB."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        stream.codec_context.color_range = 2 if full else 1
        rgb = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), level, np.uint8), format="rgb24")
        frame = rgb.reformat(format=pixel_format, dst_color_range=2 if full else 1)
        frame.color_range = 2 if full else 1
        for n in range(10):
            frame.pts = n
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("pixel_format", "full", "size"),
    [
        ("yuv420p", False, (96, 54)),
        ("yuv420p", True, (96, 54)),
        ("yuv444p", False, (97, 55)),
        ("yuv420p10le", False, (96, 54)),
        ("yuv422p", True, (96, 54)),
    ],
)
def test_any_depth_and_range_keeps_its_brightness(
    tmp_path: Path, pixel_format: str, full: bool, size: tuple[int, int]
) -> None:
    path = grey_video(tmp_path / "grey.mp4", pixel_format, 200, full, size)
    scene = Scene(size=(96, 54))
    scene.add(path, 0, 10)
    [shown] = draw(scene, 3)
    assert abs(shown[27, 48].astype(int) - 200).max() <= 3


@pytest.mark.parametrize(("matrix", "height"), [(1, 90), (6, 90), (2, 90), (2, 720)])
def test_colours_survive_the_sources_matrix(tmp_path: Path, matrix: int, height: int) -> None:
    size = (height * 16 // 9, height)
    path = tmp_path / "colour.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.colorspace = matrix
        meant = 1 if matrix == 1 or height >= 720 else 5  # untagged small pictures are BT.601
        rgb = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), (210, 60, 30), np.uint8), format="rgb24")
        frame = rgb.reformat(format="yuv420p", dst_colorspace=meant, dst_color_range=1)
        frame.colorspace, frame.pts = matrix, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    scene = Scene(size=(1280, 720) if height == 720 else (320, 180))
    scene.add(path, 0, 1)
    timeline_picture = drawn_as_bt709(scene)
    assert abs(timeline_picture.astype(int) - (210, 60, 30)).max() <= 4


def drawn_as_bt709(scene: Scene) -> np.ndarray:
    from studio_widgets.engine.render.compositor import Compositor
    from studio_widgets.engine.render.layers import timeline_layers

    with Compositor(timeline_layers(scene.timeline(), scene.files), *scene.size, Fraction(30)) as compositor:
        frame = compositor.frame(0)
        rgb = frame.reformat(format="rgb24", src_colorspace=1, src_color_range=1, dst_color_range=2)
        return rgb.to_ndarray()[scene.size[1] // 2, scene.size[0] // 2]


def test_real_files_of_all_kinds_draw(shared_media: Path) -> None:
    for path in sorted((shared_media / "video").iterdir()):
        scene = Scene(size=(160, 90))
        scene.add(path, 0, 20)
        [shown] = draw(scene, 9)
        assert shown.shape == (90, 160, 3), path.name


def test_transparent_webm_lets_the_lower_track_through(shared_media: Path, media: Path) -> None:
    scene = Scene()
    scene.add(media / "still.png", 0, 10)
    clean = draw(scene, 5)[0]
    scene.add(shared_media / "video" / "mpy_transparent.webm", 0, 10, track="V2")
    shown = draw(scene, 5)[0]
    changed = (abs(shown.astype(int) - clean) > 30).any(axis=2).mean()
    assert 0.001 < changed < 0.2


def test_a_source_whose_last_frames_do_not_decode_shows_the_last_that_does(shared_media: Path) -> None:
    scene = Scene()
    scene.add(shared_media / "video" / "webcam_hello_720p_30fps_offset.mp4", 0, 300)
    before, after = draw(scene, 245, 299)
    assert before.any()
    assert after.any()
