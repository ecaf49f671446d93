"""The timeline as cells use it, and the echo that writes such cells."""

from __future__ import annotations

from typing import Any

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.timeline.commands import EDITS
from studio_widgets.engine.timeline.model import TitleStyle
from studio_widgets.engine.timeline.serial import to_json
from tests.unit.timeline.parts import MemoryProject, media, shown

SHELF = {
    "talk.mp4": media("talk.mp4", 300),
    "short.mp4": media("short.mp4", 300),
    "chart.png": media("chart.png", None, "image", has_audio=False),
    "voice.wav": media("voice.wav", 90, "audio"),
}


@pytest.fixture
def project() -> MemoryProject:
    return MemoryProject(SHELF)


@pytest.fixture
def timeline(project: MemoryProject) -> TimelineHandle:
    return project.handle


def test_times_are_frames_seconds_or_timecodes(timeline: TimelineHandle) -> None:
    clip = timeline.add("talk.mp4", at="00:00:01:00", trim=(1.0, "00:00:03:15"))
    assert (clip.start_frame, clip.trim_start_frame, clip.trim_end_frame) == (30, 30, 105)
    timeline.trim(clip, start=0.5, end="-00:00:00:05")
    assert (clip.start_frame, clip.end_frame) == (45, 100)
    assert timeline.split(2.0)[0].start_frame == 60
    assert timeline.title("Hello", at=1.0, duration="00:00:02:00").duration_frames == 60
    assert timeline.marker("00:00:01:10", "Here").frame == 40


def test_a_clip_handle_follows_its_clip(timeline: TimelineHandle) -> None:
    clip = timeline.add("talk.mp4", trim=(0, 30))
    moved = timeline.move(clip, to=60, track="V2")
    assert moved == clip
    assert (clip.name, clip.track, clip.start_frame, clip.end_frame, clip.duration_frames) == (
        "talk.mp4",
        "V2",
        60,
        90,
        30,
    )
    assert timeline["clip-1"] == clip
    assert timeline[clip] == clip
    assert timeline.clips == [clip]
    assert repr(clip) == "<clip-1 'talk.mp4' on V2: 00:00:02:00 to 00:00:03:00, 30 frames from 0 of its source>"
    timeline.remove(clip)
    assert repr(clip) == "<clip-1: removed>"
    for gone in (lambda: clip.start_frame, lambda: timeline["clip-1"], lambda: timeline.trim(clip, end=-1)):
        with pytest.raises(EditError, match="clip-1"):
            gone()


def test_remove_takes_clips_ids_and_lists(timeline: TimelineHandle) -> None:
    clips = [timeline.add("talk.mp4", trim=(0, 10)) for _ in range(5)]
    timeline.remove(clips[0], "clip-2", clips[3:])
    assert timeline.clips == [clips[2]]


def test_a_shortened_transition_warns_and_says_so_in_the_echo(timeline: TimelineHandle) -> None:
    timeline.add("talk.mp4", trim=(0, 290))
    timeline.add("short.mp4", trim=(20, 90))
    with pytest.warns(UserWarning, match="20 frames long instead of 30"):
        made = timeline.transition("clip-1", duration=30)
    assert made.duration_frames == 20
    assert timeline.echo()[-1].endswith("# transition-1 shortened from 30 to 20 frames by its handles")
    timeline.set_transition(made, 10)
    timeline.move("clip-2", to=900)
    assert timeline.echo()[-1] == 'timeline.move("clip-2", to=900)  # transition-1 dropped with its cut'


