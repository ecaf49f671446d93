"""One clip's decoded frame, brought onto the canvas: turned, scaled, cut, in the output's colours.

A chain of libavfilter does it in C; a frame that is right already passes through as it is, without a pixel being
copied. The chain's text holds only numbers of ours, nothing from outside.
"""

from __future__ import annotations

import math
from fractions import Fraction

import av
import msgspec
from av.filter import Graph
from av.filter.context import FilterContext

from studio_widgets.engine.render.blend import Sprite, padded_planes, tag
from studio_widgets.engine.render.geometry import Rect

_FLAGS = "bicubic+accurate_rnd+full_chroma_int+bitexact"  # the same pixels on every processor
_RGB, _UNSPECIFIED, _FULL = 0, 2, 2  # AVColorSpace, AVColorSpace, AVColorRange
_MATRIX = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_MARGIN = 4  # source pixels that the scaler may look at beyond an edge
_HD_HEIGHT = 720  # untagged pictures below it are taken for BT.601, as players do
_TURN = {
    0: (),
    90: ("transpose=dir=clock",),
    180: ("hflip", "vflip"),
    270: ("transpose=dir=cclock",),
}
_ALWAYS_FULL = ("yuvj", "gray", "ya8", "ya16", "mono")


class Look(msgspec.Struct, frozen=True):
    """How a frame is to be brought onto the canvas.

    `rect` is where the whole upright picture goes, `visible` the part of it inside the canvas; `rotation` is clockwise.
    """

    rotation: int
    rect: Rect
    visible: Rect


class Chain:
    """Brings frames of one size and format onto the canvas. `alpha` frames come out as yuva420p, premultiplied."""

    def __init__(self, frame: av.VideoFrame, look: Look, *, alpha: bool) -> None:
        self.kind = kind_of(frame)
        self.untouched = _is_right(frame, look) and not alpha
        steps = () if self.untouched else _steps(frame, look, alpha=alpha)
        # closed captions, film grain, HDR notes and the like would travel into the file
        self._graph, self._source, self._sink = _build(frame, (*steps, "sidedata=mode=delete"))

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame on the canvas. It may share the decoder's memory: never draw on it."""
        self._source.push(frame)
        result = self._sink.pull()
        assert isinstance(result, av.VideoFrame)
        return tag(result)


def kind_of(frame: av.VideoFrame) -> tuple[object, ...]:
    """What a chain was built for; a frame of another kind (a capture that changed its size) needs another chain."""
    return (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range)


def picture_sprite(frame: av.VideoFrame, rect: Rect, opacity: int) -> Sprite:
    """A sprite of a premultiplied yuva420p frame, as a chain gives it."""
    y, u, v, a = padded_planes(frame)
    half = (slice(rect.height // 2), slice(rect.width // 2))
    whole = (slice(rect.height), slice(rect.width))
    return Sprite(rect, (y[whole], u[half], v[half]), a[whole], opacity)


def _is_right(frame: av.VideoFrame, look: Look) -> bool:
    """Whether the frame can go to the encoder as it is."""
    return (
        frame.format.name == "yuv420p"
        and look.rotation == 0
        and look.rect == look.visible == Rect(look.rect.x, look.rect.y, frame.width, frame.height)
        and _matrix(frame) == "bt709"
        and not _is_full_range(frame)
    )


def _steps(frame: av.VideoFrame, look: Look, *, alpha: bool) -> tuple[str, ...]:
    rgb = _is_rgb(frame)
    before, (width, height), after = _scaling(frame, look)
    blend: tuple[str, ...] = ()
    if alpha:  # scaling straight alpha would pull the colour of invisible pixels into the edges
        blend = ("format=" + ("gbrap" if rgb else "yuva444p"), "premultiply=inplace=1")
    matrix_in = "" if rgb else f":in_color_matrix={_matrix(frame)}"
    range_in = "full" if _is_full_range(frame) else "limited"
    steps = (
        *_TURN[look.rotation],
        before,
        *blend,
        f"scale=w={width}:h={height}:flags={_FLAGS}{matrix_in}:in_range={range_in}"
        ":out_color_matrix=bt709:out_range=limited",
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
    upright = (frame.width, frame.height) if look.rotation in (0, 180) else (frame.height, frame.width)
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


def _build(frame: av.VideoFrame, steps: tuple[str, ...]) -> tuple[Graph, FilterContext, FilterContext]:
    # whoever uses the ends must hold the graph: its filters do not
    graph = Graph()
    graph.threads = 1  # parallelism comes from segments
    source = graph.add(
        "buffer",
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base={Fraction(1, 90_000)}"
        f":pixel_aspect=1:colorspace={frame.colorspace}:range={frame.color_range}",
    )
    last = source
    for step in steps:
        name, _, options = step.partition("=")
        following = graph.add(name, options or None)
        last.link_to(following)
        last = following
    sink = graph.add("buffersink")
    last.link_to(sink)
    graph.configure()
    return graph, source, sink


def _is_rgb(frame: av.VideoFrame) -> bool:
    return frame.format.is_rgb or frame.format.has_palette or frame.colorspace == _RGB


def _is_full_range(frame: av.VideoFrame) -> bool:
    return _is_rgb(frame) or frame.color_range == _FULL or frame.format.name.startswith(_ALWAYS_FULL)


def _matrix(frame: av.VideoFrame) -> str:
    if frame.colorspace in _MATRIX:
        return _MATRIX[frame.colorspace]
    return "bt709" if frame.height >= _HD_HEIGHT else "smpte170m"
