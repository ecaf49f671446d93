"""Layers in motion: curves counted in frames of the timeline, fades of pictures, and where both come to rest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

import msgspec

from studio_widgets.engine.timeline.clips import Clip, Curve, Keyframe, Property, Transform
from studio_widgets.engine.timeline.motion import SHAPES, USUAL, is_moving, slid, value_of, with_values

LONG_REST = 30  # frames: shorter ones are not worth a segment of their own


class Ramp(msgspec.Struct, frozen=True, rename="camel"):
    """A picture coming out of what lies below it over the frames `[start, start + frames)`, or going back into it."""

    start: int
    frames: int
    rising: bool

    def amount(self, frame: int) -> Fraction:
        """How much of the picture there is at a frame, in the middle of its time."""
        gone = Fraction(2 * (frame - self.start) + 1, 2 * self.frames)
        return gone if self.rising else 1 - gone

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.frames


def ramps_of(clip: Clip, *, crossed_in: bool, crossed_out: bool) -> Iterator[Ramp]:
    """The fades of a clip's picture, in timeline frames; a transition takes the place of the fade at its side."""
    fades = clip.fades
    if fades.in_frames and not crossed_in:
        yield Ramp(clip.start_frame, fades.in_frames, rising=True)
    if fades.out_frames and not crossed_out:
        yield Ramp(clip.end_frame - fades.out_frames, fades.out_frames, rising=False)


def motion_of(clip: Clip) -> tuple[Curve, ...]:
    """The curves of a clip's picture, in timeline frames."""
    seen = tuple(curve for curve in clip.curves if curve.property != "gain_db")
    return slid(seen, clip.start_frame - clip.trim_start_frame)


def transform_in(curves: tuple[Curve, ...], transform: Transform, frame: int) -> Transform:
    """Where the picture goes at a frame."""
    return with_values(transform, {curve.property: value_of(curve.keys, frame) for curve in curves})


def moves_at(curves: Iterable[Curve], frame: int) -> bool:
    """Whether the picture is on its way at a frame: it is where no pixel's grid counts."""
    for curve in curves:
        if curve.property in SHAPES:
            place = bisect_right(curve.keys, frame, key=_frame)
            if 0 < place < len(curve.keys) and is_moving(curve.keys[place - 1], curve.keys[place]):
                return True
    return False


def window_of(
    curves: tuple[Curve, ...], transform: Transform, first: int, last: int
) -> tuple[tuple[Curve, ...], Transform]:
    """The curves as far as they matter in frames `[first, last)`, and the transform with what stands still there."""
    kept: list[Curve] = []
    values: dict[Property, float] = {}
    for curve in curves:
        keys = _keys_in(curve.keys, first, last)
        if len(keys) > 1:
            kept.append(msgspec.structs.replace(curve, keys=keys))
        # where there is a curve, nobody asks for the value: it is as usual, that windows that look alike are equal
        values[curve.property] = keys[0].value if len(keys) == 1 else USUAL[curve.property]
    return tuple(kept), with_values(transform, values)


def rests(curves: Iterable[Curve], start: int, end: int) -> Iterator[int]:
    """The frames inside `[start, end)` at which a picture sets off after a long rest, or comes to one."""
    arrived = start
    for off, on in sorted({times for curve in curves for times in _changes(curve.keys)}):
        if min(off, end) - arrived >= LONG_REST:
            yield from (frame for frame in (arrived, off) if start < frame < end)
        arrived = max(arrived, on)
    if end - arrived >= LONG_REST and arrived > start:
        yield arrived


def _changes(keys: tuple[Keyframe, ...]) -> Iterator[tuple[int, int]]:
    """From when to when a value changes; a jump takes no time."""
    for before, after in pairwise(keys):
        if before.value != after.value:
            yield (after.frame if before.ease == "hold" else before.frame), after.frame


def _keys_in(keys: tuple[Keyframe, ...], first: int, last: int) -> tuple[Keyframe, ...]:
    """The keyframes that decide the values in `[first, last)`; one, when it is the same everywhere there."""
    begin = max(0, bisect_right(keys, first, key=_frame) - 1)
    end = bisect_left(keys, last, key=_frame)  # the first keyframe that no frame reaches decides the way to it
    own = list(keys[begin : end + 1])
    if len(own) > 1 and own[-1].frame >= last and not is_moving(own[-2], own[-1]):
        own.pop()
    if len({key.value for key in own}) == 1:
        own = own[:1]
    own[-1] = msgspec.structs.replace(own[-1], ease="linear")  # it leads nowhere any more
    return tuple(own)


def _frame(key: Keyframe) -> int:
    return key.frame
