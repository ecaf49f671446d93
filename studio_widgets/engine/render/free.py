"""Pictures that stand on no pixel's grid: turned by any angle, or on their way from one place to another.

What stands still and square lies on even pixels and is scaled by the filter chain (`picture.py`). Here a picture lands
between pixels instead, so that slow motion does not judder; its edges let through as much as they cover.

```
source ─ chain: colours, halved until it is less than twice as large ─ padded planes ─ Pillow: to the canvas ─ sheet
```

Square ones are resized from a box between pixels, which is fast; turned ones go through an affine map.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt
import PIL
from PIL import Image

from studio_widgets.engine.render.blend import Opaque, Plane, Sheet, new_frame, padded_planes, planes
from studio_widgets.engine.render.geometry import Pose, Rect, even

PAD = 8  # pixels by which a source's edge is repeated outwards: what lies between pixels looks at its neighbours
_ALMOST = 1 - 1 / 1024  # of a pixel's area that covers it

Cover = npt.NDArray[np.float32]


def recipe() -> str:
    """What free pictures are drawn with: part of the content key of segments that show any."""
    return f"free-1|{PIL.__version__}"


class Planes(NamedTuple):
    """A picture's Y, U, V (premultiplied, as if on black, when there is an alpha) and alpha; even sides."""

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane | None = None


