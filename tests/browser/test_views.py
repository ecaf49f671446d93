"""The views of the workspace: with the mouse, by key and from a cell; their sizes; what is remembered."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, box, open_workspace

PARTS = {"library": ".area-browser", "player": ".area-player", "timeline": ".area-timeline"}
SHOWN = {
    "edit": {"library", "player", "timeline"},
    "browse": {"library", "player", "timeline"},
    "review": {"player", "timeline"},
    "focus": {"timeline"},
}


def parts(studio: StudioPage) -> set[str]:
    return {name for name, css in PARTS.items() if studio.root.locator(css).is_visible()}


def size(studio: StudioPage, part: str) -> tuple[float, float]:
    found = box(studio.root.locator(PARTS[part]))
    return found["width"], found["height"]


def button(studio: StudioPage, name: str) -> Locator:
    return studio.root.get_by_role("radio", name=name, exact=True)


def expect_view(studio: StudioPage, mode: str) -> None:
    expect(studio.root.locator(".workspace")).to_have_attribute("data-view", mode)
    expect(button(studio, mode.capitalize())).to_have_attribute("aria-checked", "true")
    assert parts(studio) == SHOWN[mode]


def test_each_view_by_mouse_by_key_and_from_a_cell(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    edit = {part: size(studio, part) for part in PARTS}
    for mode in ("browse", "review", "focus", "edit"):
        button(studio, mode.capitalize()).click()
        expect_view(studio, mode)
        wait_until(lambda mode=mode: notebook.value("workspace.view_mode") == mode, f"{mode} in the kernel")
    button(studio, "Edit").focus()
    for key, mode in (("Alt+2", "browse"), ("Alt+3", "review"), ("Alt+4", "focus"), ("Alt+1", "edit")):
        studio.page.keyboard.press(key)
        expect_view(studio, mode)
    studio.page.keyboard.press("ArrowRight")
    expect_view(studio, "browse")
    assert size(studio, "library")[0] > edit["library"][0] * 1.5
    notebook.execute('workspace.view_mode = "review"')
    expect_view(studio, "review")
    assert size(studio, "player")[0] > edit["player"][0]
    assert size(studio, "timeline")[1] < edit["timeline"][1]
    notebook.execute('workspace.view_mode = "focus"')
    expect_view(studio, "focus")
    assert size(studio, "timeline")[1] > edit["timeline"][1] * 2
    notebook.execute(
        'try:\n    workspace.view_mode = "zen"\nexcept Exception as error:\n    print("refused", type(error).__name__)'
    )
    assert notebook.value("workspace.view_mode") == "focus"


def test_views_have_sizes_of_their_own_which_come_back_with_the_project(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    bar = studio.root.get_by_role("separator", name="Height of the timeline")
    before = size(studio, "timeline")[1]
    bar.focus()
    studio.page.keyboard.press("ArrowUp")
    wait_until(lambda: size(studio, "timeline")[1] == before + 16, "a higher timeline")
    button(studio, "Review").click()
    expect_view(studio, "review")
    thin = size(studio, "timeline")[1]
    bar.focus()
    studio.page.keyboard.press("Shift+ArrowUp")
    wait_until(lambda: size(studio, "timeline")[1] == thin + 64, "a higher timeline while reviewing")
    button(studio, "Edit").click()
    expect_view(studio, "edit")
    assert size(studio, "timeline")[1] == before + 16
    button(studio, "Review").click()
    kept = {"timeline": before + 16, "review_timeline": thin + 64}
    wait_until(lambda: notebook.value("workspace.panel_sizes") == kept, "both sizes in the kernel")
    # another widget of the project, as another notebook would make it
    notebook.execute("workspace.close()")
    notebook.run_all()
    again = StudioPage(notebook)
    again.root.locator(".workspace").wait_for()
    expect_view(again, "review")
    assert size(again, "timeline")[1] == thin + 64
    notebook.execute('other = studio.workspace(project, view_mode="focus")')
    assert notebook.value("other.view_mode") == "focus"
    assert notebook.value("other.panel_sizes") == kept
