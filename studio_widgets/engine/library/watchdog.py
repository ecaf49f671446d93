"""Stops an embedded server when nobody has been connected for some minutes. A program of its own, run by path:

    python -P watchdog.py '{"dsn": …, "data": …, "lock": …, "held": …, "uid": …, "gid": …, "idle_seconds": 300}'

It asks the server who is connected (process ids tell nothing: they are recycled, and kernels are killed). Before it
stops the server it takes the lock under which kernels start and find it, and asks once more.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

_MOST_FAILURES = 3  # in a row: the server is gone, and we with it
_STOP_PATIENCE = 60.0  # seconds


def watch(order: dict[str, Any]) -> None:
    """Look now and then, and end together with the server."""
    idle_seconds = float(order["idle_seconds"])
    pause = max(0.2, min(15.0, idle_seconds / 4))
    sessions, since, failures = -1, time.monotonic(), 0
    while failures < _MOST_FAILURES:
        time.sleep(pause)
        seen = _look(order)
        if seen is None:
            failures += 1
            continue
        failures = 0
        connected, so_far = seen
        if connected or so_far != sessions:
            sessions, since = so_far, time.monotonic()
        elif time.monotonic() - since >= idle_seconds and _stop(order):
            return


def _look(order: dict[str, Any]) -> tuple[int, int] | None:
    """How many are connected, and how many ever were (short visits between two looks count); None: no server."""
    try:
        # where it listens now: it may have been started anew since we were
        _, _, _, port, folder, *_ = (Path(order["data"]) / "postmaster.pid").read_text().splitlines()
        with psycopg.connect(order["dsn"], host=folder, port=port, dbname="postgres", autocommit=True) as connection:
            row = connection.execute(
                "select (select count(*) from pg_stat_activity"
                "         where backend_type = 'client backend' and pid <> pg_backend_pid()),"
                "       (select coalesce(sum(sessions), 0)::bigint from pg_stat_database where datname <> 'postgres')"
            ).fetchone()
            return (row[0], row[1]) if row else None
    except (OSError, ValueError, psycopg.Error):
        return None


def _stop(order: dict[str, Any]) -> bool:
    """Stop the server unless somebody came in the meantime; whether it was stopped."""
    if not Path(order["lock"]).exists():  # the home is gone, the data lie elsewhere: nobody can find them any more
        return _end(Path(order["data"]))
    with Path(order["lock"]).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seen = _look(order)
        if seen is None:
            return True
        if seen[0]:
            return False
        return _end(Path(order["data"]))


def _end(data: Path) -> bool:
    """Ask the server to end (a fast shutdown) and wait until it has.

    The server answered a moment ago and we hold the lock: the process id in its file is its own.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
    except (OSError, ValueError, IndexError):
        return True
    deadline = time.monotonic() + _STOP_PATIENCE
    while (data / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return True


def main() -> None:
    """Leave the starter's family, take the watchdog's lock, watch."""
    order = json.loads(sys.argv[1])
    if os.fork():
        os._exit(0)
    with Path(order["held"]).open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # there is one already
        watch(order)


if __name__ == "__main__":
    main()
