"""Closes the widgets of a cell that is run again, once nobody sees them any more.

Each run of `studio.workspace(project)` makes a widget with threads, subscriptions and a comm, and ipywidgets holds
every widget for good: without this the fiftieth run of a cell would have forty-nine invisible ones that follow each
edit.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio_widgets.widgets.base import StudioWidget

Place = tuple[str, str]
"""A cell's id, and the request that runs it."""

_lock = threading.Lock()
_made: weakref.WeakKeyDictionary[StudioWidget, Place] = weakref.WeakKeyDictionary()


def running_cell() -> Place | None:
    """The cell that runs now; None outside a notebook, and where the front end does not name its cells."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    shell: Any = get_ipython()
    parent = getattr(shell, "parent_header", None) or {}
    cell = parent.get("metadata", {}).get("cellId") if isinstance(parent, dict) else None
    return (str(cell), str(parent.get("header", {}).get("msg_id", ""))) if cell else None


def made(widget: StudioWidget) -> None:
    """Remember the cell that made `widget`; what an earlier run of that cell made closes when its last view is gone.

    A widget that is shown elsewhere, in another cell or in a view of its own, stays as long as it is.
    """
    place = running_cell()
    if place is None:
        return
    with _lock:
        before = [other for other, (cell, run) in _made.items() if cell == place[0] and run != place[1]]
        for other in before:
            del _made[other]
        _made[widget] = place
    for other in before:
        other.close_when_unseen()
