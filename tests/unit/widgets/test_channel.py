"""The channel: one answer per request, worked out off the comm thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.widgets.channel import Call, Channel, pieces
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.protocol import (
    MAX_BUFFER,
    VERSION,
    CourseList,
    EditCommand,
    EditResult,
    ErrorBody,
    LibraryPage,
    LibraryQuery,
    Message,
    Nothing,
    ProgressEvent,
)
from tests.unit.widgets.fakes import View, wait_for


class Desk:
    """A channel with lanes that a test can hold up."""

    def __init__(self) -> None:
        self.view = View()
        self.faults: list[ErrorBody] = []
        self.channel = Channel(self.view.send, self.faults.append)
        self.lane = Lane("edits")
        self.pool = Lane("library", 2)
        self.gate = threading.Event()
        self.seen: list[Any] = []

    def ask(self, kind: str, body: Any = None, buffers: Any = (), **extra: Any) -> dict[str, Any]:
        request = self.view.request(kind, body, **extra)
        self.channel.receive(request, buffers)
        return request


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.gate.set()
    made.channel.close()
    made.lane.close()
    made.pool.close()


def edit(op: str) -> dict[str, Any]:
    return {"op": op, "args": {}, "baseRev": 0}


def test_a_request_is_answered_from_a_lane_and_not_from_the_comm_thread(desk: Desk) -> None:
    desk.channel.handle("courses.list", lambda body, call: CourseList(items=[]), desk.pool)
    request = desk.ask("courses.list")
    assert desk.view.answer(request) == {"items": []}
    assert desk.view.threads == ["studio-library"]


def test_receive_returns_while_the_work_is_held_up(desk: Desk) -> None:
    def slow(body: Nothing, call: Call) -> Message:
        desk.gate.wait()
        return CourseList(items=[])

    desk.channel.handle("courses.list", slow, desk.pool)
    request = desk.ask("courses.list")
    assert desk.view.sent == []
    desk.gate.set()
    assert desk.view.answer(request) == {"items": []}


def test_edits_keep_their_order(desk: Desk) -> None:
    def handler(body: EditCommand, call: Call) -> EditResult:
        desk.seen.append(body.op)
        return EditResult(rev=len(desk.seen), created=[])

    desk.channel.handle("timeline.edit", handler, desk.lane)
    requests = [desk.ask("timeline.edit", edit(f"op-{n}")) for n in range(200)]
    assert [desk.view.answer(request)["rev"] for request in requests] == list(range(1, 201))
    assert desk.seen == [f"op-{n}" for n in range(200)]


def test_a_held_up_lane_does_not_hold_up_another(desk: Desk) -> None:
    def held(body: EditCommand, call: Call) -> EditResult:
        desk.gate.wait()
        return EditResult(rev=1, created=[])

    desk.channel.handle("timeline.edit", held, desk.lane)
    desk.channel.handle("courses.list", lambda body, call: CourseList(items=[]), desk.pool)
    first = desk.ask("timeline.edit", edit("move"))
    second = desk.ask("courses.list")
    desk.view.answer(second)
    assert first["id"] not in desk.view.replies
    desk.gate.set()
    desk.view.answer(first)


def test_an_error_of_ours_is_answered_with_what_where_and_hint(desk: Desk) -> None:
    def handler(body: EditCommand, call: Call) -> EditResult:
        raise EditError("it overlaps clip-2", where="clip-1", hint="Move it to another track.")

    desk.channel.handle("timeline.edit", handler, desk.lane)
    assert desk.view.refusal(desk.ask("timeline.edit", edit("move"))) == {
        "code": "edit_refused",
        "message": "it overlaps clip-2",
        "where": "clip-1",
        "hint": "Move it to another track.",
    }
    assert desk.faults == []


def test_a_fault_is_answered_logged_with_its_traceback_and_reported(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(body: EditCommand, call: Call) -> EditResult:
        raise ZeroDivisionError("oops")

    desk.channel.handle("timeline.edit", handler, desk.lane)
    error = desk.view.refusal(desk.ask("timeline.edit", edit("move")))
    assert error["code"] == "internal"
    assert "ZeroDivisionError: oops" in error["message"]
    assert [fault.code for fault in desk.faults] == ["internal"]
    assert "Traceback" in caplog.text
    desk.channel.handle("courses.list", lambda body, call: CourseList(items=[]), desk.lane)
    desk.view.answer(desk.ask("courses.list"))  # the lane goes on


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"v": VERSION + 1, "kind": "courses.list"}, "protocol version"),
        ({"kind": "library.burn"}, "not something this widget can do"),
        ({"kind": "recorder.start", "body": {"trackType": "screen", "mimeType": "video/webm"}}, "can do"),
        ({"kind": "library.query", "body": {"limit": "many"}}, "limit"),
        ({"kind": "library.query", "body": 7}, "object"),
        ({"kind": "timeline.edit", "body": {"op": "x", "args": {"a": "x" * 1_100_000}, "baseRev": 0}}, "larger than"),
        ({"kind": 5}, "malformed"),
    ],
)
def test_bad_messages_are_answered_and_reach_no_handler(desk: Desk, content: dict[str, Any], words: str) -> None:
    def handler(body: Message, call: Call) -> Message:
        raise AssertionError("reached")

    for kind in ("courses.list", "library.query", "timeline.edit"):
        desk.channel.handle(kind, handler, desk.lane)
    request = desk.view.request("courses.list") | content
    desk.channel.receive(request)
    error = desk.view.refusal(request)
    assert error["code"] == "protocol_error"
    assert words in error["message"]


@pytest.mark.parametrize("content", [None, 7, "text", [], {}, {"v": 1}, {"id": 5, "v": 1, "kind": "cancel"}])
def test_what_is_no_message_at_all_is_dropped(desk: Desk, content: Any) -> None:
    desk.channel.receive(content)
    assert desk.view.sent == []


def test_a_buffer_over_the_limit_is_refused(desk: Desk) -> None:
    desk.channel.handle("courses.list", lambda body, call: CourseList(items=[]), desk.lane)
    request = desk.ask("courses.list", buffers=[bytes(MAX_BUFFER + 1)])
    assert "larger than" in desk.view.refusal(request)["message"]


def test_cancelling_a_waiting_request_answers_it_and_its_work_is_never_done(desk: Desk) -> None:
    def handler(body: EditCommand, call: Call) -> EditResult:
        desk.gate.wait()
        desk.seen.append(body.op)
        return EditResult(rev=1, created=[])

    desk.channel.handle("timeline.edit", handler, desk.lane)
    first, second, third = (desk.ask("timeline.edit", edit(op)) for op in ("one", "two", "three"))
    desk.ask("cancel", {"target": second["id"]})
    assert desk.view.refusal(second)["code"] == "cancelled"
    desk.gate.set()
    desk.view.answer(first)
    desk.view.answer(third)
    assert desk.seen == ["one", "three"]


def test_running_work_is_told_that_it_was_cancelled(desk: Desk) -> None:
    running = threading.Event()

    def handler(body: LibraryQuery, call: Call) -> Message:
        running.set()
        call.cancelled.wait()
        return LibraryPage(items=[], total=0, page=0, more=False)

    desk.channel.handle("library.query", handler, desk.pool)
    request = desk.ask("library.query")
    running.wait()
    assert desk.view.answer(desk.ask("cancel", {"target": request["id"]})) == {}
    # What ran to its end says what it did: an edit that is in the journal is not "cancelled".
    assert desk.view.answer(request)["total"] == 0


def test_cancelling_what_has_ended_is_harmless(desk: Desk) -> None:
    desk.channel.handle("courses.list", lambda body, call: CourseList(items=[]), desk.pool)
    request = desk.ask("courses.list")
    desk.view.answer(request)
    assert desk.view.answer(desk.ask("cancel", {"target": request["id"]})) == {}
    assert len([1 for content, _ in desk.view.sent if content.get("id") == request["id"]]) == 1


def test_a_request_sent_twice_is_done_once(desk: Desk) -> None:
    def handler(body: EditCommand, call: Call) -> EditResult:
        desk.gate.wait()
        desk.seen.append(body.op)
        return EditResult(rev=1, created=[])

    desk.channel.handle("timeline.edit", handler, desk.lane)
    request = desk.ask("timeline.edit", edit("move"))
    desk.channel.receive(request)
    desk.gate.set()
    desk.view.answer(request)
    last = desk.ask("timeline.edit", edit("last"))
    desk.view.answer(last)
    assert desk.seen == ["move", "last"]


def test_after_close_nothing_is_sent_and_running_work_is_told(desk: Desk) -> None:
    done = threading.Event()

    def handler(body: Nothing, call: Call) -> Message:
        call.cancelled.wait()
        done.set()
        return CourseList(items=[])

    desk.channel.handle("courses.list", handler, desk.pool)
    desk.ask("courses.list")
    desk.channel.close()
    wait_for(done.is_set)
    desk.channel.emit("progress", ProgressEvent(target="x", label="", done=0, total=0))
    assert desk.view.sent == []


def test_a_view_that_is_gone_does_not_stop_the_work(caplog: pytest.LogCaptureFixture) -> None:
    def gone(content: dict[str, Any], buffers: Any) -> None:
        raise OSError("socket closed")

    channel = Channel(gone)
    channel.emit("progress", ProgressEvent(target="x", label="", done=0, total=0))
    assert "not sent" in caplog.text


def test_pieces_join_to_the_whole_and_none_is_too_large() -> None:
    data = bytes(range(256)) * 10_000
    parts = pieces(data)
    assert b"".join(parts) == data
    assert max(len(part) for part in parts) <= MAX_BUFFER
    assert pieces(b"") == []
