"""The feed: a view that follows snapshot and deltas has the project's timeline, however edits come."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import to_json
from studio_widgets.widgets.channel import Channel
from studio_widgets.widgets.feed import TimelineFeed
from studio_widgets.widgets.protocol import MAX_BUFFER, TimelineDelta
from tests.unit.widgets.fakes import FakeSession, View, title_at, wait_for


class Mirror:
    """What a view does with a snapshot and deltas, in Python."""

    def __init__(self, feed: TimelineFeed, view: View) -> None:
        body, buffers = feed.snapshot()
        self.state: dict[str, Any] = msgspec.json.decode(b"".join(buffers))
        self.rev, self.echo, self.history, self._view = body.rev, list(body.echo), body.history, view

    def follow(self) -> Mirror:
        for body, _ in self._view.events("timeline.delta"):
            delta = msgspec.convert(body, TimelineDelta)
            if delta.rev <= self.rev:
                continue
            assert delta.base_rev == self.rev, "a gap"
            for name in ("clips", "transitions", "markers", "captions"):
                items = {item["id"]: item for item in self.state.get(name, [])}
                for gone in getattr(delta.remove, name) or []:
                    del items[gone]
                items |= {item["id"]: item for item in msgspec.to_builtins(getattr(delta.upsert, name)) or []}
                self.state[name] = list(items.values())
            if delta.settings is not None:
                self.state |= msgspec.to_builtins(delta.settings)
            if delta.upsert.tracks is not None:
                self.state["tracks"] = msgspec.to_builtins(delta.upsert.tracks)
            self.state["totalFrames"] = delta.total_frames
            self.rev, self.history = delta.rev, delta.history
            self.echo = self.echo[: delta.echo_length - len(delta.echo)] + delta.echo
            assert len(self.echo) == delta.echo_length
        return self

    @property
    def timeline(self) -> Timeline:
        ordered = dict(self.state)
        ordered["clips"] = sorted(ordered["clips"], key=lambda clip: (clip["trackIndex"], clip["startFrame"]))
        ordered.pop("totalFrames")
        return msgspec.convert(ordered, Timeline)


class Room:
    def __init__(self) -> None:
        self.session = FakeSession()
        self.view = View()
        self.told: list[Timeline] = []
        self.feed = TimelineFeed(Channel(self.view.send), self.session, self.told.append)  # type: ignore[arg-type]

    def deltas(self) -> list[dict[str, Any]]:
        return [body for body, _ in self.view.events("timeline.delta")]


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.feed.close()


def test_a_mirror_agrees_after_edits_undo_and_redo(room: Room) -> None:
    room.session.apply("title", title_at(0))
    mirror = Mirror(room.feed, room.view)
    room.session.apply("title", title_at(30))
    room.feed.flush()
    room.session.apply("marker", {"at": 5, "name": "Start"})
    room.feed.flush()
    room.session.apply("remove", {"clips": ["clip-1"]})
    room.feed.flush()
    room.session.undo()
    room.session.undo()
    room.feed.flush()
    room.session.redo()
    room.feed.flush()
    mirror.follow()
    assert mirror.timeline == room.session.timeline
    assert mirror.echo == room.session.echo()
    assert (mirror.history.undo, mirror.history.redo) == room.session.history_state()
    assert mirror.rev == room.session.rev


def test_an_edit_is_one_small_delta(room: Room) -> None:
    for n in range(50):
        room.session.apply("title", title_at(30 * n))
    room.feed.flush()
    room.view.sent.clear()
    room.session.apply("trim", {"clip": "clip-7", "end": -5})
    room.feed.flush()
    [delta] = room.deltas()
    assert [clip["id"] for clip in delta["upsert"]["clips"]] == ["clip-7"]
    assert delta["upsert"]["markers"] is None
    assert delta["settings"] is None
    assert (delta["baseRev"], delta["rev"]) == (50, 51)


def test_a_burst_goes_in_few_messages_and_arrives_whole(room: Room) -> None:
    mirror = Mirror(room.feed, room.view)
    for n in range(300):
        room.session.apply("title", title_at(30 * n))
    wait_for(lambda: room.deltas() and room.deltas()[-1]["rev"] == 300, "the last revision")
    assert mirror.follow().timeline == room.session.timeline
    assert mirror.echo == room.session.echo()
    assert len(room.deltas()) < 300


def test_edits_from_other_threads_during_snapshots_leave_no_gap(room: Room) -> None:
    def edit() -> None:
        for n in range(100):
            room.session.apply("title", title_at(30 * n))

    worker = threading.Thread(target=edit)
    worker.start()
    mirrors = [Mirror(room.feed, room.view) for _ in range(30)]
    worker.join()
    room.feed.flush()
    for mirror in mirrors:
        assert mirror.follow().timeline == room.session.timeline


def test_an_observer_may_edit_while_it_is_told(room: Room) -> None:
    def observer(timeline: Timeline) -> None:
        if len(timeline.clips) == 1:
            room.session.apply("title", title_at(60))

    feed = TimelineFeed(Channel(room.view.send), room.session, observer)  # type: ignore[arg-type]
    room.session.apply("title", title_at(0))
    feed.flush()
    wait_for(lambda: len(room.session.timeline.clips) == 2)
    feed.close()


def test_a_large_document_goes_in_pieces(room: Room) -> None:
    for n in range(130):
        room.session.apply("title", title_at(30 * n, "x" * 9_000))
    body, buffers = room.feed.snapshot()
    assert len(buffers) > 1
    assert max(len(buffer) for buffer in buffers) <= MAX_BUFFER
    assert b"".join(buffers).decode() == to_json(room.session.timeline)
    assert body.rev == 130


def test_a_closed_feed_is_silent_and_no_longer_subscribed(room: Room) -> None:
    room.feed.close()
    room.session.apply("title", title_at(0))
    assert room.session.subscribers == []
    assert room.deltas() == []
