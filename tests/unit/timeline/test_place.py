"""add, title, move."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import CameraSource, Timeline, TitleSource, TitleStyle
from tests.unit.timeline.parts import media, scene, shown, shows


def test_add_takes_the_whole_source_at_the_start_of_v1() -> None:
    t = edits.add(Timeline(), source=media("talk", 8), name="talk.mp4")
    assert shown(t, "V1") == "11111111"
    assert shows(t, "clip-1") == (0, 8)


def test_add_without_a_place_appends_after_the_last_clip() -> None:
    t = edits.add(scene(V1="11.22"), source=media("talk", 3), name="talk.mp4")
    assert shown(t, "V1") == "11.22333"


def test_add_trims_to_a_half_open_range() -> None:
    t = edits.add(scene(V1="11"), source=media("talk"), name="talk.mp4", at=4, trim=(30, 33))
    assert shown(t, "V1") == "11..222"
    assert shows(t, "clip-2") == (30, 33)


def test_add_fits_between_clips_but_not_over_them() -> None:
    t = scene(V1="11..22")
    between = edits.add(t, source=media("talk"), name="talk", at=2, trim=(0, 2))
    assert shown(between, "V1") == "113322"
    for at, length, blocker in [(1, 2, "clip-1"), (2, 3, "clip-2"), (0, 9, "clip-1"), (5, 1, "clip-2")]:
        with pytest.raises(EditError, match=blocker) as refused:
            edits.add(t, source=media("talk"), name="talk", at=at, duration=length)
        assert "footage" in refused.value.message
        assert refused.value.hint


def test_a_sound_file_goes_on_a1() -> None:
    t = edits.add(Timeline(), source=media("voice", 5, "audio"), name="voice.wav")
    assert shown(t, "A1") == "11111"


@pytest.mark.parametrize(("kind", "track"), [("audio", "V1"), ("video", "A1"), ("image", "A2")])
def test_a_source_does_not_go_on_tracks_of_the_other_kind(kind: str, track: str) -> None:
    with pytest.raises(EditError, match=f"{track} is an? (audio|video) track"):
        edits.add(Timeline(), source=media("x", 5, kind), name="x", track=track)  # type: ignore[arg-type]


def test_a_missing_track_is_made_with_those_below_it() -> None:
    t = edits.add(Timeline(), source=media("x", 2), name="x", track="V4")
    assert [track.id for track in t.tracks] == ["V1", "V2", "A1", "A2", "V3", "V4"]
    assert shown(t, "V4") == "11"


@pytest.mark.parametrize("track", ["", "V", "V0", "V01", "V100", "B1", "v1", "V-1", "V1 ", "Video 1", "V²"])
def test_what_is_not_a_track_is_refused(track: str) -> None:
    with pytest.raises(EditError, match="not a track"):
        edits.move(scene(V1="1"), clip="clip-1", track=track or " ")


@pytest.mark.parametrize("trim", [(0, 101), (-1, 5), (5, 5), (9, 3), (100, 101)])
def test_add_refuses_ranges_outside_the_source_and_tells_its_length(trim: tuple[int, int]) -> None:
    with pytest.raises(EditError, match="100 frames"):
        edits.add(Timeline(), source=media("talk"), name="talk", trim=trim)


def test_a_still_lasts_five_seconds_or_as_long_as_asked() -> None:
    chart = media("chart", None, "image")
    t = edits.add(Timeline(), source=chart, name="chart.png")
    assert t.clips[0].duration_frames == 150
    t = edits.add(t, source=chart, name="chart.png", duration=100_000)
    assert t.clips[1].duration_frames == 100_000


def test_trim_and_duration_must_not_contradict_each_other() -> None:
    source = media("talk")
    agreeing = edits.add(Timeline(), source=source, name="talk", trim=(5, 9), duration=4)
    assert shows(agreeing, "clip-1") == (5, 9)
    with pytest.raises(EditError, match="one of the two"):
        edits.add(Timeline(), source=source, name="talk", trim=(5, 9), duration=5)


@pytest.mark.parametrize("at", [-1, 2**31, 2**31 - 2])
def test_a_place_outside_any_timeline_is_refused(at: int) -> None:
    with pytest.raises(EditError, match="timeline"):
        edits.add(Timeline(), source=media("talk"), name="talk", at=at)


def test_a_camera_can_stand_for_a_take_to_come() -> None:
    t = edits.add(Timeline(), source=CameraSource(), name="Camera", duration=3)
    assert shown(t, "V1") == "111"


def test_names_become_one_clean_line() -> None:
    t = edits.add(Timeline(), source=media("x"), name="a\x00 b\n\nc" + "d" * 300)
    assert t.clips[0].name.startswith("a� b cdd")
    assert len(t.clips[0].name) == 200


# --- title -----------------------------------------------------------------------------------------------------------


def test_a_title_goes_above_the_pictures() -> None:
    t = edits.title(scene(V1="111111"), text="Welcome", at=2, duration=3)
    assert shown(t, "V2") == "..222"
    assert t.clip_by_id["clip-2"].name == "Welcome"
    assert t.clip_by_id["clip-2"].source == TitleSource(text="Welcome")


def test_a_title_looks_for_a_free_track_further_up() -> None:
    t = edits.title(scene(V1="1111", V2="22"), text="Welcome", at=1, duration=2)
    assert shown(t, "V3") == ".33"
    t = edits.title(t, text="Behind it", at=2, duration=2)
    assert shown(t, "V2") == "2244"


def test_a_title_on_a_given_track_takes_free_frames_only() -> None:
    with pytest.raises(EditError, match="clip-1"):
        edits.title(scene(V1="111"), text="Welcome", at=0, track="V1")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001])
def test_a_title_needs_some_text_but_not_a_book(text: str) -> None:
    with pytest.raises(EditError, match="title"):
        edits.title(Timeline(), text=text)


@pytest.mark.parametrize(
    "style", [TitleStyle(color="red"), TitleStyle(size=0), TitleStyle(size=float("nan")), TitleStyle(outline="#12")]
)
def test_a_title_refuses_looks_that_cannot_be_drawn(style: TitleStyle) -> None:
    with pytest.raises(EditError):
        edits.title(Timeline(), text="Welcome", style=style)


# --- move ------------------------------------------------------------------------------------------------------------


def test_move_leaves_a_gap_and_keeps_what_is_shown() -> None:
    t = edits.move(scene(V1="11222"), clip="clip-1", to=7)
    assert shown(t, "V1") == "..222..11"
    assert shows(t, "clip-1") == (50, 52)


def test_move_goes_to_other_tracks_of_its_kind() -> None:
    t = scene(V1="11222")
    assert shown(edits.move(t, clip="clip-2", track="V2"), "V2") == "..222"
    assert shown(edits.move(t, clip="clip-2", to=0, track="V5"), "V5") == "222"
    with pytest.raises(EditError, match="A1 is an audio track"):
        edits.move(t, clip="clip-2", track="A1")


def test_move_may_overlap_where_the_clip_was() -> None:
    assert shown(edits.move(scene(V1="111.2"), clip="clip-1", to=1), "V1") == ".1112"


def test_move_names_the_clip_in_the_way() -> None:
    with pytest.raises(EditError, match="clip-2") as refused:
        edits.move(scene(V1="111.2"), clip="clip-1", to=2)
    assert "frames 4 to 5" in refused.value.message


def test_move_to_where_it_is_changes_nothing() -> None:
    t = scene(V1="111.2")
    assert edits.move(t, clip="clip-1", to=0) is t


def test_locked_tracks_neither_give_nor_take() -> None:
    t = edits.set_track(scene(V1="11", V2="22"), track="V2", locked=True)
    attempts: list[Callable[[], Timeline]] = [
        lambda: edits.move(t, clip="clip-2", to=9),
        lambda: edits.move(t, clip="clip-1", to=9, track="V2"),
        lambda: edits.add(t, source=media("x"), name="x", track="V2"),
    ]
    for refused in attempts:
        with pytest.raises(EditError, match="V2 is locked") as error:
            refused()
        assert "locked=False" in error.value.hint


def test_an_unknown_clip_is_named() -> None:
    with pytest.raises(EditError, match="clip-9"):
        edits.move(scene(V1="11"), clip="clip-9", to=3)
