"""GIF: silent, looping, in the 256 colours that suit the whole clip.

The clip is drawn twice, for the palette and for the file: held in memory, a minute of it would take a gigabyte.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.filter.context import FilterContext

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.render.order import Order, Told, in_rgb, pictures
from studio_widgets.engine.timeline.timecode import nearest

HEIGHT = 480  # pixels at most, where no size is asked for
RATE = 15  # frames a second at most
LONGEST = 60  # seconds
TICK = Fraction(1, 100)  # second: the clock of a GIF
_SHORTEST = 2  # ticks: what is to last less, viewers show for a tenth of a second
_LAYOUT = "bgra"  # what the palette's filters work on

# An ordered pattern stays where it is: what stands still costs nothing, as it would with noise that is spread about.
_USE = "dither=bayer:bayer_scale=3:diff_mode=rectangle"


def check_length(order: Order) -> None:
    """Refuse what is too long for a GIF: RenderError."""
    seconds = order.frames / order.settings.fps
    if seconds > LONGEST:
        raise RenderError(
            f"{float(seconds):.1f} s are too long for a GIF, which may last {LONGEST} s",
            where=order.name,
            hint="Render to .webm or .mp4, or shorten the timeline",
        )


def shown(order: Order) -> list[int]:
    """The timeline frame that each frame of the GIF shows: the one that is seen when it begins."""
    fps = order.settings.fps
    rate = min(fps, Fraction(RATE))
    count = -(-order.frames * rate // fps)
    return [int(number * fps // rate) for number in range(int(count))]


def write_gif(order: Order, out: Path, told: Told) -> None:
    """Write the clip to `out`; `told` of the frames drawn, each of which is drawn twice."""
    numbers = shown(order)
    palette = _palette(order, numbers, told)
    fps = order.settings.fps
    rate = min(fps, Fraction(RATE))
    begins = [nearest(number / rate / TICK) for number in range(len(numbers))]
    last = max(_SHORTEST, nearest(order.frames / fps / TICK) - begins[-1])
    options = {"loop": "0", "final_delay": str(last), "fflags": "+bitexact"}  # 0: for ever
    with av.open(str(out), "w", format="gif", container_options=options) as file:
        stream = file.add_stream("gif", rate=1 / TICK)
        stream.width, stream.height, stream.pix_fmt = order.settings.width, order.settings.height, "pal8"
        stream.codec_context.time_base = TICK
        stream.codec_context.thread_count = 1
        painted = _painted(order, numbers, palette)
        for number, (begin, frame) in enumerate(zip(begins, painted, strict=True), 1):
            frame.pts, frame.time_base = begin, TICK
            file.mux(stream.encode(frame))
            told(len(numbers) + number)
        file.mux(stream.encode(None))


def _palette(order: Order, numbers: list[int], told: Told) -> av.VideoFrame:
    """The colours, as a picture of 16 × 16."""
    graph = Graph()
    graph.threads = 1
    source = _source(graph, order.settings.width, order.settings.height)
    sink = _chain(graph, source, graph.add("palettegen"))
    graph.configure()
    for number, frame in enumerate(_in_layout(order, numbers), 1):
        source.push(frame)
        told(number)
    source.push(None)
    palette = sink.pull()
    assert isinstance(palette, av.VideoFrame)
    return palette


def _painted(order: Order, numbers: list[int], palette: av.VideoFrame) -> Iterator[av.VideoFrame]:
    graph = Graph()
    graph.threads = 1
    source = _source(graph, order.settings.width, order.settings.height)
    colours = _source(graph, palette.width, palette.height)
    use = graph.add("paletteuse", _USE)
    colours.link_to(use, 0, 1)
    sink = _chain(graph, source, use)
    graph.configure()
    palette.pts = 0
    colours.push(palette)
    colours.push(None)
    for frame in _in_layout(order, numbers):
        source.push(frame)
        painted = sink.pull()
        assert isinstance(painted, av.VideoFrame)
        yield painted


def _in_layout(order: Order, numbers: list[int]) -> Iterator[av.VideoFrame]:
    for number, frame in enumerate(pictures(order, numbers)):
        coloured = in_rgb(frame, _LAYOUT)
        coloured.pts, coloured.time_base = number, TICK
        yield coloured


def _source(graph: Graph, width: int, height: int) -> FilterContext:
    return graph.add(
        "buffer", f"video_size={width}x{height}:pix_fmt={_LAYOUT}:time_base={TICK}:pixel_aspect=1:colorspace=0:range=2"
    )


def _chain(graph: Graph, source: FilterContext, last: FilterContext) -> FilterContext:
    sink = graph.add("buffersink")
    source.link_to(last)
    last.link_to(sink)
    return sink
