"""A worker process that makes derived files: reads jobs as JSON lines, answers in JSON lines.

    → {"recipe": "proxy", "source": "/…/sha256/ab/…", "folder": "/…/incoming/…"}      and "workshop" for a long recipe
    ← {"progress": 0.4, "note": "400 of 1,000 frames"}      any number of times
    ← {"ok": true}           or {"ok": false, "error": "…", "lasting": true}

`lasting`: it is the file's fault, trying again is useless.

A process of its own because a busy Python thread slows decoding fourfold, and because a decoder that crashes on a
damaged file must not take the kernel with it. Started with a command line, not with multiprocessing: that would run
the user's own script again in every worker. It ends when its input does, so it dies with the kernel that started it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.library.recipes import RECIPES, make

NICENESS = 10


def main() -> None:
    """Serve until the input ends."""
    # Decoders print to the real stdout now and then; answers get a channel of their own.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1, encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    jobs = _Jobs(sys.stdin)
    while (job := jobs.next()) is not None:
        _say(answers, _do(job, answers))


def _do(job: dict[str, Any], answers: TextIO) -> dict[str, Any]:
    """Make one derived file."""

    workshop = Path(job["workshop"]) if "workshop" in job else None
    unit = RECIPES[job["recipe"]].unit

    def progress(done: int, total: int) -> None:
        note = f"{done:,} of {total:,} {unit}" if unit else ""
        _say(answers, {"progress": done / max(total, 1), "note": note})

    try:
        make(job["recipe"], Path(job["source"]), Path(job["folder"]), progress, workshop)
    except MediaError as error:
        return {"ok": False, "error": error.message, "lasting": True}
    # Whatever else it is, it belongs to this file and must be shown, not kill the worker.
    except Exception as error:  # noqa: BLE001
        return {"ok": False, "error": f"{type(error).__name__}: {error}", "lasting": False}
    return {"ok": True}


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    try:
        answers.write(json.dumps(message) + "\n")
        answers.flush()
    except BrokenPipeError:
        os._exit(0)


class _Jobs:
    """Job lines, read ahead by a thread, so that the end of the input ends a running job too."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._ready = threading.Semaphore(0)
        self._lines: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> dict[str, Any] | None:
        self._ready.acquire()
        return self._lines.pop(0) if self._lines else None

    def _read(self) -> None:
        for line in self._stream:
            self._lines.append(json.loads(line))
            self._ready.release()
        os._exit(0)  # nobody wants the result any more


if __name__ == "__main__":
    main()
