"""Edits that link clips, so that they are edited together, and unlink them."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.together import members_of_all, settled
from studio_widgets.engine.timeline.model import Timeline, clip_order


def link(t: Timeline, *, clips: list[str]) -> Timeline:
    """Link clips: from then on they are moved, trimmed, cut and removed together.

    ```
    before  V2 ..[title].         after  V2 ..[title].
            V1 [aaaaaaaa]                V1 [aaaaaaaa]     both with link-1
    ```

    What was linked with one of them before is linked with all. Refused with fewer than two clips, and on locked tracks.
    """
    if len(set(clips)) < 2:
        raise EditError("a link holds at least two clips", hint="Name two or more")
    old = sorted(members_of_all(t, clips, alone=False), key=clip_order)
    links = {clip.link for clip in old}
    if len(links) == 1 and None not in links:
        return t
    new_link = f"link-{t.next_ids.link}"
    counters = msgspec.structs.replace(t.next_ids, link=t.next_ids.link + 1)
    return lanes.swap(t, old, [msgspec.structs.replace(clip, link=new_link) for clip in old], next_ids=counters)


def unlink(t: Timeline, *, clip: str, alone: bool = False) -> Timeline:
    """Dissolve the link of a clip, so that each of its clips is edited by itself; `alone` takes only that clip out.

    ```
    before  V1 [aaaa]     A1 [AAAA]     both with link-1
    after   V1 [aaaa]     A1 [AAAA]
    ```
    """
    old = members_of_all(t, [clip], alone)
    link = old[0].link
    if link is None:
        raise EditError(f"{lanes.label(t, old[0])} is linked with nothing", hint="timeline.link() links clips")
    return settled(lanes.swap(t, old, [msgspec.structs.replace(item, link=None) for item in old]), [link])
