"""Which cached files are in use, told among processes.

Each process appends to a file of its own what it hands out and what it gets back, and holds a lock on it: the file of a
process that is gone counts for nothing.

    + 1796234400 sha256/ab/abcdef…        in use until then          + 0 derived/…   in use until "-"
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
import weakref
from collections import Counter
from pathlib import Path
from typing import IO

from studio_widgets.engine.library.file_lock import hold


class Leases:
    """What this process uses of a cache, and a view of what all do. All methods may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._until: dict[str, float] = {}  # what we have told, so that it is not told again and again

    def hold_for(self, key: str, seconds: float) -> None:
        """Mark as in use for so long; held already for most of it, nothing is written."""
        now = time.time()
        with self._lock:
            if self._until.get(key, 0.0) > now + seconds / 2:
                return
            self._until[key] = now + seconds
            self._tell(f"+ {int(now + seconds)} {key}")

    def take(self, key: str) -> None:
        """Mark as in use until it is given back."""
        with self._lock:
            self._tell(f"+ 0 {key}")

    def give_back(self, key: str) -> None:
        """The other half of `take`."""
        with self._lock:
            self._tell(f"- 0 {key}")

    def in_use(self) -> set[str]:
        """Keys that any living process uses. Files of processes that are gone are removed."""
        used: set[str] = set()
        for path in self._folder.glob("*.lease"):
            if _is_abandoned(path):
                continue
            with contextlib.suppress(FileNotFoundError):
                used |= _keys(path.read_text("utf-8"))
        return used

    def _tell(self, line: str) -> None:
        if self._file is None:
            self._file = self._own_file()
        self._file.write(f"{line}\n".encode())
        self._file.flush()

    def _own_file(self) -> IO[bytes]:
        """A file of this process's, locked. Whoever looks for abandoned ones may meet it just before it is."""
        self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}.lease"
            file = hold(path)
            if file is not None and path.exists():
                weakref.finalize(self, _end, file, path)
                return file


def _keys(text: str) -> set[str]:
    """Keys in use by one process's lines; a last line that is half written is none."""
    now = time.time()
    timed: set[str] = set()
    taken: Counter[str] = Counter()
    for line in text.split("\n")[:-1]:
        sign, until, key = line.split(" ", 2)
        if until == "0":
            taken[key] += 1 if sign == "+" else -1
        elif float(until) > now:
            timed.add(key)
    return timed | {key for key, count in taken.items() if count > 0}


def _is_abandoned(path: Path) -> bool:
    """Whether nobody holds this file's lock any more; it is removed then."""
    try:
        file = hold(path)
    except OSError:
        return True
    if file is None:
        return False
    with file:
        path.unlink(missing_ok=True)
    return True


def _end(file: IO[bytes], path: Path) -> None:
    file.close()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
