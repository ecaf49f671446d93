"""Axe finds nothing to mend: the workspace in the real JupyterLab, light and dark, and a published course.

Only what axe can decide is asked here; what the keyboard can do is in `test_keyboard.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.jupyter import ROOT, Notebook, wait_until
from tests.browser.studio_page import StudioPage, open_workspace
from tests.browser.test_published_site import open_page, site  # noqa: F401 - the fixture
from tests.media.live import make_live_webm

AXE = ROOT / "studio_widgets/js/node_modules/axe-core/axe.min.js"
CLIPS = """
timeline.add("numbered.mp4", track="V1", at=0)
timeline.title("Hello", at=10, duration=20, track="V2")
timeline.marker(30, "Middle")
timeline.set_keyframe("clip-1", "scale", at=0, value=1)
"""
TAKE = """
import pathlib
data = pathlib.Path({path!r}).read_bytes()
take = studio.recordings.start(track_type="screen", mime_type="video/webm", name="My take")
studio.recordings.append(take, 0, data)
studio.recordings.stop(take, 1)
"""
# JupyterLab's body has no height and hides what overflows it: axe would take all of the page for invisible, and would
# measure no contrast. With a height of its own nothing on the page moves.
CHECK = """async (root) => {
  const height = document.body.style.height;
  document.body.style.height = "100vh";
  const { passes, violations, incomplete } = await axe.run(root, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] },
    resultTypes: ["passes", "violations", "incomplete"],
    elementRef: true,
    selectors: false, // the slowest part, in a page as large as JupyterLab
    preload: false,
  });
  document.body.style.height = height;
  const nodes = (rules) => rules.flatMap((rule) => rule.nodes);
  return {
    seen: new Set(nodes([...passes, ...violations]).map((node) => node.element)).size,
    contrasts: nodes(passes.filter((rule) => rule.id === "color-contrast")).length,
    faults: violations.flatMap(({ id, impact, nodes }) =>
      nodes.map((node) => `${id} (${impact}): ${node.html.slice(0, 160)}\\n    ${node.failureSummary}`)),
    unsure: incomplete.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)}\\n    ${node.any.map(({ message }) => message).join("; ")}`)),
  };
}"""


class Findings(NamedTuple):
    """What axe found: how many elements it looked at, how many texts it measured, a line per fault and per doubt."""

    seen: int
    contrasts: int
    faults: list[str]
    unsure: list[str]


def check(root: Locator) -> Findings:
    """Run axe on an element and all that is in it."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `make js` does it")
    page = root.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{AXE.read_text(encoding='utf-8')}\n;0")
    found: dict[str, Any] = root.evaluate(CHECK)
    return Findings(**found)


def to_the_middle(root: Locator) -> None:
    """Bring a studio to the middle of the page.

    Axe knows of no top layer: where the notebook's foot lies under a dialog, it takes the dialog to be covered.
    """
    root.evaluate("(shown) => (shown.getRootNode().host ?? shown).scrollIntoView({ block: 'center' })")


def clean(root: Locator, *, seen: int, contrasts: int) -> None:
    """Axe looked at no fewer elements and texts than these, and found no fault."""
    found = check(root)

    def looked() -> bool:
        # While JupyterLab changes its theme nothing on the page has a size, and axe sees no text; after it the studio
        # may lie elsewhere.
        nonlocal found
        if found.seen < seen or found.contrasts < contrasts:
            to_the_middle(root)
            found = check(root)
        return found.seen >= seen and found.contrasts >= contrasts

    try:
        wait_until(looked, f"{seen} elements and {contrasts} texts in sight of axe", 10)
    except AssertionError as error:
        raise AssertionError("\n".join((f"{error}: {found.seen} and {found.contrasts}", *found.unsure))) from None
    assert not found.faults, "\n".join(found.faults)


def use_theme(page: Page, name: str) -> None:
    """Change JupyterLab's theme, and wait until the page and its widgets have it."""
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
    theme = "light" if name.endswith("Light") else "dark"
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(theme == 'light').lower()}'")
    page.locator(f".sw-root[data-theme={theme}]").first.wait_for()
    page.locator(f".sw-root:not([data-theme={theme}])").first.wait_for(state="detached")


def test_the_workspace(notebook: Notebook, numbered_mp4: Path, tmp_path: Path) -> None:
    studio = open_workspace(notebook, numbered_mp4)
    notebook.execute(CLIPS)
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V2", 10, 30))
    try:
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            use_theme(notebook.page, theme)
            canvas_is_drawn(studio)
            with_open_panels(studio)
            with_the_inspector(studio)
            with_a_dialog(studio)
            with_each_view(studio)
        with_a_take(studio, make_live_webm(tmp_path / "take.webm", seconds=1))
        with_faults(studio)
    finally:
        use_theme(notebook.page, "JupyterLab Light")


def canvas_is_drawn(studio: StudioPage) -> None:
    """The new theme's timeline has its pixels: JupyterLab's pages have no size while the theme changes."""
    sizes = "(list) => list.map((canvas) => [canvas.width, canvas.clientWidth])"
    for width, shown in studio.canvas.locator("canvas").evaluate_all(sizes):
        assert width == shown > 100


def with_open_panels(studio: StudioPage) -> None:
    root = studio.root
    python = root.get_by_role("button", name="Edits as Python")
    python.click()
    root.get_by_role("region", name="Edits as Python").get_by_text("timeline.marker").wait_for()
    root.get_by_role("button", name="Record", exact=True).click()
    panel = root.get_by_role("dialog", name="Record")
    panel.wait_for()
    clean(root.locator(".sw-root"), seen=150, contrasts=30)
    panel.get_by_role("button", name="Close").click()
    python.click()


def with_the_inspector(studio: StudioPage) -> None:
    studio.notebook.execute('workspace.selection = ["clip-1"]; workspace.inspector_open = True')
    inspector = studio.root.get_by_role("region", name="Inspector")
    inspector.get_by_role("spinbutton", name="Scale").wait_for()
    clean(inspector, seen=25, contrasts=10)
    studio.notebook.execute("workspace.inspector_open = False")
    inspector.wait_for(state="detached")


def with_a_dialog(studio: StudioPage) -> None:
    studio.root.get_by_role("button", name="Export to course").click()
    dialog = studio.root.get_by_role("dialog", name="Export to course")
    dialog.wait_for()
    clean(dialog, seen=15, contrasts=8)
    studio.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")


def with_each_view(studio: StudioPage) -> None:
    for mode in ("browse", "review", "focus", "edit"):
        studio.notebook.execute(f'workspace.view_mode = "{mode}"')
        studio.root.locator(f".workspace[data-view={mode}]").wait_for()
        clean(studio.root.locator(".sw-root"), seen=60, contrasts=15)


def with_a_take(studio: StudioPage, webm: Path) -> None:
    studio.notebook.execute(TAKE.format(path=str(webm)))
    studio.root.get_by_role("tab", name="Recordings").click()
    studio.root.get_by_role("gridcell", name=re.compile("^My take ")).wait_for()
    clean(studio.root.locator(".browser"), seen=15, contrasts=6)
    studio.root.get_by_role("tab", name="Assets").click()


def with_faults(studio: StudioPage) -> None:
    """Else a change of JupyterLab's page could blind axe, and nobody would know."""
    studio.root.locator(".sw-root").evaluate("""(root) => {
      root.querySelector(".tl-track-id").style.color = "#ddd";
      const button = root.querySelector("[aria-label=Snapping]");
      button.removeAttribute("aria-label");
      button.removeAttribute("title");
    }""")
    faults = "\n".join(check(studio.timeline).faults)
    assert "color-contrast" in faults
    assert "button-name" in faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_published_course(page: Page, site: Path, scheme: str) -> None:  # noqa: F811
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_page(page, site / "index.html")
    clean(page.locator("html"), seen=15, contrasts=8)
    open_page(page, site / "01.html")
    clean(page.locator("html"), seen=15, contrasts=8)
