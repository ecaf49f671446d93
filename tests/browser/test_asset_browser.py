"""The asset browser in the real JupyterLab: found, changed, uploaded, dragged and read, by mouse, keys and cells."""

from __future__ import annotations

import hashlib
import re
import wave
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, expect

from tests.browser.jupyter import PATIENCE, Notebook, wait_until
from tests.browser.studio_page import StudioPage, box, open_workspace
from tests.browser.test_accessibility import clean, to_the_middle, use_theme

PICTURES = """
import numpy as np
import studio_widgets as sw
studio = sw.Studio(home={home!r})
pictures = [(f"slide {{n:02}}.png", np.full((9, 16, 3), 5 * n, dtype=np.uint8)) for n in range(33)]
for name, pixels in pictures:
    studio.library.add(pixels, name=name, tags=["slides", "week 1"] if name < "slide 20" else ["slides"])
studio.library.add({video!r}, tags=["talk"])
"""
BROWSER = "browser = studio.browser(); browser"
# Pieces from this byte on are held back, so that the kernel can be restarted with the upload half-way.
HELD = 2_000_000
UPLOADS = """
import threading
import studio_widgets as sw
studio = sw.Studio(home={home!r})
offsets, append = [], studio.library.uploads.append
def watched(upload_id, offset, data):
    offsets.append(offset)
    if {held} and offset >= {held}:
        threading.Event().wait()
    return append(upload_id, offset, data)
studio.library.uploads.append = watched
"""
DROP = """async (root, [name, data, type]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type, lastModified: 7 }));
  for (const kind of ["dragover", "drop"]) {
    root.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true, composed: true }));
  }
}"""


class Browser:
    """An asset browser on the page."""

    def __init__(self, root: Locator) -> None:
        self.root = root.locator(".browser")
        self.tiles = self.root.get_by_role("option")
        self.bar = self.root.get_by_role("toolbar", name="Selected files")

    def tile(self, name: str) -> Locator:
        """The tile of a file."""
        return self.root.get_by_role("option", name=re.compile(rf"^{re.escape(name)} "))

    def expect_names(self, *names: str) -> None:
        """Wait until these tiles are shown, first of all, in this order."""
        for index, name in enumerate(names):
            expect(self.tiles.nth(index)).to_have_accessible_name(re.compile(rf"^{re.escape(name)} "))

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.root.get_by_role("button", name=name, exact=True).click()

    def select(self, *names: str) -> None:
        """Click a tile, and further ones with Ctrl held."""
        for index, name in enumerate(names):
            self.tile(name).click(modifiers=["Control"] if index else [])
        expect(self.bar).to_contain_text(f"{len(names)} selected")

    def toast(self, text: str) -> Locator:
        """A notice."""
        return self.root.page.locator(".sw-toast", has_text=text)


def in_cell(notebook: Notebook, expression: str, expected: object) -> None:
    """Wait until a cell reads this: traits take their time."""
    wait_until(lambda: notebook.value(expression) == expected, f"{expression} == {expected}", 10)


def test_files_are_found_by_mouse_and_by_cell(notebook: Notebook, numbered_mp4: Path) -> None:
    notebook.open(PICTURES.format(home=str(notebook.home), video=str(numbered_mp4)), BROWSER)
    notebook.run_all()
    browser = Browser(notebook.widget())
    pages(browser, notebook)
    filters(browser, notebook)
    cells(browser, notebook)


def pages(browser: Browser, notebook: Notebook) -> None:
    root = browser.root
    expect(browser.tiles).to_have_count(30)
    browser.expect_names("numbered.mp4", "slide 32.png")
    expect(root.locator(".pager")).to_contain_text("1–30 of 34")
    browser.select("slide 32.png")
    browser.press("Next page")
    expect(browser.tiles).to_have_count(4)
    browser.tile("slide 00.png").click(modifiers=["Control"])
    expect(browser.bar).to_contain_text("2 selected")  # one of them on the page before
    in_cell(notebook, "list(browser.selection()['name'])", ["slide 32.png", "slide 00.png"])
    page = root.get_by_label("Page, of 2")
    page.fill("1")
    page.press("Enter")
    expect(browser.tiles).to_have_count(30)
    in_cell(notebook, "browser.browser_page", 0)
    browser.press("Clear selection")


