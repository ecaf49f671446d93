"""Messages of the timeline: the document, its changes, and edits."""

from __future__ import annotations

from typing import Any

from studio_widgets.engine.timeline.model import Caption, Clip, Counters, Marker, Track, Transition
from studio_widgets.widgets.protocol.envelope import Count, Events, Message, Name, Nothing, Requests


class TimelineUpsert(Message, frozen=True):
    """Whole new values of what came or changed; None or absent means unchanged. `tracks` is the whole list."""

    clips: list[Clip] | None = None
    tracks: list[Track] | None = None
    transitions: list[Transition] | None = None
    markers: list[Marker] | None = None
    captions: list[Caption] | None = None


class TimelineRemove(Message, frozen=True):
    """Ids of what is gone."""

    clips: list[str] | None = None
    transitions: list[str] | None = None
    markers: list[str] | None = None
    captions: list[str] | None = None


class HistoryState(Message, frozen=True):
    """What undo and redo would do ("" when nothing), for tooltips and disabled states."""

    undo: str
    redo: str


class TimelineSettings(Message, frozen=True):
    """What a timeline has besides its collections."""

    rate: str
    width: int
    height: int
    next_ids: Counters


class TimelineSnapshot(Message, frozen=True):
    """The document at `rev`; the buffers, joined, are the timeline's JSON (the form of `to_json()`)."""

    project_id: str
    title: str
    rev: int
    history: HistoryState
    echo: list[str]


class TimelineDelta(Message, frozen=True):
    """From `base_rev` to `rev`: one revision, or several in one when edits come in a burst.

    Apply it only when the view stands at `base_rev`; a view that stands before it asks for a snapshot. The
    new echo is the first `echo_length - len(echo)` lines of the old one, then `echo`: so an undo shortens
    it. `settings` is there when it changed.
    """

    base_rev: int
    rev: int
    total_frames: int
    upsert: TimelineUpsert
    remove: TimelineRemove
    history: HistoryState
    echo: list[str]
    echo_length: int
    settings: TimelineSettings | None = None


class EditCommand(Message, frozen=True):
    """One edit: `args` as the edit function of that name takes them. Edits with one `group` undo as one.

    `base_rev` is the revision the user saw; the edit is applied to the newest one and refused there if it no
    longer fits.
    """

    op: Name
    args: dict[str, Any]
    base_rev: Count
    group: Name | None = None


class EditResult(Message, frozen=True):
    """The revision the edit made, and the ids of clips it created, in order."""

    rev: int
    created: list[str]


REQUESTS: Requests = {
    "timeline.open": (Nothing, TimelineSnapshot),
    "timeline.edit": (EditCommand, EditResult),
    "timeline.undo": (Nothing, EditResult),
    "timeline.redo": (Nothing, EditResult),
}
EVENTS: Events = {"timeline.delta": TimelineDelta}
