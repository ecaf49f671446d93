"""Sound, picture, titles, names, tracks, and what a clip reads."""

from __future__ import annotations

from typing import Any

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.edits.looks import CORNERS, Corner
from studio_widgets.engine.timeline.model import (
    AudioSettings,
    MediaFileSource,
    RecordingSource,
    Timeline,
    TitleSource,
    TitleStyle,
    Transform,
)
from tests.unit.timeline.parts import media, scene


def test_sound_settings_change_one_by_one() -> None:
    t = edits.set_audio(scene(V1="11111"), clip="clip-1", gain_db=-6, fade_in=2)
    t = edits.set_audio(t, clip="clip-1", muted=True)
    assert t.clips[0].audio == AudioSettings(gain_db=-6, muted=True, fade_in_frames=2)


@pytest.mark.parametrize(
    "args",
    [{"gain_db": 25.0}, {"gain_db": float("nan")}, {"fade_in": -1}, {"fade_in": 6}, {"fade_in": 3, "fade_out": 3}],
)
def test_sound_settings_have_limits(args: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        edits.set_audio(scene(V1="11111"), clip="clip-1", **args)


def test_what_has_no_sound_says_so() -> None:
    silent = edits.add(Timeline(), source=media("chart", None, "image"), name="chart.png")
    silent = edits.add(silent, source=media("mute", has_audio=False), name="mute.mp4")
    for clip in ("clip-1", "clip-2"):
        with pytest.raises(EditError, match="has no sound"):
            edits.set_audio(silent, clip=clip, muted=True)


def test_pictures_are_scaled_placed_and_faded() -> None:
    t = edits.set_transform(scene(V1="1"), clip="clip-1", scale=0.25, x=-0.3)
    t = edits.set_transform(t, clip="clip-1", opacity=0.5, x=-0.0)
    assert t.clips[0].transform == Transform(scale=0.25, x=0.0, opacity=0.5)
    assert str(t.clips[0].transform.x) == "0.0"


@pytest.mark.parametrize("corner", CORNERS)
def test_a_picture_in_a_corner_is_as_far_from_both_edges(corner: Corner) -> None:
    t = edits.picture_in_picture(scene(V1="1"), clip="clip-1", corner=corner, scale=0.3, margin=0.05)
    where = t.clips[0].transform
    assert where.scale == 0.3
    beside = (0.5 - abs(where.x) - 0.3 / 2) * t.width
    below = (0.5 - abs(where.y) - 0.3 / 2) * t.height
    assert beside == pytest.approx(below, abs=0.01)
    assert beside == pytest.approx(0.05 * t.height, abs=0.01)
    assert (where.x > 0, where.y > 0) == ("right" in corner, "bottom" in corner)
    assert edits.picture_in_picture(t, clip="clip-1", corner=corner, scale=0.3, margin=0.05) == t


@pytest.mark.parametrize("args", [{"corner": "middle"}, {"scale": 1.5}, {"scale": 0}, {"margin": -0.1}, {"margin": 9}])
def test_a_corner_has_limits(args: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        edits.picture_in_picture(scene(V1="1"), clip="clip-1", **args)


@pytest.mark.parametrize("args", [{"scale": 0.0}, {"opacity": 1.1}, {"x": float("inf")}, {"y": float("nan")}])
def test_pictures_have_limits(args: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        edits.set_transform(scene(V1="1"), clip="clip-1", **args)


def test_sound_has_no_picture() -> None:
    with pytest.raises(EditError, match="no picture"):
        edits.set_transform(scene(A1="1"), clip="clip-1", scale=2)


def test_a_title_can_be_rewritten_and_its_clip_is_called_the_same() -> None:
    t = edits.set_title(edits.title(Timeline(), text="Hello"), clip="clip-1", text="Good bye")
    assert t.clips[0].source == TitleSource(text="Good bye")
    assert t.clips[0].name == "Good bye"
    t = edits.set_title(
        edits.set_name(t, clip="clip-1", name="ending"), clip="clip-1", style=TitleStyle(color="#FF0000")
    )
    assert t.clips[0].source == TitleSource(text="Good bye", style=TitleStyle(color="#ff0000"))
    assert t.clips[0].name == "ending"


def test_only_a_title_has_text() -> None:
    with pytest.raises(EditError, match="not a title"):
        edits.set_title(scene(V1="1"), clip="clip-1", text="x")


def test_tracks_are_named_muted_soloed_hidden_and_locked() -> None:
    t = edits.set_track(scene(V1="1"), track="V1", name="Screen", muted=True)
    t = edits.set_track(t, track="V1", solo=True, hidden=True, locked=True)
    track = t.tracks[0]
    assert (track.name, track.muted, track.solo, track.hidden, track.locked) == ("Screen", True, True, True, True)
    t = edits.set_track(t, track="V1", locked=False, name="")
    assert (t.tracks[0].locked, t.tracks[0].name, t.tracks[0].muted) == (False, "", True)
    with pytest.raises(EditError, match="V7"):
        edits.set_track(t, track="V7", muted=True)


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: edits.trim(t, clip="clip-1", end=-1),
        lambda t: edits.split(t, at=1, track="V1"),
        lambda t: edits.remove(t, clips=["clip-1"]),
        lambda t: edits.transition(t, left="clip-1", duration=2),
        lambda t: edits.remove_transition(t, transition="transition-1"),
        lambda t: edits.set_transition(t, transition="transition-1", duration=3),
        lambda t: edits.set_audio(t, clip="clip-1", muted=True),
        lambda t: edits.set_transform(t, clip="clip-1", scale=2),
        lambda t: edits.set_name(t, clip="clip-1", name="x"),
        lambda t: edits.set_title(t, clip="clip-1", text="x"),
    ],
)
def test_nothing_changes_on_a_locked_track(edit: Any) -> None:
    t = edits.transition(scene(V1="11112222"), left="clip-1", duration=2)
    t = edits.set_track(t, track="V1", locked=True)
    with pytest.raises(EditError, match="V1 is locked"):
        edit(t)


# --- relink ----------------------------------------------------------------------------------------------------------


def take(frames: int = 20) -> Timeline:
    source = RecordingSource(recording_id="r1", frames=frames)
    t = edits.add(Timeline(), source=source, name="Take 1", trim=(2, 15))
    t = edits.add(t, source=media("talk"), name="talk.mp4", trim=(0, 9))
    return edits.add(t, source=source, name="Take 1", trim=(0, 5))


def test_a_saved_take_is_relinked_wherever_it_is_shown() -> None:
    saved = MediaFileSource(media_file_id="m1", frames=20)
    t = edits.relink(take(), source_from=RecordingSource(recording_id="r1"), source_to=saved)
    assert [clip.source for clip in t.clips] == [saved, media("talk"), saved]
    assert [clip.name for clip in t.clips] == ["Take 1", "talk.mp4", "Take 1"]
    assert [(clip.start_frame, clip.trim_start_frame) for clip in t.clips] == [(0, 2), (13, 0), (22, 0)]


def test_relink_refuses_a_source_that_is_too_short_of_another_kind_or_not_there() -> None:
    t, take_1 = take(), RecordingSource(recording_id="r1")
    with pytest.raises(EditError, match=r"clip-1 .* up to 15, but the new source has 14"):
        edits.relink(t, source_from=take_1, source_to=MediaFileSource(media_file_id="m1", frames=14))
    with pytest.raises(EditError, match="cannot go"):
        edits.relink(t, source_from=take_1, source_to=media("voice", kind="audio"))
    with pytest.raises(EditError, match="recording:r9"):
        edits.relink(t, source_from=RecordingSource(recording_id="r9"), source_to=media("x"))


def test_relink_shortens_transitions_to_the_new_handles() -> None:
    t = edits.transition(scene(V1="1" * 20 + "2" * 20), left="clip-1", duration=20)
    t = edits.relink(t, source_from=media("footage-1"), source_to=media("shorter", 73))
    assert t.transitions[0].duration_frames == 6
