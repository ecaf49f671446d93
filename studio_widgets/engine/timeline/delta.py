"""What changed between two timelines, as a value: what views receive, the journal stores and undo replays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.model import (
    Caption,
    Clip,
    Counters,
    Marker,
    Timeline,
    Track,
    Transition,
    Value,
    caption_order,
    marker_order,
    transition_order,
)


class Settings(Value, frozen=True):
    """The scalar fields that changed; None: unchanged."""

    rate: str | None = None
    width: int | None = None
    height: int | None = None
    next_ids: Counters | None = None


class Delta(Value, frozen=True):
    """Whole new values of what came or changed, ids of what went.

    `tracks`, when not None, is the *whole* list of tracks in order: tracks are few, clips point at them by index, and
    undoing the edit that made a track takes it away again.
    """

    upsert_clips: tuple[Clip, ...] = ()
    remove_clips: tuple[str, ...] = ()
    upsert_transitions: tuple[Transition, ...] = ()
    remove_transitions: tuple[str, ...] = ()
    upsert_markers: tuple[Marker, ...] = ()
    remove_markers: tuple[str, ...] = ()
    upsert_captions: tuple[Caption, ...] = ()
    remove_captions: tuple[str, ...] = ()
    tracks: tuple[Track, ...] | None = None
    settings: Settings | None = None

    def __bool__(self) -> bool:
        """Whether anything changed at all."""
        return self != _NOTHING


_NOTHING = Delta()


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_HasId)
Changes = tuple[tuple[Item, ...], tuple[str, ...]]
"""Whole values of what came or changed, ids of what went."""


def diff(a: Timeline, b: Timeline) -> Delta:
    """The change that makes `b` of `a`: `patch(a, diff(a, b)) == b`.

    Fast when `b` was made from `a`: what they share is skipped by identity.
    """
    return diff_both(a, b)[0]


def diff_both(a: Timeline, b: Timeline) -> tuple[Delta, Delta]:
    """`diff(a, b)` and `diff(b, a)`, for the price of one."""
    clips, clips_back = _changes(a.clips, b.clips)
    transitions, transitions_back = _changes(a.transitions, b.transitions)
    markers, markers_back = _changes(a.markers, b.markers)
    captions, captions_back = _changes(a.captions, b.captions)
    return (
        _delta(clips, transitions, markers, captions, _changed(a.tracks, b.tracks), _settings(a, b)),
        _delta(
            clips_back, transitions_back, markers_back, captions_back, _changed(b.tracks, a.tracks), _settings(b, a)
        ),
    )


def _delta(
    clips: Changes[Clip],
    transitions: Changes[Transition],
    markers: Changes[Marker],
    captions: Changes[Caption],
    tracks: tuple[Track, ...] | None,
    settings: Settings | None,
) -> Delta:
    return Delta(
        upsert_clips=clips[0],
        remove_clips=clips[1],
        upsert_transitions=transitions[0],
        remove_transitions=transitions[1],
        upsert_markers=markers[0],
        remove_markers=markers[1],
        upsert_captions=captions[0],
        remove_captions=captions[1],
        tracks=tracks,
        settings=settings,
    )


def _settings(a: Timeline, b: Timeline) -> Settings | None:
    settings = Settings(
        rate=_changed(a.rate, b.rate),
        width=_changed(a.width, b.width),
        height=_changed(a.height, b.height),
        next_ids=_changed(a.next_ids, b.next_ids),
    )
    return settings if settings != Settings() else None


def _changed(a: Any, b: Any) -> Any:
    return None if a is b or a == b else b


def _changes(a: tuple[Item, ...], b: tuple[Item, ...]) -> tuple[Changes[Item], Changes[Item]]:
    """What came or changed and the ids of what went, in order; there and back."""
    if a is b:
        return ((), ()), ((), ())
    old, new = _apart(a, b)
    # What moved past others is in both: the same object or an equal one.
    same = set(map(id, old)) & set(map(id, new))
    old_by_id = {item.id: item for item in old if id(item) not in same}
    new_by_id = {item.id: item for item in new if id(item) not in same}
    for item_id in old_by_id.keys() & new_by_id.keys():
        if old_by_id[item_id] == new_by_id[item_id]:
            del old_by_id[item_id], new_by_id[item_id]
    there = tuple(new_by_id.values()), tuple(item_id for item_id in old_by_id if item_id not in new_by_id)
    back = tuple(old_by_id.values()), tuple(item_id for item_id in new_by_id if item_id not in old_by_id)
    return there, back


_NEAR = 24  # items: where two lists that differ are looked for the same object again


def _apart(a: Sequence[Item], b: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What is left of two lists without their equal runs, in order.

    An edit changes a few items here and there (a split of all tracks, a sound along with its picture): after each of
    them the lists agree again, a few items further on. Where they do not, as when thousands were pushed, the rest of
    both but for an equal end is taken.
    """
    old: list[Item] = []
    new: list[Item] = []
    at, bt = 0, 0
    while True:
        same = _common_head(a, b, at, bt)
        at, bt = at + same, bt + same
        if at == len(a) or bt == len(b) or (step := _again(a, b, at, bt)) is None:
            tail = _common_tail(a, b, min(len(a) - at, len(b) - bt))
            return [*old, *a[at : len(a) - tail]], [*new, *b[bt : len(b) - tail]]
        old += a[at : at + step[0]]
        new += b[bt : bt + step[1]]
        at, bt = at + step[0], bt + step[1]


