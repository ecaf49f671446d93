"""Small stand-ins for what the widgets meet at their edges: the view, the project session, the library."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from studio_widgets.engine.errors import EditError, MissingMediaError
from studio_widgets.engine.library.queries import Page
from studio_widgets.engine.timeline import commands
from studio_widgets.engine.timeline.delta import Delta, diff, patch
from studio_widgets.engine.timeline.history import History
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.widgets.protocol import VERSION

PATIENCE = 10.0  # seconds until a state that must come counts as not coming


def wait_for(condition: Callable[[], Any], what: str = "the state") -> Any:
    """The first true result of `condition`; fails when none comes."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if result := condition():
            return result
        threading.Event().wait(0.002)
    raise AssertionError(f"{what} did not come within {PATIENCE} s")


class Applied(msgspec.Struct, frozen=True):
    rev: int
    created: list[str]


class Change(msgspec.Struct, frozen=True):
    rev: int
    delta: Delta
    echo: list[str]
    echo_length: int
    undo: str
    redo: str
    timeline: Timeline


class View:
    """The far end of a channel: remembers every message, and the thread it was sent from."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], list[Any]]] = []
        self.threads: list[str] = []
        self._count = 0
        self._lock = threading.Lock()

    def send(self, content: dict[str, Any], buffers: Sequence[Any] | None = None) -> None:
        with self._lock:
            self.sent.append((content, list(buffers or [])))
            self.threads.append(threading.current_thread().name)

    def request(self, kind: str, body: Any = None, **extra: Any) -> dict[str, Any]:
        """A request as the JavaScript sends it."""
        self._count += 1
        return {"v": VERSION, "id": f"view-{self._count}", "kind": kind, "body": {} if body is None else body} | extra

    @property
    def replies(self) -> dict[str, tuple[dict[str, Any], list[Any]]]:
        return {content["id"]: (content, buffers) for content, buffers in list(self.sent) if "id" in content}

    def events(self, kind: str) -> list[tuple[dict[str, Any], list[Any]]]:
        return [(content["body"], buffers) for content, buffers in list(self.sent) if content.get("kind") == kind]

    def reply(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """The reply to `request`, once it is there."""
        return wait_for(lambda: self.replies.get(request["id"]), f"a reply to {request['kind']}")

    def answer(self, request: dict[str, Any]) -> Any:
        """The body of a reply that must be a success."""
        reply, _ = self.reply(request)
        assert reply["ok"], reply
        return reply["body"]

    def refusal(self, request: dict[str, Any]) -> dict[str, Any]:
        """The error of a reply that must be one."""
        reply, _ = self.reply(request)
        assert not reply["ok"], reply
        return reply["error"]


class FakeSession:
    """A project session without a database: the real edits and history behind the real interface."""

    def __init__(self, timeline: Timeline | None = None) -> None:
        self.id = "project-1"
        self.title = "Lesson 1"
        self.timeline = timeline or Timeline()
        self.rev = 0
        self.lock = threading.RLock()
        self._history = History()
        self.subscribers: list[Callable[[Change], None]] = []
        self.library: Any = None
        self._tokens: set[str] = set()

    def state(self) -> tuple[int, Timeline]:
        with self.lock:
            return self.rev, self.timeline

    def echo(self) -> list[str]:
        with self.lock:
            return list(self._history.echo())

    def history_state(self) -> tuple[str, str]:
        with self.lock:
            return self._history.undo_label or "", self._history.redo_label or ""

    def subscribe(self, fn: Callable[[Change], None]) -> Callable[[], None]:
        self.subscribers.append(fn)
        return lambda: fn in self.subscribers and self.subscribers.remove(fn)

    def apply(
        self, op: str, args: Mapping[str, Any], *, base_rev: int | None = None, group: str | None = None
    ) -> Applied:
        with self.lock:
            before = self.timeline
            after = commands.apply(before, op, dict(args))
            entry = Entry(
                rev=self.rev + 1,
                op=op,
                args=msgspec.json.encode(dict(args)),
                forward=diff(before, after),
                backward=diff(after, before),
                echo=f"timeline.{op}(…)  # {self.rev + 1}",
                group=group,
            )
            return self._take(entry)

    def apply_all(self, plan: Any, *, token: str = "") -> Applied | None:
        with self.lock:
            if token and token in self._tokens:
                return None
            rev, before, created = self.rev, self.timeline, []
            for op, args in plan(self.timeline):
                before = commands.apply(before, op, dict(args))  # all or none: tried first
            for op, args in plan(self.timeline):
                created += self.apply(op, msgspec.to_builtins(args), group=f"all-{rev}").created
            self._tokens.add(token)
            return Applied(self.rev, created)

    def undo(self) -> Applied:
        with self.lock:
            return self._take(self._history.undo(self.timeline, self.rev + 1)[1])

    def redo(self) -> Applied:
        with self.lock:
            return self._take(self._history.redo(self.timeline, self.rev + 1)[1])

    def _take(self, entry: Entry) -> Applied:
        before = list(self._history.echo())
        known = set(self.timeline.clip_by_id)
        self.timeline = patch(self.timeline, entry.forward)
        self.rev = entry.rev
        self._history.push(entry)
        after = list(self._history.echo())
        same = next(
            (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
        )
        undo, redo = self.history_state()
        change = Change(
            rev=self.rev,
            delta=entry.forward,
            echo=after[same:],
            echo_length=len(after),
            undo=undo,
            redo=redo,
            timeline=self.timeline,
        )
        for fn in list(self.subscribers):
            fn(change)
        return Applied(self.rev, [clip.id for clip in entry.forward.upsert_clips if clip.id not in known])


class FakeLibrary:
    """A library of which a test says what is in it."""

    def __init__(self) -> None:
        self.files: list[Any] = []
        self.thumbnails: dict[str, bytes] = {}
        self.sprites: dict[str, Any] = {}
        self.peak_data: dict[str, bytes] = {}
        self.sources: dict[str, Any] = {}
        self.subscribers: list[Callable[[str], None]] = []
        self.queries: list[dict[str, Any]] = []

    def page(self, **query: Any) -> Page:
        self.queries.append(query)
        start = query["page"] * query["limit"]
        return Page(files=self.files[start : start + query["limit"]], total=len(self.files))

    def thumbnail(self, media_id: str) -> bytes | None:
        return self.thumbnails.get(media_id)

    def sprite(self, media_id: str) -> Any:
        return self.sprites.get(media_id)

    def peaks(self, media_id: str) -> bytes | None:
        return self.peak_data.get(media_id)

    def source_file(self, source: Any) -> Any:
        key = getattr(source, "media_file_id", None) or source.recording_id
        if key not in self.sources:
            raise MissingMediaError(f"there is no file {key!r}", hint="Add it again.")
        return self.sources[key]

    def subscribe(self, fn: Callable[[str], None]) -> Callable[[], None]:
        self.subscribers.append(fn)
        return lambda: self.subscribers.remove(fn)

    def notify(self, kind: str) -> None:
        for fn in list(self.subscribers):
            fn(kind)


TITLE = {"text": "Hello", "at": 0, "duration": 30, "track": "V1"}


def title_at(frame: int, text: str = "Hello") -> dict[str, Any]:
    """Arguments of a one-second title on V1."""
    return {"text": text, "at": frame, "duration": 30, "track": "V1"}


__all__ = ["TITLE", "EditError", "FakeLibrary", "FakeSession", "View", "title_at", "wait_for"]
