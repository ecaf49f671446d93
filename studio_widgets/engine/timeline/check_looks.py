"""The invariants of how a clip looks, sounds and plays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from studio_widgets.engine.timeline.clips import (
    AudioSettings,
    Clip,
    Crop,
    Curve,
    PictureFades,
    Retime,
    Transform,
    speed_of,
)
from studio_widgets.engine.timeline.motion import MAX_CROP
from studio_widgets.engine.timeline.sources import source_frames, source_track_kind

MIN_SPEED, MAX_SPEED = Fraction(1, 100), Fraction(100)

_PLAIN_AUDIO, _PLAIN_PICTURE, _PLAIN_RETIME = AudioSettings(), Transform(), Retime()
_PLAIN_FADES, _NO_CROP = PictureFades(), Crop()


def looks_plain(clip: Clip) -> bool:
    """Whether nothing is set on the clip at all."""
    return (
        clip.audio == _PLAIN_AUDIO
        and clip.transform == _PLAIN_PICTURE
        and clip.retime == _PLAIN_RETIME
        and clip.fades == _PLAIN_FADES
        and not clip.curves
    )


def look_problems(clip: Clip) -> Iterator[str]:
    """What is wrong with the settings of a clip, in words that follow its name."""
    for what, fades in (
        ("fades", (clip.audio.fade_in_frames, clip.audio.fade_out_frames)),
        ("picture fades", (clip.fades.in_frames, clip.fades.out_frames)),
    ):
        if min(fades) < 0 or sum(fades) > clip.duration_frames:
            yield f"has {what} of {fades[0]} and {fades[1]} frames in {clip.duration_frames}"
    transform, crop = clip.transform, clip.transform.crop
    sides = (crop.left, crop.top, crop.right, crop.bottom)
    numbers = (
        *(clip.audio.gain_db, transform.scale, transform.x, transform.y, transform.opacity, transform.rotation),
        *sides,
        *(key.value for curve in clip.curves for key in curve.keys),
    )
    if not all(map(math.isfinite, numbers)):
        yield "has a setting that is not a number"
    elif crop != _NO_CROP and (
        min(sides) < 0 or crop.left + crop.right > MAX_CROP or crop.top + crop.bottom > MAX_CROP
    ):
        yield f"is cropped by {sides[0]:g}, {sides[1]:g}, {sides[2]:g} and {sides[3]:g}, which leaves nothing"
    yield from _curve_problems(clip.curves)


def retime_problem(clip: Clip) -> str | None:
    """What is wrong with how a clip plays its source; asked first, for its frames depend on it."""
    retime = clip.retime
    if retime == _PLAIN_RETIME:
        return None
    try:
        speed = speed_of(retime.speed)
    except (ValueError, ZeroDivisionError):
        return f"plays at speed {retime.speed!r}, which is not a fraction"
    if not MIN_SPEED <= speed <= MAX_SPEED or str(speed) != retime.speed:
        return f"plays at speed {retime.speed!r}; it is a fraction in lowest terms from {MIN_SPEED} to {MAX_SPEED}"
    frozen, frames = retime.freeze_frame, source_frames(clip.source)
    if frames is None:
        return "plays at another speed, but its source does not move"
    if frozen is not None and (speed != 1 or not 0 <= frozen < frames):
        return f"stands still at frame {frozen} of a source that has {frames}"
    if frozen is not None and source_track_kind(clip.source) == "audio":
        return "stands still, but has no picture"
    return None


def _curve_problems(curves: tuple[Curve, ...]) -> Iterator[str]:
    names = [curve.property for curve in curves]
    if names != sorted(set(names)):
        yield "has keyframes whose properties are not in order, each once"
    for curve in curves:
        if not curve.keys:
            yield f"has no keyframes for {curve.property}"
        if any(before.frame >= after.frame for before, after in pairwise(curve.keys)):
            yield f"has keyframes for {curve.property} that are not in order"
