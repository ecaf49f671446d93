"""One layer's picture: read, brought into its place, put over a canvas."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av
import av.error
import msgspec

from studio_widgets.engine.errors import RenderError, StudioError
from studio_widgets.engine.media.conversion import upright_size
from studio_widgets.engine.media.frames import FrameReader
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render import blend, free
from studio_widgets.engine.render.blend import Opaque, Sheet
from studio_widgets.engine.render.geometry import Placement, Pose, Rect, placement, pose
from studio_widgets.engine.render.layers import Dip, Layer
from studio_widgets.engine.render.picture import Chain, Look, kind_of, picture_sheet
from studio_widgets.engine.render.titles import loose_title, title_sheet
from studio_widgets.engine.timeline.model import Crop, Transform

MAX_TITLE_SCALE = 8.0  # at which a title in motion is drawn; beyond, its pixels are enlarged

Shown = Opaque | Sheet | None


class Canvas:
    """The picture so far; copied before the first stroke unless it is ours."""

    def __init__(self, frame: av.VideoFrame, *, ours: bool = False) -> None:
        self.frame = frame
        self._ours = ours

    def share(self) -> Canvas:
        """The same picture for a second hand: neither may draw on it without copying."""
        return Canvas(self.frame)

    def drawable(self) -> av.VideoFrame:
        """The frame to draw on."""
        if not self._ours:
            self.frame, self._ours = blend.copy(self.frame), True
        return self.frame


class Stage(msgspec.Struct, frozen=True):
    """What all pictures of a compositor share: the canvas, its rate, a black frame, and where readers are from."""

    width: int
    height: int
    fps: Fraction
    black: av.VideoFrame
    take: Callable[[SourceFile], FrameReader]


class LayerPicture:
    """One layer's picture. The last one is kept for frames that show it again."""

    def __init__(self, layer: Layer, stage: Stage) -> None:
        self._layer = layer
        self._stage = stage
        self._shown: Shown = None
        self._shape: tuple[bool, Transform] | None = None  # what `_shown` was made for
        self._source: av.VideoFrame | None = None
        self._chain: Chain | None = None
        self._look: Look | None = None  # what the chain was made for
        self._loose: free.Source | None = None
        self._title: tuple[free.Source, float, float, float] | None = None
        self.reader: FrameReader | None = None

    def over(self, canvas: Canvas, n: int) -> Canvas:
        """The canvas with this picture on it.

        In a dip the picture goes to the colour where it lies; one that lets something through has no place that could
        be filled, and goes to what is below it.
        """
        dip = self._layer.dip(n)
        if dip is None:
            return self._over(canvas, n, None)
        if self._layer.hollow:
            within = self._over(canvas.share(), n, None)
            return Canvas(blend.mix(within.frame, canvas.frame, round(dip.amount(n) * 255)), ours=True)
        return self._over(canvas, n, dip)

    def _over(self, canvas: Canvas, n: int, dip: Dip | None) -> Canvas:
        if self._layer.file is None and self._layer.title is None:
            return Canvas(self._stage.black)
        transform = self._layer.transform_at(n)
        opacity = max(0, min(255, round(transform.opacity * self._layer.presence(n) * 255)))
        if opacity == 0:
            return canvas
        shown = self._picture(msgspec.structs.replace(transform, opacity=1.0), n)
        if shown is None:
            return canvas
        if dip is not None:
            shown = shown.toward(blend.yuv_of(dip.color), round(dip.amount(n) * 255))
        if isinstance(shown, Opaque) and opacity == 255 and shown.rect.covers(self._stage.width, self._stage.height):
            return Canvas(shown.frame)
        shown.draw(canvas.drawable(), opacity)
        return canvas

    def _picture(self, transform: Transform, n: int) -> Shown:
        """What is seen of the layer at frame `n`, in its place."""
        layer = self._layer
        loose = layer.moves_at(n) or transform.rotation % 90 != 0
        if layer.title is not None:
            loose = loose or transform.rotation != 0 or transform.crop != Crop()
            if self._shape != (loose, transform):
                self._shown = self._titled(transform) if loose else self._set(transform)
        elif layer.file is not None:
            self._file(layer.file, transform, n, loose)
        self._shape = (loose, transform)
        return self._shown

    # --- titles ---------------------------------------------------------------------------------------------------

    def _set(self, transform: Transform) -> Shown:
        assert self._layer.title is not None
        return title_sheet(self._layer.title, transform, self._stage.width, self._stage.height)

    def _titled(self, transform: Transform) -> Shown:
        """A title that is turned, cropped or in motion: drawn once, as large as it gets."""
        title, stage = self._layer.title, self._stage
        assert title is not None
        if self._title is None:
            scales = [key.value for curve in self._layer.motion if curve.property == "scale" for key in curve.keys]
            largest = min(max(1.0, *scales), MAX_TITLE_SCALE) if scales else transform.scale
            ink, right, below = loose_title(title, largest, stage.width, stage.height)
            self._title = (free.Source(ink, sharp=True), largest, right, below)
        source, drawn_at, right, below = self._title
        part = transform.scale / drawn_at
        where = Pose(
            x=(title.style.x + transform.x) * stage.width + right * part,
            y=(title.style.y + transform.y) * stage.height + below * part,
            width=source.width * part,
            height=source.height * part,
            angle=transform.rotation % 360.0,
            crop=transform.crop,
        )
        return free.drawn(source, where, stage.width, stage.height)

    # --- files ----------------------------------------------------------------------------------------------------

    def _file(self, file: SourceFile, transform: Transform, n: int, loose: bool) -> None:
        """Bring `_shown` up to date; what is nowhere on the canvas is not even read."""
        info, stage = file.info, self._stage
        square = None if loose else placement(info.width, info.height, transform, stage.width, stage.height)
        visible = square.shown.visible(stage.width, stage.height) if square else None
        if square and visible is None:
            self._shown = None
            return
        try:
            source = self._read(file, n)
            if source is self._source and self._shape == (loose, transform):
                return
            if square and visible:
                self._shown = self._square(source, square, visible)
            else:
                where = pose(info.width, info.height, transform, stage.width, stage.height)
                self._shown = self._loosely(source, file, where)
            self._source = source
        except (StudioError, av.error.FFmpegError) as error:
            reason, hint = (error.message, error.hint) if isinstance(error, StudioError) else (str(error), "")
            raise RenderError(
                f"frame {n} of {self._layer.clip or 'a clip'} cannot be drawn: {reason}",
                where=file.path,
                hint=hint or "Open the source in a player to see whether it is damaged there",
            ) from error

    def _read(self, file: SourceFile, n: int) -> av.VideoFrame:
        if self.reader is None:
            self.reader = self._stage.take(file)
        return self.reader.at(self._layer.source_position(n) / self._stage.fps)

    def _square(self, source: av.VideoFrame, where: Placement, visible: Rect) -> Shown:
        assert self.reader is not None
        turn = (self.reader.orientation.rotation + where.turn) % 360
        frame = self._converted(source, Look(turn, where.rect, visible))  # type: ignore[arg-type]  # quarter turns
        return picture_sheet(frame, visible) if self.reader.has_alpha else Opaque(frame, visible)

    def _loosely(self, source: av.VideoFrame, file: SourceFile, where: Pose) -> Shown:
        assert self.reader is not None
        rotation = self.reader.orientation.rotation
        # a proxy is smaller than its file, but of the same shape
        width = min(file.info.width, upright_size(source, rotation)[0])
        height = max(1, round(width * Fraction(file.info.height, file.info.width)))
        rect = Rect(0, 0, *free.size_before(width, height, where))
        look = Look(rotation, rect, rect)
        if self._loose is None or source is not self._source or look != self._look:
            hollow = self.reader.has_alpha
            planes = free.planes_of(self._converted(source, look), hollow=hollow)
            self._loose = free.Source(planes, sharp=self._layer.still)
        return free.drawn(self._loose, where, self._stage.width, self._stage.height)

    def _converted(self, source: av.VideoFrame, look: Look) -> av.VideoFrame:
        assert self.reader is not None
        if self._chain is None or self._look != look or self._chain.kind != kind_of(source):
            self._chain, self._look = Chain(source, look, alpha=self.reader.has_alpha), look
        return self._chain.run(source)
