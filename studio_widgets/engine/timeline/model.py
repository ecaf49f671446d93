"""The timeline as an immutable value.

Time is integers of frames at a rational rate; ranges are half-open. A clip occupies
`[start_frame, start_frame + duration_frames)` of its track and shows `[trim_start_frame, trim_end_frame)` of its
source as it plays, both counted in frames *of the timeline's rate* (timeline frame n is time n / rate, for any source;
see `clips.Retime` for a source that plays faster or slower).

The JSON form (camelCase) is what `studio_projects.timeline_state` holds; see `serial.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from functools import cached_property
from typing import Literal

import msgspec

from studio_widgets.engine.timeline.clips import (
    AudioSettings,
    Clip,
    Crop,
    Curve,
    Keyframe,
    PictureFades,
    Property,
    Retime,
    Transform,
    clip_order,
)
from studio_widgets.engine.timeline.sources import (
    CameraSource,
    MediaFileSource,
    MediaKind,
    RecordingSource,
    Source,
    TitleSource,
    TitleStyle,
    TrackKind,
    Value,
    may_lie_on,
    source_frames,
    source_has_sound,
    source_key,
    source_track_kind,
)

__all__ = [
    "MAX_FRAMES",
    "MAX_HEIGHT",
    "MAX_TRACK_NUMBER",
    "MIN_HEIGHT",
    "SCHEMA_VERSION",
    "AudioSettings",
    "CameraSource",
    "Caption",
    "Clip",
    "Counters",
    "Crop",
    "Curve",
    "Keyframe",
    "Marker",
    "MediaFileSource",
    "MediaKind",
    "PictureFades",
    "Property",
    "RecordingSource",
    "Retime",
    "Source",
    "Timeline",
    "TitleSource",
    "TitleStyle",
    "Track",
    "TrackKind",
    "Transform",
    "Transition",
    "TransitionKind",
    "Value",
    "WipeDirection",
    "caption_order",
    "clip_order",
    "default_tracks",
    "marker_order",
    "may_lie_on",
    "number_of",
    "source_frames",
    "source_has_sound",
    "source_key",
    "source_track_kind",
    "transition_order",
]

SCHEMA_VERSION = 3  # the newest form this version reads; see `serial.version_of` for when it is written
MAX_FRAMES = 2**31 - 1  # about two years at 30 frames a second; keeps every frame number exact in JSON and SQL
MAX_TRACK_NUMBER = 99
MIN_HEIGHT, MAX_HEIGHT = 20, 400  # pixels of a track in the editor


def number_of(item_id: str) -> int:
    """The count in a counted id (`clip-7` → 7); 0 for an id that we did not count."""
    tail = item_id.rpartition("-")[2]
    return int(tail) if tail.isascii() and tail.isdigit() else 0


def transition_order(transition: Transition) -> tuple[int, str]:
    """Sort key of `Timeline.transitions`."""
    return number_of(transition.id), transition.id


def marker_order(marker: Marker) -> tuple[int, str]:
    """Sort key of `Timeline.markers`."""
    return marker.frame, marker.id


def caption_order(caption: Caption) -> tuple[int, str]:
    """Sort key of `Timeline.captions`."""
    return caption.start_frame, caption.id


class Track(Value, frozen=True):
    """A lane. `id` is its place: `V1, V2 …` (higher covers lower) or `A1, A2 …`; moving a track gives it, and those it
    passes, other ids. What people call it is `name`.

    Its index in `Timeline.tracks` is the `track_index` of its clips, and only removing a track changes it: so new
    tracks are appended, and reordering touches no clip. `height` is in pixels of the editor; 0 is the usual one.
    """

    id: str
    kind: TrackKind
    name: str = ""
    muted: bool = False
    solo: bool = False
    locked: bool = False
    hidden: bool = False
    height: int = 0

    @property
    def number(self) -> int:
        """Its place among the tracks of its kind, counted from 1."""
        return int(self.id[1:])


TransitionKind = Literal["crossfade", "dip", "wipe"]
WipeDirection = Literal["left", "right", "up", "down"]


class Transition(Value, frozen=True):
    """Centred on the cut between two adjacent clips.

    With the cut at frame c and duration d it covers `[c - d // 2, c - d // 2 + d)`. A crossfade and a wipe show both
    clips all that time, fed from their handles: the left clip lends `d - d // 2` frames after its trim end, the right
    clip `d // 2` frames before its trim start. A dip fades the left clip to `color` up to the cut and the right one
    from it after, and needs no handles.

    `direction` is where the edge of a wipe goes; `color` (`#rrggbb`) is what a dip goes through, None black.
    """

    id: str
    left_clip_id: str
    right_clip_id: str
    duration_frames: int
    kind: TransitionKind = "crossfade"
    direction: WipeDirection = "right"
    color: str | None = None

    def as_crossfade(self) -> Transition:
        """The same on its cut, as a crossfade."""
        return msgspec.structs.replace(self, kind="crossfade", direction="right", color=None)

    @property
    def lead_frames(self) -> int:
        """Frames it covers before its cut."""
        return self.duration_frames // 2

    @property
    def tail_frames(self) -> int:
        """Frames it covers after its cut."""
        return self.duration_frames - self.duration_frames // 2

    @property
    def left_lends_frames(self) -> int:
        """Frames after its end that the left clip shows in it."""
        return 0 if self.kind == "dip" else self.tail_frames

    @property
    def right_lends_frames(self) -> int:
        """Frames before its start that the right clip shows in it."""
        return 0 if self.kind == "dip" else self.lead_frames


class Marker(Value, frozen=True):
    """A named frame; with `chapter` it becomes a chapter point of the export.

    `note` is a longer text for those who edit; `color` (`#rrggbb`) is how the editor shows it, None as usual.
    """

    id: str
    frame: int
    name: str
    chapter: bool = True
    note: str = ""
    color: str | None = None


class Caption(Value, frozen=True):
    """A line of text shown during a half-open frame range."""

    id: str
    start_frame: int
    duration_frames: int
    text: str


class Counters(Value, frozen=True):
    """The next number of each kind of id: ids are counted per timeline and never reused."""

    clip: int = 1
    transition: int = 1
    marker: int = 1
    caption: int = 1
    link: int = 1


def default_tracks() -> tuple[Track, ...]:
    """The tracks of a new timeline."""
    return (
        Track(id="V1", kind="video"),
        Track(id="V2", kind="video"),
        Track(id="A1", kind="audio"),
        Track(id="A2", kind="audio"),
    )


class Timeline(Value, frozen=True, dict=True, weakref=True):
    """The whole edit: rate, size, tracks, clips, transitions, markers, captions.

    `clips` are sorted by `(track_index, start_frame)`, `transitions` by id number, `markers` by `(frame, id)`,
    `captions` by `(start_frame, id)`: equal timelines are equal bytes.
    """

    rate: str = "30"
    width: int = 1920
    height: int = 1080
    tracks: tuple[Track, ...] = msgspec.field(default_factory=default_tracks)
    clips: tuple[Clip, ...] = ()
    transitions: tuple[Transition, ...] = ()
    markers: tuple[Marker, ...] = ()
    captions: tuple[Caption, ...] = ()
    next_ids: Counters = Counters()

    @classmethod
    def from_json(cls, text: str | bytes) -> Timeline:
        """The timeline that `to_json()` wrote; see `serial.from_json`. Raises SchemaError."""
        from studio_widgets.engine.timeline.serial import from_json  # it imports this module

        return from_json(text)

    def to_json(self) -> str:
        """Deterministic JSON: equal timelines are equal bytes; see `serial.to_json`."""
        from studio_widgets.engine.timeline.serial import to_json

        return to_json(self)

    @cached_property
    def fps(self) -> Fraction:
        """Frames per second, exactly."""
        return Fraction(self.rate)

    @cached_property
    def total_frames(self) -> int:
        """Length: the exclusive end of the last clip (0 when there is none)."""
        # Clips of a track are sorted and do not overlap, so a track ends where its last clip does.
        ends = (self.track_range(index)[1] for index in range(len(self.tracks)))
        return max((self.clips[end - 1].end_frame for end in ends if end > 0), default=0)

    def track_range(self, track_index: int) -> tuple[int, int]:
        """The half-open range of `clips` that lies on a track."""
        first = bisect_left(self.clips, (track_index, -1), key=clip_order)
        return first, bisect_left(self.clips, (track_index + 1, -1), lo=first, key=clip_order)

    def clips_on(self, track_index: int) -> tuple[Clip, ...]:
        """The clips of a track, in order."""
        return self.clips[slice(*self.track_range(track_index))]

    def transition_after(self, clip: Clip) -> Transition | None:
        """The transition on the cut at the end of a clip, if there is one."""
        return next((one for one in self.transitions_by_clip.get(clip.id, ()) if one.left_clip_id == clip.id), None)

    # The indexes below are handed from one timeline to the next by `lanes.replace`, so that an edit of one clip out of
    # ten thousand does not pay for building them again. They are not part of the value; do not modify them.

    @cached_property
    def clip_by_id(self) -> dict[str, Clip]:
        """Clips by id."""
        return {clip.id: clip for clip in self.clips}

    @cached_property
    def clips_by_link(self) -> dict[str, frozenset[str]]:
        """Ids of the clips of each link."""
        found: dict[str, set[str]] = {}
        for clip in self.clips:
            if clip.link is not None:
                found.setdefault(clip.link, set()).add(clip.id)
        return {link: frozenset(ids) for link, ids in found.items()}

    @cached_property
    def track_index_by_id(self) -> dict[str, int]:
        """Index of each track in `tracks` by its id."""
        return {track.id: index for index, track in enumerate(self.tracks)}

    @cached_property
    def transitions_by_clip(self) -> dict[str, tuple[Transition, ...]]:
        """The transitions at either end of each clip that has any."""
        found: dict[str, tuple[Transition, ...]] = {}
        for transition in self.transitions:
            for clip_id in (transition.left_clip_id, transition.right_clip_id):
                found[clip_id] = (*found.get(clip_id, ()), transition)
        return found
