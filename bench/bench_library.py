"""A library of a million files of one instructor, under row level security, beside the usual ways.

    python bench/bench_library.py [rows] [folder]     default 1,000,000, in a temporary folder

The peer of a page is what most applications do: OFFSET, ILIKE and count(*). Milliseconds are what a caller waits for on
this machine, rows and values included. `cpu` is the server's processor time for one call, which a busy machine does not
stretch. A `folder` is kept, and used again when its library has as many rows.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from library_rows import OLD_TAG, RARE_TAG, RARE_WORD, fill

from studio_widgets.engine.library import frame_edits, media_frames
from studio_widgets.engine.library.catalog import Catalog
from studio_widgets.engine.library.database import Database, open_database, owner_id
from studio_widgets.engine.library.media_search import MediaSearch
from studio_widgets.engine.library.pages import Pages
from studio_widgets.engine.library.queries import SORTS, Query, query_of
from studio_widgets.engine.library.server import EmbeddedServer
from studio_widgets.engine.library.storage import open_storage

LIMIT = 30
TEACHER = "bench_teacher"  # a login as an instructor's is: no superuser, no owner
UPDATED = 100_000

FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "videos": {"kind": "video"},
    "sounds": {"kind": "audio"},
    "exports (0.5%)": {"source_type": "studio_export"},
    "recorded videos": {"kind": "video", "source_type": "studio_recording"},
    "tag on 8%": {"tags": ["week 1"]},
    "tag on 1.5%, videos": {"tags": ["course 10"], "kind": "video"},
    "tag on 0.4%": {"tags": ["course 100"]},
    "two tags": {"tags": ["week 2", "week 3"]},
    "tag on 60 files": {"tags": [RARE_TAG]},
}
SEARCHES: dict[str, list[str]] = {
    "no hit": ["zzzzzz", "qqqxyz", "no such file", "kwyjibo", "lecture qqqxyz"],
    "rare word": [RARE_WORD, f"{RARE_WORD} lecture", RARE_WORD[:7], f"{RARE_WORD} 3"],
    "frequent word": ["lecture", "welcome", "chart", "lecture chart"],
    "misspelt word": ["xylofonist", "xylophonits", "zylophonist"],
    "misspelt frequent word": ["lectrue", "wellcome", "intervew"],
}


class Meter:
    """Times calls on one database: wall clock here, processor time of the server's processes."""

    def __init__(self, database: Database) -> None:
        with database.connection() as connection:
            pids = connection.execute("select pid from pg_stat_activity where usename = session_user").fetchall()
        self._servers = [psutil.Process(pid) for (pid,) in pids]

    def __call__(self, calls: Iterable[Callable[[], object]]) -> Times:
        wall = []
        before = self._cpu()
        for call in calls:
            start = time.perf_counter()
            call()
            wall.append((time.perf_counter() - start) * 1000)
        return Times(wall=sorted(wall), cpu=(self._cpu() - before) * 1000 / max(len(wall), 1))

    def _cpu(self) -> float:
        return sum(sum(server.cpu_times()[:2]) for server in self._servers if server.is_running())


class Times(msgspec.Struct):
    """Milliseconds of some calls, in order; and the mean of the server's processor time."""

    wall: list[float]
    cpu: float

    def __str__(self) -> str:
        return f"{statistics.median(self.wall):.1f} / {self.p95:.1f} ({self.cpu:.1f})"

    @property
    def p95(self) -> float:
        return self.wall[min(int(len(self.wall) * 0.95), len(self.wall) - 1)]

    def ratio(self, peer: Times) -> str:
        return f"{statistics.median(peer.wall) / statistics.median(self.wall):,.0f}×"


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


