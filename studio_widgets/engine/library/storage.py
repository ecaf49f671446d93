"""Blob storage: bytes under keys made from their content.

    <folder>/sha256/ab/abcdef…                 originals, content-addressed, never changed
    <folder>/derived/ab/abcdef…/proxy-1.mp4    what is computed from them; may be deleted and is made again
    <folder>/incoming/…                        half-written files; a crash leaves them here and nowhere else

A blob appears whole or not at all: written aside, fsynced, renamed. Rows are written after their blob.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from studio_widgets.engine.errors import MediaError, MissingMediaError, StorageError

_CHUNK = 1 << 20
_KEY = re.compile(r"[a-z0-9]+(/[A-Za-z0-9][A-Za-z0-9._-]*)+")
Progress = Callable[[int], None]  # bytes done so far


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """A stored original. `sha256` is hex, `size` in bytes, `key` its place in storage."""

    key: str
    sha256: str
    size: int


def blob_key(sha256: str) -> str:
    """The key of the bytes with this hash: `sha256/ab/<hash>`."""
    return f"sha256/{sha256[:2]}/{sha256}"


class Storage(Protocol):
    """What the library needs of a blob store. Every method raises StorageError with the key in it."""

    def put_file(self, path: Path, *, progress: Progress | None = None) -> Blob:
        """Copy a file in and return its content address. Same bytes, same blob: nothing is written twice."""
        ...

    def local_path(self, key: str) -> Path:
        """A local file with the blob's bytes. Raises MissingMediaError when there is none."""
        ...

    def place(self, key: str) -> Path:
        """Where the blob's bytes lie on this machine, or will once `local_path` has fetched them; not checked."""
        ...

    def exists(self, key: str) -> bool:
        """Whether the key holds a whole blob."""
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

    def delete(self, key: str) -> None:
        """Remove the blob; harmless when it is gone already."""
        ...

    def scratch(self) -> contextlib.AbstractContextManager[Path]:
        """A folder for half-made files, removed afterwards, from which `adopt` is a rename."""
        ...

    def workshop(self, name: str) -> Path:
        """Where work that may be interrupted goes on: a folder of that name, kept until whoever is done removes it.

        It lies where `scratch` makes its folders; one that is left alone is removed like any half-written file.
        """
        ...


class FolderStorage:
    """Storage in a local folder, created when missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self._incoming = self.folder / "incoming"
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot create the storage folder ({error.strerror})",
                where=str(self.folder),
                hint="Choose a folder you may write to with STUDIO_HOME or STUDIO_STORAGE_URL.",
            ) from error

    def put_file(self, path: Path, *, progress: Progress | None = None) -> Blob:
        """See Storage. One pass over the file copies and hashes it."""
        with _open_source(path) as source, self._staged(str(path)) as (temporary, target):
            digest, size = _copy(source, target, str(path), progress)
            blob = Blob(key=blob_key(digest), sha256=digest, size=size)
            final = self._path(blob.key)
            if not _is_whole(final, size):
                self._publish(temporary, target, final)
        return blob

    def local_path(self, key: str) -> Path:
        """See Storage."""
        path = self._path(key)
        if not path.is_file():
            raise _missing(key, path)
        return path

    def place(self, key: str) -> Path:
        """See Storage."""
        return self._path(key)

    def exists(self, key: str) -> bool:
        """See Storage."""
        return self._path(key).is_file()

    def write(self, key: str, data: bytes) -> None:
        """See Storage."""
        with self._staged(key) as (temporary, target):
            target.write(data)
            self._publish(temporary, target, self._path(key))

    def adopt(self, key: str, path: Path) -> None:
        """See Storage."""
        final = self._path(key)
        try:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
            final.parent.mkdir(parents=True, exist_ok=True)
            path.replace(final)
            _sync_folder(final.parent)
        except OSError as error:
            raise StorageError(f"cannot store {path.name} ({error.strerror})", where=key) from error

    def read(self, key: str) -> bytes:
        """See Storage."""
        path = self._path(key)
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise _missing(key, path) from error
        except OSError as error:
            raise StorageError(f"cannot read the blob ({error.strerror})", where=key) from error

    def delete(self, key: str) -> None:
        """See Storage. A folder of derived files that becomes empty goes too."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"cannot delete the blob ({error.strerror})", where=key) from error
        with contextlib.suppress(OSError):  # not empty: others still need it
            path.parent.rmdir()

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """See Storage."""
        with tempfile.TemporaryDirectory(dir=self._incoming, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def workshop(self, name: str) -> Path:
        """See Storage."""
        return self._incoming / Path(name).name

    def _path(self, key: str) -> Path:
        """The file of a key; keys never climb out of the folder."""
        if not _KEY.fullmatch(key) or ".." in key:
            raise StorageError(f"{key!r} is not a storage key")
        return self.folder / key

    @contextlib.contextmanager
    def _staged(self, what: str) -> Iterator[tuple[Path, BinaryIO]]:
        """An open temporary file in `incoming`, removed unless it was published."""
        try:
            handle, name = tempfile.mkstemp(dir=self._incoming)
        except OSError as error:
            raise StorageError(
                f"cannot write ({error.strerror})",
                where=str(self._incoming),
                hint="Make room or check the folder's rights.",
            ) from error
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                yield temporary, target
        except OSError as error:
            raise StorageError(
                f"cannot store it ({error.strerror})", where=what, hint="Make room or check the folder's rights."
            ) from error
        finally:
            temporary.unlink(missing_ok=True)

    def _publish(self, temporary: Path, target: BinaryIO, final: Path) -> None:
        """Make a staged file appear under its key, durably."""
        target.flush()
        os.fchmod(target.fileno(), 0o444)  # blobs never change; a stray write through a path fails
        os.fsync(target.fileno())
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(final)
        _sync_folder(final.parent)


def open_storage(url: str | None, home: Path) -> Storage:
    """The blob store at `url`: None (the folder `storage` of home), a path, or `file:///path`."""
    if url is None:
        return FolderStorage(home / "storage")
    scheme, separator, rest = url.partition("://")
    if not separator:
        return FolderStorage(Path(url))
    if scheme == "file":
        return FolderStorage(Path(rest))
    raise StorageError(
        f"storage of the kind {scheme!r} is not supported yet",
        where=url.partition("?")[0],
        hint="Use a folder: leave STUDIO_STORAGE_URL away or set it to a path.",
    )


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open_source(path: Path) -> BinaryIO:
    """Open a user's file, with our errors."""
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise MissingMediaError("there is no such file", where=str(path), hint="Check the path.") from error
    except OSError as error:
        raise MediaError(
            f"cannot be read ({error.strerror})", where=str(path), hint="Check the file's rights."
        ) from error


def _copy(source: BinaryIO, target: BinaryIO, what: str, progress: Progress | None) -> tuple[str, int]:
    """Copy to the end; the hash in hex and the size of what was copied."""
    digest, size = hashlib.sha256(), 0
    while True:
        try:
            chunk = source.read(_CHUNK)
        except OSError as error:
            raise MediaError(f"reading failed after {size} bytes ({error.strerror})", where=what) from error
        if not chunk:
            return digest.hexdigest(), size
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
        if progress is not None:
            progress(size)


def _is_whole(path: Path, size: int) -> bool:
    """Whether the blob is there already, of the right size (a damaged disk can shorten it)."""
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make a rename durable. Windows cannot open folders, and needs no such call."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _missing(key: str, path: Path) -> MissingMediaError:
    return MissingMediaError(
        f"the blob {key} is not in storage",
        where=str(path.parent),
        hint="Add the file again: library.add(path) restores it.",
    )
