"""Worker threads of the widgets: ordered lanes, and a throttle for what the kernel tells its views.

A comm handler may take 5 ms, because one thread serves every widget of the notebook: work goes into a lane.
Threads are made when there is work and go away when there has been none for a while, so that a notebook of
twenty widgets has no hundred idle threads.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)

IDLE_SECONDS = 15.0


class Lane:
    """A queue worked off by at most `workers` daemon threads; one worker keeps the order.

    Jobs take no arguments and return nothing. A job that raises is logged with its traceback and the lane
    goes on: what a job has to tell its asker, it tells itself.
    """

    def __init__(self, name: str, workers: int = 1, idle: float = IDLE_SECONDS) -> None:
        self.name = name
        self._limit = workers
        self._idle = idle
        self._jobs: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._workers = 0
        self._waiting = 0
        self._closed = False

    def submit(self, job: Callable[[], None]) -> bool:
        """Add a job; False when the lane is closed (the job will not run)."""
        with self._changed:
            if self._closed:
                return False
            self._jobs.append(job)
            if self._waiting >= len(self._jobs):
                self._changed.notify()
            elif self._workers < self._limit:
                self._workers += 1
                threading.Thread(target=self._work, name=f"studio-{self.name}", daemon=True).start()
            return True

    def close(self) -> None:
        """Take no more jobs and forget the queued ones; a running job ends by itself."""
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._changed.notify_all()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: self._jobs or self._closed, timeout=self._idle)
            self._waiting -= 1
            if self._jobs:
                return self._jobs.popleft()
            # Counted down under the same lock as the check, so that no job is left with nobody to do it.
            self._workers -= 1
            return None

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:
                log.exception("A job of lane %s failed", self.name)


class Throttle:
    """Calls `action` soon after `poke`, at most once per `interval` seconds, on a thread of its own.

    `rest`: seconds from a poke to its call at least, for what must not be in the way of what came before it. The last
    poke is always followed by a call, so the newest state gets out; what lies between is skipped.
    """

    def __init__(self, interval: float, action: Callable[[], None], rest: float = 0.0) -> None:
        self._interval = interval
        self._rest = rest
        self._action = action
        self._lock = threading.Lock()
        self._last = 0.0
        self._timer: threading.Timer | None = None
        self._closed = False

    def poke(self) -> None:
        """Something changed: call the action now, or when the interval since the last call is over."""
        with self._lock:
            if self._closed or self._timer is not None:
                return
            delay = max(self._rest, self._last + self._interval - time.monotonic())
            self._timer = threading.Timer(delay, self._fire)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """Call the action no more."""
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()

    def _fire(self) -> None:
        with self._lock:
            # From here on a poke means a new change, which needs a new call.
            self._timer = None
            self._last = time.monotonic()
            if self._closed:
                return
        try:
            self._action()
        except Exception:
            log.exception("Telling the views failed")
