"""From layers to frames, in YUV 4:2:0 all the way.

A frame that one clip covers goes out untouched; otherwise a copy is made once and only the touched rectangles are
blended. The same compositor serves export, playback, scrubbing and posters; with proxies it is the same picture,
smaller.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

import av

from studio_widgets.engine.media.frames import FrameReader
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render import blend
from studio_widgets.engine.render.layer_picture import Canvas, LayerPicture, Stage
from studio_widgets.engine.render.layers import Layer
from studio_widgets.engine.timeline.model import Transform

MAX_READERS = 8  # open video files at a time

_Seen = tuple[tuple[Layer, Transform, Fraction], ...]


class Compositor:
    """Draws the frames of a list of layers. Not thread-safe; a context manager.

    Parameters
    ----------
    layers: as `timeline_layers` or a segment gives them; frames are counted as they count them.
    width, height: of the canvas, even pixels.
    fps: of the timeline.
    proxies: read a source's proxy where it has one (its picture lands in the same place).
    """

    def __init__(
        self, layers: Sequence[Layer], width: int, height: int, fps: Fraction, *, proxies: bool = False
    ) -> None:
        self.width, self.height, self.fps = width, height, fps
        self._slots = _by_slot(layers)
        self._readers = _Readers(proxies)
        self._pictures: dict[Layer, LayerPicture] = {}
        self._stage = Stage(width, height, fps, blend.black(width, height), self._readers.take)
        self._last: tuple[_Seen, av.VideoFrame] | None = None

    def frame(self, n: int) -> av.VideoFrame:
        """Frame `n`: yuv420p, BT.709 limited range, of the canvas's size. Read only: it may be a source's own.

        Raises RenderError naming clip, source and frame.
        """
        stacks = [stack for slot in self._slots if (stack := slot.at(n))]
        shown = tuple(layer for stack in stacks for layer in stack)
        still = all(layer.still and not layer.changing(n) for layer in shown)
        seen = tuple((layer, layer.transform_at(n), layer.presence(n)) for layer in shown) if still else ()
        if still and self._last is not None and self._last[0] == seen:
            return self._last[1]
        self._forget(shown)
        canvas = Canvas(self._stage.black)
        for stack in stacks:
            canvas = self._over(canvas, stack, n)
        self._last = (seen, canvas.frame) if still else None
        return canvas.frame

    def replace(self, layers: Sequence[Layer]) -> None:
        """Go on with other layers on the same canvas; sources that are open stay open."""
        self._forget(())
        self._slots = _by_slot(layers)
        self._last = None

    def close(self) -> None:
        """Close all sources."""
        self._pictures.clear()
        self._readers.close()

    def __enter__(self) -> Compositor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _over(self, canvas: Canvas, stack: tuple[Layer, ...], n: int) -> Canvas:
        """Draw a slot's layers: one, or, in a transition, the dissolve from the left one to the right one."""
        top = stack[-1]
        if not top.fading(n):
            return self._picture(top).over(canvas, n)
        without = self._picture(stack[0]).over(canvas.share(), n) if len(stack) == 2 else canvas
        within = self._picture(top).over(canvas.share(), n)
        done = Fraction(2 * (n - top.fade_start) + 1, 2 * top.fade_frames)  # the middle of the frame's time
        if top.wipe:
            return Canvas(blend.wipe(without.frame, within.frame, done, top.wipe), ours=True)
        return Canvas(blend.mix(without.frame, within.frame, round(done * 255)), ours=True)

    def _picture(self, layer: Layer) -> LayerPicture:
        picture = self._pictures.get(layer)
        if picture is None:
            picture = self._pictures[layer] = LayerPicture(layer, self._stage)
        return picture

    def _forget(self, shown: tuple[Layer, ...]) -> None:
        """Drop what belongs to clips that are not seen any more; their readers may serve the next clips."""
        for layer in [layer for layer in self._pictures if layer not in shown]:
            self._readers.give_back(self._pictures.pop(layer).reader)


class _Readers:
    """Open sources. A clip cut out of the same file as the one before takes over its reader, which stands close by."""

    def __init__(self, proxies: bool) -> None:
        self._proxies = proxies
        self._idle: list[FrameReader] = []
        self._path_of: dict[int, str] = {}

    def take(self, file: SourceFile) -> FrameReader:
        # a proxy has no alpha: preview would differ from export
        proxy = file.proxy if self._proxies and not file.info.has_alpha else None
        path = proxy or file.path
        for reader in self._idle:
            if self._path_of[id(reader)] == path:
                self._idle.remove(reader)
                return reader
        reader = FrameReader(path, info=None if proxy else file.info, rounding=file.info.rounding)
        self._path_of[id(reader)] = path
        return reader

    def give_back(self, reader: FrameReader | None) -> None:
        if reader is None:
            return
        self._idle.append(reader)
        if len(self._idle) > MAX_READERS:
            self._close(self._idle.pop(0))

    def close(self) -> None:
        while self._idle:
            self._close(self._idle.pop())

    def _close(self, reader: FrameReader) -> None:
        del self._path_of[id(reader)]
        reader.close()


class _Slot:
    """The layers of one slot in time order; at most two overlap, in a transition."""

    def __init__(self, layers: list[Layer]) -> None:
        # stable: of two layers that a segment in mid-transition starts with, the left one was given first
        self._layers = sorted(layers, key=lambda layer: layer.start)
        self._starts = [layer.start for layer in self._layers]

    def at(self, n: int) -> tuple[Layer, ...]:
        """The layers to show at frame n, the lower first; two only while the upper dissolves in."""
        last = bisect_right(self._starts, n)
        shown = [layer for layer in self._layers[max(0, last - 2) : last] if n < layer.end]
        return tuple(shown) if shown and shown[-1].fading(n) else tuple(shown[-1:])


def _by_slot(layers: Sequence[Layer]) -> list[_Slot]:
    slots: dict[int, list[Layer]] = {}
    for layer in layers:
        slots.setdefault(layer.slot, []).append(layer)
    return [_Slot(slots[number]) for number in sorted(slots)]
