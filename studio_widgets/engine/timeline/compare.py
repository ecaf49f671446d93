"""What changed between two timelines, in words: the lines of `project.diff(a, b)`.

`delta.py` says it for machines. Here it is told the way an editor would: a clip was trimmed, moved, split; a title says
something else. Nothing but the two values is looked at, so it does not matter how one became the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, TypeVar

from studio_widgets.engine.timeline.compare_clips import clip_lines, in_words, track_pairs
from studio_widgets.engine.timeline.lanes import count
from studio_widgets.engine.timeline.model import Caption, Marker, Timeline, Track, Transition
from studio_widgets.engine.timeline.timecode import timecode


def describe(a: Timeline, b: Timeline) -> list[str]:
    """One line a change, in the order of settings, tracks, clips, transitions, markers, captions; [] when equal."""
    return [
        *_setting_lines(a, b),
        *_track_lines(a, b),
        *clip_lines(a, b),
        *_transition_lines(a, b),
        *_marker_lines(a, b),
        *_caption_lines(a, b),
    ]


def _setting_lines(a: Timeline, b: Timeline) -> Iterator[str]:
    if a.rate != b.rate:
        yield f"rate {b.rate} instead of {a.rate} frames a second"
    if (a.width, a.height) != (b.width, b.height):
        yield f"picture {b.width} × {b.height} instead of {a.width} × {a.height}"


def _track_lines(a: Timeline, b: Timeline) -> Iterator[str]:
    pairs = track_pairs(a, b)
    for index, track in enumerate(a.tracks):
        if index not in pairs:
            yield f"track {_named(track)} removed"
    for before, after in ((a.tracks[old], b.tracks[new]) for old, new in pairs.items()):
        yield from (f"track {_named(before)} {change}" for change in _track_changes(before, after))
    for index, track in enumerate(b.tracks):
        if index not in pairs.values():
            yield f"track {_named(track)} added"


def _named(track: Track) -> str:
    return f'{track.id} ("{track.name}")' if track.name else track.id


def _track_changes(before: Track, after: Track) -> Iterator[str]:
    if before.id != after.id:
        yield f"moved to {after.id}"
    if before.name != after.name:
        yield f'called "{after.name}"' if after.name else "lost its name"
    for name, on, off in (
        ("muted", "muted", "unmuted"),
        ("solo", "made solo", "no longer solo"),
        ("locked", "locked", "unlocked"),
        ("hidden", "hidden", "shown"),
    ):
        if getattr(before, name) != getattr(after, name):
            yield on if getattr(after, name) else off
    if before.height != after.height:
        yield f"{after.height} pixels high" if after.height else "of the usual height"


def _transition_lines(a: Timeline, b: Timeline) -> Iterator[str]:
    for before, after in _pairs(a.transitions, b.transitions):
        item: Transition = after or before
        cut = f"{item.kind} between {item.left_clip_id} and {item.right_clip_id}"
        if before is None:
            yield f"{cut} added, {count(item.duration_frames)}"
        elif after is None:
            yield f"{cut} removed"
        else:
            if (before.left_clip_id, before.right_clip_id) != (after.left_clip_id, after.right_clip_id):
                yield f"{item.kind} between {before.left_clip_id} and {before.right_clip_id} is now the {cut}"
            if before.kind != after.kind:
                yield f"{cut} instead of a {before.kind}"
            elif before.direction != after.direction:
                yield f"{cut} goes {after.direction} instead of {before.direction}"
            elif before.color != after.color:
                yield f"{cut} goes through {after.color or 'black'} instead of {before.color or 'black'}"
            if before.duration_frames != after.duration_frames:
                yield f"{cut} is {count(after.duration_frames)} long instead of {before.duration_frames}"


def _marker_lines(a: Timeline, b: Timeline) -> Iterator[str]:
    for before, after in _pairs(a.markers, b.markers):
        item: Marker = after or before
        name = f'{item.id} ("{(before or item).name}")'
        if before is None:
            yield f"{name} added at {timecode(item.frame, b.fps)}"
        elif after is None:
            yield f"{name} removed from {timecode(item.frame, a.fps)}"
        else:
            yield from (f"{name} {change}" for change in _marker_changes(before, after, b.fps))


def _marker_changes(before: Marker, after: Marker, fps: Fraction) -> Iterator[str]:
    if before.frame != after.frame:
        yield f"moved from {timecode(before.frame, fps)} to {timecode(after.frame, fps)}"
    if before.name != after.name:
        yield f'called "{after.name}"'
    if before.chapter != after.chapter:
        yield "made a chapter" if after.chapter else "no longer a chapter"
    if before.note != after.note:
        yield f"noted {in_words(after.note)}" if after.note else "lost its note"
    if before.color != after.color:
        yield f"coloured {after.color}" if after.color else "lost its colour"


def _caption_lines(a: Timeline, b: Timeline) -> Iterator[str]:
    for before, after in _pairs(a.captions, b.captions):
        item: Caption = after or before
        if before is None:
            at = timecode(item.start_frame, b.fps)
            yield f"{item.id} {in_words(item.text)} added at {at}, {count(item.duration_frames)}"
        elif after is None:
            yield f"{item.id} {in_words(item.text)} removed"
        else:
            if before.text != after.text:
                yield f"{item.id} says {in_words(after.text)} instead of {in_words(before.text)}"
            if before.start_frame != after.start_frame:
                moved = (timecode(frame, b.fps) for frame in (before.start_frame, after.start_frame))
                yield f"{item.id} moved from {' to '.join(moved)}"
            if before.duration_frames != after.duration_frames:
                yield f"{item.id} is {count(after.duration_frames)} long instead of {before.duration_frames}"


_Item = TypeVar("_Item", Marker, Caption, Transition)


def _pairs(a: Iterable[_Item], b: Iterable[_Item]) -> Iterator[tuple[Any, Any]]:
    """Items of one id that differ, before and after; None for one that is not there."""
    old: dict[str, _Item] = {item.id: item for item in a}
    new: dict[str, _Item] = {item.id: item for item in b}
    for item_id in dict.fromkeys((*old, *new)):
        before, after = old.get(item_id), new.get(item_id)
        if before != after:
            yield before, after
