"""Recordings: takes from their first chunk to a media file of the library.

    start → append … → stop → (on the timeline as a take) → save → a media file with source_type "studio_recording"

A take whose browser or kernel died is finished by `recover()` from what is on disk. Takes that nobody saved are
deleted when they expire, unless a timeline shows them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pandas as pd

from studio_widgets.engine.errors import MediaError, RecordingError, StudioError
from studio_widgets.engine.library import recording_rows
from studio_widgets.engine.library.derived import Content
from studio_widgets.engine.library.recording_rows import Recording, Saved
from studio_widgets.engine.library.takes import Take
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.remux import remux

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.media_file import MediaFile
    from studio_widgets.engine.library.projects import Projects

__all__ = ["Recording", "Recordings"]

TRACK_TYPES = ("screen", "camera", "microphone")
DEFAULT_TAGS = ("studio", "recording")
IDLE_SECONDS = 60.0  # a take without a chunk for so long has lost its browser


class Recordings:
    """The takes of an instructor. All methods may be called from any thread.

    Parameters
    ----------
    library: database, storage and home folder; takes lie under `<home>/recordings/<id>/` while they are recorded.
    projects: whose timelines may show takes.
    """

    def __init__(self, library: Library, projects: Projects) -> None:
        self.library = library
        self.projects = projects
        self.folder = Path(library.home) / "recordings"
        self._lock = threading.Lock()
        self._takes: dict[str, Take] = {}

    # --- recording -----------------------------------------------------------------------------------------------

    def start(self, track_type: str, mime_type: str, project_id: str | None = None, name: str = "") -> str:
        """Open a take and return its id; chunks are numbered from 0. RecordingError for unknown kinds."""
        if track_type not in TRACK_TYPES:
            raise RecordingError(f"unknown kind of recording {track_type!r}", hint=f"One of {', '.join(TRACK_TYPES)}.")
        if mime_type.partition(";")[0].strip().lower() not in ("video/webm", "audio/webm", "video/x-matroska"):
            raise RecordingError(f"recordings are webm, not {mime_type!r}", hint="Record as video/webm.")
        recording_id = str(uuid4())
        name = name.strip() or f"{track_type.capitalize()} recording"
        take = Take(self.folder / recording_id, name=name)
        try:
            with self.library.database.connection() as connection:
                recording_rows.insert(
                    connection, recording_id, self.library.owner, project_id, name, track_type, mime_type
                )
        except BaseException:
            take.remove()
            raise
        with self._lock:
            self._takes[recording_id] = take
        self.library.notify("recordings")
        return recording_id

    def append(self, recording_id: str, seq: int, data: bytes | bytearray | memoryview) -> int:
        """Store the next chunk (at most 1 MB); returns the number of the one after it, once this one is on disk.

        A chunk sent twice is acknowledged without effect. RecordingError, with the take unharmed: an unknown take, a
        gap, a chunk too large, a first chunk that is not webm.
        """
        return self._take(recording_id).append(seq, data)

    def next_seq(self, recording_id: str) -> int:
        """Number of the chunk that is due: where a recorder resumes."""
        return self._take(recording_id).next_seq

    def stop(self, recording_id: str, chunks: int) -> Recording:
        """Close the take after `chunks` chunks and make it playable; harmless when it is already.

        RecordingError when chunks are missing (the take goes on) or nothing can be played (it is marked failed).
        """
        done = self.get(recording_id)
        if done.status == "ready":
            return done
        take = self._take(recording_id)
        with take.lock:
            if take.next_seq < chunks:
                raise RecordingError(
                    f"{chunks} chunks were recorded, {take.next_seq} arrived",
                    where=take.name,
                    hint=f"Send again from chunk {take.next_seq}.",
                )
            return self._finish(recording_id, take)

    def recover(self) -> Sequence[Recording]:
        """Finish takes that were left behind (browser or kernel died) and delete expired ones; returns the finished.

        Takes that another kernel is recording, or this one got a chunk of in the last minute, are left alone.
        """
        finished = []
        for recording_id in self._unfinished():
            folder = self.folder / recording_id
            with self._lock:
                take = self._takes.get(recording_id)
            if take is not None and time.monotonic() - take.touched < IDLE_SECONDS:
                continue
            if take is None and not folder.is_dir():
                continue  # recorded on another machine that shares the database
            try:
                take = take or self._take(recording_id)
                with take.lock:
                    finished.append(self._finish(recording_id, take))
            except RecordingError:
                continue  # another kernel records it, or nothing can be played: it is marked failed
        self._expire()
        return finished

    # --- takes that are ready --------------------------------------------------------------------------------------

    def get(self, recording_id: str) -> Recording:
        """One recording by id; RecordingError when there is none."""
        with self.library.database.connection() as connection:
            recording = recording_rows.find(connection, self.library.owner, recording_id)
        if recording is None:
            raise RecordingError(f"there is no recording {recording_id!r}", hint="See studio.recordings.list().")
        return recording

    def page(self, *, search: str = "", page: int = 0, limit: int = 30) -> tuple[Sequence[Recording], int]:
        """Takes that are ready and not saved yet, newest first, and how many there are (counted up to 10,000)."""
        with self.library.database.connection() as connection:
            return recording_rows.page(connection, self.library.owner, search, page, limit)

    def list(self) -> pd.DataFrame:
        """All recordings, newest first, saved ones too: id, name, track_type, status, duration_ms, file_size, …"""
        return self.library.database.frame(
            "select id::text as id, name, track_type, status, mime_type, duration_ms, file_size, width, height,"
            " promoted_to_media, media_file_id::text as media_file_id, studio_project_id::text as project_id,"
            " expires_at, created_at"
            " from studio_recordings where instructor_id = %s order by created_at desc, id desc",
            (self.library.owner,),
        )

    def save(
        self, recording_id: str, name: str = "", tags: Sequence[str] = DEFAULT_TAGS, description: str = ""
    ) -> MediaFile:
        """Promote a take to a media file; saving it again gives the same one.

        Every clip that shows the take, in any project, shows the media file afterwards, through an edit.
        """
        recording = self.get(recording_id)
        if recording.status != "ready" or recording.storage_key is None:
            raise RecordingError(
                f"the take is not ready (it is {recording.status!r})", where=recording.name, hint="Stop it first."
            )
        if recording.media_file_id is None:
            clips = self.projects.clips_of_recording(recording_id)
            saved = Saved(
                name=name.strip() or recording.name,
                tags=[tag.strip() for tag in tags if tag.strip()],
                description=description,
                original_clip_id=clips[0] if clips else None,
            )
            media = self._promote(recording, saved)
        else:
            media = self.library.get(recording.media_file_id)
        self.projects.relink_recording(recording_id, media.id)
        self.library.notify("recordings")
        self.library.notify("library")
        return media

    def delete(self, recording_id: str) -> None:
        """Delete a take that no timeline shows; a media file it was saved as stays."""
        recording = self.get(recording_id)
        if self.projects.clips_of_recording(recording_id):
            raise RecordingError(
                "a timeline shows this take", where=recording.name, hint="Save it to the library, or remove the clips."
            )
        with self._lock:
            take = self._takes.pop(recording_id, None)
        if take is None and (self.folder / recording_id).is_dir():
            take = Take(self.folder / recording_id, name=recording.name)  # refused while another kernel records it
        with self.library.database.connection() as connection:
            recording_rows.delete(connection, recording_id)
        if take is not None:
            take.remove()
        if recording.storage_key is not None and recording.sha256 is not None:
            self.library.release(recording.storage_key, recording.sha256)
        self.library.notify("recordings")

    def close(self) -> None:
        """Let go of unfinished takes; they stay on disk for `recover()`."""
        with self._lock:
            takes, self._takes = list(self._takes.values()), {}
        for take in takes:
            take.release()

    # --- inside ----------------------------------------------------------------------------------------------------

    def _take(self, recording_id: str) -> Take:
        """The open take: this kernel's, or one of a kernel that died, from disk."""
        with self._lock:
            take = self._takes.get(recording_id)
        if take is not None:
            return take
        recording = self.get(recording_id)
        if recording.status != "recording":
            raise RecordingError(
                f"the take is closed (it is {recording.status!r})", where=recording.name, hint="Start a new one."
            )
        with self._lock:
            if recording_id not in self._takes:
                self._takes[recording_id] = Take(self.folder / recording_id, name=recording.name)
            return self._takes[recording_id]

    def _finish(self, recording_id: str, take: Take) -> Recording:
        """Raw chunks → a seekable file in storage → row `ready`. If database or disk fail, the take stays as it was."""
        clean = take.folder / "clean.webm"
        try:
            remux(take.path, clean)
            info = probe(clean)
        except MediaError as error:
            with self.library.database.connection() as connection:
                recording_rows.mark_failed(connection, recording_id)
            self._forget(recording_id)
            take.release()
            self.library.notify("recordings")
            raise RecordingError(
                f"the take cannot be played: {error.message}", where=take.name, hint="Record again."
            ) from error
        blob = self.library.storage.put_file(clean)
        with self.library.database.connection() as connection:
            self.library.secure(connection, blob, clean)
            recording_rows.mark_ready(connection, recording_id, info, blob.key, blob.sha256, blob.size)
        self._forget(recording_id)
        take.remove()
        self.library.derive(Content(sha256=blob.sha256, storage_key=blob.key, name=take.name, info=info))
        self.library.notify("recordings")
        return self.get(recording_id)

    def _forget(self, recording_id: str) -> None:
        with self._lock:
            self._takes.pop(recording_id, None)

    def _promote(self, recording: Recording, saved: Saved) -> MediaFile:
        metadata: dict[str, object] = {
            "recording_id": recording.id,
            "recording_duration_ms": recording.duration_ms,
            "track_type": recording.track_type,
        }
        if saved.original_clip_id is not None:
            metadata["original_clip_id"] = saved.original_clip_id
        # The same bytes are the same media file: should this end half-way, saving again finds the row.
        media = self.library.ingest(
            self.library.storage.local_path(recording.storage_key or ""),
            name=saved.name,
            source_type="studio_recording",
            tags=saved.tags,
            description=saved.description,
            metadata=metadata,
        )
        with self.library.database.connection() as connection:
            recording_rows.mark_saved(connection, recording.id, media.id)
        return media

    def _unfinished(self) -> Sequence[str]:
        with self.library.database.connection() as connection:
            return recording_rows.unfinished(connection, self.library.owner)

    def _expire(self) -> None:
        with self.library.database.connection() as connection:
            expired = recording_rows.expired(connection, self.library.owner)
        for recording_id in expired:
            try:
                self.delete(recording_id)
            except StudioError:
                continue  # a timeline shows it: it stays
