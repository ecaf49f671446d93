"""What is under way in the library, counted over imports and derived files together."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec


class Jobs(msgspec.Struct, frozen=True):
    """`done` of `total` jobs (parts of running ones count), and what runs now; `total` 0: at rest.

    `failed` counts those that could not be done since the work began; it stands until other work begins.
    """

    done: float = 0.0
    total: int = 0
    label: str = ""
    failed: int = 0


class Board:
    """Keeps the count. All methods may be called from any thread.

    `changed` is called after each change, on the thread that made it. Keys tell jobs apart; the count begins anew when
    a job comes and none is open.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._condition = threading.Condition()
        self._open: dict[object, str] = {}
        self._parts: dict[object, float] = {}  # of those that run
        self._notes: dict[object, str] = {}
        self._ended = 0
        self._failed = 0

    def open(self, key: object, label: str) -> None:
        """A job waits to be done."""
        with self._condition:
            if not self._open:
                self._ended = self._failed = 0
            self._open[key] = label
        self._changed()

    def run(self, key: object, part: float = 0.0, note: str = "") -> None:
        """So much (0..1) of a job is done; `note` says so in words, or is ""."""
        with self._condition:
            if key in self._open:
                self._parts[key] = min(max(part, 0.0), 1.0)
                self._notes[key] = note
        self._changed()

    def close(self, key: object) -> None:
        """A job has ended, well or not."""
        self._end(key, counted=True)

    def drop(self, key: object) -> None:
        """A job will not be done after all: it never counted."""
        self._end(key, counted=False)

    def failed(self) -> None:
        """One of the open jobs could not be done."""
        with self._condition:
            self._failed += 1

    def jobs(self) -> Jobs:
        """Where things stand."""
        with self._condition:
            if not self._open:
                return Jobs(failed=self._failed)
            key = next(iter(self._parts), next(iter(self._open)))
            return Jobs(
                done=self._ended + sum(self._parts.values()),
                total=self._ended + len(self._open),
                label=f"{self._open[key]}: {note}" if (note := self._notes.get(key)) else self._open[key],
                failed=self._failed,
            )

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is open, or the time-out; whether nothing is."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._open, timeout)

    def _end(self, key: object, *, counted: bool) -> None:
        with self._condition:
            if self._open.pop(key, None) is None:
                return
            self._parts.pop(key, None)
            self._notes.pop(key, None)
            self._ended += counted
            self._condition.notify_all()
        self._changed()
