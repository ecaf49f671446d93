"""A clip, and the small values it is composed of."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, TypeVar

import msgspec

from studio_widgets.engine.timeline.sources import Source, Value, source_frames


class Crop(Value, frozen=True):
    """What is cut off a picture, as fractions of its displayed width and height; opposite sides together below 1."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


class Transform(Value, frozen=True):
    """Where a clip's picture goes.

    `scale` 1 fits the picture inside the frame; `x`, `y` move its centre from the frame's centre, in fractions of the
    frame's width and height (right and down positive); `opacity` 0..1. `rotation` turns it clockwise about its centre,
    in degrees. `crop` shows a part of it, in the place where that part was: what is left neither grows nor moves.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    opacity: float = 1.0
    rotation: float = 0.0
    crop: Crop = Crop()


class PictureFades(Value, frozen=True):
    """Frames over which a clip's picture comes out of, and goes back into, what lies below it."""

    in_frames: int = 0
    out_frames: int = 0


class AudioSettings(Value, frozen=True):
    """How a clip sounds. A clip on a video track carries its own sound unless `muted`."""

    gain_db: float = 0.0
    muted: bool = False
    fade_in_frames: int = 0
    fade_out_frames: int = 0


class Retime(Value, frozen=True):
    """How fast a clip plays its source.

    `speed` is a positive fraction ("2", "1/2"): frame n of the source as it plays is the file at the time of frame
    n · speed. A clip's trim range counts the source *as it plays*, so that it is as long as the clip at any speed, and
    edits need not know of speeds. With `freeze_frame`, a frame of the file stands still however long the clip is, and
    there is no sound.
    """

    speed: str = "1"
    freeze_frame: int | None = None


Ease = Literal["linear", "smooth", "hold"]
Property = Literal[
    "scale", "x", "y", "opacity", "rotation", "crop_left", "crop_top", "crop_right", "crop_bottom", "gain_db"
]


class Keyframe(Value, frozen=True):
    """The value a property has at a frame of the source as it plays (as the trim range counts); `ease` is the way to
    the next keyframe: straight, slow at both ends, or a jump when it is reached."""

    frame: int
    value: float
    ease: Ease = "linear"


class Curve(Value, frozen=True):
    """The keyframes of one property, at least one, by rising frame. They take the place of the clip's own setting;
    before the first and after the last one the value stays."""

    property: Property
    keys: tuple[Keyframe, ...]


class Clip(Value, frozen=True):
    """A half-open frame range of a track, showing a half-open range of a source.

    On an audio track it is the sound of its source alone, a video's too. Clips with the same `link` (`link-1`) are
    edited together. `curves` are sorted by property, one each; as they count frames of the source, they go with the
    picture wherever it is trimmed, split or slipped.
    """

    id: str
    name: str
    track_index: int
    start_frame: int
    duration_frames: int
    trim_start_frame: int
    trim_end_frame: int
    source: Source
    thumbnail_url: str | None = None
    transform: Transform = Transform()
    audio: AudioSettings = AudioSettings()
    link: str | None = None
    retime: Retime = Retime()
    fades: PictureFades = PictureFades()
    curves: tuple[Curve, ...] = ()

    @property
    def end_frame(self) -> int:
        """First timeline frame after the clip (exclusive end)."""
        return self.start_frame + self.duration_frames

    @property
    def frames(self) -> int | None:
        """Frames that its source, as it plays, can feed; None: any number, before frame 0 too."""
        return playing_frames(self.source, self.retime)

    @property
    def head_handle(self) -> int | None:
        """Frames of the source as it plays that lie unused before the trim range; None: as many as you like."""
        return None if self.frames is None else self.trim_start_frame

    @property
    def tail_handle(self) -> int | None:
        """Frames of the source as it plays that lie unused after the trim range; None: as many as you like."""
        frames = self.frames
        return None if frames is None else frames - self.trim_end_frame


def clip_order(clip: Clip) -> tuple[int, int]:
    """Sort key of `Timeline.clips`."""
    return clip.track_index, clip.start_frame


@lru_cache(maxsize=1024)
def speed_of(speed: str) -> Fraction:
    """The fraction of a `Retime.speed`. Raises ValueError or ZeroDivisionError for a text that is none."""
    return Fraction(speed)


def file_frame(clip: Clip, frame: int) -> int:
    """The frame of the file, at the timeline's rate, that a frame of the source as it plays shows."""
    if clip.retime.freeze_frame is not None:
        return clip.retime.freeze_frame
    return int(frame * speed_of(clip.retime.speed))


_PLAIN = Retime()


def playing_frames(source: Source, retime: Retime) -> int | None:
    """How many frames the source can feed as it plays; None: any number, before frame 0 too."""
    frames = source_frames(source)
    if retime == _PLAIN or frames is None:
        return frames
    return None if retime.freeze_frame is not None else int(frames / speed_of(retime.speed))


_Setting = TypeVar("_Setting", Transform, Crop, AudioSettings, PictureFades, Retime)
_DEFAULTS = [one.default for one in msgspec.structs.fields(Clip)]
_USUAL: dict[Any, Any] = {type(one): one for one in _DEFAULTS if isinstance(one, Value)}
_USUAL[Crop] = Transform().crop


def plainest(value: _Setting) -> _Setting:
    """The same setting, its defaults the very objects that are the defaults, however deep.

    The JSON leaves out what *is* the default, not what equals it: equal clips are to be equal bytes.
    """
    usual: Any = _USUAL[type(value)]
    if value == usual:
        return usual  # type: ignore[no-any-return]  # of the same type
    given = {one.name: getattr(value, one.name) for one in msgspec.structs.fields(value)}
    kept = {name: own for name, own in given.items() if own != getattr(usual, name)}
    return type(value)(**{name: plainest(own) if type(own) in _USUAL else own for name, own in kept.items()})
