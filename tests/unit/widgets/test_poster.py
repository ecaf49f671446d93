"""The picture of a timeline that stands where no widget can be shown."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.widgets.poster import WIDTH, poster
from tests.unit.timeline.parts import media


def lesson() -> Timeline:
    t = edits.add(Timeline(), source=media("talk.mp4", 300), name="talk.mp4")
    t = edits.add(t, source=media("voice.wav", 150, "audio"), name="voice.wav", at=150)
    return edits.title(t, text='Welcome <b>"you"</b> \U0001f9c0', at=0, duration=60, track="V2")


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def filled(png: bytes, row: int) -> list[tuple[int, int]]:
    """Where clips lie on a row of tracks: ranges of columns."""
    y = 60 + 30 * row + 25
    line = pixels(png)[y]
    inside = (abs(line - 255).sum(axis=1) > 40).astype(int)
    inside[:44] = inside[-13:] = 0
    edges = np.flatnonzero(np.diff(inside))
    return [(int(first) + 1, int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def test_clips_lie_where_they_lie_on_the_timeline() -> None:
    png = poster(lesson(), "Lesson 1")
    room = WIDTH - 44 - 12
    for row, (start, end) in enumerate([(0, 60), (0, 300), (150, 300)]):
        ((first, last),) = filled(png, row)
        assert abs(first - (44 + room * start / 300)) <= 2
        assert abs(last - (44 + room * end / 300)) <= 3


def test_it_is_small_and_the_same_for_the_same_timeline() -> None:
    png = poster(lesson(), "Lesson 1")
    assert png == poster(lesson(), "Lesson 1")
    assert len(png) < 20_000
    assert png != poster(lesson(), "Lesson 2")


def test_an_empty_and_a_huge_timeline_have_one_too() -> None:
    assert pixels(poster(Timeline(), "")).shape == (102, WIDTH, 3)
    t = Timeline()
    for number in range(40):
        t = edits.add(t, source=media("a", 30), name="a" * 300, track=f"V{1 + number % 12}")
    assert len(poster(t, "x" * 500)) < 60_000
