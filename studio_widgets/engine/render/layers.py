"""What is seen when: the picture side of a timeline as a flat list of layers.

The compositor, the planner and the live preview all read the timeline through this one function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import msgspec

from studio_widgets.engine.errors import MissingMediaError
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render.geometry import placement
from studio_widgets.engine.render.motion import Ramp, motion_of, moves_at, ramps_of, transform_in, window_of
from studio_widgets.engine.timeline import model
from studio_widgets.engine.timeline.clips import Curve, speed_of
from studio_widgets.engine.timeline.model import (
    CameraSource,
    Clip,
    MediaFileSource,
    RecordingSource,
    Source,
    Timeline,
    TitleSource,
    Transform,
    Transition,
    WipeDirection,
)
from studio_widgets.engine.timeline.motion import slid

BLACK = "#000000"


def source_key(source: Source) -> str:
    """The key of a source in the `files` mapping: "media:<id>", "recording:<id>", "title" or "camera".

    Titles and cameras need no file and are not looked up.
    """
    return "camera" if isinstance(source, CameraSource) else model.source_key(source)


def wanted_sources(timeline: Timeline) -> dict[str, MediaFileSource | RecordingSource]:
    """What a `files` mapping for this timeline has to hold: the sources its clips read, by `source_key`."""
    return {
        source_key(clip.source): clip.source
        for clip in timeline.clips
        if isinstance(clip.source, MediaFileSource | RecordingSource)
    }


class Dip(msgspec.Struct, frozen=True, rename="camel"):
    """A picture going to a colour over the frames `[start, start + frames)`, or coming out of it."""

    start: int
    frames: int
    color: str
    rising: bool

    def amount(self, frame: int) -> Fraction:
        """How much of the colour there is at a frame, in the middle of its time."""
        gone = Fraction(2 * (frame - self.start) + 1, 2 * self.frames)
        return 1 - gone if self.rising else gone


class Layer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One clip's picture over the frames `[start, end)`, counted from wherever the list of layers starts.

    At frame n it shows its source at timeline-rate frame `(source_frame + n - start) · speed` (negative, or past the
    source's end, in a transition without handles: the first or last frame stands still); `frozen`, at frame
    `source_frame` all the time. Neither `file` nor `title`: black.
    `slot` orders the stack, higher covers lower: the number of the V track. In
    `[fade_start, fade_start + fade_frames)` the layer dissolves in: over the layer of the same slot that ends there, or
    over what lies below; with `wipe` it comes in behind an edge that goes in that direction instead. `dips` are in
    order and do not overlap; nor do `ramps`, in which it fades. `motion` are the curves that take the place of values
    of `transform`, their keyframes counted as `start` is. `clip` names the clip in errors.
    """

    slot: int
    start: int
    end: int
    file: SourceFile | None = None
    title: TitleSource | None = None
    source_frame: int = 0
    transform: Transform = Transform()
    fade_start: int = 0
    fade_frames: int = 0
    speed: str = "1"
    frozen: bool = False
    wipe: WipeDirection | None = None
    dips: tuple[Dip, ...] = ()
    ramps: tuple[Ramp, ...] = ()
    motion: tuple[Curve, ...] = ()
    clip: str = ""

    @property
    def still(self) -> bool:
        """Whether its source shows the same picture at all frames, wherever that goes."""
        return self.frozen or self.file is None or self.file.info.kind == "image"

    def source_position(self, frame: int) -> Fraction:
        """The place in the source that `frame` shows, in frames of the timeline's rate."""
        if self.frozen:
            return Fraction(self.source_frame)
        return (self.source_frame + frame - self.start) * speed_of(self.speed)

    @property
    def steady(self) -> bool:
        """Whether all frames of it look the same."""
        return self.still and not (self.fade_frames or self.dips or self.ramps or self.motion)

    def transform_at(self, frame: int) -> Transform:
        """Where the picture goes at `frame`, fades aside."""
        return transform_in(self.motion, self.transform, frame) if self.motion else self.transform

    def moves_at(self, frame: int) -> bool:
        """Whether the picture is on its way at `frame`."""
        return moves_at(self.motion, frame)

    def presence(self, frame: int) -> Fraction:
        """How much of the picture its fades leave at `frame`, 0 to 1."""
        return next((ramp.amount(frame) for ramp in self.ramps if ramp.start <= frame < ramp.end), Fraction(1))

    @property
    def hollow(self) -> bool:
        """Whether the picture has an alpha of its own."""
        return self.title is not None or (self.file is not None and self.file.info.has_alpha)

    def dip(self, frame: int) -> Dip | None:
        """The dip that it is in at `frame`."""
        return next((dip for dip in self.dips if dip.start <= frame < dip.start + dip.frames), None)

    def changing(self, frame: int) -> bool:
        """Whether a still layer looks another way at `frame` than at the next."""
        return self.fading(frame) or self.dip(frame) is not None

    def fading(self, frame: int) -> bool:
        """Whether the layer dissolves or wipes in at `frame`."""
        return self.fade_start <= frame < self.fade_start + self.fade_frames

    def hides(self, width: int, height: int) -> bool:
        """Whether nothing below shows through on a canvas of that size (dissolves aside)."""
        if self.title is not None or self.transform.opacity < 1 or self.ramps or self.motion:
            return False
        if self.file is None:
            return True
        info = self.file.info
        where = placement(info.width, info.height, self.transform, width, height)
        return not info.has_alpha and where is not None and where.shown.covers(width, height)

    def _shown_from(self, frame: int) -> int:
        if self.frozen:
            return self.source_frame
        return 0 if self.still else self.source_frame + frame - self.start

    def window(self, start: int, end: int) -> Layer:
        """The layer's part in `[start, end)`, counted from `start`; free of everything outside that range.

        Two windows that look alike are equal, wherever they come from.
        """
        first, last = max(self.start, start), min(self.end, end)
        fades = self.fade_frames and max(self.fade_start, first) < min(self.fade_start + self.fade_frames, last)
        motion, transform = window_of(self.motion, self.transform, first, last) if self.motion else ((), self.transform)
        return msgspec.structs.replace(
            self,
            transform=transform,
            motion=slid(motion, -start),
            start=first - start,
            end=last - start,
            source_frame=self._shown_from(first),
            fade_start=self.fade_start - start if fades else 0,
            fade_frames=self.fade_frames if fades else 0,
            wipe=self.wipe if fades else None,
            dips=tuple(
                msgspec.structs.replace(dip, start=dip.start - start)
                for dip in self.dips
                if dip.start < last and dip.start + dip.frames > first
            ),
            ramps=tuple(
                msgspec.structs.replace(ramp, start=ramp.start - start)
                for ramp in self.ramps
                if ramp.start < last and ramp.end > first
            ),
        )


