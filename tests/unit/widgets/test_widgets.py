"""The widgets: traits as the views know them, edits in step between widgets and cells, nothing held after close."""

from __future__ import annotations

import gc
import io
import logging
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ipywidgets import Layout
from ipywidgets.widgets.widget import _instances
from PIL import Image

from studio_widgets.engine.errors import CancelledError, RecordingError, StudioError
from studio_widgets.engine.timeline.serial import to_json
from studio_widgets.widgets import AssetBrowser, MediaPicker, Player, Recorder, TimelineEditor, Workspace
from studio_widgets.widgets.base import StudioWidget, answer_on_the_asking_thread
from tests.unit.widgets.conftest import ask
from tests.unit.widgets.fakes import FakeLibrary, FakeSession, View, title_at, wait_for

Show = Callable[[StudioWidget], View]

COMMON = {"project_title", "status", "busy", "progress", "error", "panel_sizes"}
BROWSER = {
    *("browser_tab", "browser_kind", "browser_source", "browser_tags", "browser_search", "browser_sort"),
    *("browser_page", "browser_selection"),
}
TIMELINE = {"playhead", "rate", "total_frames"}
EDITOR = (
    TIMELINE
    | {"selection", "zoom", "scroll_frame", "snapping", "tool", "mark_in", "mark_out", "keymap"}
    | {"inspector_open"}
)
PLAYER = TIMELINE | {"playing", "volume", "muted", "player_source"}
PICKER = {"mode", "showing", "picked", "track", "at", "done"}
RECORDER = {"recording_state"}


class FakeRecordings:
    def __init__(self) -> None:
        self.chunks: list[tuple[str, int, bytes]] = []
        self.status = "recording"

    def start(self, track_type: str, mime_type: str, project_id: str | None, name: str) -> str:
        return f"take-of-{project_id}"

    def append(self, recording_id: str, seq: int, data: bytes) -> int:
        self.chunks.append((recording_id, seq, bytes(data)))
        return seq + 1

    def stop(self, recording_id: str, chunks: int) -> Any:
        raise RecordingError(f"{chunks} chunks were recorded, {len(self.chunks)} arrived", where="take")

    def get(self, recording_id: str) -> Any:
        return self

    def page(self, *, search: str, page: int, limit: int) -> tuple[list[Any], int]:
        return [], 0