EDITS_AND_THEIR_LINES: list[tuple[Any, str]] = [
    (lambda t: t.add("talk.mp4"), 'timeline.add("talk.mp4", track="V1", at=0)'),
    (lambda t: t.add("talk.mp4", trim=(10, 70)), 'timeline.add("talk.mp4", track="V1", at=300, trim=(10, 70))'),
    (lambda t: t.add("chart.png", "V2", 9), 'timeline.add("chart.png", track="V2", at=9, duration=150)'),
    (
        lambda t: t.add("voice.wav", name='my "voice"'),
        'timeline.add("voice.wav", track="A1", at=0, name="my \\"voice\\"")',
    ),
    (
        lambda t: t.add("camera:front", duration=30),
        'timeline.add("camera:front", track="V1", at=360, duration=30, name="Camera")',
    ),
    (lambda t: t.move("clip-2", to=600), 'timeline.move("clip-2", to=600)'),
    (lambda t: t.move("clip-2", track="V3"), 'timeline.move("clip-2", track="V3")'),
    (lambda t: t.trim("clip-2", start=+3, end=-5), 'timeline.trim("clip-2", start=+3, end=-5)'),
    (lambda t: t.trim("clip-2", start=-3, end=+5), 'timeline.trim("clip-2", start=-3, end=+5)'),
    (lambda t: t.split(100, track="V1"), 'timeline.split(100, track="V1")'),
    (lambda t: t.transition("clip-1", duration=12), 'timeline.transition("clip-1", "crossfade", duration=12)'),
    (lambda t: t.set_transition("transition-1", 8), 'timeline.set_transition("transition-1", duration=8)'),
    (lambda t: t.remove_transition("transition-1"), 'timeline.remove_transition("transition-1")'),
    (lambda t: t.title("Two\nlines"), 'timeline.title("Two\\nlines", at=159, duration=150, track="V2")'),
    (
        lambda t: t.title("Käse", at=0, duration=30, style={"bold": True, "size": 0.25}),
        'timeline.title("Käse", at=0, duration=30, track="V3", style={"size": 0.25, "bold": True})',
    ),
    (
        lambda t: t.set_title("clip-8", "Brot", TitleStyle(color="#ffcc00")),
        'timeline.set_title("clip-8", text="Brot", style={"color": "#ffcc00"})',
    ),
    (lambda t: t.marker(30, "Intro"), 'timeline.marker(30, "Intro")'),
    (lambda t: t.marker(60, "Aside", chapter=False), 'timeline.marker(60, "Aside", chapter=False)'),
    (lambda t: t.move_marker("marker-1", 45), 'timeline.move_marker("marker-1", to=45)'),
    (lambda t: t.set_marker("marker-1", name="Start"), 'timeline.set_marker("marker-1", name="Start")'),
    (lambda t: t.remove_marker("marker-2"), 'timeline.remove_marker("marker-2")'),
    (lambda t: t.caption("Hi", at=10, duration=20), 'timeline.caption("Hi", at=10, duration=20)'),
    (lambda t: t.move_caption("caption-1", to=15), 'timeline.move_caption("caption-1", to=15)'),
    (lambda t: t.set_caption("caption-1", "Ho"), 'timeline.set_caption("caption-1", "Ho")'),
    (lambda t: t.remove_caption("caption-1"), 'timeline.remove_caption("caption-1")'),
    (
        lambda t: t.set_audio("clip-1", gain_db=-6, fade_in=5),
        'timeline.set_audio("clip-1", gain_db=-6.0, fade_in=5)',
    ),
    (lambda t: t.set_transform("clip-1", scale=0.5), 'timeline.set_transform("clip-1", scale=0.5)'),
    (
        lambda t: t.picture_in_picture("clip-1", corner="top-left"),
        'timeline.picture_in_picture("clip-1", corner="top-left")',
    ),
    (lambda t: t.set_name("clip-1", "Opening"), 'timeline.set_name("clip-1", "Opening")'),
    (lambda t: t.set_track("V2", locked=True), 'timeline.set_track("V2", locked=True)'),
    (lambda t: t.relink("talk.mp4", "short.mp4"), 'timeline.relink("talk.mp4", "short.mp4")'),
    (lambda t: t.remove("clip-1", "clip-4"), 'timeline.remove("clip-1", "clip-4")'),
    (
        lambda t: t.insert("talk.mp4", at=0, trim=(50, 110)),
        'timeline.insert("talk.mp4", track="V1", at=0, trim=(50, 110))',
    ),
    (
        lambda t: t.insert("chart.png", "V1", 1.0, duration=2.0, name="Figure 1"),
        'timeline.insert("chart.png", track="V1", at=30, duration=60, name="Figure 1")',
    ),
    (
        lambda t: t.overwrite("talk.mp4", at="00:00:00:10", trim=(50, 60)),
        'timeline.overwrite("talk.mp4", track="V1", at=10, trim=(50, 60))',
    ),
    (
        lambda t: t.overwrite("camera:front", at=300, duration=30),
        'timeline.overwrite("camera:front", track="V1", at=300, duration=30, name="Camera")',
    ),
    (lambda t: t.duplicate("clip-2"), 'timeline.duplicate("clip-2")'),
    (lambda t: t.duplicate("clip-2", 600, "V4"), 'timeline.duplicate("clip-2", to=600, track="V4")'),
    (lambda t: t.ripple("clip-2", start=+0.1, end=-5), 'timeline.ripple("clip-2", start=+3, end=-5)'),
    (lambda t: t.roll("clip-2", end="00:00:00:02"), 'timeline.roll("clip-2", end=+2)'),
    (lambda t: t.slip("clip-6", by=6), 'timeline.slip("clip-6", by=+6)'),
    (lambda t: t.slip("clip-6", by=-0.2), 'timeline.slip("clip-6", by=-6)'),
    (lambda t: t.slide("clip-14", by=-4), 'timeline.slide("clip-14", by=-4)'),
    (lambda t: t.close_gap(200, "V1"), 'timeline.close_gap(200, track="V1")'),
    (lambda t: t.lift(t.clips[0]), 'timeline.lift("clip-9")'),
    (lambda t: t.extract(["clip-10", "clip-11"]), 'timeline.extract("clip-10", "clip-11")'),
    (
        lambda t: t.place("talk.mp4", source_in=1.0, source_out=2.0, timeline_out=1030),
        'timeline.place("talk.mp4", track="V1", source_in=30, source_out=60, timeline_in=1000)',
    ),
    (lambda t: t.set_track("V2", locked=False), 'timeline.set_track("V2", locked=False)'),
    (
        lambda t: t.place("talk.mp4", "V2", source_in=9, timeline_in=1000, timeline_out=1010, mode="insert", name="x"),
        'timeline.place("talk.mp4", track="V2", source_in=9, source_out=19, timeline_in=1000, mode="insert", name="x")',
    ),
    (lambda t: t.detach_sound("clip-18"), 'timeline.detach_sound("clip-18", track="A1")'),
    (lambda t: t.attach_sound("clip-20"), 'timeline.attach_sound("clip-20")'),
    (lambda t: t.link("clip-18", ["clip-19"]), 'timeline.link("clip-18", "clip-19")'),
    (lambda t: t.move("clip-18", 1100, alone=True), 'timeline.move("clip-18", to=1100, alone=True)'),
    (lambda t: t.unlink("clip-18"), 'timeline.unlink("clip-18")'),
    (lambda t: t.lift("clip-18", alone=True), 'timeline.lift("clip-18", alone=True)'),
    (
        lambda t: t.update([{"id": "clip-19", "start": 1200, "name": "aside", "gain_db": -3.5}]),
        'timeline.update([{"id": "clip-19", "name": "aside", "start": 1200, "gain_db": -3.5}])',
    ),
    (lambda t: t.add_track("video", name="Logo", at=2), 'timeline.add_track("video", name="Logo", at=2)'),
    (lambda t: t.move_track("V2", to=1), 'timeline.move_track("V2", to=1)'),
    (lambda t: t.remove_track("V1"), 'timeline.remove_track("V1")'),
    (lambda t: t.remove_track("V2", with_clips=True), 'timeline.remove_track("V2", with_clips=True)'),
    (lambda t: t.set_track("A2", height=80), 'timeline.set_track("A2", height=80)'),
    (
        lambda t: t.marker(7, "Check", chapter=False, note="the slide is old", color="#ff0000"),
        'timeline.marker(7, "Check", chapter=False, note="the slide is old", color="#ff0000")',
    ),
    (lambda t: t.add("talk.mp4", "V3", 2000, (0, 60)), 'timeline.add("talk.mp4", track="V3", at=2000, trim=(0, 60))'),
    (lambda t: t.stretch(t.clips[-1], 1.5), 'timeline.stretch("clip-21", speed="3/2")'),
    (
        lambda t: t.stretch("clip-21", duration="00:00:02:00", ripple=True),
        'timeline.stretch("clip-21", duration=60, ripple=True)',
    ),
    (lambda t: t.freeze(2010, 15), "timeline.freeze(2010, duration=15)"),
    (lambda t: t.freeze(2040, track="V3"), 'timeline.freeze(2040, track="V3")'),
    (
        lambda t: t.set_transform("clip-21", rotation=-90, opacity=0.5),
        'timeline.set_transform("clip-21", opacity=0.5, rotation=-90.0)',
    ),
    (lambda t: t.set_crop("clip-21", left=0.1, bottom=0.25), 'timeline.set_crop("clip-21", left=0.1, bottom=0.25)'),
    (lambda t: t.set_fades("clip-21", fade_in=0.1, fade_out=2), 'timeline.set_fades("clip-21", fade_in=3, fade_out=2)'),
    (
        lambda t: t.set_keyframe("clip-21", "x", 0, -0.5, "smooth"),
        'timeline.set_keyframe("clip-21", "x", at=0, value=-0.5, ease="smooth")',
    ),
    (
        lambda t: t.set_keyframe("clip-21", "x", 9, 0.25),
        'timeline.set_keyframe("clip-21", "x", at=9, value=0.25)',
    ),
    (lambda t: t.set_transform("clip-21", x=1, at=5), 'timeline.set_transform("clip-21", x=1.0, at=5)'),
    (lambda t: t.remove_keyframe("clip-21", "x", 9), 'timeline.remove_keyframe("clip-21", "x", at=9)'),
    (lambda t: t.clear_keyframes("clip-21", "x"), 'timeline.clear_keyframes("clip-21", property="x")'),
    (lambda t: t.set_marker("marker-3", note="", color=""), 'timeline.set_marker("marker-3", note="", color="")'),
]


