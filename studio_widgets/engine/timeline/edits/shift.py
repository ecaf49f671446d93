"""Moving what follows: how edits that push and pull (ripple, insert, extract …) keep linked clips in step.

```
before  V1 [aaa][bbbb][ccc]          b and c on V1 are linked with B and C on A1
        A1 .....[BBBB][CCC].[mm]
after   V1 [aaa][new][bbbb][ccc]     what follows on V1 moves; B goes along with b, and from B on
        A1 ..........[BBBB][CCC].[mm]   so does all of A1
```

Only the track of the edit moves, and those that carry a clip linked with one that moves: from that clip on. Where that
cannot be (a locked track, no room, a picture that would come apart from its sound) the whole edit is refused: skipping
one track would leave picture and sound out of step without a word. With `alone` no other track moves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.together import settled
from studio_widgets.engine.timeline.model import MAX_FRAMES, Clip, Timeline, source_key

Push = tuple[int, int, int]
"""Track index, frame and offset: clips of the track that start at or after the frame move by the offset."""


def shifted(
    t: Timeline,
    pushes: Sequence[Push],
    *,
    new: Mapping[str, Clip] | None = None,
    gone: Collection[str] = (),
    added: Sequence[Clip] = (),
    alone: bool = False,
    **fields: Any,
) -> Timeline:
    """`t` with what follows moved, and linked clips with it unless `alone`.

    new: clips that the edit itself has put in their place, by id; they are not moved.
    gone, added: clips that go and come. `fields` are other fields of the timeline.
    """
    new = new or {}
    offsets = _pushed(t, pushes, new, gone)
    if not alone and t.clips_by_link:
        _carry(t, offsets, new, gone)
    for index in {t.clip_by_id[clip_id].track_index for clip_id in offsets}:
        _refuse_locked(t, index)
    placed = dict(new)
    for clip_id, by in offsets.items():
        clip = t.clip_by_id[clip_id]
        placed[clip_id] = msgspec.structs.replace(clip, start_frame=clip.start_frame + by)
    if not alone and t.clips_by_link:
        _refuse_apart(t, placed, gone)
    indexes = {clip.track_index for clip in (*placed.values(), *added)} | {
        t.clip_by_id[one].track_index for one in gone
    }
    after = lanes.relaid(t, {index: _lane(t, index, placed, gone, added) for index in indexes}, **fields)
    links = [t.clip_by_id[clip_id].link for clip_id in gone]
    return settled(refit(after, [*placed, *gone]), links)


def _pushed(t: Timeline, pushes: Iterable[Push], new: Collection[str], gone: Collection[str]) -> dict[str, int]:
    offsets: dict[str, int] = {}
    for index, frame, by in pushes:
        for clip in t.clips[lanes.index_from(t, index, frame) : t.track_range(index)[1]]:
            if clip.id not in new and clip.id not in gone:
                offsets[clip.id] = offsets.get(clip.id, 0) + by
    return offsets


def _carry(t: Timeline, offsets: dict[str, int], new: Mapping[str, Clip], gone: Collection[str]) -> None:
    """Add to `offsets` what is linked with what moves, and all that follows on its track."""
    waiting = [clip for clip_id in offsets if (clip := t.clip_by_id[clip_id]).link is not None]
    head_trims = [(clip, by) for clip in new.values() if clip.link and (by := _against(t.clip_by_id[clip.id], clip))]
    moved = [(clip, offsets[clip.id]) for clip in waiting] + head_trims
    while moved:
        clip, by = moved.pop()
        for other_id in t.clips_by_link.get(clip.link or "", ()):
            if not by or other_id in offsets or other_id in new or other_id in gone:
                continue
            other = t.clip_by_id[other_id]
            for follower in t.clips[lanes.position(t, other) : t.track_range(other.track_index)[1]]:
                if follower.id not in offsets and follower.id not in new and follower.id not in gone:
                    offsets[follower.id] = by
                    if follower.link is not None:
                        moved.append((follower, by))


def _against(before: Clip, after: Clip) -> int:
    """By how many frames a clip's source has moved against the timeline."""
    return _step(after) - _step(before)


def _step(clip: Clip) -> int:
    """The timeline frame at which the clip's source would begin: equal for a picture and its sound in step."""
    return clip.start_frame - clip.trim_start_frame


def _refuse_apart(t: Timeline, placed: Mapping[str, Clip], gone: Collection[str]) -> None:
    """EditError when clips of one source that are linked and in step would come apart."""
    for link in {clip.link for clip in placed.values() if clip.link is not None}:
        offsets: dict[tuple[str, int], tuple[Clip, int]] = {}
        for clip_id in sorted(t.clips_by_link.get(link, ())):
            if clip_id in gone:
                continue
            clip = t.clip_by_id[clip_id]
            by = _against(clip, placed.get(clip_id, clip))
            first, expected = offsets.setdefault((source_key(clip.source), _step(clip)), (clip, by))
            if by != expected:
                raise EditError(
                    f"{lanes.label(t, first)} and {lanes.label(t, clip)} are linked and would come apart by "
                    f"{lanes.count(abs(by - expected))}",
                    hint="Unlink them first, or move nothing on other tracks: alone=True",
                )


def _refuse_locked(t: Timeline, index: int) -> None:
    track = t.tracks[index]
    if track.locked:
        raise EditError(
            f"track {track.id} is locked, and a clip on it is linked with one that moves",
            hint=f'Unlock it: timeline.set_track("{track.id}", locked=False); or leave it out: alone=True',
        )


def _lane(
    t: Timeline, index: int, placed: Mapping[str, Clip], gone: Collection[str], added: Sequence[Clip]
) -> list[Clip]:
    """The clips of a track as they are then, in order; EditError when two overlap or one lies outside the timeline."""
    first, last = t.track_range(index)
    lane = [placed.get(clip.id, clip) for clip in t.clips[first:last] if clip.id not in gone]
    lane += (clip for clip in added if clip.track_index == index)
    lane.sort(key=lambda clip: clip.start_frame)
    end = 0
    for position, clip in enumerate(lane):
        if clip.start_frame < end:
            _refuse_lane(t, lane[position - 1] if position else None, clip)
        end = clip.start_frame + clip.duration_frames
    if end > MAX_FRAMES:
        raise EditError(f"{lane[-1].id} would end at frame {end}, beyond the longest timeline")
    return lane


def _refuse_lane(t: Timeline, before: Clip | None, clip: Clip) -> None:
    track = t.tracks[clip.track_index].id
    if before is None:
        raise EditError(
            f"{lanes.label(t, clip)} would start at frame {clip.start_frame}, before the start of {track}",
            hint="Make room before it, or move nothing on other tracks: alone=True",
        )
    raise EditError(
        f"{lanes.label(t, before)} is in the way on {track}: {lanes.label(t, clip)} would start at frame "
        f"{clip.start_frame}, before its end at {before.end_frame}",
        hint=f"Make room on {track}, or move nothing on other tracks: alone=True",
    )
