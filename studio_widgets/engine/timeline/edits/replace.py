"""Edits that give up frames in place, so that nothing else moves: overwrite, lift."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.cut import remove
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.pieces import halves, right_transitions
from studio_widgets.engine.timeline.edits.put import new_clip
from studio_widgets.engine.timeline.edits.together import settled
from studio_widgets.engine.timeline.model import Clip, Source, Timeline


def overwrite(
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
    """Put a clip of `source[trim)` on a track in place of whatever lies in its range; nothing moves.

    ```
    before  V1 [abcdef][ccc][ddddd]       before  V1 [abcdefghijkl]
    after   V1 [abc][newnewn][dddd]       after   V1 [abc][new][jkl]
                    | at                                  | at
    ```

    The arguments are those of `add`. Clips inside the range go; clips that reach into it lose those frames; of one that
    spans it the left part keeps the id. Fades stay with the ends that are left, transitions with cuts that are left.
    What is linked with them stays as it is, and linked: the sound goes on under a picture that is laid over another.
    Refused when `trim` goes beyond the source, on a locked track or one of the other kind.
    """
    t, new = new_clip(
        t, source=source, name=name, track=track, at=at, trim=trim, duration=duration, thumbnail=thumbnail
    )
    start, end = new.start_frame, new.end_frame
    number = t.next_ids.clip + 1
    under = lanes.overlapping(t, new.track_index, start, end)
    left: list[Clip] = []
    right: list[Clip] = []
    heirs: dict[str, str] = {}
    for clip in under:
        if clip.start_frame < start:
            left.append(halves(clip, start, clip.id)[0])
        if clip.end_frame > end:
            part_id = clip.id
            if left and left[-1].id == clip.id:
                part_id = heirs[clip.id] = f"clip-{number}"
                number += 1
            right.append(halves(clip, end, part_id)[1])
    first = lanes.position(t, under[0] if under else new)
    after = lanes.splice(
        t,
        first,
        first + len(under),
        [*left, new, *right],
        transitions=right_transitions(t, heirs),
        next_ids=msgspec.structs.replace(t.next_ids, clip=number),
    )
    after = refit(after, [*(clip.id for clip in under), *heirs.values()])
    return settled(after, [clip.link for clip in under])


def lift(t: Timeline, *, clips: list[str], alone: bool = False) -> Timeline:
    """Take clips off the timeline, with what is linked with them, leaving gaps; what follows stays where it is.

    ```
    before  V1 [aaa][bbb][ccc]
    after   V1 [aaa].....[ccc]
    ```

    What `remove` does, by the name that editors know beside `extract`, which closes the gap.
    """
    return remove(t, clips=clips, alone=alone)
