"""OpenTimelineIO: ours comes back byte for byte, strangers' as far as it goes."""

from __future__ import annotations

from typing import Any

import msgspec
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from opentimelineio.opentime import RationalTime, TimeRange

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.build import build
from studio_widgets.engine.interchange.from_otio import from_otio
from studio_widgets.engine.interchange.otio_text import otio_text, parse_otio
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.interchange.to_otio import to_otio
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import MediaFileSource, Timeline, TitleSource
from tests.engine.interchange.timelines import PLACES, SHARED, known, timelines
from tests.unit.timeline.parts import media, scene
from tests.unit.timeline.test_serial import rich

SAMPLES = SHARED


def read(made: Any, find: Any = None) -> tuple[Timeline, Report]:
    draft = from_otio(made)
    return (build(draft, find) if find else build(draft)), draft.report


@settings(max_examples=150, deadline=None)
@given(timelines())
def test_a_timeline_of_ours_comes_back_byte_for_byte(t: Timeline) -> None:
    text = otio_text(to_otio(t, name="Lesson", places=PLACES))
    back, _ = read(parse_otio(text, "lesson.otio"))
    assert back.to_json() == t.to_json()
    assert otio_text(to_otio(back, name="Lesson", places=PLACES)) == text


def test_what_it_has_fields_for_lies_in_them() -> None:
    made = to_otio(rich(), name="Lesson")
    assert [(track.kind, len(track)) for track in made.tracks] == [
        ("Video", 3),
        ("Video", 2),
        ("Audio", 0),
        ("Audio", 0),
        ("Audio", 2),
    ]
    first, crossing, second = made.tracks[0]
    assert first.source_range == TimeRange(RationalTime(20, 30000 / 1001), RationalTime(40, 30000 / 1001))
    assert first.available_range().duration.value == 100
    assert (crossing.in_offset.value, crossing.out_offset.value) == (5, 5)
    assert second.name == "Take"
    gap, title = made.tracks[1]
    assert gap.duration().value == 5
    assert title.media_reference.parameters["text"] == "Zwei\nZeilen"
    assert [marker.name for marker in made.tracks.markers] == ["Intro"]
    assert made.global_start_time == RationalTime(0, 30000 / 1001)


def test_it_does_not_carry_out_what_is_not_in_places() -> None:
    made = to_otio(scene(V1="1"), places={})
    assert made.tracks[0][0].media_reference.is_missing_reference
    assert made.tracks[0][0].media_reference.available_range.duration.value == 100


def test_what_another_program_moved_keeps_what_only_we_know() -> None:
    made = to_otio(rich(), name="Lesson")
    title = made.tracks[1][1]
    title.source_range = TimeRange(RationalTime(0, 30000 / 1001), RationalTime(12, 30000 / 1001))
    made.tracks[1][0].source_range = TimeRange(RationalTime(0, 30000 / 1001), RationalTime(8, 30000 / 1001))
    back, report = read(made)
    clip = back.clip_by_id["clip-3"]
    assert (clip.start_frame, clip.duration_frames) == (8, 12)
    assert isinstance(clip.source, TitleSource)
    assert clip.source.style.outline == "#000000"
    assert back.clip_by_id["clip-2"] == rich().clip_by_id["clip-2"]
    assert [loss for loss in report if "library" not in loss.what] == []


def test_a_clip_that_was_copied_gets_an_id_of_its_own() -> None:
    made = to_otio(scene(V1="11"))
    made.tracks[0].append(made.tracks[0][0].deepcopy())
    back, _ = read(made)
    assert [clip.id for clip in back.clips] == ["clip-1", "clip-2"]
    assert back.next_ids.clip == 3


# --- strangers ----------------------------------------------------------------------------------------------------


def stranger(*children: Any, rate: float = 24) -> Any:
    made = otio.schema.Timeline(name="foreign")
    made.tracks.append(otio.schema.Track(kind="Video", children=list(children)))
    made.global_start_time = RationalTime(0, rate)
    return made


def clip(name: str, frames: int, start: int = 0, rate: float = 24, **more: Any) -> Any:
    reference = otio.schema.ExternalReference(target_url=f"file:///far/{name}")
    return otio.schema.Clip(name, reference, TimeRange(RationalTime(start, rate), RationalTime(frames, rate)), **more)


def test_other_rates_are_counted_in_frames_of_the_timeline() -> None:
    t, _ = read(stranger(clip("a.mp4", 60, 30, rate=60), clip("b.mp4", 48)), lambda ref, fps: media(ref.name, 500))
    assert [(one.start_frame, one.duration_frames, one.trim_start_frame) for one in t.clips] == [
        (0, 24, 12),
        (24, 48, 0),
    ]
    assert t.rate == "24"


def test_what_is_not_in_the_library_keeps_its_place_and_is_told() -> None:
    t, report = read(stranger(clip("a.mp4", 24)), lambda ref, fps: known(ref))
    assert t.clips[0].duration_frames == 24
    assert isinstance(t.clips[0].source, MediaFileSource)
    assert [(loss.what, loss.kept_as) for loss in report] == [
        ("its media is not in the library (file:///far/a.mp4)", "missing media")
    ]


def test_a_media_clock_that_does_not_begin_at_zero_is_set_back() -> None:
    one = clip("a.mp4", 24, start=86400 + 12)
    one.media_reference.available_range = TimeRange(RationalTime(86400, 24), RationalTime(100, 24))
    t, report = read(stranger(one), lambda ref, fps: media(ref.name, 100))
    assert t.clips[0].trim_start_frame == 12
    assert report == []


