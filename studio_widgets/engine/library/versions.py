"""The versions of a project: every step of its journal, what changed between two, and the way back to one."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import msgspec
import pandas as pd

from studio_widgets.engine.library import journal_rows
from studio_widgets.engine.library.session import ProjectSession
from studio_widgets.engine.library.stored_state import answered
from studio_widgets.engine.timeline.commands import label_of
from studio_widgets.engine.timeline.compare import describe
from studio_widgets.engine.timeline.history import restored_rev
from studio_widgets.engine.timeline.journal import REDO, RESTORE, UNDO, Entry

_COLUMNS = {"version": "int64", "when": "datetime64[us, UTC]", "label": "str", "edits": "int64"}


def versions(session: ProjectSession) -> pd.DataFrame:
    """The versions, newest first: version (a revision), when, label (what was done), edits (how many were one step).

    Edits of one drag are one version. Version 0 is the project as it began. Raises DatabaseError.
    """
    session.refresh()
    entries = session.entries_after(0)
    with answered(session.title), session.library.database.connection() as connection:
        when = journal_rows.times(connection, session.id)
    ops = {entry.rev: entry.op for entry in entries}
    rows: list[dict[str, Any]] = [{"version": 0, "when": when.get(0), "label": "new project", "edits": 0}]
    for _, group in groupby(entries, key=lambda entry: entry.group or entry.rev):
        step = list(group)
        last = step[-1]
        label = _label(last, ops)
        rows.append({"version": last.rev, "when": when[last.rev], "label": label, "edits": len(step)})
    rows.reverse()
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in _COLUMNS.items()})


def _label(entry: Entry, ops: dict[int, str]) -> str:
    if entry.op == RESTORE:
        return f"restore version {restored_rev(entry)}"
    if entry.op in (UNDO, REDO):
        revs = msgspec.json.decode(entry.args, type=dict[str, list[int]])["revs"]
        return f"{entry.op} {label_of(ops.get(revs[-1], ''))}".strip() if revs else entry.op
    return label_of(entry.op)


def difference(session: ProjectSession, a: int, b: int | None = None) -> list[str]:
    """What changed from version `a` to `b` (None: the newest), in words; see `engine/timeline/compare.py`.

    Raises EditError for a version that there is not.
    """
    rev, now = session.state()
    return describe(session.timeline_at(a), now if b is None or b == rev else session.timeline_at(b))
