"""Debounced saving in the background: one daemon thread for all keys of one owner.

Losing a save is harmless where this is used (the journal has every edit already), so an error is logged and tried
again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from studio_widgets.engine.errors import StudioError

_log = logging.getLogger(__name__)

Key = TypeVar("Key", bound=Hashable)


class Autosave(Generic[Key]):
    """Calls `save(key)` once a key was quiet for `quiet` seconds, at the latest `latest` after its first poke."""

    def __init__(self, save: Callable[[Key], None], *, quiet: float = 1.0, latest: float = 5.0) -> None:
        self._save = save
        self._quiet = quiet
        self._latest = latest
        self._changed = threading.Condition()
        self._due: dict[Key, tuple[float, float]] = {}  # key -> (save when this quiet, save at the latest)
        self._thread: threading.Thread | None = None
        self._closed = False

    def poke(self, key: Key) -> None:
        """Something of `key` changed; returns at once, from any thread."""
        with self._changed:
            if self._closed:
                return
            now = time.monotonic()
            _, latest = self._due.get(key, (now, now + self._latest))
            self._due[key] = (now + self._quiet, latest)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="studio-autosave", daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self, key: Key) -> None:
        """Drop what is due for `key`."""
        with self._changed:
            self._due.pop(key, None)

    def close(self) -> None:
        """Stop the thread; what is still due is not saved here (owners save once more when they close)."""
        with self._changed:
            self._closed = True
            self._due.clear()
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while True:
            key = self._next()
            if key is None:
                return
            try:
                self._save(key)
            except StudioError as error:
                _log.warning("autosave failed, it is tried again: %s", error)
                with self._changed:
                    again = time.monotonic() + self._latest
                    if not self._closed:
                        self._due.setdefault(key, (again, again))

    def _next(self) -> Key | None:
        """Wait until a key is due; None when closed."""
        with self._changed:
            while not self._closed:
                if not self._due:
                    self._changed.wait()
                    continue
                key, (quiet, latest) = min(self._due.items(), key=lambda item: min(item[1]))
                wait = min(quiet, latest) - time.monotonic()
                if wait <= 0:
                    del self._due[key]
                    return key
                self._changed.wait(wait)
            return None
