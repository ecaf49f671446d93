"""A lock that ends with the process that holds it, on a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO


def hold(path: Path) -> IO[bytes] | None:
    """An exclusive lock on `path` until the file is closed or the process dies; None when somebody else has it.

    Somebody else may be another process or another caller in this one.
    """
    file = path.open("ab")
    try:
        _lock(file.fileno())
    except OSError:
        file.close()
        return None
    return file


if os.name == "nt":
    import msvcrt

    def _lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
