"""Timelines as JSON, of this studio and the earlier one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from studio_widgets.engine.errors import SchemaError
from studio_widgets.engine.timeline import edits, serial
from studio_widgets.engine.timeline.delta import diff
from studio_widgets.engine.timeline.model import (
    SCHEMA_VERSION,
    MediaFileSource,
    RecordingSource,
    Timeline,
    TitleSource,
    TitleStyle,
)
from studio_widgets.engine.timeline.serial import (
    from_builtins,
    from_json,
    to_builtins,
    to_json,
    version_after,
    version_of,
)
from tests.unit.timeline.parts import media, scene


def rich() -> Timeline:
    """A bit of everything, at an odd rate and size."""
    t = msgspec.structs.replace(Timeline(), rate="30000/1001", width=1280, height=720)
    t = edits.add(t, source=media("talk"), name='talk "final" \U0001f9c0.mp4', trim=(20, 60))
    t = edits.add(
        t, source=RecordingSource(recording_id="r1", frames=80), name="Take", trim=(20, 60), thumbnail="/t.jpg"
    )
    t = edits.transition(t, left="clip-1", duration=10)
    t = edits.title(t, text="Zwei\nZeilen", at=5, duration=30, style=TitleStyle(bold=True, outline="#000000"))
    t = edits.add(t, source=media("voice", kind="audio"), name="voice", track="A3", at=7)
    t = edits.set_audio(t, clip="clip-1", gain_db=-4.5, fade_in=3)
    t = edits.set_transform(t, clip="clip-2", scale=0.5, opacity=0.75)
    t = edits.set_track(t, track="A1", muted=True, name="Voice")
    t = edits.marker(t, at=0, name="Intro")
    return edits.caption(t, at=3, duration=9, text="Hello")


def test_json_round_trips_byte_for_byte() -> None:
    for t in (Timeline(), scene(V1="11.22"), rich()):
        assert from_json(to_json(t)) == t
        assert to_json(from_json(to_json(t))) == to_json(t)
        assert Timeline.from_json(t.to_json()) == t
        assert from_json(to_json(t).encode()) == t


def test_a_database_that_reorders_keys_gives_the_same_bytes_back() -> None:
    stored = json.loads(json.dumps(to_builtins(rich()), sort_keys=True))
    assert to_json(from_builtins(stored)) == to_json(rich())
    assert json.loads(to_json(rich())) == to_builtins(rich())


def test_the_form_is_what_readers_rely_on() -> None:
    state = to_builtins(edits.add(Timeline(), source=media("talk", 50), name="talk.mp4", at=10, trim=(5, 25)))
    assert state["schemaVersion"] == 1
    assert (state["rate"], state["width"], state["height"], state["totalFrames"]) == ("30", 1920, 1080, 30)
    assert state["tracks"][0] == {"id": "V1", "kind": "video"}
    assert state["clips"] == [
        {
            "id": "clip-1",
            "name": "talk.mp4",
            "trackIndex": 0,
            "startFrame": 10,
            "durationFrames": 20,
            "trimStartFrame": 5,
            "trimEndFrame": 25,
            "source": {"type": "media_file", "mediaFileId": "talk", "frames": 50},
        }
    ]
    empty = to_builtins(Timeline())
    assert (empty["clips"], empty["totalFrames"]) == ([], 0)


def test_a_newer_schema_is_refused_with_the_way_out() -> None:
    with pytest.raises(SchemaError, match="newer version") as refused:
        from_builtins({**to_builtins(rich()), "schemaVersion": SCHEMA_VERSION + 1})
    assert "pip install" in refused.value.hint


# What version 1 of the form, which knew no links, wrote of `rich()`.
VERSION_1 = (
    '{"schemaVersion":1,"rate":"30000/1001","width":1280,"height":720,"totalFrames":107,"tracks":[{"id":"V1","kind":"video"},'
    '{"id":"V2","kind":"video"},{"id":"A1","kind":"audio","name":"Voice","muted":true},{"id":"A2","kind":"audio"},'
    '{"id":"A3","kind":"audio"}],"clips":[{"id":"clip-1","name":"talk \\"final\\" \U0001f9c0.mp4","trackIndex":0,'
    '"startFrame":0,"durationFrames":40,"trimStartFrame":20,"trimEndFrame":60,"source":{"type":"media_file","mediaFileId":'
    '"talk","frames":100},"audio":{"gainDb":-4.5,"fadeInFrames":3}},{"id":"clip-2","name":"Take","trackIndex":0,"startFrame":'
    '40,"durationFrames":40,"trimStartFrame":20,"trimEndFrame":60,"source":{"type":"recording","recordingId":"r1","frames":'
    '80},"thumbnailUrl":"/t.jpg","transform":{"scale":0.5,"opacity":0.75}},{"id":"clip-3","name":"Zwei Zeilen","trackIndex":'
    '1,"startFrame":5,"durationFrames":30,"trimStartFrame":0,"trimEndFrame":30,"source":{"type":"title","text":"Zwei\\n'
    'Zeilen","style":{"size":0.09,"color":"#ffffff","outline":"#000000","x":0.5,"y":0.5,"bold":true}}},{"id":"clip-4","name":'
    '"voice","trackIndex":4,"startFrame":7,"durationFrames":100,"trimStartFrame":0,"trimEndFrame":100,"source":{"type":'
    '"media_file","mediaFileId":"voice","kind":"audio","frames":100}}],"transitions":[{"id":"transition-1","leftClipId":'
    '"clip-1","rightClipId":"clip-2","durationFrames":10}],"markers":[{"id":"marker-1","frame":0,"name":"Intro"}],"captions":'
    '[{"id":"caption-1","startFrame":3,"durationFrames":9,"text":"Hello"}],"nextIds":{"clip":5,"transition":2,"marker":2,'
    '"caption":2}}'
)


def test_what_uses_nothing_new_is_written_as_ever() -> None:
    assert to_json(rich()) == VERSION_1
    assert from_json(VERSION_1) == rich()


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: edits.link(t, clips=["clip-1", "clip-3"]),
        lambda t: edits.unlink(edits.link(t, clips=["clip-1", "clip-3"]), clip="clip-1"),  # ids go on being counted
        lambda t: edits.detach_sound(t, clip="clip-1"),
        lambda t: edits.remove(edits.detach_sound(t, clip="clip-1"), clips=["clip-1"], alone=True),
        lambda t: edits.set_track(t, track="V1", height=80),
        lambda t: edits.set_marker(t, marker="marker-1", note="Cut here"),
        lambda t: edits.set_marker(t, marker="marker-1", color="#ffcc00"),
    ],
)
def test_what_an_older_reader_would_drop_it_refuses(
    edit: Callable[[Timeline], Timeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = rich(), edit(rich())
    assert version_of(before) == 1
    assert version_of(after) == version_after(after, diff(before, after)) == 2
    assert from_json(to_json(after)) == after
    assert to_json(from_json(to_json(after))) == to_json(after)
    monkeypatch.setattr(serial, "SCHEMA_VERSION", 1)  # an older reader
    assert from_json(to_json(before)) == before
    with pytest.raises(SchemaError, match="newer version"):
        from_json(to_json(after))


def test_a_link_holds_at_least_two_clips() -> None:
    with pytest.raises(SchemaError, match="clip-2 is alone in link-1"):
        from_builtins(with_clip(link="link-1"))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"x"', b"\xff\xfe", '{"clips": NaN}', "[" * 100_000])
def test_what_is_not_a_timeline_is_refused(text: str | bytes) -> None:
    with pytest.raises(SchemaError):
        from_json(text)


def with_clip(**fields: Any) -> dict[str, Any]:
    state = to_builtins(scene(V1="1111.222", V2="333"))
    state["clips"][1].update(fields)
    return state


@pytest.mark.parametrize(
    "state",
    [
        with_clip(startFrame=3),  # inside clip-1
        with_clip(startFrame=-1),
        with_clip(startFrame=2**31),
        with_clip(startFrame=5.5),
        with_clip(startFrame="5"),
        with_clip(durationFrames=0, trimEndFrame=50),
        with_clip(durationFrames=4),  # shows 3
        with_clip(trimStartFrame=-1, trimEndFrame=2),
        with_clip(trimStartFrame=98, trimEndFrame=101),  # of 100
        with_clip(trackIndex=4),
        with_clip(trackIndex=2, source={"type": "media_file", "mediaFileId": "x", "frames": 100, "hasAudio": False}),
        with_clip(source={"type": "hologram"}),
        with_clip(source={"type": "media_file"}),
        with_clip(audio={"fadeInFrames": 4}),
        with_clip(transform={"scale": "big"}),
    ],
)
def test_a_broken_clip_is_refused_by_name(state: dict[str, Any]) -> None:
    with pytest.raises(SchemaError, match="clip-2"):
        from_builtins(state)


def test_ids_and_tracks_are_what_they_should_be() -> None:
    doubled = with_clip(id="clip-1")
    with pytest.raises(SchemaError, match="clip-1 is there twice"):
        from_builtins(doubled)
    misnamed = with_clip()
    misnamed["tracks"][0]["id"] = "A9"
    with pytest.raises(SchemaError, match="A9"):
        from_builtins(misnamed)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"durationFrames": 21}, "20 fit"),
        ({"leftClipId": "clip-9"}, "not both there"),
        ({"rightClipId": "clip-1", "leftClipId": "clip-2"}, "do not touch"),
    ],
)
def test_a_broken_transition_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    state = to_builtins(edits.transition(scene(V1="1" * 20 + "2" * 10), left="clip-1", duration=8))
    state["transitions"][0].update(change)
    with pytest.raises(SchemaError, match=f"transition-1 .*{message}"):
        from_builtins(state)


@pytest.mark.parametrize("rate", ["0", "-30", "x", "30/0", "1001", ""])
def test_a_rate_is_a_sensible_fraction(rate: str) -> None:
    with pytest.raises(SchemaError, match="rate"):
        from_builtins({**to_builtins(Timeline()), "rate": rate})


def test_disorder_is_put_in_order_and_counters_go_beyond_what_is_there() -> None:
    state = to_builtins(scene(V1="11.22", V2="33"))
    state["clips"].reverse()
    del state["nextIds"]
    assert from_builtins(state) == scene(V1="11.22", V2="33")


# --- the earlier web studio ------------------------------------------------------------------------------------------

LEGACY = {
    "clips": [
        {
            "id": "clip-7",
            "name": "intro.mp4",
            "trackIndex": 0,
            "startFrame": 0,
            "durationFrames": 90,
            "trimStartFrame": 10,
            "trimEndFrame": 100,
            "thumbnailUrl": "https://cdn.example.org/intro.jpg",
            "source": {"type": "media_file", "mediaFileId": "m-1", "url": "https://cdn.example.org/intro.mp4"},
        },
        {
            "id": "take",
            "name": "Screen",
            "trackIndex": 0,
            "startFrame": 90,
            "durationFrames": 60.4,
            "trimStartFrame": 0,
            "trimEndFrame": 60,
            "source": {"type": "recording", "recordingId": "r-1"},
        },
        {
            "id": "c3",
            "name": "Me",
            "trackIndex": 1,
            "startFrame": 20,
            "durationFrames": 30,
            "trimStartFrame": 0,
            "trimEndFrame": 0,
            "source": {"type": "camera", "deviceId": "cam", "resolution": "720p"},
        },
        {
            "id": "c4",
            "name": "Welcome",
            "trackIndex": 2,
            "startFrame": 0,
            "durationFrames": 45,
            "trimStartFrame": 0,
            "trimEndFrame": 45,
            "source": {"type": "title", "content": "Welcome all", "font": "Arial"},
        },
    ],
    "tracks": [{"id": "t-1", "name": "Main", "type": "video"}, {"id": "t-2"}],
    "totalFrames": 150,
}


def test_a_state_of_the_earlier_web_studio_loads() -> None:
    t = from_json(json.dumps(LEGACY))
    assert t.total_frames == 150
    assert [(track.id, track.name) for track in t.tracks] == [("V1", "Main"), ("V2", ""), ("V3", ""), ("A1", "")]
    assert [(clip.id, clip.start_frame, clip.end_frame) for clip in t.clips] == [
        ("clip-7", 0, 90),
        ("take", 90, 150),
        ("c3", 20, 50),
        ("c4", 0, 45),
    ]
    assert (t.clips[0].trim_start_frame, t.clips[0].trim_end_frame) == (10, 100)
    assert t.clips[0].thumbnail_url == "https://cdn.example.org/intro.jpg"
    assert (t.clips[2].trim_start_frame, t.clips[2].trim_end_frame) == (0, 30)
    assert t.clips[3].source == TitleSource(text="Welcome all")
    assert from_json(to_json(t)) == t


def test_editing_it_counts_beyond_its_ids() -> None:
    t = edits.split(from_builtins(LEGACY), at=30, track="V1")
    assert "clip-8" in t.clip_by_id


def test_sound_in_it_gets_an_audio_track() -> None:
    state: dict[str, Any] = json.loads(json.dumps(LEGACY))
    state["clips"][2]["source"] = {"type": "media_file", "mediaFileId": "m-2", "kind": "audio"}
    t = from_builtins(state)
    assert [track.id for track in t.tracks] == ["V1", "A1", "V2"]
    assert t.clip_by_id["c3"].track_index == 1


def test_a_file_on_a_sound_track_of_it_is_sound() -> None:
    state: dict[str, Any] = json.loads(json.dumps(LEGACY))
    state["tracks"][1]["type"] = "audio"
    state["clips"][2]["source"] = {"type": "media_file", "mediaFileId": "m-2"}
    t = from_builtins(state)
    assert [track.id for track in t.tracks] == ["V1", "A1", "V2"]
    assert t.clip_by_id["c3"].source == MediaFileSource(media_file_id="m-2", kind="audio")


def test_an_empty_one_loads_as_an_empty_timeline() -> None:
    assert from_builtins({"clips": [], "tracks": [], "totalFrames": 0}).clips == ()
    assert from_builtins({}).total_frames == 0


@pytest.mark.parametrize(
    "break_it",
    [
        lambda clip: clip.pop("source"),
        lambda clip: clip.update(source={"type": "hologram"}),
        lambda clip: clip.update(durationFrames=None),
        lambda clip: clip.update(startFrame=float("nan")),
        lambda clip: clip.update(trackIndex=10**9),
        lambda clip: clip.update(startFrame=85),
    ],
)
def test_what_cannot_be_read_in_it_is_named(break_it: Callable[[dict[str, Any]], Any]) -> None:
    state: dict[str, Any] = json.loads(json.dumps(LEGACY))
    break_it(state["clips"][1])
    with pytest.raises(SchemaError, match="take"):
        from_builtins(state)


@pytest.mark.parametrize("state", [{"clips": {}}, {"clips": ["x"]}, {"tracks": 3}])
def test_a_shape_that_nobody_wrote_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        from_builtins(state)


def test_what_is_as_usual_again_is_written_as_if_it_had_never_been_changed() -> None:
    t = scene(V1="11111")
    clip = {"clip": "clip-1"}
    back = edits.set_transform(edits.set_transform(t, **clip, scale=0.5, x=0.25), **clip, scale=1, x=0)
    back = edits.set_audio(edits.set_audio(back, **clip, gain_db=-6, fade_in=2), **clip, gain_db=0, fade_in=0)
    back = edits.stretch(edits.stretch(back, **clip, duration=2), **clip, duration=5)
    assert back == t
    assert back.to_json() == t.to_json()
    half = edits.set_transform(t, **clip, opacity=0.5, scale=1)
    assert '"transform":{"opacity":0.5}' in half.to_json()
