"""A notebook that was saved with a studio in it, opened again when its kernel has gone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import open_workspace

PICTURE = """__import__('base64').b64encode(
    __import__('studio_widgets.widgets.poster', fromlist=['poster']).poster(timeline.value, 'Lesson 1')).decode()"""


def stand_in(notebook: Notebook) -> Locator:
    return notebook.page.locator(".studio-widgets-stand-in")


def test_it_shows_the_timeline_as_it_was_last_edited(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    picture = stand_in(notebook).locator("img")
    expect(picture).to_be_hidden()
    empty = picture.get_attribute("src")
    notebook.execute('timeline.add("numbered.mp4"); timeline.title("Hello", at=10, duration=20)')
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V2", 10, 30))
    wanted = f"data:image/png;base64,{notebook.value(PICTURE)}"
    assert wanted != empty
    wait_until(lambda: picture.get_attribute("src") == wanted, "the newest picture in the notebook")
    expect(picture).to_be_hidden()
    expect(studio.timeline).to_be_visible()
    notebook.save()
    notebook.page.evaluate(
        "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.shutdown(); }"
    )
    notebook.visit()
    expect(picture).to_be_visible()
    assert picture.get_attribute("src") == wanted
    assert picture.evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 960
    expect(stand_in(notebook)).to_contain_text("Lesson 1. Run this cell to open it.")
    error = notebook.page.get_by_text("model not found")
    expect(error).to_be_attached()
    expect(error).to_be_hidden()
    notebook.run_all()
    expect(studio.timeline).to_be_visible()
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V2", 10, 30))
    expect(stand_in(notebook)).to_be_hidden()
