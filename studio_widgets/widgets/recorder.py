"""The recorder: chunks of a take, in order and each on disk before it is acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from studio_widgets.engine.errors import ProtocolError, StudioError
from studio_widgets.widgets.base import StudioWidget
from studio_widgets.widgets.channel import Call, Channel
from studio_widgets.widgets.items import media_item, recording_item
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.protocol import (
    ChunkAck,
    MediaItem,
    RecordChunk,
    RecordStart,
    RecordStarted,
    RecordStop,
    SaveRecording,
)

if TYPE_CHECKING:
    from studio_widgets.engine.library.projects import ProjectSession
    from studio_widgets.engine.library.recordings import Recordings


class RecorderTraits(traitlets.HasTraits):
    """recording_state: "idle" | "recording" | "saving", told by the kernel."""

    recording_state = traitlets.Unicode("idle").tag(sync=True)


class RecorderPart:
    """Answers `recorder.*`. One ordered lane: chunks are written as they were sent."""

    def __init__(
        self, widget: StudioWidget, channel: Channel, lane: Lane, recordings: Recordings, project_id: str | None
    ) -> None:
        self._widget = widget
        self._recordings = recordings
        self._project_id = project_id
        self._running: set[str] = set()
        channel.handle("recorder.start", self._start, lane)
        channel.handle("recorder.chunk", self._chunk, lane)
        channel.handle("recorder.stop", self._stop, lane)
        channel.handle("recorder.save", self._save, lane)

    def close(self) -> None:
        """Nothing is held: a take that was not stopped is on disk and can be recovered."""

    def _start(self, body: RecordStart, call: Call) -> RecordStarted:
        recording_id = self._recordings.start(body.track_type, body.mime_type, self._project_id, body.name)
        self._running.add(recording_id)
        self._tell("recording")
        return RecordStarted(recording_id=recording_id)

    def _chunk(self, body: RecordChunk, call: Call) -> ChunkAck:
        if len(call.buffers) != 1:
            raise ProtocolError(f"a chunk is one buffer, and {len(call.buffers)} came", where="recorder.chunk")
        return ChunkAck(next_seq=self._recordings.append(body.recording_id, body.seq, call.buffers[0]))

    def _stop(self, body: RecordStop, call: Call) -> MediaItem:
        self._tell("saving")
        try:
            take = self._recordings.stop(body.recording_id, body.chunks)
        except StudioError:
            # With chunks missing the take goes on; when nothing can be played it is over.
            if self._recordings.get(body.recording_id).status != "recording":
                self._running.discard(body.recording_id)
            raise
        else:
            self._running.discard(body.recording_id)
        finally:
            self._tell("recording" if self._running else "idle")
        return recording_item(take)

    def _save(self, body: SaveRecording, call: Call) -> MediaItem:
        media = self._recordings.save(body.recording_id, body.name, body.tags, body.description)
        return media_item(media)

    def _tell(self, state: str) -> None:
        self._widget.set_trait("recording_state", state)


class Recorder(RecorderTraits, StudioWidget):
    """The recorder alone.

    Parameters
    ----------
    recordings: where takes go. session: the project they are made for, if any.
    """

    _bundle = "recorder"

    def __init__(self, recordings: Recordings, session: ProjectSession | None = None, **traits: object) -> None:
        super().__init__(project_title=session.title if session else "", **traits)
        project_id = session.id if session else None
        self.add_part(RecorderPart(self, self._channel, self.lane("recorder"), recordings, project_id))