def _again(a: Sequence[Any], b: Sequence[Any], at: int, bt: int) -> tuple[int, int] | None:
    """How many items further on, in each of the lists, the same object is found; None when not near."""
    for both in range(1, 2 * _NEAR):
        for step in range(max(0, both - _NEAR), min(both, _NEAR) + 1):
            if at + step < len(a) and bt + both - step < len(b) and a[at + step] is b[bt + both - step]:
                return step, both - step
    return None


def _common_head(a: Sequence[Any], b: Sequence[Any], at: int, bt: int) -> int:
    """How many items are equal from there on. Comparing slices runs in C and takes equal objects by identity."""
    low, high = 0, min(len(a) - at, len(b) - bt)
    while low < high:
        middle = (low + high + 1) // 2
        if a[at + low : at + middle] == b[bt + low : bt + middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(a: Sequence[Any], b: Sequence[Any], most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def patch(t: Timeline, delta: Delta) -> Timeline:
    """`t` with the change applied. The delta must have been made from a timeline equal to `t`."""
    fields: dict[str, Any] = {}
    if delta.tracks is not None:
        fields["tracks"] = delta.tracks
    if delta.settings is not None:
        for name in ("rate", "width", "height", "next_ids"):
            if (value := getattr(delta.settings, name)) is not None:
                fields[name] = value
    if delta.upsert_transitions or delta.remove_transitions:
        fields["transitions"] = _patched(
            t.transitions, delta.upsert_transitions, delta.remove_transitions, transition_order
        )
    if delta.upsert_markers or delta.remove_markers:
        fields["markers"] = _patched(t.markers, delta.upsert_markers, delta.remove_markers, marker_order)
    if delta.upsert_captions or delta.remove_captions:
        fields["captions"] = _patched(t.captions, delta.upsert_captions, delta.remove_captions, caption_order)
    if not (delta.upsert_clips or delta.remove_clips):
        return lanes.replace(t, **fields) if fields else t
    touched = (*delta.remove_clips, *(clip.id for clip in delta.upsert_clips))
    gone = [clip for clip_id in touched if (clip := t.clip_by_id.get(clip_id))]
    return lanes.swap(t, gone, delta.upsert_clips, **fields)


def _patched(
    items: Iterable[Item], upsert: Iterable[Item], remove: Iterable[str], order: Callable[[Item], Any]
) -> tuple[Item, ...]:
    kept = {item.id: item for item in items}
    for item_id in remove:
        kept.pop(item_id, None)
    kept.update((item.id, item) for item in upsert)
    return tuple(sorted(kept.values(), key=order))


def created(before: Timeline, after: Timeline) -> tuple[str, ...]:
    """Ids the change from `before` to `after` counted up and that exist: clips, transitions, markers, captions."""
    ids: list[str] = []
    old, new = before.next_ids, after.next_ids
    ids += [name for n in range(old.clip, new.clip) if (name := f"clip-{n}") in after.clip_by_id]
    for kind, items in (
        ("transition", after.transitions),
        ("marker", after.markers),
        ("caption", after.captions),
    ):
        first, end = getattr(old, kind), getattr(new, kind)
        if end > first:
            present = {item.id for item in items}
            ids += [name for n in range(first, end) if (name := f"{kind}-{n}") in present]
    return tuple(ids)
