"""Storage in a local folder.

    <folder>/sha256/ab/abcdef…      originals      <folder>/derived/…      what is computed from them
    <folder>/incoming/…             half-written files; a crash leaves them here and nowhere else

A blob is written aside, fsynced, renamed.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from studio_widgets.engine.errors import MediaError, MissingMediaError, StorageError
from studio_widgets.engine.library.storage import (
    DATABASES,
    Blob,
    Leftover,
    Links,
    Progress,
    StoredKey,
    blob_key,
    checked_key,
    missing,
)

_CHUNK = 1 << 20


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

    # --- bytes in ----------------------------------------------------------------------------------------------------

    def put_file(self, path: Path, *, progress: Progress | None = None) -> Blob:
        """See Storage. One pass over the file copies and hashes it."""
        with _open_source(path) as source, self._staged(str(path)) as (temporary, target):
            digest, size = _copy(source, target, str(path), progress)
            blob = Blob(key=blob_key(digest), sha256=digest, size=size)
            if not self._holds(blob):
                self._publish(temporary, target, blob.key)
        return blob

    def write(self, key: str, data: bytes) -> None:
        """See Storage."""
        with self._staged(key) as (temporary, target):
            target.write(data)
            self._publish(temporary, target, key)

    def adopt(self, key: str, path: Path) -> None:
        """See Storage."""
        final = self._path(key)
        try:
            with path.open("rb+") as file:
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            self._seal(path, key)
            _rename(path, final)
        except OSError as error:
            raise StorageError(f"cannot store {path.name} ({error.strerror})", where=key) from error

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """See Storage."""
        with tempfile.TemporaryDirectory(dir=self._incoming, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def workshop(self, name: str) -> Path:
        """See Storage."""
        return self._incoming / Path(name).name

    # --- bytes out ---------------------------------------------------------------------------------------------------

    def local_path(self, key: str) -> Path:
        """See Storage."""
        path = self._path(key)
        if not path.is_file():
            raise missing(key, str(path.parent))
        return path

    @contextlib.contextmanager
    def lent(self, key: str) -> Iterator[Path]:
        """See Storage."""
        yield self.local_path(key)

    def place(self, key: str) -> Path:
        """See Storage."""
        return self._path(key)

    def exists(self, key: str) -> bool:
        """See Storage."""
        return self._path(key).is_file()

    def is_stored(self, key: str) -> bool:
        """See Storage."""
        return self.exists(key)

    def read(self, key: str) -> bytes:
        """See Storage."""
        return self._read(key, 0, None)

    def read_range(self, key: str, offset: int, size: int) -> bytes:
        """See Storage."""
        return self._read(key, offset, size)

    def url(self, key: str, *, seconds: int = 3600, name: str | None = None) -> str | None:
        """See Storage. Nobody else reads this folder."""
        return None

    def links(self, key: str) -> Links:
        """See Storage."""
        return Links()

    def hosts(self) -> frozenset[str]:
        """See Storage."""
        return frozenset()

    # --- keeping house -----------------------------------------------------------------------------------------------

    def delete(self, key: str) -> None:
        """See Storage. A folder of derived files that becomes empty goes too."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"cannot delete the blob ({error.strerror})", where=key) from error
        with contextlib.suppress(OSError):  # not empty: others still need it
            path.parent.rmdir()

    def delete_many(self, keys: Sequence[str]) -> None:
        """See Storage."""
        for key in keys:
            self.delete(key)

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """See Storage."""
        checked_key(f"{folder}/any")
        for path, status in files_below(self.folder / folder):
            yield StoredKey(
                key=path.relative_to(self.folder).as_posix(), size=status.st_size, modified=_utc(status.st_mtime)
            )

    def leftovers(self) -> Iterator[Leftover]:
        """See Storage."""
        with contextlib.suppress(FileNotFoundError):
            for entry in sorted(self._incoming.iterdir()):
                with contextlib.suppress(FileNotFoundError):
                    size, modified = extent(entry)
                    yield Leftover(
                        name=f"incoming/{entry.name}",
                        size=size,
                        modified=modified,
                        why="half-written file",
                        handle=entry.name,
                    )

    def discard(self, leftover: Leftover) -> None:
        """See Storage."""
        remove_tree(self._incoming / Path(leftover.handle).name)

    def mark(self, database: str, label: str) -> None:
        """See Storage."""
        self.write(f"{DATABASES}/{database}", label.encode())

    # --- inside ------------------------------------------------------------------------------------------------------

    def _path(self, key: str) -> Path:
        return self.folder / checked_key(key)

    def _read(self, key: str, offset: int, size: int | None) -> bytes:
        path = self._path(key)
        try:
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(size)
        except FileNotFoundError as error:
            raise missing(key, str(path.parent)) from error
        except OSError as error:
            raise StorageError(f"cannot read the blob ({error.strerror})", where=key) from error

    @contextlib.contextmanager
    def _staged(self, what: str) -> Iterator[tuple[Path, BinaryIO]]:
        """An open temporary file in `incoming`, removed unless it was published."""
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
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
                f"cannot store it in {self.folder} ({error.strerror})",
                where=what,
                hint="Make room or check the folder's rights.",
            ) from error
        finally:
            temporary.unlink(missing_ok=True)

    def _publish(self, temporary: Path, target: BinaryIO, key: str) -> None:
        """Make a staged file appear under its key, durably."""
        target.flush()
        os.fchmod(target.fileno(), 0o444)  # blobs never change; a stray write through a path fails
        os.fsync(target.fileno())
        self._seal(temporary, key)
        _rename(temporary, self._path(key))

    def _holds(self, blob: Blob) -> bool:
        """Whether the blob is there already, of the right size (a damaged disk can shorten it)."""
        try:
            return self._path(blob.key).stat().st_size == blob.size
        except OSError:
            return False

    def _seal(self, path: Path, key: str) -> None:
        """Called with each file before it appears under its key; a folder needs nothing of the kind."""


def extent(path: Path) -> tuple[int, datetime.datetime]:
    """Bytes of a file, or of all files in a folder, and when the newest was written (UTC). Links are not followed."""
    status = path.lstat()
    size, newest = (0 if stat.S_ISDIR(status.st_mode) else status.st_size), status.st_mtime
    if stat.S_ISDIR(status.st_mode):
        for _, part in files_below(path):
            size, newest = size + part.st_size, max(newest, part.st_mtime)
    return size, _utc(newest)


def remove_tree(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it; harmless when it is gone."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(
            f"cannot be removed ({error.strerror})", where=str(path), hint="Check the folder's rights."
        ) from error


def files_below(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The files below a folder, in the order of their paths; what vanishes meanwhile is left out."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(root, name)
            with contextlib.suppress(FileNotFoundError):
                yield path, path.lstat()


def _utc(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


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


def _rename(path: Path, final: Path) -> None:
    """Put a file in its place, durably. Whoever empties the folder at this moment removes it: then it is made again."""
    for attempt in range(10):
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(final)
            break
        except FileNotFoundError:
            if attempt == 9 or not path.exists():
                raise
    _sync_folder(final.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable. Windows cannot open folders, and needs no such call."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:  # what was put there is deleted already
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
