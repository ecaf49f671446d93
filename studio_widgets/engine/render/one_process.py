"""A whole file made in one process of its own: spawned, killed when it is not wanted any more.

```
 this thread                            the process
 make ── order ───────────────▶ compositor, mixer ─ encoder ─▶ partial file
 told(done), cancel? ◀─ pipe ── frames done … None, or an error
```
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import av.error

from studio_widgets.engine.errors import RenderError, StudioError
from studio_widgets.engine.render.gif import write_gif
from studio_widgets.engine.render.order import Kind, Order, Told
from studio_widgets.engine.render.output import discard
from studio_widgets.engine.render.pictures_out import write_picture, write_pictures
from studio_widgets.engine.render.pool import spawning
from studio_widgets.engine.render.sound_file import write_sound
from studio_widgets.engine.render.webm import write_webm

_POLL = 0.1  # seconds between two calls of `check`
_WRITERS: dict[Kind, Callable[[Order, Path, Told], None]] = {
    "webm": write_webm,
    "sound": write_sound,
    "gif": write_gif,
    "picture": write_picture,
    "pictures": write_pictures,
}


def make(order: Order, out: Path, told: Told, check: Callable[[], None]) -> None:
    """Make what is ordered at `out`, a file or (for a sequence) a folder that is there.

    `told` is told in this thread how many frames of the work are done. `check` is called ten times a second: what it
    raises ends the work. Raises RenderError, naming clip, source and frame where one of these is to blame.
    """
    context = spawning()
    connection, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_main, args=(theirs, order, out), name="studio-render", daemon=True)
    process.start()
    theirs.close()  # else a death would go unnoticed: the pipe would still have another end
    try:
        while (done := _next(connection, check)) is not None:
            told(done)
    finally:
        process.kill()
        process.join()
        connection.close()


def _next(connection: Connection, check: Callable[[], None]) -> int | None:
    """How far the process is; None when it has ended well."""
    check()
    while not connection.poll(_POLL):
        check()
    try:
        said: int | StudioError | None = connection.recv()
    except EOFError as error:
        raise RenderError("the render process ended unexpectedly", hint="Render again") from error
    if isinstance(said, StudioError):
        raise said
    return said


def write(order: Order, out: Path, told: Told) -> None:
    """The work itself, in whatever process. Raises as `make`."""
    try:
        _WRITERS[order.kind](order, out, told)
    except StudioError:
        raise
    except (av.error.FFmpegError, OSError, MemoryError, ValueError) as error:
        raise RenderError(
            f"rendering failed: {error}",
            where=order.name,
            hint="See that there is space on the disk, and render again; if it fails again, report it",
        ) from error


def _main(connection: Connection, order: Order, out: Path) -> None:
    # The kernel's "interrupt" goes to all processes of its group: our parent answers it, and ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(out,), daemon=True).start()
    result: StudioError | None = None
    try:
        write(order, out, connection.send)
    except StudioError as error:
        result = error
    with suppress(OSError):  # nobody listens any more
        connection.send(result)


def _end_with_parent(out: Path) -> None:
    """A parent that was killed cannot tidy up."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        discard(out)
        os._exit(1)
