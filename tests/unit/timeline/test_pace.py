"""Speed and freeze frames: which frames of the file a clip shows, before and after."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_widgets.engine.errors import EditError, SchemaError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.clips import Curve, Keyframe, file_frame, speed_of
from studio_widgets.engine.timeline.compare import describe
from studio_widgets.engine.timeline.model import Clip, Timeline
from tests.unit.timeline.parts import media

speeds = st.fractions(min_value=Fraction(1, 20), max_value=20, max_denominator=40)


def video(frames: int = 300, first: int = 60, end: int = 180, at: int = 0) -> Timeline:
    return edits.add(Timeline(), source=media("talk", frames), name="talk", trim=(first, end), at=at)


def shown(clip: Clip) -> list[int]:
    """The file frame under each timeline frame of a clip."""
    return [file_frame(clip, clip.trim_start_frame + n) for n in range(clip.duration_frames)]


def test_twice_the_speed_is_half_as_long_and_shows_the_same_part() -> None:
    t = edits.stretch(video(), clip="clip-1", speed="2")
    (clip,) = t.clips
    assert (clip.start_frame, clip.duration_frames, clip.retime.speed) == (0, 60, "2")
    assert shown(clip) == list(range(60, 180, 2))


def test_a_duration_gives_the_speed() -> None:
    t = edits.stretch(video(), clip="clip-1", duration=80)
    (clip,) = t.clips
    assert (clip.duration_frames, clip.retime.speed) == (80, "3/2")
    assert edits.stretch(t, clip="clip-1", duration=120).clips == video().clips


def test_handles_count_the_source_as_it_plays() -> None:
    (clip,) = edits.stretch(video(), clip="clip-1", speed="1/2").clips
    assert (clip.head_handle, clip.tail_handle, clip.frames) == (120, 240, 600)
    t = edits.trim(edits.stretch(video(), clip="clip-1", speed="1/2"), clip="clip-1", end=240)
    assert shown(t.clips[0])[-1] == 299
    with pytest.raises(EditError, match="0 frames after its end"):
        edits.trim(t, clip="clip-1", end=1)


@given(speed=speeds, cut=st.integers(1, 400))
def test_a_cut_changes_no_picture(speed: Fraction, cut: int) -> None:
    t = edits.stretch(video(), clip="clip-1", speed=str(speed))
    before = shown(t.clips[0])
    if 0 < cut < len(before):
        t = edits.split(t, at=cut)
        assert [frame for clip in t.clips for frame in shown(clip)] == before


@given(speed=speeds, first=st.integers(0, 250), length=st.integers(1, 50))
def test_it_stays_inside_the_source_and_near_the_part_it_showed(speed: Fraction, first: int, length: int) -> None:
    t = edits.stretch(video(300, first, first + length), clip="clip-1", speed=str(speed))
    (clip,) = t.clips
    assert list(problems(t)) == []
    assert 0 <= first - shown(clip)[0] < speed + 1
    assert abs(clip.duration_frames * speed_of(clip.retime.speed) - length) <= max(speed, 1) + speed


def test_the_next_clip_is_in_the_way_or_is_pushed() -> None:
    t = edits.add(video(), source=media("b", 60), name="b", at=120)
    with pytest.raises(EditError, match=r"b.*in the way") as refused:
        edits.stretch(t, clip="clip-1", speed="1/2")
    assert "ripple=True" in refused.value.hint
    pushed = edits.stretch(t, clip="clip-1", speed="1/2", ripple=True)
    assert [(clip.start_frame, clip.duration_frames) for clip in pushed.clips] == [(0, 240), (240, 60)]
    closed = edits.stretch(t, clip="clip-1", speed="2", ripple=True)
    assert [clip.start_frame for clip in closed.clips] == [0, 60]
    assert [clip.start_frame for clip in edits.stretch(t, clip="clip-1", speed="2").clips] == [0, 120]


def test_picture_and_sound_are_stretched_together() -> None:
    t = edits.detach_sound(video(), clip="clip-1")
    both = edits.stretch(t, clip="clip-1", speed="2").clips
    assert [(clip.duration_frames, clip.trim_start_frame, clip.retime.speed) for clip in both] == [(60, 30, "2")] * 2
    alone = edits.stretch(t, clip="clip-1", speed="2", alone=True).clips
    assert [clip.retime.speed for clip in alone] == ["2", "1"]
    uneven = edits.trim(t, clip="clip-2", end=-10, alone=True)
    with pytest.raises(EditError, match="would come apart"):
        edits.stretch(uneven, clip="clip-1", speed="2")


@pytest.mark.parametrize(
    ("args", "what"),
    [
        ({}, "speed or to a duration"),
        ({"speed": "2", "duration": 9}, "speed or to a duration"),
        ({"speed": "fast"}, "is not a speed"),
        ({"speed": "0"}, "cannot play"),
        ({"speed": "-1"}, "cannot play"),
        ({"speed": "1/0"}, "is not a speed"),
        ({"speed": "101"}, "101 times"),
        ({"duration": 100_000}, "times its speed"),
        ({"speed": "1.00000001"}, "too fine"),
    ],
)
def test_what_is_no_speed_is_refused(args: dict[str, object], what: str) -> None:
    with pytest.raises(EditError, match=what):
        edits.stretch(video(), clip="clip-1", **args)  # type: ignore[arg-type]  # wrong on purpose


def test_what_does_not_move_has_no_speed() -> None:
    t = edits.title(Timeline(), text="Hi")
    with pytest.raises(EditError, match="has no speed"):
        edits.stretch(t, clip="clip-1", speed="2")
    frozen = edits.freeze(video(), at=10)
    with pytest.raises(EditError, match="stands still"):
        edits.stretch(frozen, clip="clip-2", speed="2")


def test_keyframes_keep_their_pictures_and_the_later_one_stays() -> None:
    keys = (Keyframe(frame=60, value=0), Keyframe(frame=61, value=0.5), Keyframe(frame=120, value=1))
    t = video()
    clip = msgspec.structs.replace(t.clips[0], curves=(Curve(property="opacity", keys=keys),))
    t = msgspec.structs.replace(t, clips=(clip,))
    (faster,) = edits.stretch(t, clip="clip-1", speed="4").clips
    assert [(key.frame, key.value) for key in faster.curves[0].keys] == [(15, 0.5), (30, 1)]


def test_a_freeze_frame_comes_between_the_parts_and_shows_that_frame() -> None:
    t = edits.freeze(edits.stretch(video(), clip="clip-1", speed="2"), at=10, duration=5)
    assert [frame for clip in t.clips for frame in shown(clip)] == [
        *range(60, 80, 2),
        *[80] * 5,
        *range(80, 180, 2),
    ]
    left, frozen, right = t.clips
    assert (left.id, frozen.id, right.id) == ("clip-1", "clip-2", "clip-3")
    assert frozen.frames is None
    assert (frozen.head_handle, frozen.tail_handle) == (None, None)
    longer = edits.trim(edits.remove(t, clips=["clip-3"]), clip="clip-2", end=100)
    assert shown(longer.clips[1]) == [80] * 105


def test_a_freeze_frame_lasts_two_seconds_and_pushes_the_linked_sound() -> None:
    t = edits.freeze(edits.detach_sound(video(), clip="clip-1"), at=10)
    sounds = [clip for clip in t.clips if t.tracks[clip.track_index].kind == "audio"]
    assert [(clip.start_frame, clip.duration_frames) for clip in sounds] == [(0, 10), (70, 110)]


def test_a_freeze_needs_something_that_moves() -> None:
    for t, track in ((video(at=50), None), (edits.title(Timeline(), text="Hi"), None), (video(), "V2")):
        with pytest.raises(EditError, match="nothing moves"):
            edits.freeze(t, at=10, track=track)


def test_differences_are_told() -> None:
    t = video()
    assert describe(t, edits.stretch(t, clip="clip-1", speed="3/2")) == [
        "clip-1 (talk) plays at 3/2 times its speed instead of 1, 80 frames long instead of 120"
    ]


def test_states_with_impossible_speeds_are_refused() -> None:
    good = edits.stretch(video(), clip="clip-1", speed="2").to_json()
    assert Timeline.from_json(good).to_json() == good
    for wrong in ('"4/2"', '"0"', '"x"', '"1/0"', '"1e9"', '"-2"', '"\\u0662"'):
        with pytest.raises(SchemaError, match="clip-1"):
            Timeline.from_json(good.replace('"speed":"2"', f'"speed":{wrong}'))
