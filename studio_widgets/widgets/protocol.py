"""The messages between the widgets and the kernel, as typed structs.

One envelope for all. A view asks with `Request`, the kernel answers with `Reply`; the kernel also pushes
`Event`s. JSON is camelCase; bytes travel beside the envelope as binary buffers of at most 1 MB.
`js/src/core/protocol.ts` is generated from this module (`make protocol`); `make check` fails when it is out
of step.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from studio_widgets.engine.timeline.model import Caption, Clip, Counters, Marker, Track, Transition

VERSION = 1
MAX_BUFFER = 1_000_000  # bytes; larger things travel in numbered pieces
MAX_BODY = 1_000_000  # bytes of a request's JSON body

# What a view sends is bounded here, so that no handler meets a length it did not expect.
Name = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Pixels = Annotated[int, msgspec.Meta(ge=1, le=7680)]


class Message(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Base of all bodies."""


# --- envelope ----------------------------------------------------------------------------------------------


class Request(Message, frozen=True):
    """View → kernel. `id` is unique per view; the body's type follows from `kind` (see REQUESTS)."""

    v: int
    id: Name
    kind: Name
    body: Any = msgspec.field(default_factory=dict)


class ErrorBody(Message, frozen=True):
    """An error as shown to the user: what, where, next step."""

    code: str
    message: str
    where: str = ""
    hint: str = ""


class Reply(Message, frozen=True):
    """Kernel → view, exactly one per request (a cancelled one answers with code `cancelled`)."""

    v: int
    id: str
    ok: bool
    body: Any = None
    error: ErrorBody | None = None


class Event(Message, frozen=True):
    """Kernel → view, unasked (see EVENTS)."""

    v: int
    kind: str
    body: Any


class Nothing(Message, frozen=True):
    """An empty body."""


class Cancel(Message, frozen=True):
    """Stop the request `target`; it answers `cancelled`. Harmless when it has ended already."""

    target: Name


# --- library ----------------------------------------------------------------------------------------------


class MediaItem(Message, frozen=True):
    """One tile of the asset browser: a media file or, with `recording`, a take."""

    id: str
    name: str
    kind: Literal["video", "image", "audio"]
    source_type: Literal["upload", "studio_recording", "studio_export", "recording"]
    file_type: str
    file_size: int
    tags: list[str]
    created_at: str
    duration_seconds: float | None = None
    width: int | None = None
    height: int | None = None
    has_audio: bool = False
    has_thumbnail: bool = False
    expires_at: str | None = None


class LibraryQuery(Message, frozen=True):
    """A page of the library, newest first. `tab` recordings lists takes that are not saved yet."""

    tab: Literal["library", "recordings"] = "library"
    kind: Literal["", "video", "image", "audio"] = ""
    search: Name = ""
    page: Count = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 30


class LibraryPage(Message, frozen=True):
    """`total` counts all matches up to 10,000; `more` says there is a next page."""

    items: list[MediaItem]
    total: int
    page: int
    more: bool


class MediaRef(Message, frozen=True):
    """Asks for a derived picture or waveform of one media file or take; bytes come as buffers."""

    id: Name
    recording: bool = False


class Picture(Message, frozen=True):
    """Buffer 0 is a JPEG (empty buffer list: there is none)."""

    width: int
    height: int


class Sprite(Message, frozen=True):
    """Buffer 0 is one JPEG of `columns` × `rows` tiles; tile k shows the source at `k * seconds_per_tile`."""

    columns: int
    rows: int
    count: int
    tile_width: int
    tile_height: int
    seconds_per_tile: float


class Peaks(Message, frozen=True):
    """Buffer 0 is uint8: for each bucket the peak 0..255 of |sample| over all channels."""

    buckets_per_second: int
    count: int


# --- timeline ---------------------------------------------------------------------------------------------


class TimelineUpsert(Message, frozen=True):
    """Whole new values of what came or changed; None or absent means unchanged. `tracks` is the whole list."""

    clips: list[Clip] | None = None
    tracks: list[Track] | None = None
    transitions: list[Transition] | None = None
    markers: list[Marker] | None = None
    captions: list[Caption] | None = None


class TimelineRemove(Message, frozen=True):
    """Ids of what is gone."""

    clips: list[str] | None = None
    transitions: list[str] | None = None
    markers: list[str] | None = None
    captions: list[str] | None = None


class HistoryState(Message, frozen=True):
    """What undo and redo would do ("" when nothing), for tooltips and disabled states."""

    undo: str
    redo: str


class TimelineSettings(Message, frozen=True):
    """What a timeline has besides its collections."""

    rate: str
    width: int
    height: int
    next_ids: Counters


class TimelineSnapshot(Message, frozen=True):
    """The document at `rev`; the buffers, joined, are the timeline's JSON (the form of `to_json()`)."""

    project_id: str
    title: str
    rev: int
    history: HistoryState
    echo: list[str]


class TimelineDelta(Message, frozen=True):
    """From `base_rev` to `rev`: one revision, or several in one when edits come in a burst.

    Apply it only when the view stands at `base_rev`; a view that stands before it asks for a snapshot. The
    new echo is the first `echo_length - len(echo)` lines of the old one, then `echo`: so an undo shortens
    it. `settings` is there when it changed.
    """

    base_rev: int
    rev: int
    total_frames: int
    upsert: TimelineUpsert
    remove: TimelineRemove
    history: HistoryState
    echo: list[str]
    echo_length: int
    settings: TimelineSettings | None = None


