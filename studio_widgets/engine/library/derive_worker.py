"""A worker process that opens foreign files: reads messages as JSON lines, answers in JSON lines.

    → {"probe": "/…/talk.mp4"}
    ← {"ok": true, "value": {…}}     what `probe` found, as JSON
    → {"convert": "/…/logo.svg", "out": "/…/incoming/…/picture.png"}
    → {"recipe": "proxy", "source": "/…/sha256/ab/…", "folder": "/…/incoming/…"}    and "workshop" for a long recipe
    ← {"progress": 0.4, "note": "400 of 1,000 frames"}    any number of times
    ← {"ok": true}                   or {"ok": false, "error": "…", "lasting": true, "code": "…", "hint": "…"}

`lasting`: it is the file's fault, trying again is useless.

A process of its own because a busy Python thread slows decoding fourfold, and because a decoder that crashes on a
damaged file must not take the kernel with it. Its memory is bounded, so that a file that blows up is refused and the
machine goes on. Started with a command line, not with multiprocessing: that would run the user's own script again in
every worker. It ends when its input does, so it dies with the kernel that started it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

import msgspec

from studio_widgets.engine.errors import MediaError

MEMORY = 4 << 30  # bytes a worker may use: some pictures of the largest size that is let in
_MEMORY_A_CORE = 96 << 20  # and what a decoder's thread needs for itself: it starts one a core


def main(niceness: int = 10) -> None:
    """Serve until the input ends."""
    # Decoders print to the real stdout now and then; answers get a channel of their own.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1, encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(niceness)
    _limit_memory(MEMORY + _MEMORY_A_CORE * (os.cpu_count() or 1))
    messages = _Messages(sys.stdin)
    while True:
        _say(answers, _do(messages.next(), answers))


def _do(message: dict[str, Any], answers: TextIO) -> dict[str, Any]:
    """Do what a message says; the answer."""
    try:
        return {"ok": True, "value": _value(message, answers)}
    except MediaError as error:
        return {"ok": False, "error": error.message, "lasting": True, "code": error.code, "hint": error.hint}
    except MemoryError:
        gigabytes = MEMORY >> 30
        return {"ok": False, "error": f"decoding it takes more than {gigabytes} GB of memory", "lasting": True}
    # Whatever else it is, it belongs to this file and must be shown, not kill the worker.
    except Exception as error:  # noqa: BLE001
        return {"ok": False, "error": f"{type(error).__name__}: {error}", "lasting": False}


def _value(message: dict[str, Any], answers: TextIO) -> Any:
    # Imported here: what a probe does not need is not waited for when the first file is probed.
    if "probe" in message:
        from studio_widgets.engine.media.probe import probe

        return msgspec.to_builtins(probe(message["probe"]))
    if "convert" in message:
        from studio_widgets.engine.media.convert import to_png

        to_png(Path(message["convert"]), Path(message["out"]))
        return None
    from studio_widgets.engine.library.recipes import RECIPES, make

    workshop = Path(message["workshop"]) if "workshop" in message else None
    unit = RECIPES[message["recipe"]].unit

    def progress(done: int, total: int) -> None:
        note = f"{done:,} of {total:,} {unit}" if unit else ""
        _say(answers, {"progress": done / max(total, 1), "note": note})

    make(message["recipe"], Path(message["source"]), Path(message["folder"]), progress, workshop)
    return None


def _limit_memory(size: int) -> None:
    """Have allocations fail beyond `size` bytes, where the platform can do that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    # RLIMIT_DATA counts what can be written to; RLIMIT_AS would count address space that threads merely reserve
    for limit, most in ((resource.RLIMIT_DATA, size), (resource.RLIMIT_CORE, 0)):
        try:
            hard = resource.getrlimit(limit)[1]
            resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (OSError, ValueError):
            continue  # a platform that knows the limit but does not set it (macOS)


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    try:
        answers.write(json.dumps(message) + "\n")
        answers.flush()
    except BrokenPipeError:
        os._exit(0)


class _Messages:
    """Lines, read ahead by a thread, so that the end of the input ends a running job too."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._ready = threading.Semaphore(0)
        self._lines: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> dict[str, Any]:
        self._ready.acquire()
        return self._lines.pop(0)

    def _read(self) -> None:
        for line in self._stream:
            self._lines.append(json.loads(line))
            self._ready.release()
        os._exit(0)  # nobody wants the result any more


if __name__ == "__main__":
    main()
