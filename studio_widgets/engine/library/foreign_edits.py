"""Word of edits that other kernels made: the journal's transaction announces itself, and whoever has the project open
reads its rows.

    kernel A: journal row ── NOTIFY in the same transaction ──▶ server ──▶ kernel B: session.refresh() ──▶ its views

An announcement says only where to look; what is true is what the journal holds. So a lost one costs nothing but time
(the next edit, `refresh()` or reconnection reads the rows all the same), and a forged one nothing but a look.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import weakref
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from studio_widgets.engine.errors import StudioError
from studio_widgets.engine.library.database import Connection, Database

_log = logging.getLogger(__name__)

_AGAIN = (0.5, 30.0)  # seconds between attempts to connect: at first, and at most


def channel_of(owner: str) -> str:
    """The channel that an instructor's edits are announced on."""
    return f"studio_{owner.replace('-', '')}"


def announce(connection: Connection, owner: str, project_id: str, rev: int, writer: str) -> None:
    """Say, when this transaction is committed, that the project has a new revision."""
    connection.execute("select pg_notify(%s, %s)", (channel_of(owner), f"{project_id} {rev} {writer}"))


class ForeignEdits:
    """Listens on a connection of its own, in a thread of its own.

    Parameters
    ----------
    database: where the projects are.
    writer: announcements of this one are our own, and passed over.
    heard: a method, called with a project's id and its revision; with ("", 0) after each connection, when anything may
        have been missed. It may take its time and raise StudioError: the next announcement is waited for all the same.
        Its object is not kept alive, and when it goes, so does this.
    """

    def __init__(self, database: Database, writer: str, heard: Callable[[str, int], None]) -> None:
        self._database = database
        self._writer = writer
        self._heard = weakref.WeakMethod(heard)
        self._stopping = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self.listening = threading.Event()
        """Set while announcements come."""
        self._thread = threading.Thread(target=self._run, name="studio-foreign-edits", daemon=True)
        self._thread.start()
        weakref.finalize(getattr(heard, "__self__"), self._stop)  # noqa: B009 - a Callable has none for mypy

    def close(self) -> None:
        """End the thread and its connection."""
        self._stop()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):  # it has ended, and closed this
            self._wake.send(b"x")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        pause, longest = _AGAIN
        while not self._stopping.is_set():
            try:
                with self._database.connect_apart() as connection:
                    pause = _AGAIN[0]
                    self._listen(connection)
            except (psycopg.Error, StudioError, OSError) as error:
                _log.info("edits of other kernels are not heard of for now: %s", error)
            finally:
                self.listening.clear()
            self._stopping.wait(pause)
            pause = min(pause * 2, longest)
        self._wake.close()
        self._woken.close()

    def _listen(self, connection: Connection) -> None:
        connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel_of(self._database.owner))))
        self.listening.set()
        self._tell("", 0)
        while not self._stopping.is_set():
            readable, _, _ = select.select([connection.fileno(), self._woken.fileno()], [], [])
            if self._woken.fileno() in readable:
                return
            connection.pgconn.consume_input()  # raises when the server went away
            while (notice := connection.pgconn.notifies()) is not None:
                self._read(notice)

    def _read(self, notice: Any) -> None:
        words = bytes(notice.extra).decode("utf-8", "replace").split(" ")
        if len(words) == 3 and words[1].isdecimal() and words[2] != self._writer:
            self._tell(words[0], int(words[1]))

    def _tell(self, project_id: str, rev: int) -> None:
        heard = self._heard()
        if heard is None:
            return
        try:
            heard(project_id, rev)
        except StudioError as error:
            _log.warning("edits of another kernel could not be read: %s", error)