def test_every_edit_echoes_the_line_that_does_it_again(project: MemoryProject) -> None:
    for edit, line in EDITS_AND_THEIR_LINES:
        edit(project.handle)
        assert project.echo()[-1] == line
    again = MemoryProject(SHELF)
    for line in project.echo():
        exec(line, {"timeline": again.handle})
    assert to_json(again.timeline) == to_json(project.timeline)


def test_every_edit_is_a_method_and_has_its_line_here(timeline: TimelineHandle) -> None:
    lines = {line.removeprefix("timeline.").partition("(")[0] for _, line in EDITS_AND_THEIR_LINES}
    assert lines == set(EDITS) - {"clear", "load"}  # the echo begins anew there
    assert all(callable(getattr(timeline, op)) for op in EDITS)


def test_what_puts_a_clip_on_the_timeline_returns_it(timeline: TimelineHandle) -> None:
    timeline.add("talk.mp4", trim=(0, 90))
    assert timeline.insert("short.mp4", at=30, trim=(0, 10)).name == "short.mp4"
    assert timeline.overwrite("chart.png", at=5, duration=10).name == "chart.png"
    assert timeline.duplicate("clip-1").id == timeline.clips[1].id


def test_a_sound_is_taken_off_and_linked(timeline: TimelineHandle) -> None:
    clip = timeline.add("talk.mp4", trim=(0, 90))
    sound = timeline.detach_sound(clip)
    assert (sound.track, sound.link, clip.link) == ("A1", "link-1", "link-1")
    assert timeline.where("link == 'link-1' and track == 'A1'") == [sound]
    timeline.unlink(clip)
    assert (sound.link, clip.link) == (None, None)


