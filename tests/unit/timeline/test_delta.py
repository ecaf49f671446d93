"""Changes as values."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_widgets.engine.timeline import edits, lanes
from studio_widgets.engine.timeline.delta import Delta, created, diff, patch
from studio_widgets.engine.timeline.model import Clip, Timeline
from studio_widgets.engine.timeline.serial import to_json
from tests.unit.timeline.parts import media, scene


def test_a_delta_holds_what_changed_and_nothing_else() -> None:
    before = scene(V1="1111.2222.33")
    after = edits.trim(before, clip="clip-2", end=-1)
    change = diff(before, after)
    assert change == Delta(upsert_clips=(after.clip_by_id["clip-2"],))
    assert msgspec.json.decode(msgspec.json.encode(change), type=Delta) == change


def test_a_removal_is_an_id() -> None:
    before = edits.transition(scene(V1="11112222"), left="clip-1", duration=2)
    change = diff(before, edits.remove(before, clips=["clip-2"]))
    assert (change.remove_clips, change.remove_transitions, change.upsert_clips) == (("clip-2",), ("transition-1",), ())


def test_no_change_is_false() -> None:
    t = scene(V1="11.22")
    again = scene(V1="11.22")  # equal, though not the same objects
    assert not diff(t, again)
    assert patch(t, diff(t, again)) is t


def test_tracks_come_and_go_as_a_whole_list() -> None:
    before = scene(V1="11")
    after = edits.move(before, clip="clip-1", track="V3")
    there, back = diff(before, after), diff(after, before)
    assert there.tracks is not None
    assert [track.id for track in there.tracks] == ["V1", "V2", "A1", "A2", "V3"]
    assert to_json(patch(after, back)) == to_json(before)


def test_settings_travel_too() -> None:
    after = msgspec.structs.replace(Timeline(), rate="25", width=640, height=360)
    assert patch(Timeline(), diff(Timeline(), after)) == after
    assert patch(after, diff(after, Timeline())) == Timeline()


def test_created_names_what_came_into_being_clips_first() -> None:
    t = scene(V1="1111", V2="2222")
    assert created(t, edits.split(t, at=2)) == ("clip-3", "clip-4")
    assert created(t, edits.marker(t, at=2, name="x")) == ("marker-1",)
    assert created(t, edits.caption(t, at=2, duration=3, text="x")) == ("caption-1",)
    assert created(t, edits.remove(t, clips=["clip-1"])) == ()
    split = edits.split(t, at=2, track="V1")
    assert created(split, edits.transition(split, left="clip-1", duration=2)) == ("transition-1",)


clips = st.dictionaries(
    st.tuples(st.integers(0, 1), st.integers(0, 400)), st.tuples(st.integers(1, 300), st.booleans()), max_size=200
)


def laid_out(drawn: dict[tuple[int, int], tuple[int, bool]]) -> Timeline:
    """A timeline of one-frame clips, at most one of each id."""
    by_id = {}
    for (track, start), (number, long) in drawn.items():
        end = 2 if long else 1
        by_id[f"clip-{number}"] = Clip(
            id=f"clip-{number}",
            name="x",
            track_index=track,
            start_frame=start * 2,
            duration_frames=end,
            trim_start_frame=0,
            trim_end_frame=end,
            source=media("x"),
        )
    return lanes.swap(Timeline(), new=by_id.values())


@settings(max_examples=60, deadline=None)
@given(a=clips, b=clips)
def test_any_timeline_can_be_made_of_any_other(
    a: dict[tuple[int, int], tuple[int, bool]], b: dict[tuple[int, int], tuple[int, bool]]
) -> None:
    before, after = laid_out(a), laid_out(b)
    patched = patch(before, diff(before, after))
    assert patched == after
    assert patched.clip_by_id == {clip.id: clip for clip in after.clips}
    assert patched.total_frames == max((clip.end_frame for clip in after.clips), default=0)


@pytest.mark.parametrize("many", [1, 64, 65, 500])
def test_few_and_many_changes_lay_clips_out_alike(many: int) -> None:
    t = laid_out({(0, at): (at + 1, False) for at in range(0, 1000, 2)})
    gone = t.clips[:many]
    after = edits.remove(t, clips=[clip.id for clip in reversed(gone)])
    assert after.clips == t.clips[many:]
    assert patch(after, diff(after, t)) == t
