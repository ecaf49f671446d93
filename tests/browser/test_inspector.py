"""The inspector: every property of what is selected, by keyboard and by mouse, each change one edit and one undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, box, open_workspace

CLIPS = """
timeline.add("talk.mp4", track="V1", at=0, trim=(20, 80))
timeline.add("talk.mp4", track="V1", at=60, trim=(60, 120))
timeline.title("Welcome", at=150, duration=60, track="V2")
timeline.marker(30, "Start")
"""
Make = Callable[..., Path]


@pytest.fixture
def studio(notebook: Notebook, numbered_video: Make) -> StudioPage:
    """A workspace with two clips, a title and a marker, the inspector open."""
    studio = open_workspace(notebook, numbered_video("talk.mp4", 180, audio="tone"))
    notebook.execute(CLIPS)
    studio.expect_clips(("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 120), ("clip-3", "V2", 150, 210))
    studio.select("clip-1")
    studio.page.keyboard.press("p")
    inspector(studio).wait_for()
    return studio


def inspector(studio: StudioPage) -> Locator:
    return studio.root.get_by_test_id("inspector")


def field(studio: StudioPage, label: str) -> Locator:
    """The field of a label, or `Section/Label` where two sections have one of that name."""
    section, _, name = label.rpartition("/")
    where = inspector(studio).get_by_role("group", name=section, exact=True) if section else inspector(studio)
    return where.get_by_label(name, exact=True)


def echo(studio: StudioPage) -> list[str]:
    lines: list[str] = studio.notebook.value("timeline.echo()")
    return lines


def expect_echo(studio: StudioPage, *lines: str) -> None:
    studio.expect_saved()
    wait_until(lambda: echo(studio)[-len(lines) :] == list(lines), f"the echo {lines}, not {echo(studio)[-3:]}", 10)


def type_in(studio: StudioPage, label: str, text: str) -> None:
    field(studio, label).fill(text)
    field(studio, label).press("Enter")


def test_a_field_is_one_edit_and_one_undo(studio: StudioPage) -> None:
    before = len(echo(studio))
    typed = [
        ("Name", "Opening", 'timeline.set_name("clip-1", "Opening")'),
        ("Scale", "50", 'timeline.set_transform("clip-1", scale=0.5)'),
        ("Position X", "-12.5 %", 'timeline.set_transform("clip-1", x=-0.125)'),
        ("Rotation", "90", 'timeline.set_transform("clip-1", rotation=90.0)'),
        ("Left", "25", 'timeline.set_crop("clip-1", left=0.25)'),
        ("Opacity", "80%", 'timeline.set_transform("clip-1", opacity=0.8)'),
        ("Gain", "-6", 'timeline.set_audio("clip-1", gain_db=-6.0)'),
        ("Picture/Fade in", "8", 'timeline.set_fades("clip-1", fade_in=8)'),
        ("Sound/Fade in", "10", 'timeline.set_audio("clip-1", fade_in=10)'),
        ("Source in", "+5", 'timeline.slip("clip-1", by=+5)'),
        ("Duration", "00:00:01:10", 'timeline.trim("clip-1", end=-20)'),
        ("Speed", "200", 'timeline.stretch("clip-1", speed="2", ripple=True)'),
    ]
    for label, text, line in typed:
        type_in(studio, label, text)
        expect_echo(studio, line)
    assert len(echo(studio)) == before + len(typed)
    field(studio, "Name").press("Control+z")
    wait_until(lambda: len(echo(studio)) == before + len(typed) - 1, "the undo from a field")
    expect(field(studio, "Speed")).to_have_value("100 %")
    field(studio, "Muted").check()
    expect_echo(studio, 'timeline.set_audio("clip-1", muted=True)')


def test_arrows_step_a_label_is_dragged_and_escape_gives_up(studio: StudioPage) -> None:
    scale = field(studio, "Scale")
    scale.focus()
    for _ in range(3):
        studio.page.keyboard.down("ArrowUp")  # held: the key comes again and again
    studio.page.keyboard.up("ArrowUp")
    expect_echo(studio, 'timeline.set_transform("clip-1", scale=1.03)')
    inspector(studio).get_by_text("Opacity", exact=True).scroll_into_view_if_needed()
    label = box(inspector(studio).get_by_text("Opacity", exact=True))
    mouse, x, y = studio.page.mouse, label["x"] + 10, label["y"] + 10
    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 30, y, steps=5)
    expect(field(studio, "Opacity")).to_have_value("90 %")
    mouse.up()
    expect_echo(studio, 'timeline.set_transform("clip-1", opacity=0.9)')
    count = len(echo(studio))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 60, y, steps=5)
    studio.page.keyboard.press("Escape")
    mouse.up()
    expect(field(studio, "Opacity")).to_have_value("90 %")
    studio.expect_saved()
    assert len(echo(studio)) == count
    inspector(studio).get_by_text("Opacity", exact=True).dblclick()
    expect_echo(studio, 'timeline.set_transform("clip-1", opacity=1.0)')


def test_what_cannot_be_is_said_at_the_field_and_changes_nothing(studio: StudioPage) -> None:
    count = len(echo(studio))
    type_in(studio, "Duration", "00:00:09:00")
    expect(inspector(studio).get_by_role("alert")).to_contain_text("100 frames after its end")
    expect(field(studio, "Duration")).to_have_value("00:00:02:00")
    type_in(studio, "Gain", "loud")
    expect(inspector(studio).get_by_role("alert").last).to_contain_text("Not a number")
    assert len(echo(studio)) == count
    studio.notebook.execute('timeline.set_track("V1", locked=True)')
    expect(inspector(studio).get_by_text("V1 is locked")).to_be_visible()
    expect(field(studio, "Name")).to_have_attribute("readonly", "")


def test_several_clips_are_changed_by_one_edit(studio: StudioPage) -> None:
    studio.notebook.execute('timeline.set_audio("clip-2", gain_db=-3); workspace.selection = ["clip-1", "clip-2"]')
    expect(field(studio, "Gain")).to_have_attribute("placeholder", "mixed")
    type_in(studio, "Gain", "-9")
    expect_echo(studio, 'timeline.update([{"id": "clip-1", "gain_db": -9.0}, {"id": "clip-2", "gain_db": -9.0}])')
    expect(field(studio, "Gain")).to_have_value("-9 dB")


def test_titles_transitions_and_markers_have_their_own(studio: StudioPage) -> None:
    studio.notebook.execute('workspace.selection = ["clip-3"]')
    type_in(studio, "Size", "12")
    expect_echo(studio, 'timeline.set_title("clip-3", style={"size": 0.12})')
    field(studio, "Text").fill("Hello\nyou")
    field(studio, "Text").press("Control+Enter")
    expect_echo(studio, 'timeline.set_title("clip-3", text="Hello\\nyou")')
    field(studio, "Align").select_option("left")
    studio.expect_saved()
    assert studio.notebook.value("timeline['clip-3'].source.style.align") == "left"
    studio.notebook.execute('timeline.transition("clip-1", duration=10); workspace.selection = ["transition-1"]')
    field(studio, "Kind").select_option("wipe")
    expect_echo(studio, 'timeline.set_transition("transition-1", kind="wipe")')
    field(studio, "Goes").select_option("up")
    expect_echo(studio, 'timeline.set_transition("transition-1", direction="up")')
    studio.notebook.execute('workspace.selection = ["marker-1"]')
    type_in(studio, "At", "+15")
    expect_echo(studio, 'timeline.move_marker("marker-1", to=45)')
    studio.notebook.execute("workspace.selection = []")
    expect(inspector(studio)).to_contain_text("Select clips, a transition or a marker")


def test_keyframes_are_set_at_the_playhead(studio: StudioPage) -> None:
    keys = inspector(studio).get_by_role("group", name="Keyframes of Opacity")
    press = inspector(studio).get_by_role
    expect(keys).to_have_count(0)
    press("button", name="Opacity: set a keyframe at the playhead").click()
    expect_echo(studio, 'timeline.set_keyframe("clip-1", "opacity", at=0, value=1.0)')
    studio.notebook.execute("workspace.playhead = 30")
    type_in(studio, "Opacity", "50")
    expect_echo(studio, 'timeline.set_transform("clip-1", opacity=0.5, at=30)')
    expect(keys).to_contain_text("2 of 2")
    studio.notebook.execute("workspace.playhead = 15")
    expect(field(studio, "Opacity")).to_have_value("75 %")
    press("button", name="Opacity: previous keyframe").press("Enter")
    wait_until(lambda: studio.playhead() == 0, "the playhead at the keyframe before")
    press("combobox", name="Opacity: way to the next keyframe").select_option("Jump")
    expect_echo(studio, 'timeline.set_keyframe("clip-1", "opacity", at=0, value=1.0, ease="hold")')
    studio.notebook.execute("workspace.playhead = 15")
    expect(field(studio, "Opacity")).to_have_value("100 %")
    press("button", name="Opacity: next keyframe").click()
    press("button", name="Opacity: remove the keyframe at the playhead").click()
    expect_echo(studio, 'timeline.remove_keyframe("clip-1", "opacity", at=30)')
    studio.notebook.execute("workspace.playhead = 90")
    expect(field(studio, "Opacity")).to_have_attribute("readonly", "")
    press("button", name="Opacity: remove all keyframes").click()
    expect_echo(studio, 'timeline.clear_keyframes("clip-1", property="opacity")')
    expect(field(studio, "Opacity")).not_to_have_attribute("readonly", "")


def test_a_line_of_python_becomes_a_cell_below(studio: StudioPage) -> None:
    type_in(studio, "Scale", "50")
    expect_echo(studio, 'timeline.set_transform("clip-1", scale=0.5)')
    studio.root.get_by_role("button", name="Edits as Python").click()
    panel = studio.root.get_by_test_id("echo-panel")
    panel.get_by_role("button", name="Insert line 5 as a cell below").click(force=True)
    cells = studio.page.locator(".jp-Notebook .jp-CodeCell .cm-content")
    expect(cells.last).to_have_text('timeline.set_transform("clip-1", scale=0.5)')
    count = cells.count()
    panel.get_by_role("button", name="To a cell").click()
    expect(cells).to_have_count(count + 1)
