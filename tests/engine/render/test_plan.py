from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media import mezzanine
from studio_widgets.engine.render.plan import PRESETS, RenderPlan, cut_points, plan, settings_for, subdivide
from studio_widgets.engine.timeline.model import (
    AudioSettings,
    Timeline,
    Transform,
)
from tests.engine.render.scene import Scene


def planned(scene: Scene, **changes: object) -> RenderPlan:
    timeline = scene.timeline()
    return plan(timeline, scene.files, msgspec.structs.replace(settings_for(timeline), **changes))


def keys(scene: Scene, **changes: object) -> list[str]:
    return [segment.spec.key for segment in planned(scene, **changes).segments]


def ranges(scene: Scene) -> list[tuple[int, int]]:
    return [(segment.start, segment.start + segment.spec.frames) for segment in planned(scene).segments]


# --- where it is cut -----------------------------------------------------------------------------------------------


@given(length=st.integers(1, 3000), gop=st.integers(4, 70), times=st.integers(1, 4))
def test_pieces_cover_the_run_and_no_group_of_pictures_is_a_single_frame(length: int, gop: int, times: int) -> None:
    pieces = list(subdivide(7, 7 + length, gop * times, gop))
    assert pieces[0][0] == 7
    assert pieces[-1][1] == 7 + length
    assert all(left[1] == right[0] for left, right in pairwise(pieces))
    assert all(end - start <= gop * times + 1 for start, end in pieces)
    if length > 1:
        # the next piece begins with an IDR of the same id: two in a row are not allowed
        assert all((end - start) % gop != 1 for start, end in pieces)


def test_cuts_are_where_clips_and_transitions_begin_and_end(media: Path) -> None:
    scene = Scene()
    left = scene.add(media / "a.mp4", 0, 40)
    right = scene.add(media / "b.mp4", 40, 30, trim=10)
    scene.crossfade(left, right, 10)
    scene.title("over both", 20, 35)
    assert ranges(scene) == [(0, 20), (20, 35), (35, 45), (45, 55), (55, 70)]


def test_a_run_of_one_frame_joins_its_neighbour(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 10)
    scene.add(media / "b.mp4", 10, 1)
    scene.add(media / "a.mp4", 11, 10)
    scene.add(media / "b.mp4", 21, 1)
    assert ranges(scene) == [(0, 10), (10, 22)]


def test_a_timeline_of_one_frame_is_one_segment(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 1)
    assert ranges(scene) == [(0, 1)]


def test_cut_points_outside_the_timeline_do_not_count() -> None:
    assert cut_points([], 10) == [0, 10]


def test_ten_thousand_clips_are_planned_without_looking_at_each_pair(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 3)
    first = scene.clips[0]
    scene.clips = [
        msgspec.structs.replace(first, id=f"clip-{k}", start_frame=3 * k, track_index=k % 2) for k in range(10_000)
    ]
    result = planned(scene)
    assert len(result.segments) == 10_000
    assert len({segment.spec.key for segment in result.segments}) == 1


# --- what a key depends on -----------------------------------------------------------------------------------------


def test_a_key_does_not_contain_the_place(media: Path) -> None:
    here, there = Scene(), Scene()
    here.add(media / "a.mp4", 0, 30, trim=5)
    there.add(media / "b.mp4", 0, 17)
    there.add(media / "a.mp4", 17, 30, trim=5, track="V2")
    assert keys(there)[1:] == keys(here)


def change_trim(scene: Scene, clip: str) -> None:
    scene.clips[0] = msgspec.structs.replace(scene.clips[0], trim_start_frame=1)


def change_transform(scene: Scene, clip: str) -> None:
    scene.clips[0] = msgspec.structs.replace(scene.clips[0], transform=Transform(x=0.1))


def change_bytes(scene: Scene, clip: str) -> None:
    name, file = next(iter(scene.files.items()))
    scene.files[name] = msgspec.structs.replace(file, sha256="0" * 64)


def add_title(scene: Scene, clip: str) -> None:
    scene.title("x", 0, 30)


@pytest.mark.parametrize("change", [change_trim, change_transform, change_bytes, add_title])
def test_a_key_changes_with_what_is_seen(media: Path, change: Callable[[Scene, str], None]) -> None:
    scene = Scene()
    clip = scene.add(media / "a.mp4", 0, 30)
    before = keys(scene)
    change(scene, clip)
    assert keys(scene) != before


