"""Edits that cut clips: trim, split, remove, clear."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.pieces import halves, right_transitions, trimmed
from studio_widgets.engine.timeline.edits.values import a_frame
from studio_widgets.engine.timeline.model import Timeline


def trim(t: Timeline, *, clip: str, start: int = 0, end: int = 0) -> Timeline:
    """Move the ends of a clip by frames, relative to where they are; its neighbours stay.

    ```
    before  V1 [abcdefgh]....
    after   V1 ...[defgh]....     start=+3: three frames off the head, the clip starts 3 later
    after   V1 [abcde].......     end=-3: three frames off the tail
    ```

    Negative `start` and positive `end` bring frames back. Refused beyond the source, beyond a neighbour, before
    frame 0, and when nothing would be left.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    new = trimmed(t, old, start, end)
    new = msgspec.structs.replace(new, start_frame=a_frame(old.start_frame + start, "the clip's new start"))
    a_frame(new.end_frame, "the clip's new end")
    if new == old:
        return t
    lanes.refuse_overlap(
        t,
        new.track_index,
        new.start_frame,
        new.end_frame,
        moving=(old.id,),
        hint="Trim up to it, or move it out of the way first",
    )
    return refit(lanes.swap(t, [old], [new]), [old.id])


def split(t: Timeline, *, at: int, track: str | None = None) -> Timeline:
    """Cut the clip under frame `at` in two: on one track, or on every unlocked track when `track` is None.

    ```
    before  V1 [abcdefgh]
    after   V1 [abcd][efgh]
                     | at: the first frame of the right part
    ```

    The left part keeps the id; the right part gets a new one. A transition at the right end goes with the right part;
    the fade-in stays left, the fade-out right. Refused when there is nothing to cut at that frame.
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
    number = t.next_ids.clip
    parts = [halves(clip, at, f"clip-{number + offset}") for offset, clip in enumerate(found)]
    counters = msgspec.structs.replace(t.next_ids, clip=number + len(parts))
    moved = right_transitions(t, {left.id: right.id for left, right in parts})
    after = lanes.swap(t, found, [part for pair in parts for part in pair], next_ids=counters, transitions=moved)
    return refit(after, [part.id for pair in parts for part in pair])


def remove(t: Timeline, *, clips: list[str]) -> Timeline:
    """Take clips off the timeline, with their transitions; what follows stays where it is.

    ```
    before  V1 [aaa][bbb][ccc]
    after   V1 [aaa].....[ccc]
    ```
    """
    gone = [lanes.find_clip(t, clip_id) for clip_id in dict.fromkeys(clips)]
    if not gone:
        raise EditError("there is nothing to remove", hint="Name at least one clip")
    for clip in gone:
        lanes.refuse_locked(t, clip.track_index)
    return refit(lanes.swap(t, gone), [clip.id for clip in gone])


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
