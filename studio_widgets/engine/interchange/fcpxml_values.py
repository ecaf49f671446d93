"""How FCPXML writes times, colours and places of pictures."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from studio_widgets.engine.errors import InterchangeError

SILENT_DB = -96.0  # what Final Cut calls silence
QUIETEST_DB = -95.0

_TIME = re.compile(r"([+-]?\d{1,18})(?:/(\d{1,18}))?s?|([+-]?\d{1,12}\.\d{1,12})s", re.ASCII)
_MOST = 2**40  # seconds: further away is no time


def time_text(seconds: Fraction) -> str:
    """`5s`, `1001/30000s`."""
    return f"{seconds}s"


def time_of(text: str | None, where: str, default: Fraction = Fraction(0)) -> Fraction:
    """The seconds of `1001/30000s`; `default` when nothing is written. InterchangeError for what is no time."""
    if text is None:
        return default
    found = _TIME.fullmatch(text.strip())
    if found is None or (found[2] is not None and int(found[2]) == 0):
        raise InterchangeError(f"{text[:40]!r} is not a time", where=where)
    seconds = Fraction(found[3]) if found[3] else Fraction(int(found[1]), int(found[2] or 1))
    if abs(seconds) > _MOST:
        raise InterchangeError(f"{text[:40]!r} is no time on a timeline", where=where)
    return seconds


def number_of_text(text: str | None, default: float) -> float:
    """A finite number; `default` for anything else."""
    try:
        value = float(text) if text is not None else default
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def pair_of(text: str | None, default: tuple[float, float]) -> tuple[float, float]:
    """Two numbers with a space between them."""
    parts = (text or "").split()
    if len(parts) != 2:
        return default
    return number_of_text(parts[0], default[0]), number_of_text(parts[1], default[1])


def color_text(color: str) -> str:
    """`#rrggbb` or `#rrggbbaa` as four numbers from 0 to 1."""
    parts = [int(color[index : index + 2], 16) / 255 for index in range(1, len(color), 2)]
    return " ".join(f"{part:.6g}" for part in (*parts, 1.0)[:4])


def color_of_text(text: str | None) -> str | None:
    """`#rrggbb`, or `#rrggbbaa` where it lets through; None for what is no colour."""
    parts = (text or "").split()
    if len(parts) not in (3, 4):
        return None
    values = [round(255 * min(1.0, max(0.0, number_of_text(part, 0.0)))) for part in parts]
    return "#" + "".join(f"{value:02x}" for value in (values[:3] if values[3:] == [255] else values))


def position_text(x: float, y: float, width: int, height: int) -> str:
    """Fractions of the frame, down and right, as hundredths of its height, up and right."""
    return f"{_short(x * width / height * 100)} {_short(-y * 100)}"


def position_of(text: str | None, width: int, height: int) -> tuple[float, float]:
    """The fractions that `position_text` wrote."""
    x, y = pair_of(text, (0.0, 0.0))
    return round(x * height / width / 100, 6), round(-y / 100, 6) + 0.0


def decibels_of(text: str | None) -> float:
    """The number of `-6dB`; 0 for what is none."""
    return number_of_text((text or "0").strip().removesuffix("dB"), 0.0)


def _short(value: float) -> str:
    return f"{round(value, 9) + 0.0:.12g}"
