"""Transitions: on cuts, fed from handles; and how they follow when clips change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.values import a_length, clean_color
from studio_widgets.engine.timeline.model import (
    Clip,
    Timeline,
    Transition,
    TransitionKind,
    WipeDirection,
    transition_order,
)
from studio_widgets.engine.timeline.timecode import seconds_to_frames

MIN_TRANSITION = 2  # frames: one on each side of the cut
_DEFAULT_SECONDS = 1


def transition(
    t: Timeline,
    *,
    left: str,
    kind: TransitionKind = "crossfade",
    duration: int | None = None,
    direction: WipeDirection | None = None,
    color: str | None = None,
) -> Timeline:
    """Cross from a clip to the one that follows it without a gap, over `duration` frames (1 s) around their cut.

    ```
    before  V1 [aaaaa|bbbbb]         a's source:  aaaaa a a a   (tail handle)
    after   V1 [aaa XXXX bb]         b's source:  b b b bbbbb   (head handle)
    ```

    kind: a crossfade; a wipe, whose edge goes in `direction` ("right"); or a dip to `color` (black) and out of it.

    The frames after a's trim end and before b's trim start are what it is made of. With fewer of them than asked for it
    is shortened to what there is; with none it is refused. A dip needs none: a is gone before b comes.
    """
    before, after = _cut_after(t, left)
    for existing in t.transitions_by_clip.get(before.id, ()):
        if existing.left_clip_id == before.id:
            raise EditError(
                f"{existing.id} is on that cut already",
                hint=f'Change it: timeline.set_transition("{existing.id}", duration=…)',
            )
    asked = seconds_to_frames(_DEFAULT_SECONDS, t.fps) if duration is None else _asked(duration)
    new = Transition(
        id=f"transition-{t.next_ids.transition}",
        left_clip_id=before.id,
        right_clip_id=after.id,
        duration_frames=min(asked, _room_or_refuse(t, before, after, kind)),
        **_options(kind, direction, color),
    )
    counters = msgspec.structs.replace(t.next_ids, transition=t.next_ids.transition + 1)
    ordered = tuple(sorted((*t.transitions, new), key=transition_order))
    return lanes.replace(t, transitions=ordered, next_ids=counters)


def _options(kind: TransitionKind, direction: WipeDirection | None, color: str | None) -> dict[str, Any]:
    """The fields of a kind of transition; EditError for an option that it does not have."""
    if direction is not None and kind != "wipe":
        raise EditError(f"a {kind} has no direction", hint='Only a wipe has: kind="wipe"')
    if color is not None and kind != "dip":
        raise EditError(f"a {kind} has no color", hint='Only a dip has: kind="dip"')
    color = None if color is None else clean_color(color, "the dip's color")
    if color is not None and len(color) > len("#rrggbb"):
        raise EditError(f"a dip to {color} would not cover the picture", hint="Write #rrggbb")
    return {"kind": kind, "direction": direction or "right", "color": color}


def option_problem(kind: TransitionKind, direction: WipeDirection, color: str | None) -> str | None:
    """What is wrong with the options of a transition from outside."""
    try:
        _options(kind, None if direction == "right" else direction, color)
    except EditError as error:
        return f"is wrong: {error.message}"
    return None


def _asked(duration: int) -> int:
    if a_length(duration, "the transition's duration") < MIN_TRANSITION:
        raise EditError(
            f"a transition of {lanes.count(duration)} cannot lie on both sides of its cut",
            hint=f"Give it at least {MIN_TRANSITION} frames",
        )
    return duration


def _cut_after(t: Timeline, left: str) -> tuple[Clip, Clip]:
    before = lanes.find_clip(t, left)
    lanes.refuse_locked(t, before.track_index)
    after = lanes.neighbours(t, before)[1]
    if after is None:
        raise EditError(
            f"no clip follows {lanes.label(t, before)}", hint="A transition needs a clip on either side of a cut"
        )
    if after.start_frame != before.end_frame:
        gap = after.start_frame - before.end_frame
        raise EditError(
            f"there is a gap of {lanes.count(gap)} between {lanes.label(t, before)} and {lanes.label(t, after)}",
            hint=f'Close it first: timeline.move("{after.id}", to={before.end_frame})',
        )
    return before, after


def _room_or_refuse(t: Timeline, left: Clip, right: Clip, kind: TransitionKind) -> int:
    room = transition_room(t, left, right, kind)
    if room >= MIN_TRANSITION:
        return room
    tail, head = left.tail_handle, right.head_handle
    if kind != "dip" and (tail == 0 or head == 0):
        short = left if tail == 0 else right
        cut = "end=-15" if tail == 0 else "start=+15"
        raise EditError(
            f"a transition is made of frames outside the cut: {lanes.label(t, left)} has "
            f"{_available(tail)} after its end and {lanes.label(t, right)} has {_available(head)} before its start",
            hint=f'Trim to make some, then close the gap: timeline.trim("{short.id}", {cut}). A dip needs none',
        )
    raise EditError(
        f"{lanes.label(t, left)} and {lanes.label(t, right)} are too short for a transition beside the ones they have",
        hint="Shorten or remove the other transition",
    )


def _available(handle: int | None) -> str:
    return "any number of frames" if handle is None else lanes.count(handle)


def transition_room(t: Timeline, left: Clip, right: Clip, kind: TransitionKind) -> int:
    """The longest transition of a kind that fits on the cut between two adjacent clips, in frames.

    With duration d the left clip lends `d - d // 2` frames from its tail handle and the right clip `d // 2` from its
    head handle (none for a dip); it lies over `d // 2` of the left clip and `d - d // 2` of the right one, where no
    other may lie.
    """
    left_body = left.duration_frames - sum(
        other.tail_frames for other in t.transitions_by_clip.get(left.id, ()) if other.right_clip_id == left.id
    )
    right_body = right.duration_frames - sum(
        other.lead_frames for other in t.transitions_by_clip.get(right.id, ()) if other.left_clip_id == right.id
    )
    larger_half, smaller_half = right_body, left_body
    if kind != "dip":
        larger_half = right_body if left.tail_handle is None else min(left.tail_handle, right_body)
        smaller_half = left_body if right.head_handle is None else min(right.head_handle, left_body)
    return max(0, min(2 * larger_half, 2 * smaller_half + 1))


def refit(t: Timeline, clip_ids: Iterable[str]) -> Timeline:
    """`t` with the transitions of those clips (changed or gone) fitted to what is there now.

    A transition that is no longer on a cut is dropped; one with too little room is shortened, or dropped when nothing
    is left of it. Where two share a short clip, the earlier one yields.
    """
    touched = {tr.id: tr for clip_id in clip_ids for tr in t.transitions_by_clip.get(clip_id, ())}
    for old in sorted(touched.values(), key=transition_order):
        left, right = t.clip_by_id.get(old.left_clip_id), t.clip_by_id.get(old.right_clip_id)
        room = 0
        if left and right and left.track_index == right.track_index and left.end_frame == right.start_frame:
            room = transition_room(t, left, right, old.kind)
        if room < min(MIN_TRANSITION, old.duration_frames):
            t = lanes.replace(t, transitions=tuple(tr for tr in t.transitions if tr is not old))
        elif room < old.duration_frames:
            new = msgspec.structs.replace(old, duration_frames=room)
            t = lanes.replace(t, transitions=tuple(new if tr is old else tr for tr in t.transitions))
    return t


def set_transition(
    t: Timeline,
    *,
    transition: str,
    duration: int | None = None,
    kind: TransitionKind | None = None,
    direction: WipeDirection | None = None,
    color: str | None = None,
) -> Timeline:
    """Make a transition longer or shorter, centred on its cut, or another kind of transition.

    ```
    before  V1 [aaa XXXX bb]
    after   V1 [aaaa XX bbb]     duration=2
    ```

    Longer than its handles allow is shortened to them. Of another kind it has that kind's usual direction and colour,
    where none is given. None leaves things as they are.
    """
    old = _find(t, transition)
    if (duration, kind, direction, color) == (None, None, None, None):
        raise EditError("nothing is said about the transition", hint="Give duration, kind, direction or color")
    left, right = t.clip_by_id[old.left_clip_id], t.clip_by_id[old.right_clip_id]
    new_kind = kind or old.kind
    if new_kind == old.kind == "wipe":
        direction = direction or old.direction
    if new_kind == old.kind == "dip":
        color = color or old.color
    options = _options(new_kind, direction, color)
    asked = old.duration_frames if duration is None else _asked(duration)
    length = min(asked, _room_or_refuse(t, left, right, new_kind))
    new = msgspec.structs.replace(old, duration_frames=length, **options)
    if new == old:
        return t
    return lanes.replace(t, transitions=tuple(new if tr is old else tr for tr in t.transitions))


def remove_transition(t: Timeline, *, transition: str) -> Timeline:
    """Make a transition a plain cut again.

    ```
    before  V1 [aaa XXXX bb]
    after   V1 [aaaaa|bbbbb]
    ```
    """
    old = _find(t, transition)
    return lanes.replace(t, transitions=tuple(tr for tr in t.transitions if tr is not old))


def _find(t: Timeline, transition_id: str) -> Transition:
    for found in t.transitions:
        if found.id == transition_id:
            lanes.refuse_locked(t, t.clip_by_id[found.left_clip_id].track_index)
            return found
    names = ", ".join(tr.id for tr in t.transitions[:20]) or "none"
    raise EditError(f"there is no transition {transition_id!r}", hint=f"There are: {names}")
