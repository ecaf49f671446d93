"""The invariants of a timeline: all of them for a state from outside, those of what changed after an edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.check_looks import look_problems, looks_plain, retime_problem
from studio_widgets.engine.timeline.delta import Delta
from studio_widgets.engine.timeline.edits.joins import option_problem, transition_room
from studio_widgets.engine.timeline.model import (
    MAX_FRAMES,
    MAX_HEIGHT,
    Clip,
    Timeline,
    Transition,
    may_lie_on,
)

Problem = tuple[str, str]
"""What it was found in (`clip-7`), and what is wrong with it."""


def problems(t: Timeline) -> Iterator[Problem]:
    """Everything that is wrong with a timeline; nothing, when it is sound."""
    yield from _setting_problems(t)
    yield from _double_ids(t)
    for clip in t.clips:
        yield from _clip_problems(t, clip)
    for before, after in pairwise(t.clips):
        if before.track_index == after.track_index:
            if before.start_frame + before.duration_frames > after.start_frame:
                yield after.id, f"starts at frame {after.start_frame}, inside {before.id}"
        elif before.track_index > after.track_index:
            yield after.id, f"comes after {before.id}, which is on a higher track"
    yield from _transition_problems(t, t.transitions)
    yield from _link_problems(t, t.clips_by_link)
    for marker in t.markers:
        if not 0 <= marker.frame <= MAX_FRAMES:
            yield marker.id, f"is at frame {marker.frame}"
    for caption in t.captions:
        if caption.start_frame < 0 or caption.duration_frames < 1 or caption.start_frame > MAX_FRAMES:
            yield caption.id, f"starts at frame {caption.start_frame} and is {caption.duration_frames} frames long"


def check_change(t: Timeline, change: Delta, back: Delta) -> None:
    """EditError when what `change` brought into `t` breaks an invariant; `back` is the way back to what was before.

    Costs what changed, not what is there. Edits validate what they are given; this is the net below them.
    """
    links = {clip.link for clip in (*change.upsert_clips, *back.upsert_clips) if clip.link is not None}
    for where, what in (*_change_problems(t, change), *_link_problems(t, links)):
        raise EditError(f"the edit would leave a broken timeline: it {what}", where=where, hint="Please report this")


def _change_problems(t: Timeline, change: Delta) -> Iterator[Problem]:
    place = -1
    for clip in change.upsert_clips:
        yield from _clip_problems(t, clip)
        place += 1  # what an edit pushed along lies in a row: only its first clip has to be looked for
        if place >= len(t.clips) or t.clips[place] is not clip:
            place = lanes.position(t, clip)
        before, after = lanes.beside(t, place)
        if before is not None and before.end_frame > clip.start_frame:
            yield clip.id, f"starts at frame {clip.start_frame}, inside {before.id}"
        if after is not None and clip.end_frame > after.start_frame:
            yield clip.id, f"ends at frame {clip.end_frame}, inside {after.id}"
    ids = (*change.remove_clips, *(clip.id for clip in change.upsert_clips))
    if t.transitions:
        touched = {tr.id: tr for clip_id in ids for tr in t.transitions_by_clip.get(clip_id, ())}
        yield from _transition_problems(t, (*change.upsert_transitions, *touched.values()))


def _clip_problems(t: Timeline, clip: Clip) -> Iterator[Problem]:
    if not 0 <= clip.track_index < len(t.tracks):
        yield clip.id, f"is on track number {clip.track_index}, but there are {len(t.tracks)}"
        return
    if clip.start_frame < 0 or clip.duration_frames < 1 or clip.start_frame + clip.duration_frames > MAX_FRAMES:
        yield clip.id, f"starts at frame {clip.start_frame} and is {clip.duration_frames} frames long"
    if clip.trim_end_frame - clip.trim_start_frame != clip.duration_frames:
        shown = clip.trim_end_frame - clip.trim_start_frame
        yield clip.id, f"is {clip.duration_frames} frames long but shows {shown} frames of its source"
    if (what := retime_problem(clip)) is not None:
        yield clip.id, what
        return
    frames = clip.frames
    if clip.trim_start_frame < 0 or (frames is not None and clip.trim_end_frame > frames):
        shown_range = f"[{clip.trim_start_frame}, {clip.trim_end_frame})"
        yield clip.id, f"shows frames {shown_range} of a source that has {'any number' if frames is None else frames}"
    track = t.tracks[clip.track_index]
    if not may_lie_on(clip.source, track.kind):
        yield clip.id, f"cannot be on {track.id}, which is an {track.kind} track".replace("an v", "a v")
    if not looks_plain(clip):
        yield from ((clip.id, what) for what in look_problems(clip))


def _transition_problems(t: Timeline, transitions: Iterable[Transition]) -> Iterator[Problem]:
    for tr in transitions:
        left, right = t.clip_by_id.get(tr.left_clip_id), t.clip_by_id.get(tr.right_clip_id)
        if left is None or right is None:
            yield tr.id, f"joins {tr.left_clip_id} and {tr.right_clip_id}, which are not both there"
        elif left.track_index != right.track_index or left.end_frame != right.start_frame:
            yield tr.id, f"joins {left.id} and {right.id}, which do not touch"
        elif not 1 <= tr.duration_frames <= (room := transition_room(t, left, right, tr.kind)):
            yield tr.id, f"is {tr.duration_frames} frames long where {room} fit"
        elif (what := option_problem(tr.kind, tr.direction, tr.color)) is not None:
            yield tr.id, what
        elif sum(other.left_clip_id == left.id for other in t.transitions_by_clip[left.id]) > 1:
            yield tr.id, "is not the only transition on its cut"


def _link_problems(t: Timeline, links: Iterable[str]) -> Iterator[Problem]:
    """A link holds at least two clips. Whether those are in step is not asked: an edit of one `alone` may part them."""
    for link in links:
        ids = t.clips_by_link.get(link)
        if ids is not None and len(ids) < 2:
            yield next(iter(ids)), f"is alone in {link}"


def _setting_problems(t: Timeline) -> Iterator[Problem]:
    if not 1 <= t.width <= 16384 or not 1 <= t.height <= 16384:
        yield "size", f"is {t.width} × {t.height} pixels"
    if not t.tracks:
        yield "tracks", "are missing"
    for track in t.tracks:
        letter, number = track.id[:1], track.id[1:]
        right_letter = "V" if track.kind == "video" else "A"
        if letter != right_letter or not (number.isascii() and number.isdigit()) or number.startswith("0"):
            yield (
                "tracks",
                f"call a track of kind {track.kind} {track.id!r}; it should be {right_letter}1, {right_letter}2 …",
            )
        if not 0 <= track.height <= MAX_HEIGHT:
            yield track.id, f"is {track.height} pixels high"


def _double_ids(t: Timeline) -> Iterator[Problem]:
    for items in (t.tracks, t.clips, t.transitions, t.markers, t.captions):
        seen: set[str] = set()
        for item in items:
            if item.id in seen or not item.id:
                yield item.id or "a nameless item", "is there twice" if item.id else "has no id"
            seen.add(item.id)
