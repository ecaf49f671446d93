"""FCPXML: what it carries comes back, the rest is told."""

from __future__ import annotations

from typing import Any

import msgspec
import opentimelineio as otio
import pytest
from hypothesis import given, settings

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.build import build
from studio_widgets.engine.interchange.fcpxml_read import read_fcpxml
from studio_widgets.engine.interchange.fcpxml_write import write_fcpxml
from studio_widgets.engine.interchange.losses import plainly
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import AudioSettings, Clip, Crop, Timeline, TitleSource, TitleStyle, Transform
from tests.engine.interchange.timelines import PLACES, SHARED, known, timelines, without_ids
from tests.unit.timeline.parts import media, scene
from tests.unit.timeline.test_serial import rich

SAMPLE = SHARED / "fcpx_example.fcpxml"


def read(text: str, find: Any = lambda ref, fps: known(ref)) -> tuple[Timeline, Report]:
    draft = read_fcpxml(text, where="cut.fcpxml")
    return build(draft, find), draft.report


def carried(t: Timeline) -> list[Any]:
    """What FCPXML carries of a timeline, by place."""

    def sound(clip: Clip) -> AudioSettings:
        mute_alone = clip.audio.muted and t.tracks[clip.track_index].kind == "audio"
        return msgspec.structs.replace(clip.audio, gain_db=0.0) if mute_alone else clip.audio

    def source(clip: Clip) -> Any:
        return clip.source.text if isinstance(clip.source, TitleSource) else clip.source

    def place(transform: Transform) -> Transform:
        return msgspec.structs.replace(transform, rotation=0.0, crop=Crop())

    clips = sorted(t.clips, key=lambda clip: (t.tracks[clip.track_index].id, clip.start_frame))
    return [
        [
            (t.tracks[clip.track_index].id, clip.start_frame, clip.duration_frames, clip.trim_start_frame, clip.name)
            for clip in clips
        ],
        [(source(clip), place(clip.transform), sound(clip)) for clip in clips],
        sorted((t.clip_by_id[one.left_clip_id].end_frame, one.duration_frames) for one in t.transitions),
        sorted((one.frame, one.name, one.chapter, one.note) for one in t.markers),
        sorted((one.start_frame, one.duration_frames, one.text) for one in t.captions),
        [t.rate, t.width, t.height],
    ]


@settings(max_examples=150, deadline=None)
@given(timelines())
def test_what_it_carries_comes_back(t: Timeline) -> None:
    text, _ = write_fcpxml(t, title="Lesson", places=PLACES)
    back, report = read(text)
    assert carried(back) == carried(plainly(t))
    assert [loss for loss in report if "library" not in loss.what] == []


@settings(max_examples=150, deadline=None)
@given(timelines())
def test_nothing_is_lost_in_silence(t: Timeline) -> None:
    text, lost = write_fcpxml(t, title="Lesson", places=PLACES)
    back, lost_again = read(text)
    if not lost and not lost_again:
        assert without_ids(back) == without_ids(t)


def test_what_turns_fades_or_moves_is_told() -> None:
    t = edits.set_crop(edits.set_transform(scene(V1="1111"), clip="clip-1", rotation=5), clip="clip-1", left=0.1)
    t = edits.set_fades(edits.set_keyframe(t, clip="clip-1", property="x", at=0, value=1), clip="clip-1", fade_in=2)
    told = {
        loss.what.removeprefix("FCPXML is written without its ") for loss in write_fcpxml(t, title="x", places={})[1]
    }
    assert {"rotation", "crop", "picture fades", "keyframes"} <= told


def test_looks_of_titles_come_back() -> None:
    style = TitleStyle(size=0.05, color="#ff8000", outline="#00000080", bold=True, align="left")
    t = edits.title(Timeline(), text="Hello", duration=30, style=style)
    text, report = write_fcpxml(t, title="x", places={})
    back, _ = read(text)
    assert back.clips[0].source == TitleSource(text="Hello", style=style)
    assert [loss.kept_as for loss in report] == ["an alignment about its middle"]


def test_what_it_cannot_carry_is_told() -> None:
    t = scene(V1="11", V2="22")
    t = edits.link(t, clips=["clip-1", "clip-2"])
    t = edits.set_track(t, track="V2", name="Cutaways", hidden=True, locked=True)
    t = edits.marker(t, at=1, name="Here", color="#ff0000")
    t = edits.title(t, text="x", at=5, duration=5, track="V3", style=TitleStyle(background="#000000"))
    _, report = write_fcpxml(t, title="x", places={})
    assert {(loss.where.partition(" ")[0], loss.what) for loss in report} == {
        ("link-1", "FCPXML has no links"),
        ("V2", "FCPXML does not say that a track is locked"),
        ("V2", "FCPXML does not say that a track is hidden"),
        ("V2", "FCPXML has no names of tracks"),
        ("marker-1", "FCPXML has no colours of markers"),
        ("clip-3", "the background of a title"),
        ("clip-1", "its media is not in the library"),
        ("clip-2", "its media is not in the library"),
    }


