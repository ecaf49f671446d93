"""From a decoded frame to what the encoder is given: upright, scaled, 8 bit 4:2:0, BT.709 limited range.

A chain of libavfilter does it in C; a frame that is right already passes through without a pixel being copied. The
chain's text holds only numbers of ours, nothing from outside. Compositor and mezzanine use the same steps, so that a
frame of the one can stand for a frame of the other.
"""

from __future__ import annotations

from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext

from studio_widgets.engine.media.model import Rotation

BT709 = 1  # AVColorSpace, and AVColorPrimaries and AVColorTransferCharacteristic alike
LIMITED = 1  # AVColorRange

TURN: dict[Rotation, tuple[str, ...]] = {
    0: (),
    90: ("transpose=dir=clock",),
    180: ("hflip", "vflip"),
    270: ("transpose=dir=cclock",),
}
_FLAGS = "bicubic+accurate_rnd+full_chroma_int+bitexact"  # the same pixels on every processor
_RGB, _FULL = 0, 2  # AVColorSpace, AVColorRange
_MATRIX = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_EXACT = ("bt709", "fcc", "bt470bg", "smpte170m", "smpte240m")  # what the filter "colorspace" knows by these names
_HD_HEIGHT = 720  # untagged pictures below it are taken for BT.601, as players do
_ALWAYS_FULL = ("yuvj", "gray", "ya8", "ya16", "mono")


class FilterChain:
    """A chain of filters for frames of one kind. `steps` are libavfilter's words, made of our own numbers only."""

    def __init__(self, frame: av.VideoFrame, steps: tuple[str, ...]) -> None:
        self.kind = kind_of(frame)
        # closed captions, film grain, HDR notes and the like would travel into the file
        self._graph, self._source, self._sink = _build(frame, (*steps, "sidedata=mode=delete"))

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame after all steps, tagged as the encoder's. It may share the decoder's memory: never draw on it."""
        self._source.push(frame)
        result = self._sink.pull()
        assert isinstance(result, av.VideoFrame)
        return tag(result)


class Conversion:
    """Brings the frames of a video upright and to `width` × `height` (even); one that comes again is not done again."""

    def __init__(self, width: int, height: int, rotation: Rotation) -> None:
        self._size = (width, height)
        self._rotation = rotation
        self._chain: FilterChain | None = None
        self._last: tuple[av.VideoFrame, av.VideoFrame] | None = None

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame as the encoder wants it. It may share the decoder's memory: never draw on it."""
        if self._last is None or self._last[0] is not frame:
            if self._chain is None or self._chain.kind != kind_of(frame):
                self._chain = FilterChain(frame, self._steps(frame))
            self._last = (frame, self._chain.run(frame))
        return self._last[1]

    def _steps(self, frame: av.VideoFrame) -> tuple[str, ...]:
        if self._rotation == 0 and (frame.width, frame.height) == self._size and has_output_colours(frame):
            return ()
        same_size = upright_size(frame, self._rotation) == self._size
        step = output_step(frame, self._size, same_size=same_size)
        return (*TURN[self._rotation], step, "format=yuv420p", "setsar=1")


def output_step(frame: av.VideoFrame, size: tuple[int, int], *, same_size: bool) -> str:
    """From the frame's colours to ours, and to a size; `same_size`: the picture that comes in has it already."""
    full, matrix = _is_full_range(frame), _matrix(frame)
    if same_size and frame.format.name == "yuv420p" and matrix in _EXACT:
        # other numbers for the same samples: exact, and fifty times as fast as the scaler, which goes through RGB
        return (
            f"colorspace=ispace={matrix}:irange={'pc' if full else 'tv'}:iprimaries=bt709:itrc=bt709"
            ":space=bt709:range=tv:primaries=bt709:trc=bt709:format=yuv420p:fast=1"
        )
    matrix_in = "" if is_rgb(frame) else f":in_color_matrix={matrix}"
    range_in = "full" if full else "limited"
    width, height = size
    return (
        f"scale=w={width}:h={height}:flags={_FLAGS}{matrix_in}:in_range={range_in}"
        ":out_color_matrix=bt709:out_range=limited"
    )


def upright_size(frame: av.VideoFrame, rotation: Rotation) -> tuple[int, int]:
    """Width and height of a frame once it is turned."""
    return (frame.width, frame.height) if rotation in (0, 180) else (frame.height, frame.width)


def has_output_colours(frame: av.VideoFrame) -> bool:
    """Whether a frame has the format and the colours of what we encode."""
    return frame.format.name == "yuv420p" and _matrix(frame) == "bt709" and not _is_full_range(frame)


def kind_of(frame: av.VideoFrame) -> tuple[object, ...]:
    """What a chain was built for; a frame of another kind (a capture that changed its size) needs another chain."""
    return (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range)


def tag(frame: av.VideoFrame) -> av.VideoFrame:
    """Mark a frame as what the encoder is told it gets: BT.709, limited range, no wish for a picture type."""
    frame.colorspace = BT709
    frame.color_range = LIMITED
    frame.color_primaries = BT709
    frame.color_trc = BT709
    frame.pict_type = 0
    return frame


def is_rgb(frame: av.VideoFrame) -> bool:
    """Whether the frame holds colours as such, not luma and chroma."""
    return frame.format.is_rgb or frame.format.has_palette or frame.colorspace == _RGB


def _is_full_range(frame: av.VideoFrame) -> bool:
    return is_rgb(frame) or frame.color_range == _FULL or frame.format.name.startswith(_ALWAYS_FULL)


def _matrix(frame: av.VideoFrame) -> str:
    if frame.colorspace in _MATRIX:
        return _MATRIX[frame.colorspace]
    return "bt709" if frame.height >= _HD_HEIGHT else "smpte170m"


def _build(frame: av.VideoFrame, steps: tuple[str, ...]) -> tuple[Graph, FilterContext, FilterContext]:
    # whoever uses the ends must hold the graph: its filters do not
    graph = Graph()
    graph.threads = 1  # parallelism comes from pieces
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
