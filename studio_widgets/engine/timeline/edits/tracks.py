"""Edits of tracks: add, remove, move, and what is set on one.

A track's id is its place: V2 covers V1. Moving a track, or putting one below others, changes the ids of those it passes
and no clip; what people call a track is its name. A locked track refuses every edit that would change its clips; it
may be moved among the others, renamed, muted and unlocked.
"""

from __future__ import annotations

from typing import Any

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.together import settled
from studio_widgets.engine.timeline.edits.values import clean_name
from studio_widgets.engine.timeline.model import (
    MAX_HEIGHT,
    MAX_TRACK_NUMBER,
    MIN_HEIGHT,
    Timeline,
    Track,
    TrackKind,
)


def add_track(t: Timeline, *, kind: TrackKind, name: str | None = None, at: int | None = None) -> Timeline:
    """Make an empty track: on top of those of its kind, or at a place among them.

    ```
    before  V2 [bbb]          after  V3 [bbb]
            V1 [aaa]                 V2 ..... (new)     kind="video", at=2
                                     V1 [aaa]
    ```

    at: its number, from 1; those from there on go up by one.
    """
    letter, numbers = _numbers(t, kind)
    top = max(numbers, default=0)
    place = top + 1 if at is None else _place(at, top + 1, letter)
    if top >= MAX_TRACK_NUMBER:
        raise EditError(f"there are {top} {kind} tracks already", hint="Remove one that is empty")
    tracks = _renumbered(t.tracks, kind, {number: number + 1 for number in numbers if number >= place})
    new = Track(id=f"{letter}{place}", kind=kind, name=clean_name(name or "", ""))
    return lanes.replace(t, tracks=(*tracks, new))


def remove_track(t: Timeline, *, track: str, with_clips: bool = False) -> Timeline:
    """Take a track away; those above it go down by one.

    ```
    before  V3 [ccc]          after  V2 [ccc]
            V2 .....                 V1 [aaa]
            V1 [aaa]
    ```

    Refused while clips lie on it, unless `with_clips` removes them (what is linked with them stays); on a locked track;
    and for the last one of its kind.
    """
    index = lanes.find_track(t, track)
    lanes.refuse_locked(t, index)
    gone = t.tracks[index]
    first, last = t.track_range(index)
    if last > first and not with_clips:
        raise EditError(
            f"there are clips on {track}: {lanes.label(t, t.clips[first])}"
            + (f" and {last - first - 1} more" if last - first > 1 else ""),
            hint="Move them away, or remove them too: with_clips=True",
        )
    _, numbers = _numbers(t, gone.kind)
    if len(numbers) == 1:
        raise EditError(f"{track} is the only {gone.kind} track", hint="Add another one first")
    clips = t.clips[first:last]
    t = settled(refit(lanes.swap(t, clips), [clip.id for clip in clips]), [clip.link for clip in clips])
    above = {number: number - 1 for number in numbers if number > gone.number}
    tracks = _renumbered((*t.tracks[:index], *t.tracks[index + 1 :]), gone.kind, above)
    later = t.clips[first:]  # those of the tracks that follow in the list: they have another index now
    new = [msgspec.structs.replace(clip, track_index=clip.track_index - 1) for clip in later]
    return lanes.splice(t, first, len(t.clips), new, tracks=tracks)


def move_track(t: Timeline, *, track: str, to: int) -> Timeline:
    """Put a track at another place among those of its kind, with its clips: higher covers lower.

    ```
    before  V3 [ccc]          after  V3 [bbb]
            V2 [bbb]                 V2 [aaa]
            V1 [aaa]                 V1 [ccc]     track="V3", to=1
    ```

    to: its new number, from 1. Those between go up or down by one.
    """
    moved = t.tracks[lanes.find_track(t, track)]
    letter, numbers = _numbers(t, moved.kind)
    place = _place(to, max(numbers), letter)
    here = moved.number
    if place > here:
        steps = {number: number - 1 for number in numbers if here < number <= place}
    else:
        steps = {number: number + 1 for number in numbers if place <= number < here}
    tracks = _renumbered(t.tracks, moved.kind, steps | {here: place})
    return t if tracks == t.tracks else lanes.replace(t, tracks=tracks)


def set_track(
    t: Timeline,
    *,
    track: str,
    name: str | None = None,
    muted: bool | None = None,
    solo: bool | None = None,
    locked: bool | None = None,
    hidden: bool | None = None,
    height: int | None = None,
) -> Timeline:
    """Name a track; mute it or let only it be heard, hide its pictures, lock it against edits, draw it higher.

    ```
    before  V1   [aaaaaaaaa]
    after   V1 🔒 [aaaaaaaaa]     locked=True
    ```

    height: pixels in the editor; 0 is the usual one. None leaves things as they are.
    """
    index = lanes.find_track(t, track)
    old = t.tracks[index]
    if height is not None and height != 0 and not MIN_HEIGHT <= height <= MAX_HEIGHT:
        raise EditError(
            f"a track cannot be {height} pixels high",
            hint=f"Give {MIN_HEIGHT} to {MAX_HEIGHT}, or 0 for the usual height",
        )
    flags = {"muted": muted, "solo": solo, "locked": locked, "hidden": hidden, "height": height}
    given: dict[str, Any] = {key: value for key, value in flags.items() if value is not None}
    if name is not None:
        given["name"] = clean_name(name, "")
    new = msgspec.structs.replace(old, **given)
    return t if new == old else lanes.replace(t, tracks=(*t.tracks[:index], new, *t.tracks[index + 1 :]))


def _numbers(t: Timeline, kind: TrackKind) -> tuple[str, list[int]]:
    """The letter of a kind of track, and the numbers that are taken."""
    return ("V" if kind == "video" else "A"), [track.number for track in t.tracks if track.kind == kind]


def _place(number: int, most: int, letter: str) -> int:
    if not 1 <= number <= most:
        raise EditError(f"there is no place {number} among the {letter} tracks", hint=f"Give 1 to {most}")
    return number


def _renumbered(tracks: tuple[Track, ...], kind: TrackKind, steps: dict[int, int]) -> tuple[Track, ...]:
    """The tracks, those of a kind with other numbers where `steps` has one for theirs."""
    return tuple(
        msgspec.structs.replace(track, id=f"{track.id[0]}{steps[track.number]}")
        if track.kind == kind and track.number in steps
        else track
        for track in tracks
    )
