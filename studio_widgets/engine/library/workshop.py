"""A folder for long work that may be interrupted: what is done in it stays until the whole is done."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library.file_lock import hold

_POLL = 0.2  # seconds between two tries


@contextlib.contextmanager
def holding(workshop: Path) -> Iterator[None]:
    """Work in this folder (made when missing) while no other process does: wait for it if need be.

    Raises StorageError when the folder went meanwhile: the other one has finished the work.
    """
    workshop.mkdir(parents=True, exist_ok=True)
    path = workshop / "lock"
    while (lock := _hold_if_there(path)) is None:
        time.sleep(_POLL)
    with lock:
        if not _is(path, lock.fileno()):
            raise _gone(workshop)
        yield


def _hold_if_there(path: Path) -> IO[bytes] | None:
    try:
        return hold(path)
    except FileNotFoundError as error:
        raise _gone(path.parent) from error


def _is(path: Path, held: int) -> bool:
    """Whether the file at `path` is the open one, not another in its place."""
    try:
        return os.path.samestat(path.stat(), os.fstat(held))
    except FileNotFoundError:
        return False


def _gone(workshop: Path) -> StorageError:
    return StorageError("another kernel has finished this work", where=str(workshop))
