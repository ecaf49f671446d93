"""Editing linked clips as one: who is meant by an edit of one clip, and what becomes of links.

What an edit does to a clip it does to all that are linked with it, or to none: when one of them refuses, the whole edit
is refused in its name. `alone=True` edits the one clip that was named. Ends that are moved (trim, ripple, roll) are
those of the linked clips that have that end at the same frame: a sound that was trimmed on its own keeps its own end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.model import Clip, Timeline, clip_order


def linked(t: Timeline, clip: Clip) -> list[Clip]:
    """The clips linked with a clip, itself left out, by place."""
    if clip.link is None:
        return []
    ids = t.clips_by_link[clip.link]
    return sorted((t.clip_by_id[clip_id] for clip_id in ids if clip_id != clip.id), key=clip_order)


def members(t: Timeline, clip_id: str, alone: bool) -> list[Clip]:
    """The clip of that id, first, and those linked with it unless `alone`; EditError when one is on a locked track."""
    named = lanes.find_clip(t, clip_id)
    lanes.refuse_locked(t, named.track_index)
    if alone or named.link is None:
        return [named]
    others = linked(t, named)
    for clip in others:
        with blamed(t, clip, named):
            lanes.refuse_locked(t, clip.track_index)
    return [named, *others]


def members_of_all(t: Timeline, clip_ids: Iterable[str], alone: bool) -> list[Clip]:
    """`members` of each of several clips, each clip once."""
    found = {clip.id: clip for clip_id in dict.fromkeys(clip_ids) for clip in members(t, clip_id, alone)}
    return list(found.values())


End = tuple[Clip, int, int]
"""A clip, and by how many frames its start and its end move."""


def with_ends(t: Timeline, clip_id: str, start: int, end: int, alone: bool) -> list[End]:
    """The clips whose ends move when those of a clip do: the clip, first, and linked ones with an end in common."""
    named, *others = members(t, clip_id, alone)
    ends = [
        (
            clip,
            start if clip.start_frame == named.start_frame else 0,
            end if clip.end_frame == named.end_frame else 0,
        )
        for clip in others
    ]
    return [(named, start, end), *(item for item in ends if item[1] or item[2])]


@contextmanager
def blamed(t: Timeline, clip: Clip, named: Clip) -> Iterator[None]:
    """What is refused inside is refused in the name of a clip that is linked with the one that was named."""
    try:
        yield
    except EditError as error:
        if clip.id == named.id:
            raise
        name = lanes.label(t, clip)
        said = error.message if name in error.message else f"{name}: {error.message}"
        raise EditError(
            f"{said}; it is linked with {lanes.label(t, named)}",
            where=error.where,
            hint=f"{error.hint}; or leave it out: alone=True" if error.hint else "Leave it out: alone=True",
        ) from error


def settled(t: Timeline, links: Iterable[str | None]) -> Timeline:
    """`t` with those of the links that have one clip left taken off that clip, on a locked track too."""
    lone = [ids for link in dict.fromkeys(links) if link and len(ids := t.clips_by_link.get(link, frozenset())) == 1]
    if not lone:
        return t
    old = [t.clip_by_id[clip_id] for ids in lone for clip_id in ids]
    return lanes.swap(t, old, [msgspec.structs.replace(clip, link=None) for clip in old])


def relaid(t: Timeline, old: Sequence[Clip], new: Sequence[Clip], *, hint: str) -> Timeline:
    """`t` with the clips at their new places, all at once; EditError when another clip is in the way of one."""
    changed = [(before, after) for before, after in zip(old, new, strict=True) if before != after]
    if not changed:
        return t
    refuse_collisions(t, [after for _, after in changed], {before.id for before, _ in changed}, hint=hint)
    after = lanes.swap(t, [before for before, _ in changed], [after for _, after in changed])
    return refit(after, [before.id for before, _ in changed])


def refuse_collisions(t: Timeline, new: Sequence[Clip], moving: Collection[str], *, hint: str) -> None:
    """EditError naming the first clip in the way of one of `new` (none `moving` is), or two of `new` that overlap."""
    for clip in new:
        lanes.refuse_overlap(t, clip.track_index, clip.start_frame, clip.end_frame, moving=moving, hint=hint)
    if len(new) > 1:
        ordered = sorted(new, key=clip_order)
        for before, after in pairwise(ordered):
            if before.track_index == after.track_index and before.end_frame > after.start_frame:
                raise EditError(
                    f"{lanes.label(t, before)} and {lanes.label(t, after)}, which are linked, would overlap on "
                    f"{t.tracks[after.track_index].id}",
                    hint="Edit them one by one: alone=True",
                )
