"""Editing by hand while a cell runs: applied at once where the kernel can answer, queued and shown where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.jupyter import Lab, Notebook, wait_until
from tests.browser.studio_page import StudioPage, open_workspace

BUSY = "import threading; threading.Event().wait(60)"
KERNELS = "@jupyterlab/apputils-extension:kernels-settings"


@pytest.fixture
def without_subshells(lab: Lab) -> Iterator[None]:
    """JupyterLab sends widget messages to the kernel's main thread, as it does for older kernels."""
    lab.change_setting(KERNELS, {"commsOverSubshells": "disabled"})
    yield
    lab.change_setting(KERNELS, {})


def with_a_clip(notebook: Notebook, video: Path) -> StudioPage:
    studio = open_workspace(notebook, video)
    studio.drop("numbered.mp4", "V1")
    studio.expect_clips(("clip-1", "V1", 0, 60))
    studio.expect_saved()
    return studio


def test_a_drag_is_applied_and_acknowledged_while_a_cell_runs(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = with_a_clip(notebook, numbered_mp4)
    rev = notebook.value("project.session.rev")
    notebook.start(BUSY)
    studio.drag("clip-1", frames=40)
    studio.expect_clips(("clip-1", "V1", 40, 100))
    studio.expect_saved()
    assert studio.pending() == []
    assert not notebook.idle()
    # Acknowledged means: in the database. Another session of it sees the edit while the cell still runs.
    notebook.interrupt()
    assert notebook.value("project.session.rev") == rev + 1
    assert notebook.value("timeline['clip-1'].start_frame") == 40


def test_where_the_kernel_cannot_answer_an_edit_is_shown_as_pending_and_then_applied(
    without_subshells: None, notebook: Notebook, numbered_mp4: Path
) -> None:
    studio = with_a_clip(notebook, numbered_mp4)
    notebook.start(BUSY)
    studio.drag("clip-1", frames=40)
    studio.drag("clip-1", frames=25)
    studio.expect_clips(("clip-1", "V1", 65, 125))
    assert studio.pending() == ["clip-1"]
    studio.root.get_by_text("Kernel busy: 2 edits are queued").wait_for()
    assert not notebook.idle()
    notebook.interrupt()
    studio.expect_saved()
    wait_until(lambda: studio.pending() == [], "the answers")
    studio.expect_clips(("clip-1", "V1", 65, 125))
    assert notebook.value("timeline['clip-1'].start_frame") == 65
