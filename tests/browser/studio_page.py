"""The workspace as a person with a mouse meets it: tiles, clips, tools, player, dialogs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page

from tests.browser.jupyter import Notebook, wait_until

RULER_Y = 8  # pixels from the top of the timeline: in the ruler, above the playhead's handle

READ_CLIPS = """(list) => [...list.querySelectorAll("[data-clip-id]")].map((item) => ({
  id: item.dataset.clipId, track: item.dataset.track, start: Number(item.dataset.start), end: Number(item.dataset.end),
}))"""


SETUP = """
import studio_widgets as sw
studio = sw.Studio(home={home!r})
studio.library.add({videos!r})
studio.library.wait(progress=False)
project = studio.project("Lesson 1", width=640, height=360)
timeline = project.timeline
"""
SHOW = "workspace = studio.workspace(project); workspace"


class ClipView(NamedTuple):
    """A clip as drawn: its id, track, and half-open range of frames."""

    id: str
    track: str
    start: int
    end: int


class StudioPage:
    """A workspace or timeline editor on the page: the `index`-th widget of the notebook, or the one in `root`."""

    def __init__(self, notebook: Notebook, index: int = 0, root: Locator | None = None) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        self.root: Locator = root if root is not None else notebook.widget(index)
        self.timeline = self.root.get_by_test_id("timeline")
        self.canvas = self.root.get_by_test_id("timeline-canvas")
        self.player = self.root.get_by_label("Player", exact=True)

    # --- reading -------------------------------------------------------------------------------------------------

    def clips(self) -> list[ClipView]:
        """The clips in view, by track and start."""
        found = self.root.get_by_test_id("clip-list").evaluate(READ_CLIPS)
        return sorted((ClipView(**item) for item in found), key=lambda clip: (clip.track, clip.start))

    def expect_clips(self, *expected: tuple[str, str, int, int]) -> None:
        """Wait until exactly these clips are drawn."""
        wanted = [ClipView(*clip) for clip in expected]
        try:
            wait_until(lambda: self.clips() == wanted, "the clips", 15)
        except AssertionError:
            assert self.clips() == wanted

    def expect_saved(self) -> None:
        """Wait until no edit is on its way."""
        self.root.locator("[data-testid=sync][data-state=saved]").wait_for(state="attached")

    def pending(self) -> list[str]:
        """Ids of clips whose edit the kernel has not answered."""
        items = self.root.locator("[data-clip-id][data-pending]")
        return [str(item.get_attribute("data-clip-id")) for item in items.all()]

    # --- the timeline --------------------------------------------------------------------------------------------

    def drop(self, tile: str, track: str, x: float = 4) -> None:
        """Drag a tile of the asset browser onto a track, `x` pixels from its start."""
        source = self.root.get_by_role("option", name=re.compile(rf"^{re.escape(tile)} "))
        source.drag_to(self.canvas, target_position={"x": x, "y": self.lane_y(track)})

    def lane_y(self, track: str) -> float:
        """Middle of a track, from the top of the timeline's canvas."""
        header, canvas = box(self.root.get_by_test_id(f"track-{track}")), box(self.canvas)
        return header["y"] + header["height"] / 2 - canvas["y"]

    def clip_box(self, clip: str) -> dict[str, float]:
        """Where a clip is drawn on the page."""
        return box(self.root.get_by_test_id(f"clip-{clip}"))

    def zoom(self, clip: str) -> float:
        """Pixels per frame, read off a clip."""
        item = next(view for view in self.clips() if view.id == clip)
        return self.clip_box(clip)["width"] / (item.end - item.start)

    def seek(self, frame: int, zoom: float) -> None:
        """Press the ruler at a frame."""
        self.canvas.click(position={"x": frame * zoom, "y": RULER_Y})
        slider = self.root.get_by_test_id("playhead")
        wait_until(lambda: slider.get_attribute("aria-valuenow") == str(frame), f"the playhead at {frame}", 10)

    def drag(self, clip: str, *, frames: int, track: str | None = None) -> None:
        """Drag a clip by its middle, along the track and to another one."""
        item = self.clip_box(clip)
        x, y = item["x"] + item["width"] / 2, item["y"] + item["height"] / 2
        to_y = y if track is None else box(self.canvas)["y"] + self.lane_y(track)
        self._drag((x, y), (x + frames * self.zoom(clip), to_y))

    def drag_end(self, clip: str, *, frames: int) -> None:
        """Trim a clip's end with the mouse."""
        item = self.clip_box(clip)
        x, y = item["x"] + item["width"] - 2, item["y"] + item["height"] / 2
        self._drag((x, y), (x + frames * self.zoom(clip), y))

    def drag_start(self, clip: str, *, frames: int) -> None:
        """Trim a clip's start with the mouse."""
        item = self.clip_box(clip)
        x, y = item["x"] + 2, item["y"] + item["height"] / 2
        self._drag((x, y), (x + frames * self.zoom(clip), y))

    def select(self, clip: str) -> None:
        """Click a clip."""
        item = self.clip_box(clip)
        self.page.mouse.click(item["x"] + item["width"] / 2, item["y"] + item["height"] / 2)
        self.root.locator(f"[data-clip-id={clip}][aria-selected=true]").wait_for(state="attached")

    def tool(self, name: str) -> Locator:
        """A button of the timeline's toolbar."""
        return self.timeline.get_by_role("toolbar").get_by_role("button", name=name, exact=True)

    def undo(self) -> None:
        """Press Undo."""
        self.root.get_by_test_id("undo").click()

    def redo(self) -> None:
        """Press Redo."""
        self.root.get_by_test_id("redo").click()

    def _drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
        mouse.move(*end, steps=4)
        mouse.up()

    # --- the player ----------------------------------------------------------------------------------------------

    def video(self) -> dict[str, Any]:
        """What the player's video element is doing."""
        state: dict[str, Any] = self.player.locator("video").evaluate(
            "(v) => ({time: v.currentTime, frames: v.getVideoPlaybackQuality().totalVideoFrames,"
            " sound: v.webkitAudioDecodedByteCount, paused: v.paused})"
        )
        return state

    def playhead(self) -> int:
        """The playhead's frame."""
        return int(self.root.get_by_test_id("playhead").get_attribute("aria-valuenow") or 0)


def box(locator: Locator) -> dict[str, float]:
    """Place and size on the page, pixels."""
    found = locator.bounding_box()
    assert found is not None, f"{locator} is not on the page"
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


def open_workspace(notebook: Notebook, *videos: Path, cells: tuple[str, ...] = (SHOW,)) -> StudioPage:
    """A notebook with a library of these files and an empty project, `studio`, `project` and `timeline` in its kernel.

    `cells` show widgets, by default one workspace; the first is returned, ready for the mouse.
    """
    setup = SETUP.format(home=str(notebook.home), videos=[str(video) for video in videos])
    notebook.open(setup, *cells)
    notebook.run_all()
    studio = StudioPage(notebook)
    studio.root.get_by_test_id("timeline-empty").wait_for()
    return studio
