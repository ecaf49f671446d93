"""One edit from the page to the database and back, in a real JupyterLab: idle, and while a cell sleeps.

    python bench/bench_edit_latency.py [clips] [edits]       defaults 1000 and 60

Peers of the same run: the same server without our extension (Nagle's delay), and the usual way to write such a widget,
the whole list of clips as one synchronised trait. Prints median and 95th percentile in milliseconds; trust the ratios.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.ensure_chromium import find
from tests.browser.jupyter import CHROMIUM_FLAGS, PATIENCE, Notebook, running_lab

LIMIT = 200  # ms: what an edit may take while a cell sleeps

OURS = r"""
import studio_widgets as sw
from studio_widgets.widgets import bundles
bundles.Build.module = lambda build, room: '''
export default () => ({ render({ model }) {
  let count = 0;
  window.editOnce = (to) => new Promise((resolve, reject) => {
    const id = `bench-${++count}`, start = performance.now();
    const hear = (reply) => {
      if (reply.id !== id) return;
      model.off("msg:custom", hear);
      if (reply.ok) resolve(performance.now() - start); else reject(new Error(reply.error.message));
    };
    model.on("msg:custom", hear);
    const body = { op: "move", args: { clip: "clip-1", to, track: "V2" }, baseRev: 0 };
    model.send({ v: 1, id, kind: "timeline.edit", body });
  });
} })
'''
studio = sw.Studio(home=HOME)
project = studio.project("Bench")
for n in range(CLIPS):
    project.timeline.title(f"clip {n}", at=30 * n, duration=30, track="V1")
project.timeline.move("clip-1", to=0, track="V2")
editor = studio.editor(project)
editor
"""

TRAIT = r"""
import anywidget, traitlets
from studio_widgets.widgets.base import answer_on_the_asking_thread

class Peer(anywidget.AnyWidget):
    clips = traitlets.List().tag(sync=True)
    _esm = '''
    export default () => ({ render({ model }) {
      window.peerOnce = (to) => new Promise((resolve) => {
        const start = performance.now();
        const hear = () => { model.off("change:clips", hear); resolve(performance.now() - start); };
        model.on("change:clips", hear);
        model.send({ to });
      });
    } })
    '''
    def __init__(self, clips):
        super().__init__(clips=clips)
        answer_on_the_asking_thread(self.comm)
        self.on_msg(self.edit)
    def edit(self, widget, content, buffers):
        first, *others = self.clips
        self.clips = [{**first, "startFrame": content["to"]}, *others]

from studio_widgets.engine.timeline.serial import to_builtins
peer = Peer(to_builtins(project.timeline.value)["clips"])
peer
"""

MEASURE = """async ([name, count]) => {
  const times = [];
  for (let n = 0; n < count + 5; n++) {
    const ms = await window[name](40 * (n % 50) + 1);
    if (n >= 5) times.push(ms);
  }
  return times;
}"""


def measure(browser: Browser, *, extension: bool, clips: int, edits: int) -> dict[str, list[float]]:
    """Milliseconds of each edit, by what went on meanwhile."""
    with tempfile.TemporaryDirectory() as name, running_lab(Path(name) / "lab", server_extension=extension) as lab:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        notebook = Notebook(page, lab, Path(name) / "studio")
        settings = f"HOME, CLIPS = {str(notebook.home)!r}, {clips}"
        notebook.open(settings, OURS, TRAIT)
        notebook.run_all()
        page.wait_for_function("() => window.editOnce && window.peerOnce")
        results: dict[str, list[float]] = {"idle": page.evaluate(MEASURE, ["editOnce", edits])}
        notebook.start("import time\nwhile True: time.sleep(5)")
        results["a cell sleeps"] = page.evaluate(MEASURE, ["editOnce", edits])
        assert not notebook.idle()
        notebook.interrupt()
        results["whole list as a trait"] = page.evaluate(MEASURE, ["peerOnce", min(edits, 20)])
        notebook.execute("studio.close()")
        page.close()
        return results


def line(label: str, times: list[float]) -> str:
    """Median and 95th percentile."""
    p95 = statistics.quantiles(times, n=20)[-1]
    return f"{label:<50} median {statistics.median(times):7.1f} ms   95% {p95:7.1f} ms"


def main(clips: int = 1000, edits: int = 60) -> int:
    """Measure both servers and print; fails when an edit takes too long while a cell sleeps."""
    launch: dict[str, Any] = {"executable_path": find(), "args": list(CHROMIUM_FLAGS)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch)
        ours = measure(browser, extension=True, clips=clips, edits=edits)
        plain = measure(browser, extension=False, clips=clips, edits=edits)
        browser.close()
    print(f"one edit, page to database and back, {clips} clips, {edits} edits")
    for label, results in (("with our server extension", ours), ("without it", plain)):
        for what, times in results.items():
            print(line(f"{label}, {what}", times))
    middle = {key: statistics.median(times) for key, times in ours.items()}
    print(f"without / with extension, idle         {statistics.median(plain['idle']) / middle['idle']:.1f}x")
    print(f"a cell sleeps / idle                   {middle['a cell sleeps'] / middle['idle']:.2f}x")
    print(f"whole list as a trait / ours           {middle['whole list as a trait'] / middle['idle']:.1f}x")
    slowest = statistics.quantiles(ours["a cell sleeps"], n=20)[-1]
    print(f"95% while a cell sleeps: {slowest:.0f} ms (limit {LIMIT})")
    return int(slowest >= LIMIT)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
