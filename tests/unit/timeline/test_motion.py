"""Crop, rotation, picture fades and keyframes: what is set, and where it is after other edits."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_widgets.engine.errors import EditError, SchemaError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.clips import Clip, Crop, Ease, Keyframe, PictureFades, Property, Transform
from studio_widgets.engine.timeline.compare import describe
from studio_widgets.engine.timeline.edits.rows import ClipRow
from studio_widgets.engine.timeline.model import AudioSettings, Timeline
from studio_widgets.engine.timeline.motion import PROPERTIES, RANGES, curve_of, transform_at, value_at
from studio_widgets.engine.timeline.serial import from_json, to_json
from tests.unit.timeline.parts import media, scene

eases = st.sampled_from(["linear", "smooth", "hold"])


def video(frames: int = 60, first: int = 10, end: int = 40, at: int = 20) -> Timeline:
    return edits.add(Timeline(), source=media("talk", frames), name="talk.mp4", trim=(first, end), at=at)


def still() -> Timeline:
    return edits.add(Timeline(), source=media("chart", None, "image"), name="chart.png", duration=30, at=20)


def keyed(
    t: Timeline, name: Property, *keys: tuple[int, float], ease: Ease = "linear", clip: str = "clip-1"
) -> Timeline:
    for at, value in keys:
        t = edits.set_keyframe(t, clip=clip, property=name, at=at, value=value, ease=ease)
    return t


def over_time(t: Timeline, name: Property) -> dict[int, float]:
    """The value at each timeline frame that a clip covers."""
    return {clip.start_frame + at: value_at(clip, name, at) for clip in t.clips for at in range(clip.duration_frames)}


# --- crop, rotation, fades -------------------------------------------------------------------------------------------


def test_pictures_are_turned_and_cropped_side_by_side() -> None:
    t = edits.set_transform(video(), clip="clip-1", rotation=-90, scale=0.5)
    t = edits.set_crop(edits.set_crop(t, clip="clip-1", left=0.1, top=0.2), clip="clip-1", left=0.3, bottom=0.4)
    crop = Crop(left=0.3, top=0.2, bottom=0.4)
    assert t.clips[0].transform == Transform(scale=0.5, rotation=-90, crop=crop)
    t = edits.picture_in_picture(t, clip="clip-1")
    assert (t.clips[0].transform.rotation, t.clips[0].transform.crop) == (-90, crop)


@pytest.mark.parametrize("args", [{"left": -0.1}, {"top": 1.0}, {"left": 0.5, "right": 0.5}, {"bottom": float("nan")}])
def test_a_crop_leaves_something(args: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        edits.set_crop(video(), clip="clip-1", **args)


def test_pictures_fade_in_and_out() -> None:
    t = edits.set_fades(video(), clip="clip-1", fade_in=5)
    t = edits.set_fades(t, clip="clip-1", fade_out=7)
    assert t.clips[0].fades == PictureFades(in_frames=5, out_frames=7)
    assert t.clips[0].audio == AudioSettings()
    for fades in ({"fade_in": 24}, {"fade_out": -1}, {"fade_in": 20, "fade_out": 11}):
        with pytest.raises(EditError):
            edits.set_fades(t, clip="clip-1", **fades)


def test_fades_stay_with_their_ends_and_fit() -> None:
    t = edits.set_fades(video(), clip="clip-1", fade_in=5, fade_out=7)
    halves = edits.split(t, at=40).clips
    assert [clip.fades for clip in halves] == [PictureFades(in_frames=5), PictureFades(out_frames=7)]
    short = edits.trim(t, clip="clip-1", end=-22).clips[0]
    assert short.fades == PictureFades(in_frames=5, out_frames=3)


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: edits.set_crop(t, clip="clip-1", left=0.1),
        lambda t: edits.set_fades(t, clip="clip-1", fade_in=1),
        lambda t: edits.set_transform(t, clip="clip-1", rotation=5),
        lambda t: edits.set_keyframe(t, clip="clip-1", property="x", at=0, value=0),
        lambda t: edits.update(t, rows=[ClipRow(id="clip-1", picture_fade_in=1)]),
    ],
)
def test_a_sound_has_no_picture_and_a_locked_track_is_left_alone(edit: Any) -> None:
    with pytest.raises(EditError, match="no picture"):
        edit(scene(A1="11111"))
    with pytest.raises(EditError, match="locked"):
        edit(edits.set_track(scene(V1="11111"), track="V1", locked=True))


# --- keyframes -------------------------------------------------------------------------------------------------------


def test_keyframes_count_the_source_and_take_the_place_of_the_setting() -> None:
    t = keyed(video(), "x", (0, -0.5), (10, 0.5))
    curve = curve_of(t.clips[0], "x")
    assert curve is not None
    assert curve.keys == (Keyframe(frame=10, value=-0.5), Keyframe(frame=20, value=0.5))
    assert t.clips[0].transform == Transform()
    assert [value_at(t.clips[0], "x", at) for at in (-5, 0, 5, 10, 29)] == [-0.5, -0.5, 0.0, 0.5, 0.5]
    assert transform_at(t.clips[0], 5) == Transform(x=0.0)
    t = keyed(t, "x", (10, 0.25))
    assert over_time(t, "x")[49] == 0.25


def test_ways_between_keyframes() -> None:
    for ease, middle, quarter in (("linear", 0.5, 0.25), ("smooth", 0.5, 0.15625), ("hold", 0.0, 0.0)):
        clip = keyed(video(), "opacity", (0, 0), (8, 1), ease=ease).clips[0]  # type: ignore[arg-type]
        assert [value_at(clip, "opacity", at) for at in (2, 4, 8)] == [quarter, middle, 1.0]


def test_keyframes_have_places_and_limits() -> None:
    for args in (
        {"at": -1, "value": 0},
        {"at": 30, "value": 0},
        {"at": 0, "value": 101},
        {"at": 0, "value": float("nan")},
    ):
        with pytest.raises(EditError):
            edits.set_keyframe(video(), clip="clip-1", property="x", **args)
    with pytest.raises(EditError, match="no sound"):
        edits.set_keyframe(still(), clip="clip-1", property="gain_db", at=0, value=0)
    t = keyed(video(), "x", (0, 0), (4, 1))
    with pytest.raises(EditError, match="no keyframe for x at 3") as refused:
        edits.remove_keyframe(t, clip="clip-1", property="x", at=3)
    assert refused.value.hint == "There are keyframes at 0, 4"


def test_without_keyframes_the_setting_counts_again() -> None:
    t = keyed(edits.set_transform(video(), clip="clip-1", x=0.75), "x", (0, 0), (4, 1))
    one = edits.remove_keyframe(t, clip="clip-1", property="x", at=0)
    assert value_at(one.clips[0], "x", 0) == 1
    for none in (
        edits.remove_keyframe(one, clip="clip-1", property="x", at=4),
        edits.clear_keyframes(t, clip="clip-1", property="x"),
        edits.clear_keyframes(keyed(t, "scale", (3, 2)), clip="clip-1"),
    ):
        assert none.clips[0].curves == ()
        assert value_at(none.clips[0], "x", 0) == 0.75


def test_a_setting_that_has_keyframes_is_changed_at_a_frame() -> None:
    t = keyed(video(), "x", (0, 0), (10, 1), ease="smooth")
    with pytest.raises(EditError, match=r"x of clip-1.*has keyframes") as refused:
        edits.set_transform(t, clip="clip-1", x=0.5, y=0.5)
    assert 'timeline.clear_keyframes("clip-1", "x")' in refused.value.hint
    t = edits.set_transform(t, clip="clip-1", x=0.5, y=0.25, at=10)
    assert (value_at(t.clips[0], "x", 10), value_at(t.clips[0], "y", 0)) == (0.5, 0.25)
    curve = curve_of(t.clips[0], "x")
    assert curve is not None
    assert [key.ease for key in curve.keys] == ["smooth", "smooth"]
    with pytest.raises(EditError, match="keyframes"):
        edits.picture_in_picture(t, clip="clip-1")
    with pytest.raises(EditError, match=r"row clip-1: x .* keyframes"):
        edits.update(t, rows=[ClipRow(id="clip-1", x=0.1)])
    loud = keyed(video(), "gain_db", (0, -20))
    loud = edits.set_audio(loud, clip="clip-1", gain_db=6, muted=True, at=5)
    assert (value_at(loud.clips[0], "gain_db", 5), loud.clips[0].audio) == (6, AudioSettings(muted=True))


def test_the_gain_goes_with_the_sound_and_comes_back_with_it() -> None:
    t = keyed(keyed(video(), "gain_db", (0, -20), (9, 0)), "x", (0, 0), (5, 1))
    apart = edits.detach_sound(t, clip="clip-1")
    assert [[curve.property for curve in clip.curves] for clip in apart.clips] == [["x"], ["gain_db"]]
    back = edits.attach_sound(apart, clip="clip-1")
    assert back.clips[0].curves == t.clips[0].curves


def test_a_freeze_frame_stands_where_the_picture_was() -> None:
    t = edits.freeze(keyed(video(), "x", (0, 0), (10, 1)), at=25, duration=4)
    frozen = next(clip for clip in t.clips if clip.retime.freeze_frame is not None)
    assert (frozen.transform.x, frozen.curves) == (0.5, ())


def test_crops_that_meet_leave_something() -> None:
    clip = keyed(keyed(video(), "crop_left", (0, 0.9)), "crop_right", (0, 0.9)).clips[0]
    crop = transform_at(clip, 0).crop
    assert crop.left + crop.right < 1


# --- and other edits -------------------------------------------------------------------------------------------------

keys = st.dictionaries(st.integers(0, 29), st.floats(0, 1), min_size=1, max_size=5)


@given(keys=keys, ease=eases, cut=st.integers(21, 49), start=st.integers(-10, 25), picture=st.booleans())
def test_a_value_stays_at_its_frame_through_cuts_and_trims(
    keys: dict[int, float], ease: Ease, cut: int, start: int, picture: bool
) -> None:
    t = keyed(still() if picture else video(), "opacity", *keys.items(), ease=ease)
    before = over_time(t, "opacity")
    assert over_time(edits.split(t, at=cut), "opacity") == before
    trimmed = over_time(edits.trim(t, clip="clip-1", start=start), "opacity")
    assert {at: value for at, value in trimmed.items() if at in before} == {
        at: value for at, value in before.items() if at in trimmed
    }
    again = edits.trim(edits.trim(t, clip="clip-1", start=start), clip="clip-1", start=-start)
    assert over_time(again, "opacity") == before
    assert list(problems(again)) == []


@given(keys=keys, ease=eases, by=st.integers(-10, 20))
def test_a_slipped_clip_takes_its_values_along(keys: dict[int, float], ease: Ease, by: int) -> None:
    t = keyed(video(), "scale", *((at, value + 0.5) for at, value in keys.items()), ease=ease)
    (slipped,) = edits.slip(t, clip="clip-1", by=by).clips
    for at in range(30):
        assert value_at(slipped, "scale", at - by) == value_at(t.clips[0], "scale", at)


@given(keys=keys, ease=eases)
def test_values_have_no_jumps_but_those_that_were_asked_for(keys: dict[int, float], ease: Ease) -> None:
    clip = keyed(video(), "opacity", *keys.items(), ease=ease).clips[0]
    for at, value in keys.items():
        assert value_at(clip, "opacity", at) == value
    span = max(keys.values()) - min(keys.values())
    steps = [abs(value_at(clip, "opacity", at + 1) - value_at(clip, "opacity", at)) for at in range(-5, 35)]
    places = sorted(keys)
    nearest = min((b - a for a, b in pairwise(places)), default=1)
    steepest = {"linear": 1.0, "smooth": 1.5, "hold": nearest}[ease]
    assert max(steps) <= span * steepest / nearest + 1e-9


def test_keyframes_survive_json_and_are_told() -> None:
    t = video()
    for number, name in enumerate(PROPERTIES):
        low = RANGES[name][0]
        t = keyed(t, name, (number, low), (number + 9, 0.5), ease="smooth")
    t = edits.set_fades(edits.set_crop(t, clip="clip-1", at=3, left=0.1), clip="clip-1", fade_in=3)
    assert from_json(to_json(t)) == t
    assert '"schemaVersion":3' in to_json(t)
    lines = "\n".join(describe(video(), t))
    assert "x has 2 keyframes" in lines
    assert "crop_left has 3 keyframes" in lines
    assert "fade-in of the picture of 3 frames instead of 0" in lines
    assert describe(t, edits.clear_keyframes(t, clip="clip-1", property="y")) == [
        "clip-1 (talk.mp4) y has no keyframes any more"
    ]
    cropped = edits.set_crop(video(), clip="clip-1", top=0.25)
    assert describe(video(), cropped) == ["clip-1 (talk.mp4) cropped by 0.25 instead of 0 at the top"]


def test_what_is_set_back_is_as_if_it_had_never_been_set() -> None:
    t = edits.set_transform(video(), clip="clip-1", x=0.5, rotation=90)
    t = edits.set_crop(edits.set_audio(t, clip="clip-1", gain_db=-3), clip="clip-1", left=0.5)
    t = edits.set_fades(keyed(t, "y", (0, 0.5)), clip="clip-1", fade_in=5)
    back = edits.set_transform(t, clip="clip-1", x=float("0.0"), rotation=0)
    back = edits.set_crop(edits.set_audio(back, clip="clip-1", gain_db=0), clip="clip-1", left=float("0.0"))
    back = edits.clear_keyframes(edits.set_fades(back, clip="clip-1", fade_in=0), clip="clip-1")
    assert to_json(back) == to_json(video())


def test_a_still_that_slides_is_told_as_trimmed_only() -> None:
    t = keyed(still(), "x", (0, 0), (9, 1))
    assert describe(t, edits.trim(t, clip="clip-1", start=-10)) == [
        "clip-1 (chart.png) extended at its start by 10 frames"
    ]


def test_a_table_shows_and_changes_them() -> None:
    t = edits.update(
        video(), rows=[ClipRow(id="clip-1", rotation=45, crop_top=0.5, picture_fade_in=2, picture_fade_out=3)]
    )
    assert t.clips[0].transform == Transform(rotation=45, crop=Crop(top=0.5))
    assert t.clips[0].fades == PictureFades(in_frames=2, out_frames=3)
    shorter = edits.update(t, rows=[ClipRow(id="clip-1", duration=4)])
    assert shorter.clips[0].fades == PictureFades(in_frames=2, out_frames=2)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ('"keys":[{"frame":10,"value":0.0}', '"keys":[{"frame":30,"value":0.0}'),
        ('"property":"x"', '"property":"width"'),
        ('"inFrames":2', '"inFrames":31'),
    ],
)
def test_a_file_with_broken_motion_is_refused(found: str, wanted: str) -> None:
    t = edits.set_fades(keyed(video(), "x", (0, 0), (5, 1)), clip="clip-1", fade_in=2)
    assert found in to_json(t)
    with pytest.raises(SchemaError):
        from_json(to_json(t).replace(found, wanted))


def test_every_property_is_read_where_it_is_kept() -> None:
    clip: Clip = video().clips[0]
    assert {name: value_at(clip, name, 0) for name in PROPERTIES if value_at(clip, name, 0)} == {
        "scale": 1.0,
        "opacity": 1.0,
    }
