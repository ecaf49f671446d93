"""A cell run again and again leaves nothing behind; what is shown elsewhere stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, open_workspace

RUNS = 10
OPEN = """
import ipywidgets
from studio_widgets.widgets.base import StudioWidget
def open_widgets():
    return sum(isinstance(w, StudioWidget) for w in ipywidgets.widgets.widget._instances.values())
"""
RUN = "async () => { await window.jupyterapp.commands.execute('notebook:run-cell'); }"
NEW_VIEW = "async () => { await window.jupyterapp.commands.execute('notebook:create-output-view'); }"
HOSTS = """() =>
  [...document.querySelectorAll("*")].filter((at) => at.shadowRoot?.querySelector(".workspace")).length"""


def run_again(notebook: Notebook, studio: StudioPage) -> None:
    """Run the active cell, and wait until its workspace is loaded and the old one closed."""
    assert notebook.page.evaluate(RUN) is None
    studio.root.get_by_test_id("clip-clip-1").wait_for(state="attached")
    wait_until(lambda: notebook.value("open_widgets()") == 1, "the end of the old workspace", 20)


def counts(notebook: Notebook) -> dict[str, Any]:
    """Nodes, listeners and heap of the page after a collection, as the browser's own tools count them."""
    tools = notebook.page.context.new_cdp_session(notebook.page)
    tools.send("HeapProfiler.collectGarbage")
    found = tools.send("Memory.getDOMCounters") | tools.send("Runtime.getHeapUsage")
    tools.detach()
    return dict(found)


def test_a_cell_run_again_leaves_nothing_behind(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(OPEN + 'timeline.add("numbered.mp4", track="V1", at=0)')
    for _ in range(4):  # the page keeps the last few that it has shown
        run_again(notebook, studio)
    before = counts(notebook)
    for _ in range(RUNS):
        run_again(notebook, studio)
    after = counts(notebook)
    assert notebook.page.evaluate(HOSTS) == 1
    # A workspace left behind by each run would be ten times 150 listeners, 700 nodes and a megabyte. What anywidget and
    # JupyterLab keep of any widget of this size is a fifth of a megabyte.
    assert after["jsEventListeners"] - before["jsEventListeners"] < 500
    assert after["nodes"] - before["nodes"] < 1500
    assert after["usedSize"] - before["usedSize"] < 5_000_000


def test_a_view_moved_out_of_the_cell_stays_until_it_is_closed(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(OPEN + 'timeline.add("numbered.mp4", track="V1", at=0)')
    studio.expect_clips(("clip-1", "V1", 0, 60))
    panel = notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.id")
    notebook.page.evaluate(NEW_VIEW)
    moved = notebook.page.locator(".jp-LinkedOutputView")
    moved.get_by_test_id("clip-clip-1").wait_for(state="attached")
    notebook.page.evaluate("(id) => window.jupyterapp.shell.activateById(id)", panel)
    notebook.execute("timeline.split(20)")
    moved.get_by_test_id("clip-clip-2").wait_for(state="attached")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
