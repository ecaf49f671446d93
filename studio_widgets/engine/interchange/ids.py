"""Ids of what a file brings: its own where this package wrote them, counted ones for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

_MOST = 2**31


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def id_of(written: _Named | None) -> str | None:
    """The id of what this package wrote, if it did."""
    return written.id if written is not None else None


class Ids:
    """Gives each thing of one kind an id (`clip-7`).

    `first` is the number that the counter stands at; `written` are the ids that the file has, None where it has none.
    """

    def __init__(self, kind: str, first: int, written: Iterable[str | None]) -> None:
        self._kind = kind
        self._own = re.compile(rf"{kind}-[1-9][0-9]{{0,9}}", re.ASCII)
        self._taken: set[str] = set()
        self.next = max([first, 1, *(self._number(one) + 1 for one in written if one and self._is_own(one))])

    def of(self, written: str | None) -> str:
        """The id for the next thing: the one that is written, unless it is foreign or taken."""
        if written is not None and self._is_own(written) and written not in self._taken:
            self._taken.add(written)
            return written
        made = f"{self._kind}-{self.next}"
        self.next += 1
        return made

    def _is_own(self, written: str) -> bool:
        return self._own.fullmatch(written) is not None and self._number(written) < _MOST

    @staticmethod
    def _number(written: str) -> int:
        return int(written.rpartition("-")[2])
