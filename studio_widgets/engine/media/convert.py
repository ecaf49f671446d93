"""Pictures that FFmpeg cannot read, made into PNG: drawings (SVG) and animated WebP, of which the first picture counts.

A drawing is a program: it names other files and sites, repeats itself exponentially, says that it is a kilometre wide.
Call `to_png` in a worker process, whose time and memory are bounded. What a drawing names outside of itself is taken
out before it is drawn: nothing is read but the drawing.
"""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from PIL import Image

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.source import check_file, check_size

WIDTH = 1920  # pixels a drawing is made wide at least: it is looked at full screen
LONGEST = 4096  # pixels of its longer side at most
MAX_SOURCE = 50_000_000  # bytes of a drawing's text
_INSIDE = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp)[;,])")  # what a reference may point to
_NUMBER = re.compile(r"\s*\+?(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)\s*(px|pt|pc|mm|cm|in|)\s*")
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
# Read by path: these are data, and a drawing's words must appear on machines that have no fonts at all.
_FONTS = Path(__file__).parents[1] / "render" / "fonts"

Foreign = Literal["svg", "webp"]


def foreign_kind(path: Path) -> Foreign | None:
    """Which of these a file is, by its first bytes; None: it is not one of them, or cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
            if head.startswith(b"\x1f\x8b") and path.suffix.lower() == ".svgz":
                return "svg"
    except OSError:
        return None
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and head[20:21] and head[20] & 2:
        return "webp"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<") and (b"<svg" in text or b":svg" in text or path.suffix.lower() == ".svg"):
        return "svg"
    return None


def to_png(path: Path, out: Path) -> None:
    """Write the picture to `out`. Raises MediaError when it cannot be read or the means are not installed."""
    checked = check_file(path)
    if foreign_kind(checked) == "webp":
        _first_of_webp(checked, out)
    else:
        out.write_bytes(_draw(checked))


def _first_of_webp(path: Path, out: Path) -> None:
    try:
        with Image.open(path, formats=("WEBP",)) as picture:
            check_size(path, picture.width, picture.height)
            picture.load()
            picture.convert("RGBA" if picture.mode == "RGBA" else "RGB").save(out, "PNG")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise _broken(path, "picture", str(error)) from error


# --- drawings --------------------------------------------------------------------------------------------------------


def _draw(path: Path) -> bytes:
    try:
        import resvg_py
    except ImportError as error:
        raise MediaError(
            "drawings (SVG) need a library that is not installed",
            where=str(path),
            hint="Run: pip install 'studio-widgets[svg]', or export the drawing as PNG",
        ) from error
    root = _parse(path)
    _cut_off(root)
    sized = _resize(root)
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=ElementTree.tostring(root, encoding="unicode"),
                width=None if sized else WIDTH,
                font_files=[str(font) for font in sorted(_FONTS.glob("*.otf"))],
                serif_family="Inter",  # what stands in for a font that is not there
                sans_serif_family="Inter",
                dpi=96,
            )
        )
    except (ValueError, RecursionError) as error:
        raise _broken(path, "drawing", str(error)) from error


def _parse(path: Path) -> ElementTree.Element:
    """The drawing's elements. The parser fetches nothing and bounds what entities may grow to."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            text = file.read(MAX_SOURCE + 1)
    except (OSError, EOFError) as error:
        raise _broken(path, "drawing", str(error)) from error
    if len(text) > MAX_SOURCE:
        raise MediaError(
            f"the drawing has more than {MAX_SOURCE // 1_000_000} MB of text",
            where=str(path),
            hint="Export it as PNG",
        )
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise _broken(path, "drawing", str(error)) from error
    if root.tag.rpartition("}")[2] != "svg":
        raise _broken(path, "drawing", f"its root is <{root.tag.rpartition('}')[2][:40]}>")
    return root


def _cut_off(root: ElementTree.Element) -> None:
    """Take out every reference to something outside of the drawing."""
    for element in root.iter():
        for name in [name for name, value in _references(element) if not _INSIDE.match(value)]:
            del element.attrib[name]


def _references(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in element.attrib.items() if name.rpartition("}")[2].lower() == "href")


def _resize(root: ElementTree.Element) -> bool:
    """Give the drawing the size in pixels it is to be drawn at; False when it says nothing of its proportions."""
    wide, high = (_pixels(root.get(side, "")) for side in ("width", "height"))
    box = [float(part) for part in re.findall(r"[-+.\de]+", root.get("viewBox", "")) if _is_number(part)]
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        ratio = box[2] / box[3]
        wide = wide or (high * ratio if high else box[2])
        high = high or wide / ratio
    if not (wide and high):
        return False
    if "viewBox" not in root.attrib:
        root.set("viewBox", f"0 0 {wide} {high}")
    scale = min(max(WIDTH / wide, 1.0), LONGEST / wide, LONGEST / high)
    root.set("width", str(max(1, round(wide * scale))))
    root.set("height", str(max(1, round(high * scale))))
    return True


def _pixels(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    number = float(match[1]) * _UNITS[match[2]] if match else 0.0
    return number if 0 < number < math.inf else None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _broken(path: Path, what: str, reason: str) -> MediaError:
    return MediaError(f"the {what} cannot be read ({reason})", where=str(path), hint="Export it again, or as PNG")
