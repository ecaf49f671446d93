"""Small stand-ins for what the widgets meet at their edges: the view, the project session, the library."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from studio_widgets.engine.errors import EditError, LibraryError, MissingMediaError
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.queries import Page
from studio_widgets.engine.media.model import MediaInfo, StreamInfo
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


def media_file(media_id: str, **changes: Any) -> MediaFile:
    """A short video as the library knows it."""
    streams = (
        StreamInfo(index=0, kind="video", codec="h264", rate="30000/1001"),
        StreamInfo(index=1, kind="audio", codec="aac", sample_rate=48_000, channels=2),
    )
    info = MediaInfo(
        kind="video", container="mp4", mime="video/mp4", rate="30000/1001", rotation=90, has_audio=True, streams=streams
    )
    when = datetime.datetime(2026, 11, 20, 9, 12, tzinfo=datetime.UTC)
    fields: dict[str, Any] = {
        "id": media_id,
        "name": f"{media_id}.mp4",
        "kind": "video",
        "file_type": "video/mp4",
        "file_size": 2_500_000,
        "tags": ("intro",),
        "description": "A talk.",
        "source_type": "upload",
        "duration_seconds": 5.0,
        "width": 640,
        "height": 360,
        "sha256": "00",
        "storage_key": "sha256/00/00",
        "path": Path("/nowhere"),
        "info": info,
        "metadata": {},
        "created_at": when,
        "updated_at": when,
    }
    return MediaFile(**fields | changes)


class FakeJobs(msgspec.Struct, frozen=True):
    done: float = 0
    total: int = 0
    label: str = ""
    failed: int = 0


class FakeUpload(msgspec.Struct):
    id: str
    name: str
    data: bytearray = msgspec.field(default_factory=bytearray)

    @property
    def received(self) -> int:
        return len(self.data)


class FakeUploads:
    """Uploads in memory, under the engine's rules: pieces in order, the same file goes on where it was."""

    def __init__(self) -> None:
        self.open: dict[str, FakeUpload] = {}

    def start(self, name: str, size: int, modified: int) -> FakeUpload:
        return self.open.setdefault(f"{name}-{size}-{modified}", FakeUpload(f"{name}-{size}-{modified}", name))

    def append(self, upload_id: str, offset: int, data: Any) -> int:
        upload = self.open[upload_id]
        if offset > upload.received:
            raise LibraryError(f"piece {offset} came before {upload.received}", where=upload.name)
        if offset == upload.received:
            upload.data += data
        return upload.received

    def finish(self, upload_id: str, tags: Sequence[str] = ()) -> MediaFile:
        upload = self.open.pop(upload_id)
        return media_file(upload_id, name=upload.name, file_size=upload.received, tags=tuple(tags))

    def cancel(self, upload_id: str) -> None:
        self.open.pop(upload_id, None)


class FakeLibrary:
    """A library of which a test says what is in it."""

    def __init__(self, home: Path = Path("/nowhere")) -> None:
        self.owner = "somebody"
        self.home = home
        self.files: list[Any] = []
        self.deleted: dict[str, MediaFile] = {}
        self.in_use: set[str] = set()
        self.contents: dict[str, bytes] = {}
        self.urls: dict[str, str] = {}
        self.running = FakeJobs()
        self.uploads = FakeUploads()
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

    def get(self, media_id: str) -> MediaFile:
        found = next((file for file in self.files if file.id == media_id), None)
        if found is None:
            raise MissingMediaError(f"there is no media file {media_id!r}")
        return found

    def tags(self, limit: int = 100) -> list[tuple[str, int]]:
        counts: dict[str, int] = {}
        for file in self.files:
            for tag in file.tags:
                counts[tag] = counts.get(tag, 0) + 1
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def tag(self, ids: Sequence[str], tags: Sequence[str]) -> int:
        return self._change(ids, lambda file: {"tags": (*file.tags, *[tag for tag in tags if tag not in file.tags])})

    def untag(self, ids: Sequence[str], tags: Sequence[str]) -> int:
        return self._change(ids, lambda file: {"tags": tuple(tag for tag in file.tags if tag not in tags)})

    def rename(self, ids: Sequence[str], pattern: str, description: str | None = None) -> int:
        about = {} if description is None else {"description": description}
        return self._change(ids, lambda file: {"name": pattern} | about)

    def delete(self, ids: Sequence[str]) -> int:
        files = [self.get(media_id) for media_id in ids]
        used = [file.name for file in files if file.id in self.in_use]
        if used:
            raise LibraryError(f"still in use: {', '.join(used)} in project 'Lesson 1'", hint="Remove it there first.")
        self.deleted |= {file.id: file for file in files}
        self.files = [file for file in self.files if file not in files]
        return len(files)

    def restore(self, ids: Sequence[str]) -> int:
        self.files += [self.deleted.pop(media_id) for media_id in ids]
        return len(ids)

    def read(self, media_id: str, offset: int, size: int) -> bytes:
        return self.contents[media_id][offset : offset + size]

    def url(self, media_id: str) -> str | None:
        return self.urls.get(media_id)

    def jobs(self) -> FakeJobs:
        return self.running

    def cancel(self) -> int:
        self.running = FakeJobs()
        self.notify("jobs")
        return 1

    def _change(self, ids: Sequence[str], change: Callable[[MediaFile], dict[str, Any]]) -> int:
        before = list(self.files)
        self.files = [msgspec.structs.replace(f, **change(f)) if f.id in ids else f for f in self.files]
        return sum(a != b for a, b in zip(before, self.files, strict=True))

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


__all__ = ["TITLE", "EditError", "FakeJobs", "FakeLibrary", "FakeSession", "View", "media_file", "title_at", "wait_for"]