class Source:
    """A picture's planes, ready to be looked at between pixels.

    sharp: for stills, whose lines and letters are looked at: turned with more care, at three times the time.
    """

    def __init__(self, picture: Planes, *, sharp: bool) -> None:
        self.turning = Image.Resampling.BICUBIC if sharp else Image.Resampling.BILINEAR
        self.height, self.width = picture.y.shape
        self.hollow = picture.alpha is not None
        pads = (PAD, PAD // 2, PAD // 2, PAD)
        self.images = [
            Image.fromarray(np.pad(plane, pad, mode="edge"))
            for plane, pad in zip(picture, pads, strict=True)
            if plane is not None
        ]


def planes_of(frame: av.VideoFrame, *, hollow: bool) -> Planes:
    """The planes of a yuv420p frame, or of a premultiplied yuva420p one; they share its memory."""
    if not hollow:
        return Planes(*planes(frame))
    y, u, v, alpha = padded_planes(frame)
    half = (slice(frame.height // 2), slice(frame.width // 2))
    whole = (slice(frame.height), slice(frame.width))
    return Planes(y[whole], u[half], v[half], alpha[whole])


def size_before(width: int, height: int, pose: Pose) -> tuple[int, int]:
    """To what (even) size a picture of `width` × `height` is scaled before it is drawn: halved as long as that leaves
    at least as many pixels as are shown. Few sizes, so that a picture that grows needs few chains."""
    scale = max(pose.width / width, pose.height / height, 2 / min(width, height))
    halvings = max(0, math.floor(math.log2(1 / scale))) if scale < 1 else 0
    return even(width / 2**halvings), even(height / 2**halvings)


def drawn(source: Source, pose: Pose, width: int, height: int) -> Opaque | Sheet | None:
    """The picture in its place on a canvas of `width` × `height`; None when nothing of it shows."""
    sides = _sides(pose)
    region = _region(pose, sides, width, height)
    if region is None:
        return None
    cover = _cover(pose, region)
    y, u, v, *alpha = (
        _looked_at(image, source, pose, region, chroma=number in (1, 2)) for number, image in enumerate(source.images)
    )
    if not alpha and cover.min() >= _ALMOST:
        return Opaque(_frame(y, u, v), region)
    whole = cover * alpha[0] if alpha else cover * np.float32(255)
    halved = (cover[::2, ::2] + cover[1::2, ::2] + cover[::2, 1::2] + cover[1::2, 1::2]) * np.float32(0.25)
    return Sheet(region, (_dimmed(y, cover, 16), _dimmed(u, halved, 128), _dimmed(v, halved, 128)), _byte(whole))


class _Sides(NamedTuple):
    """Where a cropped picture ends, from its centre, in pixels of the canvas before it is turned."""

    left: float
    top: float
    right: float
    bottom: float


def _sides(pose: Pose) -> _Sides:
    crop = pose.crop
    return _Sides(
        (crop.left - 0.5) * pose.width,
        (crop.top - 0.5) * pose.height,
        (0.5 - crop.right) * pose.width,
        (0.5 - crop.bottom) * pose.height,
    )


def _region(pose: Pose, sides: _Sides, width: int, height: int) -> Rect | None:
    """The even pixels that the picture touches."""
    cos, sin = _turn(pose.angle)
    corners = [(x, y) for x in (sides.left, sides.right) for y in (sides.top, sides.bottom)]
    across = [pose.x + cos * x - sin * y for x, y in corners]
    down = [pose.y + sin * x + cos * y for x, y in corners]
    left, top = 2 * math.floor(min(across) / 2), 2 * math.floor(min(down) / 2)
    right, bottom = 2 * math.ceil(max(across) / 2), 2 * math.ceil(max(down) / 2)
    return Rect(left, top, right - left, bottom - top).visible(width, height)


def _turn(angle: float) -> tuple[float, float]:
    """Cosine and sine, exact for quarter turns."""
    if angle % 90 == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(angle) // 90 % 4]
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))


@lru_cache(maxsize=4)  # a video that is turned stands as the frame before did
def _cover(pose: Pose, region: Rect) -> Cover:
    """How much of each pixel of the region the picture covers, 0 to 1, float32 of shape (height, width); read only."""
    sides = _sides(pose)
    x = np.arange(region.width, dtype=np.float32) + np.float32(region.x + 0.5 - pose.x)
    y = np.arange(region.height, dtype=np.float32) + np.float32(region.y + 0.5 - pose.y)
    cos, sin = (np.float32(value) for value in _turn(pose.angle))
    if pose.angle == 0:
        return np.outer(_inside(y, sides.top, sides.bottom), _inside(x, sides.left, sides.right))
    across = cos * x + (sin * y)[:, None]
    down = cos * y[:, None] - sin * x
    return _inside(across, sides.left, sides.right) * _inside(down, sides.top, sides.bottom)


def _inside(place: Cover, low: float, high: float) -> Cover:
    """How much of a pixel around each place lies between two lines."""
    over = np.minimum(place + np.float32(0.5 - low), np.float32(high + 0.5) - place)
    result: Cover = np.clip(over, np.float32(0), np.float32(min(1.0, high - low)))
    return result


def _looked_at(image: Image.Image, source: Source, pose: Pose, region: Rect, *, chroma: bool) -> Plane:
    """A plane of the source as it is seen at the pixels of the region."""
    step = 2 if chroma else 1
    size = (region.width // step, region.height // step)
    over, down = source.width / pose.width, source.height / pose.height  # source pixels in one of the canvas
    x, y = region.x - pose.x, region.y - pose.y
    cos, sin = _turn(pose.angle)
    left = ((cos * x + sin * y) * over + source.width / 2 + PAD) / step
    top = ((cos * y - sin * x) * down + source.height / 2 + PAD) / step
    if pose.angle == 0:
        box = (left, top, left + size[0] * over, top + size[1] * down)
        seen = image.resize(size, Image.Resampling.BICUBIC, box=_clamped(box, image.size))
    else:
        matrix = (cos * over, sin * over, left, -sin * down, cos * down, top)
        seen = image.transform(size, Image.Transform.AFFINE, matrix, source.turning)
    return np.asarray(seen)


def _clamped(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Inside the picture: of one that is shrunk to almost nothing the padding is not wide enough."""
    left, top = (min(max(box[side], 0.0), size[side] - 0.5) for side in (0, 1))
    right, bottom = (min(max(box[2 + side], (left, top)[side] + 0.5), float(size[side])) for side in (0, 1))
    return left, top, right, bottom


def _frame(y: Plane, u: Plane, v: Plane) -> av.VideoFrame:
    frame = new_frame(y.shape[1], y.shape[0])
    for target, plane in zip(planes(frame), (y, u, v), strict=True):
        target[...] = plane
    return frame


def _dimmed(plane: Plane, cover: Cover, zero: int) -> Plane:
    """What is covered, as if on black."""
    return _byte((plane - np.float32(zero)) * cover + np.float32(zero))


def _byte(values: Cover) -> Plane:
    result: Plane = np.clip(values + np.float32(0.5), 0, 255).astype(np.uint8)
    return result
