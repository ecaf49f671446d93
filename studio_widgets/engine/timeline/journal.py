"""One row of a project's journal, as a value."""

from __future__ import annotations

from studio_widgets.engine.timeline.delta import Delta
from studio_widgets.engine.timeline.model import Value

UNDO = "undo"
REDO = "redo"
RESTORE = "restore"


class Entry(Value, frozen=True):
    """One acknowledged edit, undo, redo, or return to an earlier version.

    `args` is the canonical JSON object of the edit's arguments (for undo and redo: `{"revs": [...]}`, the edits taken
    back or done again; for restore: `{"rev": …}`, the version that is back). `forward` makes the timeline at `rev` from
    the one at `rev - 1`; `backward` is the way back. `echo` is the Python line that does the same. Neighbouring edits
    with one `group` are one undo step.
    """

    rev: int
    op: str
    args: bytes
    forward: Delta
    backward: Delta
    echo: str
    group: str | None = None
