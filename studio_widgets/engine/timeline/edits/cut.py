"""Edits that cut clips: trim, split, remove, clear."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.values import a_frame
from studio_widgets.engine.timeline.model import Clip, Timeline, Transition, source_frames


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
    new = _trimmed(t, old, start, end)
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


def _trimmed(t: Timeline, old: Clip, start: int, end: int) -> Clip:
    name = lanes.label(t, old)
    length = old.duration_frames - start + end
    if length < 1:
        raise EditError(
            f"nothing would be left of {name}, which is {lanes.count(old.duration_frames)} long",
            hint=f'Trim less, or remove it: timeline.remove("{old.id}")',
        )
    head, tail = old.head_handle, old.tail_handle
    if head is not None and -start > head:
        raise EditError(
            f"{name} has {lanes.count(head)} before its start, not {-start}", hint=f"Use start={-head} at most"
        )
    if tail is not None and end > tail:
        raise EditError(f"{name} has {lanes.count(tail)} after its end, not {end}", hint=f"Use end=+{tail} at most")
    a_frame(old.start_frame + start, "the clip's new start")
    a_frame(old.end_frame + end, "the clip's new end")
    first = old.trim_start_frame + start
    if source_frames(old.source) is None:
        first = max(0, first)  # a still is the same picture everywhere: its range may slide instead of going below 0
    return fitted_fades(
        msgspec.structs.replace(
            old,
            start_frame=old.start_frame + start,
            duration_frames=length,
            trim_start_frame=first,
            trim_end_frame=first + length,
        )
    )


def fitted_fades(clip: Clip) -> Clip:
    """The clip with fades no longer than itself; the fade-out yields first."""
    audio = clip.audio
    fade_in = min(audio.fade_in_frames, clip.duration_frames)
    fade_out = min(audio.fade_out_frames, clip.duration_frames - fade_in)
    if (fade_in, fade_out) == (audio.fade_in_frames, audio.fade_out_frames):
        return clip
    return msgspec.structs.replace(
        clip, audio=msgspec.structs.replace(audio, fade_in_frames=fade_in, fade_out_frames=fade_out)
    )


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
    parts = [_halves(clip, at, f"clip-{number + offset}") for offset, clip in enumerate(found)]
    counters = msgspec.structs.replace(t.next_ids, clip=number + len(parts))
    moved = _right_transitions(t, {left.id: right.id for left, right in parts})
    after = lanes.swap(t, found, [part for pair in parts for part in pair], next_ids=counters, transitions=moved)
    return refit(after, [part.id for pair in parts for part in pair])


def _halves(clip: Clip, at: int, new_id: str) -> tuple[Clip, Clip]:
    left_length = at - clip.start_frame
    cut = clip.trim_start_frame + left_length
    plain = clip.audio.fade_in_frames == 0 and clip.audio.fade_out_frames == 0
    left = msgspec.structs.replace(
        clip,
        duration_frames=left_length,
        trim_end_frame=cut,
        audio=clip.audio if plain else msgspec.structs.replace(clip.audio, fade_out_frames=0),
    )
    right = msgspec.structs.replace(
        clip,
        id=new_id,
        start_frame=at,
        duration_frames=clip.duration_frames - left_length,
        trim_start_frame=cut,
        audio=clip.audio if plain else msgspec.structs.replace(clip.audio, fade_in_frames=0),
    )
    return fitted_fades(left), fitted_fades(right)


def _right_transitions(t: Timeline, new_left: dict[str, str]) -> tuple[Transition, ...]:
    """The transitions, those at the right end of a split clip now starting from its right part."""
    if not any(clip_id in t.transitions_by_clip for clip_id in new_left):
        return t.transitions
    return tuple(
        msgspec.structs.replace(tr, left_clip_id=new_left[tr.left_clip_id]) if tr.left_clip_id in new_left else tr
        for tr in t.transitions
    )


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