def filters(browser: Browser, notebook: Notebook) -> None:
    root = browser.root
    root.get_by_role("button", name="Order: Newest first").click()
    root.get_by_role("menuitemradio", name="Name A to Z").click()
    browser.expect_names("numbered.mp4", "slide 00.png", "slide 01.png")
    root.get_by_role("radio", name="Video").click()
    expect(browser.tiles).to_have_count(1)
    root.get_by_role("radio", name="All", exact=True).click()
    browser.press("Filters")
    panel = root.get_by_role("dialog", name="Filters")
    field = panel.get_by_role("combobox", name="Filter by tag")
    field.fill("week")
    panel.get_by_role("option", name="week 1").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    notebook.page.keyboard.press("Escape")
    panel.wait_for(state="detached")
    expect(root.locator(".pager")).to_contain_text("20 files")
    in_cell(notebook, "browser.browser_tags", ["week 1"])
    browser.press("Remove filter week 1")
    root.get_by_label("Search media").fill("slide 2")
    expect(root.locator(".pager")).to_contain_text("13 files")
    root.get_by_label("Search media").fill("no such thing at all")
    root.get_by_text("Nothing matches “no such thing at all”").wait_for()
    browser.press("Show everything")
    expect(browser.tiles).to_have_count(30)


def cells(browser: Browser, notebook: Notebook) -> None:
    root = browser.root
    seen = "seen = []; browser.observe(lambda change: seen.append(change['new']), 'browser_kind')"
    notebook.execute(f"{seen}; browser.browser_page = 1")
    expect(browser.tiles).to_have_count(4)
    root.get_by_role("radio", name="Images").click()
    expect(browser.tiles).to_have_count(30)
    in_cell(notebook, "[seen, browser.browser_page]", [["image"], 0])
    notebook.execute("browser.browser_page = 1; browser.browser_search = 'slide 07'")
    expect(browser.tiles).to_have_count(1)
    expect(root.get_by_label("Search media")).to_have_value("slide 07")
    notebook.execute(
        "browser.browser_selection = [studio.library['slide 31.png'].id, studio.library['slide 07.png'].id]"
    )
    expect(browser.bar).to_contain_text("2 selected")
    expect(browser.tile("slide 07.png")).to_have_attribute("aria-selected", "true")
    assert notebook.value("list(browser.selection()['name'])") == ["slide 31.png", "slide 07.png"]
    expect(browser.bar.get_by_role("button", name="Add to timeline")).to_have_count(0)  # there is none here


def test_files_are_tagged_renamed_deleted_and_brought_back(
    notebook: Notebook, numbered_mp4: Path, tmp_path: Path
) -> None:
    studio = open_workspace(
        notebook, numbered_mp4, make_sound(tmp_path / "voice.wav", 1), make_sound(tmp_path / "hum.wav", 2)
    )
    browser = Browser(studio.root)
    hover(studio, browser)
    menu(studio, browser)
    tags(browser, notebook)
    names(browser, notebook)
    deletion(studio, browser)
    try:
        accessible(studio, browser)
    finally:
        use_theme(notebook.page, "JupyterLab Light")


def hover(studio: StudioPage, browser: Browser) -> None:
    """The filmstrip follows the mouse over a video tile, and goes with it."""
    picture = browser.tile("numbered.mp4").locator(".tile-picture")
    at = box(picture)
    places = set()
    for part in (0.1, 0.9):
        studio.page.mouse.move(at["x"] + part * at["width"], at["y"] + 20)
        strip = picture.locator(".filmstrip")
        strip.wait_for()
        places.add(strip.evaluate("(strip) => strip.style.backgroundPosition"))
        expect(picture.locator(".tile-position")).to_have_attribute("style", re.compile(rf"width: {part * 100:.0f}"))
    assert len(places) == 2
    studio.page.mouse.move(at["x"] + at["width"] * 3, at["y"] + 300)
    picture.locator(".filmstrip").wait_for(state="detached")


def menu(studio: StudioPage, browser: Browser) -> None:
    """By mouse and by key: what it offers, and the focus where it was."""
    tile = browser.tile("voice.wav")
    tile.click(button="right")
    shown = browser.root.get_by_role("menu", name="File")
    expect(shown.get_by_role("menuitem")).to_contain_text(
        ["Add to timeline", "Preview", "Tag…", "Rename…", "Download", "Copy name", "Copy as Python", "Delete"]
    )
    studio.page.keyboard.press("Escape")
    shown.wait_for(state="detached")
    expect(tile).to_be_focused()
    studio.page.keyboard.press("Shift+F10")
    studio.page.keyboard.press("ArrowDown")
    expect(shown.get_by_role("menuitem", name="Preview")).to_be_focused()
    studio.page.keyboard.press("Home")
    studio.page.keyboard.press("Enter")
    studio.expect_clips(("clip-1", "A1", 0, 30))
    studio.undo()
    studio.expect_clips()


