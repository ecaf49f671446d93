"""The part of a distant store that lies on this machine: bounded, shared by all processes of a home.

What was used longest ago goes first, what somebody uses never. An entry carries a *seal*: its time of change is
computed from key and size, so that whoever writes to the file or shortens it breaks the seal, and checking costs one
`stat`. An original whose seal is broken is hashed again, and refused when it is not what its key says.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library.file_lock import locked
from studio_widgets.engine.library.folder_storage import FolderStorage, files_below
from studio_widgets.engine.library.leases import Leases
from studio_widgets.engine.library.storage import DERIVED, ORIGINALS, Blob, Progress, file_sha256, sha256_of

LIMIT_GB = 20.0  # unless STUDIO_CACHE_GB says otherwise
HANDED_OUT = 6 * 3600.0  # seconds that a path given to somebody stays good: a long render opens its sources again
_RESERVE = 200_000_000  # bytes of the disk that we leave to others
_TRIM_TO = 0.9  # of the limit, so that not every new file makes us look again

_log = logging.getLogger(__name__)


class BlobCache(FolderStorage):
    """A folder of sealed copies. `limit` is in bytes; it gives way to what is in use, not to anything else."""

    def __init__(self, folder: Path, limit: int | None = None) -> None:
        super().__init__(folder)
        self.limit = limit_from_environment() if limit is None else limit
        self._gate = self.folder / "lock"
        self._leases = Leases(self.folder / "leases")
        self._counting = threading.Lock()
        self._added = self.limit  # bytes that came in since we last looked; at first we know nothing

    def find(self, key: str) -> Path | None:
        """The entry's file if it is whole; a damaged one is removed."""
        path = self._path(key)
        try:
            status = path.stat()
        except OSError:
            return None
        if status.st_mtime_ns != _seal_time(key, status.st_size) and not self._is_sound(path, key):
            _log.warning("a damaged file was removed from the cache: %s", path)
            path.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):  # evicted in this very moment: then it is not handed out either
            self._seal(path, key)
        return path

    def hand_out(self, key: str) -> Path | None:
        """The entry's file; what is there, or comes now, stays for `HANDED_OUT` seconds."""
        with locked(self._gate, shared=True):
            self._leases.hold_for(key, HANDED_OUT)
        return self.find(key)

    @contextlib.contextmanager
    def using(self, key: str) -> Iterator[None]:
        """While the block runs nobody evicts the entry."""
        with locked(self._gate, shared=True):
            self._leases.take(key)
        try:
            yield
        finally:
            self._leases.give_back(key)

    def put_file(self, path: Path, *, progress: Progress | None = None) -> Blob:
        """Copy a file in and hash it in one go. The caller takes it with `using`, and calls `settle` afterwards."""
        with contextlib.suppress(OSError):
            self.make_room(path.stat().st_size)
        blob = super().put_file(path, progress=progress)
        self._count(blob.size)
        return blob

    def write(self, key: str, data: bytes) -> None:
        """Keep a copy of a small file."""
        super().write(key, data)
        self._count(len(data))
        self.settle()

    def adopt(self, key: str, path: Path) -> None:
        """Take a file over."""
        size = path.stat().st_size
        super().adopt(key, path)
        self._count(size)
        self.settle()

    def make_room(self, size: int) -> None:
        """See that `size` more bytes fit on the disk. StorageError when they do not, whatever is evicted."""
        if shutil.disk_usage(self.folder).free >= size + _RESERVE:
            return
        self.trim(size)
        free = shutil.disk_usage(self.folder).free
        if free < size:
            raise StorageError(
                f"the disk of the cache is full: {size / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free",
                where=str(self.folder),
                hint="Free some disk space, or set STUDIO_HOME to a larger disk.",
            )

    def settle(self) -> None:
        """Look at the whole cache when what came in since the last time is a fiftieth of the bound."""
        with self._counting:
            if self._added * 50 < self.limit:
                return
            self._added = 0
        self.trim()

    def trim(self, more: int = 0) -> int:
        """Evict until the cache is within its bound, or `more` bytes smaller; how many bytes are left.

        Oldest use first; what any process uses stays.
        """
        entries = sorted(
            (status.st_atime_ns, status.st_size, path)
            for part in (ORIGINALS, DERIVED)
            for path, status in files_below(self.folder / part)
        )
        total = sum(size for _, size, _ in entries)
        if not more and total <= self.limit:
            return total
        goal = min(total - more, int(self.limit * _TRIM_TO))
        with locked(self._gate):
            used = self._leases.in_use()
            for _, size, path in entries:
                if total <= goal:
                    break
                key = path.relative_to(self.folder).as_posix()
                if key not in used:
                    self.delete(key)
                    total -= size
        return total

    def size(self) -> int:
        """Bytes in the cache."""
        return sum(status.st_size for part in (ORIGINALS, DERIVED) for _, status in files_below(self.folder / part))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _count(self, size: int) -> None:
        with self._counting:
            self._added += size

    def _holds(self, blob: Blob) -> bool:
        return self.find(blob.key) is not None

    def _seal(self, path: Path, key: str) -> None:
        os.utime(path, ns=(time.time_ns(), _seal_time(key, path.stat().st_size)))

    def _is_sound(self, path: Path, key: str) -> bool:
        """Whether an entry with a broken seal has the bytes that its key states; only originals state any."""
        try:
            return sha256_of(key) == file_sha256(path)
        except OSError:
            return False


def limit_from_environment() -> int:
    """STUDIO_CACHE_GB in bytes."""
    text = os.environ.get("STUDIO_CACHE_GB") or str(LIMIT_GB)
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = -1.0
    if not 0 <= gigabytes < 1e9:
        raise StorageError(
            f"{text!r} is no size", where="STUDIO_CACHE_GB", hint="Give a number of gigabytes: STUDIO_CACHE_GB=20."
        )
    return int(gigabytes * 1e9)


def _seal_time(key: str, size: int) -> int:
    """Nanoseconds: an even second of a year long past, which every file system can keep."""
    return (zlib.crc32(f"{key} {size}".encode()) >> 3) * 2_000_000_000
