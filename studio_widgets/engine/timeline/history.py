"""Undo, redo and the echo, all read off the journal.

The journal only grows: undoing is a row of its own, whose `forward` takes back what the undone rows did. A `History` is
the reading of those rows: which edits stand, and which could be done again.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.commands import label_of
from studio_widgets.engine.timeline.delta import diff_both, patch
from studio_widgets.engine.timeline.journal import REDO, UNDO, Entry
from studio_widgets.engine.timeline.model import Timeline

CLEAR = "clear"

Step = tuple[Entry, ...]
"""The edits that one undo takes back: one, or the neighbours of one group."""


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
        self._lengths: list[int] = []  # of the echo after each step that stands
        for entry in entries:
            self.push(entry)

    def push(self, entry: Entry) -> int:
        """Take in the next row of the journal: an edit (which ends what could be redone), an undo or a redo.

        Returns how many lines of the echo stay as they were; `echo(first=…)` gives what follows them now. Raises
        EditError for an undo or redo of nothing: such a journal is damaged.
        """
        before, step = self.echo_length, self._push(entry)
        if any(item.op == CLEAR for item in step):
            return 0  # with a `clear` all that came before it comes or goes
        return min(before, self.echo_length)

    def _push(self, entry: Entry) -> Step:
        """The step that came or went."""
        if entry.op == UNDO:
            step = self._done.pop() if self._done else None
            if step is None:
                raise EditError(f"row {entry.rev} of the journal undoes an edit that is not there")
            self._lengths.pop()
            self._undone.append(step)
            return step
        if entry.op == REDO:
            step = self._undone.pop() if self._undone else None
            if step is None:
                raise EditError(f"row {entry.rev} of the journal redoes an edit that was not undone")
            self._stand(step)
            return step
        same_step = bool(
            entry.group is not None and self._done and self._done[-1][-1].group == entry.group and not self._undone
        )
        step = (entry,)
        if same_step:
            step = (*self._done.pop(), entry)
            self._lengths.pop()
        self._stand(step)
        self._undone.clear()
        return (entry,)

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

        Replaying all of them on an empty timeline rebuilds it. What came before a `clear` left nothing behind, so the
        echo begins after the last one.
        """
        newest_first = (entry.echo for step in reversed(self._done) for entry in reversed(step))
        return list(islice(newest_first, max(0, self.echo_length - first)))[::-1]

    @property
    def echo_length(self) -> int:
        """`len(echo())`, without making the list."""
        return self._lengths[-1] if self._lengths else 0

    def _stand(self, step: Step) -> None:
        length = self.echo_length
        for entry in step:
            length = 0 if entry.op == CLEAR else length + 1
        self._done.append(step)
        self._lengths.append(length)


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