def tags(browser: Browser, notebook: Notebook) -> None:
    notebook.execute("studio.library.tag('voice.wav', ['old', 'week 1'])")
    browser.tile("voice.wav").get_by_text("week 1").wait_for()
    browser.select("voice.wav", "hum.wav")
    browser.press("Tag…")
    dialog = browser.root.get_by_role("dialog", name="Tags of 2 files")
    dialog.get_by_role("button", name="week 1").click()  # one had it, all have it now
    dialog.get_by_role("combobox", name="Tags").fill("sound,")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    tagged = "{name: sorted(studio.library[name].tags) for name in ('voice.wav', 'hum.wav')}"
    assert notebook.value(tagged) == {"voice.wav": ["old", "sound", "week 1"], "hum.wav": ["sound", "week 1"]}
    browser.press("Tag…")
    dialog.get_by_role("button", name="Remove tag sound").click()
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    assert notebook.value(tagged) == {"voice.wav": ["old", "week 1"], "hum.wav": ["week 1"]}


def names(browser: Browser, notebook: Notebook) -> None:
    browser.press("Rename…")
    dialog = browser.root.get_by_role("dialog", name="Rename 2 files")
    dialog.get_by_label("Pattern").fill("Lesson {n} {name}")
    first = ["Lesson 1 voice.wav", "Lesson 2 hum.wav"]
    expect(dialog.get_by_role("listitem")).to_have_text(first)
    dialog.get_by_role("button", name="Rename", exact=True).click()
    browser.tile("Lesson 2 hum.wav").wait_for()
    assert notebook.value("sorted(studio.library.files(kind='audio')['name'])") == first
    browser.tile("numbered.mp4").click()
    browser.tile("numbered.mp4").press("F2")
    dialog = browser.root.get_by_role("dialog", name="Rename “numbered.mp4”")
    dialog.get_by_label("Name").fill("Counting.mp4")
    dialog.get_by_label("Description").fill("Sixty numbers.")
    dialog.get_by_label("Name").press("Enter")
    browser.tile("Counting.mp4").wait_for()
    assert notebook.value("studio.library['Counting.mp4'].description") == "Sixty numbers."


def deletion(studio: StudioPage, browser: Browser) -> None:
    count = "len(studio.library.files())"
    browser.select("Lesson 1 voice.wav", "Lesson 2 hum.wav")
    browser.press("Delete")
    toast = browser.toast("2 files deleted")
    toast.wait_for()
    expect(browser.tiles).to_have_count(1)
    assert studio.notebook.value(count) == 1
    toast.get_by_role("button", name="Undo").click()
    expect(browser.tiles).to_have_count(3)
    browser.tile("Lesson 1 voice.wav").click()
    studio.page.keyboard.press("Delete")
    expect(browser.tiles).to_have_count(2)
    wait_until(lambda: browser.root.evaluate("(root) => root.contains(root.getRootNode().activeElement)"), "the focus")
    studio.page.keyboard.press("Control+z")
    expect(browser.tiles).to_have_count(3)
    # two dragged at once follow each other, each on a track of its kind, and are one step
    browser.select("Counting.mp4", "Lesson 2 hum.wav")
    studio.drop("Counting.mp4", "V1")
    studio.expect_clips(("clip-2", "A1", 60, 120), ("clip-1", "V1", 0, 60))
    studio.undo()
    studio.expect_clips()
    # so are two that are added at the playhead, which goes behind them; the kernel does it in one transaction
    start = studio.playhead()
    browser.press("Add to timeline")
    studio.expect_clips(("clip-2", "A1", start + 60, start + 120), ("clip-1", "V1", start, start + 60))
    wait_until(lambda: studio.playhead() == start + 120, "the playhead behind them", 10)
    newest = "select created_at from studio_project_edits order by rev desc limit 2"
    times = f"studio.library.sql('select count(distinct created_at) as n from ({newest}) as t')['n'].tolist()"
    assert studio.notebook.value(times) == [1]
    browser.tile("Counting.mp4").click()
    studio.page.keyboard.press("Delete")
    refused = browser.toast("Still in use")
    expect(refused).to_contain_text("Counting.mp4")
    refused.get_by_role("button", name="Dismiss").click()
    expect(browser.tiles).to_have_count(3)
    studio.undo()
    studio.expect_clips()


