"""Keyframes: values that a clip's properties have at frames, and what becomes of a setting that has some.

A property that has keyframes is changed where one stands, as editors do: setting it *at* a frame makes a keyframe
there. Without a frame it is refused, for the clip's own setting would not be seen.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.clips import Clip, Ease, Keyframe, Property
from studio_widgets.engine.timeline.edits.values import within
from studio_widgets.engine.timeline.model import Timeline, source_has_sound
from studio_widgets.engine.timeline.motion import MAX_CROP, PROPERTIES, RANGES, curve_of, with_curve, with_plain


def set_keyframe(
    t: Timeline, *, clip: str, property: Property, at: int, value: float, ease: Ease = "linear"
) -> Timeline:
    """Give a property a value `at` frames after the clip's start; between keyframes it goes from one to the next.

    ```
    before  opacity  -------------     its own setting
    after   opacity  _____/-------     at=5, value=0; at=7, value=1
            V1       [aaaaaaaaaaa]
    ```

    property: scale, x, y, opacity, rotation, crop_left, crop_top, crop_right, crop_bottom, gain_db.
    ease: the way to the next keyframe: "linear", "smooth" (slow at both ends), "hold" (a jump when it is reached).

    One that is there already is replaced. Keyframes are of the picture that is seen there: trimmed, split or slipped,
    they go with it. Refused outside of the clip and for values that the setting itself could not have.
    """
    old = _unlocked(t, clip)
    _refuse_foreign(t, old, property)
    return _put(t, old, _keyed(t, old, property, at, value, ease))


def remove_keyframe(t: Timeline, *, clip: str, property: Property, at: int) -> Timeline:
    """Take away the keyframe of a property `at` frames after the clip's start (in a handle, before 0 or past its end).

    ```
    before  opacity  o___o___o
    after   opacity  o_______o     the middle one
    ```

    Without keyframes the clip's own setting counts again. Refused when there is none at that frame.
    """
    old = _unlocked(t, clip)
    curve = curve_of(old, property)
    frame = old.trim_start_frame + at
    keys = curve.keys if curve else ()
    if not any(key.frame == frame for key in keys):
        places = ", ".join(str(key.frame - old.trim_start_frame) for key in keys[:20])
        raise EditError(
            f"{lanes.label(t, old)} has no keyframe for {property} at {at}",
            hint=f"There are keyframes at {places}" if places else f"It has no keyframes for {property} at all",
        )
    return _put(t, old, with_curve(old, property, tuple(key for key in keys if key.frame != frame)))


def clear_keyframes(t: Timeline, *, clip: str, property: Property | None = None) -> Timeline:
    """Take away all keyframes of a property, or of all (None); the clip's own settings count again.

    ```
    before  opacity  o___o___o
    after   opacity  _________
    ```
    """
    old = _unlocked(t, clip)
    return _put(t, old, msgspec.structs.replace(old, curves=()) if property is None else with_curve(old, property, ()))


def with_settings(t: Timeline, clip: Clip, values: Mapping[Property, float | None], at: int | None) -> Clip:
    """The clip with other values of properties; None leaves one as it is.

    at: frames after the clip's start where those that have keyframes get one; None: they are refused.
    """
    own: set[Property] = set()
    for name, value in values.items():
        if value is None:
            continue
        if curve_of(clip, name) is None:
            clip = with_plain(clip, name, within(value, *RANGES[name], name))
            own.add(name)
        elif at is None:
            raise EditError(
                f"{name} of {lanes.label(t, clip)} has keyframes, which take the place of its setting",
                hint=f'Say at which frame of the clip, at=…, or timeline.clear_keyframes("{clip.id}", "{name}") first',
            )
        else:
            clip = _keyed(t, clip, name, at, value, None)
    if any(name.startswith("crop_") for name in own):
        _refuse_nothing_left(t, clip)
    return clip


def refuse_unseen(t: Timeline, clip: Clip) -> None:
    """EditError when the clip is on an audio track, where it has no picture."""
    if t.tracks[clip.track_index].kind != "video":
        raise EditError(f"{lanes.label(t, clip)} has no picture", hint="Choose a clip on a V track")


def _keyed(t: Timeline, clip: Clip, name: Property, at: int, value: float, ease: Ease | None) -> Clip:
    """The clip with a keyframe; without an `ease` one that is replaced keeps its own."""
    if not 0 <= at < clip.duration_frames:
        raise EditError(
            f"{lanes.label(t, clip)} has no frame {at}, counted from its start",
            hint=f"Its frames are 0 to {clip.duration_frames - 1}",
        )
    frame = clip.trim_start_frame + at
    curve = curve_of(clip, name)
    keys = {key.frame: key for key in curve.keys} if curve else {}
    if ease is None:
        ease = keys[frame].ease if frame in keys else "linear"
    keys[frame] = Keyframe(frame=frame, value=within(value, *RANGES[name], name), ease=ease)
    return with_curve(clip, name, tuple(keys[frame] for frame in sorted(keys)))


def _refuse_foreign(t: Timeline, clip: Clip, name: Property) -> None:
    if name not in PROPERTIES:
        raise EditError(f"there is no property {name!r}", hint=f"Choose one of {', '.join(PROPERTIES)}")
    if name != "gain_db":
        refuse_unseen(t, clip)
    elif not source_has_sound(clip.source):
        raise EditError(f"{lanes.label(t, clip)} has no sound", hint="Choose a clip of a video or sound file")


def _refuse_nothing_left(t: Timeline, clip: Clip) -> None:
    crop = clip.transform.crop
    for one, other, first, second in (
        ("left", "right", crop.left, crop.right),
        ("top", "bottom", crop.top, crop.bottom),
    ):
        if first + second > MAX_CROP:
            raise EditError(
                f"{first:g} off the {one} and {second:g} off the {other} leave nothing of {lanes.label(t, clip)}",
                hint=f"Together they may be {MAX_CROP:g} at most",
            )


def _unlocked(t: Timeline, clip_id: str) -> Clip:
    clip = lanes.find_clip(t, clip_id)
    lanes.refuse_locked(t, clip.track_index)
    return clip


def _put(t: Timeline, old: Clip, new: Clip) -> Timeline:
    return t if new == old else lanes.swap(t, [old], [new])
