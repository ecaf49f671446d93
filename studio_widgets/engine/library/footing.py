"""Noticing that the folders one stands on were deleted."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable
from pathlib import Path


class Footing:
    """Folders that must stay. They are held open, so that a new folder in the place of a deleted one cannot pass for it
    (systems give the numbers of deleted files to new ones, but not while somebody holds them)."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._held: list[tuple[Path, int]] = []
        self._finalizer = weakref.finalize(self, _release, self._held)
        if os.name == "posix":  # elsewhere a folder in use cannot be deleted
            self._held += [(folder, os.open(folder, os.O_RDONLY)) for folder in folders]

    def is_gone(self) -> bool:
        """Whether one of the folders was deleted or moved away."""
        return any(not _is_still(folder, held) for folder, held in self._held)

    def close(self) -> None:
        """Let go of the folders."""
        self._finalizer()


def _is_still(folder: Path, held: int) -> bool:
    try:
        return os.path.samestat(folder.stat(), os.fstat(held))
    except OSError:
        return False


def _release(held: list[tuple[Path, int]]) -> None:
    for _, number in held:
        os.close(number)
    held.clear()
