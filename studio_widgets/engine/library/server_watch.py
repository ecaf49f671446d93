"""Starting the watchdog that stops an idle server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from studio_widgets.engine.library.postgres_place import Place

_SCRIPT = Path(__file__).with_name("watchdog.py")
IDLE_SECONDS = 300.0


def ensure(home: Path, place: Place, dsn: str) -> None:
    """Make sure that a watchdog watches the server, under the home's lock."""
    held = home / "postgres.watchdog"
    if _is_held(held):
        return
    order = {
        "dsn": dsn,
        "data": str(place.data),
        "lock": str(home / "postgres.lock"),
        "held": str(held),
        "uid": place.account.uid,
        "gid": place.account.gid,
        "idle_seconds": float(os.environ.get("STUDIO_SERVER_IDLE_SECONDS", IDLE_SECONDS)),
    }
    # It forks at once and its parent half ends: the watchdog is nobody's child, and no zombie when it ends.
    subprocess.run(
        [sys.executable, "-P", str(_SCRIPT), json.dumps(order)],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        timeout=30,
        check=False,
    )


def _is_held(path: Path) -> bool:
    """Whether a watchdog has its lock."""
    import fcntl

    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
