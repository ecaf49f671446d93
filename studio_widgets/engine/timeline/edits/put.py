"""Edits that put clips on tracks: add, title, move."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.together import blamed, members, relaid
from studio_widgets.engine.timeline.edits.values import a_frame, a_length, checked_style, clean_name, clean_text
from studio_widgets.engine.timeline.model import (
    MAX_FRAMES,
    Clip,
    Source,
    Timeline,
    TitleSource,
    TitleStyle,
    source_frames,
    source_track_kind,
)
from studio_widgets.engine.timeline.timecode import seconds_to_frames

STILL_SECONDS = Fraction(5)  # how long a still, a title or a camera lasts unless told


def natural_length(source: Source, fps: Fraction) -> int:
    """How many timeline frames a source fills when nothing is said about it: all it has, 5 s of a still."""
    frames = source_frames(source)
    return seconds_to_frames(STILL_SECONDS, fps) if frames is None else frames


def add(
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
    """Put a clip of `source[trim)` on free frames of a track.

    ```
    before  V1 [aaaaa]..........
    after   V1 [aaaaa]...[new].     at |
    ```

    track: `V1` or `A1` by the kind of source when None; tracks that are missing are made, with those below.
    at: None appends after the last clip of the track.
    trim: half-open range of the source in timeline frames; all of it when None (5 s of a still).
    duration: instead of the end of `trim`.
    thumbnail: URL of a picture that stands for the clip.

    Refused when a clip is in the way, when `trim` goes beyond the source, on a locked track or one of the other kind.
    """
    t, new = new_clip(
        t, source=source, name=name, track=track, at=at, trim=trim, duration=duration, thumbnail=thumbnail
    )
    lanes.refuse_overlap(
        t,
        new.track_index,
        new.start_frame,
        new.end_frame,
        hint="Leave out `at` to append after the last clip, or choose free frames",
    )
    return lanes.swap(t, new=[new], next_ids=msgspec.structs.replace(t.next_ids, clip=t.next_ids.clip + 1))


def new_clip(
    t: Timeline,
    *,
    source: Source,
    name: str,
    track: str | None,
    at: int | None,
    trim: tuple[int, int] | None,
    duration: int | None,
    thumbnail: str | None,
) -> tuple[Timeline, Clip]:
    """The clip that `add` and its kin put on the timeline, and the timeline with its track: the clip is not on it yet.

    It has the next id, which the caller counts up. Whether its frames are free is the caller's matter too.
    """
    kind = source_track_kind(source)
    t, index = lanes.open_track(t, track or ("V1" if kind == "video" else "A1"), kind)
    name = clean_name(name, "clip")
    first, end = _range_of(t, source, name, trim, duration)
    start = lanes.track_end(t, index) if at is None else a_frame(at, "the clip's start")
    return t, Clip(
        id=f"clip-{t.next_ids.clip}",
        name=name,
        track_index=index,
        start_frame=start,
        duration_frames=fits(start, end - first),
        trim_start_frame=first,
        trim_end_frame=end,
        source=source,
        thumbnail_url=thumbnail,
    )


def _range_of(
    t: Timeline, source: Source, name: str, trim: tuple[int, int] | None, duration: int | None
) -> tuple[int, int]:
    """The half-open source range that the arguments ask for, inside the source."""
    frames = source_frames(source)
    if duration is not None:
        a_length(duration, "the duration")
    if trim is not None:
        first, end = trim
        if duration is not None and end - first != duration:
            raise EditError(
                f"trim ({first}, {end}) is {end - first} frames long, but the duration is {duration}",
                hint="Give one of the two",
            )
    else:
        first = 0
        end = duration or natural_length(source, t.fps)
    if frames is not None and (first < 0 or end > frames or first >= end):
        raise EditError(
            f'"{name}" has {lanes.count(frames)} here; ({first}, {end}) is not a range of them',
            hint=f"Trim within (0, {frames}), the end exclusive" if frames else "It cannot go on this timeline",
        )
    if first < 0 or first >= end:
        raise EditError(
            f"trim ({first}, {end}) is empty or negative", hint="The end is exclusive and comes after the start"
        )
    return first, end


def fits(start: int, length: int) -> int:
    """`length`, unless it reaches beyond the longest timeline."""
    if start + length > MAX_FRAMES:
        raise EditError(f"the clip would end at frame {start + length}, beyond the longest timeline")
    return length


def title(
    t: Timeline,
    *,
    text: str,
    at: int | None = None,
    duration: int | None = None,
    track: str | None = None,
    style: TitleStyle | None = None,
) -> Timeline:
    """Put a title on a track above the pictures.

    ```
    before  V2 ...........          after  V2 ...[text]..
            V1 [aaaaaaaaa]                 V1 [aaaaaaaaa]
                  | at
    ```

    track: None takes the lowest free one from V2 up (made when there is none).
    at: None appends after the last clip of the track (of V2, when `track` is None too).
    duration: frames; 5 s when None.
    """
    text = clean_text(text, "title")
    source = TitleSource(text=text, style=checked_style(style or TitleStyle()))
    length = a_length(duration, "the duration") if duration is not None else seconds_to_frames(STILL_SECONDS, t.fps)
    if track is None:
        track = "V2" if at is None else lanes.free_track(t, "video", a_frame(at, "the title's start"), length, first=2)
    return add(t, source=source, name=clean_name(text, "title"), track=track, at=at, duration=length)


def move(t: Timeline, *, clip: str, to: int | None = None, track: str | None = None, alone: bool = False) -> Timeline:
    """Take a clip to another place: its start to frame `to`, on its track or another of the same kind.

    ```
    before  V1 [aa][bbb].......
    after   V1 [aa]......[bbb].     to |
    ```

    to: None keeps the start. What it leaves stays empty; its transitions are dropped with the cut they were on.

    Linked clips move by as many frames, and those on tracks of the same kind by as many tracks: a title above its
    picture stays above it, the sound below stays on its track. Transitions between clips that move together stay.
    Refused when a clip is in the way, on locked tracks, and onto tracks of the other kind.
    """
    old = members(t, clip, alone)
    t, targets = targets_of(t, old, to, track)
    new = [
        msgspec.structs.replace(item, track_index=index, start_frame=start)
        for item, (index, start) in zip(old, targets, strict=True)
    ]
    return relaid(t, old, new, hint="Choose free frames, or move that clip out of the way first")


Target = tuple[int, int]
"""Track index and start frame."""


def targets_of(t: Timeline, old: Sequence[Clip], to: int | None, track: str | None) -> tuple[Timeline, list[Target]]:
    """Where the first of the clips and those linked with it go when it goes to `to` on `track` (missing ones are made).

    The others go by as many frames, and those on tracks of its kind by as many tracks.
    """
    named = old[0]
    home = t.tracks[named.track_index]
    t, index = lanes.open_track(t, track or home.id, home.kind)
    up = t.tracks[index].number - home.number
    by = 0 if to is None else a_frame(to, "the clip's new start") - named.start_frame
    targets = []
    for clip in old:
        with blamed(t, clip, named):
            here = t.tracks[clip.track_index]
            if up and here.kind == home.kind:
                if here.number + up < 1:
                    raise EditError(f"there is no track below {home.id[0]}1 for it", hint="Move up by fewer tracks")
                t, index = lanes.open_track(t, f"{here.id[0]}{here.number + up}", here.kind)
            else:
                index = clip.track_index
            start = a_frame(clip.start_frame + by, "its new start")
            fits(start, clip.duration_frames)
        targets.append((index, start))
    return t, targets
