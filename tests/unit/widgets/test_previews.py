"""The preview desk: one preview a project, each answer to the widget that asked, under its own numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.widgets.previews import PreviewDesk
from studio_widgets.widgets.protocol import ErrorBody, FragmentEvent, FrameEvent, Message, PlayRequest, ScrubRequest
from tests.unit.widgets.fakes import FakeLibrary, FakeSession, title_at, wait_for


class FakePreview:
    """Remembers what it was told; a test lets it answer."""

    def __init__(self, emit: Callable[[str, dict[str, Any], bytes], None]) -> None:
        self.emit = emit
        self.loaded: list[tuple[Timeline, dict[str, Any], int]] = []
        self.scrubs: list[tuple[int, int, int, int]] = []
        self.plays: list[tuple[int, int]] = []
        self.positions: list[tuple[int, int]] = []
        self.stops = 0
        self.closed = False

    def load(self, timeline: Timeline, files: dict[str, Any], rev: int) -> None:
        self.loaded.append((timeline, files, rev))

    def scrub(self, frame: int, width: int, height: int, seq: int) -> None:
        self.scrubs.append((frame, width, height, seq))

    def play(self, generation: int, frame: int) -> None:
        self.plays.append((generation, frame))

    def position(self, generation: int, frame: int) -> None:
        self.positions.append((generation, frame))

    def stop(self) -> None:
        self.stops += 1

    def close(self) -> None:
        self.closed = True

    def draw(self, index: int = -1) -> None:
        """Answer one of the scrubs."""
        frame, _, _, seq = self.scrubs[index]
        self.emit("frame", {"frame": frame, "seq": seq, "rev": self.loaded[-1][2]}, b"jpeg")


class Watcher:
    """A widget at the desk."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Any, bytes]] = []
        self.interruptions = 0

    def show(self, kind: str, body: Message, data: bytes) -> None:
        self.shown.append((kind, body, data))

    def interrupted(self) -> None:
        self.interruptions += 1


class Room:
    def __init__(self) -> None:
        self.session = FakeSession()
        self.library = FakeLibrary()
        self.previews: list[FakePreview] = []
        self.desk = PreviewDesk(self.session, self.library, self.start)  # type: ignore[arg-type]
        self.one, self.two = Watcher(), Watcher()
        self.desk.sit(self.one)
        self.desk.sit(self.two)

    def start(self, emit: Any) -> Any:
        self.previews.append(FakePreview(emit))
        return self.previews[-1]

    @property
    def preview(self) -> FakePreview:
        [preview] = self.previews
        return preview


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.desk.leave(made.one)
    made.desk.leave(made.two)


def scrub(frame: int, seq: int) -> ScrubRequest:
    return ScrubRequest(frame=frame, width=320, height=180, seq=seq)


def test_nothing_runs_until_somebody_looks_and_then_one_preview_for_all(room: Room) -> None:
    assert room.previews == []
    room.session.apply("title", title_at(0))
    room.desk.scrub(room.one, scrub(3, 7))
    room.desk.scrub(room.two, scrub(4, 7))
    assert room.preview.loaded[0][2] == 1
    assert [frame for frame, *_ in room.preview.scrubs] == [3, 4]


def test_a_frame_goes_to_the_widget_that_asked_under_its_number(room: Room) -> None:
    room.desk.scrub(room.one, scrub(3, 900))
    room.preview.draw()
    assert room.one.shown == [("player.frame", FrameEvent(frame=3, seq=900, rev=0), b"jpeg")]
    assert room.two.shown == []


def test_a_request_that_another_widget_overtook_is_asked_again(room: Room) -> None:
    room.desk.scrub(room.one, scrub(3, 1))
    room.desk.scrub(room.two, scrub(8, 1))
    room.preview.draw(1)
    assert [frame for frame, *_ in room.preview.scrubs] == [3, 8, 3]
    room.preview.draw(2)
    assert room.one.shown == [("player.frame", FrameEvent(frame=3, seq=1, rev=0), b"jpeg")]
    assert len(room.preview.scrubs) == 3


