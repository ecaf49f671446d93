"""Transitions of a draft, on the cuts that came of its pieces."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from studio_widgets.engine.interchange.draft import Draft, Join
from studio_widgets.engine.interchange.ids import Ids, id_of
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import MIN_TRANSITION, transition_room
from studio_widgets.engine.timeline.model import Clip, Timeline, Transition, transition_order
from studio_widgets.engine.timeline.timecode import nearest


def joined(t: Timeline, draft: Draft, clip_ids: Mapping[int, str]) -> Timeline:
    """The timeline with the draft's transitions; `clip_ids` are the ids of clips by the identity of their pieces.

    One that is not centred on its cut is centred, one with too few frames is shortened or dropped: all reported.
    """
    ids = Ids("transition", draft.counters.transition, (id_of(join.ours) for join in draft.joins))
    found = _Found()
    for join in draft.joins:
        left = t.clip_by_id.get(clip_ids.get(id(join.left), ""))
        right = t.clip_by_id.get(clip_ids.get(id(join.right), ""))
        _join(draft, join, (left, right), ids, found)
    return lanes.replace(t, transitions=tuple(sorted(found.all, key=transition_order)))


class _Found:
    """The transitions so far, and those at each clip."""

    def __init__(self) -> None:
        self.all: list[Transition] = []
        self._by_clip: dict[str, list[Transition]] = {}

    def put(self, new: Transition) -> None:
        self.all.append(new)
        for clip_id in (new.left_clip_id, new.right_clip_id):
            self._by_clip.setdefault(clip_id, []).append(new)

    def around(self, left: Clip, right: Clip) -> Timeline:
        """A timeline of nothing but the transitions at these clips: all that room on their cut depends on."""
        near = {one.id: one for clip in (left, right) for one in self._by_clip.get(clip.id, ())}
        return Timeline(tracks=(), transitions=tuple(near.values()))


def _join(draft: Draft, join: Join, clips: tuple[Clip | None, Clip | None], ids: Ids, found: _Found) -> None:
    left, right = clips
    where = f'between "{join.left.name}" and "{join.right.name}"'
    if left is None or right is None or left.track_index != right.track_index or left.end_frame != right.start_frame:
        draft.report.lose("the transition is no longer on a cut; left out", where)
        return
    around = found.around(left, right)
    if any(other.left_clip_id == left.id for other in around.transitions):
        draft.report.lose("there are two transitions on this cut; the second is left out", where)
        return
    before, after = nearest(join.before * draft.rate), nearest(join.after * draft.rate)
    asked = before + after
    length = min(asked, transition_room(around, left, right, join.ours.kind if join.ours else "crossfade"))
    if length < (1 if join.ours else MIN_TRANSITION):
        draft.report.lose("the transition has no frames outside the cut to be made of; left out", where)
        return
    if length < asked:
        draft.report.lose(f"a transition of {asked} frames has fewer outside the cut", where, f"{length} frames")
    elif before != asked // 2:
        draft.report.lose(f"the transition lies {before} of its {asked} frames before the cut", where, "centred on it")
    found.put(
        msgspec.structs.replace(
            join.ours or Transition(id="", left_clip_id="", right_clip_id="", duration_frames=1),
            id=ids.of(id_of(join.ours)),
            left_clip_id=left.id,
            right_clip_id=right.id,
            duration_frames=length,
        )
    )
