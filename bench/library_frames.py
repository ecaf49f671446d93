"""One way to a DataFrame of a whole library, measured in a process of its own: seconds and peak memory, as JSON.

python bench/library_frames.py ours|read_sql|fetchall DSN
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from studio_widgets.engine.library import media_frames
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.queries import Query

_SAME_COLUMNS = "select {} from media_files order by created_at desc, id desc".format(
    ", ".join(f"{text} as {name}" for name, text in media_frames.FRAME_COLUMNS.items())
)


def read(how: str, dsn: str) -> int:
    """Read all rows; how many there were."""
    if how == "ours":
        database = Database(dsn)
        try:
            return len(media_frames.frame(database, Query()))
        finally:
            database.close()
    with psycopg.connect(dsn) as connection:
        if how == "fetchall":
            return len(pd.DataFrame(connection.execute(_SAME_COLUMNS).fetchall()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas would rather have SQLAlchemy
            return len(pd.read_sql(_SAME_COLUMNS, connection))


def peak_memory() -> int:
    """Bytes this process has held at most (Linux; 0 elsewhere)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def main() -> None:
    how, dsn = sys.argv[1:]
    start = time.perf_counter()
    rows = read(how, dsn)
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - start, "bytes": peak_memory()}))


if __name__ == "__main__":
    main()
