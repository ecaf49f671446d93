"""Edits that take from one clip what they give to its neighbour, or to nobody: roll, slip, slide.

The track stays as long as it is. Markers and captions do not move.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.pieces import trimmed
from studio_widgets.engine.timeline.edits.together import blamed, members, relaid, with_ends
from studio_widgets.engine.timeline.model import Clip, Timeline


def roll(t: Timeline, *, clip: str, start: int = 0, end: int = 0, alone: bool = False) -> Timeline:
    """Move the cut that a clip shares with a neighbour: one gets the frames that the other gives.

    ```
    before  V1 [aaaaa][bbbbb][ccccc]
    after   V1 [aaaaaaa][bbb][ccccc]     start=+2 of b: the cut between a and b is 2 later
    after   V1 [aaaaa][bbb][ccccccc]     end=-2 of b: the cut between b and c is 2 earlier
    ```

    A transition stays on its cut, shortened to its new handles. The cuts of linked clips that share the end are rolled
    by the same. Refused without a neighbour that touches the clip, beyond either source, and when nothing would be
    left of one of the two.
    """
    ends = with_ends(t, clip, start, end, alone)
    moves: dict[str, _Ends] = {}
    for old, head, tail in ends:
        with blamed(t, old, ends[0][0]):
            _roll(t, old, head, tail, moves)
    new = []
    for move in moves.values():
        with blamed(t, move.named, ends[0][0]):
            new.append(_started(trimmed(t, move.clip, move.start, move.end, called=move.called), move.start))
    return relaid(t, [move.clip for move in moves.values()], new, hint="Roll by fewer frames")


class _Ends(msgspec.Struct):
    """By how many frames the ends of a clip move, for the sake of which clip, and what that edit calls it."""

    clip: Clip
    named: Clip
    called: tuple[str, str] = ("start", "end")
    start: int = 0
    end: int = 0


def _roll(t: Timeline, old: Clip, start: int, end: int, moves: dict[str, _Ends]) -> None:
    before, after = lanes.neighbours(t, old)
    moves.setdefault(old.id, _Ends(old, old))
    moves[old.id].start, moves[old.id].end = start, end
    if start:
        left = _touching(t, old, before, "start")
        moves.setdefault(left.id, _Ends(left, old, ("start", "start"))).end = start
    if end:
        right = _touching(t, old, after, "end")
        moves.setdefault(right.id, _Ends(right, old, ("end", "end"))).start = end


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


def slip(t: Timeline, *, clip: str, by: int, alone: bool = False) -> Timeline:
    """Show another range of the source in the same place, `by` frames later in it.

    ```
    source     abcdefghijkl              source     abcdefghijkl
    before  V1 [..][cdefgh][..]          after   V1 [..][efghij][..]     by=+2
    ```

    Linked clips are slipped by the same, but for stills and titles, which look the same at any frame. Refused beyond
    the source, and for a still or a title itself. Transitions at the ends are shortened to what is left of the handles.
    """
    named, *others = members(t, clip, alone)
    if named.head_handle is None:
        raise EditError(
            f"{lanes.label(t, named)} is the same at any frame: there is nothing to slip",
            hint="Choose a clip of a video or sound file",
        )
    old = [named, *(other for other in others if other.head_handle is not None)]
    new = []
    for item in old:
        with blamed(t, item, named):
            new.append(_slipped(t, item, by))
    return relaid(t, old, new, hint="")


def _slipped(t: Timeline, old: Clip, by: int) -> Clip:
    head, tail = old.head_handle or 0, old.tail_handle or 0
    if -by > head or by > tail:
        raise EditError(
            f"{lanes.label(t, old)} has {lanes.count(head)} before its start and {lanes.count(tail)} after its end, "
            f"not {abs(by)}",
            hint=f"Use by={-head} at most" if by < 0 else f"Use by=+{tail} at most",
        )
    return msgspec.structs.replace(
        old, trim_start_frame=old.trim_start_frame + by, trim_end_frame=old.trim_end_frame + by
    )


def slide(t: Timeline, *, clip: str, by: int, alone: bool = False) -> Timeline:
    """Move a clip between its neighbours, whose inner edges follow; it shows what it did.

    ```
    before  V1 [aaaaa][bbb][ccccc]
    after   V1 [aaaaaaa][bbb][ccc]     by=+2
    after   V1 [aaa][bbb][ccccccc]     by=-2
    ```

    A gap beside the clip is room to slide into, and grows or shrinks; that neighbour stays. Linked clips slide by the
    same, with a neighbour on each side or without. Refused without a clip on either side, beyond a gap, beyond a
    neighbour's source, and when nothing would be left of a neighbour.
    """
    sliding = members(t, clip, alone)
    named = sliding[0]
    before, after = lanes.neighbours(t, named)
    if before is None or after is None:
        raise EditError(
            f"no clip comes {'before' if before is None else 'after'} {lanes.label(t, named)}: it slides between two",
            hint=f'Move it: timeline.move("{named.id}", to=…)',
        )
    if by == 0:
        return t
    ids = {item.id for item in sliding}
    moves: dict[str, _Ends] = {}
    for item in sliding:
        with blamed(t, item, named):
            _make_room(t, item, by, ids, moves)
    new = [_started(item, by) for item in sliding]
    for move in moves.values():
        with blamed(t, move.named, named):
            edge = trimmed(t, move.clip, move.start, move.end, called=("by", "by"))
            new.append(_started(edge, move.start))
    return relaid(t, [*sliding, *(move.clip for move in moves.values())], new, hint="Slide by fewer frames")


def _make_room(t: Timeline, old: Clip, by: int, sliding: Collection[str], moves: dict[str, _Ends]) -> None:
    """Note which edges of the clip's neighbours follow it; those that slide themselves do not."""
    before, after = lanes.neighbours(t, old)
    if before is None:
        if -by > old.start_frame:
            raise EditError(
                f"{lanes.label(t, old)} starts {lanes.count(old.start_frame)} after the start of the timeline",
                hint=f"Use by={-old.start_frame} at most",
            )
    elif before.id not in sliding:
        if before.end_frame == old.start_frame:
            moves.setdefault(before.id, _Ends(before, old)).end = by
        elif by < 0:
            _refuse_beyond(t, before, -by, old.start_frame - before.end_frame, "-")
    if after is not None and after.id not in sliding:
        if after.start_frame == old.end_frame:
            moves.setdefault(after.id, _Ends(after, old)).start = by
        elif by > 0:
            _refuse_beyond(t, after, by, after.start_frame - old.end_frame, "+")


def _refuse_beyond(t: Timeline, beside: Clip, by: int, gap: int, sign: str) -> None:
    if by > gap:
        raise EditError(
            f"{lanes.label(t, beside)} is in the way: the gap to it is {lanes.count(gap)}, not {by}",
            hint=f"Use by={sign}{gap} at most",
        )
