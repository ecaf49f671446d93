"""Blob storage: bytes under keys made from their content. What the library needs of a store, and how keys are made.

    sha256/ab/abcdef…                 originals, content-addressed, never changed
    derived/ab/abcdef…/proxy-1.mp4    what is computed from them; may be deleted and is made again
    meta/databases/…                  which databases have their bytes here

A blob appears whole or not at all, and rows are written after their blob. Two kinds: `folder_storage`, `s3_storage`.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from studio_widgets.engine.errors import MissingMediaError, StorageError

_KEY = re.compile(r"[a-z0-9]+(/[A-Za-z0-9][A-Za-z0-9._-]*)+")
ORIGINALS = "sha256"
DERIVED = "derived"
DATABASES = "meta/databases"
Progress = Callable[[int], None]  # bytes done so far


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """A stored original. `sha256` is hex, `size` in bytes, `key` its place in storage."""

    key: str
    sha256: str
    size: int


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """What lies under a key: `size` in bytes, `modified` in UTC."""

    key: str
    size: int
    modified: datetime.datetime


class Leftover(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was never finished: a half-written file, an interrupted upload.

    `name` is what a user sees of it, `size` counts its bytes, `modified` is when it last grew (UTC), `handle` tells the
    storage that found it which it is.
    """

    name: str
    size: int
    modified: datetime.datetime
    why: str
    handle: str


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of a blob that are no secret: of the bucket's own service, and of the network in front of it."""

    bucket_url: str | None = None
    cdn_url: str | None = None


class Storage(Protocol):
    """What the library needs of a blob store. Every method raises StorageError with the key in it."""

    def put_file(self, path: Path, *, progress: Progress | None = None) -> Blob:
        """Copy a file in and return its content address. Same bytes, same blob: nothing is stored twice.

        One that was interrupted goes on where it was when it is called again, where the store can do that.
        """
        ...

    def local_path(self, key: str) -> Path:
        """A local file with the blob's bytes, which stays for the hours that work with it may take.

        Raises MissingMediaError when there is none.
        """
        ...

    def lent(self, key: str) -> contextlib.AbstractContextManager[Path]:
        """As `local_path`, for as long as the block runs and no longer."""
        ...

    def place(self, key: str) -> Path:
        """Where the blob's bytes lie on this machine, or will once `local_path` has fetched them; not checked."""
        ...

    def exists(self, key: str) -> bool:
        """Whether the key holds a whole blob, by what is known on this machine if that says so."""
        ...

    def is_stored(self, key: str) -> bool:
        """Whether the store itself holds it, whatever this machine has: what a row may be written upon."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Store a derived file."""
        ...

    def adopt(self, key: str, path: Path) -> None:
        """Store a derived file that lies ready on this machine, and remove it there."""
        ...

    def read(self, key: str) -> bytes:
        """The bytes. Raises MissingMediaError when there are none."""
        ...

    def read_range(self, key: str, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset` on, without fetching the rest; fewer at the end, none after it."""
        ...

    def delete(self, key: str) -> None:
        """Remove the blob; harmless when it is gone already."""
        ...

    def delete_many(self, keys: Sequence[str]) -> None:
        """Remove blobs, in as few requests as can be."""
        ...

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """Everything below a folder of keys (`sha256`, `derived/ab`), in the order of the keys."""
        ...

    def url(self, key: str, *, seconds: int = 3600, name: str | None = None) -> str | None:
        """An address from which a browser reads the blob, good for at least `seconds`; None when there is none.

        With `name` the browser saves it as a file of that name rather than showing it, where the store can say so.
        """
        ...

    def links(self, key: str) -> Links:
        """Addresses of the blob that may be written down."""
        ...

    def hosts(self) -> frozenset[str]:
        """The hosts (with port) that its settings name."""
        ...

    def leftovers(self) -> Iterator[Leftover]:
        """What was never finished, be it still being worked on or not."""
        ...

    def discard(self, leftover: Leftover) -> None:
        """Remove a leftover; harmless when it is gone, or was finished meanwhile."""
        ...

    def mark(self, database: str, label: str) -> None:
        """Note that this database has its bytes here: `gc` of another one must not take them for orphans.

        A store that cannot be reached just now is marked before anything is next written to it.
        """
        ...

    def scratch(self) -> contextlib.AbstractContextManager[Path]:
        """A folder for half-made files, removed afterwards, from which `adopt` is a rename."""
        ...

    def workshop(self, name: str) -> Path:
        """Where work that may be interrupted goes on: a folder of that name, kept until whoever is done removes it.

        It lies where `scratch` makes its folders; one that is left alone is removed like any half-written file.
        """
        ...


def open_storage(url: str | None, home: Path) -> Storage:
    """The blob store at `url`: None (the folder `storage` of home), a path, `file:///path`, or `s3://bucket/prefix`.

    An S3 store has its endpoint and region in the URL (`?endpoint=…&region=…`) or in STUDIO_STORAGE_ENDPOINT and
    STUDIO_STORAGE_REGION; see `s3_place`. It is not asked anything yet. Raises StorageError for other addresses.
    """
    # Imported here: whoever keeps media in a folder does not wait for the libraries of the other kind.
    from studio_widgets.engine.library.folder_storage import FolderStorage

    if url is None:
        return FolderStorage(home / "storage")
    scheme, separator, rest = url.partition("://")
    if not separator:
        return FolderStorage(Path(url))
    if scheme == "file":
        return FolderStorage(Path(rest))
    if scheme == "s3":
        from studio_widgets.engine.library.s3_place import place_of
        from studio_widgets.engine.library.s3_storage import S3Storage

        return S3Storage(place_of(url), home / "cache" / "storage")
    raise StorageError(
        f"there is no storage of the kind {scheme!r}",
        where=f"{scheme}://…",
        hint="Set STUDIO_STORAGE_URL to a folder or to s3://bucket/prefix, or leave it away.",
    )


def blob_key(sha256: str) -> str:
    """The key of the bytes with this hash: `sha256/ab/<hash>`."""
    return f"{ORIGINALS}/{sha256[:2]}/{sha256}"


def sha256_of(key: str) -> str | None:
    """The hash that a key of an original states; None for other keys."""
    folder, _, rest = key.partition("/")
    digest = rest.rpartition("/")[2]
    return digest if folder == ORIGINALS and len(digest) == 64 else None


def checked_key(key: str) -> str:
    """The key, if it is one: keys never climb out of their folder. Raises StorageError."""
    if not _KEY.fullmatch(key) or ".." in key:
        raise StorageError(f"{key!r} is not a storage key")
    return key


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def missing(key: str, where: str) -> MissingMediaError:
    """The error for a blob that is not there."""
    return MissingMediaError(
        f"the blob {key} is not in storage",
        where=where,
        hint="Add the file again: library.add(path) restores it.",
    )