def test_chapters_are_what_the_markers_make(timeline: TimelineHandle) -> None:
    timeline.add("talk.mp4", trim=(0, 90))
    timeline.marker(10, "Intro")
    timeline.marker(40, "Not one", chapter=False)
    timeline.marker(60, "Outro", note="too long?", color="#ffcc00")
    timeline.marker(90, "After the end")
    assert [(point.start_frame, point.end_frame, point.name) for point in timeline.chapters] == [
        (10, 60, "Intro"),
        (60, 90, "Outro"),
    ]
    assert timeline.markers[2].note == "too long?"


def test_a_new_track_is_handed_back(timeline: TimelineHandle) -> None:
    assert timeline.add_track("video", name="Logo").id == "V3"
    assert timeline.add_track("audio", at=1).id == "A1"
    timeline.move_track("V3", to=1)
    assert next(track.id for track in timeline.tracks if track.name == "Logo") == "V1"


def test_a_refused_edit_leaves_no_line(project: MemoryProject) -> None:
    project.handle.add("talk.mp4")
    with pytest.raises(EditError):
        project.handle.add("short.mp4", at=5)
    assert len(project.echo()) == 1


def test_replaying_a_relink_that_has_happened_changes_nothing(project: MemoryProject) -> None:
    project.handle.add("short.mp4")
    project.handle.relink("talk.mp4", "short.mp4")
    assert len(project.echo()) == 1


def test_the_clips_as_a_frame(project: MemoryProject) -> None:
    timeline = project.handle
    timeline.add("talk.mp4", at=15, trim=(30, 60))
    timeline.title("Hello", at=0, duration=30)
    frame = timeline.to_frame()
    assert frame[["id", "name", "track", "start", "end", "duration", "trim_start", "trim_end"]].values.tolist() == [
        ["clip-1", "talk.mp4", "V1", 15, 45, 30, 30, 60],
        ["clip-2", "Hello", "V2", 0, 30, 30, 0, 30],
    ]
    assert frame["source"].tolist() == ["media_file", "title"]
    assert frame["text"].tolist() == [None, "Hello"]
    assert frame["start_timecode"].tolist() == ["00:00:00:15", "00:00:00:00"]
    assert frame.query("track == 'V1' and duration > 20")["id"].tolist() == ["clip-1"]
    empty = MemoryProject(SHELF).handle.to_frame()
    assert list(empty.columns) == list(frame.columns)
    assert (empty.dtypes == frame.dtypes).all()


def test_the_handle_tells_what_is_there(timeline: TimelineHandle) -> None:
    timeline.add("talk.mp4", trim=(0, 45))
    assert len(timeline) == 1
    assert timeline.total_frames == 45
    assert repr(timeline) == "<timeline of 'Lesson': 1 clips, 00:00:01:15 at 30 frames a second>"
    assert shown(timeline.value, "V1") == "1" * 45
    assert timeline.to_json() == to_json(timeline.value)