class FakeCourses:
    """A courses port whose export goes on until a test lets it end."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.started = threading.Event()

    def list(self) -> list[Any]:
        return []

    def export(self, session: Any, *, progress: Any, cancel: threading.Event, **kwargs: Any) -> tuple[str, str, str]:
        self.started.set()
        progress("Rendering", 1, 4)
        while not self.go.wait(0.005):
            if cancel.is_set():
                raise CancelledError("the export was cancelled")
        return "course", "chapter", "media"


def names(widget: StudioWidget) -> set[str]:
    hidden = {"layout", "tabbable", "tooltip"}
    return {name for name in widget.keys if not name.startswith("_")} - hidden


def make_editor(session: FakeSession, library: FakeLibrary) -> TimelineEditor:
    return TimelineEditor(session, library)  # type: ignore[arg-type]


def make_workspace(session: FakeSession, library: FakeLibrary, courses: Any = None) -> Workspace:
    return Workspace(library, session, FakeRecordings(), courses)  # type: ignore[arg-type]


def test_traits_are_the_ones_the_views_know(session: FakeSession, library: FakeLibrary, show: Show) -> None:
    widgets: dict[StudioWidget, set[str]] = {
        AssetBrowser(library): COMMON | BROWSER | {"mode"},  # type: ignore[arg-type]
        MediaPicker(library, session): COMMON | PICKER,  # type: ignore[arg-type]
        make_editor(session, library): COMMON | EDITOR,
        Player(session, library): COMMON | PLAYER,  # type: ignore[arg-type]
        Recorder(FakeRecordings(), session): COMMON | RECORDER,  # type: ignore[arg-type]
        make_workspace(session, library): COMMON | BROWSER | EDITOR | PLAYER | RECORDER | {"view_mode"},
    }
    for widget, expected in widgets.items():
        show(widget)
        own = expected - {"dom_classes"}
        assert names(widget) == own, type(widget).__name__


def test_saved_state_stays_small(session: FakeSession, library: FakeLibrary, show: Show) -> None:
    for n in range(200):
        session.apply("title", title_at(30 * n))
    widget = make_workspace(session, library)
    show(widget)
    state = {name: value for name, value in widget.get_state().items() if name != "_esm"}
    assert len(msgspec.json.encode({name: str(value) for name, value in state.items()})) < 4096


def test_a_missing_bundle_names_the_next_step(session: FakeSession, library: FakeLibrary, bundles: Path) -> None:
    (bundles / "timeline.js").unlink()
    with pytest.raises(StudioError, match="make js"):
        make_editor(session, library)
    assert session.subscribers == []


def test_an_edit_of_the_view_reaches_the_project_and_its_delta_comes_before_its_answer(
    session: FakeSession, library: FakeLibrary, show: Show
) -> None:
    widget = make_editor(session, library)
    view = show(widget)
    request = ask(widget, view, "timeline.edit", {"op": "title", "args": title_at(0), "baseRev": 0})
    assert view.answer(request) == {"rev": 1, "created": ["clip-1"]}
    assert [clip.id for clip in session.timeline.clips] == ["clip-1"]
    kinds = [content.get("kind", "reply") for content, _ in view.sent]
    assert kinds.index("timeline.delta") < kinds.index("reply")
    wait_for(lambda: widget.total_frames == 30)
    assert widget.status == "saved"


def test_undo_and_redo_of_the_view(session: FakeSession, library: FakeLibrary, show: Show) -> None:
    session.apply("title", title_at(0))
    widget = make_editor(session, library)
    view = show(widget)
    assert view.answer(ask(widget, view, "timeline.undo"))["rev"] == 2
    assert session.timeline.clips == ()
    assert view.answer(ask(widget, view, "timeline.redo"))["rev"] == 3
    assert len(session.timeline.clips) == 1
    assert view.refusal(ask(widget, view, "timeline.redo"))["code"] == "edit_refused"


def test_a_refused_edit_changes_nothing_and_says_why(session: FakeSession, library: FakeLibrary, show: Show) -> None:
    session.apply("title", title_at(0))
    before = session.timeline
    widget = make_editor(session, library)
    view = show(widget)
    edit = {"op": "trim", "args": {"clip": "clip-9", "end": -5}, "baseRev": 1}
    error = view.refusal(ask(widget, view, "timeline.edit", edit))
    assert error["code"] == "edit_refused"
    assert "clip-9" in error["message"] + error["where"]
    assert session.timeline is before
    assert widget.error == {}


def test_two_widgets_and_a_cell_agree(session: FakeSession, library: FakeLibrary, show: Show) -> None:
    editor, workspace = make_editor(session, library), make_workspace(session, library)
    views = [show(editor), show(workspace)]
    views[0].answer(ask(editor, views[0], "timeline.edit", {"op": "title", "args": title_at(0), "baseRev": 0}))
    session.apply("title", title_at(30))  # a cell
    for view in views:
        wait_for(lambda view=view: [body["rev"] for body, _ in view.events("timeline.delta")][-1:] == [2])
    for widget, view in zip((editor, workspace), views, strict=True):
        _, buffers = view.reply(ask(widget, view, "timeline.open"))
        assert b"".join(buffers).decode() == to_json(session.timeline)
    assert editor.total_frames == workspace.total_frames == 60


def test_a_closed_widget_holds_nothing_and_the_project_goes_on(
    session: FakeSession, library: FakeLibrary, show: Show
) -> None:
    widget = make_workspace(session, library)
    view = show(widget)
    view.answer(ask(widget, view, "timeline.open"))
    widget.close()
    assert session.subscribers == []
    assert library.subscribers == []
    session.apply("title", title_at(0))
    assert view.events("timeline.delta") == []


def test_library_pages_pictures_and_word_of_changes(library: FakeLibrary, show: Show) -> None:
    widget = AssetBrowser(library, FakeRecordings())  # type: ignore[arg-type]
    view = show(widget)
    page = view.answer(ask(widget, view, "library.query", {"kind": "video", "search": "intro", "limit": 10}))
    assert page == {"items": [], "total": 0, "page": 0, "more": False, "capped": False, "similar": False}
    asked = {"kind": "video", "source_type": "", "tags": [], "search": "intro", "sort": "newest"}
    assert library.queries == [asked | {"page": 0, "limit": 10}]
    file = io.BytesIO()
    Image.new("RGB", (64, 36)).save(file, "JPEG")
    library.thumbnails["m"] = jpeg = file.getvalue()
    refs = [{"id": "none"}, {"id": "m"}]
    body, buffers = view.reply(ask(widget, view, "library.thumbnails", {"refs": refs}))
    assert body["body"] == {"pictures": [{"width": 0, "height": 0}, {"width": 64, "height": 36}]}
    assert [bytes(buffer) for buffer in buffers] == [jpeg]
    library.peak_data["m"] = bytes(range(100))
    body, buffers = view.reply(ask(widget, view, "library.peaks", {"id": "m"}))
    assert body["body"]["count"] == 100
    assert b"".join(buffers) == bytes(range(100))
    for _ in range(50):
        library.notify("library")
    wait_for(lambda: view.events("library.changed"))
    assert len(view.events("library.changed")) <= 2


def test_chunks_are_acknowledged_in_order_and_a_bad_one_leaves_the_take(
    session: FakeSession, library: FakeLibrary, show: Show
) -> None:
    recordings = FakeRecordings()
    widget = Recorder(recordings, session)  # type: ignore[arg-type]
    view = show(widget)
    start = {"trackType": "screen", "mimeType": "video/webm"}
    take = view.answer(ask(widget, view, "recorder.start", start))["recordingId"]
    assert take == "take-of-project-1"
    assert widget.recording_state == "recording"
    requests = [
        ask(widget, view, "recorder.chunk", {"recordingId": take, "seq": seq}, [memoryview(bytes([seq]) * 10)])
        for seq in range(20)
    ]
    assert [view.answer(request)["nextSeq"] for request in requests] == list(range(1, 21))
    assert [seq for _, seq, _ in recordings.chunks] == list(range(20))
    no_buffer = ask(widget, view, "recorder.chunk", {"recordingId": take, "seq": 20})
    assert view.refusal(no_buffer)["code"] == "protocol_error"
    assert view.refusal(ask(widget, view, "recorder.stop", {"recordingId": take, "chunks": 30}))["where"] == "take"
    assert widget.recording_state == "recording"
    recordings.status = "failed"
    view.refusal(ask(widget, view, "recorder.stop", {"recordingId": take, "chunks": 30}))
    wait_for(lambda: widget.recording_state == "idle")


def test_an_export_shows_progress_and_ends(session: FakeSession, library: FakeLibrary, show: Show) -> None:
    courses = FakeCourses()
    widget = make_workspace(session, library, courses)
    view = show(widget)
    request = ask(widget, view, "export.start", {"course": "Intro", "title": "One"})
    wait_for(lambda: view.events("progress"))
    assert view.events("progress")[0][0] == {"target": request["id"], "label": "Rendering", "done": 1, "total": 4}
    assert widget.busy
    wait_for(lambda: widget.progress == 0.25)
    courses.go.set()
    assert view.answer(request) == {"courseId": "course", "chapterId": "chapter", "mediaFileId": "media"}
    assert not widget.busy
    wait_for(lambda: widget.progress == 1.0)


def test_an_export_can_be_cancelled_and_edits_go_on_meanwhile(
    session: FakeSession, library: FakeLibrary, show: Show
) -> None:
    courses = FakeCourses()
    widget = make_workspace(session, library, courses)
    view = show(widget)
    request = ask(widget, view, "export.start", {"course": "Intro", "title": "One"})
    courses.started.wait()
    view.answer(ask(widget, view, "timeline.edit", {"op": "title", "args": title_at(0), "baseRev": 0}))
    ask(widget, view, "cancel", {"target": request["id"]})
    assert view.refusal(request)["code"] == "cancelled"
    assert not widget.busy


def test_a_fault_is_shown_and_logged(
    session: FakeSession, library: FakeLibrary, show: Show, caplog: pytest.LogCaptureFixture
) -> None:
    widget = make_editor(session, library)
    view = show(widget)

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("disk on fire")

    session.apply = broken  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        view.refusal(ask(widget, view, "timeline.edit", {"op": "title", "args": title_at(0), "baseRev": 0}))
    assert widget.error["code"] == "internal"
    assert "disk on fire" in caplog.text


def test_a_widget_is_shown_by_name_where_there_is_no_kernel(
    session: FakeSession, library: FakeLibrary, show: Show
) -> None:
    session.title = "<b>Lesson</b>"
    widget = make_editor(session, library)
    show(widget)
    data = widget._repr_mimebundle_()[0]
    assert data["text/plain"] == "TimelineEditor(project='<b>Lesson</b>')"
    assert "<b>Lesson</b>" not in data["text/html"].replace("&lt;b&gt;Lesson&lt;/b&gt;", "")


def test_the_comm_is_pinned_only_where_ipykernel_has_the_routing() -> None:
    class Plain:
        pass

    class Routed:
        def _reply_subshell_for(self, data: Any, default: Any) -> Any:
            return "elsewhere"

    plain, routed = Plain(), Routed()
    answer_on_the_asking_thread(plain)
    answer_on_the_asking_thread(routed)
    assert not hasattr(plain, "_reply_subshell_for")
    assert routed._reply_subshell_for({}, "asked") == "asked"


def test_closing_takes_the_layout_along_unless_it_was_given(
    session: FakeSession, library: FakeLibrary, show: Show
) -> None:
    """ipywidgets makes a widget for each layout, and keeps it for good."""
    before = set(_instances)
    widget = make_editor(session, library)
    show(widget)
    assert len(set(_instances) - before) == 2
    widget.close()
    assert set(_instances) == before
    given = Layout(width="50%")
    other = TimelineEditor(session, library, layout=given)  # type: ignore[arg-type, call-arg]
    show(other)
    other.close()
    assert set(_instances) - before == {given.model_id}
    given.close()


def test_a_closed_widget_holds_nothing_that_answered(session: FakeSession, library: FakeLibrary, show: Show) -> None:
    """IPython's `Out` keeps what a cell has shown, closed or not."""
    widget = make_workspace(session, library)
    view = show(widget)
    part = weakref.ref(widget._parts[0])
    widget.close()
    ask(widget, view, "timeline.open")  # a message that was under way is dropped
    assert view.sent == []
    gc.collect()
    assert part() is None
