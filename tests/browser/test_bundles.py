"""The widgets' code in a real page: once for all widgets, again after a reload, and an error where it cannot be had."""

from __future__ import annotations

from pathlib import Path

from tests.browser.jupyter import Notebook
from tests.browser.studio_page import SETUP, SHOW, StudioPage, open_workspace

# Notes what pages ask for; `hide(part)` takes a file away from the build, `show()` brings all back.
ASKED = """
from studio_widgets.widgets import bundles
asked, hidden = [], {}
def noting(self, names, give=bundles.Build.packed):
    asked.extend(names)
    return give(self, names)
bundles.Build.packed = noting
build = bundles.current()
def hide(part):
    for name in [name for name in build._packed if name.startswith(part)]:
        hidden[name] = build._packed.pop(name)
def show():
    build._packed.update(hidden)
"""


def test_two_widgets_ask_for_what_they_share_once(notebook: Notebook, numbered_mp4: Path) -> None:
    widgets = ("studio.player(project)", "studio.editor(project)", SHOW)
    setup = SETUP.format(home=str(notebook.home), videos=[str(numbered_mp4)])
    notebook.open(ASKED + setup, *widgets)
    notebook.run_all()
    StudioPage(notebook, 1).root.get_by_test_id("timeline-empty").wait_for()
    StudioPage(notebook, 2).root.get_by_test_id("timeline-empty").wait_for()
    StudioPage(notebook, 0).player.wait_for()
    asked = notebook.value("asked")
    assert len(asked) == len(set(asked))
    assert set(notebook.value("build.manifest.openings['workspace.js']")) <= set(asked)
    # what no widget has shown is still in the kernel
    assert not any(name.startswith("picker_part") for name in asked)
    assert max(notebook.value("[len(w._esm) for w in (workspace,)]")) < 12_000


def test_a_reloaded_page_fetches_its_code_again(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(ASKED + 'timeline.add("numbered.mp4", track="V1", at=0)')
    studio.expect_clips(("clip-1", "V1", 0, 60))
    notebook.save()
    notebook.visit()
    studio.expect_clips(("clip-1", "V1", 0, 60))
    assert "workspace.js" in notebook.value("asked")


def test_a_part_that_cannot_be_had_says_so_and_is_asked_for_again(notebook: Notebook, numbered_mp4: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(ASKED + "hide('picker_part')")
    opener = studio.root.get_by_role("button", name="Import assets").first
    opener.click()
    dialog = studio.root.get_by_role("dialog", name="Import assets")
    dialog.get_by_role("alert").get_by_text("A part of the widget is not there").wait_for()
    notebook.execute("show()")
    dialog.get_by_role("button", name="Try again").click()
    dialog.get_by_role("button", name="Insert").wait_for()
    # late as it came, it has the focus, and gives it back to where it was
    notebook.page.wait_for_function(FOCUS, arg="dialog")
    notebook.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    notebook.page.wait_for_function(FOCUS, arg="button")


FOCUS = """(where) => {
  const active = document.activeElement?.shadowRoot?.activeElement;
  return active != null && (where === "dialog") === (active.closest("dialog") !== null) && active.closest(where) !== null;
}"""


def test_a_widget_whose_code_cannot_be_had_says_so(notebook: Notebook, numbered_mp4: Path) -> None:
    setup = SETUP.format(home=str(notebook.home), videos=[str(numbered_mp4)])
    notebook.open(ASKED + setup + "\nhide('workspace.js')", SHOW)
    notebook.run_all()
    root = notebook.widget(0)
    said = root.get_by_role("alert")
    said.wait_for()
    assert "workspace.js" in said.inner_text()
    assert "run the cell again" in said.inner_text()
    notebook.execute("show()")
    root.get_by_role("button", name="Try again").click()
    root.get_by_test_id("timeline-empty").wait_for()
