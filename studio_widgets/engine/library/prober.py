"""Looks into foreign files, in worker processes: what a file is, and the picture of one that FFmpeg cannot read.

Whoever asks waits in its own thread for its own answer; at most `size` processes run, kept a while for the next file.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from studio_widgets.engine.errors import MediaError, MissingMediaError
from studio_widgets.engine.library.worker_process import FOR_ANSWERS, Stop, WorkerProcess, worker_command
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.source import check_file

SIZE = 2
PATIENCE = 60.0  # seconds a file may take, and one more for each
BYTES_A_SECOND = 5_000_000  # of it: to tell a long video's length all of it is read
_IDLE = 20.0  # seconds a process is kept without work


class Prober:
    """Asks worker processes about files. All methods may be called from any thread."""

    def __init__(self, size: int = SIZE, command: list[str] | None = None, patience: float = PATIENCE) -> None:
        self._command = command or worker_command(FOR_ANSWERS)
        self._patience = patience
        self._places = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._idle: list[tuple[float, WorkerProcess]] = []  # since when, and which
        self._reaper: threading.Timer | None = None
        self._closed = Stop()

    def probe(self, path: Path, stop: Stop | None = None) -> MediaInfo:
        """What a file is, as `media.probe` says; MediaError, with the file's name, when it is nothing of use.

        Raises Cancelled when `stop` was requested or the prober closed.
        """
        return msgspec.convert(self._ask(path, {"probe": str(path)}, stop), MediaInfo)

    def convert(self, path: Path, out: Path, stop: Stop | None = None) -> None:
        """Write the picture of a file that FFmpeg cannot read (`media.convert`) to `out`. Errors as of `probe`."""
        self._ask(path, {"convert": str(path), "out": str(out)}, stop)

    def pids(self) -> list[int]:
        """Process ids of the workers that wait for work."""
        with self._lock:
            return [pid for _, process in self._idle if (pid := process.pid)]

    def close(self) -> None:
        """End the processes; what is being asked ends as Cancelled."""
        self._closed.request()
        with self._lock:
            if self._reaper is not None:
                self._reaper.cancel()
            idle, self._idle = self._idle, []
        for _, process in idle:
            process.stop()

    # --- inside ----------------------------------------------------------------------------------------------------

    def _ask(self, path: Path, message: dict[str, Any], stop: Stop | None) -> Any:
        size = check_file(path).stat().st_size  # a folder, a pipe, nothing: said without a process
        stop = stop or Stop()
        with self._process(stop) as process:
            answer = process.ask(message, within=self._patience + size / BYTES_A_SECOND)
        if not answer.error:
            return answer.value
        kind = MissingMediaError if answer.code == MissingMediaError.code else MediaError
        hint = answer.hint or "Convert it to MP4 first, or leave it out."
        raise kind(answer.error, where=str(path), hint=hint)

    @contextlib.contextmanager
    def _process(self, stop: Stop) -> Iterator[WorkerProcess]:
        """A process of one's own for a moment."""
        while not self._places.acquire(timeout=0.2):
            stop.check()
            self._closed.check()
        process = self._take()
        try:
            with stop.ends(process.cancel), self._closed.ends(process.cancel):
                yield process
            self._keep(process)
        except BaseException:
            process.stop()
            raise
        finally:
            self._places.release()

    def _take(self) -> WorkerProcess:
        with self._lock:
            process = self._idle.pop()[1] if self._idle else WorkerProcess(self._command)
        process.renew()  # a cancel that came too late for its last question is not for the next one
        return process

    def _keep(self, process: WorkerProcess) -> None:
        with self._lock:
            if not self._closed.requested:
                self._idle.append((time.monotonic(), process))
                self._reap_later()
                return
        process.stop()

    def _reap_later(self) -> None:
        if self._reaper is None:
            self._reaper = threading.Timer(_IDLE, self._reap)
            self._reaper.daemon = True
            self._reaper.start()

    def _reap(self) -> None:
        """Let go of processes that nobody has needed for a while."""
        with self._lock:
            self._reaper = None
            old = [entry for entry in self._idle if time.monotonic() - entry[0] >= _IDLE]
            self._idle = [entry for entry in self._idle if entry not in old]
            if self._idle:
                self._reap_later()
        for _, process in old:
            process.stop()
