"""Markers and captions."""

from __future__ import annotations

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import Caption, Marker, Timeline
from tests.unit.timeline.parts import scene


def test_markers_are_named_frames_in_order() -> None:
    t = edits.marker(Timeline(), at=90, name="Second")
    t = edits.marker(t, at=30, name="First", chapter=False)
    assert t.markers == (
        Marker(id="marker-2", frame=30, name="First", chapter=False),
        Marker(id="marker-1", frame=90, name="Second"),
    )


def test_a_frame_has_one_marker() -> None:
    t = edits.marker(edits.marker(Timeline(), at=30, name="Intro"), at=60, name="Body")
    with pytest.raises(EditError, match='marker-1 \\("Intro"\\)'):
        edits.marker(t, at=30, name="Again")
    with pytest.raises(EditError, match="marker-1"):
        edits.move_marker(t, marker="marker-2", to=30)


def test_markers_move_change_and_go() -> None:
    t = edits.marker(edits.marker(Timeline(), at=30, name="Intro"), at=60, name="Body")
    t = edits.move_marker(t, marker="marker-1", to=99)
    t = edits.set_marker(t, marker="marker-1", name="Outro", chapter=False)
    assert t.markers[1] == Marker(id="marker-1", frame=99, name="Outro", chapter=False)
    assert [m.id for m in edits.remove_marker(t, marker="marker-1").markers] == ["marker-2"]
    assert edits.move_marker(t, marker="marker-1", to=99) is t
    with pytest.raises(EditError, match="marker-3"):
        edits.remove_marker(t, marker="marker-3")


def test_a_marker_without_words_is_numbered() -> None:
    assert edits.marker(Timeline(), at=0, name="  ").markers[0].name == "Marker 1"


@pytest.mark.parametrize("at", [-1, 2**31])
def test_a_marker_is_on_the_timeline(at: int) -> None:
    with pytest.raises(EditError, match="marker"):
        edits.marker(Timeline(), at=at, name="x")


def test_markers_and_captions_stay_when_clips_move() -> None:
    t = edits.caption(edits.marker(scene(V1="11"), at=1, name="x"), at=0, duration=2, text="words")
    moved = edits.move(t, clip="clip-1", to=9)
    assert (moved.markers, moved.captions) == (t.markers, t.captions)


def test_captions_are_shown_during_a_range_and_may_overlap() -> None:
    t = edits.caption(Timeline(), at=10, duration=20, text="Hello\r\nthere")
    t = edits.caption(t, at=5, duration=20, text="Before")
    assert t.captions == (
        Caption(id="caption-2", start_frame=5, duration_frames=20, text="Before"),
        Caption(id="caption-1", start_frame=10, duration_frames=20, text="Hello\nthere"),
    )


def test_captions_move_change_and_go() -> None:
    t = edits.caption(Timeline(), at=10, duration=20, text="Hello")
    t = edits.move_caption(t, caption="caption-1", to=3)
    t = edits.move_caption(t, caption="caption-1", duration=7)
    t = edits.set_caption(t, caption="caption-1", text="Bye")
    assert t.captions == (Caption(id="caption-1", start_frame=3, duration_frames=7, text="Bye"),)
    assert edits.remove_caption(t, caption="caption-1").captions == ()


@pytest.mark.parametrize(("at", "duration", "text"), [(-1, 5, "x"), (0, 0, "x"), (0, 5, " "), (2**31 - 2, 5, "x")])
def test_captions_need_a_place_and_words(at: int, duration: int, text: str) -> None:
    with pytest.raises(EditError):
        edits.caption(Timeline(), at=at, duration=duration, text=text)
