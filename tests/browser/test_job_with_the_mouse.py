"""The main job by hand, in the real JupyterLab: from footage to a published chapter that plays."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, open_workspace


def test_from_footage_to_a_published_chapter(notebook: Notebook, shared_media: Path, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, shared_media / "video/skv_bigbuckbunny.mp4", numbered_mp4)
    search_and_drop(studio)
    edit_with_the_mouse(studio)
    play(studio)
    record_and_save(studio)
    export(studio)
    chapter_is_published_and_plays(notebook)


def search_and_drop(studio: StudioPage) -> None:
    tiles = studio.root.get_by_role("listbox", name="Media").get_by_role("option")
    expect(tiles).to_have_count(2)
    studio.root.get_by_label("Search media").fill("bunny")
    expect(tiles).to_have_count(1)
    studio.drop("skv_bigbuckbunny.mp4", "V1")
    studio.expect_clips(("clip-1", "V1", 0, 159))


def edit_with_the_mouse(studio: StudioPage) -> None:
    zoom = studio.zoom("clip-1")
    studio.seek(60, zoom)
    studio.tool("Split at playhead").click()
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 159))
    studio.tool("Snapping").click()  # else the end would catch on the playhead
    studio.drag_end("clip-2", frames=-39)
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 120))
    studio.undo()
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 159))
    studio.redo()
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 120))
    studio.expect_saved()
    notebook = studio.notebook
    assert notebook.value("[(c.start_frame, c.end_frame) for c in project.timeline.clips]") == [[0, 60], [60, 120]]


def play(studio: StudioPage) -> None:
    studio.seek(0, studio.zoom("clip-1"))
    studio.player.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: studio.video()["frames"] > 20 and studio.video()["time"] > 0.5, "moving pictures")
    assert studio.video()["sound"] > 0
    wait_until(lambda: studio.playhead() > 15, "a moving playhead")
    studio.player.get_by_role("button", name="Pause", exact=True).click()
    wait_until(lambda: studio.player.get_attribute("data-state") == "paused", "a resting player")
    wait_until(lambda: studio.notebook.value("workspace.playhead") == studio.playhead(), "the playhead in a cell")


def record_and_save(studio: StudioPage) -> None:
    page, root = studio.page, studio.root
    root.get_by_role("button", name="Record", exact=True).click()
    panel = root.get_by_role("dialog", name="Record")
    panel.get_by_role("radio", name="This tab").click()
    panel.get_by_role("radio", name="None").click()
    panel.get_by_label("Name").fill("My take")
    panel.get_by_role("button", name="Start recording").click()
    # The panel steps out of the picture while it records; the bar shows the time, and the panel returns with the take.
    # A loaded machine writes its first frame late: the count may begin at more than five seconds.
    expect(root.locator(".top-record")).to_contain_text(re.compile(r"0:(0[5-9]|[1-5]\d)"), timeout=60_000)
    root.get_by_role("button", name="Stop recording").click()
    panel.get_by_role("button", name="Save to library").click()
    dialog = root.get_by_role("dialog", name="Save to library")
    dialog.get_by_role("button", name="Save", exact=True).click()
    dialog.wait_for(state="detached")
    panel.get_by_role("button", name="Close").click()
    root.get_by_label("Search media").fill("")
    root.get_by_role("option", name=re.compile(r"^My take")).wait_for()
    assert page.locator(".jp-Dialog").count() == 0
    rows = studio.notebook.value(
        "studio.library.files(search='My take')[['source_type', 'duration_seconds']].to_dict('records')"
    )
    assert [row["source_type"] for row in rows] == ["studio_recording"]
    assert 4 < rows[0]["duration_seconds"] < 90


def export(studio: StudioPage) -> None:
    root = studio.root
    root.get_by_role("button", name="Export to course").click()
    dialog = root.get_by_role("dialog", name="Export to course")
    dialog.get_by_label("Title of the new course").fill("Intro to Rabbits")
    dialog.get_by_label("Chapter title").fill("The meadow")
    dialog.get_by_role("button", name="Export", exact=True).click()
    root.get_by_role("dialog", name="Exported").get_by_role("button", name="Done").click(timeout=120_000)


def chapter_is_published_and_plays(notebook: Notebook) -> None:
    chapters = notebook.value(
        "studio.library.sql('select h.title, m.source_type, h.duration_seconds from course_chapters h"
        " join courses c on c.id = h.course_id join media_files m on m.id = h.media_file_id"
        " where c.title = %s', ['Intro to Rabbits']).values.tolist()"
    )
    assert chapters == [["The meadow", "studio_export", 4.0]]
    site = notebook.home.parent / "site"
    notebook.execute(f"studio.course('Intro to Rabbits').publish({str(site)!r}, format='site')")
    page = notebook.page.context.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_role("link", name=re.compile("The meadow")).first.click()
    video_plays(page, seconds=4.0)
    page.close()


def video_plays(page: Page, *, seconds: float) -> None:
    """The page's video is `seconds` long, has sound, and moves."""
    video = page.locator("video").first
    video.wait_for()
    video.evaluate("(v) => v.play()")
    state = "(v) => [v.currentTime, v.duration, v.webkitAudioDecodedByteCount, v.getVideoPlaybackQuality().totalVideoFrames]"
    wait_until(lambda: video.evaluate(state)[0] > 0.5, "a playing chapter", 20)
    _, duration, sound, frames = video.evaluate(state)
    assert abs(duration - seconds) < 0.05
    assert sound > 0
    assert frames > 5
