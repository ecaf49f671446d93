"""Arithmetic on YUV 4:2:0 pictures: exact 8-bit integers, only on the rectangle that is touched.

`out = (top·a + bottom·(255 - a)) / 255`, rounded, in uint16: `top·a` is computed once for a sprite (premultiplied),
and the division by 255 is `(t + 128 + (t + 128 >> 8)) >> 8`, exact for all t up to 255². Blending in bands that fit
the cache is four times as fast as in whole planes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from studio_widgets.engine.media.conversion import tag
from studio_widgets.engine.render.geometry import Rect
from studio_widgets.engine.timeline.model import WipeDirection

Plane = npt.NDArray[np.uint8]
Wide = npt.NDArray[np.uint16]

_BLACK = (16, 128, 128)
_BAND = 1 << 17  # samples blended at a time


def planes(frame: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """The Y, U, V planes of a yuv420p frame as arrays that share its memory, of its even size (no padding)."""
    y, u, v = padded_planes(frame)
    width, height = frame.width, frame.height
    return y[:height, :width], u[: height // 2, : width // 2], v[: height // 2, : width // 2]


def padded_planes(frame: av.VideoFrame) -> list[Plane]:
    """All planes of an 8-bit planar frame as arrays that share its memory, with the padding at the end of each row."""
    return [
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]  # PyAV: a buffer
        for plane in frame.planes
    ]


def new_frame(width: int, height: int) -> av.VideoFrame:
    """A yuv420p frame of ours, tagged BT.709 limited range; its contents are undefined."""
    return tag(av.VideoFrame(width, height, "yuv420p"))


def black(width: int, height: int) -> av.VideoFrame:
    """A black frame."""
    return solid(width, height, _BLACK)


def yuv_of(color: str) -> tuple[int, int, int]:
    """Y, U, V of BT.709, limited range, of a colour `#rrggbb`."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    u, v = (blue - luma) * (224 / 255 / 1.8556), (red - luma) * (224 / 255 / 1.5748)
    return round(16 + luma * 219 / 255), round(128 + u), round(128 + v)


def solid(width: int, height: int, yuv: tuple[int, int, int]) -> av.VideoFrame:
    """A frame of one colour: Y, U, V of BT.709, limited range."""
    frame = new_frame(width, height)
    for plane, value in zip(planes(frame), yuv, strict=True):
        plane[...] = value
    return frame


def copy(frame: av.VideoFrame) -> av.VideoFrame:
    """A frame with the same picture that may be drawn on."""
    result = new_frame(frame.width, frame.height)
    for target, source in zip(planes(result), planes(frame), strict=True):
        target[...] = source
    return result


def mix(bottom: av.VideoFrame, top: av.VideoFrame, alpha: int) -> av.VideoFrame:
    """A new frame: `alpha` / 255 of `top` over `bottom`, both of one size."""
    result = new_frame(bottom.width, bottom.height)
    for out, low, high in zip(planes(result), planes(bottom), planes(top), strict=True):
        _mix_plane(out, low, high, alpha)
    return result


def wipe(bottom: av.VideoFrame, top: av.VideoFrame, done: Fraction, direction: WipeDirection) -> av.VideoFrame:
    """A new frame: `top` behind an edge that has gone the part `done` of the way over `bottom`; both of one size.

    The edge lies between pixels: the row or column it crosses shows as much of `top` as it has passed.
    """
    result = copy(bottom)
    for out, high in zip(planes(result), planes(top), strict=True):
        if direction in ("up", "down"):
            out, high = out.T, high.T  # views
        if direction in ("left", "up"):
            out, high = out[:, ::-1], high[:, ::-1]
        at = done * out.shape[1]
        whole = int(at)
        out[:, :whole] = high[:, :whole]
        if whole < out.shape[1]:
            edge = slice(whole, whole + 1)
            _mix_plane(out[:, edge], out[:, edge], high[:, edge], round((at - whole) * 255))
    return result


def draw(target: av.VideoFrame, picture: av.VideoFrame, rect: Rect, alpha: int) -> None:
    """Draw an opaque picture of the size of `rect` (even, inside the target) with an opacity of `alpha` / 255."""
    for out, top in zip(_cut(target, rect), planes(picture), strict=True):
        if alpha == 255:
            out[...] = top
        else:
            _mix_plane(out, out, top, alpha)


class Opaque:
    """A picture that lets nothing through, of the size of its place (even, inside the canvas)."""

    def __init__(self, frame: av.VideoFrame, rect: Rect) -> None:
        self.frame, self.rect = frame, rect

    def toward(self, yuv: tuple[int, int, int], amount: int) -> Opaque:
        """The picture with `amount` / 255 of a colour over it."""
        colour = solid(self.frame.width, self.frame.height, yuv)
        return Opaque(mix(self.frame, colour, amount), self.rect)

    def draw(self, target: av.VideoFrame, opacity: int) -> None:
        """Blend onto a frame that may be drawn on, with an opacity of `opacity` / 255."""
        draw(target, self.frame, self.rect, opacity)


