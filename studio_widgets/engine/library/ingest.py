"""Getting media in: probe, hash, store, write the row; each item by itself, bad ones reported together at the end.

The order is what makes a crash harmless: the blob is whole and durable before its row is written.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from studio_widgets.engine.errors import LibraryError, MediaError, StudioError
from studio_widgets.engine.library import remote_rows
from studio_widgets.engine.library.catalog import Catalog, NewFile
from studio_widgets.engine.library.database import Connection, Database
from studio_widgets.engine.library.items import Item
from studio_widgets.engine.library.media_file import SourceType
from studio_widgets.engine.library.storage import Blob, Storage
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.probe import probe


class BatchError(LibraryError):
    """Some items of a batch were refused: `errors` says which and why, `added` is the DataFrame of the others."""

    code = "batch_error"

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        errors: Sequence[StudioError] = (),
        added: pd.DataFrame | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.errors = tuple(errors)
        self.added = pd.DataFrame() if added is None else added

    @classmethod
    def of(cls, errors: Sequence[StudioError], added: pd.DataFrame) -> BatchError:
        """The error for these refusals."""
        if len(errors) == 1 and added.empty:
            only = errors[0]
            return cls(only.message, where=only.where, hint=only.hint, errors=errors, added=added)
        count = f"{len(errors)} of {len(errors) + len(added)} items were not added"
        listed = "".join(f"\n  - {error}" for error in errors)
        rest = "\nThe others are in the library (see .added)." if len(added) else ""
        return cls(f"{count}:{listed}{rest}", errors=errors, added=added)


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What all items of a batch have in common."""

    tags: Sequence[str] = ()
    description: str = ""
    source_type: SourceType = "upload"
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)


class Ingest:
    """Adds items to one owner's library."""

    def __init__(self, database: Database, storage: Storage, catalog: Catalog) -> None:
        self._database = database
        self._storage = storage
        self._catalog = catalog

    def add_all(self, items: Iterable[Item], details: Details) -> Iterator[tuple[Item, str | StudioError]]:
        """Add items one by one; each comes back with its media id, or with the error that kept it out."""
        for item in items:
            try:
                yield item, self.add(item, details)
            except StudioError as error:
                yield item, _naming(error, item)

    def add(self, item: Item, details: Details) -> str:
        """Add one item and return its media id. Nothing is left behind when it is refused."""
        if item.error is not None:
            raise item.error
        if item.path is not None:
            return self.add_path(item.path, item.name, details)
        data = item.data or b""
        with tempfile.TemporaryDirectory(prefix="studio-") as folder:
            path = Path(folder) / (Path(item.name).name or "drawn.png")
            path.write_bytes(data)
            try:
                return self.add_path(path, item.name or _drawn_name(data), details)
            except MediaError as error:
                # the temporary path means nothing to the user
                raise type(error)(error.message, where=item.name, hint=error.hint) from error

    def add_path(self, path: Path, name: str, details: Details) -> str:
        """Add a file under a name and return its media id."""
        before = _state(path)
        info = probe(path)
        blob = self._storage.put_file(path)
        if _state(path) != before:  # somebody wrote to it meanwhile: what counts is what we stored
            info = self._probe_stored(blob, path)
        return self.add_blob(path, blob, info, name, details)

    def add_blob(self, path: Path, blob: Blob, info: MediaInfo, name: str, details: Details) -> str:
        """Write the row of a stored file. `path` restores the blob if it was deleted in this very moment."""
        new = NewFile(
            name=name,
            info=info,
            sha256=blob.sha256,
            storage_key=blob.key,
            file_size=blob.size,
            tags=details.tags,
            description=details.description,
            source_type=details.source_type,
            metadata=details.metadata,
        )
        with self._database.connection() as connection:
            self.secure(connection, blob, path)
            identity = self._catalog.insert(connection, new)
            remote_rows.note_links(connection, self._catalog.owner, identity, self._storage.links(blob.key))
            return identity

    def secure(self, connection: Connection, blob: Blob, path: Path) -> None:
        """See that the blob is in storage, and stays there until the transaction ends: now a row may refer to it.

        It was put there before; but an older one with the same bytes may have been removed since.
        """
        self._catalog.lock_blob(connection, blob.key)
        if not self._storage.is_stored(blob.key):
            self._storage.put_file(path)

    def remove_blob_if_unused(self, key: str) -> bool:
        """Delete a blob that no row refers to any more; whether it was deleted."""
        with self._database.connection() as connection:
            self._catalog.lock_blob(connection, key)
            if self._catalog.is_referred_to(connection, key):
                return False
            self._storage.delete(key)
            return True

    def _probe_stored(self, blob: Blob, path: Path) -> MediaInfo:
        try:
            with self._storage.lent(blob.key) as stored:
                return probe(stored)
        except MediaError as error:
            self.remove_blob_if_unused(blob.key)
            raise MediaError(
                "the file changed while it was read, and is not media now",
                where=str(path),
                hint="Add it when it is complete.",
            ) from error


def _state(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None when it is not there (the probe says so better)."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _drawn_name(data: bytes) -> str:
    """A name for a picture that has none: the same picture, the same name."""
    return f"picture-{hashlib.sha256(data).hexdigest()[:8]}.png"


def _naming(error: StudioError, item: Item) -> StudioError:
    """The error, made to name the item where it does not yet."""
    if item.name and item.name not in str(error):
        return type(error)(error.message, where=item.name, hint=error.hint)
    return error
