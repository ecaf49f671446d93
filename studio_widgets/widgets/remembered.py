"""How a project's workspace was last looked at on this machine: its view mode, panel sizes and open panels.

These belong to a screen, not to the project, so they lie in a small file beside the local data and not in the database.
Losing the file costs a drag of the mouse: what cannot be read or written is passed over, and said in the log.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from studio_widgets.widgets.lanes import Throttle

if TYPE_CHECKING:
    from studio_widgets.widgets.workspace import Workspace

log = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds between writes while a splitter is dragged
NAMES = ("view_mode", "panel_sizes", "inspector_open")
_MOST_BYTES = 16_384


def place_of(home: Path, project_id: str) -> Path:
    """The file of a project; `project_id` is a uuid."""
    return home / "views" / f"{project_id}.json"


def read(path: Path) -> dict[str, Any]:
    """What was remembered; nothing where there is no file, or not one of ours."""
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.read(_MOST_BYTES))
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        log.warning("How %s was looked at could not be read: %s", path.stem, error)
        return {}
    return {name: found[name] for name in NAMES if name in found} if isinstance(found, dict) else {}


def write(path: Path, values: dict[str, Any]) -> None:
    """Remember them; whole or not at all, whoever reads meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(values, order="sorted"))
        Path(aside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(aside).unlink()
        raise


class RememberedPart:
    """Gives a workspace what was remembered, and remembers what it changes to, soon after and off its threads."""

    def __init__(self, widget: Workspace, path: Path, given: frozenset[str]) -> None:
        self._widget = widget
        self._path = path
        for name, value in read(path).items():
            if name not in given:  # what a cell asks for comes first
                with contextlib.suppress(Exception):  # a value of another version: the usual one stays
                    widget.set_trait(name, value)
        self._kept = self._now()
        self._soon = Throttle(INTERVAL, self._write)
        widget.observe(self._changed, list(NAMES))

    def close(self) -> None:
        """Remember what is not written yet, and follow no more."""
        self._widget.unobserve(self._changed, list(NAMES))
        self._soon.close()
        self._write()

    def _now(self) -> dict[str, Any]:
        return {name: getattr(self._widget, name) for name in NAMES}

    def _changed(self, change: Any) -> None:
        self._soon.poke()

    def _write(self) -> None:
        now = self._now()
        if now == self._kept:
            return
        try:
            write(self._path, now)
            self._kept = now
        except OSError as error:
            log.warning("How %s is looked at could not be remembered: %s", self._path.stem, error)
