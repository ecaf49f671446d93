"""Edits that take from one clip what they give to its neighbour, or to nobody: roll, slip, slide.

The track stays as long as it is. Markers and captions do not move.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.pieces import trimmed
from studio_widgets.engine.timeline.model import Clip, Timeline


def roll(t: Timeline, *, clip: str, start: int = 0, end: int = 0) -> Timeline:
    """Move the cut that a clip shares with a neighbour: one gets the frames that the other gives.

    ```
    before  V1 [aaaaa][bbbbb][ccccc]
    after   V1 [aaaaaaa][bbb][ccccc]     start=+2 of b: the cut between a and b is 2 later
    after   V1 [aaaaa][bbb][ccccccc]     end=-2 of b: the cut between b and c is 2 earlier
    ```

    A transition stays on its cut, shortened to its new handles. Refused without a neighbour that touches the clip,
    beyond either source, and when nothing would be left of one of the two.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    before, after = lanes.neighbours(t, old)
    left = _touching(t, old, before, "start") if start else None
    right = _touching(t, old, after, "end") if end else None
    gone, come = [old], [_started(trimmed(t, old, start, end), start)]
    if left is not None:
        gone.append(left)
        come.append(trimmed(t, left, end=start, called=("start", "start")))
    if right is not None:
        gone.append(right)
        come.append(_started(trimmed(t, right, start=end, called=("end", "end")), end))
    if gone == come:
        return t
    return refit(lanes.swap(t, gone, come), [item.id for item in gone])


def _touching(t: Timeline, clip: Clip, beside: Clip | None, end: Literal["start", "end"]) -> Clip:
    """The neighbour at that end of the clip, or EditError when the two do not touch."""
    side = "before" if end == "start" else "after"
    found = f"no clip comes {side} it"
    if beside is not None:
        gap = beside.start_frame - clip.end_frame if end == "end" else clip.start_frame - beside.end_frame
        if gap == 0:
            return beside
        found = f"there is a gap of {lanes.count(gap)} to {lanes.label(t, beside)}"
    raise EditError(
        f"{lanes.label(t, clip)} shares no cut with a clip {side} it: {found}",
        hint=f'Trim it instead: timeline.trim("{clip.id}", {end}=…)',
    )


def _started(clip: Clip, by: int) -> Clip:
    return msgspec.structs.replace(clip, start_frame=clip.start_frame + by) if by else clip


def slip(t: Timeline, *, clip: str, by: int) -> Timeline:
    """Show another range of the source in the same place, `by` frames later in it.

    ```
    source     abcdefghijkl              source     abcdefghijkl
    before  V1 [..][cdefgh][..]          after   V1 [..][efghij][..]     by=+2
    ```

    Refused beyond the source; and for stills and titles, which look the same at any frame. Transitions at its ends are
    shortened to what is left of its handles.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    head, tail = old.head_handle, old.tail_handle
    if head is None or tail is None:
        raise EditError(
            f"{lanes.label(t, old)} is the same at any frame: there is nothing to slip",
            hint="Choose a clip of a video or sound file",
        )
    if -by > head or by > tail:
        raise EditError(
            f"{lanes.label(t, old)} has {lanes.count(head)} before its start and {lanes.count(tail)} after its end, "
            f"not {abs(by)}",
            hint=f"Use by={-head} at most" if by < 0 else f"Use by=+{tail} at most",
        )
    if by == 0:
        return t
    new = msgspec.structs.replace(
        old, trim_start_frame=old.trim_start_frame + by, trim_end_frame=old.trim_end_frame + by
    )
    return refit(lanes.swap(t, [old], [new]), [old.id])


def slide(t: Timeline, *, clip: str, by: int) -> Timeline:
    """Move a clip between its neighbours, whose inner edges follow; it shows what it did.

    ```
    before  V1 [aaaaa][bbb][ccccc]
    after   V1 [aaaaaaa][bbb][ccc]     by=+2
    after   V1 [aaa][bbb][ccccccc]     by=-2
    ```

    A gap beside the clip is room to slide into, and grows or shrinks; that neighbour stays. Refused without a clip on
    either side, beyond a gap, beyond a neighbour's source, and when nothing would be left of a neighbour.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    before, after = lanes.neighbours(t, old)
    if before is None or after is None:
        raise EditError(
            f"no clip comes {'before' if before is None else 'after'} {lanes.label(t, old)}: it slides between two",
            hint=f'Move it: timeline.move("{old.id}", to=…)',
        )
    if by == 0:
        return t
    gone, come = [old], [_started(old, by)]
    if before.end_frame == old.start_frame:
        gone.append(before)
        come.append(trimmed(t, before, end=by, called=("by", "by")))
    elif by < 0:
        _refuse_beyond(t, before, -by, old.start_frame - before.end_frame, "-")
    if after.start_frame == old.end_frame:
        gone.append(after)
        come.append(_started(trimmed(t, after, start=by, called=("by", "by")), by))
    elif by > 0:
        _refuse_beyond(t, after, by, after.start_frame - old.end_frame, "+")
    return refit(lanes.swap(t, gone, come), [item.id for item in gone])


def _refuse_beyond(t: Timeline, beside: Clip, by: int, gap: int, sign: str) -> None:
    if by > gap:
        raise EditError(
            f"{lanes.label(t, beside)} is in the way: the gap to it is {lanes.count(gap)}, not {by}",
            hint=f"Use by={sign}{gap} at most",
        )
