"""Edits that push or pull what follows: ripple, insert, duplicate, extract, close_gap.

What follows are the clips of the same track that start at or after the edit point; gaps among them stay as they are.
Other tracks, markers and captions do not move.
"""

from __future__ import annotations

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.pieces import halves, right_transitions, trimmed
from studio_widgets.engine.timeline.edits.place import fits, new_clip
from studio_widgets.engine.timeline.edits.values import a_frame
from studio_widgets.engine.timeline.model import Clip, Source, Timeline, Transition


def ripple(t: Timeline, *, clip: str, start: int = 0, end: int = 0) -> Timeline:
    """Move the ends of a clip by frames, as `trim` does, and let what follows close up or make room.

    ```
    before  V1 [abcdefgh][ccc].[ddd]
    after   V1 [defgh][ccc].[ddd]...       start=+3: three frames off the head, the clip starts where it did
    after   V1 [abcde][ccc].[ddd]...       end=-3: three frames off the tail
    after   V1 [abcdefghij][ccc].[ddd]     end=+2: two frames more
    ```

    Either way the clip starts where it did, and everything after it on its track moves by the change of its length.
    Refused beyond the source, and when nothing would be left.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    new = trimmed(t, old, start, end)
    if new == old:
        return t
    fits(new.start_frame, new.duration_frames)
    place = lanes.position(t, old)
    last = t.track_range(old.track_index)[1]
    by = new.duration_frames - old.duration_frames
    if by == 0:
        return refit(lanes.swap(t, [old], [new]), [old.id])
    return refit(lanes.splice(t, place, last, [new, *lanes.shifted(t.clips[place + 1 : last], by)]), [old.id])


def insert(
    t: Timeline,
    *,
    source: Source,
    name: str,
    track: str | None = None,
    at: int | None = None,
    trim: tuple[int, int] | None = None,
    duration: int | None = None,
    thumbnail: str | None = None,
) -> Timeline:
    """Put a clip of `source[trim)` on a track and push what follows; a clip that lies there is split.

    ```
    before  V1 [abcdefgh][ccc]...
    after   V1 [abc][new][defgh][ccc]
                  | at
    ```

    The arguments are those of `add`. The left part of a split clip keeps its id. Refused when `trim` goes beyond the
    source, on a locked track or one of the other kind.
    """
    t, new = new_clip(
        t, source=source, name=name, track=track, at=at, trim=trim, duration=duration, thumbnail=thumbnail
    )
    return _pushed_in(t, new)


def duplicate(t: Timeline, *, clip: str, to: int | None = None, track: str | None = None) -> Timeline:
    """Copy a clip with all its settings: right after itself, pushing what follows, or to another place.

    ```
    before  V1 [aaa][bbb]......
    after   V1 [aaa][aaa][bbb].
    after   V1 [aaa][bbb]..[aaa]     to |
    ```

    to: where the copy starts; with `track` alone it starts where the clip does.
    track: None is the clip's own; missing ones are made. Another place has to be free, as for `move`.

    The transition to the next clip is then the copy's, when the copy lies between the two.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    copy = msgspec.structs.replace(old, id=f"clip-{t.next_ids.clip}", start_frame=old.end_frame)
    if to is None and track is None:
        return _pushed_in(t, copy, right_transitions(t, {old.id: copy.id}))
    t, index = lanes.open_track(t, track or t.tracks[old.track_index].id, t.tracks[old.track_index].kind)
    start = old.start_frame if to is None else a_frame(to, "the copy's start")
    end = start + fits(start, old.duration_frames)
    lanes.refuse_overlap(t, index, start, end, hint="Choose free frames, or leave out `to` to push what follows")
    copy = msgspec.structs.replace(copy, track_index=index, start_frame=start)
    return lanes.swap(t, new=[copy], next_ids=msgspec.structs.replace(t.next_ids, clip=t.next_ids.clip + 1))


def _pushed_in(t: Timeline, new: Clip, transitions: tuple[Transition, ...] | None = None) -> Timeline:
    """`t` with the clip, everything from its start on its track later by its length; `transitions` as they are then."""
    index, at = new.track_index, new.start_frame
    number = t.next_ids.clip + 1  # the new clip has the one before
    first, last = lanes.index_from(t, index, at), t.track_range(index)[1]
    following = list(t.clips[first:last])
    left: list[Clip] = []
    under = lanes.clip_at(t, index, at)
    transitions = t.transitions if transitions is None else transitions
    if under is not None and under.start_frame < at:
        first -= 1
        before, after = halves(under, at, f"clip-{number}")
        left, following = [before], [after, *following]
        transitions = right_transitions(t, {under.id: after.id})
        number += 1
    t = lanes.splice(
        t,
        first,
        last,
        [*left, new, *lanes.shifted(following, new.duration_frames)],
        transitions=transitions,
        next_ids=msgspec.structs.replace(t.next_ids, clip=number),
    )
    return refit(t, [clip.id for clip in lanes.neighbours(t, new) if clip is not None])


def extract(t: Timeline, *, clips: list[str]) -> Timeline:
    """Take clips off the timeline, with their transitions, and close up: what follows moves earlier by their length.

    ```
    before  V1 [aaa][bbb].[ccc]
    after   V1 [aaa].[ccc].....
    ```

    Each track closes up by what went from it. `lift` leaves the gap.
    """
    gone = [lanes.find_clip(t, clip_id) for clip_id in dict.fromkeys(clips)]
    if not gone:
        raise EditError("there is nothing to extract", hint="Name at least one clip")
    for clip in gone:
        lanes.refuse_locked(t, clip.track_index)
    ids = {clip.id for clip in gone}
    for index in {clip.track_index: None for clip in gone}:
        first = min(lanes.position(t, clip) for clip in gone if clip.track_index == index)
        last = t.track_range(index)[1]
        t = lanes.splice(t, first, last, _closed_up(t.clips[first:last], ids))
    return refit(t, ids)


def _closed_up(clips: tuple[Clip, ...], gone: set[str]) -> list[Clip]:
    kept: list[Clip] = []
    by = 0
    for clip in clips:
        if clip.id in gone:
            by += clip.duration_frames
        else:
            kept.append(msgspec.structs.replace(clip, start_frame=clip.start_frame - by))
    return kept


def close_gap(t: Timeline, *, at: int, track: str) -> Timeline:
    """Close the gap under frame `at` of a track: what follows moves earlier by its length.

    ```
    before  V1 [aaa]....[bbb].[ccc]
    after   V1 [aaa][bbb].[ccc]....
                      | at
    ```

    Refused where there is no gap, and after the last clip.
    """
    a_frame(at, "the gap")
    index = lanes.find_track(t, track)
    lanes.refuse_locked(t, index)
    under = lanes.clip_at(t, index, at)
    if under is not None:
        raise EditError(
            f"there is no gap at frame {at} of {track}: {lanes.label(t, under)} takes "
            f"{lanes.span(t, under.start_frame, under.end_frame)}",
            hint="Name a frame between two clips",
        )
    first, (lane, last) = lanes.index_from(t, index, at), t.track_range(index)
    if first == last:
        raise EditError(
            f"no clip follows frame {at} of {track}", hint="Name a frame between two clips, or before the first"
        )
    end = t.clips[first - 1].end_frame if first > lane else 0
    return lanes.splice(t, first, last, lanes.shifted(t.clips[first:last], end - t.clips[first].start_frame))
