"""Titles: text drawn with Pillow in the bundled font, once per title.

The font travels with the package (Inter, SIL Open Font License), so a title looks the same on every machine.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont, features

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.render.blend import Plane, Sheet
from studio_widgets.engine.render.free import Planes
from studio_widgets.engine.render.geometry import Rect
from studio_widgets.engine.timeline.model import TitleSource, TitleStyle, Transform

SAFE_WIDTH = 0.92  # of the picture's width: longer lines wrap
LINE_HEIGHT = 1.25
PADDING = 0.35  # of the font size, around the text on its background
OUTLINE = 0.06  # of the font size
_FONTS = {False: "Inter-Regular.otf", True: "Inter-Bold.otf"}


def title_sheet(title: TitleSource, transform: Transform, width: int, height: int) -> Sheet | None:
    """The title for a canvas of `width` × `height`, or None when nothing of it shows.

    `style.size` is the font's size as a fraction of the canvas's height. `transform` scales the text about its
    anchor and moves it; its opacity is left to the drawing. Raises RenderError for a colour that is none.
    """
    image, x, y = draw_title(title, transform, width, height)
    left, top = x - x % 2, y - y % 2
    rect = Rect(left, top, _up(image.width + x - left), _up(image.height + y - top)).visible(width, height)
    if rect is None:
        return None
    rect = Rect(rect.x, rect.y, rect.width - rect.width % 2, rect.height - rect.height % 2)
    canvas = Image.new("RGBA", (rect.width, rect.height))
    canvas.paste(image, (x - rect.x, y - rect.y))
    pixels = np.asarray(canvas)
    return Sheet(rect, premultiplied(pixels), pixels[..., 3])


def loose_title(title: TitleSource, scale: float, width: int, height: int) -> tuple[Planes, float, float]:
    """The title's planes, drawn at a scale, and how far their centre lies right of and below its anchor, in pixels.

    For titles that are turned or moved between pixels. From a scale of 1 up lines break where they do at 1.
    """
    style = title.style
    image, margin = _drawn(title, scale, width, height)
    even = Image.new("RGBA", (_up(image.width), _up(image.height)))
    even.paste(image, (0, 0))
    pixels = np.asarray(even)
    x = {"left": image.width / 2 - margin, "center": 0.0, "right": margin - image.width / 2}[style.align]
    return (
        Planes(*premultiplied(pixels), np.ascontiguousarray(pixels[..., 3])),
        x + (even.width - image.width) / 2,
        (even.height - image.height) / 2,
    )


def draw_title(title: TitleSource, transform: Transform, width: int, height: int) -> tuple[Image.Image, int, int]:
    """The text as an RGBA image (straight alpha) and the canvas position of its top left corner, in pixels."""
    image, margin = _drawn(title, transform.scale, width, height)
    return image, *_corner(title.style, transform, image, margin, width, height)


def _drawn(title: TitleSource, scale: float, width: int, height: int) -> tuple[Image.Image, int]:
    """The text as an RGBA image (straight alpha), and how far that reaches beyond the text, in pixels."""
    style = title.style
    size = max(4, round(style.size * scale * height))
    font = _font(style.bold, size)
    lines = wrap(title.text, font, width * SAFE_WIDTH * max(1.0, scale))
    pad, stroke = round(size * PADDING), round(size * OUTLINE) if style.outline else 0
    lengths = [font.getlength(line) for line in lines]
    block_width = max(1, round(max(lengths, default=1)))
    line_height = round(size * LINE_HEIGHT)
    block_height = line_height * len(lines)
    bounds = (block_width + 2 * (pad + stroke), block_height + 2 * (pad + stroke))
    # transparent, but of the text's own colour: Pillow blends the edges of glyphs into what is there, alpha or not
    ink = Image.new("RGBA", bounds, (*_rgba(style.outline or style.color)[:3], 0))
    pen = ImageDraw.Draw(ink)
    for row, (line, length) in enumerate(zip(lines, lengths, strict=True)):
        indent = {"left": 0.0, "center": (block_width - length) / 2, "right": block_width - length}[style.align]
        pen.text(
            (pad + stroke + round(indent), pad + stroke + row * line_height + line_height // 2),
            line,
            fill=_rgba(style.color),
            font=font,
            anchor="lm",
            stroke_width=stroke,
            stroke_fill=_rgba(style.outline) if style.outline else None,
        )
    return Image.alpha_composite(Image.new("RGBA", bounds, _rgba(style.background)), ink), pad + stroke


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break a text into lines no wider than `width` pixels, at spaces; a word that is wider stands alone."""
    lines: list[str] = []
    for paragraph in text.expandtabs(4).splitlines() or [""]:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def premultiplied(image: Plane) -> tuple[Plane, Plane, Plane]:
    """Y, U, V as if on black of RGBA pixels, uint8 of shape (height, width, 4) with straight alpha and even sides."""
    alpha = image[..., 3].astype(np.float32) / 255.0
    red, green, blue = np.moveaxis(image[..., :3].astype(np.float32) * alpha[..., None], -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue  # BT.709, premultiplied
    y = 16.0 + luma * (219 / 255)
    u = 128.0 + (blue - luma) * (224 / 255 / 1.8556)
    v = 128.0 + (red - luma) * (224 / 255 / 1.5748)
    return _byte(y), _byte(_halve(u)), _byte(_halve(v))


@cache
def recipe() -> str:
    """What titles are drawn with: part of the content key of segments that show any."""
    fonts = [hashlib.sha256(_font_bytes(bold)).hexdigest() for bold in (False, True)]
    shaping = [str(features.version(name)) for name in ("freetype2", "raqm", "harfbuzz", "fribidi")]
    return "|".join(["titles-1", *fonts, *shaping])


def _corner(
    style: TitleStyle, transform: Transform, image: Image.Image, margin: int, width: int, height: int
) -> tuple[int, int]:
    anchor_x = (style.x + transform.x) * width
    anchor_y = (style.y + transform.y) * height
    # the text itself stands at the anchor; its background reaches beyond it
    left = {"left": -margin, "center": -image.width / 2, "right": margin - image.width}[style.align]
    return round(anchor_x + left), round(anchor_y - image.height / 2)


def _font_bytes(bold: bool) -> bytes:
    return (files("studio_widgets.engine.render") / "fonts" / _FONTS[bold]).read_bytes()


@lru_cache(maxsize=64)
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    path = files("studio_widgets.engine.render") / "fonts" / _FONTS[bold]
    return ImageFont.truetype(str(path), size)


def _rgba(color: str | None) -> tuple[int, int, int, int]:
    if color is None:
        return 0, 0, 0, 0
    try:
        found = ImageColor.getcolor(color, "RGBA")
    except ValueError as error:
        raise RenderError(
            f'"{color}" is not a colour', where="title", hint="Write colours as #rrggbb or #rrggbbaa"
        ) from error
    red, green, blue, alpha = found  # type: ignore[misc]
    return red, green, blue, alpha


def _halve(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    total: npt.NDArray[np.float32] = plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
    return total / np.float32(4)


def _byte(plane: npt.NDArray[np.float32]) -> Plane:
    result: Plane = np.clip(np.rint(plane), 0, 255).astype(np.uint8)
    return result


def _up(length: int) -> int:
    return length + length % 2
