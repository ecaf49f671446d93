"""A folder of encoded pieces by content key, shared by all processes of a user.

An entry is written to a file of its own and renamed into place, so a reader sees all of it or nothing; it carries its
own checksum, so a damaged one is a miss. The folder keeps below a size: what was not used for longest goes first.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio_widgets.engine.errors import StorageError

DEFAULT_LIMIT = 10 * 1024**3  # bytes
_MAGIC = b"studio-segment-1"
_HEAD = len(_MAGIC) + hashlib.sha256().digest_size
_SUFFIX = ".piece"
_PARTIAL = ".partial"
_ABANDONED = 3600  # seconds after which a partial file belongs to nobody
_SPARE = 0.9  # of the limit is kept by a clean-up, so that not every new entry starts another one


class SegmentCache:
    """Encoded pieces by key.

    Parameters
    ----------
    folder: where; made when missing.
    limit: bytes to keep at most (held entries aside, see `hold`).

    Safe under several threads and processes. Raises StorageError when the folder cannot be made or written.
    """

    def __init__(self, folder: str | os.PathLike[str], limit: int = DEFAULT_LIMIT) -> None:
        self.folder = Path(folder)
        self.limit = limit
        self._lock = threading.Lock()
        self._held: dict[str, int] = {}
        self._size: int | None = None  # estimate: other processes write too
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        self._sweep()

    def get(self, key: str) -> bytes | None:
        """The bytes put under `key`, or None when there are none or they are damaged (the entry is removed then)."""
        path = self._path(key)
        try:
            entry = path.read_bytes()
        except OSError:
            return None
        body = entry[_HEAD:]
        if entry[:_HEAD] != _head(body):
            path.unlink(missing_ok=True)
            return None
        with suppress(OSError):
            os.utime(path)  # used now
        return body

    def put(self, key: str, body: bytes) -> None:
        """Keep `body` under `key`. Two processes that put the same key put the same bytes: the last one stays."""
        path = self._path(key)
        try:
            path.parent.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=_PARTIAL, delete=False) as file:
                partial = Path(file.name)
                try:
                    file.write(_head(body) + body)
                    file.close()
                    partial.replace(path)
                finally:
                    partial.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        self._grow(_HEAD + len(body))

    @contextmanager
    def hold(self, keys: Iterable[str]) -> Iterator[None]:
        """Let this process's clean-ups spare `keys` meanwhile, even above the limit."""
        held = set(keys)
        with self._lock:
            for key in held:
                self._held[key] = self._held.get(key, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                for key in held:
                    self._held[key] -= 1
                    if not self._held[key]:
                        del self._held[key]
            self._grow(0)

    def size(self) -> int:
        """Bytes of all entries."""
        return sum(size for _, size, _ in self._entries())

    def clear(self) -> None:
        """Forget everything."""
        for _, _, path in self._entries():
            path.unlink(missing_ok=True)
        self._size = 0

    def _sweep(self) -> None:
        """Remove what a process that was killed in the middle of `put` has left."""
        for path in self.folder.glob(f"*/*{_PARTIAL}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(last use, bytes, path) of all entries, the longest unused first."""
        found = []
        for path in self.folder.glob(f"*/*{_SUFFIX}"):
            with suppress(OSError):  # another process was faster
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return sorted(found)

    def _grow(self, by: int) -> None:
        with self._lock:
            self._size = (self.size() if self._size is None else self._size) + by
            if self._size <= self.limit:
                return
            entries = self._entries()
            self._size = sum(size for _, size, _ in entries)
            if self._size <= self.limit:
                return
            for _, size, path in entries:
                if self._size <= self.limit * _SPARE:
                    return
                if path.stem not in self._held:
                    with suppress(OSError):
                        path.unlink(missing_ok=True)
                    self._size -= size


def _head(body: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(body).digest()


def _unwritable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"the render cache cannot be written ({(error.strerror or str(error)).lower()})",
        where=str(folder),
        hint="Free some space, or choose another folder for it",
    )