class Sheet:
    """A picture with alpha, to be blended with any opacity.

    Parameters
    ----------
    rect: where it goes: even, inside the canvas.
    premultiplied: Y, U, V of limited range, each as if on black: `16 + (Y - 16)·a`, `128 + (U - 128)·a`.
    alpha: 0..255 at full resolution.
    """

    def __init__(self, rect: Rect, premultiplied: tuple[Plane, Plane, Plane], alpha: Plane) -> None:
        self.rect = rect
        self.planes, self.alpha = premultiplied, alpha
        self._last: tuple[int, Sprite] | None = None

    def toward(self, yuv: tuple[int, int, int], amount: int) -> Sheet:
        """The picture with `amount` / 255 of a colour over it, as far as it lets nothing through."""
        alpha = self.alpha.astype(np.float32) / 255
        part = amount / 255
        halved = (alpha[::2, ::2] + alpha[1::2, ::2] + alpha[::2, 1::2] + alpha[1::2, 1::2]) / 4
        y, u, v = (
            np.rint(plane * (1 - part) + (zero + (value - zero) * cover) * part).astype(np.uint8)
            for plane, zero, value, cover in zip(self.planes, _BLACK, yuv, (alpha, halved, halved), strict=True)
        )
        return Sheet(self.rect, (y, u, v), self.alpha)

    def draw(self, target: av.VideoFrame, opacity: int) -> None:
        """Blend onto a frame that may be drawn on, with an opacity of `opacity` / 255."""
        if self._last is None or self._last[0] != opacity:
            self._last = (opacity, Sprite(self.rect, self.planes, self.alpha, opacity))
        self._last[1].draw(target)


class Sprite:
    """A picture with alpha, ready to be blended many times.

    Parameters
    ----------
    rect: where it goes: even, inside the canvas.
    premultiplied: Y, U, V of limited range, each as if on black: `16 + (Y - 16)·a`, `128 + (U - 128)·a`.
    alpha: 0..255 at full resolution.
    opacity: 0..255, multiplied in.
    """

    def __init__(self, rect: Rect, premultiplied: tuple[Plane, Plane, Plane], alpha: Plane, opacity: int = 255) -> None:
        self.rect = rect
        wide = alpha.astype(np.uint16)
        quarter = (wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2] + 2) >> 2
        self._layers = [
            _weights(plane, alpha_plane, zero, opacity)
            for plane, alpha_plane, zero in zip(premultiplied, (wide, quarter, quarter), _BLACK, strict=True)
        ]

    def draw(self, target: av.VideoFrame) -> None:
        """Blend onto a frame that may be drawn on."""
        for out, (top, rest) in zip(_cut(target, self.rect), self._layers, strict=True):
            for band in _bands(out):
                total = np.multiply(out[band], rest[band], dtype=np.uint16)
                total += top[band]
                out[band] = _divide(total)


def _weights(plane: Plane, alpha: npt.NDArray[Any], zero: int, opacity: int) -> tuple[Wide, Wide]:
    """`top·a` and `255 - a`, such that their blend never leaves 0..255."""
    weight = _divide(alpha * np.uint16(opacity)) if opacity < 255 else alpha.astype(np.uint16)
    # as if on black → as if on nothing: add the black that the alpha lets through
    colour = (plane.astype(np.int32) - zero) * opacity + zero * weight.astype(np.int32)
    return np.clip(colour, 0, weight.astype(np.int32) * 255).astype(np.uint16), np.uint16(255) - weight


def _mix_plane(out: Plane, bottom: Plane, top: Plane, alpha: int) -> None:
    for band in _bands(out):
        total = np.multiply(bottom[band], np.uint16(255 - alpha), dtype=np.uint16)
        total += np.multiply(top[band], np.uint16(alpha), dtype=np.uint16)
        out[band] = _divide(total)


def _divide(total: Wide) -> Wide:
    """total / 255, rounded; works in place."""
    total += np.uint16(128)
    total += total >> np.uint16(8)
    total >>= np.uint16(8)
    return total


def _bands(plane: Plane) -> list[slice]:
    rows = max(1, _BAND // max(1, plane.shape[1]))
    return [slice(row, row + rows) for row in range(0, plane.shape[0], rows)]


def _cut(frame: av.VideoFrame, rect: Rect) -> tuple[Any, Any, Any]:
    y, u, v = planes(frame)
    half = (slice(rect.y // 2, (rect.y + rect.height) // 2), slice(rect.x // 2, (rect.x + rect.width) // 2))
    return y[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width], u[half], v[half]
