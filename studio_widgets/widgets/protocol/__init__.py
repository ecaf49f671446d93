"""The messages between the widgets and the kernel, as typed structs, a module for each room.

One envelope for all. A view asks with `Request`, the kernel answers with `Reply`; the kernel also pushes `Event`s. JSON
is camelCase; bytes travel beside the envelope as binary buffers of at most 1 MB. `js/src/core/protocol.ts` is generated
from this package (`make protocol`); `make check` fails when it is out of step.
"""

from __future__ import annotations

from studio_widgets.widgets.protocol import code, courses, library, player, projects, recorder, timeline, uploads
from studio_widgets.widgets.protocol.code import CodeFiles
from studio_widgets.widgets.protocol.courses import (
    CourseItem,
    CourseList,
    ExportRequest,
    ExportResult,
    ProgressEvent,
)
from studio_widgets.widgets.protocol.envelope import (
    MAX_BODY,
    MAX_BUFFER,
    VERSION,
    Cancel,
    ErrorBody,
    Event,
    Events,
    Message,
    Nothing,
    Reply,
    Request,
    Requests,
)
from studio_widgets.widgets.protocol.library import (
    DetailsList,
    DownloadPart,
    DownloadRequest,
    FilesChanged,
    LibraryChanged,
    LibraryJobs,
    LibraryPage,
    LibraryQuery,
    MediaDetails,
    MediaIds,
    MediaItem,
    MediaRef,
    MediaRefs,
    Peaks,
    Picture,
    Pictures,
    RenameFiles,
    Sprite,
    TagCount,
    TagFiles,
    TagList,
)
from studio_widgets.widgets.protocol.player import (
    FragmentEvent,
    FrameEvent,
    PlayerPosition,
    PlayRequest,
    ScrubRequest,
    SourceRequest,
    SourceShown,
)
from studio_widgets.widgets.protocol.projects import (
    ImportedMedia,
    ImportMedia,
    ProjectItem,
    ProjectList,
)
from studio_widgets.widgets.protocol.recorder import (
    ChunkAck,
    RecordChunk,
    RecordStart,
    RecordStarted,
    RecordStop,
    SaveRecording,
)
from studio_widgets.widgets.protocol.timeline import (
    EditCommand,
    EditResult,
    HistoryState,
    TimelineDelta,
    TimelineRemove,
    TimelineSettings,
    TimelineSnapshot,
    TimelineUpsert,
)
from studio_widgets.widgets.protocol.uploads import (
    UploadPiece,
    UploadRef,
    UploadStart,
    UploadState,
)

__all__ = [
    "EVENTS",
    "MAX_BODY",
    "MAX_BUFFER",
    "MODULES",
    "REQUESTS",
    "VERSION",
    "Cancel",
    "ChunkAck",
    "CodeFiles",
    "CourseItem",
    "CourseList",
    "DetailsList",
    "DownloadPart",
    "DownloadRequest",
    "EditCommand",
    "EditResult",
    "ErrorBody",
    "Event",
    "Events",
    "ExportRequest",
    "ExportResult",
    "FilesChanged",
    "FragmentEvent",
    "FrameEvent",
    "HistoryState",
    "ImportMedia",
    "ImportedMedia",
    "LibraryChanged",
    "LibraryJobs",
    "LibraryPage",
    "LibraryQuery",
    "MediaDetails",
    "MediaIds",
    "MediaItem",
    "MediaRef",
    "MediaRefs",
    "Message",
    "Nothing",
    "Peaks",
    "Picture",
    "Pictures",
    "PlayRequest",
    "PlayerPosition",
    "ProgressEvent",
    "ProjectItem",
    "ProjectList",
    "RecordChunk",
    "RecordStart",
    "RecordStarted",
    "RecordStop",
    "RenameFiles",
    "Reply",
    "Request",
    "Requests",
    "SaveRecording",
    "ScrubRequest",
    "SourceRequest",
    "SourceShown",
    "Sprite",
    "TagCount",
    "TagFiles",
    "TagList",
    "TimelineDelta",
    "TimelineRemove",
    "TimelineSettings",
    "TimelineSnapshot",
    "TimelineUpsert",
    "UploadPiece",
    "UploadRef",
    "UploadStart",
    "UploadState",
]

MODULES = (library, uploads, timeline, player, recorder, projects, courses, code)
REQUESTS: Requests = {"cancel": (Cancel, Nothing)} | {
    kind: bodies for module in MODULES for kind, bodies in module.REQUESTS.items()
}
EVENTS: Events = {kind: body for module in (library, timeline, player, courses) for kind, body in module.EVENTS.items()}
