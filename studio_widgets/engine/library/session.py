"""A project as it is open in this kernel: one timeline value, its history, one lock.

Cells and widget handlers change the same timeline from different threads, and other kernels may have the same project
open. The journal in the database decides: an edit is acknowledged when its row is committed, and `(project_id, rev)`
can be taken once. Whoever comes second reads what the other wrote, tells its views, and tries again on top of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg

from studio_widgets.engine.errors import ConflictError, DatabaseError, EditError, LibraryError, SchemaError
from studio_widgets.engine.library import journal_rows
from studio_widgets.engine.library.clip_sources import complete_source, source_name
from studio_widgets.engine.library.database import ConnectionLostError
from studio_widgets.engine.timeline import commands
from studio_widgets.engine.timeline.delta import Delta, created, patch
from studio_widgets.engine.timeline.echo import echo_line
from studio_widgets.engine.timeline.history import History, restoring
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.model import Source, Timeline
from studio_widgets.engine.timeline.serial import from_json, is_newer, to_json, version_after, version_of

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

_log = logging.getLogger(__name__)

_ID_KEYS = {"media_file": "mediaFileId", "recording": "recordingId"}
MAX_RETRIES = 20  # another kernel would have to win this many races in a row


class Applied(msgspec.Struct, frozen=True):
    """An acknowledged edit: its revision, and the ids of the clips it created, in order."""

    rev: int
    created: list[str]


class Change(msgspec.Struct, frozen=True):
    """What subscribers hear, once per revision and in order of revisions.

    `echo` are the Python lines this revision added, `echo_length` is how many lines there are after it (an undo
    shortens the echo). `undo` and `redo` are what these would do now ("" when nothing). `timeline` is the value at
    `rev`.
    """

    rev: int
    delta: Delta
    echo: list[str]
    echo_length: int
    undo: str
    redo: str
    timeline: Timeline


class ProjectSession:
    """An open project. Get it from `Projects.open_or_create`; every method may be called from any thread."""

    def __init__(
        self,
        library: Library,
        row: journal_rows.ProjectRow,
        *,
        changed: Callable[[ProjectSession], None] = lambda session: None,
    ) -> None:
        self.library = library
        self.id = row.id
        self.title = row.title
        self.closed = False
        self._changed = changed  # called after each revision: the registry's autosave
        self._lock = threading.RLock()
        self._subscribers: dict[int, Callable[[Change], None]] = {}
        self._next_subscriber = 0
        self._stale = False
        self._rev, self._timeline = self._stored(row)
        self._schema = version_of(self._timeline)  # of the snapshot in the database
        self._history = History()
        self._load()

    # --- reading -----------------------------------------------------------------------------------------------

    @property
    def timeline(self) -> Timeline:
        """The newest timeline this kernel knows."""
        return self._timeline

    @property
    def rev(self) -> int:
        """Revision of `timeline`: how many journal rows made it."""
        return self._rev

    def state(self) -> tuple[int, Timeline]:
        """Revision and timeline that belong together."""
        with self._lock:
            return self._rev, self._timeline

    def timeline_at(self, rev: int) -> Timeline:
        """The timeline as it was at a revision; EditError when there is none of that number."""
        with self._lock:
            now, timeline = self._rev, self._timeline
        if not 0 <= rev <= now:
            raise EditError(
                f"there is no version {rev}", where=self.title, hint=f"They go from 0 to {now}: project.versions()"
            )
        if rev < now:
            for entry in reversed(self.entries_after(rev)):
                if entry.rev <= now:
                    timeline = patch(timeline, entry.backward)
        return timeline

    def entries_after(self, rev: int) -> list[Entry]:
        """The rows of the journal after a revision, as the database has them."""
        try:
            with self.library.database.connection() as connection:
                return journal_rows.entries_after(connection, self.id, rev)
        except (psycopg.Error, ConnectionLostError) as error:
            raise _unreachable(self.title, error) from error

    def echo(self) -> list[str]:
        """The Python lines that rebuild this timeline, one per edit that stands (undone edits are absent)."""
        with self._lock:
            return self._history.echo()

    def history_state(self) -> tuple[str, str]:
        """What undo and redo would do, as labels; "" when there is nothing."""
        with self._lock:
            return self._history.undo_label, self._history.redo_label

    def subscribe(self, fn: Callable[[Change], None]) -> Callable[[], None]:
        """Call `fn` with each later change, under the project's lock, in order; returns the function that ends this.

        `fn` runs on the thread that made the edit and must return quickly without waiting for other threads.
        """
        with self._lock:
            key = self._next_subscriber
            self._next_subscriber += 1
            self._subscribers[key] = fn

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers.pop(key, None)

        return unsubscribe

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
        values = self._complete(op, _as_dict(args))

        def make(timeline: Timeline, rev: int) -> Entry:
            change = commands.run(timeline, op, values)
            return Entry(
                rev=rev,
                op=op,
                args=change.args,
                forward=change.forward,
                backward=change.backward,
                echo=echo_line(op, change.args, timeline, change.after, self._source_name),
                group=group,
            )

        return self._commit(make, seen=base_rev)

    def undo(self) -> Applied:
        """Take back the newest edit or group of edits; EditError when there is none."""
        return self._commit(lambda timeline, rev: self._history.undo(timeline, rev)[1], alone=True)

    def redo(self) -> Applied:
        """Bring back what the last undo took; EditError when there is none."""
        return self._commit(lambda timeline, rev: self._history.redo(timeline, rev)[1], alone=True)

    def restore(self, version: int) -> Applied:
        """Make the timeline what it was at a revision, as an edit that can be undone."""
        return self._commit(lambda timeline, rev: restoring(rev, timeline, self.timeline_at(version), version))

    def refresh(self) -> int:
        """Read what other kernels wrote since, tell the views, and return the revision."""
        with self._lock:
            self._require_open()
            self._catch_up()
            return self._rev

    def save(self) -> None:
        """Store a snapshot, so that opening needs no replay. An older one never overwrites a newer one."""
        with self._lock:
            rev, timeline = self._rev, self._timeline
        try:
            with self.library.database.connection() as connection:
                if journal_rows.save_snapshot(connection, self.id, to_json(timeline), rev):
                    self._schema = version_of(timeline)
        except (psycopg.Error, ConnectionLostError) as error:
            raise _unreachable(self.title, error) from error

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

    def _commit(
        self, make: Callable[[Timeline, int], Entry], *, seen: int | None = None, alone: bool = False
    ) -> Applied:
        """Journal the entry that `make` builds on the newest timeline, then let it happen.

        `alone`: refuse rather than build on rows of another kernel that were not seen yet.
        """
        with self._lock:
            self._require_open()
            if self._stale:
                self._catch_up()
            seen = self._rev if seen is None else seen
            for _ in range(MAX_RETRIES):
                before = self._timeline
                entry = self._make(make, seen)
                if not entry.forward and not alone:
                    return Applied(self._rev, [])  # e.g. dragged back to where it was: nothing to remember
                after = patch(before, entry.forward)
                if self._append(entry, after):
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

    def _make(self, make: Callable[[Timeline, int], Entry], seen: int) -> Entry:
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

    def _append(self, entry: Entry, after: Timeline) -> bool:
        """Commit the row; False when another kernel has that revision already."""
        # From the first row on that an older version of this package would read and drop what it does not know, the
        # snapshot says that it must not.
        newer = version_after(after, entry.forward) > self._schema
        try:
            with self.library.database.connection() as connection:
                journal_rows.append_entry(connection, self.id, entry)
                if newer:
                    journal_rows.save_snapshot(connection, self.id, to_json(after), entry.rev)
        except psycopg.errors.UniqueViolation:
            return False
        except psycopg.errors.ForeignKeyViolation as error:
            raise LibraryError(
                "the project was deleted", where=self.title, hint="Open it again to start anew."
            ) from error
        except psycopg.DataError as error:
            # e.g. a NUL character in a text: JSON has it, the database does not
            raise EditError(f"this cannot be stored: {error.diag.message_primary or error}", where=entry.op) from error
        except (psycopg.Error, ConnectionLostError) as error:
            # The connection may have died after the commit: look again before the next edit, so that nothing is done
            # twice.
            self._stale = True
            raise _unreachable(self.title, error) from error
        self._schema = version_of(after) if newer else self._schema
        return True

    def _stored(self, row: journal_rows.ProjectRow) -> tuple[int, Timeline]:
        """The newest state that can be read: the snapshot, or what the project began with when that is damaged."""
        try:
            return row.rev, from_json(row.state)
        except SchemaError as error:
            first = None
            if not is_newer(row.state):
                with self.library.database.connection() as connection:
                    first = journal_rows.first_state(connection, self.id)
            if first is None:
                raise
            _log.warning("the snapshot of project %r is damaged, the journal is replayed: %s", self.title, error)
            return 0, from_json(first)

    def _load(self) -> None:
        """The whole journal gives the history, its rows after the snapshot the newest timeline."""
        for entry in self.entries_after(0):
            self._history.push(entry)
            if entry.rev > self._rev:
                self._timeline = patch(self._timeline, entry.forward)
                self._rev = entry.rev

    def _catch_up(self) -> None:
        for entry in self.entries_after(self._rev):
            self._take(entry, patch(self._timeline, entry.forward))
        self._stale = False

    def _take(self, entry: Entry, after: Timeline) -> None:
        """A journaled entry becomes the present, and everybody hears of it."""
        self._timeline = after
        self._rev = entry.rev
        kept = self._history.push(entry)
        undo, redo = self.history_state()
        change = Change(
            rev=self._rev,
            delta=entry.forward,
            echo=self._history.echo(first=kept),
            echo_length=self._history.echo_length,
            undo=undo,
            redo=redo,
            timeline=self._timeline,
        )
        self._changed(self)
        for fn in list(self._subscribers.values()):
            try:
                fn(change)
            except Exception:  # noqa: BLE001  (the edit is acknowledged: one broken view must not make it look refused)
                _log.exception("a view of project %r failed on revision %d", self.title, change.rev)

    def _require_open(self) -> None:
        if self.closed:
            raise LibraryError("the project is closed", where=self.title, hint="Open it again with studio.project().")

    def _complete(self, op: str, args: dict[str, Any]) -> dict[str, Any]:
        """Fill in sources given by id from the library: what they are, how long, and which bytes."""
        if op not in commands.EDITS:
            return args  # the edit says what is wrong
        completed = dict(args)
        for key in ("source", "source_to"):
            source = args.get(key)
            if not isinstance(source, Mapping) or source.get("type") not in _ID_KEYS:
                continue
            given = source.get(_ID_KEYS[source["type"]])
            if not isinstance(given, str) or not given:
                raise EditError(f"a source of type {source['type']!r} needs {_ID_KEYS[source['type']]}", where=op)
            name, full = complete_source(self.library, source["type"], given, self._timeline.fps)
            completed[key] = msgspec.to_builtins(full)
            if key == "source" and not args.get("name"):
                completed["name"] = name
        return completed

    def _source_name(self, source: Source) -> str:
        return source_name(self.library, source)


def _as_dict(args: Mapping[str, Any] | bytes) -> dict[str, Any]:
    if not isinstance(args, bytes | bytearray | memoryview | msgspec.Raw):
        return dict(args)
    try:
        return msgspec.json.decode(args, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise EditError(f"the arguments of an edit are a JSON object: {error}") from error


def _unreachable(title: str, error: psycopg.Error | ConnectionLostError) -> DatabaseError:
    return DatabaseError(
        f"the database did not answer: {str(error).strip() or type(error).__name__}",
        where=f"project {title!r}",
        hint="Nothing was changed; try again, or see `studio-widgets doctor`.",
    )
