"""What the mouse does, a cell does: the same edits give the same timeline, and the echo gives it once more."""

from __future__ import annotations

from pathlib import Path

from tests.browser.jupyter import Notebook
from tests.browser.studio_page import StudioPage, open_workspace

BY_CELL = """
hand = studio.project("By cell", width=640, height=360).timeline
hand.add("numbered.mp4", track="V1", at=0)
hand.split(20)
hand.trim("clip-2", end=-15)
hand.move("clip-2", to=35, track="V2")
hand.trim("clip-1", start=5)
hand.marker(30, "Chapter 1")
hand.split(40)
hand.remove("clip-2")
hand.undo()
"""

REPLAY = """
echo = timeline.echo()
again = studio.project("Replayed", width=640, height=360).timeline
for line in echo:
    exec(line, {"timeline": again})
"""


def by_mouse(studio: StudioPage) -> None:
    """The edits of BY_CELL, with mouse and keys."""
    studio.drop("numbered.mp4", "V1")
    studio.expect_clips(("clip-1", "V1", 0, 60))
    zoom = studio.zoom("clip-1")
    studio.tool("Snapping").click()
    studio.seek(20, zoom)
    studio.tool("Split at playhead").click()
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
    studio.drag_end("clip-2", frames=-15)
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 45))
    studio.drag("clip-2", frames=15, track="V2")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V2", 35, 60))
    studio.drag_start("clip-1", frames=5)
    studio.expect_clips(("clip-1", "V1", 5, 20), ("clip-2", "V2", 35, 60))
    studio.seek(30, zoom)
    studio.tool("Add marker").click()
    studio.select("clip-2")
    studio.seek(40, zoom)
    studio.tool("Split at playhead").click()
    studio.expect_clips(("clip-1", "V1", 5, 20), ("clip-2", "V2", 35, 40), ("clip-3", "V2", 40, 60))
    studio.select("clip-2")
    studio.tool("Delete").click()
    studio.expect_clips(("clip-1", "V1", 5, 20), ("clip-3", "V2", 40, 60))
    studio.undo()
    studio.expect_clips(("clip-1", "V1", 5, 20), ("clip-2", "V2", 35, 40), ("clip-3", "V2", 40, 60))
    studio.expect_saved()


def test_the_same_edits_by_mouse_by_cell_and_by_echo_give_the_same_timeline(
    notebook: Notebook, numbered_mp4: Path
) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    by_mouse(studio)
    notebook.execute(BY_CELL)
    assert notebook.value("timeline.to_json()") == notebook.value("hand.to_json()")
    notebook.execute(REPLAY)
    assert notebook.value("again.to_json()") == notebook.value("timeline.to_json()")
    assert notebook.value("again.echo()") == notebook.value("echo")
    assert notebook.value("len(echo)") == 7
