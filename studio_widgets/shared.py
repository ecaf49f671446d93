"""What the Studios of one kernel share: an engine per database, storage and home.

Running a notebook's first cell again makes another `Studio` while widgets of the old one are still on the page: both
must see the same open projects, so they stand on the same engine. It closes when the last Studio in use is closed, and
at the end of the process.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import weakref
from pathlib import Path
from typing import Any, TypeVar

from studio_widgets.engine.courses import export_status
from studio_widgets.engine.errors import StorageError, StudioError
from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.footing import Footing
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.projects import Projects
from studio_widgets.engine.library.recordings import Recordings
from studio_widgets.engine.library.server import EmbeddedServer
from studio_widgets.engine.library.storage import open_storage

_log = logging.getLogger(__name__)

Shown = TypeVar("Shown")


class Engine:
    """Everything behind the Studios of one database, storage and home."""

    def __init__(self, url: str | None, storage: str | None, home: Path) -> None:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"the studio's folder cannot be made ({error.strerror or error})",
                where=str(home),
                hint="Choose a folder that you may write to: Studio(home=…) or STUDIO_HOME.",
            ) from error
        database = open_database(url, home)
        try:
            self.library = Library(database, open_storage(storage, home), home)
        except BaseException:
            database.close()
            raise
        self.projects = Projects(self.library)
        self.recordings = Recordings(self.library, self.projects)
        self.footing = Footing([home] if url is not None else [home, EmbeddedServer(home).data])
        self.users: weakref.WeakSet[Any] = weakref.WeakSet()
        self.closed = False
        self._widgets: weakref.WeakSet[Any] = weakref.WeakSet()
        try:
            self.recordings.recover()
        except StudioError as error:
            _log.warning("unfinished recordings were left as they are: %s", error)
        export_status.recover(self.library)

    def keep(self, widget: Shown) -> Shown:
        """Remember a widget, to close it with everything else."""
        self._widgets.add(widget)
        return widget

    def close(self) -> None:
        """Close widgets, takes, projects (saving them), library and database, in this order."""
        self.closed = True
        self.footing.close()
        for widget in list(self._widgets):
            widget.close()
        self.recordings.close()
        try:
            self.projects.close()
        finally:
            self.library.close()
            self.library.database.close()

    def abandon(self) -> None:
        """Close when the folders were deleted: there is nowhere to save to, and no use in trying for long."""
        self.closed = True
        self.footing.close()
        self.library.database.close()
        for widget in list(self._widgets):
            widget.close()
        for close in (self.recordings.close, self.projects.close, self.library.close):
            with contextlib.suppress(StudioError, OSError):
                close()


_lock = threading.RLock()
_engines: dict[tuple[str | None, str | None, Path], Engine] = {}
_opened: list[weakref.ref[Any]] = []


def join(user: object, url: str | None, storage: str | None, home: Path) -> Engine:
    """The engine of these settings, opened when there is none; `user` counts as using it until it leaves."""
    key = (url, storage, home)
    with _lock:
        engine = _engines.get(key)
        if engine is not None and not engine.closed and engine.footing.is_gone():
            _log.warning("the folder of this studio was deleted, a new one is made: %s", home)
            engine.abandon()
        if engine is None or engine.closed:
            engine = _engines[key] = Engine(url, storage, home)
            # Registered now, so that it runs before the connection pool's own end, which was registered when it opened.
            atexit.unregister(_close_all)
            atexit.register(_close_all)
        engine.users.add(user)
        _opened[:] = [reference for reference in _opened if reference() is not None]
        _opened.append(weakref.ref(user))
        return engine


def leave(user: object, engine: Engine) -> None:
    """`user` is done; an engine that nobody uses any more is closed."""
    with _lock:
        engine.users.discard(user)
        if engine.closed or engine.users:
            return
        for key in [key for key, value in _engines.items() if value is engine]:
            del _engines[key]
        engine.close()


def _close_all() -> None:
    with _lock:
        for engine in list(_engines.values()):
            if not engine.closed and engine.footing.is_gone():
                engine.abandon()
            elif not engine.closed:
                with contextlib.suppress(StudioError):  # the journal has every edit
                    engine.close()
        _engines.clear()


def last_user() -> Any:
    """The newest user of an engine that is still open; None when there is none."""
    with _lock:
        for reference in reversed(_opened):
            user = reference()
            if user is not None and any(user in engine.users for engine in _engines.values() if not engine.closed):
                return user
    return None
