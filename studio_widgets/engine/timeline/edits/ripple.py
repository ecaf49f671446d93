"""Edits that push or pull what follows: ripple, insert, duplicate, extract, close_gap.

What follows are the clips of the same track that start at or after the edit point; gaps among them stay as they are.
Other tracks move where they carry a clip linked with one that moves (`shift.py`); markers and captions do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.parts import cut_through
from studio_widgets.engine.timeline.edits.pieces import right_transitions, trimmed
from studio_widgets.engine.timeline.edits.put import fits, new_clip, targets_of
from studio_widgets.engine.timeline.edits.shift import Push, shifted
from studio_widgets.engine.timeline.edits.together import blamed, members, members_of_all, refuse_collisions, with_ends
from studio_widgets.engine.timeline.edits.values import a_frame
from studio_widgets.engine.timeline.model import Clip, Counters, Source, Timeline, clip_order


def ripple(t: Timeline, *, clip: str, start: int = 0, end: int = 0, alone: bool = False) -> Timeline:
    """Move the ends of a clip by frames, as `trim` does, and let what follows close up or make room.

    ```
    before  V1 [abcdefgh][ccc].[ddd]
    after   V1 [defgh][ccc].[ddd]...       start=+3: three frames off the head, the clip starts where it did
    after   V1 [abcde][ccc].[ddd]...       end=-3: three frames off the tail
    after   V1 [abcdefghij][ccc].[ddd]     end=+2: two frames more
    ```

    Either way the clip starts where it did, and everything after it on its track moves by the change of its length.
    Linked clips that share the end are trimmed by the same. Refused beyond the source, and when nothing would be left.
    """
    ends = with_ends(t, clip, start, end, alone)
    new: dict[str, Clip] = {}
    pushes: list[Push] = []
    for old, head, tail in sorted(ends, key=lambda item: clip_order(item[0])):
        with blamed(t, old, ends[0][0]):
            cut = trimmed(t, old, head, tail)
            before = sum(by for index, frame, by in pushes if index == old.track_index and frame <= old.start_frame)
            new[old.id] = _started(cut, before)
            fits(new[old.id].start_frame, cut.duration_frames)
        pushes.append((old.track_index, old.end_frame, cut.duration_frames - old.duration_frames))
    if all(new[old.id] == old for old, _, _ in ends):
        return t
    return shifted(t, pushes, new=new, alone=alone)


def _started(clip: Clip, by: int) -> Clip:
    return msgspec.structs.replace(clip, start_frame=clip.start_frame + by) if by else clip


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
    alone: bool = False,
) -> Timeline:
    """Put a clip of `source[trim)` on a track and push what follows; a clip that lies there is split.

    ```
    before  V1 [abcdefgh][ccc]...
    after   V1 [abc][new][defgh][ccc]
                  | at
    ```

    The arguments are those of `add`. The left part of a split clip keeps its id; what is linked with it is split too.
    Refused when `trim` goes beyond the source, on a locked track or one of the other kind.
    """
    t, new = new_clip(
        t, source=source, name=name, track=track, at=at, trim=trim, duration=duration, thumbnail=thumbnail
    )
    return pushed_in(t, new, alone)


def pushed_in(t: Timeline, new: Clip, alone: bool) -> Timeline:
    """`t` with the clip, everything from its start on its track later by its length."""
    index, at = new.track_index, new.start_frame
    counters = msgspec.structs.replace(t.next_ids, clip=t.next_ids.clip + 1)  # the new clip has the one before
    under = lanes.clip_at(t, index, at)
    if under is not None and under.start_frame < at:
        t = cut_through(t, [under], at, alone, counters.clip)
        counters = t.next_ids
    return shifted(t, [(index, at, new.duration_frames)], added=[new], alone=alone, next_ids=counters)


def duplicate(
    t: Timeline, *, clip: str, to: int | None = None, track: str | None = None, alone: bool = False
) -> Timeline:
    """Copy a clip with all its settings: right after itself, pushing what follows, or to another place.

    ```
    before  V1 [aaa][bbb]......
    after   V1 [aaa][aaa][bbb].
    after   V1 [aaa][bbb]..[aaa]     to |
    ```

    to: where the copy starts; with `track` alone it starts where the clip does.
    track: None is the clip's own; missing ones are made. Another place has to be free, as for `move`.

    Linked clips are copied with it and keep their places to each other; the copies get a link of their own. The
    transition to the next clip is then the copy's, when the copy lies between the two.
    """
    old = members(t, clip, alone)
    link = f"link-{t.next_ids.link}" if len(old) > 1 else None
    counters = msgspec.structs.replace(
        t.next_ids, clip=t.next_ids.clip + len(old), link=t.next_ids.link + (link is not None)
    )
    numbered = [
        msgspec.structs.replace(item, id=f"clip-{t.next_ids.clip + offset}", link=link)
        for offset, item in enumerate(old)
    ]
    if to is None and track is None:
        return _copied_behind(t, old, numbered, counters, alone)
    t, targets = targets_of(t, old, to, track)
    copies = [
        msgspec.structs.replace(copy, track_index=index, start_frame=start)
        for copy, (index, start) in zip(numbered, targets, strict=True)
    ]
    refuse_collisions(t, copies, (), hint="Choose free frames, or leave out `to` to push what follows")
    return lanes.swap(t, new=copies, next_ids=counters)


def _copied_behind(
    t: Timeline, old: Sequence[Clip], copies: Sequence[Clip], counters: Counters, alone: bool
) -> Timeline:
    """`t` with copies of clips behind them, each as far behind its original, and what follows later by as much."""
    by = max(clip.end_frame for clip in old) - min(clip.start_frame for clip in old)
    ends: dict[int, int] = {}
    for clip in old:
        ends[clip.track_index] = max(ends.get(clip.track_index, 0), clip.end_frame)
    return shifted(
        t,
        [(index, end, by) for index, end in ends.items()],
        added=[_started(copy, by) for copy in copies],
        alone=alone,
        next_ids=counters,
        transitions=right_transitions(t, {clip.id: copy.id for clip, copy in zip(old, copies, strict=True)}),
    )


def extract(t: Timeline, *, clips: list[str], alone: bool = False) -> Timeline:
    """Take clips off the timeline, with what is linked with them, and close up: what follows moves earlier.

    ```
    before  V1 [aaa][bbb].[ccc]
    after   V1 [aaa].[ccc].....
    ```

    Each track closes up by the length of what went from it; for a link, whose clips may differ in length, by that of
    the shortest, so that what follows on its tracks stays in step. `lift` leaves the gap.
    """
    gone = members_of_all(t, clips, alone)
    if not gone:
        raise EditError("there is nothing to extract", hint="Name at least one clip")
    groups: dict[str, list[Clip]] = {}
    for clip in gone:
        groups.setdefault(clip.id if alone or clip.link is None else clip.link, []).append(clip)
    pushes = [push for group in groups.values() for push in _closing(group)]
    return shifted(t, pushes, gone={clip.id for clip in gone}, alone=alone)


def _closing(clips: Sequence[Clip]) -> Iterator[Push]:
    """How what follows closes up when the clips of one link go: by the same on each of their tracks."""
    lengths: dict[int, int] = {}
    for clip in clips:
        lengths[clip.track_index] = lengths.get(clip.track_index, 0) + clip.duration_frames
    left = dict.fromkeys(lengths, min(lengths.values()))
    for clip in sorted(clips, key=clip_order):
        by = min(left[clip.track_index], clip.duration_frames)
        left[clip.track_index] -= by
        if by:
            yield clip.track_index, clip.end_frame, -by


def close_gap(t: Timeline, *, at: int, track: str, alone: bool = False) -> Timeline:
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
    return shifted(t, [(index, at, end - t.clips[first].start_frame)], alone=alone)
