from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.render.export import Render
from studio_widgets.engine.render.plan import settings_for
from tests.engine.render.scene import Scene
from tests.media import golden

Run = Callable[..., Render]


def frames_of(path: Path) -> list[tuple[np.ndarray, int]]:
    """All pictures in RGB, and how long each is shown, in hundredths of a second."""
    found = []
    with Image.open(path) as picture:
        for number in range(picture.n_frames):
            picture.seek(number)
            found.append((np.asarray(picture.convert("RGB")), picture.info["duration"] // 10))
    return found


def numbered(media: Path, frames: int, rate: str = "30", size: tuple[int, int] = (160, 90)) -> Scene:
    scene = Scene(rate, size)
    scene.add(media / ("pal.mp4" if rate == "25" else "a.mp4"), 0, frames)
    return scene


@pytest.mark.parametrize(
    ("rate", "frames", "shown", "ends"),
    [
        ("30", 61, range(0, 61, 2), 203),
        ("25", 50, [2000 + n * 5 // 3 for n in range(30)], 200),
        ("10", 25, range(25), 250),
    ],
)
def test_fifteen_frames_a_second_at_most_each_shown_in_its_time(
    media: Path, render: Run, rate: str, frames: int, shown: list[int], ends: int
) -> None:
    scene = numbered(media, frames, rate)
    if rate == "10":  # of 30 frames a second: every third
        shown = range(0, 75, 3)  # type: ignore[assignment]
    result = render(scene, "clip.gif")
    found = frames_of(result.path)
    assert [golden.number_or_none(picture) for picture, _ in found] == list(shown)
    assert result.frames == len(found)
    assert sum(length for _, length in found) == ends
    step = 100 / min(15, int(rate))
    begins = np.cumsum([0, *(length for _, length in found)])
    assert all(abs(begin - step * number) <= 0.5 for number, begin in enumerate(begins[:-1]))


def test_it_loops_for_ever_without_a_comment(media: Path, render: Run) -> None:
    with Image.open(render(numbered(media, 10), "clip.gif").path) as picture:
        assert picture.info["loop"] == 0
        assert "comment" not in picture.info


def test_it_is_small_unless_the_settings_say_otherwise(media: Path, render: Run) -> None:
    large = numbered(media, 4, size=(1280, 720))
    sizes = []
    for name, settings in (("own.gif", None), ("asked.gif", settings_for(large.timeline()))):
        with Image.open(render(large, name, settings=settings).path) as picture:
            sizes.append(picture.size)
    with Image.open(render(numbered(media, 4, size=(160, 90)), "small.gif").path) as picture:
        sizes.append(picture.size)
    assert sizes == [(854, 480), (1280, 720), (160, 90)]


def test_the_palette_is_made_of_the_whole_clip(media: Path, render: Run, tmp_path: Path) -> None:
    """Colours that come only at the end are as right as those at the beginning."""
    scene = Scene(size=(64, 64))
    colours = [(200, 40, 40), (40, 160, 60), (50, 60, 210), (230, 200, 40)]
    for number, colour in enumerate(colours):
        still = tmp_path / f"{number}.png"
        Image.new("RGB", (64, 64), colour).save(still)
        scene.add(still, number * 10, 10)
    found = frames_of(render(scene, "clip.gif").path)
    for number, colour in enumerate(colours):
        assert abs(found[number * 5 + 2][0].reshape(-1, 3).mean(0) - colour).max() < 6


def test_what_stands_still_takes_no_space(media: Path, render: Run) -> None:
    scene = Scene(size=(320, 180))
    scene.add(media / "still.png", 0, 300)
    once = Scene(size=(320, 180))
    once.add(media / "still.png", 0, 2)
    sizes = [render(made, f"{number}.gif").path.stat().st_size for number, made in enumerate((scene, once))]
    assert sizes[0] < sizes[1] + 150 * 60


def test_more_than_a_minute_is_refused(media: Path, render: Run, tmp_path: Path) -> None:
    scene = Scene(size=(16, 16))
    scene.add(media / "still.png", 0, 1801)
    (tmp_path / "clip.gif").write_bytes(b"old")
    with pytest.raises(RenderError, match=r"clip\.gif: .*60 s.*\.webm"):
        render(scene, "clip.gif")
    assert (tmp_path / "clip.gif").read_bytes() == b"old"
    scene.clips.clear()
    scene.add(media / "still.png", 0, 1800)
    assert render(scene, "clip.gif").frames == 900