@pytest.mark.parametrize(
    ("effect", "what", "kept"),
    [
        (otio.schema.LinearTimeWarp(time_scalar=-1.0), "its speed (-1×)", "1×"),
        (otio.schema.LinearTimeWarp(time_scalar=1000.0), "its speed (1000×)", "1×"),
        (otio.schema.Effect(effect_name="Blur"), "the effect 'Blur' is not read", ""),
    ],
)
def test_effects_are_told(effect: Any, what: str, kept: str) -> None:
    one = clip("a.mp4", 24)
    one.effects.append(effect)
    _, report = read(stranger(one), lambda ref, fps: media(ref.name))
    assert [(loss.where, loss.what, loss.kept_as) for loss in report] == [('"a.mp4"', what, kept)]


def test_speeds_and_freeze_frames_are_read() -> None:
    fast, still = clip("a.mp4", 24, start=20), clip("b.mp4", 24, start=20)
    fast.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    still.effects.append(otio.schema.FreezeFrame())
    t, report = read(stranger(fast, still), lambda ref, fps: media(ref.name, 100))
    assert report == []
    assert [(one.retime.speed, one.trim_start_frame, one.duration_frames) for one in t.clips] == [
        ("2", 10, 24),
        ("1", 0, 24),
    ]
    assert t.clips[1].retime.freeze_frame == 20


def test_others_are_told_what_a_stretched_clip_shows() -> None:
    t = edits.add(Timeline(), source=media("a.mp4", 300), name="a.mp4", trim=(60, 180))
    t = edits.freeze(edits.stretch(t, clip="clip-1", speed="2"), at=10, duration=5)
    first, still, rest = to_otio(t, name="x", places={}).tracks[0]
    starts = [one.source_range.start_time.value for one in (first, still, rest)]
    assert starts == [60, 80, 80]
    assert [type(one.effects[0]).__name__ for one in (first, still, rest)] == [
        "LinearTimeWarp",
        "FreezeFrame",
        "LinearTimeWarp",
    ]
    assert first.effects[0].time_scalar == 2


def test_a_wipe_becomes_a_crossfade_and_what_lies_off_its_cut_is_centred() -> None:
    wipe = otio.schema.Transition("w", "Wipe", RationalTime(4, 24), RationalTime(8, 24))
    t, report = read(
        stranger(clip("a.mp4", 24, 20), wipe, clip("b.mp4", 24, 20)), lambda ref, fps: media(ref.name, 100)
    )
    assert [(one.duration_frames, one.kind) for one in t.transitions] == [(12, "crossfade")]
    assert [(loss.what, loss.kept_as) for loss in report] == [
        ("a transition of kind 'Wipe'", "a crossfade"),
        ("the transition lies 4 of its 12 frames before the cut", "centred on it"),
    ]


def test_a_stack_in_a_track_is_laid_flat_above_it() -> None:
    inner = otio.schema.Stack(
        children=[
            otio.schema.Track(kind="Video", children=[clip("below.mp4", 24)]),
            otio.schema.Track(kind="Video", children=[clip("above.mp4", 12)]),
        ]
    )
    t, _ = read(stranger(clip("a.mp4", 10), inner), lambda ref, fps: media(ref.name, 100))
    assert [(t.tracks[one.track_index].id, one.name, one.start_frame) for one in t.clips] == [
        ("V1", "a.mp4", 0),
        ("V1", "below.mp4", 10),
        ("V2", "above.mp4", 10),
    ]


def test_generators_are_titles_where_they_have_a_text() -> None:
    span = TimeRange(RationalTime(0, 24), RationalTime(24, 24))
    said = otio.schema.Clip("t", otio.schema.GeneratorReference("t", "Text", parameters={"text": "Hi"}), span)
    bars = otio.schema.Clip("bars", otio.schema.GeneratorReference("bars", "SMPTEBars"), span)
    t, report = read(stranger(said, bars))
    assert t.clips[0].source == TitleSource(text="Hi")
    assert report[0].what == "what a generator ('SMPTEBars') draws is not read"


def test_a_newer_version_of_ours_is_refused_with_the_way_out() -> None:
    made = to_otio(rich())
    made.metadata["studio"]["schemaVersion"] = 99
    with pytest.raises(InterchangeError, match="Update studio-widgets"):
        read(made)


def test_metadata_that_were_damaged_cost_only_themselves() -> None:
    made = to_otio(scene(V1="11.22"))
    made.tracks[0][0].metadata["studio"]["clip"]["transform"] = "broken"
    back, report = read(made)
    assert [one.start_frame for one in back.clips] == [0, 3]
    assert "damaged" in report[0].what


@pytest.mark.parametrize("name", ["simple_cut", "transition", "multitrack", "nested_example", "premiere_example"])
def test_samples_of_other_programs_are_read_and_come_back(name: str) -> None:
    path = SAMPLES / f"{name}.otio"
    if not path.exists():
        pytest.skip(f"the sample {path} is not here")
    made = parse_otio(path.read_text(), path.name)
    t, report = read(made)
    assert len(t.clips) == {"nested_example": 7, "multitrack": 5, "premiere_example": 13}.get(name, 4)
    assert len(t.transitions) == (1 if name in ("transition", "premiere_example") else 0)
    assert any("library" in loss.what for loss in report)
    back, _ = read(to_otio(t))
    assert back.to_json() == t.to_json()


def test_every_field_of_a_clip_survives_even_one_that_readers_do_not_name() -> None:
    """New fields of the model need nothing here: clips and transitions are carried whole."""
    t = rich()
    back, _ = read(to_otio(t))
    for one in t.clips:
        assert msgspec.structs.asdict(back.clip_by_id[one.id]) == msgspec.structs.asdict(one)
