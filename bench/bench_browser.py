"""From a click on the asset browser to the painted page, in a real JupyterLab over a library of a million files.

    python bench/bench_browser.py [rows] [folder]     defaults as in bench_library.py, whose library it shares

The peer is the same browser over what most applications ask their database: OFFSET and count(*). Milliseconds from the
click to the frame in which the new tiles stand. A jump is to a page nobody paged to; its ladder is built before.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from psycopg.conninfo import make_conninfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_library import TEACHER, make_library, table

from scripts.ensure_chromium import find
from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.server import EmbeddedServer
from tests.browser.jupyter import CHROMIUM_FLAGS, PATIENCE, Notebook, running_lab

LIMIT = 150  # ms: what a page may take
TIMES = 20

# The rows have no bytes: every tile shows one picture of the size that thumbnails have.
SHOW = """
import io
import numpy as np
from PIL import Image
import studio_widgets as sw
from studio_widgets.engine.library.library import Library
file = io.BytesIO()
noise = np.random.default_rng(1).integers(0, 255, (23, 40, 3), dtype=np.uint8)
Image.fromarray(noise).resize((320, 180)).save(file, "JPEG")
Library.thumbnail = lambda self, identity: file.getvalue()
studio = sw.Studio(ADDRESS, home=HOME)
browser = studio.browser()
browser
"""

PEER = """
from psycopg import sql
from studio_widgets.engine.library.catalog import MEDIA_COLUMNS
from studio_widgets.engine.library.media_frames import ORDERS
from studio_widgets.engine.library.pages import Pages
from studio_widgets.engine.library.queries import Page

def page(self, query, page, limit):
    search, where = self._search, sql.SQL("true")
    for column, value in (("media_kind", query.kind), ("source_type", query.source_type)):
        if value:
            where += sql.SQL(" and {} = {}").format(sql.Identifier(column), sql.Literal(value))
    rows = sql.SQL("select {} from media_files where {} order by {} limit {} offset {}").format(
        sql.SQL(MEDIA_COLUMNS), where, sql.SQL(ORDERS[query.sort]), limit, page * limit)
    with search._database.connection() as connection:
        files = [search._catalog.value(row) for row in connection.execute(rows).fetchall()]
        total = connection.execute(sql.SQL("select count(*) from media_files where ") + where).fetchone()[0]
    return Page(files=files, total=total, capped=False)

Pages.page = page
"""

MEASURE = """async (root, [what, values]) => {
  const first = () => root.querySelector(".tile")?.dataset.id;
  const button = (label) => root.querySelector(`button[aria-label="${label}"]`);
  const input = () => root.querySelector(".pager-page input");
  const act = {
    next: () => button("Next page").click(),
    kind: (name) => [...root.querySelectorAll("[role=radio]")].find((one) => one.textContent.includes(name)).click(),
    jump: () => input().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })),
  }[what];
  // nobody clicks before they see the page: the pictures of its first row
  const bare = (tile) => !isSound(tile) && !tile.querySelector("img");
  const pictures = async () => {
    while ([...root.querySelectorAll(".tile")].slice(0, 7).some(bare)) await new Promise(requestAnimationFrame);
  };
  const isSound = (tile) => tile.querySelector(".tile-picture").dataset.kind === "audio";
  const times = [];
  for (const value of values) {
    if (what === "jump") {  // typed before the clock runs
      input().value = String(value);
      input().dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }
    await pictures();
    const before = first(), start = performance.now();
    act(value);
    await new Promise((resolve) => {
      const look = () => requestAnimationFrame(first() && first() !== before ? resolve : look);
      requestAnimationFrame(look);
    });
    times.push(performance.now() - start);
  }
  return times;
}"""


def measure(chromium: Browser, address: str, rows: int) -> dict[str, list[list[float]]]:
    """Times by what was clicked: ours, and the peer's."""
    pages = rows // 30
    cases: dict[str, tuple[str, list[Any]]] = {
        "next page": ("next", [None] * TIMES),
        "a jump far into the library": ("jump", [pages * (TIMES + n) // (2 * TIMES) for n in range(TIMES)]),
        "another kind of file": ("kind", ["Video", "Audio", "Images"] * (TIMES // 3)),
    }
    results: dict[str, list[list[float]]] = {name: [] for name in cases}
    with tempfile.TemporaryDirectory() as name, running_lab(Path(name) / "lab") as lab:
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE)
        notebook = Notebook(page, lab, Path(name) / "studio")
        notebook.open(f"ADDRESS, HOME = {address!r}, {str(notebook.home)!r}", SHOW)
        notebook.run_all()
        page.locator(".tile").first.wait_for()
        root = page.locator(".sw-root").first
        for times in (TIMES, TIMES // 4):  # ours; and the peer, of whom a few are enough
            for what, (how, values) in cases.items():
                if how == "jump":
                    root.evaluate(MEASURE, [how, values[-1:]])  # builds the ladder
                results[what].append(root.evaluate(MEASURE, [how, values[:times]]))
            if times == TIMES:
                root.get_by_role("radio", name="All", exact=True).click()
                root.locator(".pager", has_text="1–30 of 10,000+").wait_for()
                notebook.execute(PEER)
        notebook.execute("studio.close()")
        page.close()
    return results


def p95(times: list[float]) -> float:
    return sorted(times)[min(int(len(times) * 0.95), len(times) - 1)]


def run(home: Path, rows: int) -> int:
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)  # the server's user must be able to enter when root runs this
    administrator = open_database(None, home)
    try:
        make_library(administrator.dsn, rows)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find(), args=list(CHROMIUM_FLAGS))
            results = measure(chromium, make_conninfo(administrator.dsn, user=TEACHER), rows)
            chromium.close()
    finally:
        administrator.close()
        EmbeddedServer(home).stop()
    lines = []
    for what, (ours, peer) in results.items():
        middle, usual = statistics.median(ours), statistics.median(peer)
        lines.append([what, f"{middle:.0f} / {p95(ours):.0f}", f"{usual:,.0f}", f"{usual / middle:.0f}×"])
    head = ["click", "ours, p50 / p95", "OFFSET + count(*), p50", "ratio"]
    table(f"{rows:,} files: from the click to the painted page, in ms", head, lines)
    slowest = max(p95(ours) for ours, _ in results.values())
    print(f"\n95% of the slowest: {slowest:.0f} ms (limit {LIMIT})")
    return int(slowest > LIMIT)


def main() -> int:
    """Use the library of the folder given, or make one."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        return run(Path(sys.argv[2]).absolute(), rows)
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        return run(Path(folder), rows)


if __name__ == "__main__":
    sys.exit(main())
