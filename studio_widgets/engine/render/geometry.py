"""Where a picture lands on the canvas, in even pixels.

Everything is even because chroma has half the resolution: an odd edge would blend a colour sample with its neighbour's.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from studio_widgets.engine.media.model import Rotation
from studio_widgets.engine.timeline.model import Crop, Transform

MIN_SIDE = 2  # pixels
_QUARTERS: tuple[Rotation, ...] = (0, 90, 180, 270)


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


class Placement(msgspec.Struct, frozen=True):
    """Where a picture goes that stands square on the pixels.

    It is turned clockwise by `turn`; then the whole of it goes to `rect`, of which a crop leaves `shown`.
    """

    turn: Rotation
    rect: Rect
    shown: Rect


class Pose(msgspec.Struct, frozen=True):
    """Where a picture goes that stands on no pixel's grid: its centre, size and crop in pixels of the canvas, and the
    angle in degrees by which it is turned clockwise about that centre."""

    x: float
    y: float
    width: float
    height: float
    angle: float
    crop: Crop


def placement(width: int, height: int, transform: Transform, canvas_width: int, canvas_height: int) -> Placement | None:
    """Where a picture of displayed size `width` × `height` goes; None when it is turned by no quarter turn."""
    if transform.rotation % 90:
        return None
    rect = place(width, height, transform, canvas_width, canvas_height)
    turn = _QUARTERS[int(transform.rotation % 360) // 90]
    if turn in (90, 270):
        x = Fraction(canvas_width - rect.height, 2) + Fraction(transform.x) * canvas_width
        y = Fraction(canvas_height - rect.width, 2) + Fraction(transform.y) * canvas_height
        rect = Rect(_even(x), _even(y), rect.height, rect.width)
    return Placement(turn, rect, _cropped(rect, _turned(transform.crop, turn)))


def pose(width: int, height: int, transform: Transform, canvas_width: int, canvas_height: int) -> Pose:
    """The same, exactly and for any angle."""
    plain = place(width, height, Transform(), canvas_width, canvas_height)
    return Pose(
        x=canvas_width * (0.5 + transform.x),
        y=canvas_height * (0.5 + transform.y),
        width=plain.width * transform.scale,
        height=plain.height * transform.scale,
        angle=transform.rotation % 360.0,
        crop=transform.crop,
    )


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


def _turned(crop: Crop, turn: Rotation) -> Crop:
    """What is cut off the sides of a picture once it is turned clockwise."""
    sides = [crop.left, crop.top, crop.right, crop.bottom]
    quarters = turn // 90
    left, top, right, bottom = sides[-quarters:] + sides[:-quarters] if quarters else sides
    return Crop(left=left, top=top, right=right, bottom=bottom)


def _cropped(rect: Rect, crop: Crop) -> Rect:
    if crop == Crop():
        return rect
    left, top = _even(rect.width * crop.left), _even(rect.height * crop.top)
    right, bottom = _even(rect.width * crop.right), _even(rect.height * crop.bottom)
    width, height = max(MIN_SIDE, rect.width - left - right), max(MIN_SIDE, rect.height - top - bottom)
    x, y = min(left, rect.width - width), min(top, rect.height - height)
    return Rect(rect.x + x, rect.y + y, width, height)


def _fill(length: int, canvas: int) -> int:
    return canvas if abs(length - canvas) <= 2 else length