class EditCommand(Message, frozen=True):
    """One edit: `args` as the edit function of that name takes them. Edits with one `group` undo as one.

    `base_rev` is the revision the user saw; the edit is applied to the newest one and refused there if it no
    longer fits.
    """

    op: Name
    args: dict[str, Any]
    base_rev: Count
    group: Name | None = None


class EditResult(Message, frozen=True):
    """The revision the edit made, and the ids of clips it created, in order."""

    rev: int
    created: list[str]


# --- player -----------------------------------------------------------------------------------------------


class ScrubRequest(Message, frozen=True):
    """Show one frame as a JPEG no larger than `width` × `height` pixels: answered by a `player.frame` event.

    Latest wins: an older request that has not been drawn is dropped.
    """

    frame: Count
    width: Pixels
    height: Pixels
    seq: Count


class FrameEvent(Message, frozen=True):
    """Buffer 0 is the JPEG of `frame` as it was at revision `rev`."""

    frame: int
    seq: int
    rev: int


class PlayRequest(Message, frozen=True):
    """Start a play session; `generation` grows with each session and seek, stale fragments are dropped."""

    generation: Count
    frame: Count


class PlayerPosition(Message, frozen=True):
    """Where the view is, every 0.5 s; the engine stays at most 8 s ahead."""

    generation: Count
    frame: Count


class FragmentEvent(Message, frozen=True):
    """Buffer 0 is a piece of one fMP4 stream (init segment first) whose time 0 is `start_frame`."""

    generation: int
    seq: int
    start_frame: int
    codec: str
    last: bool


# --- recorder ---------------------------------------------------------------------------------------------


class RecordStart(Message, frozen=True):
    """Open a take."""

    track_type: Literal["screen", "camera", "microphone"]
    mime_type: Name
    name: Name = ""


class RecordStarted(Message, frozen=True):
    """The take's id; chunks are numbered from 0."""

    recording_id: str


class RecordChunk(Message, frozen=True):
    """Buffer 0 is the next chunk of the take; answered when it is on disk."""

    recording_id: Name
    seq: Count


class ChunkAck(Message, frozen=True):
    """Everything before `next_seq` is on disk."""

    next_seq: int


class RecordStop(Message, frozen=True):
    """Close the take after `chunks` chunks; answered when it is playable."""

    recording_id: Name
    chunks: Count


class SaveRecording(Message, frozen=True):
    """Promote a take to a media file."""

    recording_id: Name
    name: Name
    tags: list[Name]
    description: Text = ""


# --- courses and export -----------------------------------------------------------------------------------


class CourseItem(Message, frozen=True):
    """A course of the instructor."""

    id: str
    title: str
    chapters: int


class CourseList(Message, frozen=True):
    """All courses, by title."""

    items: list[CourseItem]


class ExportRequest(Message, frozen=True):
    """Render the project, save it to the library and make a chapter of `course` (created when new)."""

    course: Name
    title: Name
    description: Text = ""
    mode: Literal["video", "project", "both"] = "video"


class ExportResult(Message, frozen=True):
    """What was made; `media_file_id` is None in mode `project`."""

    course_id: str
    chapter_id: str
    media_file_id: str | None = None


class ProgressEvent(Message, frozen=True):
    """How far the request `target` is: `done` of `total` steps of `label`."""

    target: str
    label: str
    done: int
    total: int


class LibraryChanged(Message, frozen=True):
    """Rows came, went or got their derived files; views ask again."""

    tab: Literal["library", "recordings"]


# --- who answers what -------------------------------------------------------------------------------------

REQUESTS: dict[str, tuple[type[Message], type[Message]]] = {
    "cancel": (Cancel, Nothing),
    "library.query": (LibraryQuery, LibraryPage),
    "library.thumbnail": (MediaRef, Picture),
    "library.sprite": (MediaRef, Sprite),
    "library.peaks": (MediaRef, Peaks),
    "timeline.open": (Nothing, TimelineSnapshot),
    "timeline.edit": (EditCommand, EditResult),
    "timeline.undo": (Nothing, EditResult),
    "timeline.redo": (Nothing, EditResult),
    "player.scrub": (ScrubRequest, Nothing),
    "player.play": (PlayRequest, Nothing),
    "player.position": (PlayerPosition, Nothing),
    "player.stop": (Nothing, Nothing),
    "recorder.start": (RecordStart, RecordStarted),
    "recorder.chunk": (RecordChunk, ChunkAck),
    "recorder.stop": (RecordStop, MediaItem),
    "recorder.save": (SaveRecording, MediaItem),
    "courses.list": (Nothing, CourseList),
    "export.start": (ExportRequest, ExportResult),
}

EVENTS: dict[str, type[Message]] = {
    "timeline.delta": TimelineDelta,
    "player.frame": FrameEvent,
    "player.fragment": FragmentEvent,
    "player.error": ErrorBody,
    "library.changed": LibraryChanged,
    "progress": ProgressEvent,
}
