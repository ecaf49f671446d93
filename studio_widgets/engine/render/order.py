"""What a process needs to make a whole file of a timeline by itself, and how it gets at pictures and sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

import av
import msgspec
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.encoder import SAMPLE_RATE
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render import loudness
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.layers import Layer, sample_at, timeline_layers
from studio_widgets.engine.render.mixer import Mixer, Piece, Samples, timeline_pieces
from studio_widgets.engine.render.plan import RenderSettings, check_settings
from studio_widgets.engine.timeline.chapters import ChapterPoint, chapters_of
from studio_widgets.engine.timeline.model import Timeline

Kind = Literal["mp4", "webm", "sound", "gif", "picture", "pictures"]
Told = Callable[[int], None]  # is told how many frames of the work are done

# full resolution of colour, and the same pixels on every processor
_EXACTLY = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND | Interpolation.BITEXACT


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be made: `layers` in absolute frames, `pieces` in absolute samples at 48 kHz.

    It lasts `frames`, and `samples`; a single picture shows frame `at`. `name` is the file's, with its suffix.
    """

    name: str
    kind: Kind
    settings: RenderSettings
    frames: int
    samples: int
    layers: tuple[Layer, ...]
    pieces: tuple[Piece, ...]
    chapters: tuple[ChapterPoint, ...]
    at: int = 0


def order_for(
    timeline: Timeline, files: Mapping[str, SourceFile], settings: RenderSettings, name: str, kind: Kind, at: int = 0
) -> Order:
    """The order for a file of this name and kind. Raises RenderError and MissingMediaError as `plan` does, and
    RenderError for a frame that the timeline does not have."""
    check_settings(timeline, settings)
    total = timeline.total_frames
    if not 0 <= at < total:
        raise RenderError(f"there is no frame {at}", where=name, hint=f"Choose one of 0 to {total - 1}")
    return Order(
        name=name,
        kind=kind,
        settings=settings,
        frames=total,
        samples=sample_at(total, settings.fps),
        layers=() if kind == "sound" else timeline_layers(timeline, files),
        pieces=timeline_pieces(timeline, files) if kind in ("sound", "webm") else (),
        chapters=chapters_of(timeline),
        at=at,
    )


def pictures(order: Order, numbers: Iterable[int]) -> Iterator[av.VideoFrame]:
    """The timeline's frames of these rising numbers, as the compositor draws them: read only."""
    settings = order.settings
    with Compositor(order.layers, settings.width, settings.height, settings.fps) as compositor:
        for number in numbers:
            yield compositor.frame(number)


def sound(order: Order) -> Iterator[tuple[int, Samples]]:
    """The timeline's sound in seconds: the first sample's number, and the samples as float32 (2, n) within -1..1."""
    seconds = [(start, min(SAMPLE_RATE, order.samples - start)) for start in range(0, order.samples, SAMPLE_RATE)]
    with Mixer(order.pieces) as mixer:
        target = order.settings.loudness
        level = None if target is None else loudness.level_for(mixer, order.samples, target, lambda: None)
        for start, count in seconds:
            yield start, loudness.levelled(mixer, start, count, level)


def in_rgb(frame: av.VideoFrame, layout: str = "rgb24") -> av.VideoFrame:
    """A frame of the compositor in colours as screens show them, full range."""
    return frame.reformat(
        format=layout,
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=_EXACTLY,
        threads=1,
    )
