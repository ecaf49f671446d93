"""Removing what nobody needs: bytes without a row, derived files without their bytes, work that was never finished.

Nothing younger than the bound is touched, and whether anybody needs some bytes is asked under the lock under which rows
that need them are written: an import that runs at the same time either keeps its blob or stores it again.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pandas as pd

from studio_widgets.engine.errors import LibraryError, StorageError
from studio_widgets.engine.library import database_mark, postgres_place
from studio_widgets.engine.library.catalog import Catalog
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.folder_storage import extent, remove_tree
from studio_widgets.engine.library.storage import DERIVED, ORIGINALS, Storage, StoredKey, blob_key, sha256_of
from studio_widgets.engine.library.tables import as_series

DAY = datetime.timedelta(days=1)
UNFINISHED = datetime.timedelta(hours=1)  # for so long at least, what is half done counts as being worked on
_BATCH = 200  # blobs decided on in one transaction, under their locks

Thing = TypeVar("Thing")
Progress = Callable[[str, int], None]  # what is looked through, and how many so far


_FIND_DELETED = "select id, deleted_at from studio_deleted_media where instructor_id = %s and deleted_at < %s"
_FORGET_DELETED = (
    "delete from studio_deleted_media where instructor_id = %s and deleted_at < %s returning id, deleted_at"
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something that nobody needs: its key or place, bytes, when it was last changed, and why it may go."""

    key: str
    size: int
    modified: datetime.datetime
    why: str


