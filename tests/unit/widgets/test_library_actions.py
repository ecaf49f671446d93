"""What the asset browser does to files, by way of its messages."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from studio_widgets.engine.errors import RecordingError
from studio_widgets.widgets import AssetBrowser
from studio_widgets.widgets.base import StudioWidget
from studio_widgets.widgets.protocol import MAX_BUFFER
from tests.unit.widgets.conftest import ask
from tests.unit.widgets.fakes import FakeJobs, FakeLibrary, View, media_file, wait_for

Show = Callable[[StudioWidget], View]


@pytest.fixture
def library() -> FakeLibrary:
    library = FakeLibrary()
    library.files = [media_file("a"), media_file("b", tags=()), media_file("c", tags=("intro", "week 1"))]
    return library


class Takes:
    """Takes, of which those in `shown` are on a timeline."""

    def __init__(self, *shown: str) -> None:
        self.shown = shown
        self.deleted: list[str] = []

    def delete(self, recording_id: str) -> None:
        if recording_id in self.shown:
            raise RecordingError("a timeline shows this take", where=f"Take {recording_id}", hint="Save it.")
        self.deleted.append(recording_id)

    def get(self, recording_id: str) -> SimpleNamespace:
        return SimpleNamespace(name=f"Take {recording_id}", mime_type="video/webm;codecs=vp9,opus", file_size=5)


@pytest.fixture
def browse(library: FakeLibrary, show: Show) -> Callable[..., tuple[Callable[..., dict[str, Any]], View]]:
    """`send, view = browse()`: an asset browser, and the way to ask it."""

    def browse(takes: Any = None) -> tuple[Callable[..., dict[str, Any]], View]:
        widget = AssetBrowser(library, takes)  # type: ignore[arg-type]
        view = show(widget)
        return lambda kind, body=None, buffers=(): ask(widget, view, kind, body, buffers), view

    return browse


def test_details_of_files_that_are_there(browse: Any) -> None:
    send, view = browse()
    items = view.answer(send("library.details", {"ids": ["a", "gone"]}))["items"]
    assert [item["id"] for item in items] == ["a"]
    expected = {"description": "A talk.", "rate": "30000/1001", "rotation": 90, "videoCodec": "h264"}
    assert items[0] | expected | {"audioCodec": "aac", "sampleRate": 48_000, "channels": 2} == items[0]


def test_tags_are_added_removed_and_counted(browse: Any, library: FakeLibrary) -> None:
    send, view = browse()
    body = {"ids": ["a", "b", "a"], "add": ["week 2"], "remove": ["intro"]}
    assert view.answer(send("library.tag", body)) == {"count": 2, "ids": ["a", "b"]}
    assert [file.tags for file in library.files] == [("week 2",), ("week 2",), ("intro", "week 1")]
    items = view.answer(send("library.tags"))["items"]
    assert items == [
        {"tag": "week 2", "count": 2},
        {"tag": "intro", "count": 1},
        {"tag": "week 1", "count": 1},
    ]


def test_a_file_gets_a_name_and_a_description(browse: Any, library: FakeLibrary) -> None:
    send, view = browse()
    answer = view.answer(send("library.rename", {"ids": ["b"], "pattern": "New.mp4", "description": "Better."}))
    assert answer == {"count": 1, "ids": ["b"]}
    assert (library.get("b").name, library.get("b").description) == ("New.mp4", "Better.")


def test_deleted_files_come_back_in_the_order_of_the_requests(browse: Any, library: FakeLibrary) -> None:
    send, view = browse()
    requests = [send("library.delete", {"ids": ["a", "b"]}), send("library.restore", {"ids": ["a", "b"]})]
    assert [view.answer(request) for request in requests] == [{"count": 2, "ids": ["a", "b"]}] * 2
    assert {file.id for file in library.files} == {"a", "b", "c"}


def test_a_refused_deletion_says_which_file_is_used_where(browse: Any, library: FakeLibrary) -> None:
    library.in_use = {"c"}
    send, view = browse()
    error = view.refusal(send("library.delete", {"ids": ["a", "c"]}))
    assert "c.mp4 in project 'Lesson 1'" in error["message"]
    assert len(library.files) == 3


def test_a_download_comes_in_pieces_or_from_a_url(browse: Any, library: FakeLibrary) -> None:
    data = hashlib.shake_128(b"file").digest(MAX_BUFFER + 700)
    library.contents["a"] = data
    library.urls["b"] = "https://cdn.example/b.mp4"
    send, view = browse()
    got = b""
    for offset in (0, MAX_BUFFER, len(data)):
        reply, buffers = view.reply(send("library.download", {"id": "a", "offset": offset}))
        assert (reply["body"]["name"], reply["body"]["offset"]) == ("a.mp4", offset)
        assert all(len(buffer) <= MAX_BUFFER for buffer in buffers)
        got += b"".join(buffers)
    assert got == data
    reply, buffers = view.reply(send("library.download", {"id": "b"}))
    assert (reply["body"]["url"], buffers) == ("https://cdn.example/b.mp4", [])


def test_background_work_is_told_and_cancelled(browse: Any, library: FakeLibrary) -> None:
    send, view = browse()
    assert view.answer(send("library.jobs")) == {"done": 0, "total": 0, "label": "", "failed": 0}
    library.running = FakeJobs(done=34, total=200, label="proxy of talk.mp4")
    for _ in range(100):
        library.notify("jobs")
    wait_for(lambda: view.events("library.jobs"))
    assert view.events("library.jobs")[-1][0] == {"done": 34, "total": 200, "label": "proxy of talk.mp4", "failed": 0}
    assert len(view.events("library.jobs")) <= 3
    view.answer(send("library.cancel"))
    wait_for(lambda: view.events("library.jobs")[-1][0]["total"] == 0)


def test_takes_are_deleted_and_one_on_a_timeline_stays(browse: Any) -> None:
    takes = Takes("2")
    send, view = browse(takes)
    assert view.answer(send("recorder.delete", {"ids": ["1"]})) == {"count": 1, "ids": ["1"]}
    error = view.refusal(send("recorder.delete", {"ids": ["2", "3"]}))
    assert (error["where"], error["message"]) == ("Take 2", "a timeline shows this take")
    assert takes.deleted == ["1", "3"]


def test_a_take_is_downloaded_as_a_file(browse: Any, library: FakeLibrary) -> None:
    library.contents["1"] = b"bytes"
    send, view = browse(Takes())
    reply, buffers = view.reply(send("recorder.download", {"id": "1", "offset": 2}))
    expected = {"name": "Take 1.webm", "fileType": "video/webm", "size": 5, "offset": 2}
    assert (reply["body"] | expected, b"".join(buffers)) == (reply["body"], b"tes")
    send, view = browse(None)
    assert "no recordings" in view.refusal(send("recorder.download", {"id": "1"}))["message"]


def test_several_refused_takes_are_named_in_one_error(browse: Any) -> None:
    send, view = browse(Takes(*"123456"))
    error = view.refusal(send("recorder.delete", {"ids": list("0123456")}))
    assert "6 takes were not deleted, 1 were: Take 1, Take 2, Take 3, Take 4, Take 5 and 1 more" in error["message"]


def test_another_filter_goes_to_the_first_page(library: FakeLibrary, show: Show) -> None:
    widget = AssetBrowser(library, browser_kind="video", browser_page=2)  # type: ignore[arg-type]
    show(widget)
    assert widget.browser_page == 2
    for name, value in {"browser_sort": "name", "browser_tags": ["intro"], "browser_search": "talk"}.items():
        widget.browser_page = 3
        widget.set_trait(name, value)
        assert widget.browser_page == 0, name


def test_a_file_is_uploaded_in_pieces_and_goes_on_where_it_was_cut(browse: Any, library: FakeLibrary) -> None:
    send, view = browse()
    about = {"name": "talk.mp4", "size": 30, "modified": 7}
    state = view.answer(send("upload.start", about))
    assert state["nextOffset"] == 0
    upload = state["uploadId"]

    def piece(offset: int, data: bytes) -> dict[str, Any]:
        return send("upload.piece", {"uploadId": upload, "offset": offset}, [memoryview(data)])

    acks = [piece(offset, bytes([offset]) * 10) for offset in (0, 10, 10)]  # the last of them twice
    assert [view.answer(request)["nextOffset"] for request in acks] == [10, 20, 20]
    assert view.refusal(send("upload.piece", {"uploadId": upload, "offset": 20}))["code"] == "protocol_error"
    assert view.answer(send("upload.start", about)) == state | {"nextOffset": 20}
    view.answer(piece(20, bytes([20]) * 10))
    item = view.answer(send("upload.finish", {"uploadId": upload, "tags": ["new"]}))
    assert (item["name"], item["fileSize"], item["tags"]) == ("talk.mp4", 30, ["new"])
    view.answer(send("upload.start", about))
    view.answer(send("upload.cancel", {"uploadId": upload}))
    assert library.uploads.open == {}


def test_widgets_of_one_place_of_uploads_know_each_other(show: Show) -> None:
    places = []
    for home in ("/a", "/b", "/a"):
        widget = AssetBrowser(FakeLibrary(Path(home)))  # type: ignore[arg-type]
        view = show(widget)
        state = view.answer(ask(widget, view, "upload.start", {"name": "a", "size": 1, "modified": 1}))
        places.append(state["library"])
    assert places[0] == places[2] != places[1]


def test_pieces_go_on_while_another_file_is_finished(browse: Any, library: FakeLibrary) -> None:
    send, view = browse()
    ids = [
        view.answer(send("upload.start", {"name": name, "size": 3, "modified": 1}))["uploadId"] for name in ("a", "b")
    ]
    go, finish = threading.Event(), library.uploads.finish

    def slow(upload_id: str, tags: Any = ()) -> Any:
        assert go.wait(10)
        return finish(upload_id, tags)

    library.uploads.finish = slow  # type: ignore[method-assign]
    ending = send("upload.finish", {"uploadId": ids[0]})
    assert view.answer(send("upload.piece", {"uploadId": ids[1], "offset": 0}, [b"abc"]))["nextOffset"] == 3
    assert ending["id"] not in view.replies
    go.set()
    assert view.answer(ending)["name"] == "a"
