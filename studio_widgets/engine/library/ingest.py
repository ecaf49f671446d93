"""Getting media in: probe, hash, store, write the row.

The order is what makes a crash harmless: the blob is whole and durable before its row is written.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from studio_widgets.engine.errors import LibraryError, MediaError, StudioError
from studio_widgets.engine.library import remote_rows
from studio_widgets.engine.library.catalog import Catalog, NewFile, media_id
from studio_widgets.engine.library.database import Connection, Database
from studio_widgets.engine.library.items import MEDIA_SUFFIXES, Item
from studio_widgets.engine.library.media_file import SourceType
from studio_widgets.engine.library.prober import Prober
from studio_widgets.engine.library.storage import Blob, Storage, file_sha256
from studio_widgets.engine.library.worker_process import Stop
from studio_widgets.engine.media.convert import foreign_kind
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.source import check_file

MAX_NAME = 500  # characters: an index holds names
# the keys of `studio_metadata` for what a media file was made from
ORIGINAL_KEY, ORIGINAL_NAME = "originalKey", "originalName"


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


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """What a media file was made from when it could not be used itself: a drawing, say. Kept as a blob of its own."""

    path: Path
    blob: Blob
    name: str


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """An item whose bytes are in storage and whose row is still to be written."""

    path: Path
    blob: Blob
    info: MediaInfo
    name: str
    original: Original | None = None


Told = Callable[[float], None]  # how much of the work on an item is done, 0..1


class Ingest:
    """Adds items to one owner's library, in two steps: `prepare`, on any thread, and `commit`, which is quick."""

    def __init__(self, database: Database, storage: Storage, catalog: Catalog, prober: Prober) -> None:
        self._database = database
        self._storage = storage
        self._catalog = catalog
        self._prober = prober

    def add(self, item: Item, details: Details) -> str:
        """Add one item and return its media id. Nothing is left behind when it is refused."""
        with self.prepared(item) as prepared:
            return self.commit(prepared, details)

    @contextlib.contextmanager
    def prepared(self, item: Item, stop: Stop | None = None, told: Told = lambda part: None) -> Iterator[Prepared]:
        """An item probed and stored; while the block runs, its file lies ready should the blob be deleted meanwhile.

        Raises MediaError, which names the item, when it is refused, StorageError, and Cancelled when `stop` says so.
        """
        with contextlib.ExitStack() as held:
            try:
                prepared = self._prepare(item, held, stop or Stop(), told)
            except StudioError as error:
                raise _naming(error, item) from error
            yield prepared

    def commit(self, prepared: Prepared, details: Details) -> str:
        """Write the row and return the media id; the same bytes again are the same row."""
        original = prepared.original
        metadata = dict(details.metadata)
        if original is not None:
            metadata |= {ORIGINAL_KEY: original.blob.key, ORIGINAL_NAME: original.name}
        new = NewFile(
            name=prepared.name,
            info=prepared.info,
            sha256=prepared.blob.sha256,
            storage_key=prepared.blob.key,
            file_size=prepared.blob.size,
            tags=details.tags,
            description=details.description,
            source_type=details.source_type,
            metadata=metadata,
        )
        blobs = {prepared.blob.key: prepared.path}
        if original is not None:
            blobs[original.blob.key] = original.path
        with self._database.connection() as connection:
            for blob, path in sorted(blobs.items()):  # in one order everywhere: two imports never wait for each other
                self.secure(connection, blob, path)
            identity = self._catalog.insert(connection, new)
            remote_rows.note_links(connection, self._catalog.owner, identity, self._storage.links(prepared.blob.key))
            return identity

    def secure(self, connection: Connection, key: str, path: Path) -> None:
        """See that the blob is in storage, and stays there until the transaction ends: now a row may refer to it.

        It was put there before; but an older one with the same bytes may have been removed since.
        """
        self._catalog.lock_blob(connection, key)
        if not self._storage.is_stored(key):
            self._storage.put_file(path)

    def remove_blob_if_unused(self, key: str) -> bool:
        """Delete a blob that no row refers to any more; whether it was deleted."""
        with self._database.connection() as connection:
            self._catalog.lock_blob(connection, key)
            if self._catalog.is_referred_to(connection, key):
                return False
            self._storage.delete(key)
            return True

    # --- inside ----------------------------------------------------------------------------------------------------

    def _prepare(self, item: Item, held: contextlib.ExitStack, stop: Stop, told: Told) -> Prepared:
        if item.error is not None:
            raise item.error
        path, name = item.path, _legible(item.name)
        if path is None:
            data = item.data or b""
            folder = held.enter_context(self._storage.scratch())
            path, name = folder / f"item{_suffix(name)}", name or _drawn_name(data)
            path.write_bytes(data)
        check_file(path)  # a pipe, say, must not even be opened
        if (kind := foreign_kind(path)) is not None:
            folder = held.enter_context(self._storage.scratch())
            return self._prepare_foreign(kind, path, name, folder, stop)
        known = self._known(path)
        if known is not None:
            return Prepared(path=path, blob=known[0], info=known[1], name=name)
        before = _state(path)
        info = self._prober.probe(path, stop)
        blob = self._store(path, stop, told)
        if _state(path) != before:  # somebody wrote to it meanwhile: what counts is what we stored
            info = self._probe_stored(blob, path, stop)
        return Prepared(path=path, blob=blob, info=info, name=name)

    def _prepare_foreign(self, kind: str, path: Path, name: str, folder: Path, stop: Stop) -> Prepared:
        """A file that FFmpeg cannot read: its picture becomes the media, and it is kept beside."""
        picture = folder / "picture.png"
        before = _state(path)
        self._prober.convert(path, picture, stop)
        info = self._prober.probe(picture, stop)
        original = Original(path=path, blob=self._storage.put_file(path), name=name)
        if _state(path) != before:
            raise _changed(path)
        stem, dot, suffix = name.rpartition(".")
        return Prepared(
            path=picture,
            blob=self._storage.put_file(picture),
            info=info,
            name=f"{stem}.png" if dot and suffix.lower() in ("svg", "svgz", kind) else name,
            original=original,
        )

    def _known(self, path: Path) -> tuple[Blob, MediaInfo] | None:
        """What the library knows of a file that is in it already. It is read only when one of its size is there."""
        try:
            size = path.stat().st_size
            if not self._catalog.has_size(size):
                return None
            digest = file_sha256(path)
        except OSError:
            return None  # the probe says what is wrong with it
        found = self._catalog.get(media_id(self._catalog.owner, digest))
        if found is None or not found.info.container or not self._storage.exists(found.storage_key):
            return None
        return Blob(key=found.storage_key, sha256=digest, size=size), found.info

    def _store(self, path: Path, stop: Stop, told: Told) -> Blob:
        size = max(1, path.stat().st_size)

        def progress(done: int) -> None:
            stop.check()
            told(done / size)

        return self._storage.put_file(path, progress=progress)

    def _probe_stored(self, blob: Blob, path: Path, stop: Stop) -> MediaInfo:
        try:
            with self._storage.lent(blob.key) as stored:
                return self._prober.probe(stored, stop)
        except MediaError as error:
            self.remove_blob_if_unused(blob.key)
            raise _changed(path) from error


def _changed(path: Path) -> MediaError:
    return MediaError(
        "the file changed while it was read, and is not media now", where=str(path), hint="Add it when it is complete."
    )


def _legible(name: str) -> str:
    """The name, as text that a database holds: file systems allow bytes that are no characters."""
    text = name.encode(errors="replace").decode().replace("\0", "?")
    if len(text) > MAX_NAME:
        raise LibraryError(
            f"the name {text[:40]!r}… has {len(text):,} characters", hint=f"Give it one of at most {MAX_NAME}."
        )
    return text


def _suffix(name: str) -> str:
    """The suffix of a name where it is one that demuxers know."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in MEDIA_SUFFIXES else ""


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
    """The error, made to name the item where it does not yet; a path of ours means nothing to the user."""
    if item.name and (item.path is None or item.name not in str(error)):
        return type(error)(error.message, where=item.name, hint=error.hint)
    return error
