"""News for views: "something in the library changed, ask again".

Kinds: "library" and "recordings" for rows and their pictures, "jobs" for what is under way (see `jobs.Board`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

Kind = Literal["library", "recordings", "jobs"]
Listener = Callable[[Kind], object]

_log = logging.getLogger(__name__)
_DELAY = 0.2  # seconds: a batch of thumbnails is one piece of news, and a view hears five a second at most


class Notifier:
    """Calls listeners, from whichever thread has the news. A listener that fails does not keep others from hearing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._timers: dict[Kind, threading.Timer] = {}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` from now on; the returned function ends it and may be called twice."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def notify(self, kind: Kind) -> None:
        """Tell everybody now."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(kind)
            except Exception:  # noqa: BLE001 - a listener's fault is the listener's; the change has happened
                _log.exception("a listener of library changes failed")

    def soon(self, kind: Kind) -> None:
        """Tell everybody in a moment, once for all the news that come until then."""
        with self._lock:
            if kind in self._timers:
                return
            timer = threading.Timer(_DELAY, self._fire, (kind,))
            timer.daemon = True
            self._timers[kind] = timer
            timer.start()

    def close(self) -> None:
        """Forget listeners and news under way."""
        with self._lock:
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()
            self._listeners.clear()

    def _fire(self, kind: Kind) -> None:
        with self._lock:
            self._timers.pop(kind, None)
        self.notify(kind)
