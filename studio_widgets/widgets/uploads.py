"""Uploads: files dropped onto the widget, in pieces that are on disk before they are acknowledged."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from studio_widgets.engine.errors import ProtocolError
from studio_widgets.widgets.channel import Call, Channel
from studio_widgets.widgets.items import media_item
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.protocol import MediaItem, UploadPiece, UploadRef, UploadStart, UploadState

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library


class UploadsPart:
    """Answers `upload.*`.

    One ordered lane for pieces, which must arrive as they were sent. Finishing probes the file and may take seconds:
    it has a lane of its own, so that the pieces of the next file go on meanwhile.
    """

    def __init__(self, channel: Channel, pieces: Lane, finishing: Lane, library: Library) -> None:
        self._library = library
        place = f"{library.owner}\0{library.home}"
        self._place = hashlib.sha256(place.encode(errors="surrogateescape")).hexdigest()[:16]
        channel.handle("upload.start", self._start, pieces)
        channel.handle("upload.piece", self._piece, pieces)
        channel.handle("upload.cancel", self._cancel, pieces)
        channel.handle("upload.finish", self._finish, finishing)

    def close(self) -> None:
        """Nothing is held: what has arrived is on disk, and the same file goes on from there."""

    def _start(self, body: UploadStart, call: Call) -> UploadState:
        upload = self._library.uploads.start(body.name, body.size, body.modified)
        return UploadState(upload_id=upload.id, next_offset=upload.received, library=self._place)

    def _piece(self, body: UploadPiece, call: Call) -> UploadState:
        if len(call.buffers) != 1:
            raise ProtocolError(f"a piece is one buffer, and {len(call.buffers)} came", where="upload.piece")
        received = self._library.uploads.append(body.upload_id, body.offset, call.buffers[0])
        return UploadState(upload_id=body.upload_id, next_offset=received)

    def _finish(self, body: UploadRef, call: Call) -> MediaItem:
        return media_item(self._library.uploads.finish(body.upload_id, tags=body.tags))

    def _cancel(self, body: UploadRef, call: Call) -> UploadState:
        self._library.uploads.cancel(body.upload_id)
        return UploadState(upload_id=body.upload_id, next_offset=0)
