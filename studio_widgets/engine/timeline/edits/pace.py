"""Edits of how fast a clip plays its source: stretch, freeze."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.check_looks import MAX_SPEED, MIN_SPEED
from studio_widgets.engine.timeline.clips import Curve, file_frame, playing_frames, speed_of
from studio_widgets.engine.timeline.edits.pieces import fitted_fades
from studio_widgets.engine.timeline.edits.put import fits
from studio_widgets.engine.timeline.edits.ripple import pushed_in
from studio_widgets.engine.timeline.edits.shift import shifted
from studio_widgets.engine.timeline.edits.together import blamed, members, relaid
from studio_widgets.engine.timeline.edits.values import a_frame, a_length, within
from studio_widgets.engine.timeline.model import AudioSettings, Clip, Retime, Timeline, source_frames, source_key
from studio_widgets.engine.timeline.motion import transform_at
from studio_widgets.engine.timeline.timecode import seconds_to_frames

FREEZE_SECONDS = 2  # how long a freeze frame lasts unless told


def stretch(
    t: Timeline,
    *,
    clip: str,
    speed: str | None = None,
    duration: int | None = None,
    ripple: bool = False,
    alone: bool = False,
) -> Timeline:
    """Play the same part of the source faster or slower: at a `speed`, or such that it fills `duration` frames.

    ```
    before  V1 [abcdef]..[ggg]
    after   V1 [ace].....[ggg]     speed="2", or duration=3
    after   V1 [ace]..[ggg]...     the same with ripple=True: what follows closes up or makes room
    ```

    speed: a fraction of the source's own speed, "2", "1/2", "0.75"; from 1/100 to 100.

    The clip keeps its start. The pitch of the sound stays. What shows the same part of the same source in the same
    place and is linked with it is stretched alike. Keyframes keep their pictures. Refused for stills, titles and freeze
    frames, which do not move, and, without `ripple`, where the next clip is in the way.
    """
    named, *others = members(t, clip, alone)
    _refuse_still(t, named)
    factor = _factor(t, named, speed, duration)
    old = [named, *(other for other in others if _in_step(t, named, other))]
    new = []
    for one in old:
        with blamed(t, one, named):
            changed = _stretched(one, factor)
            fits(changed.start_frame, changed.duration_frames)
            new.append(changed)
    if not ripple:
        return relaid(t, old, new, hint="Push what follows: ripple=True, or move it out of the way first")
    if old == new:
        return t
    pushes = [
        (before.track_index, before.end_frame, after.duration_frames - before.duration_frames)
        for before, after in zip(old, new, strict=True)
    ]
    return shifted(t, pushes, new={one.id: one for one in new}, alone=alone)


def paced(t: Timeline, clip: Clip, speed: float) -> Clip:
    """The clip playing the same part of its source at a speed, given with at most six decimals."""
    _refuse_still(t, clip)
    wanted = clean_speed(str(Fraction(f"{within(speed, float(MIN_SPEED), float(MAX_SPEED), 'speed'):.6f}")))
    return _stretched(clip, _factor(t, clip, str(wanted), None))


def _refuse_still(t: Timeline, clip: Clip) -> None:
    if clip.frames is None:
        what = "stands still" if clip.retime.freeze_frame is not None else "does not move"
        raise EditError(
            f"{lanes.label(t, clip)} {what}: it has no speed",
            hint=f'Make it longer or shorter: timeline.trim("{clip.id}", end=…)',
        )


def _in_step(t: Timeline, named: Clip, other: Clip) -> bool:
    """Whether a linked clip shows the same part of the same source; EditError when it would come apart."""

    def begin(clip: Clip) -> tuple[object, ...]:
        return source_key(clip.source), clip.retime, clip.start_frame - clip.trim_start_frame

    if begin(named) != begin(other):
        return False
    if (named.start_frame, named.end_frame) == (other.start_frame, other.end_frame):
        return True
    raise EditError(
        f"{lanes.label(t, other)} is linked with {lanes.label(t, named)} and shows another part of the same source: "
        "at another speed they would come apart",
        hint="Trim them alike first, or leave it out: alone=True",
    )


def _factor(t: Timeline, clip: Clip, speed: str | None, duration: int | None) -> Fraction:
    """The speed that the clip is to have."""
    if (speed is None) == (duration is None):
        raise EditError("a clip is stretched to a speed or to a duration", hint="Give speed or duration, one of them")
    own = clip.duration_frames * speed_of(clip.retime.speed)  # frames of the file that it shows
    wanted = clean_speed(speed) if speed is not None else own / a_length(duration or 0, "the duration")
    if not MIN_SPEED <= wanted <= MAX_SPEED:
        least, most = max(1, -(-own // MAX_SPEED)), own // MIN_SPEED
        raise EditError(
            f"{lanes.label(t, clip)} would play at {float(wanted):.4g} times its speed",
            hint=f"Speeds go from {MIN_SPEED} to {MAX_SPEED}: that is {least} to {most} frames",
        )
    return wanted


def clean_speed(speed: str) -> Fraction:
    """The fraction that a speed says; EditError when it says none."""
    try:
        wanted = Fraction(speed)
    except (ValueError, ZeroDivisionError) as error:
        raise EditError(f"{speed!r} is not a speed", hint='Write a fraction: "2", "1/2", "0.75"') from error
    if wanted <= 0:
        raise EditError(f"a clip cannot play at {speed} times its speed", hint="Speeds are above 0")
    if wanted.denominator > 10_000_000 or wanted.numerator > 10_000_000:
        raise EditError(f"the speed {speed} is too fine", hint="Write it with fewer digits")
    return wanted


def _stretched(clip: Clip, speed: Fraction) -> Clip:
    """The clip showing the same part of its source at a speed, from where it starts."""
    change = speed_of(clip.retime.speed) / speed
    retime = Retime(speed=str(speed))
    first = floor(clip.trim_start_frame * change)
    frames = playing_frames(clip.source, retime)
    most = clip.duration_frames if frames is None else max(1, frames - first)
    length = min(max(1, round(clip.duration_frames * change)), most)
    return fitted_fades(
        msgspec.structs.replace(
            clip,
            retime=retime,
            duration_frames=length,
            trim_start_frame=first,
            trim_end_frame=first + length,
            curves=tuple(_scaled(curve, change) for curve in clip.curves),
        )
    )


def _scaled(curve: Curve, change: Fraction) -> Curve:
    """The curve on a source that plays `change` times as long; of keyframes that meet, the later one stays."""
    keys = {round(key.frame * change): key for key in curve.keys}
    return msgspec.structs.replace(
        curve, keys=tuple(msgspec.structs.replace(key, frame=frame) for frame, key in keys.items())
    )


def freeze(
    t: Timeline, *, at: int, duration: int | None = None, track: str | None = None, alone: bool = False
) -> Timeline:
    """Let the picture stand still at frame `at` for `duration` frames (2 s), and push what follows.

    ```
    before  V1 [abcdefgh][ccc]
    after   V1 [abc][ddd][defgh][ccc]     duration=3
                    | at: the frame that stands still
    ```

    The clip under `at` on `track`, or on the highest V track that shows a moving picture there, is split, with what is
    linked with it, and a clip of the one frame, silent, comes between the parts. Refused where nothing moves.
    """
    a_frame(at, "the freeze frame")
    clip = _moving_at(t, at, track)
    length = seconds_to_frames(FREEZE_SECONDS, t.fps) if duration is None else a_length(duration, "the duration")
    frozen = file_frame(clip, at - clip.start_frame + clip.trim_start_frame)
    new = msgspec.structs.replace(
        clip,
        id=f"clip-{t.next_ids.clip}",
        start_frame=at,
        duration_frames=fits(at, length),
        trim_start_frame=0,
        trim_end_frame=length,
        retime=Retime(freeze_frame=frozen),
        audio=AudioSettings(),
        transform=transform_at(clip, at - clip.start_frame),
        fades=type(clip.fades)(),
        curves=(),
        link=None,
    )
    return pushed_in(t, new, alone)


def _moving_at(t: Timeline, at: int, track: str | None) -> Clip:
    if track is None:
        lanes_of = sorted((one for one in t.tracks if one.kind == "video"), key=lambda one: -one.number)
        indexes = [t.track_index_by_id[one.id] for one in lanes_of if not one.locked]
    else:
        indexes = [lanes.find_track(t, track)]
        lanes.refuse_locked(t, indexes[0])
    for index in indexes:
        clip = lanes.clip_at(t, index, at)
        if clip is not None and t.tracks[index].kind == "video" and source_frames(clip.source) and clip.frames:
            return clip
    raise EditError(
        f"nothing moves at {lanes.span(t, at, at + 1)}" + (f" of {track}" if track else ""),
        hint="Name a frame inside a video clip",
    )
