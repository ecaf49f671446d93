"""Locks on files among processes, given up by the system when a process dies, however it dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def hold(path: Path) -> IO[bytes] | None:
    """An exclusive lock on `path` until the file is closed or the process dies; None when somebody else has it.

    Somebody else may be another process or another caller in this one.
    """
    file = path.open("ab")
    try:
        _lock(file.fileno(), shared=False, wait=False)
    except OSError:
        file.close()
        return None
    return file


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock on `path` while the block runs, waiting for it. Several may hold a shared one at the same time."""
    with path.open("ab") as file:
        _lock(file.fileno(), shared=shared, wait=True)
        yield


if os.name == "nt":
    import msvcrt

    def _lock(fd: int, *, shared: bool, wait: bool) -> None:
        mode = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK  # type: ignore[attr-defined,unused-ignore]
        msvcrt.locking(fd, mode, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(fd: int, *, shared: bool, wait: bool) -> None:
        fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
