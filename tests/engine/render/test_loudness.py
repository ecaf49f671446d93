"""Loudness: measured as the standard's test signals say, met, and without clipping or seams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_widgets.engine.render import loudness
from studio_widgets.engine.render.loudness import REACH, gain_for, limited, measure, peaks

RATE = 48_000


def sine(db: float, seconds: float, hz: float = 1000.0) -> np.ndarray:
    wave = 10 ** (db / 20) * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave]).astype(np.float32)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [  # EBU Tech 3341, table 1: cases 1 to 5
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_the_signals_of_the_ebu_are_measured_as_they_should(parts: list[tuple[float, float]], expected: float) -> None:
    found = measure(sine(db, seconds) for db, seconds in parts)
    assert found == pytest.approx(expected, abs=0.1)


def test_silence_has_no_loudness_and_gets_no_gain() -> None:
    assert measure([np.zeros((2, RATE), np.float32)]) is None
    assert measure([]) is None
    assert gain_for(None, -16) == 1.0


def test_gains_come_in_quarters_of_a_decibel() -> None:
    assert 20 * np.log10(gain_for(-20.06, -16)) == pytest.approx(4.0)
    assert 20 * np.log10(gain_for(-20.2, -16)) == pytest.approx(4.25)


def test_quiet_sound_is_not_touched() -> None:
    sound = sine(-8, 1)
    assert np.array_equal(limited(sound), sound[:, REACH:-REACH])


@pytest.mark.parametrize("hz", [60.0, 997.0, 11_999.0])
def test_loud_sound_stays_below_the_ceiling_between_samples_too(hz: float) -> None:
    sound = np.concatenate([sine(-20, 0.5, hz), sine(6, 0.5, hz), sine(-20, 0.5, hz)], axis=1)
    held = limited(sound)
    ceiling = 10 ** (loudness.CEILING_DB / 20)
    assert peaks(held).max() <= ceiling * 1.005
    quiet = slice(0, RATE // 2 - 3 * REACH)
    assert np.array_equal(held[:, quiet], sound[:, REACH:][:, quiet]), "far from the peaks nothing changes"


def test_a_peak_between_samples_is_seen() -> None:
    at = np.arange(4800)
    quarter = np.sin(np.pi / 2 * at + np.pi / 4).astype(np.float32)  # no sample is above 0.71
    assert np.abs(quarter).max() < 0.72
    assert peaks(np.stack([quarter, quarter]))[100:-100].max() == pytest.approx(1.0, abs=0.03)


@given(seed=st.integers(0, 2**32 - 1), cut=st.integers(1, 8_000))
def test_what_is_limited_in_two_pieces_is_what_is_limited_in_one(seed: int, cut: int) -> None:
    random = np.random.default_rng(seed)
    sound = (random.standard_normal((2, 9_600)) * random.choice([0.2, 1.5], 9_600)).astype(np.float32)
    whole = limited(sound)
    cut = min(cut, whole.shape[1] - 1)
    first, second = limited(sound[:, : cut + 2 * REACH]), limited(sound[:, cut:])
    assert np.allclose(np.concatenate([first, second], axis=1), whole, atol=1e-6)


@given(values=st.lists(st.floats(0, 1), min_size=7, max_size=60), width=st.integers(1, 7))
def test_the_least_of_each_run(values: list[float], width: int) -> None:
    found = loudness._lowest(np.array(values), width)
    assert found.tolist() == [min(values[n : n + width]) for n in range(len(values) - width + 1)]
