"""The main job without a mouse. JupyterLab, whose keys are single letters too, hears nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, open_workspace

# What JupyterLab's own shortcuts would do: D D and X delete cells, A, B and Enter make or open some, Z brings one back.
LISTEN = """() => {
  window.labCommands = [];
  window.jupyterapp.commands.commandExecuted.connect((_, { id }) => window.labCommands.push(id));
}"""
# Every lm-focusin of the page is a command too ("apputils:..."); only those of notebook, files and running count.
HEARD = "() => window.labCommands.filter((id) => /^(notebook|docmanager|kernelmenu|application|filebrowser|apputils):/.test(id))"
FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at === null ? null : {
    role: at.getAttribute("role") ?? at.tagName.toLowerCase(),
    name: at.getAttribute("aria-label") ?? at.textContent.trim(),
    dialog: at.closest("dialog")?.querySelector("h2").textContent ?? "",
    inside: at.getRootNode() instanceof ShadowRoot,
  };
}"""


def test_the_main_job_without_a_mouse(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.page.evaluate(LISTEN)
    cells = notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length")
    search_and_add(studio)
    edit(studio)
    play(studio)
    export_dialog(studio)
    assert notebook.page.evaluate(HEARD) == []
    assert notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == cells
    assert notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.mode") == "command"


def focus(studio: StudioPage) -> dict[str, Any]:
    found: dict[str, Any] = studio.page.evaluate(FOCUS)
    return found


def press(studio: StudioPage, *keys: str) -> None:
    for key in keys:
        studio.page.keyboard.press(key)


def tab_to(studio: StudioPage, role: str, name: str, *, key: str = "Tab", most: int = 60) -> None:
    """Press Tab until the focus is on that element; what the way there passes must be in the workspace."""
    seen = []
    for _ in range(most):
        now = focus(studio)
        if now["role"] == role and name in now["name"]:
            return
        seen.append(f"{now['role']} {now['name'][:30]}")
        press(studio, key)
    raise AssertionError(f"no {role} {name!r} on the way: {seen}")


def search_and_add(studio: StudioPage) -> None:
    # In command mode the notebook has the focus: Tab leads from the cell into its output.
    studio.page.evaluate("() => window.jupyterapp.commands.execute('notebook:enter-command-mode')")
    studio.page.evaluate("() => { window.labCommands.length = 0; }")
    tab_to(studio, "tab", "Assets")
    tab_to(studio, "input", "Search media")
    studio.page.keyboard.type("numb")
    press(studio, "Enter")
    expect(studio.root.get_by_label("Search media")).to_have_value("numb")
    tab_to(studio, "option", "numbered.mp4")
    press(studio, "Enter")
    studio.expect_clips(("clip-1", "V1", 0, 60))


def edit(studio: StudioPage) -> None:
    tab_to(studio, "region", "Timeline")
    press(studio, "Home", *["ArrowRight"] * 20, "s")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
    tab_to(studio, "grid", "Clips")
    press(studio, "ArrowRight", "Enter")
    studio.root.locator("[data-clip-id=clip-2][aria-selected=true]").wait_for(state="attached")
    press(studio, "Escape", *["ArrowRight"] * 10, "w")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 30))
    press(studio, "Delete")
    studio.expect_clips(("clip-1", "V1", 0, 20))
    press(studio, "Control+z")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 30))
    press(studio, "Control+z")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 60))
    press(studio, "Control+Shift+z")
    studio.expect_clips(("clip-1", "V1", 0, 20), ("clip-2", "V1", 20, 30))
    studio.expect_saved()


def play(studio: StudioPage) -> None:
    press(studio, "Home", " ")
    wait_until(lambda: studio.playhead() > 5, "a moving playhead")
    press(studio, " ")
    wait_until(lambda: studio.player.get_attribute("data-state") == "paused", "a resting player")


def export_dialog(studio: StudioPage) -> None:
    tab_to(studio, "button", "Export to course", key="Shift+Tab", most=120)
    press(studio, "Enter")
    dialog = studio.root.get_by_role("dialog", name="Export to course")
    dialog.wait_for()
    wait_until(lambda: focus(studio)["role"] == "select", "the first field")
    passed = set()
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        press(studio, key)
        now = focus(studio)
        assert now["dialog"] == "Export to course", f"the focus left the dialog for {now}"
        passed.add(now["name"])
    assert {"Close", "Cancel"} <= passed
    press(studio, "Escape")
    dialog.wait_for(state="detached")
    wait_until(lambda: focus(studio)["name"] == "Export to course", "the focus where it was")
