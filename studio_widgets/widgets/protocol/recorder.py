"""Messages of the recorder: a take in numbered chunks."""

from __future__ import annotations

from typing import Literal

from studio_widgets.widgets.protocol.envelope import Count, Message, Name, Requests, Text
from studio_widgets.widgets.protocol.library import DownloadPart, DownloadRequest, FilesChanged, MediaIds, MediaItem


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


REQUESTS: Requests = {
    "recorder.start": (RecordStart, RecordStarted),
    "recorder.chunk": (RecordChunk, ChunkAck),
    "recorder.stop": (RecordStop, MediaItem),
    "recorder.delete": (MediaIds, FilesChanged),
    "recorder.download": (DownloadRequest, DownloadPart),
    "recorder.save": (SaveRecording, MediaItem),
}
