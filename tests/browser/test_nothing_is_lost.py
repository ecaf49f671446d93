"""Page reloaded, kernel restarted, kernel killed: the project opens with every acknowledged edit."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.jupyter import Notebook
from tests.browser.studio_page import StudioPage, box, open_workspace

EDITED = (("clip-1", "V1", 0, 20), ("clip-2", "V1", 30, 70))


def edited(notebook: Notebook, video: Path) -> StudioPage:
    """A workspace after three edits by hand, each acknowledged."""
    studio = open_workspace(notebook, video)
    studio.drop("numbered.mp4", "V1")
    studio.expect_clips(("clip-1", "V1", 0, 60))
    studio.seek(20, studio.zoom("clip-1"))
    studio.tool("Split at playhead").click()
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
    studio.tool("Snapping").click()
    studio.drag("clip-2", frames=10)
    studio.expect_clips(*EDITED)
    studio.expect_saved()
    return studio


def test_a_reloaded_page_shows_the_widget_again_without_running_a_cell(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = edited(notebook, numbered_mp4)
    notebook.save()
    notebook.visit()
    studio.expect_clips(*EDITED)
    studio.drag("clip-2", frames=10)
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 40, 80))
    studio.expect_saved()
    assert notebook.value("timeline['clip-2'].start_frame") == 40


def test_a_reloaded_page_looks_as_it_did(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = edited(notebook, numbered_mp4)
    notebook.execute("workspace.view_mode = 'review'; workspace.playhead = 12; workspace.selection = ['clip-2']")
    notebook.execute("workspace.browser_search = 'numb'; workspace.panel_sizes = {'review_timeline': 260}")
    shown = studio.root.locator(".workspace")
    expect(shown).to_have_attribute("data-view", "review")
    notebook.save()
    notebook.visit()
    studio.expect_clips(*EDITED)
    expect(shown).to_have_attribute("data-view", "review")
    assert box(studio.root.locator(".area-timeline"))["height"] == 260
    studio.root.locator("[data-testid=playhead][aria-valuenow='12']").wait_for(state="attached")
    studio.root.locator("[data-clip-id=clip-2][aria-selected=true]").wait_for(state="attached")
    studio.root.get_by_role("radio", name="Edit", exact=True).click()
    expect(studio.root.get_by_label("Search media")).to_have_value("numb")
    studio.undo()
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_after_the_end_of_the_kernel_the_project_opens_with_every_acknowledged_edit(
    notebook: Notebook, numbered_mp4: Path, end: str
) -> None:
    studio = edited(notebook, numbered_mp4)
    before = notebook.value("timeline.to_json()")
    echo = notebook.value("timeline.echo()")
    pid = notebook.kernel_pid()
    studio.drag("clip-2", frames=5)
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 35, 75))
    studio.expect_saved()
    if end == "kill":
        os.kill(pid, signal.SIGKILL)
        notebook.wait_kernel_back(pid)
    else:
        notebook.restart_kernel()
    notebook.run_all()
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 35, 75))
    assert notebook.value("len(timeline.echo())") == len(echo) + 1
    studio.undo()
    studio.expect_clips(*EDITED)
    studio.expect_saved()
    assert notebook.value("timeline.to_json()") == before
