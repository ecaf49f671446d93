"""From what a clip shows to a file on this machine: media files and takes alike."""

from __future__ import annotations

from typing import Any

from studio_widgets.engine.errors import LibraryError, MissingMediaError
from studio_widgets.engine.library.catalog import Catalog, as_uuid, not_found
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.derived import Content, Derived, content_of
from studio_widgets.engine.library.media_file import PROBE, info_from_metadata
from studio_widgets.engine.library.storage import Storage
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.timeline.model import MediaFileSource, RecordingSource, Source


def fetched(content: Content) -> Content:
    """The content, if its bytes are in storage. MissingMediaError for a web studio's row that was not fetched yet."""
    if not content.storage_key:
        raise MissingMediaError(
            "its bytes are not in this library's storage, only at the address that a web studio gave it",
            where=content.name,
            hint=f"Fetch them: studio.library.fetch({content.media_id!r}).",
        )
    return content


class Sources:
    """Finds the bytes of media files and takes."""

    def __init__(self, database: Database, storage: Storage, catalog: Catalog, derived: Derived) -> None:
        self._database = database
        self._storage = storage
        self._catalog = catalog
        self._derived = derived

    def source_file(self, source: Source) -> SourceFile:
        """See Library.source_file."""
        if isinstance(source, MediaFileSource):
            content = fetched(self._media(source))
        elif isinstance(source, RecordingSource):
            content = self._recording(source.recording_id)
        else:
            raise LibraryError(f"a {type(source).__name__} has no file", hint="Only media files and takes have one.")
        proxy = self._derived.path(content.sha256, "proxy")
        mezzanine = self._derived.place(content.sha256, "mezzanine")
        return SourceFile(
            path=str(self._storage.local_path(content.storage_key)),
            sha256=content.sha256,
            info=content.info,
            proxy=str(proxy) if proxy is not None else None,
            mezzanine=str(mezzanine) if mezzanine is not None else None,
        )

    def content(self, identity: str) -> Content:
        """The bytes of a media file or take, by id. Raises MissingMediaError."""
        key = as_uuid(identity)
        if key is None:
            raise not_found(identity)
        file = self._catalog.get(key)
        return content_of(file) if file is not None else self._recording(key)

    def _media(self, source: MediaFileSource) -> Content:
        """The media file, or the owner's file with the same bytes (a timeline that came from another library)."""
        key = as_uuid(source.media_file_id)
        file = (self._catalog.get(key) if key else None) or self._catalog.with_bytes(source.sha256)
        if file is None:
            raise not_found(source.media_file_id)
        return fetched(content_of(file))

    def _recording(self, identity: str) -> Content:
        """The take's own bytes, or those of the media file it was saved as."""
        row = self._row(identity)
        if row is None:
            raise not_found(identity)
        name, digest, key, metadata, saved_as = row
        if key and self._storage.exists(key):
            path = self._storage.local_path(key)
            info = info_from_metadata(metadata, name) if PROBE in metadata else probe(path)
            return Content(sha256=digest, storage_key=key, name=name, info=info)
        file = self._catalog.get(saved_as) if saved_as else None
        if file is None:
            raise MissingMediaError(
                "this take has no picture or sound yet, or has expired",
                where=name,
                hint="Wait until it has stopped; save takes you want to keep.",
            )
        return content_of(file)

    def _row(self, identity: str) -> tuple[Any, ...] | None:
        with self._database.connection() as connection:
            return connection.execute(
                "select name, coalesce(content_sha256, ''), storage_key, studio_metadata, media_file_id::text"
                " from studio_recordings where id = %s and instructor_id = %s",
                (identity, self._catalog.owner),
            ).fetchone()
