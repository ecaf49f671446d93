"""One worker process: started when it is asked something, asked with a time limit, replaced once when it dies.

Foreign bytes are opened and decoded there and nowhere else. A file that makes a demuxer spin costs a killed process and
an error that names the time; one that makes a decoder crash costs two processes and an error; neither costs the kernel.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

FOR_ANSWERS = 5  # niceness of a worker somebody waits for: the kernel's own threads come first
FOR_LATER = 10  # of one that works in the background
_ENTRY = (
    "import sys; sys.path.extend(p for p in {path!r} if p not in sys.path);"
    "from studio_widgets.engine.library.derive_worker import main; main({niceness})"
)


class Answer(msgspec.Struct, frozen=True):
    """What a process made of a message: `error` is "" when it did it; a `lasting` error comes again on every try.

    `value` is what it found out, `code` and `hint` belong to the error.
    """

    error: str = ""
    lasting: bool = False
    value: Any = None
    code: str = ""
    hint: str = ""


class Ask(Protocol):
    """What gives messages to a process."""

    def __call__(self, message: dict[str, Any], *, within: float | None = None) -> Answer:
        """Give a message and wait for the answer.

        `within`: seconds of silence (no progress told) after which the process is ended and the answer is an error.
        """
        ...


class Cancelled(Exception):
    """The work was cancelled: neither done nor failed."""


class WorkerProcess:
    """A process that may be running. `ask` belongs to one thread at a time, `cancel` may be called from any."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    @property
    def pid(self) -> int | None:
        """Its process id; None while it does not run."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(
        self,
        message: dict[str, Any],
        *,
        within: float | None = None,
        progress: Callable[[float, str], None] = lambda part, note: None,
    ) -> Answer:
        """Have the process do it; `progress` is told parts of 0..1, and in words. Raises Cancelled after `cancel()`."""
        code = None
        for _ in range(2):
            with _Patience(within, self._kill) as patience:
                answer = self._ask_once(message, patience, progress)
            if answer is not None:
                return answer
            code = self.stop()
            if patience.lost:
                return Answer(f"the decoder did not get anywhere within {patience.seconds:g} s", lasting=True)
        return Answer(f"the worker process died twice (exit code {code})")

    def cancel(self) -> None:
        """End the process; what it was asked ends as Cancelled, and so does whatever it is asked before `renew()`."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.kill()

    def renew(self) -> None:
        """Forget an earlier `cancel()`."""
        self._cancelled = False

    def stop(self) -> int | None:
        """End the process and collect it; its exit code."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        _close_pipes(process)
        return process.wait()

    # --- inside ----------------------------------------------------------------------------------------------------

    def _ask_once(
        self, message: dict[str, Any], patience: _Patience, progress: Callable[[float, str], None]
    ) -> Answer | None:
        """The process's answer; None when it died instead."""
        try:
            process = self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                answer = json.loads(line)
                if "ok" not in answer:
                    patience.renew()
                    progress(float(answer["progress"]), str(answer.get("note", "")))
                elif answer.pop("ok"):
                    return Answer(value=answer.get("value"))
                else:
                    return msgspec.convert(answer, Answer)
        except (OSError, ValueError):
            pass  # a broken pipe or half a line: it died
        if self._cancelled:
            raise Cancelled
        return None

    def _start(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._cancelled:
                raise Cancelled
            if self._process is not None and self._process.poll() is not None:
                _close_pipes(self._process)  # it died between two questions
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

    def _kill(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.kill()


class _Patience:
    """Calls `give_up`, from a thread of its own, when nothing was heard for so many seconds (None: never)."""

    def __init__(self, seconds: float | None, give_up: Callable[[], None]) -> None:
        self.seconds = seconds or 0.0
        self.lost = False
        self._give_up = give_up
        self._changed = threading.Condition()
        self._deadline = time.monotonic() + self.seconds
        self._over = seconds is None

    def renew(self) -> None:
        """Something was heard."""
        self._deadline = time.monotonic() + self.seconds

    def __enter__(self) -> _Patience:
        if not self._over:
            threading.Thread(target=self._watch, name="studio-patience", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _watch(self) -> None:
        with self._changed:
            while not self._over and (left := self._deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            if not self._over:
                self.lost = True
                self._give_up()


class Stop:
    """A request to stop, heard at once also where something is waited for. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = False
        self._enders: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self._set

    def request(self) -> None:
        """Ask to stop."""
        with self._lock:
            self._set = True
            for end in self._enders:
                end()

    def check(self) -> None:
        """Raise Cancelled when somebody asked to stop."""
        if self._set:
            raise Cancelled

    @contextlib.contextmanager
    def ends(self, end: Callable[[], None]) -> Iterator[None]:
        """Have `end` called when somebody asks to stop while the block runs."""
        with self._lock:
            if self._set:
                raise Cancelled
            self._enders.append(end)
        try:
            yield
        finally:
            with self._lock:
                self._enders.remove(end)


def worker_command(niceness: int = FOR_LATER) -> list[str]:
    """The command line of a worker: this Python, this package, and nothing from the current folder."""
    root = str(Path(__file__).parents[3])
    return [sys.executable, "-P", "-c", _ENTRY.format(path=[root], niceness=niceness)]


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # unsent bytes for a process that is gone
                pipe.close()
