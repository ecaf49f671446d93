"""Media files into projects through a widget: from a browser, from the picker, from the project's own workspace."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from studio_widgets.engine.errors import MissingMediaError
from studio_widgets.engine.library.journal_rows import Summary
from studio_widgets.engine.timeline.model import MediaFileSource
from studio_widgets.widgets import AssetBrowser, MediaPicker, TimelineEditor
from studio_widgets.widgets.base import StudioWidget
from tests.unit.widgets.conftest import ask
from tests.unit.widgets.fakes import FakeLibrary, FakeSession, View, wait_for

Show = Callable[[StudioWidget], View]
NOON = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)


class Media:
    """A media file of two seconds."""

    def __init__(self, media_id: str) -> None:
        self.id = media_id
        self.name = f"{media_id}.mp4"


class Library(FakeLibrary):
    """Has the files `a` and `b`."""

    def __getitem__(self, name: str) -> Media:
        if name not in ("a", "b"):
            raise MissingMediaError(f"there is no media file {name!r}")
        return Media(name)

    get = __getitem__

    @property
    def database(self) -> Any:
        raise MissingMediaError("nor is there such a take")

    def source(self, media: Media, fps: Fraction) -> MediaFileSource:
        return MediaFileSource(media_file_id=media.id, frames=int(2 * fps))


class FakeProjects:
    """Projects that are made when they are asked for."""

    def __init__(self, library: Library, *titles: str) -> None:
        self.library = library
        self.sessions: dict[str, FakeSession] = {}
        for title in titles:
            self.open_or_create(title)

    def open_or_create(self, title: str) -> FakeSession:
        if title not in self.sessions:
            session = FakeSession()
            session.id, session.title, session.library = f"id of {title}", title, self.library
            self.sessions[title] = session
        return self.sessions[title]

    def newest(self) -> list[Summary]:
        return [Summary(one.id, one.title, NOON, ["V1", "A1"]) for one in self.sessions.values()]


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def projects(library: Library) -> FakeProjects:
    return FakeProjects(library, "Lesson 1", "Lesson 2")


def make_picker(library: Library, projects: FakeProjects) -> MediaPicker:
    return MediaPicker(library, projects.open_or_create("Lesson 1"), None, projects)  # type: ignore[arg-type]


def test_a_browser_sends_to_the_project_that_was_chosen(library: Library, projects: FakeProjects, show: Show) -> None:
    widget = AssetBrowser(library, None, projects)  # type: ignore[arg-type]
    view = show(widget)
    assert widget.mode == "send"
    listed = view.answer(ask(widget, view, "projects.list"))
    assert listed["current"] == ""
    assert [(item["title"], item["tracks"]) for item in listed["items"]] == [
        ("Lesson 1", ["V1", "A1"]),
        ("Lesson 2", ["V1", "A1"]),
    ]
    body = {"ids": ["a", "b"], "project": "Lesson 2", "at": "00:00:01:00"}
    done = view.answer(ask(widget, view, "projects.import", body))
    assert done == {"project": "Lesson 2", "created": ["clip-1", "clip-2"], "start": 30, "end": 150, "repeated": False}
    new = view.answer(ask(widget, view, "projects.import", {"ids": ["b"], "project": " Fresh ", "track": "V2"}))
    assert (new["project"], new["start"], new["end"]) == ("Fresh", 0, 60)
    assert [len(one.timeline.clips) for one in projects.sessions.values()] == [0, 2, 1]
    refused = view.refusal(ask(widget, view, "projects.import", {"ids": ["a"]}))
    assert "no project" in refused["message"]


def test_a_browser_without_projects_sends_nothing(library: Library, show: Show) -> None:
    widget = AssetBrowser(library)  # type: ignore[arg-type]
    view = show(widget)
    assert widget.mode == "browse"
    assert view.refusal(ask(widget, view, "projects.import", {"ids": ["a"]}))["code"] == "protocol_error"


def test_the_picker_tells_a_cell_what_was_picked(library: Library, projects: FakeProjects, show: Show) -> None:
    widget = make_picker(library, projects)
    view = show(widget)
    assert (widget.showing, widget.done, widget.picked) == (True, False, [])
    listed = view.answer(ask(widget, view, "projects.list"))
    assert listed["current"] == "id of Lesson 1"
    assert listed["items"][0]["tracks"] == ["V1", "V2", "A1", "A2"], "those of the open project, not the saved ones"
    view.answer(ask(widget, view, "projects.import", {"ids": ["b", "a"], "track": "V2"}))
    assert (widget.picked, widget.track, widget.at, widget.done) == (["b", "a"], "V2", 0, True)
    assert [clip.name for clip in projects.open_or_create("Lesson 1").timeline.clips] == ["b.mp4", "a.mp4"]


def test_a_refused_pick_leaves_the_traits(library: Library, projects: FakeProjects, show: Show) -> None:
    widget = make_picker(library, projects)
    view = show(widget)
    assert view.refusal(ask(widget, view, "projects.import", {"ids": ["a", "gone"]}))["code"] == "missing_media"
    assert (widget.picked, widget.done) == ([], False)


def test_where_the_widget_edits_the_delta_comes_before_the_answer(
    library: Library, projects: FakeProjects, show: Show
) -> None:
    widget = TimelineEditor(projects.open_or_create("Lesson 1"), library)  # type: ignore[arg-type]
    view = show(widget)
    request = ask(widget, view, "projects.import", {"ids": ["a", "b"], "token": "t"})
    assert view.answer(request)["created"] == ["clip-1", "clip-2"]
    kinds = [content.get("kind", "reply") for content, _ in view.sent]
    assert kinds.index("timeline.delta") < kinds.index("reply")
    again = view.answer(ask(widget, view, "projects.import", {"ids": ["a", "b"], "token": "t"}))
    assert (again["created"], again["repeated"]) == ([], True)
    assert (
        "no project"
        in view.refusal(ask(widget, view, "projects.import", {"ids": ["a"], "project": "Other"}))["message"]
    )
    wait_for(lambda: widget.total_frames == 120)
