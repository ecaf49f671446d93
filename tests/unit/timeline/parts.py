"""Timelines to test with, drawn and read back as text: one character a frame, the number of the clip that covers it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from types import SimpleNamespace
from typing import Any, Literal, cast

from studio_widgets.engine.errors import MissingMediaError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.library.session import ProjectSession
from studio_widgets.engine.timeline import commands, edits
from studio_widgets.engine.timeline.delta import patch
from studio_widgets.engine.timeline.echo import echo_line
from studio_widgets.engine.timeline.history import History, restoring
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.model import MediaFileSource, Source, Timeline, source_key

LENGTH = 100  # frames of the footage in drawn scenes
FIRST = 50  # where in it every drawn clip begins, so that there are handles on both sides


def media(
    name: str, frames: int | None = LENGTH, kind: Literal["video", "image", "audio"] = "video", has_audio: bool = True
) -> MediaFileSource:
    return MediaFileSource(media_file_id=name, kind=kind, frames=frames, has_audio=has_audio)


def scene(**tracks: str) -> Timeline:
    """`scene(V1="111.222", V2="....33")`: clips `clip-1` … of footage, shown from its frame 50 on."""
    drawn = []
    for track, picture in tracks.items():
        at = 0
        for number, run in groupby(picture):
            length = len(list(run))
            if number != ".":
                drawn.append((number, track, at, length))
            at += length
    t = Timeline()
    for number, track, at, length in sorted(drawn):
        kind: Literal["video", "audio"] = "video" if track.startswith("V") else "audio"
        source = media(f"footage-{number}", kind=kind)
        t = edits.add(t, source=source, name=f"footage-{number}", track=track, at=at, trim=(FIRST, FIRST + length))
        assert f"clip-{number}" in t.clip_by_id, "draw clips numbered from 1 without holes"
    return t


def shown(t: Timeline, track: str) -> str:
    """The picture of a track, up to the end of its last clip."""
    index = t.track_index_by_id[track]
    picture = ""
    for clip in t.clips:
        if clip.track_index == index:
            picture = picture.ljust(clip.start_frame, ".") + clip.id.removeprefix("clip-") * clip.duration_frames
    return picture


def shows(t: Timeline, clip: str) -> tuple[int, int]:
    """The half-open source range a clip shows."""
    found = t.clip_by_id[clip]
    return found.trim_start_frame, found.trim_end_frame


class MemoryProject:
    """A project whose journal is a list: everything `ProjectSession` does but the database."""

    title = "Lesson"

    def __init__(self, shelf: Mapping[str, Source]) -> None:
        self._sources = shelf
        self.library = _Library(shelf)
        self.timeline = Timeline()
        self.history = History()
        self.journal: list[Entry] = []
        self.handle = TimelineHandle(cast(ProjectSession, self))

    def apply(self, op: str, args: Mapping[str, Any], *, base_rev: Any = None, group: str | None = None) -> Any:
        before = self.timeline
        change = commands.run(before, op, self._complete(args))
        if not change.forward:
            return SimpleNamespace(created=())
        line = echo_line(
            op, change.args, before, change.after, lambda source: source_key(source).removeprefix("media:")
        )
        self._append(
            Entry(
                rev=self.rev + 1,
                op=op,
                args=change.args,
                forward=change.forward,
                backward=change.backward,
                echo=line,
                group=group,
            ),
            change.after,
        )
        return SimpleNamespace(created=change.created)

    @property
    def rev(self) -> int:
        return len(self.journal)

    def refresh(self) -> int:
        return self.rev

    def state(self) -> tuple[int, Timeline]:
        return self.rev, self.timeline

    def timeline_at(self, rev: int) -> Timeline:
        t = self.timeline
        for entry in reversed(self.journal[rev:]):
            t = patch(t, entry.backward)
        return t

    def undo(self) -> None:
        after, entry = self.history.undo(self.timeline, self.rev + 1)
        self._append(entry, after)

    def redo(self) -> None:
        after, entry = self.history.redo(self.timeline, self.rev + 1)
        self._append(entry, after)

    def restore(self, version: int) -> None:
        entry = restoring(self.rev + 1, self.timeline, self.timeline_at(version), version)
        if entry.forward:
            self._append(entry, patch(self.timeline, entry.forward))

    def echo(self) -> list[str]:
        return self.history.echo()

    def _append(self, entry: Entry, after: Timeline) -> None:
        self.journal.append(entry)
        self.history.push(entry)
        self.timeline = after

    def _complete(self, args: Mapping[str, Any]) -> dict[str, Any]:
        args = dict(args)
        for key in ("source", "source_to"):
            source = args.get(key)
            if source and source["type"] == "media_file":
                args[key] = self._sources[source["mediaFileId"]]
                if key == "source":
                    args.setdefault("name", source["mediaFileId"])
        return args


class _Library:
    """What the handle asks of a library: ids by name."""

    def __init__(self, shelf: Mapping[str, Source]) -> None:
        self._shelf = shelf

    def __getitem__(self, name: str) -> Any:
        if name not in self._shelf:
            raise MissingMediaError(f"there is no media file {name!r}")
        return SimpleNamespace(id=name)