def test_another_reader_finds_the_clips() -> None:
    """The adapter of OpenTimelineIO, which calls tracks by their lane, and leaves out transitions."""
    t = msgspec.structs.replace(scene(V1="11122", V2=".333", A1="44"), rate="25")
    text, _ = write_fcpxml(t, title="Lesson", places={})
    found = otio.adapters.read_from_string(text, "fcpx_xml")
    timeline = next(iter(found.find_children(descended_from_type=otio.schema.Timeline)))
    clips = [
        (track.name, one.name, int(one.range_in_parent().start_time.value), int(one.duration().value))
        for track in timeline.tracks
        for one in track.find_clips()
    ]
    assert sorted(clips) == [
        ("-1", "footage-4", 0, 2),
        ("0", "footage-1", 0, 3),
        ("0", "footage-2", 3, 2),
        ("1", "footage-3", 1, 3),
    ]


def test_times_are_written_exactly() -> None:
    text, _ = write_fcpxml(rich(), title="x", places={})
    assert 'frameDuration="1001/30000s"' in text
    assert 'offset="1001/750s"' in text


# --- strangers ----------------------------------------------------------------------------------------------------

HEAD = """<?xml version="1.0"?><!DOCTYPE fcpxml><fcpxml version="1.10"><resources>
<format id="r1" frameDuration="100/2500s" width="1280" height="720"/>
<asset id="r2" name="talk" start="3600s" duration="100s" hasVideo="1" hasAudio="1" format="r1">
<media-rep kind="original-media" src="file:///far/talk.mp4"/></asset>
<effect id="r3" name="Star Wipe" uid="x"/>
<media id="r4" name="inner"><sequence format="r1" duration="10s" tcStart="0s"><spine>
<asset-clip ref="r2" name="inside" offset="0s" start="3610s" duration="10s">
<asset-clip ref="r2" lane="1" name="on top" offset="3612s" start="3600s" duration="20s"/></asset-clip>
</spine></sequence></media>
</resources><project name="p"><sequence format="r1" tcStart="3600s"><spine>"""
TAIL = "</spine></sequence></project></fcpxml>"


def footage(ref: Any, fps: Any) -> Any:
    return media(ref.name, 2500)


def test_the_clock_of_the_media_is_set_back() -> None:
    t, report = read(f'{HEAD}<asset-clip ref="r2" name="a" offset="3600s" start="3604s" duration="2s"/>{TAIL}', footage)
    assert [(one.start_frame, one.trim_start_frame, one.duration_frames) for one in t.clips] == [(0, 100, 50)]
    assert (t.rate, t.width, t.height) == ("25", 1280, 720)
    assert report == []


def test_a_compound_clip_is_laid_flat_and_cut_to_what_is_seen() -> None:
    body = '<gap offset="3600s" duration="4s"/><ref-clip ref="r4" name="c" offset="3604s" start="1s" duration="5s"/>'
    t, _ = read(HEAD + body + TAIL, footage)
    assert [(t.tracks[one.track_index].id, one.name, one.start_frame, one.duration_frames) for one in t.clips] == [
        ("V1", "inside", 100, 125),
        ("V2", "on top", 125, 100),
    ]
    assert [one.trim_start_frame for one in t.clips] == [275, 0]


def test_effects_speed_and_switched_off_clips_are_told() -> None:
    body = """<asset-clip ref="r2" name="a" offset="3600s" start="3600s" duration="2s" enabled="0">
    <timeMap><timept time="0s" value="0s"/></timeMap><adjust-crop mode="trim"/>
    <filter-video ref="r3" name="Blur"/></asset-clip>
    <transition name="Star Wipe" duration="1s" offset="3601s"><filter-video ref="r3"/></transition>
    <asset-clip ref="r2" name="b" start="3620s" duration="2s"/><live-drawing name="scribble"/>"""
    t, report = read(HEAD + body + TAIL, footage)
    assert {loss.what for loss in report} >= {
        "its speed",
        "its crop",
        "the effect 'Blur'",
        "is switched off",
        "the transition 'Star Wipe'",
        "<live-drawing> is not read",
    }
    assert t.clips[0].transform.opacity == 0
    assert t.clips[0].audio.muted


def test_a_sample_of_final_cut_is_read() -> None:
    if not SAMPLE.exists():
        pytest.skip(f"the sample {SAMPLE} is not here")
    t, report = read(SAMPLE.read_text())
    assert (t.rate, t.width, len(t.clips), len(t.transitions)) == ("30", 1920, 21, 1)
    assert {"a second project in the file", "a transition to or from nothing (a fade)"} <= {one.what for one in report}
    again, _ = write_fcpxml(t, title="again", places={})
    assert carried(read(again)[0])[0] == carried(t)[0]


@pytest.mark.parametrize("text", ["", "<a/>", "<fcpxml/>", "not xml", HEAD.replace("100/2500s", "0s") + TAIL])
def test_what_is_no_fcpxml_is_refused(text: str) -> None:
    with pytest.raises(InterchangeError, match=r"cut\.fcpxml"):
        read(text)


@pytest.mark.parametrize("time", ["1/0s", "abc", "9" * 30 + "s", "1e400s", "nan", "-"])
def test_what_is_no_time_is_refused_by_name(time: str) -> None:
    with pytest.raises(InterchangeError, match="time"):
        read(f'{HEAD}<asset-clip ref="r2" name="a" duration="{time}"/>{TAIL}', footage)
