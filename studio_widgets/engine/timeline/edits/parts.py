"""Cutting clips in two at a frame, with all that is linked with them, and what becomes of their links."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.pieces import halves, right_transitions
from studio_widgets.engine.timeline.edits.together import members
from studio_widgets.engine.timeline.model import Clip, Counters, Timeline, clip_order


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
    heirs = right_transitions(t, {left.id: right.id for left, right in parts})
    new = {part.id: part for pair in parts for part in pair}
    counters = msgspec.structs.replace(t.next_ids, clip=number + len(parts))
    gone = list(old)
    for link in () if alone else dict.fromkeys(clip.link for clip in old if clip.link is not None):
        others = [t.clip_by_id[clip_id] for clip_id in t.clips_by_link[link] if clip_id not in found]
        linked = [*others, *(part for part in new.values() if part.link == link)]
        changed, counters = _in_two(linked, at, counters)
        gone += (clip for clip in others if clip.id in changed)
        new |= changed
    after = lanes.swap(t, gone, new.values(), next_ids=counters, transitions=heirs)
    return refit(after, [part.id for pair in parts for part in pair])


def _in_two(linked: Sequence[Clip], at: int, counters: Counters) -> tuple[dict[str, Clip], Counters]:
    """Those of the clips of a link whose link is another one when it is cut at a frame, by id, and the counters then.

    What starts at the frame or later gets a link of its own; no link holds one clip.
    """
    right = [clip for clip in linked if clip.start_frame >= at]
    left = [clip for clip in linked if clip.start_frame < at]
    new_link = f"link-{counters.link}" if len(right) > 1 else None
    changed = {clip.id: msgspec.structs.replace(clip, link=new_link) for clip in right}
    if len(left) == 1:
        changed[left[0].id] = msgspec.structs.replace(left[0], link=None)
    return changed, msgspec.structs.replace(counters, link=counters.link + (new_link is not None))
