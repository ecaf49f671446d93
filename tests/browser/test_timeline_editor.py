"""Around the tools of the timeline: menus, keys and their sheet, drops, headers, map, states; and axe on each."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, box, open_workspace
from tests.browser.test_accessibility import clean, use_theme
from tests.browser.test_keyboard import HEARD, LISTEN, focus, press, tab_to
from tests.browser.test_timeline_tools import echo, expect_echo

CLIPS = """
timeline.add("talk.mp4", track="V1", at=0, trim=(20, 80))
timeline.add("talk.mp4", track="V1", at=90, trim=(60, 120))
timeline.marker(30, "Middle")
"""
# As another program does that shares the database; the library itself refuses while a project shows a file.
GONE = """
studio.library.add({path!r})
timeline.add("gone.mp4", track="V2", at=0)
with studio.library.database.connection() as connection:
    connection.execute("delete from media_files where name = 'gone.mp4'")
"""
TWO = (("clip-1", "V1", 0, 60), ("clip-2", "V1", 90, 150))

Make = Callable[..., Path]


@pytest.fixture
def studio(notebook: Notebook, numbered_video: Make) -> StudioPage:
    """A workspace with CLIPS on its timeline."""
    studio = open_workspace(notebook, numbered_video("talk.mp4", 180, audio="tone"))
    notebook.execute(CLIPS)
    studio.expect_clips(*TWO)
    return studio


def menu(studio: StudioPage, name: str) -> Locator:
    """The open menu of that name."""
    found = studio.root.get_by_role("menu", name=name)
    found.wait_for()
    return found


def right_click(studio: StudioPage, frame: int, track: str) -> None:
    zoom = studio.zoom("clip-1")
    studio.canvas.click(button="right", position={"x": frame * zoom, "y": studio.lane_y(track)})


def test_context_menus_by_right_click_and_by_keys(studio: StudioPage) -> None:
    right_click(studio, 75, "V1")
    menu(studio, "Gap on V1").get_by_role("menuitem", name="Close gap").click()
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 120))
    expect_echo(studio, 'timeline.close_gap(75, track="V1")')
    studio.root.get_by_role("status").get_by_role("button", name="Undo").click()
    studio.expect_clips(*TWO)
    right_click(studio, 20, "V1")
    expect(menu(studio, "talk.mp4").get_by_role("menuitem", name="Split at playhead")).to_be_disabled()
    press(studio, "Escape")
    studio.select("clip-2")
    for key in ("Shift+F10", "ContextMenu"):
        press(studio, key)
        entries = menu(studio, "talk.mp4")
        wait_until(lambda: focus(studio)["role"] == "menuitem", "the focus in the menu")
        press(studio, "ArrowDown", "Escape")
        entries.wait_for(state="detached")
    press(studio, "Shift+F10", "End", "Enter")
    studio.expect_clips(("clip-1", "V1", 0, 60))
    expect_echo(studio, 'timeline.extract("clip-2")')


def test_menus_of_ruler_marker_and_transition(studio: StudioPage) -> None:
    zoom = studio.zoom("clip-1")
    studio.canvas.click(button="right", position={"x": 50 * zoom, "y": 8})
    menu(studio, "00:00:01:20").get_by_role("menuitem", name="Marker here").click()
    expect_echo(studio, 'timeline.marker(50, "Chapter 2")')
    studio.canvas.click(button="right", position={"x": 30 * zoom, "y": 24})
    menu(studio, "Middle").get_by_role("menuitem", name="Delete").click()
    studio.expect_saved()
    assert echo(studio)[-1].startswith("timeline.remove_marker(")
    studio.notebook.execute('timeline.close_gap(75, track="V1"); timeline.transition("clip-1", duration=20)')
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 120))
    lane = box(studio.root.get_by_test_id("track-V1"))
    y = lane["y"] + lane["height"] * 0.85 - box(studio.canvas)["y"]
    studio.canvas.click(button="right", position={"x": 60 * zoom, "y": y})
    menu(studio, "Crossfade, 00:00:00:20").get_by_role("menuitem", name="Longer").click()
    expect_echo(studio, 'timeline.set_transition("transition-1", duration=35)')
    studio.canvas.click(button="right", position={"x": 60 * zoom, "y": y})
    menu(studio, "Crossfade").get_by_role("menuitemradio", name="Wipe left").click()
    expect_echo(studio, 'timeline.set_transition("transition-1", kind="wipe", direction="left")')
    studio.canvas.click(button="right", position={"x": 60 * zoom, "y": y})
    looks = menu(studio, "Wipe left")
    expect(looks.get_by_role("menuitemradio", name="Wipe left")).to_have_attribute("aria-checked", "true")
    press(studio, "ArrowDown", "ArrowDown", "Enter")
    expect_echo(studio, 'timeline.set_transition("transition-1", kind="dip", color="#ffffff")')
    expect(studio.root.get_by_text("Dip to white · 00:00:01:05")).to_be_visible()


def test_the_sheet_lists_the_keys_and_follows_the_keymap(studio: StudioPage) -> None:
    page, root = studio.page, studio.root
    studio.select("clip-1")
    press(studio, "?")
    sheet = root.get_by_role("dialog", name="Keys of the timeline")
    row = sheet.locator(".tl-keys > div", has_text="Split at the playhead")
    expect(row.locator("kbd")).to_have_text("S")
    studio.notebook.execute('workspace.keymap = {"split": "c", "add_marker": []}')
    expect(row.locator("kbd")).to_have_text("C")
    expect(sheet.locator(".tl-keys > div", has_text="Add a marker")).to_contain_text("none")
    press(studio, "Escape")
    sheet.wait_for(state="detached")
    expect(studio.tool("Split at playhead")).to_have_attribute("title", "Split at playhead (C)")
    studio.select("clip-1")
    page.keyboard.press("Home")
    press(studio, *["ArrowRight"] * 20, "s", "m", "c")
    expect_echo(studio, 'timeline.split(20, track="V1")')
    assert len(echo(studio)) == 4
    with pytest.raises(AssertionError, match=r"keymap\['splitt'\].*there is no action 'splitt'.*Did you mean split"):
        studio.notebook.execute('workspace.keymap = {"splitt": "C"}')
    assert studio.notebook.value("workspace.keymap") == {"split": ["C"], "add_marker": []}


def test_no_key_of_the_timeline_reaches_jupyterlab(studio: StudioPage) -> None:
    page = studio.page
    studio.select("clip-1")
    page.evaluate(LISTEN)
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length")
    # without those that open something and take the focus along
    keys = studio.notebook.value(
        "[key for action, keys in __import__('studio_widgets.widgets.keymap', fromlist=['ACTIONS']).ACTIONS.items()"
        " for key in keys if action not in ('help', 'menu', 'add_title', 'rename', 'add_marker')]"
    )
    named = {"Left": "ArrowLeft", "Right": "ArrowRight", "Up": "ArrowUp", "Down": "ArrowDown", "Ctrl": "Control"}
    for key in keys:
        *before, last = [key] if len(key) == 1 else key.split("+")
        press(studio, "+".join(named.get(part, part) for part in (*before, last)))
    press(studio, "a", "b", "d", "d", "z", "y", "Enter", "Shift+Enter", "Control+Enter")
    studio.expect_saved()
    assert page.evaluate(HEARD) == []
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == cells


def test_drops_overwrite_insert_and_make_tracks(studio: StudioPage) -> None:
    zoom = studio.zoom("clip-1")
    studio.tool("Snapping").click()
    studio.drop("talk.mp4", "V1", x=30 * zoom + 8)
    studio.expect_saved()
    assert re.fullmatch(r'timeline\.overwrite\("talk\.mp4", track="V1", at=(29|30|31)\)', echo(studio)[-1])
    studio.root.get_by_role("status").get_by_role("button", name="Undo").click()
    studio.expect_clips(*TWO)
    studio.tool("Drops insert").click()
    studio.drop("talk.mp4", "V1", x=70 * zoom + 8)
    studio.expect_saved()
    assert echo(studio)[-1].startswith('timeline.insert("talk.mp4", track="V1", at=')
    tile = studio.root.get_by_role("option", name=re.compile("^talk.mp4 "))
    tile.drag_to(studio.canvas, target_position={"x": 8, "y": 36})
    studio.expect_saved()
    assert echo(studio)[-1] == 'timeline.add("talk.mp4", track="V3", at=0)'


def test_track_headers(studio: StudioPage) -> None:
    name = studio.root.get_by_role("button", name="V1 Video", exact=True)
    name.focus()
    press(studio, "F2")
    field = studio.root.get_by_label("Name of track V1")
    field.fill("Camera")
    press(studio, "Enter")
    expect_echo(studio, 'timeline.set_track("V1", name="Camera")')
    named = studio.root.get_by_role("button", name="V1 Camera")
    wait_until(lambda: focus(studio)["name"] == "V1 Camera", "the focus on the name")
    press(studio, "Alt+ArrowUp")
    expect_echo(studio, 'timeline.move_track("V1", to=2)')
    studio.expect_clips(("clip-1", "V2", 0, 60), ("clip-2", "V2", 90, 150))
    height = box(studio.root.get_by_test_id("track-V2"))["height"]
    grip = studio.root.get_by_role("separator", name="Height of V2")
    found = box(grip)
    x, y = found["x"] + 40, found["y"] + 3
    studio.page.mouse.move(x, y)
    studio.page.mouse.down()
    studio.page.mouse.move(x, y + 24, steps=4)
    studio.page.mouse.up()
    expect_echo(studio, f'timeline.set_track("V2", height={round(height + 24)})')
    grip.focus()
    press(studio, "ArrowUp")
    expect_echo(studio, f'timeline.set_track("V2", height={round(height + 16)})')
    assert named.count() == 0
    studio.root.get_by_role("button", name="V2 Camera").click()
    menu(studio, "Track V2").get_by_role("menuitem", name="Add track below").click()
    studio.expect_saved()
    assert echo(studio)[-1].startswith('timeline.add_track("video", ')
    studio.root.get_by_test_id("track-V3").wait_for()


def test_the_map_moves_the_view(studio: StudioPage) -> None:
    press(studio, "Tab")
    map_ = studio.root.get_by_role("scrollbar", name="Scroll in time")
    studio.notebook.execute("workspace.zoom = 30.0")
    expect(map_).to_have_attribute("aria-valuenow", "0")
    map_.focus()
    press(studio, "PageDown")
    wait_until(lambda: float(map_.get_attribute("aria-valuenow") or 0) > 10, "the view further on")
    press(studio, "Home")
    expect(map_).to_have_attribute("aria-valuenow", "0")
    found = box(map_)
    studio.page.mouse.click(found["x"] + found["width"] * 0.6, found["y"] + 10)
    wait_until(lambda: studio.notebook.value("workspace.scroll_frame") > 50, "the view where it was clicked")


def test_clips_are_a_grid_that_is_walked_by_arrows(studio: StudioPage) -> None:
    studio.notebook.execute('timeline.title("Hello", at=80, duration=30, track="V2")')
    studio.expect_clips(*TWO[:1], *TWO[1:], ("clip-3", "V2", 80, 110))
    grid = studio.root.get_by_role("grid", name="Clips")
    cell = grid.get_by_role("gridcell", name="V1: talk.mp4, 00:00:00:00 to 00:00:02:00")
    expect(cell).to_have_attribute("aria-colindex", "1")
    grid.focus()
    for key, clip in (("ArrowRight", "clip-2"), ("ArrowUp", "clip-3"), ("ArrowDown", "clip-2")):
        press(studio, key)
        wait_until(lambda: (grid.get_attribute("aria-activedescendant") or "").endswith(clip), clip)  # noqa: B023
    press(studio, "Enter", "Shift+F10")
    menu(studio, "talk.mp4")
    press(studio, "Escape")


def test_a_file_that_is_gone_shows(studio: StudioPage, numbered_video: Make) -> None:
    studio.notebook.execute(GONE.format(path=str(numbered_video("gone.mp4", 60, size=(96, 64)))))
    cell = studio.root.get_by_role("gridcell", name=re.compile(r"^V2: gone\.mp4, .*, its file is missing$"))
    cell.wait_for(state="attached")


def choose(studio: StudioPage, clip: str) -> None:
    """Select a clip from a cell, and go to the timeline: while JupyterLab changes its theme nothing has a place."""
    studio.notebook.execute(f"workspace.selection = [{clip!r}]")
    studio.root.locator(f"[data-clip-id={clip}][aria-selected=true]").wait_for(state="attached")
    studio.timeline.focus()


def test_axe_on_menus_sheet_tools_and_toasts(studio: StudioPage) -> None:
    root = studio.root.locator(".sw-root")
    try:
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            use_theme(studio.page, theme)
            choose(studio, "clip-2")
            press(studio, "3", "]", "i", ".")
            press(studio, "Shift+F10")
            clean(menu(studio, "talk.mp4"), seen=20, contrasts=4)
            press(studio, "Escape", "?")
            sheet = studio.root.get_by_role("dialog", name="Keys of the timeline")
            sheet.wait_for()
            clean(sheet, seen=100, contrasts=60)
            press(studio, "Escape")
            sheet.wait_for(state="detached")
            choose(studio, "clip-2")
            press(studio, "Delete")
            undo = studio.root.get_by_role("status").get_by_role("button", name="Undo")
            undo.wait_for()
            clean(root, seen=100, contrasts=12)
            undo.click()
            studio.root.get_by_test_id("clip-clip-2").wait_for(state="attached")
    finally:
        use_theme(studio.page, "JupyterLab Light")


def test_every_part_of_the_timeline_is_reached_by_tab(studio: StudioPage) -> None:
    tab_to(studio, "region", "Timeline", most=80)
    for role, name in (
        ("button", "Blade tool"),
        ("button", "V1 Video"),
        ("grid", "Clips"),
        ("scrollbar", "Scroll in time"),
    ):
        tab_to(studio, role, name, most=80)
