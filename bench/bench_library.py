"""The library beside the usual ways: pages beside OFFSET, a DataFrame beside pandas.read_sql.

    python bench/bench_library.py [rows]       default 50,000

Prints median milliseconds and the ratio to the peer measured in the same run; trust the ratios.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psycopg

from studio_widgets.engine.library.database import Database, open_database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.server import EmbeddedServer
from studio_widgets.engine.library.storage import open_storage

REPEATS = 15
LIMIT = 30

_FILL = """
insert into media_files (id, instructor_id, name, description, tags, file_type, file_size, duration_seconds,
                         width, height, studio_metadata, content_sha256, storage_key, derived_version, created_at)
select gen_random_uuid(), %(owner)s,
       (array['lecture','welcome','chart','interview','demo','outro'])[1 + n %% 6] || ' ' || md5(n::text) || '.mp4',
       'take ' || n, array['week ' || n %% 14, (array['intro','raw','final'])[1 + n %% 3]],
       (array['video/mp4','image/png','audio/mpeg'])[1 + n %% 3], 1000000 + n, n %% 3600, 1920, 1080,
       jsonb_build_object('probe', jsonb_build_object('kind', (array['video','image','audio'])[1 + n %% 3],
         'container', 'mov', 'mime', (array['video/mp4','image/png','audio/mpeg'])[1 + n %% 3], 'hasAudio', true)),
       encode(sha256(n::text::bytea), 'hex'), 'sha256/ab/' || encode(sha256(n::text::bytea), 'hex'), 1,
       timestamptz '2026-01-01 00:00Z' + n * interval '1 second'
  from generate_series(1, %(rows)s) as n
"""
_OFFSET = "select * from media_files where instructor_id = %s order by created_at desc, id desc limit %s offset %s"
_COUNT = "select count(*) from media_files where instructor_id = %s"
_COUNT_HITS = "select count(*) from media_files where instructor_id = %s and name ilike %s"
_SEARCH = "select * from media_files where instructor_id = %s and name ilike %s order by created_at desc limit %s"


def median(work: Callable[[], object]) -> float:
    """Median milliseconds of some runs, after one that is not counted."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def report(what: str, ours: float, peer_name: str, peer: float) -> None:
    print(f"{what:<38} ours {ours:9.2f} ms   {peer_name:<28} {peer:9.2f} ms   ratio {peer / ours:6.2f}x")


def compare(library: Library, database: Database, rows: int) -> None:
    """Measure and print."""
    owner = library.owner
    deep = rows // LIMIT - 2

    def plain(query: str, *params: object) -> Callable[[], object]:
        def run() -> object:
            with database.connection() as connection:
                return connection.execute(query, params).fetchall()

        return run

    def offset_page(page: int) -> Callable[[], object]:
        fetch, count = plain(_OFFSET, owner, LIMIT, page * LIMIT), plain(_COUNT, owner)
        return lambda: (fetch(), count())

    def ilike(pattern: str) -> Callable[[], object]:
        fetch, count = plain(_SEARCH, owner, pattern, LIMIT), plain(_COUNT_HITS, owner, pattern)
        return lambda: (fetch(), count())

    library.page(page=deep - 1, limit=LIMIT)  # whoever pages has seen the page before
    report(
        "first page, with the count",
        median(lambda: library.page(limit=LIMIT)),
        "OFFSET + count(*)",
        median(offset_page(0)),
    )
    report(
        f"page {deep:,}, with the count",
        median(lambda: library.page(page=deep, limit=LIMIT)),
        "OFFSET + count(*)",
        median(offset_page(deep)),
    )
    report(
        "search (name, text, tags), many hits",
        median(lambda: library.page(search="welcome", limit=LIMIT)),
        "name ilike + count(*)",
        median(ilike("%welcome%")),
    )
    report(
        "search (name, text, tags), no hit",
        median(lambda: library.page(search="zzzzzz", limit=LIMIT)),
        "name ilike + count(*)",
        median(ilike("%zzzzzz%")),
    )
    with psycopg.connect(database.dsn) as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas would rather have SQLAlchemy

        def read_sql() -> pd.DataFrame:
            return pd.read_sql("select * from media_files", connection)

        report("all rows as a DataFrame", median(library.files), "pandas.read_sql, same rows", median(read_sql))


def main() -> None:
    """Fill a database of its own and measure."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the server's user must be able to enter when root runs this
        database = open_database(None, home)
        library = Library(database, open_storage(None, home), home)
        try:
            with database.connection() as connection:
                connection.execute(_FILL, {"owner": library.owner, "rows": rows})
            with psycopg.connect(database.dsn, autocommit=True) as connection:
                connection.execute("vacuum analyze media_files")
                print(f"{rows:,} media files, PostgreSQL {connection.info.server_version // 10000}")
            compare(library, database, rows)
        finally:
            library.close()
            database.close()
            EmbeddedServer(home).stop()


if __name__ == "__main__":
    main()
