"""A published course, opened from disk in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio_widgets.engine.courses.captions import Cue, Point
from studio_widgets.engine.courses.pages import PageChapter, PageCourse, asset, chapter_page, index_page

CHAPTERS = [
    PageChapter(
        title=title,
        description="",
        page=f"0{number}.html",
        video="media/video.mp4",
        poster=None,
        seconds=2.0,
        width=160,
        height=90,
        points=[Point(0.0, "Start"), Point(1.5, "Later")],
        cues=[Cue(0.0, 1.0, "First <line>"), Cue(1.0, 2.0, "Second line")],
    )
    for number, title in enumerate(["Welcome", "Goodbye"], 1)
]
SEEN = "localStorage.getItem(Object.keys(localStorage).find(key => key.startsWith('studio-course')))"


@pytest.fixture
def site(tmp_path: Path, numbered_mp4: Path) -> Path:
    """The folder of a course of two chapters with the same two-second video."""
    course = PageCourse(title="Intro", description="About loops", language="en", chapters=CHAPTERS)
    (tmp_path / "assets").mkdir()
    (tmp_path / "media").mkdir()
    shutil.copyfile(numbered_mp4, tmp_path / "media" / "video.mp4")
    for name in ("site.css", "site.js"):
        (tmp_path / "assets" / name).write_bytes(asset(name))
    (tmp_path / "index.html").write_text(index_page(course), encoding="utf-8")
    for number, chapter in enumerate(CHAPTERS, 1):
        (tmp_path / chapter.page).write_text(chapter_page(course, number), encoding="utf-8")
    return tmp_path


def open_page(page: Page, path: Path, fragment: str = "") -> None:
    page.goto(path.as_uri() + fragment)
    if path.name != "index.html":
        page.wait_for_function("document.querySelector('video')?.readyState >= 2")


def test_the_video_plays_with_sound_and_its_captions(page: Page, site: Path) -> None:
    open_page(page, site / "01.html")
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function("document.querySelector('video').ended")
    played = page.evaluate(
        "(({currentTime, videoWidth, webkitAudioDecodedByteCount}) =>"
        " [currentTime, videoWidth, webkitAudioDecodedByteCount])(document.querySelector('video'))"
    )
    assert played[0] == pytest.approx(2.0, abs=0.05)
    assert played[1] == 160
    assert played[2] > 0
    captions = page.evaluate("[...document.querySelector('video').textTracks[0].cues].map(cue => cue.text)")
    assert captions == ["First &lt;line&gt;", "Second line"]


def test_a_point_in_the_list_is_jumped_to_and_shown_as_current(page: Page, site: Path) -> None:
    open_page(page, site / "01.html")
    later = page.get_by_role("link", name="Later")
    later.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('video').currentTime >= 1.5")
    expect(later).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="0:00 Start")).not_to_have_attribute("aria-current", "true")
    assert page.url.endswith("#t=1.5")


def test_an_address_with_a_time_starts_there(page: Page, site: Path) -> None:
    open_page(page, site / "01.html", "#t=1.5")
    page.wait_for_function("document.querySelector('video').currentTime === 1.5")


def test_the_course_remembers_what_was_watched(page: Page, site: Path) -> None:
    open_page(page, site / "index.html")
    start = page.get_by_role("link", name="Start the course")
    expect(start).to_have_attribute("href", "01.html")
    start.click()
    page.wait_for_function("document.querySelector('video')?.readyState >= 2")
    page.evaluate("document.querySelector('video').currentTime = 1.9; document.querySelector('video').play()")
    page.wait_for_function("document.querySelector('video').ended")
    page.wait_for_function(f"{SEEN}?.includes('true')")
    open_page(page, site / "index.html")
    expect(page.get_by_role("link", name="Continue the course")).to_have_attribute("href", "02.html")
    expect(page.get_by_text("Chapter 1 · watched")).to_be_visible()


def test_the_keyboard_reaches_everything(page: Page, site: Path) -> None:
    open_page(page, site / "01.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the video")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("video")).to_be_focused()
    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Goodbye")


def test_colours_follow_the_system_and_can_be_switched(page: Page, site: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark")
    open_page(page, site / "index.html")
    dark = page.evaluate(background)
    page.get_by_role("button", name="Light colours").click()
    light = page.evaluate(background)
    assert light != dark
    page.reload()
    assert page.evaluate(background) == light


@pytest.mark.parametrize("width", [320, 700, 1400])
def test_no_page_is_wider_than_the_window(page: Page, site: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for name in ("index.html", "01.html"):
        open_page(page, site / name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
