"""One clip's decoded frame, brought onto the canvas: turned, scaled, cut, in the output's colours.

The steps and their colours are those of `engine/media/conversion.py`; what is added here is the canvas.
"""

from __future__ import annotations

import math
from fractions import Fraction

import av
import msgspec

from studio_widgets.engine.media.conversion import (
    TURN,
    FilterChain,
    has_output_colours,
    is_rgb,
    kind_of,
    output_step,
    upright_size,
)
from studio_widgets.engine.media.model import Rotation
from studio_widgets.engine.render.blend import Sheet, padded_planes
from studio_widgets.engine.render.geometry import Rect

__all__ = ["Chain", "Look", "kind_of", "picture_sheet"]

_MARGIN = 4  # source pixels that the scaler may look at beyond an edge


class Look(msgspec.Struct, frozen=True):
    """How a frame is to be brought onto the canvas.

    `rect` is where the whole upright picture goes, `visible` the part of it inside the canvas; `rotation` is clockwise.
    """

    rotation: Rotation
    rect: Rect
    visible: Rect


class Chain(FilterChain):
    """Brings frames of one size and format onto the canvas. `alpha` frames come out as yuva420p, premultiplied."""

    def __init__(self, frame: av.VideoFrame, look: Look, *, alpha: bool) -> None:
        self.untouched = _is_right(frame, look) and not alpha
        super().__init__(frame, () if self.untouched else _steps(frame, look, alpha=alpha))


def picture_sheet(frame: av.VideoFrame, rect: Rect) -> Sheet:
    """A sheet of a premultiplied yuva420p frame, as a chain gives it."""
    y, u, v, a = padded_planes(frame)
    half = (slice(rect.height // 2), slice(rect.width // 2))
    whole = (slice(rect.height), slice(rect.width))
    return Sheet(rect, (y[whole], u[half], v[half]), a[whole])


def _is_right(frame: av.VideoFrame, look: Look) -> bool:
    """Whether the frame can go to the encoder as it is."""
    return (
        look.rotation == 0
        and look.rect == look.visible == Rect(look.rect.x, look.rect.y, frame.width, frame.height)
        and has_output_colours(frame)
    )


def _steps(frame: av.VideoFrame, look: Look, *, alpha: bool) -> tuple[str, ...]:
    before, size, after = _scaling(frame, look)
    same_size = not before and not alpha and size == upright_size(frame, look.rotation)
    blend: tuple[str, ...] = ()
    if alpha:  # scaling straight alpha would pull the colour of invisible pixels into the edges
        blend = ("format=" + ("gbrap" if is_rgb(frame) else "yuva444p"), "premultiply=inplace=1")
    steps = (
        *TURN[look.rotation],
        before,
        *blend,
        output_step(frame, size, same_size=same_size),
        "format=" + ("yuva420p" if alpha else "yuv420p"),
        "setsar=1",
        after,
    )
    return tuple(step for step in steps if step)


def _scaling(frame: av.VideoFrame, look: Look) -> tuple[str, tuple[int, int], str]:
    """What to cut before scaling, the size to scale to, what to cut afterwards.

    A picture blown up tenfold is cut first, to whole source pixels and some margin, so that it costs no more than any
    other; where it stands is then right to a pixel.
    """
    rect, visible = look.rect, look.visible
    x, y = visible.x - rect.x, visible.y - rect.y
    if rect == visible:
        return "", (rect.width, rect.height), ""
    if rect.width * rect.height <= 2 * visible.width * visible.height:
        return "", (rect.width, rect.height), _cut(visible, x, y)
    upright = upright_size(frame, look.rotation)
    left, width, scaled_width, x = _window(upright[0], rect.width, x, visible.width)
    top, height, scaled_height, y = _window(upright[1], rect.height, y, visible.height)
    return f"crop=w={width}:h={height}:x={left}:y={top}", (scaled_width, scaled_height), _cut(visible, x, y)


def _window(source: int, scaled: int, offset: int, length: int) -> tuple[int, int, int, int]:
    """Along one side: first source pixel and how many to keep, to what length to scale them, and where to cut then."""
    scale = Fraction(scaled, source)
    first = max(0, math.floor(offset / scale) - _MARGIN) // 4 * 4
    last = min(source, math.ceil((offset + length) / scale) + _MARGIN)
    kept = max(length, round((last - first) * scale))
    return first, last - first, kept, min(2 * round((offset - first * scale) / 2), (kept - length) // 2 * 2)


def _cut(visible: Rect, x: int, y: int) -> str:
    return f"crop=w={visible.width}:h={visible.height}:x={x}:y={y}:exact=1"
