"""The edits that move frames about, held to what they do to a plain list of pictures: one item a frame of the track."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.model import Clip, Timeline
from tests.unit.timeline.parts import media

Picture = list[tuple[str, int] | None]
FRAMES = 12  # of each source


@st.composite
def lanes_of_clips(draw: st.DrawFn) -> Timeline:
    """Two to five short clips on V1, with and without gaps and handles."""
    t = Timeline()
    for number in range(draw(st.integers(2, 5))):
        first = draw(st.integers(0, 5))
        length = draw(st.integers(1, 6))
        at = t.total_frames + draw(st.sampled_from([0, 0, 0, 1, 3]))
        t = edits.add(t, source=media(f"m{number}", FRAMES), name="m", at=at, trim=(first, first + length))
    return t


def pictures(t: Timeline) -> Picture:
    """What each frame of V1 shows: the source and the frame in it; None in gaps."""
    row: Picture = [None] * t.total_frames
    for clip in t.clips:
        row[clip.start_frame : clip.end_frame] = frames_of(clip, clip.trim_start_frame, clip.trim_end_frame)
    return row


def frames_of(clip: Clip, first: int, end: int) -> Picture:
    return [(clip.source.media_file_id, n) for n in range(first, end)]  # type: ignore[union-attr]


def done(t: Timeline, edit: Any, **args: Any) -> Picture | None:
    """The pictures after an edit; None when it is refused."""
    try:
        after = edit(t, **args)
    except EditError:
        return None
    assert list(problems(after)) == []
    return pictures(after)


def without_tail(row: Picture) -> Picture:
    while row and row[-1] is None:
        row = row[:-1]
    return row


def has(first: int, end: int) -> bool:
    return 0 <= first < end <= FRAMES


clips = st.integers(0, 99)
offsets = st.integers(-5, 5)


@pytest.mark.parametrize("edit", [edits.insert, edits.overwrite])
@given(t=lanes_of_clips(), at=st.integers(0, 30), length=st.integers(1, 9))
def test_insert_and_overwrite(edit: Any, t: Timeline, at: int, length: int) -> None:
    row = pictures(t)
    row += [None] * (at - len(row))
    new: Picture = [("new", n) for n in range(length)]
    row[at : at if edit is edits.insert else at + length] = new
    assert done(t, edit, source=media("new", FRAMES), name="new", at=at, trim=(0, length)) == row


@given(t=lanes_of_clips(), chosen=st.sets(clips, min_size=1, max_size=3))
def test_lift_and_extract(t: Timeline, chosen: set[int]) -> None:
    gone = {t.clips[n % len(t.clips)].id for n in chosen}
    row = pictures(t)
    for clip in t.clips:
        if clip.id in gone:
            row[clip.start_frame : clip.end_frame] = [None] * clip.duration_frames
    assert done(t, edits.lift, clips=sorted(gone)) == without_tail(row)
    row = pictures(t)
    for clip in reversed(t.clips):
        if clip.id in gone:
            del row[clip.start_frame : clip.end_frame]
    assert done(t, edits.extract, clips=sorted(gone)) == without_tail(row)


@given(t=lanes_of_clips(), at=st.integers(0, 30))
def test_close_gap(t: Timeline, at: int) -> None:
    row = pictures(t)
    expected = None
    if at < len(row) and row[at] is None:
        first = end = at
        while first > 0 and row[first - 1] is None:
            first -= 1
        while row[end] is None:
            end += 1
        expected = row[:first] + row[end:]
    assert done(t, edits.close_gap, at=at, track="V1") == expected


@given(t=lanes_of_clips(), chosen=clips)
def test_duplicate(t: Timeline, chosen: int) -> None:
    clip = t.clips[chosen % len(t.clips)]
    row = pictures(t)
    row[clip.end_frame : clip.end_frame] = row[clip.start_frame : clip.end_frame]
    assert done(t, edits.duplicate, clip=clip.id) == row


@given(t=lanes_of_clips(), chosen=clips, start=offsets, end=offsets)
def test_ripple(t: Timeline, chosen: int, start: int, end: int) -> None:
    clip = t.clips[chosen % len(t.clips)]
    first, last = clip.trim_start_frame + start, clip.trim_end_frame + end
    row = pictures(t)
    row[clip.start_frame : clip.end_frame] = frames_of(clip, first, last)
    assert done(t, edits.ripple, clip=clip.id, start=start, end=end) == (row if has(first, last) else None)


@given(t=lanes_of_clips(), chosen=clips, by=offsets)
def test_slip(t: Timeline, chosen: int, by: int) -> None:
    clip = t.clips[chosen % len(t.clips)]
    first, last = clip.trim_start_frame + by, clip.trim_end_frame + by
    row = pictures(t)
    row[clip.start_frame : clip.end_frame] = frames_of(clip, first, last)
    assert done(t, edits.slip, clip=clip.id, by=by) == (row if has(first, last) else None)


@given(t=lanes_of_clips(), chosen=clips, by=offsets, by_the_head=st.booleans())
def test_roll(t: Timeline, chosen: int, by: int, by_the_head: bool) -> None:
    place = chosen % (len(t.clips) - 1)
    left, right = t.clips[place : place + 2]
    row = pictures(t)
    if left.end_frame == right.start_frame:
        ends = (left.trim_start_frame, left.trim_end_frame + by), (right.trim_start_frame + by, right.trim_end_frame)
        possible = has(*ends[0]) and has(*ends[1])
        row[left.start_frame : right.end_frame] = frames_of(left, *ends[0]) + frames_of(right, *ends[1])
    else:
        possible = by == 0
    args = {"clip": right.id, "start": by} if by_the_head else {"clip": left.id, "end": by}
    assert done(t, edits.roll, **args) == (row if possible else None)


@settings(max_examples=200)
@given(t=lanes_of_clips(), chosen=clips, by=offsets)
def test_slide(t: Timeline, chosen: int, by: int) -> None:
    place = chosen % len(t.clips)
    clip = t.clips[place]
    if not 0 < place < len(t.clips) - 1:
        assert done(t, edits.slide, clip=clip.id, by=by) is None
        return
    left, right = t.clips[place - 1], t.clips[place + 1]
    before, after = clip.start_frame - left.end_frame, right.start_frame - clip.end_frame
    left_by, right_by = (0 if before else by), (0 if after else by)  # a gap beside the clip gives or takes instead
    left_ends = left.trim_start_frame, left.trim_end_frame + left_by
    right_ends = right.trim_start_frame + right_by, right.trim_end_frame
    gaps = (before + by if before else 0), (after - by if after else 0)
    expected = None
    if has(*left_ends) and has(*right_ends) and min(gaps) >= 0:
        expected = pictures(t)
        expected[left.start_frame : right.end_frame] = [
            *frames_of(left, *left_ends),
            *[None] * gaps[0],
            *frames_of(clip, clip.trim_start_frame, clip.trim_end_frame),
            *[None] * gaps[1],
            *frames_of(right, *right_ends),
        ]
    assert done(t, edits.slide, clip=clip.id, by=by) == expected