def accessible(studio: StudioPage, browser: Browser) -> None:
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        use_theme(studio.page, theme)
        to_the_middle(browser.root)
        browser.select("Counting.mp4", "Lesson 2 hum.wav")
        clean(browser.root, seen=40, contrasts=8)
        for button, dialog in (("Tag…", "Tags of 2 files"), ("Rename…", "Rename 2 files"), ("Filters", "Filters")):
            browser.press(button)
            shown = browser.root.get_by_role("dialog", name=dialog)
            shown.wait_for()
            clean(shown, seen=6, contrasts=2)
            studio.page.keyboard.press("Escape")
            shown.wait_for(state="detached")
        browser.tile("Counting.mp4").click(button="right")
        shown = browser.root.get_by_role("menu", name="File")
        shown.wait_for()
        clean(shown, seen=8, contrasts=6)
        studio.page.keyboard.press("Escape")
        browser.press("Clear selection")


def test_uploads_outlive_their_kernel(notebook: Notebook, numbered_mp4: Path, tmp_path: Path) -> None:
    notebook.open(UPLOADS.format(home=str(notebook.home), held=HELD), BROWSER)
    notebook.run_all()
    browser = Browser(notebook.widget())
    browser.root.get_by_text("The library is empty").wait_for()
    drop(browser, notebook, numbered_mp4)
    rows = browser.root.get_by_role("region", name="Transfers")
    refused(browser, rows, tmp_path)
    sound = make_sound(tmp_path / "lecture.wav", 30)
    assert sound.stat().st_size > 5_000_000
    browser.root.locator(".browser-head input[type=file]").set_input_files(sound)
    row = rows.get_by_role("listitem").filter(has_text="lecture.wav")
    expect(row).to_contain_text(re.compile(r"3\d %"))
    notebook.restart_kernel()
    expect(row).to_contain_text("Waits for the kernel")
    browser.root.locator(".browser-gone").wait_for()
    # the cell is run again: what was on disk is not sent again
    setup = UPLOADS.format(home=str(notebook.home), held=0)
    set_cell = (
        "(source) => { window.jupyterapp.shell.currentWidget.content.model.cells.get(0).sharedModel.source = source; }"
    )
    notebook.page.evaluate(set_cell, setup)
    notebook.run_all()
    browser.tile("lecture.wav").wait_for(timeout=PATIENCE)
    rows.wait_for(state="detached")
    assert notebook.value("min(offsets)") == HELD
    digest = hashlib.sha256(sound.read_bytes()).hexdigest()
    assert notebook.value("studio.library['lecture.wav'].sha256") == digest
    download(browser, notebook, digest)


def drop(browser: Browser, notebook: Notebook, video: Path) -> None:
    import base64

    data = base64.b64encode(video.read_bytes()).decode()
    browser.root.evaluate(DROP, ["dropped.mp4", data, "video/mp4"])
    browser.tile("dropped.mp4").wait_for()
    browser.toast("1 file uploaded").wait_for()
    digest = hashlib.sha256(video.read_bytes()).hexdigest()
    assert notebook.value("studio.library['dropped.mp4'].sha256") == digest


def refused(browser: Browser, rows: Locator, folder: Path) -> None:
    notes = folder / "notes.mp4"
    notes.write_text("no media at all")
    browser.root.locator(".browser-head input[type=file]").set_input_files(notes)
    rows.get_by_role("alert").wait_for()
    rows.get_by_role("button", name="Dismiss notes.mp4").click()
    rows.wait_for(state="detached")


def download(browser: Browser, notebook: Notebook, digest: str) -> None:
    browser.select("lecture.wav")
    with notebook.page.expect_download() as started:
        browser.press("Download")
    assert started.value.suggested_filename == "lecture.wav"
    assert hashlib.sha256(Path(started.value.path()).read_bytes()).hexdigest() == digest


def make_sound(path: Path, seconds: int) -> Path:
    """Noise, 48 kHz stereo: hardly compressible, 5.8 MB in 30 s."""
    noise = np.random.default_rng(seconds).integers(-3000, 3000, (48_000 * seconds, 2), dtype=np.int16)
    with wave.open(str(path), "wb") as out:
        out.setparams((2, 2, 48_000, len(noise), "NONE", ""))
        out.writeframes(noise.tobytes())
    return path
