"""Every tool of the timeline, with the mouse and with the keyboard: the same edit, told by the engine and its echo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.jupyter import Notebook, wait_until
from tests.browser.studio_page import StudioPage, box, open_workspace

# Three clips that touch, with footage on both sides, and one behind a gap.
CLIPS = """
timeline.add("talk.mp4", track="V1", at=0, trim=(20, 80))
timeline.add("talk.mp4", track="V1", at=60, trim=(60, 120))
timeline.add("talk.mp4", track="V1", at=120, trim=(30, 90))
timeline.add("talk.mp4", track="V1", at=200, trim=(30, 60))
"""
WHOLE = (("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 120), ("clip-3", "V1", 120, 180), ("clip-4", "V1", 200, 230))
LINKED = """
timeline.undo(); timeline.undo(); timeline.undo()
timeline.detach_sound("clip-1")
"""

Make = Callable[..., Path]


@pytest.fixture
def studio(notebook: Notebook, numbered_video: Make) -> StudioPage:
    """A workspace with CLIPS on its timeline, snapping off."""
    studio = open_workspace(notebook, numbered_video("talk.mp4", 180, audio="tone"))
    notebook.execute(CLIPS)
    studio.expect_clips(*WHOLE)
    studio.tool("Snapping").click()
    return studio


def echo(studio: StudioPage) -> list[str]:
    lines: list[str] = studio.notebook.value("timeline.echo()")
    return lines


def expect_echo(studio: StudioPage, *lines: str) -> None:
    """The last lines of the echo, once nothing is on its way."""
    studio.expect_saved()
    assert echo(studio)[-len(lines) :] == list(lines)


def press(studio: StudioPage, *keys: str) -> None:
    for key in keys:
        studio.page.keyboard.press(key)


def grab(studio: StudioPage, clip: str, share: float, down: float = 0.3) -> tuple[float, float]:
    """Press the mouse on a clip, at a share of its width; where that is."""
    found = studio.clip_box(clip)
    x, y = found["x"] + found["width"] * share, found["y"] + found["height"] * down
    studio.page.mouse.move(x, y)
    studio.page.mouse.down()
    return x, y


def pull(studio: StudioPage, start: tuple[float, float], frames: float, zoom: float, dy: float = 0) -> None:
    """Move the pressed mouse by frames."""
    x, y = start
    studio.page.mouse.move(x + frames * zoom / 2, y + dy / 2, steps=4)
    studio.page.mouse.move(x + frames * zoom, y + dy, steps=4)


def drag(studio: StudioPage, clip: str, share: float, frames: float, dy: float = 0) -> None:
    """Drag a clip at a share of its width by frames."""
    zoom = studio.zoom(clip)
    pull(studio, grab(studio, clip, share), frames, zoom, dy)
    studio.page.mouse.up()


RIPPLED = (("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 110), ("clip-3", "V1", 110, 170), ("clip-4", "V1", 190, 220))
ROLLED = (("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 110), ("clip-3", "V1", 110, 180), ("clip-4", "V1", 200, 230))
SLID = (("clip-1", "V1", 0, 70), ("clip-2", "V1", 70, 130), ("clip-3", "V1", 130, 180), ("clip-4", "V1", 200, 230))
TRIMMED = (("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 110), ("clip-3", "V1", 120, 180), ("clip-4", "V1", 200, 230))
BY_MOUSE = [
    ("1", 0.99, -10, TRIMMED, 'timeline.trim("clip-2", end=-10)'),
    ("3", 0.99, -10, RIPPLED, 'timeline.ripple("clip-2", end=-10)'),
    ("4", 0.99, -10, ROLLED, 'timeline.roll("clip-2", end=-10)'),
    ("5", 0.5, -10, WHOLE, 'timeline.slip("clip-2", by=+10)'),
    ("6", 0.5, 10, SLID, 'timeline.slide("clip-2", by=+10)'),
    ("8", 0.99, -10, TRIMMED, 'timeline.stretch("clip-2", duration=50)'),
]


def test_each_tool_with_the_mouse_is_one_edit_and_one_undo(studio: StudioPage) -> None:
    studio.select("clip-2")
    for key, share, frames, expected, line in BY_MOUSE:
        press(studio, key)
        drag(studio, "clip-2", share, frames)
        studio.expect_clips(*expected)
        expect_echo(studio, line)
        press(studio, "Control+z")
        studio.expect_clips(*WHOLE)
        studio.expect_saved()
        assert len(echo(studio)) == 4
    press(studio, "2")
    found = studio.clip_box("clip-2")
    studio.page.mouse.click(found["x"] + 20 * studio.zoom("clip-2"), found["y"] + 20)
    expect_echo(studio, 'timeline.split(80, track="V1")')
    press(studio, "7")
    assert studio.notebook.value("workspace.tool") == "hand"


def test_each_tool_with_the_keyboard_makes_the_same_edits(studio: StudioPage) -> None:
    studio.select("clip-2")
    for key, _, frames, expected, line in BY_MOUSE:
        edge = ["]"] if key in "134" else []
        # a slip follows the hand: the pictures go to the left, later ones come
        nudge = "," if frames < 0 else "."
        press(studio, key, *edge, *[nudge] * 10)
        studio.expect_clips(*expected)
        studio.expect_saved()
        one = line.replace("-10", "-1").replace("+10", "+1")
        done = echo(studio)[4:]
        assert done in ([line], [one] * 10) or (key == "8" and done[-1] == line)  # a length is told as it is then
        press(studio, *["Control+z"] * 10)
        studio.expect_clips(*WHOLE)
        studio.expect_saved()
    press(studio, "2", "Home", *["Shift+."] * 2, *["."] * 20, "Enter")
    studio.expect_saved()
    assert echo(studio)[4:] == ['timeline.split(80, track="V1")']


def test_a_drag_stops_where_the_engine_would_refuse(studio: StudioPage) -> None:
    studio.select("clip-2")
    press(studio, "4")
    drag(studio, "clip-2", 0.99, 100)
    expect_echo(studio, 'timeline.roll("clip-2", end=+59)')
    press(studio, "Control+z")
    studio.expect_clips(*WHOLE)
    press(studio, "5")
    drag(studio, "clip-2", 0.5, 500)
    expect_echo(studio, 'timeline.slip("clip-2", by=-60)')


def test_escape_gives_the_drag_up(studio: StudioPage) -> None:
    zoom = studio.zoom("clip-2")
    for key in "13456":
        press(studio, key)
        pull(studio, grab(studio, "clip-2", 0.99 if key in "134" else 0.5), -10, zoom)
        press(studio, "Escape")
        studio.page.mouse.up()
    studio.expect_clips(*WHOLE)
    studio.expect_saved()
    assert len(echo(studio)) == 4


def test_edges_snap_to_the_playhead_and_ctrl_holds_it_off(studio: StudioPage) -> None:
    zoom = studio.zoom("clip-4")
    studio.seek(190, zoom)
    studio.tool("Snapping").click()
    # 3 pixels short of the playhead
    near = -10 + 3 / zoom
    pull(studio, grab(studio, "clip-4", 0.5), near, zoom)
    studio.page.mouse.up()
    expect_echo(studio, 'timeline.move("clip-4", to=190)')
    press(studio, "Control+z")
    studio.expect_clips(*WHOLE)
    start = grab(studio, "clip-4", 0.5)
    studio.page.keyboard.down("Control")
    pull(studio, start, near, zoom)
    studio.page.mouse.up()
    studio.page.keyboard.up("Control")
    studio.expect_saved()
    assert echo(studio)[-1] == f'timeline.move("clip-4", to={200 + round(near)})'
    assert round(near) != -10


def test_linked_clips_go_along_and_alt_leaves_them(studio: StudioPage) -> None:
    studio.notebook.execute(LINKED)
    studio.expect_clips(("clip-2", "A1", 0, 60), ("clip-1", "V1", 0, 60))
    drag(studio, "clip-1", 0.5, 40)
    studio.expect_clips(("clip-2", "A1", 40, 100), ("clip-1", "V1", 40, 100))
    expect_echo(studio, 'timeline.move("clip-1", to=40)')
    start = grab(studio, "clip-1", 0.99)
    studio.page.keyboard.down("Alt")
    pull(studio, start, -10, studio.zoom("clip-1"))
    studio.page.mouse.up()
    studio.page.keyboard.up("Alt")
    studio.expect_clips(("clip-2", "A1", 40, 100), ("clip-1", "V1", 40, 90))
    expect_echo(studio, 'timeline.trim("clip-1", end=-10, alone=True)')
    studio.select("clip-2")
    press(studio, "Alt+.")
    studio.expect_clips(("clip-2", "A1", 41, 101), ("clip-1", "V1", 40, 90))
    expect_echo(studio, 'timeline.move("clip-2", to=41, alone=True)')


def test_a_clip_goes_to_another_track_and_to_a_new_one(studio: StudioPage) -> None:
    dy = studio.lane_y("V2") - studio.lane_y("V1")
    drag(studio, "clip-4", 0.5, 20, dy)
    expect_echo(studio, 'timeline.move("clip-4", to=220, track="V2")')
    above = box(studio.canvas)["y"] + 36 - (box(studio.canvas)["y"] + studio.lane_y("V2"))
    drag(studio, "clip-4", 0.5, 20, above)
    expect_echo(studio, 'timeline.move("clip-4", to=240, track="V3")')
    studio.select("clip-4")
    press(studio, "Shift+ArrowDown")
    expect_echo(studio, 'timeline.move("clip-4", to=240, track="V2")')


def test_fades_and_transitions_are_dragged(studio: StudioPage) -> None:
    studio.select("clip-1")
    found = studio.clip_box("clip-1")
    zoom = studio.zoom("clip-1")
    mouse = studio.page.mouse
    picture, sound = found["y"] + 23, found["y"] + 36
    mouse.move(found["x"] + 11, sound)
    mouse.down()
    mouse.move(found["x"] + 15 * zoom, sound, steps=4)
    mouse.up()
    expect_echo(studio, 'timeline.set_audio("clip-1", fade_in=15)')
    mouse.move(found["x"] + 11, picture)
    mouse.down()
    mouse.move(found["x"] + 20 * zoom, picture, steps=4)
    mouse.up()
    expect_echo(studio, 'timeline.set_fades("clip-1", fade_in=20)')
    studio.expect_saved()
    assert studio.notebook.value("timeline['clip-1'].audio.fade_in_frames") == 15
    assert studio.notebook.value("timeline['clip-1'].value.fades.in_frames") == 20
    studio.notebook.execute('timeline.transition("clip-1", "crossfade", duration=20)')
    wait_until(lambda: len(echo(studio)) == 7, "the transition", 10)
    y = found["y"] + found["height"] * 0.85
    mouse.move(found["x"] + 70 * zoom, y)
    mouse.down()
    mouse.move(found["x"] + 75 * zoom, y, steps=4)
    mouse.up()
    studio.expect_saved()
    assert (
        studio.notebook.value("__import__('json').loads(timeline.to_json())['transitions'][0]['durationFrames']") == 30
    )


def test_keys_of_the_timeline_edit(studio: StudioPage) -> None:
    studio.select("clip-3")
    zoom = studio.zoom("clip-3")
    studio.seek(150, zoom)
    press(studio, "q")
    expect_echo(studio, 'timeline.trim("clip-3", start=+30)')
    studio.seek(170, zoom)
    press(studio, "w")
    expect_echo(studio, 'timeline.trim("clip-3", end=-10)')
    press(studio, "Control+d")
    expect_echo(studio, 'timeline.duplicate("clip-3")')
    press(studio, "Shift+Delete")
    studio.expect_saved()
    assert echo(studio)[-1].startswith("timeline.extract(")
    studio.select("clip-1")
    press(studio, "Control+c", "End", "Control+v")
    studio.expect_saved()
    assert echo(studio)[-1].startswith('timeline.duplicate("clip-1", to=')
    studio.select("clip-1")
    press(studio, "Control+x", "Home", "Control+v")
    studio.expect_saved()
    pasted: dict[str, Any] = studio.notebook.value(
        "[dict(start=c.start_frame, trim=[c.trim_start_frame, c.trim_end_frame]) "
        "for c in timeline.clips if c.start_frame == 0][0]"
    )
    assert pasted == {"start": 0, "trim": [20, 80]}
    # a marked range, with nothing selected
    press(studio, "Escape", "Home", *["ArrowRight"] * 5, "i", *["ArrowRight"] * 5, "o", "Delete")
    studio.expect_saved()
    assert studio.notebook.value("[workspace.mark_in, workspace.mark_out]") == [5, 10]
    assert echo(studio)[-3:-1] == ["timeline.split(5)", "timeline.split(10)"]


def test_speed_and_freeze_frame_from_the_menu(studio: StudioPage) -> None:
    found = studio.clip_box("clip-2")
    x, y = found["x"] + found["width"] / 2 - box(studio.canvas)["x"], found["y"] + 30 - box(studio.canvas)["y"]
    studio.canvas.click(button="right", position={"x": x, "y": y})
    studio.root.get_by_role("menuitemradio", name="Half speed").click()
    expect_echo(studio, 'timeline.stretch("clip-2", speed="1/2", ripple=True)')
    studio.expect_clips(
        ("clip-1", "V1", 0, 60), ("clip-2", "V1", 60, 180), ("clip-3", "V1", 180, 240), ("clip-4", "V1", 260, 290)
    )
    studio.seek(90, studio.zoom("clip-2"))
    studio.canvas.click(button="right", position={"x": x, "y": y})
    studio.root.get_by_role("menuitem", name="Freeze frame at playhead").click()
    expect_echo(studio, 'timeline.freeze(90, track="V1")')
    assert studio.notebook.value("[c.duration_frames for c in timeline.clips]") == [60, 30, 60, 90, 60, 30]
