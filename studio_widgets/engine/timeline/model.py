"""The timeline as an immutable value.

Time is integers of frames at a rational rate; ranges are half-open. A clip occupies
`[start_frame, start_frame + duration_frames)` of its track and shows `[trim_start_frame, trim_end_frame)` of its source,
both counted in frames *of the timeline's rate* (timeline frame n is time n / rate, for any source).

The JSON form (camelCase) is what `studio_projects.timeline_state` holds; see `serial.py`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Literal

import msgspec

SCHEMA_VERSION = 1

MediaKind = Literal["video", "image", "audio"]
TrackKind = Literal["video", "audio"]


class _Value(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A frozen struct whose JSON is camelCase and leaves defaults out."""


# --- what a clip shows ---------------------------------------------------------------------------------------------


class MediaFileSource(_Value, frozen=True, tag_field="type", tag="media_file"):
    """A media file of the library.

    `frames` is how many timeline frames the source can feed (None: unbounded, as a still is). `sha256` pins the bytes.
    """

    media_file_id: str
    url: str | None = None
    kind: MediaKind = "video"
    frames: int | None = None
    has_audio: bool = True
    sha256: str | None = None


class RecordingSource(_Value, frozen=True, tag_field="type", tag="recording"):
    """A staged take (`studio_recordings`), until it is saved to the library."""

    recording_id: str
    url: str | None = None
    kind: MediaKind = "video"
    frames: int | None = None
    has_audio: bool = True
    sha256: str | None = None


class CameraSource(_Value, frozen=True, tag_field="type", tag="camera"):
    """A live device: a placeholder while a take is being recorded. Renders as black."""

    device_id: str | None = None


class TitleStyle(_Value, frozen=True):
    """How a title looks. Sizes and positions are fractions of the picture, so they survive a change of output size.

    `x`, `y` are the anchor (0..1 from the left and top edge); `align` says which side of the text block lies on `x`,
    and the block is centred on `y`. Colours are `#rrggbb` or `#rrggbbaa`.
    """

    size: float = 0.09
    color: str = "#ffffff"
    background: str | None = None
    outline: str | None = None
    align: Literal["left", "center", "right"] = "center"
    x: float = 0.5
    y: float = 0.5
    bold: bool = False


class TitleSource(_Value, frozen=True, tag_field="type", tag="title"):
    """Text drawn by the renderer."""

    text: str
    style: TitleStyle = TitleStyle()


Source = MediaFileSource | RecordingSource | CameraSource | TitleSource


# --- a clip and the small values it is composed of -----------------------------------------------------------------


class Transform(_Value, frozen=True):
    """Where a clip's picture goes.

    `scale` 1 fits the picture inside the frame; `x`, `y` move its centre from the frame's centre, in fractions of the
    frame's width and height (right and down positive); `opacity` 0..1.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    opacity: float = 1.0


class AudioSettings(_Value, frozen=True):
    """How a clip sounds. A clip on a video track carries its own sound unless `muted`."""

    gain_db: float = 0.0
    muted: bool = False
    fade_in_frames: int = 0
    fade_out_frames: int = 0


class Clip(_Value, frozen=True):
    """A half-open frame range of a track, showing a half-open range of a source."""

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

    @property
    def end_frame(self) -> int:
        """First timeline frame after the clip (exclusive end)."""
        return self.start_frame + self.duration_frames


class Track(_Value, frozen=True):
    """A lane. `id` is `V1, V2 …` (higher covers lower) or `A1, A2 …`; its place in `Timeline.tracks` is a clip's
    `track_index` and never changes, so new tracks are appended."""

    id: str
    kind: TrackKind
    name: str = ""
    muted: bool = False
    solo: bool = False
    locked: bool = False
    hidden: bool = False


class Transition(_Value, frozen=True):
    """Centred on the cut between two adjacent clips, fed from their handles.

    With the cut at frame c and duration d it covers `[c - d // 2, c - d // 2 + d)`: the left clip lends `d - d // 2`
    frames after its trim end, the right clip `d // 2` frames before its trim start.
    """

    id: str
    left_clip_id: str
    right_clip_id: str
    duration_frames: int
    kind: Literal["crossfade"] = "crossfade"


class Marker(_Value, frozen=True):
    """A named frame; with `chapter` it becomes a chapter point of the export."""

    id: str
    frame: int
    name: str
    chapter: bool = True


class Caption(_Value, frozen=True):
    """A line of text shown during a half-open frame range."""

    id: str
    start_frame: int
    duration_frames: int
    text: str


class Counters(_Value, frozen=True):
    """The next number of each kind of id: ids are counted per timeline and never reused."""

    clip: int = 1
    transition: int = 1
    marker: int = 1
    caption: int = 1


def default_tracks() -> tuple[Track, ...]:
    """The tracks of a new timeline."""
    return (
        Track(id="V1", kind="video"),
        Track(id="V2", kind="video"),
        Track(id="A1", kind="audio"),
        Track(id="A2", kind="audio"),
    )


class Timeline(_Value, frozen=True, dict=True, weakref=True):
    """The whole edit: rate, size, tracks, clips, transitions, markers, captions.

    `clips` are sorted by `(track_index, start_frame)`, `transitions` by id number, `markers` by `(frame, id)`, `captions`
    by `(start_frame, id)`: equal timelines are equal bytes.
    """

    schema_version: int = SCHEMA_VERSION
    rate: str = "30"
    width: int = 1920
    height: int = 1080
    tracks: tuple[Track, ...] = msgspec.field(default_factory=default_tracks)
    clips: tuple[Clip, ...] = ()
    transitions: tuple[Transition, ...] = ()
    markers: tuple[Marker, ...] = ()
    captions: tuple[Caption, ...] = ()
    next_ids: Counters = Counters()

    @cached_property
    def fps(self) -> Fraction:
        """Frames per second, exactly."""
        return Fraction(self.rate)

    @cached_property
    def total_frames(self) -> int:
        """Length: the exclusive end of the last clip (0 when there is none)."""
        return max((clip.end_frame for clip in self.clips), default=0)

    @cached_property
    def clip_by_id(self) -> dict[str, Clip]:
        """Clips by id; do not modify."""
        return {clip.id: clip for clip in self.clips}

    @cached_property
    def track_index_by_id(self) -> dict[str, int]:
        """Index of each track in `tracks` by its id; do not modify."""
        return {track.id: index for index, track in enumerate(self.tracks)}
