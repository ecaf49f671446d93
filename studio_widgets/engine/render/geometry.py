"""Where a picture lands on the canvas, in even pixels.

Everything is even because chroma has half the resolution: an odd edge would blend a colour sample with its neighbour's.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from studio_widgets.engine.timeline.model import Transform

MIN_SIDE = 2  # pixels


class Rect(msgspec.Struct, frozen=True):
    """A rectangle in pixels of the canvas; `x`, `y` may be negative and it may reach beyond the canvas."""

    x: int
    y: int
    width: int
    height: int

    def visible(self, width: int, height: int) -> Rect | None:
        """The part inside a canvas of `width` × `height`, or None when nothing of it shows."""
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.width, width), min(self.y + self.height, height)
        if right <= left or bottom <= top:
            return None
        return Rect(left, top, right - left, bottom - top)

    def covers(self, width: int, height: int) -> bool:
        """Whether a canvas of `width` × `height` lies wholly inside."""
        return self.visible(width, height) == Rect(0, 0, width, height)


def place(width: int, height: int, transform: Transform, canvas_width: int, canvas_height: int) -> Rect:
    """Where a picture of displayed size `width` × `height` goes: fitted, scaled about the centre, moved.

    A picture whose shape is the canvas's but for rounding fills it exactly: 853×480 leaves no black line in 16:9.
    """
    fit = min(Fraction(canvas_width, width), Fraction(canvas_height, height))
    scale = fit * Fraction(transform.scale)
    placed_width = _fill(even(width * scale), canvas_width if transform.scale == 1 else 0)
    placed_height = _fill(even(height * scale), canvas_height if transform.scale == 1 else 0)
    x = Fraction(canvas_width - placed_width, 2) + Fraction(transform.x) * canvas_width
    y = Fraction(canvas_height - placed_height, 2) + Fraction(transform.y) * canvas_height
    return Rect(_even(x), _even(y), placed_width, placed_height)


def even(length: Fraction | float) -> int:
    """The nearest even number of pixels, at least 2."""
    return max(MIN_SIDE, _even(length))


def _even(value: Fraction | float) -> int:
    return 2 * round(value / 2)


def _fill(length: int, canvas: int) -> int:
    return canvas if abs(length - canvas) <= 2 else length
