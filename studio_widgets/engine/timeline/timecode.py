"""Points in time, as people write them, to frames and back."""

from __future__ import annotations

import math
import operator
import re
from fractions import Fraction
from typing import Any

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.model import MAX_FRAMES

Time = int | float | str
"""A frame (int), seconds (float), or text: `HH:MM:SS:FF`, `HH:MM:SS;FF` (drop-frame), `HH:MM:SS.sss`, `MM:SS`."""

_TIMECODE = re.compile(r"(?P<sign>[+-]?)(?P<h>\d{1,6}):(?P<m>\d\d):(?P<s>\d\d)(?P<drop>[:;])(?P<f>\d{2,3})", re.ASCII)
_CLOCK = re.compile(r"(?P<sign>[+-]?)(?:(?P<h>\d{1,6}):)?(?P<m>\d\d?):(?P<s>\d\d(?:\.\d{1,18})?)", re.ASCII)
DROP_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))
_HINT = 'Write a frame number (90), seconds (3.0) or a timecode ("00:00:03:00")'


def to_frame(value: Time, fps: Fraction) -> int:
    """The frame nearest to `value` at `fps`; halves go up. Negative values are allowed (relative times).

    Raises EditError for anything that is not a time, and for times no timeline can hold.
    """
    frame = _from_text(value.strip(), fps) if isinstance(value, str) else _from_number(value, fps)
    if abs(frame) > MAX_FRAMES:
        raise EditError(f"{value!r} is longer than any timeline can be", hint=_HINT)
    return frame


def _from_number(value: Any, fps: Fraction) -> int:
    if not isinstance(value, bool):
        try:
            return operator.index(value)  # int, and numpy's integers
        except TypeError:
            pass
        try:
            seconds = float(value)  # float, numpy's floats, Fraction
        except (TypeError, ValueError):
            seconds = math.nan
        if math.isfinite(seconds):
            return nearest(Fraction(seconds) * fps)
    raise EditError(f"{value!r} is not a time", hint=_HINT)


def _from_text(text: str, fps: Fraction) -> int:
    if found := _TIMECODE.fullmatch(text):
        frame = _from_timecode(found, text, fps)
    elif found := _CLOCK.fullmatch(text):
        minutes, seconds = int(found["m"]), Fraction(found["s"])
        if seconds >= 60 or (found["h"] and minutes >= 60):
            raise EditError(f"{text!r} is not a time: minutes and seconds end at 59", hint=_HINT)
        frame = nearest((int(found["h"] or 0) * 3600 + minutes * 60 + seconds) * fps)
    else:
        raise EditError(f"{text!r} is not a time", hint=_HINT)
    return -frame if found["sign"] == "-" else frame


def _from_timecode(found: re.Match[str], text: str, fps: Fraction) -> int:
    nominal = math.ceil(fps)
    hours, minutes, seconds, frames = (int(found[part]) for part in "hmsf")
    if minutes >= 60 or seconds >= 60 or frames >= nominal:
        raise EditError(
            f"{text!r} is not a timecode at {fps} frames a second: frames end at {nominal - 1}, "
            "minutes and seconds at 59",
            hint=_HINT,
        )
    frame = (hours * 3600 + minutes * 60 + seconds) * nominal + frames
    if found["drop"] == ":":
        return frame
    if fps not in DROP_RATES:
        raise EditError(f"{text!r} is drop-frame, which a rate of {fps} does not have", hint='Write ":" for ";"')
    dropped = nominal // 15  # 2 frame numbers a minute at 29.97, 4 at 59.94, none every tenth minute
    if seconds == 0 and frames < dropped and minutes % 10:
        raise EditError(f"{text!r} does not exist: drop-frame skips it", hint=f"The next one ends in ;{dropped:02}")
    whole_minutes = hours * 60 + minutes
    return frame - dropped * (whole_minutes - whole_minutes // 10)


def nearest(value: Fraction) -> int:
    """`value` rounded to the nearest integer, halves up (Python's `round` goes to even, which shifts cuts about)."""
    return math.floor(value + Fraction(1, 2))


def seconds_to_frames(seconds: Fraction | int, fps: Fraction) -> int:
    """The nearest number of whole frames, at least one."""
    return max(1, nearest(seconds * fps))


def timecode(frame: int, fps: Fraction, *, drop: bool = False) -> str:
    """`HH:MM:SS:FF` of a frame; with `drop` (29.97 and 59.94 only) `HH:MM:SS;FF`, which follows the clock."""
    nominal = math.ceil(fps)
    sign, count = ("-", -frame) if frame < 0 else ("", frame)
    if drop:
        if fps not in DROP_RATES:
            raise EditError(f"a rate of {fps} has no drop-frame timecode", hint="Leave out drop=True")
        dropped = nominal // 15
        per_ten_minutes = nominal * 600 - dropped * 9
        tens, rest = divmod(count, per_ten_minutes)
        count += dropped * 9 * tens
        if rest >= nominal * 60:
            count += dropped * ((rest - nominal * 60) // (nominal * 60 - dropped) + 1)
    seconds, frames = divmod(count, nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:02}:{minutes:02}:{seconds:02}{';' if drop else ':'}{frames:02}"
