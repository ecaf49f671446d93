"""What this kernel knows of an open project: the newest timeline, its history, and who hears of changes.

`ProjectSession` adds the ways to change it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from studio_widgets.engine.errors import EditError, LibraryError
from studio_widgets.engine.library import journal_rows
from studio_widgets.engine.library.stored_state import answered, stored_state
from studio_widgets.engine.timeline.delta import Delta, patch
from studio_widgets.engine.timeline.history import History
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import version_of

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

_log = logging.getLogger(__name__)


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


class SessionState:
    """An open project, to be read; every method may be called from any thread."""

    def __init__(self, library: Library, row: journal_rows.ProjectRow) -> None:
        self.library = library
        self.id = row.id
        self.title = row.title
        self.closed = False
        self._lock = threading.RLock()
        self._subscribers: dict[int, Callable[[Change], None]] = {}
        self._next_subscriber = 0
        self._stale = False
        self._rev, self._timeline = stored_state(library.database, row)
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
        with answered(self.title), self.library.database.connection() as connection:
            return journal_rows.entries_after(connection, self.id, rev)

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

    def refresh(self) -> int:
        """Read what other kernels wrote since, tell the views, and return the revision."""
        with self._lock:
            self._require_open()
            self._catch_up()
            return self._rev

    # --- inside ------------------------------------------------------------------------------------------------

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
        self._changed()
        for fn in list(self._subscribers.values()):
            try:
                fn(change)
            except Exception:  # noqa: BLE001  (the edit is acknowledged: one broken view must not make it look refused)
                _log.exception("a view of project %r failed on revision %d", self.title, change.rev)

    def _changed(self) -> None:
        """For those who extend this: there is a new revision."""

    def _require_open(self) -> None:
        if self.closed:
            raise LibraryError("the project is closed", where=self.title, hint="Open it again with studio.project().")
