"""A project as it is open in this kernel: one timeline value, its history, one lock.

Cells and widget handlers change the same timeline from different threads, and other kernels may have the same project
open. The journal in the database decides: an edit is acknowledged when its row is committed, and `(project_id, rev)`
can be taken once. Whoever comes second reads what the other wrote, tells its views, and tries again on top of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg

from studio_widgets.engine.errors import ConflictError, EditError, LibraryError
from studio_widgets.engine.library import journal_rows
from studio_widgets.engine.library.clip_sources import complete_args, source_name
from studio_widgets.engine.library.database import ConnectionLostError
from studio_widgets.engine.library.foreign_edits import announce
from studio_widgets.engine.library.session_state import Change, SessionState
from studio_widgets.engine.library.stored_state import answered, unreachable
from studio_widgets.engine.timeline import commands
from studio_widgets.engine.timeline.delta import created, patch
from studio_widgets.engine.timeline.echo import echo_line
from studio_widgets.engine.timeline.history import restoring
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.model import Source, Timeline
from studio_widgets.engine.timeline.serial import to_json, version_after, version_of

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

__all__ = ["Applied", "Change", "ProjectSession"]

MAX_RETRIES = 20  # another kernel would have to win this many races in a row

Plan = Callable[[Timeline], Sequence[tuple[str, Mapping[str, Any]]]]
"""The edits to be made on a timeline: names of edit functions and their arguments, sources in full."""


class Applied(msgspec.Struct, frozen=True):
    """An acknowledged edit: its revision, and the ids of the clips it created, in order."""

    rev: int
    created: list[str]


class ProjectSession(SessionState):
    """An open project. Get it from `Projects.open_or_create`; every method may be called from any thread.

    `changed` is called after each revision (the registry's autosave). `writer` tells this kernel's edits from those of
    others where they are announced.
    """

    def __init__(
        self,
        library: Library,
        row: journal_rows.ProjectRow,
        *,
        changed: Callable[[ProjectSession], None] = lambda session: None,
        writer: str = "",
    ) -> None:
        self._tell_owner = changed
        self._writer = writer
        super().__init__(library, row)

    # --- editing -----------------------------------------------------------------------------------------------

    def apply(
        self,
        op: str,
        args: Mapping[str, Any] | bytes,
        *,
        base_rev: int | None = None,
        group: str | None = None,
    ) -> Applied:
        """Apply one edit to the newest timeline; returns when it is in the database.

        Parameters
        ----------
        op: name of an edit function (`timeline/commands.py: EDITS`).
        args: its keyword arguments, JSON-able. A source may be given by id alone: the library completes it.
        base_rev: the revision the user saw. When others edited since and the edit no longer fits: ConflictError.
        group: consecutive edits with the same group are one undo step.

        Raises EditError when the timeline refuses it, MissingMediaError for an unknown source, DatabaseError when the
        database cannot be reached. On any failure nothing has changed.
        """
        values = complete_args(self.library, op, _as_dict(args), self._timeline.fps)
        return self._commit(lambda timeline, rev: [self._entry(timeline, rev, op, values, group)[0]], seen=base_rev)

    def apply_all(self, plan: Plan, *, token: str = "") -> Applied | None:
        """Apply several edits in one transaction and as one undo step: all of them happen, or none.

        Parameters
        ----------
        plan: says which edits, given the newest timeline; asked again when another kernel edited meanwhile.
        token: names something that is to happen once per project. It is stored in that same transaction, so that a
            crash at any moment leaves both the edits and the token, or neither. None is returned when it was used.

        Raises what `apply` raises; on any failure nothing has changed.
        """

        def make(timeline: Timeline, rev: int) -> list[Entry]:
            entries: list[Entry] = []
            for op, values in plan(timeline):
                entry, timeline = self._entry(timeline, rev + len(entries), op, values, f"all-{rev}")
                entries.append(entry)
            return entries

        try:
            return self._commit(make, token=token)
        except journal_rows.TokenUsedError:
            self.refresh()  # it may have been another kernel that used it
            return None

    def undo(self) -> Applied:
        """Take back the newest edit or group of edits; EditError when there is none."""
        return self._commit(lambda timeline, rev: [self._history.undo(timeline, rev)[1]], alone=True)

    def redo(self) -> Applied:
        """Bring back what the last undo took; EditError when there is none."""
        return self._commit(lambda timeline, rev: [self._history.redo(timeline, rev)[1]], alone=True)

    def restore(self, version: int) -> Applied:
        """Make the timeline what it was at a revision, as an edit that can be undone."""
        return self._commit(lambda timeline, rev: [restoring(rev, timeline, self.timeline_at(version), version)])

    def save(self) -> None:
        """Store a snapshot, so that opening needs no replay. An older one never overwrites a newer one."""
        with self._lock:
            rev, timeline = self._rev, self._timeline
        with answered(self.title), self.library.database.connection() as connection:
            saved = journal_rows.save_snapshot(connection, self.id, to_json(timeline), rev)
        if saved:
            self._schema = version_of(timeline)

    def close(self) -> None:
        """Save and refuse further edits. Harmless when closed already."""
        with self._lock:
            if self.closed:
                return
            self.save()
            self.closed = True
            self._subscribers.clear()

    def discard(self) -> None:
        """Refuse further edits without saving: the project was deleted."""
        with self._lock:
            self.closed = True
            self._subscribers.clear()

    # --- inside ------------------------------------------------------------------------------------------------

    def _entry(
        self, timeline: Timeline, rev: int, op: str, values: Mapping[str, Any], group: str | None
    ) -> tuple[Entry, Timeline]:
        """The journal row of one edit, and the timeline after it."""
        change = commands.run(timeline, op, values)
        entry = Entry(
            rev=rev,
            op=op,
            args=change.args,
            forward=change.forward,
            backward=change.backward,
            echo=echo_line(op, change.args, timeline, change.after, self._source_name),
            group=group,
        )
        return entry, change.after

    def _commit(
        self,
        make: Callable[[Timeline, int], Sequence[Entry]],
        *,
        seen: int | None = None,
        alone: bool = False,
        token: str = "",
    ) -> Applied:
        """Journal the entries that `make` builds on the newest timeline, then let them happen.

        `alone`: refuse rather than build on rows of another kernel that were not seen yet.
        """
        with self._lock:
            self._require_open()
            if self._stale:
                self._catch_up()
            seen = self._rev if seen is None else seen
            for _ in range(MAX_RETRIES):
                before = self._timeline
                entries = self._make(make, seen)
                if not any(entry.forward for entry in entries) and not alone:
                    return Applied(self._rev, [])  # e.g. dragged back to where it was: nothing to remember
                afters = list(accumulate((entry.forward for entry in entries), patch, initial=before))[1:]
                if self._append(entries, afters, token):
                    for entry, after in zip(entries, afters, strict=True):
                        self._take(entry, after)
                    return Applied(self._rev, list(created(before, self._timeline)))
                self._catch_up()
                if alone:
                    raise ConflictError(
                        "the project was edited in another kernel meanwhile; those edits are shown now",
                        where=self.title,
                        hint="Look at them, then undo or redo again.",
                    )
            raise ConflictError(
                "another kernel keeps editing this project", where=self.title, hint="Try again in a moment."
            )

    def _make(self, make: Callable[[Timeline, int], Sequence[Entry]], seen: int) -> Sequence[Entry]:
        try:
            return make(self._timeline, self._rev + 1)
        except EditError as error:
            if seen < self._rev:
                raise ConflictError(
                    f"the edit no longer fits, because the project was edited meanwhile: {error.message}",
                    where=error.where or self.title,
                    hint=error.hint or "Look at the project as it is now and edit again.",
                ) from error
            raise

    def _append(self, entries: Sequence[Entry], afters: Sequence[Timeline], token: str) -> bool:
        """Commit the rows; False when another kernel has such a revision already. Raises TokenUsedError.

        afters: the timeline after each of them.
        """
        # From the first row on that an older version of this package would read and drop what it does not know, the
        # snapshot says that it must not.
        steps = zip(afters, entries, strict=True)
        newer = any(version_after(after, entry.forward) > self._schema for after, entry in steps)
        try:
            with self.library.database.connection() as connection:
                if token:
                    journal_rows.claim_token(connection, self.id, token)
                for entry in entries:
                    journal_rows.append_entry(connection, self.id, entry)
                announce(connection, self.library.owner, self.id, entries[-1].rev, self._writer)
                if newer:
                    journal_rows.save_snapshot(connection, self.id, to_json(afters[-1]), entries[-1].rev)
        except psycopg.errors.UniqueViolation:
            return False
        except psycopg.errors.ForeignKeyViolation as error:
            raise LibraryError(
                "the project was deleted", where=self.title, hint="Open it again to start anew."
            ) from error
        except psycopg.DataError as error:
            # e.g. a NUL character in a text: JSON has it, the database does not
            reason = error.diag.message_primary or error
            raise EditError(f"this cannot be stored: {reason}", where=entries[0].op) from error
        except (psycopg.Error, ConnectionLostError) as error:
            # The connection may have died after the commit: look again before the next edit, so that nothing is done
            # twice.
            self._stale = True
            raise unreachable(self.title, error) from error
        self._schema = version_of(afters[-1]) if newer else self._schema
        return True

    def _changed(self) -> None:
        self._tell_owner(self)

    def _source_name(self, source: Source) -> str:
        return source_name(self.library, source)


def _as_dict(args: Mapping[str, Any] | bytes) -> dict[str, Any]:
    if not isinstance(args, bytes | bytearray | memoryview | msgspec.Raw):
        return dict(args)
    try:
        return msgspec.json.decode(args, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise EditError(f"the arguments of an edit are a JSON object: {error}") from error
