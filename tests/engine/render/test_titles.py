from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageFont

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.render.titles import _font, draw_title, wrap
from studio_widgets.engine.timeline.model import TitleSource, TitleStyle, Transform
from tests.engine.render.scene import Scene
from tests.engine.render.test_compositor import draw

SIZE = (640, 360)


def drawn(text: str, transform: Transform | None = None, **style: object) -> np.ndarray:
    """Where a title's ink is: a boolean array (height, width)."""
    scene = Scene(size=SIZE)
    scene.title(text, 0, 1, style=TitleStyle(**style), transform=transform or Transform())  # type: ignore[arg-type]
    return draw(scene, 0)[0].max(axis=2) > 60


def box(ink: np.ndarray) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def test_a_title_is_drawn_inside_its_box_and_nowhere_else() -> None:
    source = TitleSource(text="Hello, Wörld!", style=TitleStyle(x=0.3, y=0.8))
    image, x, y = draw_title(source, Transform(), *SIZE)
    left, top, right, bottom = box(drawn("Hello, Wörld!", x=0.3, y=0.8))
    assert x <= left < right <= x + image.width
    assert y <= top < bottom <= y + image.height
    assert abs((left + right) / 2 - 0.3 * 640) < 4
    assert abs((top + bottom) / 2 - 0.8 * 360) < 8


@pytest.mark.parametrize(("align", "side"), [("left", 0), ("right", 2)])
def test_alignment_puts_that_side_on_the_anchor(align: str, side: int) -> None:
    assert abs(box(drawn("HHH", align=align))[side] - 320) <= 4


def test_size_is_a_fraction_of_the_height_and_scales() -> None:
    plain = box(drawn("H", size=0.2))
    assert 0.65 * 72 < plain[3] - plain[1] < 0.8 * 72  # the height of a capital
    scaled = box(drawn("H", Transform(scale=2.0), size=0.1))
    assert abs((scaled[3] - scaled[1]) - (plain[3] - plain[1])) <= 1


def test_a_title_looks_the_same_at_another_output_size() -> None:
    small, large = Scene(size=(320, 180)), Scene(size=(1280, 720))
    boxes = []
    for scene in (small, large):
        scene.title("Same place", 0, 1, style=TitleStyle(size=0.15, x=0.4, y=0.3))
        ink = draw(scene, 0)[0].max(axis=2) > 60
        boxes.append(np.array(box(ink)) / (*scene.size, *scene.size))
    assert abs(boxes[0] - boxes[1]).max() < 0.01


def test_background_and_outline_are_drawn() -> None:
    scene = Scene(size=SIZE)
    scene.title("I", 0, 1, style=TitleStyle(size=0.4, background="#0000ff", outline="#ff0000", color="#00ff00"))
    [shown] = draw(scene, 0)
    colours = {int(pixel.argmax()) for pixel in shown[100:260:3, 250:390:3].reshape(-1, 3) if pixel.max() > 150}
    assert colours == {0, 1, 2}


def test_edges_of_white_text_on_white_stay_white() -> None:
    scene = Scene(size=SIZE)
    scene.title("Edges", 0, 1, track="V1", style=TitleStyle(size=2.0, background="#ffffff", color="#ffffff", x=0.5))
    assert draw(scene, 0)[0].min() >= 253


def test_opacity_and_half_transparent_colours() -> None:
    scene = Scene(size=SIZE)
    style = TitleStyle(size=3.0, background="#ffffff80", color="#ffffff00")
    scene.title("x", 0, 1, style=style, transform=Transform(opacity=0.5))
    assert abs(int(draw(scene, 0)[0][180, 320].max()) - 64) <= 3


def test_long_lines_wrap_at_spaces_within_the_safe_width() -> None:
    font = _font(False, 40)
    assert isinstance(font, ImageFont.FreeTypeFont)
    text = "the quick brown fox jumps over the lazy dog and Donaudampfschifffahrtsgesellschaft"
    lines = wrap(text, font, 300)
    assert " ".join(lines) == text
    assert all(font.getlength(line) <= 300 or " " not in line for line in lines)
    left, _, right, _ = box(drawn("wide " * 40, size=0.1))
    assert 640 * 0.03 <= left < right <= 640 * 0.97


@pytest.mark.parametrize("text", ["", " ", "\n\n", "a\tb", "🙂 emoji", "\x00"])
def test_odd_texts_draw(text: str) -> None:
    drawn_text = drawn(text)
    assert drawn_text.shape == (360, 640)


def test_a_word_that_is_no_colour_is_named() -> None:
    with pytest.raises(RenderError, match='"reddish" is not a colour'):
        drawn("x", color="reddish")
