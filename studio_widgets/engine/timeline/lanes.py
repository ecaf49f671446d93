"""Finding clips on tracks and putting new ones there: what every edit is made of.

Nothing here walks all clips: clips are found by bisection, and the new timeline inherits the old one's indexes, so an
edit costs the same at ten clips and (but for copying one tuple) at ten thousand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.model import (
    MAX_TRACK_NUMBER,
    Clip,
    Timeline,
    Track,
    TrackKind,
    clip_order,
)
from studio_widgets.engine.timeline.timecode import timecode

_FEW = 64  # up to here single insertions beat sorting everything


# --- finding -------------------------------------------------------------------------------------------------------


def find_clip(t: Timeline, clip_id: str) -> Clip:
    """The clip of that id, or EditError."""
    clip = t.clip_by_id.get(clip_id)
    if clip is None:
        raise EditError(f"there is no clip {clip_id!r} on the timeline", hint="`timeline.clips` lists them")
    return clip


def position(t: Timeline, clip: Clip) -> int:
    """Index of a clip of `t` in `t.clips`."""
    return bisect_left(t.clips, clip_order(clip), key=clip_order)


def neighbours(t: Timeline, clip: Clip) -> tuple[Clip | None, Clip | None]:
    """The clips before and after `clip` on its track, touching it or not."""
    return beside(t, position(t, clip))


def beside(t: Timeline, index: int) -> tuple[Clip | None, Clip | None]:
    """The clips before and after `t.clips[index]` on its track, touching it or not."""
    track_index = t.clips[index].track_index
    before = t.clips[index - 1] if index > 0 else None
    after = t.clips[index + 1] if index + 1 < len(t.clips) else None
    return (
        before if before and before.track_index == track_index else None,
        after if after and after.track_index == track_index else None,
    )


def clip_at(t: Timeline, track_index: int, frame: int) -> Clip | None:
    """The clip that covers `frame` on a track."""
    index = bisect_right(t.clips, (track_index, frame), key=clip_order) - 1
    if index < 0:
        return None
    clip = t.clips[index]
    return clip if clip.track_index == track_index and clip.end_frame > frame else None


def overlapping(t: Timeline, track_index: int, start: int, end: int) -> tuple[Clip, ...]:
    """The clips of a track that share a frame with `[start, end)`, in order."""
    first = bisect_right(t.clips, (track_index, start), key=clip_order)
    if first > 0:
        before = t.clips[first - 1]
        if before.track_index == track_index and before.end_frame > start:
            first -= 1
    return t.clips[first : bisect_left(t.clips, (track_index, end), lo=first, key=clip_order)]


def index_from(t: Timeline, track_index: int, frame: int) -> int:
    """Index in `t.clips` of the first clip of a track that starts at `frame` or after it; of where it would be."""
    return bisect_left(t.clips, (track_index, frame), key=clip_order)


def track_end(t: Timeline, track_index: int) -> int:
    """The exclusive end of the last clip of a track (0 when it is empty)."""
    first, end = t.track_range(track_index)
    return t.clips[end - 1].end_frame if end > first else 0


def refuse_overlap(
    t: Timeline, track_index: int, start: int, end: int, *, moving: Collection[str] = (), hint: str
) -> None:
    """EditError naming the first clip in the way of `[start, end)`; clips in `moving` are not in the way."""
    for clip in overlapping(t, track_index, start, end):
        if clip.id not in moving:
            raise EditError(
                f"{label(t, clip)} is in the way: it takes {span(t, clip.start_frame, clip.end_frame)} "
                f"of {t.tracks[track_index].id}",
                hint=hint,
            )


# --- words for messages --------------------------------------------------------------------------------------------


def label(t: Timeline, clip: Clip) -> str:
    """`clip-7 ("talk.mp4")`."""
    name = clip.name if len(clip.name) <= 40 else clip.name[:39] + "…"
    return f'{clip.id} ("{name}")'


def span(t: Timeline, start: int, end: int) -> str:
    """`frames 30 to 120 (00:00:01:00 to 00:00:04:00)`, the end exclusive."""
    return f"frames {start} to {end} ({timecode(start, t.fps)} to {timecode(end, t.fps)})"


def count(frames: int) -> str:
    """`1 frame`, `5 frames`."""
    return f"{frames} frame" if frames == 1 else f"{frames} frames"


# --- tracks --------------------------------------------------------------------------------------------------------


def open_track(t: Timeline, track_id: str, kind: TrackKind) -> tuple[Timeline, int]:
    """The timeline with that track (made, with those below it, where missing) and its index.

    Refuses a name that is no track, a track of the other kind, and a locked one.
    """
    index = t.track_index_by_id.get(track_id)
    if index is None:
        t, index = _with_track(t, track_id)
    track = t.tracks[index]
    if track.kind != kind:
        if kind == "video":
            what, hint = (
                "an audio track: it takes only sound",
                "Use a V track, such as V1; detach_sound() takes its sound",
            )
        else:
            what, hint = "a video track: it takes no sound", "Use an A track, such as A1"
        raise EditError(f"{track_id} is {what}", hint=hint)
    refuse_locked(t, index)
    return t, index


def _with_track(t: Timeline, track_id: str) -> tuple[Timeline, int]:
    letter, digits = track_id[:1], track_id[1:]
    known = letter in ("V", "A") and digits.isascii() and digits.isdigit() and not digits.startswith("0")
    if not known or len(digits) > 3 or int(digits) > MAX_TRACK_NUMBER:
        raise EditError(
            f"{track_id!r} is not a track",
            hint=f"Tracks are V1 to V{MAX_TRACK_NUMBER} for pictures and A1 to A{MAX_TRACK_NUMBER} for sound",
        )
    kind: TrackKind = "video" if letter == "V" else "audio"
    wanted = (f"{letter}{number}" for number in range(1, int(digits) + 1))
    new = tuple(Track(id=name, kind=kind) for name in wanted if name not in t.track_index_by_id)
    return replace(t, tracks=(*t.tracks, *new)), len(t.tracks) + len(new) - 1


def find_track(t: Timeline, track_id: str) -> int:
    """Index of an existing track, or EditError."""
    index = t.track_index_by_id.get(track_id)
    if index is None:
        names = ", ".join(track.id for track in t.tracks)
        raise EditError(f"there is no track {track_id!r}", hint=f"The tracks are {names}")
    return index


def refuse_locked(t: Timeline, track_index: int) -> None:
    """EditError when the track is locked."""
    track = t.tracks[track_index]
    if track.locked:
        raise EditError(
            f"track {track.id} is locked", hint=f'Unlock it: timeline.set_track("{track.id}", locked=False)'
        )


def free_track(t: Timeline, kind: TrackKind, start: int, length: int, *, first: int = 1) -> str:
    """The lowest unlocked track of a kind, from number `first` up, with nothing in `[start, start + length)`.

    It may be one that is not there yet: the next above those that are.
    """
    letter, number = ("V" if kind == "video" else "A"), first
    while (index := t.track_index_by_id.get(f"{letter}{number}")) is not None:
        if not t.tracks[index].locked and not overlapping(t, index, start, start + length):
            break
        number += 1
    return f"{letter}{number}"


# --- making the next timeline --------------------------------------------------------------------------------------


def replace(t: Timeline, **fields: Any) -> Timeline:
    """`t` with other fields (not clips: see `swap`), keeping the indexes that still hold."""
    return _inherit(t, msgspec.structs.replace(t, **fields))


def swap(t: Timeline, gone: Iterable[Clip] = (), new: Iterable[Clip] = (), **fields: Any) -> Timeline:
    """`t` without the clips `gone` (told by their place and id) and with the clips `new`, in order.

    The caller sees to it that nothing overlaps; `check.check_change` holds it to that.
    """
    gone, new = tuple(gone), tuple(new)
    clips = list(t.clips)
    if len(gone) + len(new) <= _FEW:
        for index in sorted((position(t, clip) for clip in gone), reverse=True):
            del clips[index]
        for clip in new:
            insort(clips, clip, key=clip_order)
    else:
        ids = {clip.id for clip in gone}
        clips = sorted([*(clip for clip in clips if clip.id not in ids), *new], key=clip_order)
    return _with_clips(t, tuple(clips), gone, new, fields)


def splice(t: Timeline, first: int, end: int, new: Sequence[Clip], **fields: Any) -> Timeline:
    """`t` with `t.clips[first:end]` replaced by `new`, which are in order: for edits that move what follows.

    One pass, however many clips that is. The caller sees to it that the whole stays in order.
    """
    return _with_clips(t, (*t.clips[:first], *new, *t.clips[end:]), t.clips[first:end], new, fields)


def relaid(t: Timeline, lanes: Mapping[int, Sequence[Clip]], **fields: Any) -> Timeline:
    """`t` with all clips of some tracks replaced, each track's in order: for edits that move what follows.

    One pass, however many clips that is. The caller sees to it that nothing overlaps.
    """
    pieces: list[Clip] = []
    gone: list[Clip] = []
    new: list[Clip] = []
    taken = 0
    for index in sorted(lanes):
        first, last = t.track_range(index)
        pieces += t.clips[taken:first]
        pieces += lanes[index]
        taken = last
        same = set(map(id, t.clips[first:last])) & set(map(id, lanes[index]))
        gone += (clip for clip in t.clips[first:last] if id(clip) not in same)
        new += (clip for clip in lanes[index] if id(clip) not in same)
    pieces += t.clips[taken:]
    return _with_clips(t, tuple(pieces), gone, new, fields)


def _with_clips(
    t: Timeline, clips: tuple[Clip, ...], gone: Sequence[Clip], new: Sequence[Clip], fields: dict[str, Any]
) -> Timeline:
    by_id = t.clip_by_id.copy()
    for clip in gone:
        del by_id[clip.id]
    by_id.update((clip.id, clip) for clip in new)
    after = msgspec.structs.replace(t, clips=clips, **fields)
    after.__dict__["clip_by_id"] = by_id
    after.__dict__["clips_by_link"] = _linked_anew(t, gone, new)
    return _inherit(t, after)


def _linked_anew(t: Timeline, gone: Iterable[Clip], new: Iterable[Clip]) -> dict[str, frozenset[str]]:
    """`clips_by_link` without the clips that went and with those that came."""
    left = [(clip.link, clip.id) for clip in gone if clip.link is not None]
    joined = [(clip.link, clip.id) for clip in new if clip.link is not None]
    if left == joined:
        return t.clips_by_link
    links = t.clips_by_link.copy()
    for link, clip_id in left:
        links[link] = links[link] - {clip_id}
    for link, clip_id in joined:
        links[link] = links.get(link, frozenset()) | {clip_id}
    for link, _ in left:
        if link in links and not links[link]:
            del links[link]
    return links


def _inherit(before: Timeline, after: Timeline) -> Timeline:
    old, new = before.__dict__, after.__dict__
    if after.rate == before.rate and "fps" in old:
        new["fps"] = old["fps"]
    if after.tracks is before.tracks and "track_index_by_id" in old:
        new["track_index_by_id"] = old["track_index_by_id"]
    if after.transitions is before.transitions and "transitions_by_clip" in old:
        new["transitions_by_clip"] = old["transitions_by_clip"]
    if after.clips is before.clips:
        for index in ("clip_by_id", "clips_by_link"):
            if index in old:
                new[index] = old[index]
        if after.tracks is before.tracks and "total_frames" in old:
            new["total_frames"] = old["total_frames"]
    return after
