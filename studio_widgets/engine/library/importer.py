"""Imports under way: several files at a time, rows in the order given, to be watched and stopped.

    items ──▶ threads: probe (in a worker process), hash, store ──▶ caller: rows, in order ──▶ threads: what follows

A row is written when those before it are: `created_at` and names follow the order given, whichever file was quickest.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from studio_widgets.engine.errors import CancelledError, StudioError
from studio_widgets.engine.library.ingest import Details, Ingest, Prepared
from studio_widgets.engine.library.items import Item
from studio_widgets.engine.library.jobs import Board
from studio_widgets.engine.library.worker_process import Cancelled, Stop

THREADS = 2
_AHEAD = 32  # items that may be stored while the row of an earlier one waits
_numbers = itertools.count()
_T = TypeVar("_T")

Result = str | StudioError  # the media id, or what kept the item out


class Importer:
    """Runs imports. All methods may be called from any thread; `run` returns to the one that wants the rows."""

    def __init__(self, ingest: Ingest, board: Board, added: Callable[[str], None]) -> None:
        """`added` is called, on a thread of the import, with the id of each row written."""
        self._ingest = ingest
        self._board = board
        self._added = added
        self._lock = threading.Lock()
        self._runs: list[_Run] = []

    def run(
        self, items: Sequence[Item], details: Details, each: Callable[[float], None] = lambda done: None
    ) -> list[Result]:
        """Add items; what became of each, in the order given. `each` is told how many are done, parts of them counted.

        Raises CancelledError when `cancel()` was called or Ctrl-C pressed: what is in stays in.
        """
        run = _Run(self._ingest, self._board, self._added, items, details)
        with self._lock:
            self._runs.append(run)
        try:
            return run.results(each)
        except (Cancelled, KeyboardInterrupt):
            raise CancelledError(
                f"stopped with {run.added} of {len(items)} items added",
                hint="What is in stays in; add the same again to go on.",
            ) from None
        finally:
            run.end()
            with self._lock:
                self._runs.remove(run)

    def cancel(self) -> int:
        """Stop all imports; how many items had not been added."""
        with self._lock:
            runs = list(self._runs)
        for run in runs:
            run.stop.request()
        return sum(run.left for run in runs)


@dataclass(frozen=True)
class _Ready:
    """A stored item; closing `holding` lets go of its file."""

    prepared: Prepared
    holding: contextlib.ExitStack


class _Run:
    """One import."""

    def __init__(
        self, ingest: Ingest, board: Board, added: Callable[[str], None], items: Sequence[Item], details: Details
    ) -> None:
        self.stop = Stop()
        self.added = 0
        self.left = len(items)
        self._ingest = ingest
        self._board = board
        self._tell_added = added
        self._details = details
        self._jobs = [(f"import {next(_numbers)}", item) for item in items]
        self._parts: dict[str, float] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="studio-import")
        self._afterwards = ThreadPoolExecutor(1, thread_name_prefix="studio-imported")
        self._ahead: deque[tuple[str, Future[_Ready]]] = deque()
        for key, item in self._jobs:
            board.open(key, f"import of {item.name}")

    def results(self, each: Callable[[float], None]) -> list[Result]:
        """What became of each item, in order."""
        results: list[Result] = []
        following: list[Future[None]] = []
        waiting = iter(self._jobs)

        def told() -> None:
            each(len(results) + sum(list(self._parts.values())))

        while self.left:
            while len(self._ahead) < _AHEAD and (job := next(waiting, None)) is not None:
                self._ahead.append((job[0], self._threads.submit(self._prepare, *job)))
            key, future = self._ahead[0]
            ready: _Ready | StudioError = self._outcome(future, told)
            result = self._commit(ready)
            self._ahead.popleft()
            self._parts.pop(key, None)
            self.left -= 1
            self.added += isinstance(result, str)
            results.append(result)
            following.append(self._afterwards.submit(self._follow, key, result))
            told()
        for follower in following:
            self._outcome(follower, told)
        return results

    def end(self) -> None:
        """Stop what still runs and let go of files that were stored and got no row."""
        self.stop.request()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._afterwards.shutdown(wait=True)
        for _, future in self._ahead:
            if not future.cancelled() and future.exception() is None:
                future.result().holding.close()
        for key, _ in self._jobs:
            self._board.drop(key)

    # --- on the threads of the import ------------------------------------------------------------------------------

    def _prepare(self, key: str, item: Item) -> _Ready:
        """Probe and store one item."""
        self.stop.check()
        self._board.run(key)

        def told(part: float) -> None:
            self._parts[key] = part
            self._board.run(key, part)

        with contextlib.ExitStack() as stack:
            prepared = stack.enter_context(self._ingest.prepared(item, self.stop, told))
            return _Ready(prepared, stack.pop_all())

    def _follow(self, key: str, result: Result) -> None:
        """Have everybody told of a row. Only then is the job over, so that whoever waits sees what it led to."""
        try:
            if isinstance(result, str):
                self._tell_added(result)
            else:
                self._board.failed()
        finally:
            self._board.close(key)

    # --- on the caller's -------------------------------------------------------------------------------------------

    def _commit(self, ready: _Ready | StudioError) -> Result:
        if isinstance(ready, StudioError):
            return ready
        with ready.holding:
            try:
                return self._ingest.commit(ready.prepared, self._details)
            except StudioError as error:
                return error

    def _outcome(self, future: Future[_T], told: Callable[[], None]) -> _T | StudioError:
        """What a thread's work gave, waited for in steps: then `told` moves a bar, and a stop is heard."""
        while not concurrent.futures.wait([future], timeout=0.2).done:
            self.stop.check()
            told()
        self.stop.check()
        try:
            return future.result()
        except StudioError as error:
            return error
