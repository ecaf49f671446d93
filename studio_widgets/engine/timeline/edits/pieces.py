"""What cutting edits are made of: a clip with other ends, a clip in two halves."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.clips import plainest
from studio_widgets.engine.timeline.model import Clip, PictureFades, Timeline, Transition
from studio_widgets.engine.timeline.motion import slid

_NO_FADES = PictureFades()


def trimmed(
    t: Timeline, old: Clip, start: int = 0, end: int = 0, *, called: tuple[str, str] = ("start", "end")
) -> Clip:
    """The clip showing another range of its source, its ends moved by frames; where it *starts* stays, for the caller.

    called: the arguments of the edit that move its head and its tail, for the hints: sliding a clip trims its
    neighbours, but what the user can change is `by`.

    Refused beyond the source, and when nothing would be left.
    """
    name = lanes.label(t, old)
    length = old.duration_frames - start + end
    if length < 1:
        raise EditError(
            f"nothing would be left of {name}, which is {lanes.count(old.duration_frames)} long",
            hint=_most(old, start, end, called) + f'remove it: timeline.remove("{old.id}")',
        )
    head, tail = old.head_handle, old.tail_handle
    if head is not None and -start > head:
        raise EditError(
            f"{name} has {lanes.count(head)} before its start, not {-start}",
            hint=f"Use {called[0]}={-head} at most",
        )
    if tail is not None and end > tail:
        raise EditError(
            f"{name} has {lanes.count(tail)} after its end, not {end}", hint=f"Use {called[1]}=+{tail} at most"
        )
    wanted = old.trim_start_frame + start
    # A still is the same picture everywhere: its range may slide instead of going below 0, and its keyframes with it.
    first = max(0, wanted) if old.frames is None else wanted
    return fitted_fades(
        msgspec.structs.replace(
            old,
            duration_frames=length,
            trim_start_frame=first,
            trim_end_frame=first + length,
            curves=slid(old.curves, first - wanted),
        )
    )


def _most(clip: Clip, start: int, end: int, called: tuple[str, str]) -> str:
    """The most that may be cut off at the one end that was asked for, as the beginning of a hint."""
    most = clip.duration_frames - 1
    if most == 0 or (start and end):
        return "Trim less, or " if most else ""
    return f"Use {called[0]}=+{most} at most, or " if start else f"Use {called[1]}=-{most} at most, or "


def fitted_fades(clip: Clip) -> Clip:
    """The clip with fades of sound and picture no longer than itself; the fade-out yields first."""
    audio, fades = clip.audio, clip.fades
    heard = _fitted(audio.fade_in_frames, audio.fade_out_frames, clip.duration_frames)
    if heard != (audio.fade_in_frames, audio.fade_out_frames):
        audio = plainest(msgspec.structs.replace(audio, fade_in_frames=heard[0], fade_out_frames=heard[1]))
        clip = msgspec.structs.replace(clip, audio=audio)
    seen = _fitted(fades.in_frames, fades.out_frames, clip.duration_frames)
    if seen != (fades.in_frames, fades.out_frames):
        fades = plainest(PictureFades(in_frames=seen[0], out_frames=seen[1]))
        clip = msgspec.structs.replace(clip, fades=fades)
    return clip


def _fitted(fade_in: int, fade_out: int, length: int) -> tuple[int, int]:
    fade_in = min(fade_in, length)
    return fade_in, min(fade_out, length - fade_in)


def halves(clip: Clip, at: int, new_id: str) -> tuple[Clip, Clip]:
    """The clip cut before timeline frame `at`: the left part keeps the id and the fade-in, the right the fade-out.

    Both keep all keyframes, which count frames of the source: what is seen and heard at a frame stays.
    """
    left_length = at - clip.start_frame
    cut = clip.trim_start_frame + left_length
    plain = clip.audio.fade_in_frames == 0 and clip.audio.fade_out_frames == 0
    steady = clip.fades == _NO_FADES
    left = msgspec.structs.replace(
        clip,
        duration_frames=left_length,
        trim_end_frame=cut,
        audio=clip.audio if plain else plainest(msgspec.structs.replace(clip.audio, fade_out_frames=0)),
        fades=clip.fades if steady else plainest(msgspec.structs.replace(clip.fades, out_frames=0)),
    )
    right = msgspec.structs.replace(
        clip,
        id=new_id,
        start_frame=at,
        duration_frames=clip.duration_frames - left_length,
        trim_start_frame=cut,
        audio=clip.audio if plain else plainest(msgspec.structs.replace(clip.audio, fade_in_frames=0)),
        fades=clip.fades if steady else plainest(msgspec.structs.replace(clip.fades, in_frames=0)),
    )
    return fitted_fades(left), fitted_fades(right)


def right_transitions(t: Timeline, new_left: dict[str, str]) -> tuple[Transition, ...]:
    """The transitions, those at the right end of a split clip now starting from its right part.

    new_left: id of the right part by id of the clip that was split.
    """
    if not any(clip_id in t.transitions_by_clip for clip_id in new_left):
        return t.transitions
    return tuple(
        msgspec.structs.replace(tr, left_clip_id=new_left[tr.left_clip_id]) if tr.left_clip_id in new_left else tr
        for tr in t.transitions
    )