class Collector:
    """One run of garbage collection.

    Parameters
    ----------
    older_than: what changed since then stays; what is half done stays for `UNFINISHED` in any case.
    dry_run: find and remove nothing.
    shared: other databases keep their bytes in the same place; then no original and no derived file is touched.
    databases: also remove embedded databases that lie outside a home that is gone.
    """

    def __init__(
        self,
        database: Database,
        storage: Storage,
        catalog: Catalog,
        home: Path,
        *,
        older_than: datetime.timedelta = DAY,
        dry_run: bool = False,
        shared: bool = False,
        databases: bool = False,
        progress: Progress | None = None,
    ) -> None:
        if older_than < datetime.timedelta(0):
            raise LibraryError(f"{older_than} is no age", hint="Give a time of 0 or more, a day by default.")
        self._database = database
        self._storage = storage
        self._catalog = catalog
        self._home = home
        self._bound = _now() - older_than
        self._unfinished_bound = _now() - max(older_than, UNFINISHED)
        self._dry = dry_run
        self._shared = shared
        self._databases = databases
        self._progress = progress

    def run(self) -> list[Found]:
        """Remove, and return what was removed. LibraryError, with nothing removed, when others have bytes here."""
        if not self._shared:
            database_mark.refuse_shared(self._storage, database_mark.identity(self._database))
        steps: list[Iterable[Found]] = [self._deleted_rows()]
        if not self._shared:
            steps += [self._unused(ORIGINALS), self._unused(DERIVED)]
        steps += [self._unfinished(), self._uploads()]
        if self._databases:
            steps.append(self._lost_databases())
        return list(itertools.chain.from_iterable(steps))

    # --- rows --------------------------------------------------------------------------------------------------------

    def _deleted_rows(self) -> Iterator[Found]:
        """Deleted media files that can no longer be brought back; their bytes go with the others that nobody needs."""
        query = _FIND_DELETED if self._dry else _FORGET_DELETED
        with self._database.connection() as connection:
            rows = connection.execute(query, (self._catalog.owner, self._bound)).fetchall()
        for identity, deleted in rows:
            yield Found(key=f"studio_deleted_media/{identity}", size=0, modified=deleted, why="deleted long enough ago")

    # --- bytes -------------------------------------------------------------------------------------------------------

    def _unused(self, folder: str) -> Iterator[Found]:
        """Originals that no row of anybody needs, and what was derived from such."""
        candidates = (stored for stored in self._watched(folder, self._storage.keys(folder)) if self._is_old(stored))
        for batch in _batches(candidates):
            for stored in self._remove_unused(batch):
                why = "no row needs it" if folder == ORIGINALS else "derived from bytes that no row needs"
                yield Found(key=stored.key, size=stored.size, modified=stored.modified, why=why)

    def _remove_unused(self, batch: list[StoredKey]) -> list[StoredKey]:
        """Those of a batch that nobody needs, removed while nobody can begin to."""
        originals = {stored.key: key for stored in batch if (key := _original(stored.key))}
        wanted = sorted(set(originals.values()))
        with self._database.connection() as connection:
            if self._dry:
                # as if the rows had gone that would have gone by now; the transaction is rolled back
                connection.execute(
                    "delete from studio_deleted_media where instructor_id = %s and deleted_at < %s"
                    " and storage_key = any(%s)",
                    (self._catalog.owner, self._bound, wanted),
                )
            else:
                for key in wanted:  # sorted, or two runs at the same time would wait for each other
                    self._catalog.lock_blob(connection, key)
            rows = connection.execute(
                "select key from unnest(%s::text[]) as key where not studio_api.blob_is_used(key)", (wanted,)
            ).fetchall()
            unused = {row[0] for row in rows}
            gone = [stored for stored in batch if originals.get(stored.key) in unused]
            if self._dry:
                connection.rollback()
            else:
                self._storage.delete_many([stored.key for stored in gone])
        return gone

    def _unfinished(self) -> Iterator[Found]:
        """Half-written files and interrupted uploads."""
        for leftover in self._watched("unfinished", self._storage.leftovers()):
            if leftover.modified >= self._unfinished_bound:
                continue
            if not self._dry:
                self._storage.discard(leftover)
            yield Found(key=leftover.name, size=leftover.size, modified=leftover.modified, why=leftover.why)

    def _uploads(self) -> Iterator[Found]:
        """Files dropped onto the browser whose upload nobody went on with."""
        for path in self._watched("uploads", _entries(self._home / "uploads")):
            yield from self._old_folder(path, f"uploads/{path.name}", "upload that was never finished")

    def _lost_databases(self) -> Iterator[Found]:
        for data in self._watched("databases", postgres_place.lost_data()):
            yield from self._old_folder(data, str(data), "database of a studio whose folder is gone")

    def _old_folder(self, path: Path, key: str, why: str) -> Iterator[Found]:
        try:
            size, modified = extent(path)
        except FileNotFoundError:
            return
        if modified < self._unfinished_bound:
            if not self._dry:
                remove_tree(path)
            yield Found(key=key, size=size, modified=modified, why=why)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _is_old(self, stored: StoredKey) -> bool:
        return stored.modified < self._bound

    def _watched(self, what: str, things: Iterable[Thing]) -> Iterator[Thing]:
        for count, thing in enumerate(things, 1):
            if self._progress is not None:
                self._progress(what, count)
            yield thing


def to_frame(found: Iterable[Found]) -> pd.DataFrame:
    """What was found as a DataFrame: key, size (bytes), modified (UTC), why."""
    rows = list(found)
    return pd.DataFrame(
        {
            "key": as_series([one.key for one in rows], "text"),
            "size": as_series([one.size for one in rows], "int8"),
            "modified": as_series([one.modified for one in rows], "timestamptz"),
            "why": as_series([one.why for one in rows], "text"),
        }
    )


def _original(key: str) -> str | None:
    """The original that a key is or was derived from; None for what we do not know, which is left alone."""
    if sha256_of(key):
        return key
    folder, *rest = key.split("/")
    return blob_key(rest[1]) if folder == DERIVED and len(rest) == 3 and len(rest[1]) == 64 else None


def _batches(things: Iterable[StoredKey]) -> Iterator[list[StoredKey]]:
    iterator = iter(things)
    while batch := list(itertools.islice(iterator, _BATCH)):
        yield batch


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"cannot be listed ({error.strerror})", where=str(folder)) from error
