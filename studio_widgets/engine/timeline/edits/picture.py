"""Edits of what is seen of a clip's picture: how much is cut off, and how it comes and goes."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.clips import plainest
from studio_widgets.engine.timeline.edits.motion import refuse_unseen, with_settings
from studio_widgets.engine.timeline.model import Clip, PictureFades, Timeline


def set_crop(
    t: Timeline,
    *,
    clip: str,
    left: float | None = None,
    top: float | None = None,
    right: float | None = None,
    bottom: float | None = None,
    at: int | None = None,
) -> Timeline:
    """Cut something off the sides of a clip's picture: fractions of its width and height, 0 to 0.99.

    ```
    before  +---------+     after  +---------+
            |abcdefghi|            |  cdefghi|     left=0.2
            |abcdefghi|            |  cdefghi|
            +---------+            +---------+
    ```

    at: where a side that has keyframes gets one, in frames from the clip's start.

    What is left stays where it was and as large as it was. None leaves a side as it is.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    refuse_unseen(t, old)
    sides = {"crop_left": left, "crop_top": top, "crop_right": right, "crop_bottom": bottom}
    new = with_settings(t, old, sides, at)  # type: ignore[arg-type]  # names of properties
    return t if new == old else lanes.swap(t, [old], [new])


def set_fades(t: Timeline, *, clip: str, fade_in: int | None = None, fade_out: int | None = None) -> Timeline:
    """Let a clip's picture come out of what lies below it, and go back into it, over frames from its ends inwards.

    ```
    before  V1 [aaaaaaaaa]
    after   V1 [/aaaaaa\\_]     fade_in=1, fade_out=2
    ```

    Of the sound, see `set_audio`. Where a transition is at an end, it takes the place of the fade there.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    new = msgspec.structs.replace(old, fades=fades_of(t, old, fade_in=fade_in, fade_out=fade_out))
    return t if new == old else lanes.swap(t, [old], [new])


def fades_of(t: Timeline, old: Clip, *, fade_in: int | None = None, fade_out: int | None = None) -> PictureFades:
    """How the clip's picture comes and goes with these settings; EditError when it cannot."""
    refuse_unseen(t, old)
    fades = PictureFades(
        in_frames=old.fades.in_frames if fade_in is None else fade_in,
        out_frames=old.fades.out_frames if fade_out is None else fade_out,
    )
    if min(fades.in_frames, fades.out_frames) < 0:
        raise EditError("a fade cannot be negative", hint="Give frames from 0 up")
    if fades.in_frames + fades.out_frames > old.duration_frames:
        raise EditError(
            f"picture fades of {fades.in_frames} and {fades.out_frames} frames do not fit into "
            f"{lanes.label(t, old)}, which is {lanes.count(old.duration_frames)} long",
            hint="Shorten the fades",
        )
    return plainest(fades)
