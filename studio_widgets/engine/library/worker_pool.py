"""A small pool of worker processes for derived files, run by one thread each.

A worker is started when there is something to do and let go after a while of nothing. One that dies (killed, out of
memory, a decoder's crash) costs its job one retry, then the job has failed: never a hang.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

_IDLE = 20.0  # seconds a worker is kept without work
_ENTRY = (
    "import sys; sys.path.extend(p for p in {path!r} if p not in sys.path);"
    "from studio_widgets.engine.library.derive_worker import main; main()"
)


class Answer(msgspec.Struct, frozen=True):
    """What a process made of a message: `error` is "" when it did it; a `lasting` error comes again on every try."""

    error: str = ""
    lasting: bool = False


Ask = Callable[[dict[str, Any]], Answer]


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
    """Runs jobs in at most `size` processes. All methods may be called from any thread."""

    def __init__(self, size: int = 2, command: list[str] | None = None) -> None:
        self._size = size
        self._command = command or worker_command()
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int, Job]] = []
        self._running: dict[str, Job] = {}
        self._workers: set[_Worker] = set()
        self._numbers = itertools.count()
        self._parts: dict[_Worker, float] = {}  # how much of its job a worker has done, 0..1
        self._notes: dict[str, str] = {}  # job key → how far it is, in words
        self._idle = 0
        self._closed = False
        self.done = 0  # jobs finished since the start, for progress bars

    def submit(self, job: Job) -> bool:
        """Queue a job, unless one of its key is queued or running; whether it was queued."""
        with self._changed:
            if self._closed or job.key in self._running or any(job.key == entry[2].key for entry in self._waiting):
                return False
            heapq.heappush(self._waiting, (job.rank, next(self._numbers), job))
            if self._idle == 0 and len(self._workers) < self._size:
                self._start_worker()
            self._changed.notify()
            return True

    @property
    def open_jobs(self) -> list[Job]:
        """Jobs that are running or wait."""
        with self._changed:
            running = [self._noted(job) for job in self._running.values()]
            return [*running, *(entry[2] for entry in sorted(self._waiting, key=lambda e: e[:2]))]

    @property
    def progress(self) -> float:
        """How many jobs are done since the start, the done parts of running ones included."""
        with self._changed:
            return self.done + sum(self._parts.values())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until something finishes or the time-out; whether nothing is left to do."""
        with self._changed:
            seen = self.done
            self._changed.wait_for(lambda: self.done != seen or not (self._running or self._waiting), timeout)
            return not (self._running or self._waiting)

    def cancel(self) -> int:
        """Drop what waits and end what runs, without recording failures; how many jobs that were."""
        with self._changed:
            count = len(self._waiting) + len(self._running)
            self._waiting.clear()
            for worker in self._workers:
                worker.cancel()
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
            return [worker.pid for worker in self._workers if worker.pid]

    # --- for the workers' threads ----------------------------------------------------------------------------------

    def _start_worker(self) -> None:
        worker = _Worker(self, self._command)
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
                worker.key = job.key
                worker.cancelled = False  # under this lock, which cancel() holds: no cancel is lost
                return job
            finally:
                self._idle -= 1

    def progressed(self, worker: _Worker, part: float, note: str) -> None:
        """A worker has done this part of its job; `note` says so in words, or is ""."""
        with self._changed:
            self._parts[worker] = min(part, 1.0)
            self._notes[worker.key] = note

    def finished(self, worker: _Worker, job: Job) -> None:
        """A job has ended, one way or the other."""
        with self._changed:
            self._parts.pop(worker, None)
            self._notes.pop(job.key, None)
            self._running.pop(job.key, None)
            self.done += 1
            self._changed.notify_all()

    def _can_take(self) -> bool:
        """Whether there is a job to take: long ones, which come last, wait for each other."""
        if not self._waiting:
            return False
        return not self._waiting[0][2].long or not any(job.long for job in self._running.values())

    def _noted(self, job: Job) -> Job:
        note = self._notes.get(job.key)
        return msgspec.structs.replace(job, label=f"{job.label}: {note}") if note else job

    def left(self, worker: _Worker) -> None:
        """A worker's thread ends."""
        with self._changed:
            self._workers.discard(worker)
            if self._waiting and not self._closed and not self._workers:
                self._start_worker()
            self._changed.notify_all()


class Cancelled(Exception):
    """The job was cancelled: neither done nor failed."""


class _Worker:
    """One process and the thread that talks to it."""

    def __init__(self, pool: WorkerPool, command: list[str]) -> None:
        self._pool = pool
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self.cancelled = False
        self.key = ""  # of the job it is at
        self.thread = threading.Thread(target=self._serve, name="studio-derived", daemon=True)

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def cancel(self) -> None:
        """End the process; its job ends as cancelled."""
        with self._lock:
            self.cancelled = True
            if self._process is not None:
                self._process.kill()

    def _serve(self) -> None:
        try:
            while (job := self._pool.take(self)) is not None:
                try:
                    with contextlib.suppress(Cancelled):
                        job.run(self._ask)
                finally:
                    self._pool.finished(self, job)
        finally:
            self._stop()
            self._pool.left(self)

    def _ask(self, message: dict[str, Any]) -> Answer:
        """Have the process do it. A process that died is replaced once."""
        for _ in range(2):
            answer = self._ask_once(message)
            if answer is not None:
                return answer
            code = self._stop()
        return Answer(f"the worker process died twice (exit code {code})")

    def _ask_once(self, message: dict[str, Any]) -> Answer | None:
        """The process's answer; None when it died instead."""
        try:
            process = self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                answer = json.loads(line)
                if "ok" in answer:
                    return Answer() if answer["ok"] else Answer(str(answer["error"]), bool(answer["lasting"]))
                self._pool.progressed(self, float(answer["progress"]), str(answer.get("note", "")))
        except (OSError, ValueError):
            pass  # a broken pipe or half a line: it died
        if self.cancelled:
            raise Cancelled
        return None

    def _start(self) -> subprocess.Popen[str]:
        with self._lock:
            if self.cancelled:
                raise Cancelled
            if self._process is not None and self._process.poll() is not None:
                _close_pipes(self._process)  # it died between two jobs
                self._process = None
            if self._process is None:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    encoding="utf-8",
                    start_new_session=True,  # Ctrl-C in a terminal is for the kernel, which decides
                )
            return self._process

    def _stop(self) -> int | None:
        """End the process and collect it; its exit code."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        _close_pipes(process)
        return process.wait()


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # unsent bytes for a process that is gone
                pipe.close()


def worker_command() -> list[str]:
    """The command line of a worker: this Python, this package, and nothing from the current folder."""
    root = str(Path(__file__).parents[3])
    return [sys.executable, "-P", "-c", _ENTRY.format(path=[root])]
