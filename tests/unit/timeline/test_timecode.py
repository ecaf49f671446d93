"""Times as people write them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.timecode import timecode, to_frame

THIRTY = Fraction(30)
NTSC = Fraction(30000, 1001)
RATES = [Fraction(24), Fraction(24000, 1001), Fraction(25), THIRTY, NTSC, Fraction(50), Fraction(60000, 1001)]


@pytest.mark.parametrize(
    ("value", "frame"),
    [
        (90, 90),
        (-3, -3),
        (3.0, 90),
        (0.7, 21),  # 0.7 × 30 is a little under 21 in binary
        (0.75, 23),  # half a frame goes up
        (np.int64(7), 7),
        (np.float32(0.5), 15),
        ("00:00:05:00", 150),
        ("01:00:00:29", 108_029),
        ("-00:00:01:15", -45),
        (" 00:00:01:00 ", 30),
        ("00:00:01.5", 45),
        ("1:30", 2700),
        ("90:00", 162_000),
        ("00:01:30", 2700),
    ],
)
def test_a_time_is_a_frame_seconds_or_a_timecode(value: Any, frame: int) -> None:
    assert to_frame(value, THIRTY) == frame


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "00:00:05:30", "00:60:00:00", "00:00:60:00", "1:60", "00:00:05;00", "٠٠:٠٠:٠١:٠٠"),
        *(None, True, float("nan"), float("inf"), 1e300, 2**31, [1], "999999:00:00:00"),
    ],
)
def test_what_is_not_a_time_is_refused_with_a_hint(value: Any) -> None:
    with pytest.raises(EditError) as refused:
        to_frame(value, THIRTY)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("00:00:59;29", 1799),
        ("00:01:00;02", 1800),  # ;00 and ;01 are dropped
        ("00:09:59;29", 17_981),
        ("00:10:00;00", 17_982),  # but not every tenth minute
        ("01:00:00;00", 107_892),
    ],
)
def test_drop_frame_follows_the_clock(text: str, frame: int) -> None:
    assert to_frame(text, NTSC) == frame
    assert timecode(frame, NTSC, drop=True) == text


@pytest.mark.parametrize("text", ["00:01:00;00", "00:01:00;01", "00:11:00;00"])
def test_a_dropped_number_does_not_exist(text: str) -> None:
    with pytest.raises(EditError, match="does not exist"):
        to_frame(text, NTSC)


def test_seconds_at_an_ntsc_rate_are_seconds_of_the_clock() -> None:
    assert to_frame(10.01, NTSC) == 300
    assert to_frame("00:00:10.01", NTSC) == 300
    assert to_frame("00:00:10:00", NTSC) == 300  # a timecode counts thirty frames a second


@given(frame=st.integers(-5_000_000, 5_000_000), fps=st.sampled_from(RATES))
def test_a_timecode_names_one_frame(frame: int, fps: Fraction) -> None:
    assert to_frame(timecode(frame, fps), fps) == frame


@given(frame=st.integers(0, 5_000_000), fps=st.sampled_from([NTSC, Fraction(60000, 1001)]))
def test_a_drop_frame_timecode_names_one_frame(frame: int, fps: Fraction) -> None:
    assert to_frame(timecode(frame, fps, drop=True), fps) == frame


def test_other_rates_have_no_drop_frame_timecode() -> None:
    with pytest.raises(EditError, match="no drop-frame"):
        timecode(10, THIRTY, drop=True)