def test_a_widget_may_ask_for_the_next_frame_before_it_has_the_last(room: Room) -> None:
    room.desk.scrub(room.one, scrub(3, 1))
    room.desk.scrub(room.one, scrub(4, 2))
    room.preview.draw(0)
    room.preview.draw(1)
    assert [body.seq for _, body, _ in room.one.shown] == [1, 2]


def test_what_a_widget_asked_before_its_newest_frame_is_not_asked_again(room: Room) -> None:
    room.desk.scrub(room.one, scrub(3, 1))
    room.desk.scrub(room.one, scrub(4, 2))
    room.preview.draw(1)
    assert [frame for frame, *_ in room.preview.scrubs] == [3, 4]


def test_fragments_go_to_the_player_under_its_generation_and_stale_ones_nowhere(room: Room) -> None:
    room.desk.play(room.one, PlayRequest(generation=5, frame=10))
    [(generation, frame)] = room.preview.plays
    fragment = {"generation": generation, "seq": 0, "startFrame": frame, "codec": "avc1", "last": False}
    room.preview.emit("fragment", fragment, b"mp4")
    expected = FragmentEvent(generation=5, seq=0, start_frame=10, codec="avc1", last=False)
    assert room.one.shown == [("player.fragment", expected, b"mp4")]
    room.preview.emit("fragment", fragment | {"generation": generation - 1}, b"old")
    assert len(room.one.shown) == 1
    room.desk.position(room.one, 5, 25)
    room.desk.position(room.one, 4, 99)
    room.desk.position(room.two, 5, 99)
    assert room.preview.positions == [(generation, 25)]


def test_one_plays_at_a_time(room: Room) -> None:
    room.desk.play(room.one, PlayRequest(generation=1, frame=0))
    room.desk.play(room.two, PlayRequest(generation=1, frame=50))
    assert (room.one.interruptions, room.two.interruptions) == (1, 0)
    room.desk.stop(room.one)
    assert room.preview.stops == 0
    room.desk.stop(room.two)
    assert room.preview.stops == 1


def test_the_document_follows_edits_and_the_files_the_library(room: Room) -> None:
    room.session.apply("title", title_at(0))
    source = {"type": "media_file", "mediaFileId": "m1", "kind": "video", "frames": 90}
    add = {"source": source, "name": "a.mp4", "track": "V1", "at": 60, "trim": None, "duration": None}
    room.session.apply("add", add)
    room.desk.scrub(room.one, scrub(0, 1))
    assert list(room.preview.loaded[-1][1]) == []
    errors = [body for kind, body, _ in room.one.shown if kind == "player.error"]
    assert [error.code for error in errors] == ["missing_media"]
    room.library.sources["m1"] = "file of m1"
    room.library.notify("library")
    wait_for(lambda: list(room.preview.loaded[-1][1].values()) == ["file of m1"])
    for n in range(100):
        room.session.apply("title", title_at(300 + 30 * n))
    wait_for(lambda: room.preview.loaded[-1][2] == 102)
    assert len(room.preview.loaded) < 50


def test_an_error_goes_to_everybody(room: Room) -> None:
    room.desk.scrub(room.one, scrub(0, 1))
    room.preview.emit("error", {"code": "bad_media", "message": "m1 is damaged"}, b"")
    expected = ("player.error", ErrorBody(code="bad_media", message="m1 is damaged"), b"")
    assert room.one.shown == room.two.shown == [expected]


def test_the_last_to_leave_ends_the_preview(room: Room) -> None:
    room.desk.play(room.one, PlayRequest(generation=1, frame=0))
    assert not room.desk.leave(room.one)
    assert (room.preview.stops, room.preview.closed) == (1, False)
    assert room.desk.leave(room.two)
    assert room.preview.closed
    assert room.session.subscribers == []
    assert room.library.subscribers == []
