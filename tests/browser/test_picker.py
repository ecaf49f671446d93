"""Media from the library into a project: the picker, a picker in a cell, "Send to studio", a link; and the preview."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import SHOW, StudioPage, open_workspace
from tests.browser.test_accessibility import clean, use_theme
from tests.browser.test_keyboard import FOCUS, HEARD, LISTEN

MORE_THAN_A_PAGE = """
import numpy as np
for number in range(31):
    studio.library.add(np.full((36, 64, 3), number * 8, np.uint8), name=f"card {number:02d}.png")
"""
OF_CLIPS = "[(c.name, c.track, c.start_frame, c.end_frame) for c in timeline.clips]"
IDS = "[studio.library[name].id for name in {names!r}]"
PICTURE = "(canvas) => canvas.toDataURL()"


def dialog(root: Locator, name: str = "Import assets") -> Locator:
    found = root.get_by_role("dialog", name=name)
    found.wait_for()
    return found


def tile(root: Locator, name: str) -> Locator:
    return root.get_by_role("option", name=re.compile(rf"^{re.escape(name)} "))


def toast(root: Locator | Page, text: str) -> None:
    root.locator(".sw-toast").get_by_text(text).wait_for()


def clips(notebook: Notebook) -> list[list[object]]:
    found: list[list[object]] = notebook.value(OF_CLIPS)
    return found


def test_the_picker_with_the_mouse(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(MORE_THAN_A_PAGE)
    studio.root.get_by_role("button", name="Import assets").first.click()
    picker = dialog(studio.root)
    tile(picker, "card 29.png").click()
    picker.get_by_role("button", name="Next page").click()
    tile(picker, "numbered.mp4").click()
    picker.get_by_label("Search media").fill("card 0")
    tile(picker, "card 07.png").click()
    tile(picker, "card 08.png").click(modifiers=["Shift"])
    picked = picker.get_by_role("complementary", name="Picked").get_by_role("listitem")
    expect(picked).to_have_text(["card 29.png", "numbered.mp4", "card 07.png", "card 08.png"])
    tile(picker, "card 08.png").click()
    picker.get_by_role("button", name="Remove card 29.png").click()
    expect(picked).to_have_text(["numbered.mp4", "card 07.png"])
    assert picker.get_by_label("Track").locator("option:disabled").all_inner_texts() == ["A1", "A2", "A3 (new)"]
    try:
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            use_theme(notebook.page, theme)
            clean(picker, seen=40, contrasts=15)
    finally:
        use_theme(notebook.page, "JupyterLab Light")
    picker.get_by_label("Track").select_option("V2")
    picker.get_by_label("Position").select_option("At a time…")
    picker.get_by_label("Time").fill("soon")
    picker.get_by_role("button", name="Insert 2 assets").click()
    picker.get_by_role("alert").get_by_text("'soon' is not a time").wait_for()
    picker.get_by_label("Time").fill("00:00:01:00")
    picker.get_by_role("button", name="Insert 2 assets").click()
    studio.expect_clips(("clip-1", "V2", 30, 90), ("clip-2", "V2", 90, 240))
    toast(studio.root, "2 clips added to “Lesson 1”.")
    assert notebook.value("workspace.selection") == ["clip-1", "clip-2"]
    assert notebook.value("workspace.browser_search") == "", "the asset browser is as it was"
    studio.undo()
    studio.expect_clips()


def test_the_picker_without_a_mouse(
    notebook: Notebook, numbered_mp4: Path, numbered_video: Callable[..., Path]
) -> None:
    studio = open_workspace(notebook, numbered_mp4, numbered_video("other.mp4", 30))
    keyboard = notebook.page.keyboard
    button = studio.root.locator(".top-bar").get_by_role("button", name="Import assets")

    def focus_is(role: str, name: str) -> None:
        def now() -> bool:
            found = notebook.page.evaluate(FOCUS)
            return bool(found["role"] == role and name in found["name"])

        wait_until(now, f"the focus on {name}", 10)

    def tab_over(*stops: str) -> None:
        for stop in stops:
            keyboard.press("Tab")
            wait_until(lambda stop=stop: stop in notebook.page.evaluate(FOCUS)["name"], f"the focus on {stop}", 10)
        keyboard.press("Tab")

    button.focus()
    notebook.page.evaluate(LISTEN)
    keyboard.press("Enter")
    picker = dialog(studio.root)
    focus_is("input", "Search media")
    keyboard.type("mp4")
    keyboard.press("Enter")
    for name in ("numbered.mp4", "other.mp4"):
        tile(picker, name).wait_for()
    tab_over("Clear search", "Filters", "Order", "All")
    focus_is("option", "other.mp4")
    keyboard.press("ArrowRight")
    focus_is("option", "numbered.mp4")
    expect(picker.locator(".tile[aria-selected=true]")).to_have_count(0)
    keyboard.press("Space")
    keyboard.press("ArrowLeft")
    keyboard.press("Space")
    expect(picker.get_by_role("listitem")).to_have_text(["numbered.mp4", "other.mp4"])
    keyboard.press("Enter")
    picker.wait_for(state="detached")
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 90))
    focus_is("button", "Import assets")
    keyboard.press("Enter")
    focus_is("input", "Search media")
    keyboard.type("numb")
    tile(picker, "other.mp4").wait_for(state="detached")
    keyboard.press("Escape")  # clears the search first
    tile(picker, "other.mp4").wait_for()
    tab_over("Filters", "Order", "All")
    focus_is("option", "other.mp4")
    keyboard.press("Space")
    keyboard.press("Escape")
    picker.wait_for(state="detached")
    focus_is("button", "Import assets")
    assert len(studio.clips()) == 2
    assert notebook.page.evaluate(HEARD) == []


def test_a_picker_in_a_cell(notebook: Notebook, numbered_mp4: Path) -> None:
    cells = ("editor = studio.editor(project); editor", "picker = studio.pick(); picker")
    studio = open_workspace(notebook, numbered_mp4, cells=cells)
    line = notebook.widget(1)
    picker = dialog(line)
    tile(picker, "numbered.mp4").dblclick()
    picker.wait_for(state="detached")
    studio.expect_clips(("clip-1", "V1", 0, 60))
    line.get_by_text("1 asset inserted into “Lesson 1”").wait_for()
    wanted = notebook.value(IDS.format(names=["numbered.mp4"]))
    assert notebook.value("[picker.picked, picker.track, picker.at, picker.done]") == [wanted, "", 0, True]
    assert notebook.value("picker.showing") is False
    line.get_by_role("button", name="Pick again").click()
    dialog(line)
    notebook.page.keyboard.press("Escape")
    picker.wait_for(state="detached")
    notebook.execute("picker.showing = True")
    dialog(line).get_by_role("button", name="Cancel").click()
    assert clips(notebook) == [["numbered.mp4", "V1", 0, 60]]
    use_theme(notebook.page, "JupyterLab Light")
    clean(line, seen=5, contrasts=2)


def test_sending_to_another_project(
    notebook: Notebook, numbered_mp4: Path, numbered_video: Callable[..., Path]
) -> None:
    cells = ('other = studio.project("Lesson 2"); studio.editor(other)', "studio.browser()")
    studio = open_workspace(notebook, numbered_mp4, numbered_video("other.mp4", 30), cells=cells)
    browser = notebook.widget(1)
    send = browser.get_by_role("button", name="Send to studio…")
    expect(send).to_have_count(0)  # nothing is selected
    tile(browser, "other.mp4").click()
    tile(browser, "numbered.mp4").click(modifiers=["Control"])
    send.click()
    form = dialog(browser, "Send to studio")
    try:
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            use_theme(notebook.page, theme)
            clean(form, seen=12, contrasts=4)
    finally:
        use_theme(notebook.page, "JupyterLab Light")
    projects = form.get_by_label("Project")
    expect(projects.locator("option")).to_have_text(["Lesson 2", "Lesson 1", "New project…"])
    projects.select_option("Lesson 2")
    form.get_by_label("Track").select_option("V2")
    form.get_by_role("button", name="Send 2 assets").click()
    toast(browser, "2 clips added to “Lesson 2”.")
    studio.expect_clips(("clip-1", "V2", 0, 30), ("clip-2", "V2", 30, 90))
    send.click()
    projects.select_option("New project…")
    expect(form.get_by_role("button", name="Send 2 assets")).to_be_disabled()
    form.get_by_label("Title of the new project").fill("Lesson 3")
    notebook.page.keyboard.press("Enter")
    toast(browser, "2 clips added to “Lesson 3”.")
    assert notebook.value('[c.name for c in studio.project("Lesson 3").timeline.clips]') == [
        "other.mp4",
        "numbered.mp4",
    ]


def test_a_link_imports_once(notebook: Notebook, numbered_mp4: Path, numbered_video: Callable[..., Path]) -> None:
    cells = (SHOW, "studio.editor(project)")
    studio = open_workspace(notebook, numbered_mp4, numbered_video("other.mp4", 30), cells=cells)
    ids = notebook.value(IDS.format(names=["other.mp4", "numbered.mp4"]))
    added = (("clip-1", "V1", 0, 30), ("clip-2", "V1", 30, 90))

    def run() -> StudioPage:
        notebook.run_all()
        again = StudioPage(notebook)
        again.root.get_by_test_id("clip-clip-1").wait_for(state="attached")
        return again

    link = "import=" + ",".join(ids)
    notebook.visit(link)
    # What is told goes again after some seconds, so it is watched for while the cells still run; the widget whose
    # script came first tells it.
    notebook.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    toast(notebook.page, "2 clips added to “Lesson 1”.")
    studio = run()
    studio.expect_clips(*added)
    run().expect_clips(*added)  # the cells again
    notebook.visit(link)  # the link again
    run().expect_clips(*added)
    gone = "00000000-0000-4000-8000-000000000000"
    notebook.visit(f"import={ids[0]},{gone}")
    studio = run()
    shown = notebook.page.locator(".sw-toast[role=alert]").get_by_text(gone)
    shown.wait_for()
    studio = run()
    studio.expect_saved()
    assert shown.count() == 0, "it was asked for again"
    studio.expect_clips(*added)
    assert notebook.value("len(timeline.echo())") == 2
    assert "import" not in notebook.page.url


def test_a_media_file_in_the_player(
    notebook: Notebook, numbered_mp4: Path, numbered_video: Callable[..., Path]
) -> None:
    upright = numbered_video("upright.mp4", 150, size=(90, 160), audio="tone")
    studio = open_workspace(notebook, numbered_mp4, upright)
    notebook.execute('timeline.add("numbered.mp4"); timeline.split(20)')
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
    player, bar = studio.player, studio.player.locator(".source-bar")
    studio.root.locator(".player[data-surface=canvas][data-frame='0']").wait_for()
    notebook.execute('workspace.preview("upright.mp4")')
    bar.get_by_text("Preview: upright.mp4").wait_for()
    studio.root.locator(".player[data-surface=canvas][data-total='150']").wait_for()
    canvas = player.locator("canvas")
    wait_until(lambda: canvas.evaluate("(c) => c.height > c.width"), "its own shape")
    before = canvas.evaluate(PICTURE)
    player.focus()
    for key in ("End", "j"):
        notebook.page.keyboard.press(key)
    studio.root.locator(".player[data-frame='139']").wait_for()
    expect(player.get_by_role("button", name="Playhead at")).to_have_text("Playhead at 00:00:04:19")
    assert canvas.evaluate(PICTURE) != before
    notebook.execute("timeline.split(40)")  # an edit meanwhile
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 40), ("clip-3", "V1", 40, 60))
    assert player.get_attribute("data-frame") == "139"
    sound = studio.video()["sound"]
    notebook.page.keyboard.press("Home")
    notebook.page.keyboard.press("l")
    studio.root.locator(".player[data-surface=video]").wait_for()
    wait_until(lambda: int(player.get_attribute("data-frame") or 0) > 8, "a playing preview")
    wait_until(lambda: studio.video()["sound"] > sound, "its sound")
    notebook.page.keyboard.press("k")
    assert (studio.playhead(), notebook.value("workspace.playhead")) == (0, 0), "the project's playhead stays"
    clean(bar, seen=4, contrasts=2)
    notebook.page.keyboard.press("Escape")
    bar.wait_for(state="detached")
    studio.root.locator(".player[data-surface=canvas][data-total='60'][data-frame='0']").wait_for()
    notebook.execute('workspace.preview("upright.mp4")')
    bar.get_by_role("button", name="Back to the timeline").click()
    bar.wait_for(state="detached")
    notebook.execute('workspace.preview("upright.mp4")')
    bar.wait_for()
    studio.seek(30, studio.zoom("clip-1"))  # moving about in the timeline shows it
    bar.wait_for(state="detached")
    assert json.loads(notebook.execute("import json; print(json.dumps(workspace.player_source))")) == {}
