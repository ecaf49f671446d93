"""What the asset browser does to files: details, tags, names, deletion and its undo, downloads, background work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio_widgets.engine.errors import MissingMediaError, RecordingError, StudioError
from studio_widgets.widgets.channel import Buffer, Call, Channel
from studio_widgets.widgets.items import media_details
from studio_widgets.widgets.lanes import Lane, Throttle
from studio_widgets.widgets.protocol import (
    MAX_BUFFER,
    DetailsList,
    DownloadPart,
    DownloadRequest,
    FilesChanged,
    LibraryJobs,
    MediaDetails,
    MediaIds,
    Nothing,
    RenameFiles,
    TagCount,
    TagFiles,
    TagList,
)

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.recordings import Recordings

JOBS_INTERVAL = 0.2  # seconds between two "library.jobs" events
TAGS_PROPOSED = 200


class LibraryActionsPart:
    """Answers `library.details`, `tags`, `tag`, `rename`, `delete`, `restore` and `download`.

    One ordered lane for changes, so that an undo comes after what it takes back; downloads have a lane of their own.
    """

    def __init__(self, channel: Channel, changing: Lane, reading: Lane, downloads: Lane, library: Library) -> None:
        self._library = library
        channel.handle("library.details", self._details, reading)
        channel.handle("library.tags", self._tags, reading)
        channel.handle("library.tag", self._tag, changing)
        channel.handle("library.rename", self._rename, changing)
        channel.handle("library.delete", self._delete, changing)
        channel.handle("library.restore", self._restore, changing)
        channel.handle("library.download", self._download, downloads)

    def close(self) -> None:
        """Nothing is held."""

    def _details(self, body: MediaIds, call: Call) -> DetailsList:
        items: list[MediaDetails] = []
        for media_id in body.ids:
            if call.cancelled.is_set():
                break
            try:
                items.append(media_details(self._library.get(media_id)))
            except MissingMediaError:
                continue  # deleted meanwhile: the view lets go of it
        return DetailsList(items=items)

    def _tags(self, body: Nothing, call: Call) -> TagList:
        return TagList(items=[TagCount(tag=tag, count=count) for tag, count in self._library.tags(TAGS_PROPOSED)])

    def _tag(self, body: TagFiles, call: Call) -> FilesChanged:
        ids = unique(body.ids)
        count = 0
        # Removed first: a tag in both lists is one that shall be there.
        if body.remove:
            count = self._library.untag(ids, body.remove)
        if body.add:
            count = max(count, self._library.tag(ids, body.add))
        return FilesChanged(count=count, ids=ids)

    def _rename(self, body: RenameFiles, call: Call) -> FilesChanged:
        ids = unique(body.ids)
        return FilesChanged(count=self._library.rename(ids, body.pattern, body.description), ids=ids)

    def _delete(self, body: MediaIds, call: Call) -> FilesChanged:
        ids = unique(body.ids)
        return FilesChanged(count=self._library.delete(ids), ids=ids)

    def _restore(self, body: MediaIds, call: Call) -> FilesChanged:
        ids = unique(body.ids)
        return FilesChanged(count=self._library.restore(ids), ids=ids)

    def _download(self, body: DownloadRequest, call: Call) -> tuple[DownloadPart, Sequence[Buffer]]:
        media = self._library.get(body.id)
        return _part(self._library, body, media.name, media.file_type, media.file_size)


class JobsPart:
    """Answers `library.jobs` and `library.cancel`, and tells the view how far the work in the background is."""

    def __init__(self, channel: Channel, lane: Lane, library: Library) -> None:
        self._channel = channel
        self._library = library
        self._throttle = Throttle(JOBS_INTERVAL, self._tell)
        channel.handle("library.jobs", self._jobs, lane)
        channel.handle("library.cancel", self._cancel, lane)
        self._unsubscribe = library.subscribe(self._hear)

    def close(self) -> None:
        """Tell nothing any more; the work itself goes on."""
        self._unsubscribe()
        self._throttle.close()

    def _jobs(self, body: Nothing, call: Call) -> LibraryJobs:
        return self._state()

    def _cancel(self, body: Nothing, call: Call) -> Nothing:
        self._library.cancel()
        return Nothing()

    def _hear(self, kind: str) -> None:
        if kind == "jobs":
            self._throttle.poke()

    def _tell(self) -> None:
        self._channel.emit("library.jobs", self._state())

    def _state(self) -> LibraryJobs:
        jobs = self._library.jobs()
        return LibraryJobs(done=jobs.done, total=jobs.total, label=jobs.label, failed=jobs.failed)


class TakesPart:
    """Answers `recorder.delete`, for good, and `recorder.download`: for takes that nobody saved."""

    def __init__(
        self, channel: Channel, changing: Lane, downloads: Lane, library: Library, recordings: Recordings | None
    ) -> None:
        self._library = library
        self._recordings = recordings
        channel.handle("recorder.delete", self._delete, changing)
        channel.handle("recorder.download", self._download, downloads)

    def close(self) -> None:
        """Nothing is held."""

    def _takes(self) -> Recordings:
        if self._recordings is None:
            raise RecordingError("this browser shows no recordings", hint="Open it with studio.browser().")
        return self._recordings

    def _download(self, body: DownloadRequest, call: Call) -> tuple[DownloadPart, Sequence[Buffer]]:
        take = self._takes().get(body.id)
        named = take.name if take.name.lower().endswith(".webm") else f"{take.name}.webm"
        file_type = take.mime_type.partition(";")[0]
        return _part(self._library, body, named, file_type, take.file_size or 0)

    def _delete(self, body: MediaIds, call: Call) -> FilesChanged:
        takes = self._takes()
        deleted: list[str] = []
        refused: list[StudioError] = []
        for recording_id in unique(body.ids):
            try:
                takes.delete(recording_id)
            except StudioError as error:
                refused.append(error)
            else:
                deleted.append(recording_id)
        if refused:
            raise _refusal(refused, len(deleted))
        return FilesChanged(count=len(deleted), ids=deleted)


def _part(
    library: Library, body: DownloadRequest, name: str, file_type: str, size: int
) -> tuple[DownloadPart, Sequence[Buffer]]:
    """A piece of a media file or take, or where all of it is."""
    url = library.url(body.id) or ""
    part = DownloadPart(name=name, file_type=file_type, size=size, offset=body.offset, url=url)
    data = b"" if url else library.read(body.id, body.offset, MAX_BUFFER)
    return part, [data] if data else ()


def unique(ids: Sequence[str]) -> list[str]:
    """The ids without repetitions, in their order."""
    return list(dict.fromkeys(ids))


def _refusal(refused: Sequence[StudioError], deleted: int) -> StudioError:
    """One error for the takes that stay: the first one's words when it is the only one."""
    if len(refused) == 1:
        return refused[0]
    names = ", ".join(error.where or error.message for error in refused[:5])
    more = f" and {len(refused) - 5} more" if len(refused) > 5 else ""
    return RecordingError(
        f"{len(refused)} takes were not deleted, {deleted} were: {names}{more}. {refused[0].message}",
        hint=refused[0].hint,
    )