class Bench:
    """The measurements, on one login."""

    def __init__(self, database: Database, home: Path, rows: int) -> None:
        self.database = database
        self.rows = rows
        self.search = MediaSearch(database, Catalog(database, open_storage(None, home)))
        self.meter = Meter(database)
        self.random = random.Random(1)

    def pages(self) -> None:
        """First pages, pages far in that nobody paged to, counts; beside the peer at the same places."""
        lines = []
        for name, chosen in FILTERS.items():
            queries = [query_of(**chosen, sort=sort) for sort in SORTS]
            first = self.meter([self._first(query) for query in queries for _ in range(3)])
            ladder = self.meter([self._ladder(query) for query in queries[:3]])
            total, deep, depth = self._deep(queries)
            count = self.meter([self._count(queries[0])] * 5)
            peer = self.meter([self._peer(query, depth) for query in queries[:4]])
            far = [f"{depth // LIMIT:,}", str(deep), deep.ratio(peer), f"{statistics.median(ladder.wall):,.0f}"]
            lines.append([name, f"{total:,}", str(first), *far, str(count), f"{statistics.median(peer.wall):,.0f}"])
        head = ["files", "matching", "first page", "far page no.", "far page", "ratio", "ladder once", "count"]
        table("Pages of 30, over all eight orders: p50 / p95 (server's cpu) in ms", [*head, "OFFSET + count(*)"], lines)

    def orders(self) -> None:
        """The same by order, of all files."""
        lines = []
        for sort in SORTS:
            query = query_of(sort=sort)
            _, deep, depth = self._deep([query], 20)
            first = self.meter([self._first(query) for _ in range(20)])
            peer = self.meter([self._peer(query, depth)])
            lines.append([sort, str(first), str(deep), f"{statistics.median(peer.wall):,.0f}", deep.ratio(peer)])
        table(
            f"All files by order: first page and about page {depth // LIMIT:,}, in ms",
            ["order", "first page", "far page", "OFFSET + count(*)", "ratio"],
            lines,
        )

    def searches(self) -> None:
        """A page and its count, for words and phrases."""
        lines = []
        for name, texts in SEARCHES.items():
            queries = [query_of(search=text, sort=sort) for text in texts for sort in ("newest", "name", "longest")]
            ours = self.meter([self._afresh(query) for query in queries for _ in range(3)])
            peer = self.meter([self._peer(queries[0], 0)])
            found = Pages(self.search).page(queries[0], 0, LIMIT)
            hits = f"{found.total:,}{'+' if found.capped else ''}{' similar' if found.similar else ''}"
            lines.append([name, hits, str(ours), f"{statistics.median(peer.wall):,.0f}", ours.ratio(peer)])
        far = query_of(tags=[OLD_TAG])
        ours = self.meter([self._first(far) for _ in range(3)])
        peer = self.meter([self._peer(far, 0)])
        lines.append(["a tag of the first year only, newest first", f"{self.rows // 10:,}", str(ours)])
        lines[-1] += [f"{statistics.median(peer.wall):,.0f}", ours.ratio(peer)]
        table(
            "Searches, a page and its count: p50 / p95 (server's cpu) in ms",
            ["search", "hits", "ours", "ILIKE + count(*)", "ratio"],
            lines,
        )

    def frames(self) -> None:
        """All rows as a DataFrame, each way in a process of its own."""
        lines, script = [], Path(__file__).with_name("library_frames.py")
        ways = {"ours": "library.files()", "read_sql": "pandas.read_sql", "fetchall": "psycopg fetchall"}
        ours = 0.0
        for how, label in ways.items():
            command = [sys.executable, str(script), how, self.database.address()]
            result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            seconds = float(result["seconds"])
            ours = ours or seconds
            lines.append([label, f"{seconds:.1f}", f"{result['bytes'] / 1e9:.2f}", f"{seconds / ours:.1f}×"])
        table(f"{self.rows:,} rows as a DataFrame", ["way", "s", "GB at most", "ratio"], lines)

    def updates(self) -> None:
        """Many changed rows written back."""
        count = min(UPDATED, self.rows)
        frame = media_frames.frame(self.database, Query(), count)
        frame["description"] = [f"edited {number}" for number in range(count)]
        start = time.perf_counter()
        changed = frame_edits.write_back(self.database, self.database.owner, frame)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        with self.database.connection() as connection:
            connection.cursor().executemany(
                "update media_files set description = %s, updated_at = now() where id = %s and instructor_id = %s",
                [(f"again {number}", identity, self.database.owner) for number, identity in enumerate(frame["id"])],
            )
        peer = time.perf_counter() - start
        table(
            f"{changed:,} changed rows written back",
            ["way", "s", "ratio"],
            [
                ["library.update(df), with its checks", f"{ours:.1f}", ""],
                ["executemany", f"{peer:.1f}", f"{peer / ours:.1f}×"],
            ],
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _first(self, query: Query) -> Callable[[], object]:
        return lambda: self.search.page(query, after=None, skip=0, most=LIMIT)

    def _count(self, query: Query) -> Callable[[], object]:
        return lambda: self.search.count(query)

    def _afresh(self, query: Query) -> Callable[[], object]:
        return lambda: Pages(self.search).page(query, 0, LIMIT)

    def _jump(self, pages: Pages, query: Query, page: int) -> Callable[[], object]:
        return lambda: pages.page(query, page, LIMIT)

    def _ladder(self, query: Query) -> Callable[[], object]:
        return lambda: self.search.ladder(query, 30 if query.is_search else 1000)

    def _deep(self, queries: list[Query], times: int = 5) -> tuple[int, Times, int]:
        """Jumps to pages around nine tenths of what matches: how many match, the times, and the place."""
        pages = Pages(self.search)
        with self.database.connection() as connection:
            where, params = _plainly(queries[0])
            row = connection.execute(sql.SQL("select count(*) from media_files where ") + where, params).fetchone()
        total = int(row[0]) if row else 0
        far = int(total * 0.9) // LIMIT
        calls: list[Callable[[], object]] = []
        for query in queries:
            pages.page(query, far, LIMIT)  # whoever jumped first has built the ladder
            calls += [self._jump(pages, query, self.random.randint(far * 9 // 10, far)) for _ in range(times)]
        return total, self.meter(calls), far * LIMIT

    def _peer(self, query: Query, offset: int) -> Callable[[], object]:
        """The page and the count as most applications ask for them."""
        where, params = _plainly(query)
        page = sql.SQL("select * from media_files where {} order by {} limit {} offset {}").format(
            where, sql.SQL(media_frames.ORDERS[query.sort]), sql.Literal(LIMIT), sql.Literal(offset)
        )

        def run() -> None:
            with self.database.connection() as connection:
                connection.execute(page, params).fetchall()
                connection.execute(sql.SQL("select count(*) from media_files where ") + where, params).fetchall()

        return run


def _plainly(query: Query) -> tuple[sql.Composed, dict[str, Any]]:
    """The condition of a query as most applications write it."""
    parts: list[sql.Composable] = [sql.SQL("true")]
    params: dict[str, Any] = {}
    for column, value in (("media_kind", query.kind), ("source_type", query.source_type)):
        if value:
            parts.append(sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)))
            params[column] = value
    if query.tags:
        parts.append(sql.SQL("tags @> %(tags)s::text[]"))
        params["tags"] = list(query.tags)
    if query.search:
        columns = ("name", "description", "array_to_string(tags, ' ')")
        parts.append(sql.SQL("({})").format(sql.SQL(" or ").join(sql.SQL(f"{one} ilike %(text)s") for one in columns)))
        params["text"] = f"%{query.search}%"
    return sql.SQL(" and ").join(parts), params


def make_library(dsn: str, rows: int) -> None:
    """The instructor's login, and its rows unless they are there."""
    owner = owner_id(TEACHER)
    with psycopg.connect(dsn) as connection:
        if connection.execute("select count(*) from media_files").fetchone() == (rows,):
            return
        connection.execute(sql.SQL("create role {} login in role studio_app").format(sql.Identifier(TEACHER)))
        connection.execute("insert into profiles (id, name) values (%s, %s)", (owner, TEACHER))
        connection.execute(
            "insert into studio_api.identities (role_name, instructor_id) values (%s, %s)", (TEACHER, owner)
        )
        start = time.perf_counter()
        fill(connection, owner, rows)
        print(f"made {rows:,} rows in {time.perf_counter() - start:.0f} s", flush=True)


def run(home: Path, rows: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)  # the server's user must be able to enter when root runs this
    administrator = open_database(None, home)
    try:
        make_library(administrator.dsn, rows)
        database = Database(make_conninfo(administrator.dsn, user=TEACHER), max_size=1)
        try:
            with database.connection() as connection:
                version = connection.info.server_version // 10000
            print(f"{rows:,} media files of one instructor under row level security, PostgreSQL {version}")
            bench = Bench(database, home, rows)
            for part in (bench.orders, bench.pages, bench.searches, bench.frames, bench.updates):
                part()
        finally:
            database.close()
    finally:
        administrator.close()
        EmbeddedServer(home).stop()


def main() -> None:
    """Make a library of its own and measure."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        run(Path(sys.argv[2]).absolute(), rows)
        return
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        run(Path(folder), rows)


if __name__ == "__main__":
    main()
