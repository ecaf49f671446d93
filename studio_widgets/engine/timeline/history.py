"""Undo, redo and the echo, all read off the journal.

The journal only grows: undoing is a row of its own, whose `forward` takes back what the undone rows did. A `History` is
the reading of those rows: which edits stand, and which could be done again.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.commands import label_of
from studio_widgets.engine.timeline.delta import diff_both, patch
from studio_widgets.engine.timeline.journal import REDO, RESTORE, UNDO, Entry
from studio_widgets.engine.timeline.model import Timeline

CLEAR = "clear"
LOAD = "load"

Step = tuple[Entry, ...]
"""The edits that one undo takes back: one, or the neighbours of one group."""


class _Line(msgspec.Struct, frozen=True, eq=False):
    """The last line of an echo, the lines before it, and how many there are: echoes share what they have in common."""

    before: _Line | None
    text: str
    count: int


class History:
    """The steps that stand and the steps undone.

    `push` is the only method that changes it; `undo` and `redo` work out the row that *would* do it, so that the row
    can be written first and pushed when it is acknowledged:

        after, entry = history.undo(timeline, rev=12)
        …write the row…
        history.push(entry)
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._lines: list[_Line | None] = []  # the echo after each step that stands
        self._echoes: dict[int, _Line | None] = {0: None}  # the echo at each revision
        for entry in entries:
            self.push(entry)

    def push(self, entry: Entry) -> int:
        """Take in the next row of the journal: an edit (which ends what could be redone), an undo or a redo.

        Returns how many lines of the echo stay as they were; `echo(first=…)` gives what follows them now. Raises
        EditError for an undo or redo of nothing: such a journal is damaged.
        """
        before = self._last
        self._push(entry)
        self._echoes[entry.rev] = self._last
        return _in_common(before, self._last)

    def _push(self, entry: Entry) -> None:
        if entry.op == UNDO:
            if not self._done:
                raise EditError(f"row {entry.rev} of the journal undoes an edit that is not there")
            self._undone.append(self._done.pop())
            self._lines.pop()
            return
        if entry.op == REDO:
            if not self._undone:
                raise EditError(f"row {entry.rev} of the journal redoes an edit that was not undone")
            self._stand(self._undone.pop())
            return
        same_step = bool(
            entry.group is not None and self._done and self._done[-1][-1].group == entry.group and not self._undone
        )
        if same_step:
            self._done[-1] = (*self._done[-1], entry)
            self._lines[-1] = self._after(self._last, entry)
        else:
            self._stand((entry,))
        self._undone.clear()

    def undo(self, timeline: Timeline, rev: int) -> tuple[Timeline, Entry]:
        """The newest timeline without the last step, and the row (numbered `rev`) that takes it back.

        Raises EditError when there is nothing to undo.
        """
        if not self._done:
            raise EditError("there is nothing to undo")
        step = self._done[-1]
        after = timeline
        for entry in reversed(step):
            after = patch(after, entry.backward)
        return after, _row(UNDO, rev, step, timeline, after)

    def redo(self, timeline: Timeline, rev: int) -> tuple[Timeline, Entry]:
        """The newest timeline with the last undone step done again, and the row (numbered `rev`) that does it.

        Raises EditError when there is nothing to redo.
        """
        if not self._undone:
            raise EditError("there is nothing to redo", hint="An edit after an undo ends what could be redone")
        step = self._undone[-1]
        after = timeline
        for entry in step:
            after = patch(after, entry.forward)
        return after, _row(REDO, rev, step, timeline, after)

    @property
    def undo_label(self) -> str:
        """What undo would take back, such as `move clip`; "" when nothing."""
        return _label(self._done)

    @property
    def redo_label(self) -> str:
        """What redo would do again; "" when nothing."""
        return _label(self._undone)

    def echo(self, first: int = 0) -> list[str]:
        """The Python lines of all edits that stand, oldest first, from line `first` on.

        Replaying all of them on an empty timeline rebuilds it. What came before a `clear` or a `load` left nothing
        behind, so the echo begins with the last of them; after a version was restored it is that version's.
        """
        lines = []
        line = self._last
        while line is not None and line.count > first:
            lines.append(line.text)
            line = line.before
        return lines[::-1]

    @property
    def echo_length(self) -> int:
        """`len(echo())`, without making the list."""
        return self._last.count if self._last else 0

    @property
    def _last(self) -> _Line | None:
        return self._lines[-1] if self._lines else None

    def _stand(self, step: Step) -> None:
        line = self._last
        for entry in step:
            line = self._after(line, entry)
        self._done.append(step)
        self._lines.append(line)

    def _after(self, line: _Line | None, entry: Entry) -> _Line | None:
        """The echo after an entry, `line` being the one before it."""
        if entry.op == CLEAR:
            return None
        if entry.op == LOAD:
            return _Line(None, entry.echo, 1)
        if entry.op == RESTORE:
            return self._echoes.get(restored_rev(entry))
        return _Line(line, entry.echo, line.count + 1 if line else 1)


def restored_rev(entry: Entry) -> int:
    """The revision that an entry restored."""
    return msgspec.json.decode(entry.args, type=dict[str, int])["rev"]


def restoring(rev: int, now: Timeline, then: Timeline, version: int) -> Entry:
    """The row (numbered `rev`) that makes `then`, the timeline at revision `version`, of the newest one.

    Everything is as it was then, the counters of ids too: the echo of that version rebuilds it.
    """
    forward, backward = diff_both(now, then)
    args = msgspec.json.encode({"rev": version})
    return Entry(rev=rev, op=RESTORE, args=args, forward=forward, backward=backward, echo="")


def _in_common(a: _Line | None, b: _Line | None) -> int:
    """How many lines two echoes have in common."""
    while a is not b:
        if b is None or (a is not None and a.count >= b.count):
            assert a is not None
            a = a.before
        else:
            b = b.before
    return a.count if a else 0


def _label(steps: list[Step]) -> str:
    return label_of(steps[-1][-1].op) if steps else ""


def _row(op: str, rev: int, step: Step, before: Timeline, after: Timeline) -> Entry:
    forward, backward = diff_both(before, after)
    return Entry(
        rev=rev,
        op=op,
        args=msgspec.json.encode({"revs": [entry.rev for entry in step]}),
        forward=forward,
        backward=backward,
        echo="",
    )
