"""A small pool of worker processes for derived files, run by one thread each.

A worker is started when there is something to do and let go after a while of nothing. One that dies (killed, out of
memory, a decoder's crash) costs its job one retry, then the job has failed: never a hang.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from studio_widgets.engine.library.jobs import Board
from studio_widgets.engine.library.worker_process import Answer, Ask, Cancelled, WorkerProcess, worker_command

__all__ = ["Answer", "Ask", "Job", "WorkerPool"]

_IDLE = 20.0  # seconds a worker is kept without work


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work for a process. `key` tells jobs apart, the lowest `rank` goes first, `label` is shown while it runs.

    `run` is called in a pool thread; what it passes to its argument goes to the process as JSON. Of `long` jobs, which
    must have the highest rank, one runs at a time, so that others find a free process.
    """

    key: str
    rank: int
    label: str
    long: bool = False
    run: Callable[[Ask], None]


class WorkerPool:
    """Runs jobs in at most `size` processes and tells a board of them. All methods may be called from any thread."""

    def __init__(self, size: int = 2, command: list[str] | None = None, board: Board | None = None) -> None:
        self._size = size
        self._command = command or worker_command()
        self._board = board or Board()
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int, Job]] = []
        self._running: dict[str, Job] = {}
        self._keys: set[str] = set()  # of jobs that run or wait
        self._ending: set[str] = set()  # of jobs that were cancelled while they ran
        self._again: dict[str, Job] = {}  # asked for anew while the cancelled one was ending
        self._workers: set[_Worker] = set()
        self._numbers = itertools.count()
        self._idle = 0
        self._closed = False

    def submit(self, job: Job) -> bool:
        """Queue a job, unless one of its key is queued or running; whether it was queued."""
        with self._changed:
            if not self._closed and job.key in self._ending and job.key not in self._again:
                self._again[job.key] = job
                return True
            if self._closed or job.key in self._keys:
                return False
            self._queue(job)
            return True

    @property
    def open_jobs(self) -> list[Job]:
        """Jobs that are running or wait."""
        with self._changed:
            return [*self._running.values(), *(entry[2] for entry in sorted(self._waiting, key=lambda e: e[:2]))]

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do, or the time-out; whether nothing is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._keys, timeout)

    def cancel(self) -> int:
        """Drop what waits and end what runs, without recording failures; how many jobs that were."""
        with self._changed:
            count = len(self._keys)
            for _, _, job in self._waiting:
                self._keys.discard(job.key)
                self._board.drop(job.key)
            self._waiting.clear()
            self._again.clear()
            self._ending |= set(self._running)
            for worker in self._workers:
                worker.process.cancel()
            self._changed.notify_all()
            return count

    def close(self) -> None:
        """Cancel everything and end the processes; returns when they have ended."""
        with self._changed:
            self._closed = True
            workers = list(self._workers)
            self._changed.notify_all()
        self.cancel()
        for worker in workers:
            if worker.thread is not threading.current_thread():
                worker.thread.join(timeout=10)

    def pids(self) -> list[int]:
        """Process ids of the workers that run now."""
        with self._changed:
            return [pid for worker in self._workers if (pid := worker.process.pid)]

    # --- for the workers' threads ----------------------------------------------------------------------------------

    def _queue(self, job: Job) -> None:
        self._keys.add(job.key)
        heapq.heappush(self._waiting, (job.rank, next(self._numbers), job))
        self._board.open(job.key, job.label)
        if len(self._waiting) > self._idle and len(self._workers) < self._size:
            self._start_worker()
        self._changed.notify_all()

    def _start_worker(self) -> None:
        worker = _Worker(self, WorkerProcess(self._command))
        self._workers.add(worker)
        worker.thread.start()

    def take(self, worker: _Worker) -> Job | None:
        """The next job for a worker; None when there has been nothing for a while or the pool is closed."""
        with self._changed:
            self._idle += 1
            try:
                self._changed.wait_for(lambda: self._can_take() or self._closed, _IDLE)
                if not self._can_take() or self._closed:
                    return None
                job = heapq.heappop(self._waiting)[2]
                self._running[job.key] = job
                worker.process.renew()  # under this lock, which cancel() holds: no cancel is lost
                self._board.run(job.key)
                return job
            finally:
                self._idle -= 1

    def progressed(self, job: Job, part: float, note: str) -> None:
        """So much of a job is done; `note` says so in words, or is ""."""
        self._board.run(job.key, part, note)

    def finished(self, job: Job, *, cancelled: bool) -> None:
        """A job has ended, one way or the other."""
        with self._changed:
            self._running.pop(job.key, None)
            self._keys.discard(job.key)
            if cancelled:
                self._board.drop(job.key)
            else:
                self._board.close(job.key)
            self._ending.discard(job.key)
            again = self._again.pop(job.key, None)
            if again is not None and not self._closed:
                self._queue(again)
            self._changed.notify_all()

    def _can_take(self) -> bool:
        """Whether there is a job to take: long ones, which come last, wait for each other."""
        if not self._waiting:
            return False
        return not self._waiting[0][2].long or not any(job.long for job in self._running.values())

    def left(self, worker: _Worker) -> None:
        """A worker's thread ends."""
        with self._changed:
            self._workers.discard(worker)
            if self._waiting and not self._closed and not self._workers:
                self._start_worker()
            self._changed.notify_all()


class _Worker:
    """One process and the thread that talks to it."""

    def __init__(self, pool: WorkerPool, process: WorkerProcess) -> None:
        self._pool = pool
        self.process = process
        self.thread = threading.Thread(target=self._serve, name="studio-derived", daemon=True)

    def _serve(self) -> None:
        try:
            while (job := self._pool.take(self)) is not None:
                self._do(job)
        finally:
            self.process.stop()
            self._pool.left(self)

    def _do(self, job: Job) -> None:
        def ask(message: dict[str, Any], *, within: float | None = None) -> Answer:
            return self.process.ask(message, within=within, progress=lambda *how: self._pool.progressed(job, *how))

        cancelled = True
        try:
            with contextlib.suppress(Cancelled):
                job.run(ask)
                cancelled = False
        finally:
            self._pool.finished(job, cancelled=cancelled)
