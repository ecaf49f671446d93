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
import av.error

from studio_widgets.engine.errors import RenderError, StudioError
from studio_widgets.engine.media.frames import FrameReader
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render import blend
from studio_widgets.engine.render.blend import Sprite
from studio_widgets.engine.render.geometry import Rect, place
from studio_widgets.engine.render.layers import Dip, Layer
from studio_widgets.engine.render.picture import Chain, Look, kind_of, picture_sprite
from studio_widgets.engine.render.titles import title_sprite

MAX_READERS = 8  # open video files at a time


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
        self._pictures: dict[Layer, _Picture] = {}
        self._black = blend.black(width, height)
        self._last: tuple[tuple[Layer, ...], av.VideoFrame] | None = None

    def frame(self, n: int) -> av.VideoFrame:
        """Frame `n`: yuv420p, BT.709 limited range, of the canvas's size. Read only: it may be a source's own.

        Raises RenderError naming clip, source and frame.
        """
        stacks = [stack for slot in self._slots if (stack := slot.at(n))]
        shown = tuple(layer for stack in stacks for layer in stack)
        still = all(layer.still and not layer.changing(n) for layer in shown)
        if still and self._last is not None and self._last[0] == shown:
            return self._last[1]
        self._forget(shown)
        canvas = _Canvas(self._black)
        for stack in stacks:
            canvas = self._over(canvas, stack, n)
        self._last = (shown, canvas.frame) if still else None
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

    def _over(self, canvas: _Canvas, stack: tuple[Layer, ...], n: int) -> _Canvas:
        """Draw a slot's layers: one, or, in a transition, the dissolve from the left one to the right one."""
        top = stack[-1]
        if not top.fading(n):
            return self._picture(top).over(canvas, n)
        without = self._picture(stack[0]).over(canvas.share(), n) if len(stack) == 2 else canvas
        within = self._picture(top).over(canvas.share(), n)
        done = Fraction(2 * (n - top.fade_start) + 1, 2 * top.fade_frames)  # the middle of the frame's time
        if top.wipe:
            return _Canvas(blend.wipe(without.frame, within.frame, done, top.wipe), ours=True)
        return _Canvas(blend.mix(without.frame, within.frame, round(done * 255)), ours=True)

    def _picture(self, layer: Layer) -> _Picture:
        picture = self._pictures.get(layer)
        if picture is None:
            picture = self._pictures[layer] = _Picture(layer, self)
        return picture

    def _forget(self, shown: tuple[Layer, ...]) -> None:
        """Drop what belongs to clips that are not seen any more; their readers may serve the next clips."""
        for layer in [layer for layer in self._pictures if layer not in shown]:
            self._readers.give_back(self._pictures.pop(layer).reader)


class _Canvas:
    """The picture so far; copied before the first stroke unless it is ours."""

    def __init__(self, frame: av.VideoFrame, *, ours: bool = False) -> None:
        self.frame = frame
        self._ours = ours

    def share(self) -> _Canvas:
        """The same picture for a second hand: neither may draw on it without copying."""
        return _Canvas(self.frame)

    def drawable(self) -> av.VideoFrame:
        if not self._ours:
            self.frame, self._ours = blend.copy(self.frame), True
        return self.frame


class _Picture:
    """One layer's picture: reads it, prepares it, puts it over a canvas.

    The last one is kept for frames that show it again.
    """

    def __init__(self, layer: Layer, compositor: Compositor) -> None:
        self._layer = layer
        self._compositor = compositor
        self._alpha = max(0, min(255, round(layer.transform.opacity * 255)))
        self._chain: Chain | None = None
        self._source: av.VideoFrame | None = None
        self._ready: av.VideoFrame | Sprite | None = None
        self.reader: FrameReader | None = None
        if layer.title is not None:
            self._ready = title_sprite(layer.title, layer.transform, compositor.width, compositor.height)
        elif layer.file is not None:
            info = layer.file.info
            self._rect = place(info.width, info.height, layer.transform, compositor.width, compositor.height)
            self._visible = self._rect.visible(compositor.width, compositor.height)

    def over(self, canvas: _Canvas, n: int) -> _Canvas:
        """The canvas with this picture on it.

        In a dip the picture goes to the colour where it lies; one that lets something through has no place that could
        be filled, and goes to what is below it.
        """
        dip = self._layer.dip(n)
        if dip is None:
            return self._over(canvas, n, None)
        if self._layer.hollow:
            within = self._over(canvas.share(), n, None)
            return _Canvas(blend.mix(within.frame, canvas.frame, round(dip.amount(n) * 255)), ours=True)
        return self._over(canvas, n, dip)

    def _over(self, canvas: _Canvas, n: int, dip: Dip | None) -> _Canvas:
        if self._layer.file is None and self._layer.title is None:
            return _Canvas(self._compositor._black)
        if self._alpha == 0:
            return canvas
        if self._layer.file is not None:
            if self._visible is None:
                return canvas
            self._read(self._layer.file, n)
        if isinstance(self._ready, Sprite):
            self._ready.draw(canvas.drawable())
        elif self._ready is not None:
            assert self._visible is not None
            picture = self._ready
            if dip is not None:
                colour = blend.solid(picture.width, picture.height, blend.yuv_of(dip.color))
                picture = blend.mix(picture, colour, round(dip.amount(n) * 255))
            if self._alpha == 255 and self._covers(self._visible):
                return _Canvas(picture)
            blend.draw(canvas.drawable(), picture, self._visible, self._alpha)
        return canvas

    def _covers(self, visible: Rect) -> bool:
        return (visible.width, visible.height) == (self._compositor.width, self._compositor.height)

    def _read(self, file: SourceFile, n: int) -> None:
        layer, fps = self._layer, self._compositor.fps
        try:
            if self.reader is None:
                self.reader = self._compositor._readers.take(file)
            source = self.reader.at(layer.source_position(n) / fps)
            if source is not self._source:
                self._ready = self._prepare(source)
                self._source = source
        except (StudioError, av.error.FFmpegError) as error:
            reason, hint = (error.message, error.hint) if isinstance(error, StudioError) else (str(error), "")
            raise RenderError(
                f"frame {n} of {layer.clip or 'a clip'} cannot be drawn: {reason}",
                where=file.path,
                hint=hint or "Open the source in a player to see whether it is damaged there",
            ) from error

    def _prepare(self, source: av.VideoFrame) -> av.VideoFrame | Sprite:
        assert self.reader is not None
        assert self._visible is not None
        alpha = self.reader.has_alpha
        if self._chain is None or self._chain.kind != kind_of(source):
            look = Look(self.reader.orientation.rotation, self._rect, self._visible)
            self._chain = Chain(source, look, alpha=alpha)
        frame = self._chain.run(source)
        return picture_sprite(frame, self._visible, self._alpha) if alpha else frame


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