@pytest.mark.parametrize("setting", [{"crf": 21}, {"width": 320}, {"gop": 30}, {"preset": "fast"}])
def test_a_key_changes_with_the_settings(media: Path, setting: dict[str, object]) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 30)
    assert keys(scene, **setting) != keys(scene)


def test_names_sound_and_where_a_file_lies_do_not_change_a_picture_key(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 30)
    before = keys(scene)
    name, file = next(iter(scene.files.items()))
    scene.files[name] = msgspec.structs.replace(file, path="/elsewhere", proxy="/proxy")
    scene.clips[0] = msgspec.structs.replace(
        scene.clips[0], name="renamed", audio=AudioSettings(gain_db=-6), thumbnail_url="x"
    )
    assert keys(scene) == before


def test_what_lies_wholly_behind_an_opaque_clip_is_not_in_the_key(media: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 30, track="V2")
    before = planned(scene).segments
    scene.add(media / "b.mp4", 0, 30, track="V1")
    assert [segment.spec.key for segment in planned(scene).segments] == [segment.spec.key for segment in before]
    scene.clips[0] = msgspec.structs.replace(scene.clips[0], transform=Transform(opacity=0.9))
    assert len(planned(scene).segments[0].spec.layers) == 2


def test_every_piece_of_a_long_transition_knows_how_far_it_is(media: Path) -> None:
    scene = Scene()
    left = scene.add(media / "still.png", 0, 400)
    right = scene.add(media / "a.mp4", 400, 400)
    scene.crossfade(left, right, 300)
    found = planned(scene).segments
    fading = [segment.spec for segment in found if any(layer.fade_frames for layer in segment.spec.layers)]
    assert [spec.layers[1].fade_start for spec in fading] == [0, -120, -240]
    assert len({spec.key for spec in fading}) == 3


def test_stills_get_long_groups_of_pictures(media: Path) -> None:
    scene = Scene()
    scene.add(media / "still.png", 0, 300)
    scene.add(media / "a.mp4", 300, 60)
    assert [segment.spec.encoding.gop for segment in planned(scene).segments] == [120, 120, 120, 60]


# --- sound ---------------------------------------------------------------------------------------------------------


def sound_keys(scene: Scene) -> list[str]:
    return [chunk.key for chunk in planned(scene).audio]


def test_a_change_of_sound_changes_only_the_chunks_that_hear_it(media: Path) -> None:
    scene = Scene()
    scene.add(media / "still.png", 0, 600)
    scene.add(media / "clicks.wav", 280, 50, track="A1")
    before = sound_keys(scene)
    assert len(before) == 5
    scene.clips[1] = msgspec.structs.replace(scene.clips[1], audio=AudioSettings(gain_db=-3))
    changed = [left != right for left, right in zip(before, sound_keys(scene), strict=True)]
    assert changed == [False, False, True, False, False]


def test_a_fade_that_is_over_does_not_change_later_chunks(media: Path) -> None:
    scene = Scene()
    scene.add(media / "clicks.wav", 0, 600, track="A1")
    before = sound_keys(scene)
    scene.clips[0] = msgspec.structs.replace(scene.clips[0], audio=AudioSettings(fade_in_frames=30))
    assert [left != right for left, right in zip(before, sound_keys(scene), strict=True)] == [True, *[False] * 4]


# --- settings ------------------------------------------------------------------------------------------------------


def test_settings_follow_the_timeline_or_a_preset() -> None:
    timeline = Timeline(width=1001, height=563, rate="25")
    own = settings_for(timeline)
    assert (own.width, own.height, own.rate) == (1000, 564, "25")
    assert (settings_for(timeline, "720p").width, settings_for(timeline, "720p").height) == (1280, 720)
    assert all(settings_for(timeline, name).width % 2 == 0 for name in PRESETS)
    with pytest.raises(RenderError, match=r'"8k".*Choose one of'):
        settings_for(timeline, "8k")


def test_presets_for_lectures() -> None:
    """A voice needs fewer bits than music, and its loudness; the pictures are as mezzanines have them."""
    timeline = Timeline(width=1920, height=1080, rate="30")
    plain, large, small = (settings_for(timeline, name) for name in ("1080p", "lecture 1080p", "lecture 720p"))
    assert (large.width, large.height) == (1920, 1080)
    assert (small.width, small.height) == (1280, 720)
    for settings in (large, small):
        assert (settings.crf, settings.gop) == (plain.crf, plain.gop) == (mezzanine.CRF, mezzanine.GOP)
        assert settings.audio_bitrate < plain.audio_bitrate
        assert (settings.loudness, plain.loudness) == (-16, None)
