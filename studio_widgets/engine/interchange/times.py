"""Rates and times as other editors write them, made exact."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

from studio_widgets.engine.errors import InterchangeError

_NEAR = Fraction(1, 200)  # frames a second: 29.97, 29.970 and 29.97002997 mean 30000/1001
_USUAL = (Fraction(60000, 1001), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(120000, 1001))


def exact_rate(value: float | Fraction, where: str) -> Fraction:
    """The rate that a rounded number of frames a second stands for. InterchangeError for what is none."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InterchangeError(f"{value} is not a rate", where=where)
    rate = Fraction(value)
    if not 1 <= rate <= 1000:
        raise InterchangeError(f"the rate {float(rate):g} is not between 1 and 1000 frames a second", where=where)
    if rate.denominator == 1:
        return rate
    near = next((usual for usual in _USUAL if abs(usual - rate) < _NEAR), None)
    return near or rate.limit_denominator(1001)


def seconds(value: float, rate: float, where: str) -> Fraction:
    """A time of `value` units at `rate` units a second, in seconds; units of any rate, milliseconds too.

    Raises InterchangeError for numbers that are none.
    """
    if not (math.isfinite(value) and math.isfinite(rate)) or rate <= 0 or abs(value) > 2**53:
        raise InterchangeError(f"{value} at {rate} units a second is not a time", where=where)
    return Fraction(value) / _meant(rate)


@lru_cache(maxsize=64)
def _meant(rate: float) -> Fraction:
    """The units a second that a number near a usual rate stands for."""
    plain = Fraction(rate)
    return next((usual for usual in _USUAL if abs(usual - plain) < _NEAR), plain)
