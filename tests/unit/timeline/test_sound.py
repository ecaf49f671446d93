"""The sound of a video clip as a clip of its own, and back."""

from __future__ import annotations

import msgspec
import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import AudioSettings, Timeline
from tests.unit.timeline.parts import media, scene, shown, shows


def counted_as(t: Timeline, other: Timeline) -> Timeline:
    """`t` with the counters of another timeline."""
    return msgspec.structs.replace(t, next_ids=other.next_ids)


def test_detach_puts_the_sound_below_with_its_settings_and_mutes_the_picture() -> None:
    t = edits.set_audio(scene(V1="..1111"), clip="clip-1", gain_db=-6, fade_in=2, fade_out=1)
    t = edits.set_transform(t, clip="clip-1", scale=0.5)
    after = edits.detach_sound(t, clip="clip-1")
    picture, sound = after.clip_by_id["clip-1"], after.clip_by_id["clip-2"]
    assert shown(after, "A1") == "..2222"
    assert shows(after, "clip-2") == shows(after, "clip-1")
    assert sound.source == picture.source
    assert sound.audio == t.clip_by_id["clip-1"].audio
    assert picture.audio == AudioSettings(muted=True)
    assert (picture.transform.scale, sound.transform.scale) == (0.5, 1)
    assert picture.link == sound.link == "link-1"


def test_attach_is_the_way_back_from_either() -> None:
    t = edits.set_audio(scene(V1="1111"), clip="clip-1", gain_db=-6, fade_in=2)
    detached = edits.detach_sound(t, clip="clip-1")
    for named in ("clip-1", "clip-2"):
        assert counted_as(edits.attach_sound(detached, clip=named), t) == t


def test_the_lowest_free_audio_track_is_taken_and_made_where_there_is_none() -> None:
    t = scene(V1="1111", A1="..22", A2="3")
    assert shown(edits.detach_sound(t, clip="clip-1"), "A3") == "4444"
    assert shown(edits.detach_sound(t, clip="clip-1", track="A5"), "A5") == "4444"
    locked = edits.set_track(edits.set_track(scene(V1="11"), track="A1", locked=True), track="A2", locked=True)
    assert shown(edits.detach_sound(locked, clip="clip-1"), "A3") == "22"
    with pytest.raises(EditError, match="in the way"):
        edits.detach_sound(t, clip="clip-1", track="A1")
    with pytest.raises(EditError, match="V2 is a video track"):
        edits.detach_sound(t, clip="clip-1", track="V2")


def test_what_has_no_sound_to_detach_says_so() -> None:
    t = edits.title(scene(V1="1111", A1="22"), text="Hello", at=0, duration=2)
    t = edits.add(t, source=media("mute.mp4", has_audio=False), name="mute", at=4, trim=(0, 3))
    for clip, why in (("clip-2", "a sound already"), ("clip-3", "no sound"), ("clip-4", "no sound")):
        with pytest.raises(EditError, match=why):
            edits.detach_sound(t, clip=clip)
    with pytest.raises(EditError, match="detached already"):
        edits.detach_sound(edits.detach_sound(t, clip="clip-1"), clip="clip-1")


def test_a_crossfade_goes_along_once_both_sounds_are_detached() -> None:
    t = edits.transition(scene(V1="1111112222222"), left="clip-1", duration=4)
    one = edits.detach_sound(t, clip="clip-1")
    assert len(one.transitions) == 1
    both = edits.detach_sound(one, clip="clip-2")
    assert [(tr.left_clip_id, tr.right_clip_id, tr.duration_frames) for tr in both.transitions] == [
        ("clip-1", "clip-2", 4),
        ("clip-3", "clip-4", 4),
    ]
    back = edits.attach_sound(edits.attach_sound(both, clip="clip-1"), clip="clip-2")
    assert counted_as(back, t) == t


def test_attach_refuses_what_would_change_what_is_heard() -> None:
    t = edits.detach_sound(scene(V1="1111", A1="......333", V2="2"), clip="clip-1")
    for apart in (
        edits.move(t, clip="clip-4", to=2, alone=True),
        edits.slip(t, clip="clip-4", by=1, alone=True),
        edits.trim(t, clip="clip-4", end=-1, alone=True),
    ):
        with pytest.raises(EditError, match="no longer shows the frames"):
            edits.attach_sound(apart, clip="clip-1")
    with pytest.raises(EditError, match="its own sound on"):
        edits.attach_sound(edits.set_audio(t, clip="clip-1", muted=False), clip="clip-1")
    with pytest.raises(EditError, match="linked with no picture"):
        edits.attach_sound(t, clip="clip-3")


def test_a_detached_sound_moves_among_audio_tracks_only() -> None:
    t = edits.detach_sound(scene(V1="1111"), clip="clip-1")
    assert shown(edits.move(t, clip="clip-2", track="A2"), "A2") == "2222"
    with pytest.raises(EditError, match="V2 is a video track"):
        edits.move(t, clip="clip-2", track="V2", alone=True)
    with pytest.raises(EditError, match="no picture"):
        edits.set_transform(t, clip="clip-2", scale=2)
    assert edits.set_audio(t, clip="clip-2", gain_db=3).clip_by_id["clip-2"].audio.gain_db == 3


def test_a_detached_sound_is_relinked_to_what_sounds_only() -> None:
    t = edits.detach_sound(scene(V1="1111"), clip="clip-1")
    source = t.clip_by_id["clip-1"].source
    for other, fits in ((media("new.mp4"), True), (media("mute.mp4", has_audio=False), False)):
        if fits:
            assert edits.relink(t, source_from=source, source_to=other).clip_by_id["clip-2"].source == other
        else:
            with pytest.raises(EditError, match=r"clip-2.* is on A1"):
                edits.relink(t, source_from=source, source_to=other)
