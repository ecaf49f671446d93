"""A cell run again and again leaves nothing behind; what is shown elsewhere stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, open_workspace

WARM_UP = 4  # the page keeps the last few views that it has shown
LEVEL = 4  # runs of which the least counts: an old view goes a moment sooner or later, and helpers come and go
OPEN = """
import contextlib, gc, os, threading
import comm, ipywidgets
from studio_widgets.widgets.base import StudioWidget
def open_widgets():
    return sum(isinstance(w, StudioWidget) for w in ipywidgets.widgets.widget._instances.values())
def held():
    gc.collect()
    descriptors = []
    for one in os.scandir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # that of the folder itself
            descriptors.append(os.readlink(one.path))
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return {
        "comms": len(comm.get_comm_manager().comms),
        "widgets": len(ipywidgets.widgets.widget._instances),
        "listeners": len(project.session._subscribers) + len(studio.library._notifier._listeners),
        "threads": threading.active_count(),
        "files": len(descriptors) - descriptors.count("anon_inode:[eventfd]"),
        "eventfds": descriptors.count("anon_inode:[eventfd]"),
        "objects": len(gc.get_objects()),
        "memory": pages * os.sysconf("SC_PAGE_SIZE"),
    }
"""
RUN = "async () => { await window.jupyterapp.commands.execute('notebook:run-cell'); }"
NEW_VIEW = "async () => { await window.jupyterapp.commands.execute('notebook:create-output-view'); }"
TAB_OF_THE_VIEW = "() => document.querySelector('.jp-LinkedOutputView').closest('.jp-MainAreaWidget').id"
ACTIVATE = "(id) => window.jupyterapp.shell.activateById(id)"
CLOSE = "(id) => [...window.jupyterapp.shell.widgets('main')].find((widget) => widget.id === id).close()"
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


def level(notebook: Notebook, studio: StudioPage) -> dict[str, int]:
    """What the page and the kernel hold: the least of each count over a few runs of the cell."""
    seen = []
    for _ in range(LEVEL):
        run_again(notebook, studio)
        seen.append(counts(notebook) | notebook.value("held()"))
    return {name: min(one[name] for one in seen) for name in seen[0]}


@pytest.mark.parametrize("runs", [10, pytest.param(50, marks=pytest.mark.long)])
def test_a_cell_run_again_leaves_nothing_behind(notebook: Notebook, numbered_mp4: Path, runs: int) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(OPEN + 'timeline.add("numbered.mp4", track="V1", at=0)')
    for _ in range(WARM_UP):
        run_again(notebook, studio)
    before = level(notebook, studio)
    for _ in range(runs - LEVEL):
        run_again(notebook, studio)
    after = level(notebook, studio)
    more = {name: after[name] - before[name] for name in before}
    assert notebook.page.evaluate(HOSTS) == 1
    assert (more["comms"], more["widgets"]) == (0, 0)
    # A workspace left behind by each run would be 150 listeners, 700 nodes and a megabyte of the page a run, and in the
    # kernel two subscriptions, a thread and its files. What anywidget and JupyterLab keep of any widget of this size is
    # less than a fifth of a megabyte; IPython's `Out` keeps each closed widget, some tens of kB.
    most = {
        "jsEventListeners": 300 + 10 * runs,
        "nodes": 700 + 30 * runs,
        "usedSize": 2_000_000 + 150_000 * runs,
        "listeners": 3,
        "threads": 6,
        "files": 12,  # pipes, sockets, what is open on disk
        # ipykernel keeps a ZeroMQ socket for each thread that has sent something, until Python collects the thread
        "eventfds": 20 + runs,
        "objects": 3_000 + 400 * runs,
        "memory": 3_000_000 + 150_000 * runs,
    }
    assert {name: (more[name], bound) for name, bound in most.items() if more[name] > bound} == {}


def test_a_view_of_its_own_and_that_of_the_cell_do_the_same(notebook: Notebook, numbered_mp4: Path) -> None:
    page = notebook.page
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(OPEN + 'timeline.add("numbered.mp4", track="V1", at=0)')
    studio.expect_clips(("clip-1", "V1", 0, 60))
    panel = page.evaluate("() => window.jupyterapp.shell.currentWidget.id")
    page.evaluate(NEW_VIEW)
    moved = StudioPage(notebook, root=page.locator(".jp-LinkedOutputView"))
    moved.root.get_by_test_id("clip-clip-1").wait_for(state="attached")
    tab = page.evaluate(TAB_OF_THE_VIEW)
    page.evaluate(ACTIVATE, panel)
    notebook.execute("timeline.split(20)")
    moved.root.get_by_test_id("clip-clip-2").wait_for(state="attached")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
    # what is done by hand in either shows in both
    page.evaluate(ACTIVATE, tab)
    moved.undo()
    moved.root.get_by_role("radio", name="Focus", exact=True).click()
    moved.expect_clips(("clip-1", "V1", 0, 60))
    page.evaluate(ACTIVATE, panel)
    studio.expect_clips(("clip-1", "V1", 0, 60))
    expect(studio.root.locator(".workspace")).to_have_attribute("data-view", "focus")
    studio.root.get_by_role("radio", name="Edit", exact=True).click()
    expect(moved.root.locator(".workspace")).to_have_attribute("data-view", "edit")
    # and closing the one leaves the other
    page.evaluate(CLOSE, tab)
    moved.root.wait_for(state="detached")
    studio.undo()
    studio.expect_clips()
    assert notebook.value("open_widgets()") == 1


def test_a_view_of_its_own_stays_when_the_cell_is_run_again(notebook: Notebook, numbered_mp4: Path) -> None:
    page = notebook.page
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(OPEN + 'timeline.add("numbered.mp4", track="V1", at=0)')
    studio.expect_clips(("clip-1", "V1", 0, 60))
    panel = page.evaluate("() => window.jupyterapp.shell.currentWidget.id")
    page.evaluate(NEW_VIEW)
    page.locator(".jp-LinkedOutputView").get_by_test_id("clip-clip-1").wait_for(state="attached")
    page.evaluate(ACTIVATE, panel)
    run_again(notebook, studio)
    # the view follows its cell: it shows the new widget, and nothing holds the old one
    notebook.execute("timeline.split(20)")
    page.locator(".jp-LinkedOutputView").get_by_test_id("clip-clip-2").wait_for(state="attached")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
