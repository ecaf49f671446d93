"""Edits that cut clips: trim, split, remove, clear."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.parts import cut_through
from studio_widgets.engine.timeline.edits.pieces import trimmed
from studio_widgets.engine.timeline.edits.together import blamed, members_of_all, relaid, settled, with_ends
from studio_widgets.engine.timeline.edits.values import a_frame
from studio_widgets.engine.timeline.model import Clip, Timeline


def trim(t: Timeline, *, clip: str, start: int = 0, end: int = 0, alone: bool = False) -> Timeline:
    """Move the ends of a clip by frames, relative to where they are; its neighbours stay.

    ```
    before  V1 [abcdefgh]....
    after   V1 ...[defgh]....     start=+3: three frames off the head, the clip starts 3 later
    after   V1 [abcde].......     end=-3: three frames off the tail
    ```

    Negative `start` and positive `end` bring frames back. Linked clips that share the end are trimmed by the same.
    Refused beyond the source, beyond a neighbour, before frame 0, and when nothing would be left.
    """
    ends = with_ends(t, clip, start, end, alone)
    new = []
    for old, head, tail in ends:
        with blamed(t, old, ends[0][0]):
            new.append(_with_ends(t, old, head, tail, moving={item.id for item, _, _ in ends}))
    return relaid(t, [old for old, _, _ in ends], new, hint="Trim up to it, or move it out of the way first")


def _with_ends(t: Timeline, old: Clip, start: int, end: int, moving: Collection[str]) -> Clip:
    """The clip with its ends moved, up to frame 0 and to the neighbours that are not `moving` themselves."""
    new = trimmed(t, old, start, end)
    before, after = lanes.neighbours(t, old)
    room = old.start_frame
    if before is not None and before.id not in moving:
        room -= before.end_frame
        if -start > room:
            _refuse_beyond(t, before, f"Use start={-room} at most")
    if -start > room and (before is None or before.id not in moving):
        raise EditError(
            f"{lanes.label(t, old)} would start {lanes.count(-start - room)} before the start of the timeline",
            hint=f"Use start={-room} at most",
        )
    if after is not None and after.id not in moving and end > (room := after.start_frame - old.end_frame):
        _refuse_beyond(t, after, f"Use end=+{room} at most")
    new = msgspec.structs.replace(new, start_frame=old.start_frame + start)
    a_frame(new.end_frame, "the clip's new end")
    return new


def _refuse_beyond(t: Timeline, beside: Clip, hint: str) -> None:
    raise EditError(
        f"{lanes.label(t, beside)} is in the way: it takes {lanes.span(t, beside.start_frame, beside.end_frame)} "
        f"of {t.tracks[beside.track_index].id}",
        hint=f"{hint}, or move it out of the way first",
    )


def split(t: Timeline, *, at: int, track: str | None = None, alone: bool = False) -> Timeline:
    """Cut the clip under frame `at` in two: on one track, or on every unlocked track when `track` is None.

    ```
    before  V1 [abcdefgh]
    after   V1 [abcd][efgh]
                     | at: the first frame of the right part
    ```

    The left part keeps the id; the right part gets a new one. A transition at the right end goes with the right part;
    the fade-in stays left, the fade-out right. Clips linked with one that is cut are cut with it, wherever they are,
    and of their link two are made: one of what lies left of the cut and one of what lies right. `alone` leaves all
    parts in the link they had. Refused when there is nothing to cut at that frame.
    """
    a_frame(at, "the cut")
    if track is None:
        indexes = [index for index, lane in enumerate(t.tracks) if not lane.locked]
    else:
        indexes = [lanes.find_track(t, track)]
        lanes.refuse_locked(t, indexes[0])
    under = (lanes.clip_at(t, index, at) for index in indexes)
    found = [clip for clip in under if clip is not None and clip.start_frame < at]
    if not found:
        raise EditError(
            f"there is no clip to split at {lanes.span(t, at, at + 1)}" + (f" of {track}" if track else ""),
            hint="Put the cut inside a clip, after its first frame",
        )
    return cut_through(t, found, at, alone)


def remove(t: Timeline, *, clips: list[str], alone: bool = False) -> Timeline:
    """Take clips off the timeline, with what is linked with them and their transitions; what follows stays.

    ```
    before  V1 [aaa][bbb][ccc]
    after   V1 [aaa].....[ccc]
    ```
    """
    gone = members_of_all(t, clips, alone)
    if not gone:
        raise EditError("there is nothing to remove", hint="Name at least one clip")
    after = refit(lanes.swap(t, gone), [clip.id for clip in gone])
    return settled(after, [clip.link for clip in gone])


def clear(t: Timeline) -> Timeline:
    """Start anew: an empty timeline of the same rate and size, which counts its ids from 1 again.

    ```
    before  V1 [aaa].[bbb]
    after   V1 ...........
    ```

    A notebook that begins with it gives the same timeline, byte for byte, however often it is run. Locked tracks do not
    refuse: the tracks themselves are made new.
    """
    return Timeline(rate=t.rate, width=t.width, height=t.height)
