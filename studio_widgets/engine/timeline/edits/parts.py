"""Cutting clips in two at a frame, with all that is linked with them, and what becomes of their links."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.pieces import halves, right_transitions
from studio_widgets.engine.timeline.edits.together import members
from studio_widgets.engine.timeline.model import Clip, Timeline, clip_order


def cut_through(t: Timeline, under: Sequence[Clip], at: int, alone: bool, number: int | None = None) -> Timeline:
    """`t` with each of the clips that lie under frame `at`, and what is linked with it there, cut before that frame.

    number: of the first right part's id; the next free one when None. The counter is left beyond the last one.
    """
    found = {clip.id: clip for clip in under}
    if not alone:
        for clip in under:
            others = members(t, clip.id, alone) if clip.link is not None else ()
            found |= {other.id: other for other in others if other.start_frame < at < other.end_frame}
    old = sorted(found.values(), key=clip_order)
    number = t.next_ids.clip if number is None else number
    parts = [halves(clip, at, f"clip-{number + offset}") for offset, clip in enumerate(old)]
    counters = msgspec.structs.replace(t.next_ids, clip=number + len(parts))
    heirs = right_transitions(t, {left.id: right.id for left, right in parts})
    new = [part for pair in parts for part in pair]
    after = refit(lanes.swap(t, old, new, next_ids=counters, transitions=heirs), [part.id for part in new])
    links = dict.fromkeys(clip.link for clip in old if clip.link is not None)
    for link in () if alone else links:
        after = _in_two(after, link, at)
    return after


def _in_two(t: Timeline, link: str, at: int) -> Timeline:
    """`t` with the clips of a link that start at `at` or later in a link of their own; no link holds one clip."""
    ids = t.clips_by_link[link]
    clips = sorted((t.clip_by_id[clip_id] for clip_id in ids), key=clip_order)
    right = [clip for clip in clips if clip.start_frame >= at]
    left = [clip for clip in clips if clip.start_frame < at]
    if not right:
        return t
    new_link = f"link-{t.next_ids.link}" if len(right) > 1 else None
    moved = [(clip, new_link) for clip in right] + ([(left[0], None)] if len(left) == 1 else [])
    counters = msgspec.structs.replace(t.next_ids, link=t.next_ids.link + (len(right) > 1))
    return lanes.swap(
        t,
        [clip for clip, _ in moved],
        [msgspec.structs.replace(clip, link=name) for clip, name in moved],
        next_ids=counters,
    )