def timeline_layers(timeline: Timeline, files: Mapping[str, SourceFile]) -> tuple[Layer, ...]:
    """All visible layers of a timeline in absolute frames, sorted by `(slot, start)`.

    `files` holds a SourceFile for `source_key(source)` of each clip. Hidden tracks and sound on video tracks give none.
    Raises MissingMediaError naming the clip whose source is not in `files`.
    """
    into = {transition.right_clip_id: transition for transition in timeline.transitions}
    out_of = {transition.left_clip_id: transition for transition in timeline.transitions}
    layers = (
        _layer(timeline, clip, source_file(clip, files), into.get(clip.id), out_of.get(clip.id))
        for clip in _shown(timeline)
    )
    found = (layer for layer in layers if layer is not None)
    return tuple(sorted(found, key=lambda layer: (layer.slot, layer.start)))


def source_file(clip: Clip, files: Mapping[str, SourceFile]) -> SourceFile | None:
    """The file a clip plays (None for titles and cameras). Raises MissingMediaError naming the clip."""
    if isinstance(clip.source, TitleSource | CameraSource):
        return None
    found = files.get(source_key(clip.source))
    if found is None:
        raise MissingMediaError(
            f"the source of {label(clip)} is not in the library any more ({source_key(clip.source)})",
            hint="Remove the clip, or relink it to another media file",
        )
    return found


def label(clip: Clip) -> str:
    """How errors call a clip."""
    return f'clip "{clip.name}" ({clip.id})' if clip.name else f"clip {clip.id}"


def sample_at(frame: int, fps: Fraction) -> int:
    """The absolute 48 kHz sample at which a frame starts; computed from the frame number, never accumulated."""
    return frame * 48_000 * fps.denominator // fps.numerator


def _shown(timeline: Timeline) -> Iterator[Clip]:
    for clip in timeline.clips:
        track = timeline.tracks[clip.track_index]
        if track.kind == "video" and not track.hidden:
            yield clip


def _layer(
    timeline: Timeline, clip: Clip, file: SourceFile | None, into: Transition | None, out_of: Transition | None
) -> Layer | None:
    if file is not None and (file.info.kind == "audio" or file.info.width == 0):
        return None
    early = into.right_lends_frames if into else 0
    late = out_of.left_lends_frames if out_of else 0
    crossed = into if into and into.kind != "dip" else None
    frozen = clip.retime.freeze_frame
    layer = Layer(
        slot=timeline.tracks[clip.track_index].number,
        start=clip.start_frame - early,
        end=clip.end_frame + late,
        file=file,
        title=clip.source if isinstance(clip.source, TitleSource) else None,
        source_frame=clip.trim_start_frame - early if frozen is None else frozen,
        speed=clip.retime.speed,
        frozen=frozen is not None,
        transform=clip.transform,
        fade_start=clip.start_frame - early if crossed else 0,
        fade_frames=crossed.duration_frames if crossed else 0,
        wipe=crossed.direction if crossed and crossed.kind == "wipe" else None,
        dips=tuple(_dips(clip, into, out_of)),
        ramps=tuple(ramps_of(clip, crossed_in=into is not None, crossed_out=out_of is not None)),
        motion=motion_of(clip),
        clip=label(clip),
    )
    return msgspec.structs.replace(layer, source_frame=0) if layer.still and not layer.frozen else layer


def _dips(clip: Clip, into: Transition | None, out_of: Transition | None) -> Iterator[Dip]:
    if into and into.kind == "dip" and into.tail_frames:
        yield Dip(clip.start_frame, into.tail_frames, into.color or BLACK, rising=True)
    if out_of and out_of.kind == "dip" and out_of.lead_frames:
        yield Dip(clip.end_frame - out_of.lead_frames, out_of.lead_frames, out_of.color or BLACK, rising=False)
