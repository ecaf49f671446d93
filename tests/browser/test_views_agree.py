"""Several views of one project show the same, whoever edits."""

from __future__ import annotations

from pathlib import Path

from tests.browser.jupyter import Notebook
from tests.browser.studio_page import StudioPage, open_workspace

CELLS = (
    "workspace = studio.workspace(project); workspace",
    "editor = studio.editor(project); editor",
    "workspace",
)


def test_widgets_views_and_cells_agree(notebook: Notebook, numbered_mp4: Path) -> None:
    first = open_workspace(notebook, numbered_mp4, cells=CELLS)
    pages = [first, StudioPage(notebook, 1), StudioPage(notebook, 2)]
    _, editor, second = pages
    first.drop("numbered.mp4", "V1")
    for page in pages:
        page.root.scroll_into_view_if_needed()
        page.expect_clips(("clip-1", "V1", 0, 60))
    editor.root.scroll_into_view_if_needed()
    editor.tool("Snapping").click()
    editor.drag("clip-1", frames=30)
    for page in pages:
        page.expect_clips(("clip-1", "V1", 30, 90))
    notebook.execute("timeline.split(45)")
    for page in pages:
        page.expect_clips(("clip-1", "V1", 30, 45), ("clip-2", "V1", 45, 90))
    second.root.scroll_into_view_if_needed()
    second.undo()
    for page in pages:
        page.expect_clips(("clip-1", "V1", 30, 90))
        page.expect_saved()
    assert notebook.value("editor.total_frames") == notebook.value("workspace.total_frames") == 90


def test_a_cell_sets_and_sees_what_a_view_shows(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute('timeline.add("numbered.mp4", track="V1", at=0)')
    studio.expect_clips(("clip-1", "V1", 0, 60))
    notebook.execute("workspace.playhead = 25; workspace.selection = ['clip-1']; workspace.browser_search = 'nothing'")
    studio.root.locator("[data-testid=playhead][aria-valuenow='25']").wait_for(state="attached")
    studio.root.locator("[data-clip-id=clip-1][aria-selected=true]").wait_for(state="attached")
    assert studio.root.get_by_label("Search media").input_value() == "nothing"
    seen = notebook.execute(
        "import queue; heads = queue.Queue(); workspace.observe(lambda change: heads.put(change['new']), 'playhead')"
    )
    assert seen == ""
    studio.seek(40, studio.zoom("clip-1"))
    assert notebook.value("heads.get(timeout=20)") == 40
