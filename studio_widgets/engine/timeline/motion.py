"""Properties of a clip that can change while it plays: what they are at a frame.

A property has one value, the clip's own setting, or keyframes, which take its place. Keyframes count frames of the
source as it plays (`clips.Keyframe`); here and in edits a place in a clip is counted from its start on the timeline.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, cast, get_args

import msgspec

from studio_widgets.engine.timeline.clips import (
    Clip,
    Crop,
    Curve,
    Keyframe,
    Property,
    Transform,
    plainest,
)

PROPERTIES: tuple[Property, ...] = get_args(Property)
CROPS: tuple[Property, ...] = ("crop_left", "crop_top", "crop_right", "crop_bottom")
SHAPES: tuple[Property, ...] = ("scale", "x", "y", "rotation", *CROPS)
"""What moves or cuts a picture; the others make it fainter, or a sound softer."""

MAX_CROP = 0.99  # of a picture's width or height that may be cut off
RANGES: dict[Property, tuple[float, float]] = {
    "scale": (0.001, 100.0),
    "x": (-100.0, 100.0),
    "y": (-100.0, 100.0),
    "opacity": (0.0, 1.0),
    "rotation": (-36_000.0, 36_000.0),
    **dict.fromkeys(CROPS, (0.0, MAX_CROP)),
    "gain_db": (-100.0, 24.0),
}
"""The least and the greatest value of each property."""

USUAL: dict[Property, float] = {**dict.fromkeys(PROPERTIES, 0.0), "scale": 1.0, "opacity": 1.0}
"""The value of each property where nothing is set."""


def is_moving(before: Keyframe, after: Keyframe) -> bool:
    """Whether the value changes on the way from a keyframe to the next, and not by a jump when that is reached."""
    return before.ease != "hold" and before.value != after.value


def value_of(keys: tuple[Keyframe, ...], frame: int) -> float:
    """The value at a frame, counted as the keyframes are. The same operations in the same order wherever it is asked:
    two keyframes decide, whatever else the curve has."""
    place = bisect_right(keys, frame, key=lambda key: key.frame)
    if place == 0 or place == len(keys):
        return keys[max(0, place - 1)].value
    before, after = keys[place - 1], keys[place]
    if not is_moving(before, after):
        return before.value
    way = (frame - before.frame) / (after.frame - before.frame)
    if before.ease == "smooth":
        way = way * way * (3.0 - 2.0 * way)
    return before.value + (after.value - before.value) * way


def value_at(clip: Clip, name: Property, at: int) -> float:
    """The value of a property `at` frames after the clip's start, which may lie outside of it (in a handle)."""
    curve = curve_of(clip, name)
    return plain_value(clip, name) if curve is None else value_of(curve.keys, clip.trim_start_frame + at)


def transform_at(clip: Clip, at: int) -> Transform:
    """Where the picture goes `at` frames after the clip's start."""
    return with_values(clip.transform, {one.property: value_at(clip, one.property, at) for one in clip.curves})


def plain_value(clip: Clip, name: Property) -> float:
    """The clip's own setting."""
    if name == "gain_db":
        return clip.audio.gain_db
    holder: Any = clip.transform.crop if name in CROPS else clip.transform
    return cast("float", getattr(holder, name.removeprefix("crop_")))


def with_values(transform: Transform, values: dict[Property, float]) -> Transform:
    """The transform with other values; those of a sound are left out of account.

    Nothing is out of its range in what comes of it: the curves of a file are anybody's, and two sides of a crop that
    move towards each other may meet.
    """
    own = {name: _within(name, value) for name, value in values.items() if name in SHAPES or name == "opacity"}
    sides = {name.removeprefix("crop_"): own.pop(name) for name in CROPS if name in own}
    if sides:
        crop = msgspec.structs.replace(transform.crop, **sides)
        left, top = min(crop.left, MAX_CROP), min(crop.top, MAX_CROP)
        right, bottom = min(crop.right, MAX_CROP - left), min(crop.bottom, MAX_CROP - top)
        cut = plainest(Crop(left=left, top=top, right=right, bottom=bottom))
        return plainest(msgspec.structs.replace(transform, crop=cut, **own))
    return plainest(msgspec.structs.replace(transform, **own)) if own else transform


def with_plain(clip: Clip, name: Property, value: float) -> Clip:
    """The clip with another setting of its own."""
    if name == "gain_db":
        audio = msgspec.structs.replace(clip.audio, gain_db=value)
        return msgspec.structs.replace(clip, audio=plainest(audio))
    if name in CROPS:
        crop = msgspec.structs.replace(clip.transform.crop, **{name.removeprefix("crop_"): value})
        transform = msgspec.structs.replace(clip.transform, crop=plainest(crop))
    else:
        transform = msgspec.structs.replace(clip.transform, **{name: value})
    return msgspec.structs.replace(clip, transform=plainest(transform))


def curve_of(clip: Clip, name: Property) -> Curve | None:
    """The keyframes of a property, None when it has none."""
    return next((curve for curve in clip.curves if curve.property == name), None)


def with_curve(clip: Clip, name: Property, keys: tuple[Keyframe, ...]) -> Clip:
    """The clip with these keyframes of a property, in the order of their frames; none: the clip's own setting."""
    others = [curve for curve in clip.curves if curve.property != name]
    own = [Curve(property=name, keys=keys)] if keys else []
    curves = tuple(sorted((*others, *own), key=lambda curve: curve.property))
    return msgspec.structs.replace(clip, curves=curves)


def slid(curves: tuple[Curve, ...], by: int) -> tuple[Curve, ...]:
    """The curves `by` frames later."""
    if not by:
        return curves
    return tuple(
        msgspec.structs.replace(
            curve, keys=tuple(msgspec.structs.replace(key, frame=key.frame + by) for key in curve.keys)
        )
        for curve in curves
    )


def _within(name: Property, value: float) -> float:
    least, most = RANGES[name]
    return min(max(value, least), most)
