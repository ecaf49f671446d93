"""A project's timeline on its way to the views: a snapshot, then deltas."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from studio_widgets.engine.timeline.delta import Delta, diff
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import to_json
from studio_widgets.widgets.channel import Buffer, Channel, pieces
from studio_widgets.widgets.lanes import Throttle
from studio_widgets.widgets.protocol import (
    HistoryState,
    TimelineDelta,
    TimelineRemove,
    TimelineSettings,
    TimelineSnapshot,
    TimelineUpsert,
)

if TYPE_CHECKING:
    from studio_widgets.engine.library.session import Change, ProjectSession

# Seconds between deltas of edits that the view itself did not ask for. A loop in a cell makes hundreds a second, and
# Jupyter silently drops messages beyond 1000 a second of all widgets together.
INTERVAL = 0.08


class State(msgspec.Struct):
    """A project at one revision, as far as views see it."""

    rev: int
    timeline: Timeline
    history: HistoryState
    echo: list[str]


class TimelineFeed:
    """Sends one widget's views what changed in a project.

    Revisions that come faster than messages may go are sent as one delta. What was sent last is remembered, so that a
    snapshot and the deltas around it always fit together.

    Parameters
    ----------
    session: the project session; `changed` is called after each delta, with the newest timeline.
    """

    def __init__(self, channel: Channel, session: ProjectSession, changed: Callable[[Timeline], None]) -> None:
        self._channel = channel
        self._session = session
        self._changed = changed
        self._lock = threading.Lock()
        self._throttle = Throttle(INTERVAL, self.flush)
        # Subscribed first: a revision that comes while the state is read is then either in it or heard of.
        self._early: list[Change] = []
        self._newest: State | None = None
        self._unsubscribe = session.subscribe(self._hear)
        state = read_state(session)
        with self._lock:
            self._sent, self._newest, self._kept = state, state, len(state.echo)
            for change in self._early:
                self._take(change)
            self._early.clear()

    @property
    def timeline(self) -> Timeline:
        """The newest timeline heard of."""
        with self._lock:
            return self._newest.timeline if self._newest else self._session.timeline

    def snapshot(self) -> tuple[TimelineSnapshot, list[Buffer]]:
        """The whole document at the revision the views were last told of."""
        self.flush()
        with self._lock:
            state = self._sent
        text = to_json(state.timeline).encode()
        body = TimelineSnapshot(
            project_id=self._session.id,
            title=self._session.title,
            rev=state.rev,
            history=state.history,
            echo=state.echo,
        )
        return body, pieces(text)

    def flush(self) -> None:
        """Send what the views were not told of yet, now."""
        with self._lock:
            sent = self._flush()
        if sent is not None:
            # Outside the lock: this sets traits, and whoever observes those may edit the timeline.
            self._changed(sent)

    def close(self) -> None:
        """Tell nothing any more."""
        self._unsubscribe()
        self._throttle.close()

    def _hear(self, change: Change) -> None:
        # Under the project's lock, on the thread of whoever made the edit: only remember it.
        with self._lock:
            if self._newest is None:
                self._early.append(change)
                return
            self._take(change)
        self._throttle.poke()

    def _take(self, change: Change) -> None:
        assert self._newest is not None
        if change.rev <= self._newest.rev:
            return
        stays = change.echo_length - len(change.echo)
        self._kept = min(self._kept, stays)
        self._newest = State(
            rev=change.rev,
            timeline=change.timeline,
            history=HistoryState(undo=change.undo, redo=change.redo),
            echo=[*self._newest.echo[:stays], *change.echo],
        )

    def _flush(self) -> Timeline | None:
        assert self._newest is not None
        before, after = self._sent, self._newest
        if after.rev == before.rev:
            return None
        self._channel.emit("timeline.delta", delta_message(before, after, self._kept))
        self._sent, self._kept = after, len(after.echo)
        return after.timeline


def read_state(session: ProjectSession) -> State:
    """Everything at one revision, however busy other threads are editing."""
    while True:
        rev, timeline = session.state()
        echo = session.echo()
        undo, redo = session.history_state()
        if session.rev == rev:
            return State(rev=rev, timeline=timeline, history=HistoryState(undo=undo, redo=redo), echo=echo)


def delta_message(before: State, after: State, kept: int) -> TimelineDelta:
    """The message that leads a view from one state to a later one; the first `kept` echo lines are the same."""
    change: Delta = diff(before.timeline, after.timeline)
    new = after.timeline
    settings = TimelineSettings(rate=new.rate, width=new.width, height=new.height, next_ids=new.next_ids)
    return TimelineDelta(
        base_rev=before.rev,
        rev=after.rev,
        total_frames=new.total_frames,
        upsert=TimelineUpsert(
            clips=list(change.upsert_clips) or None,
            tracks=list(change.tracks) if change.tracks is not None else None,
            transitions=list(change.upsert_transitions) or None,
            markers=list(change.upsert_markers) or None,
            captions=list(change.upsert_captions) or None,
        ),
        remove=TimelineRemove(
            clips=list(change.remove_clips) or None,
            transitions=list(change.remove_transitions) or None,
            markers=list(change.remove_markers) or None,
            captions=list(change.remove_captions) or None,
        ),
        history=after.history,
        echo=after.echo[kept:],
        echo_length=len(after.echo),
        settings=settings if change.settings is not None else None,
    )
