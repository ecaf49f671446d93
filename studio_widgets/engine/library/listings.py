"""Which derived files a bucket has, asked a folder at a time.

A question per file would be a dozen requests for each file that is added or shown. Answers are kept for some seconds:
what this process writes and deletes is known at once, what another machine makes a little later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_widgets.engine.library.storage import StoredKey

KEPT = 15.0  # seconds
_MOST = 2000  # folders


class Listings:
    """The newest listings of folders. All methods may be called from any thread."""

    def __init__(self, ask: Callable[[str], Iterable[StoredKey]]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, set[str]]] = {}

    def has(self, key: str) -> bool:
        """Whether there is such a key."""
        folder = key.rpartition("/")[0]
        with self._lock:
            asked, keys = self._known.get(folder, (0.0, set()))
            if time.monotonic() < asked + KEPT:
                return key in keys
        found = {stored.key for stored in self._ask(folder)}
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[folder] = (time.monotonic(), found)
        return key in found

    def note(self, key: str, *, there: bool) -> None:
        """We have just written or deleted it."""
        folder = key.rpartition("/")[0]
        with self._lock:
            if folder in self._known:
                (set.add if there else set.discard)(self._known[folder][1], key)
