"""Worker processes for rendering.

They are spawned, not forked: a fork after codec threads have run can hang for ever. They do not run the user's script
again, they stop when they are told to, and they end when their parent does, even if it was killed.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.synchronize import Event
from typing import Any

from studio_widgets.engine.render.plan import AudioSpec, SegmentSpec
from studio_widgets.engine.render.segment import Sources, render

WORKERS = 2

_stop: Event | None = None  # in a worker: set when the export was cancelled
_sources: Sources | None = None  # in a worker: the files of its pieces
_hiding = threading.Lock()


class RenderPool:
    """Worker processes of one export, started at the first `submit`. A context manager: leaving it ends them."""

    def __init__(self, workers: int = WORKERS) -> None:
        context = _Context()
        self._stop = context.Event()
        self._pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(self._stop,))

    def submit(self, spec: SegmentSpec | AudioSpec) -> Future[bytes]:
        """Render a piece in a worker."""
        return self._pool.submit(render_in_worker, spec)

    def stop(self) -> None:
        """End the work within a frame's time, without waiting for it."""
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> RenderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def render_in_worker(spec: SegmentSpec | AudioSpec) -> bytes:
    """`render`, stopped when the pool is, with files that stay open."""
    stop = _stop
    return render(spec, stop.is_set if stop is not None else None, _sources)


def _start(stop: Event) -> None:
    global _stop, _sources
    _stop, _sources = stop, Sources()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    """A pool's workers wait for work for ever when their parent is killed: end with it."""
    parent.join()
    os._exit(1)


def spawning() -> SpawnContext:
    """The way this package starts processes: spawned, without running the user's script again."""
    return _Context()


class _Process(SpawnProcess):
    """Holds on to what it was given for as long as it runs: a process that is still starting when its pool is stopped
    would find the semaphores of its arguments gone, and say so at length on the terminal."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._given = (given, named)

    def start(self) -> None:
        with _main_hidden():
            super().start()


class _Context(SpawnContext):
    Process = _Process


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Hide where `__main__` came from while a process is spawned.

    A spawned process imports the main module again; for a script without `if __name__ == "__main__"`, as most
    notebooks' exports are, that would run all of it again. Our workers need nothing of it.
    """
    with _hiding:
        main = sys.modules["__main__"]
        hidden: dict[str, Any] = {
            name: main.__dict__[name] for name in ("__file__", "__spec__") if name in main.__dict__
        }
        main.__dict__.pop("__file__", None)
        main.__dict__["__spec__"] = None
        try:
            yield
        finally:
            main.__dict__.update(hidden)
