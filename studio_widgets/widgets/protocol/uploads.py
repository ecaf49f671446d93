"""Messages of uploads: files dropped onto the widget, in pieces that are on disk before they are acknowledged."""

from __future__ import annotations

import msgspec

from studio_widgets.widgets.protocol.envelope import Count, Message, Name, Requests
from studio_widgets.widgets.protocol.library import FileName, MediaItem, Tags


class UploadStart(Message, frozen=True):
    """Begin an upload, or go on with one: the same name, size and time of change are the same file.

    `modified` is the file's time of change, in milliseconds since 1970.
    """

    name: FileName
    size: Count
    modified: Count


class UploadState(Message, frozen=True):
    """Everything before `next_offset` is on disk: the next piece starts there.

    `library`, told by `upload.start`, is the same for all widgets whose uploads lie in one place: a file that one of
    them began is gone on with there only.
    """

    upload_id: str
    next_offset: int
    library: str = ""


class UploadPiece(Message, frozen=True):
    """Buffer 0 is the piece at `offset`; a piece that is on disk already is acknowledged without effect."""

    upload_id: Name
    offset: Count


class UploadRef(Message, frozen=True):
    """An upload; `tags` are given to the media file when it is finished."""

    upload_id: Name
    tags: Tags = msgspec.field(default_factory=list)


REQUESTS: Requests = {
    "upload.start": (UploadStart, UploadState),
    "upload.piece": (UploadPiece, UploadState),
    "upload.finish": (UploadRef, MediaItem),
    "upload.cancel": (UploadRef, UploadState),
}
