"""One rule: too much is refused with the most that can be done; looks are shortened to what there is."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.commands import run
from studio_widgets.engine.timeline.edits.joins import MIN_TRANSITION
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import media

MOST = re.compile(r"Use (start|end|by)=([+-]?\d+) at most")
WAYS = [(op, end) for op in ("trim", "ripple", "roll") for end in ("start", "end")] + [("slip", "by"), ("slide", "by")]


@st.composite
def scenes(draw: st.DrawFn) -> Timeline:
    """Pieces of a talk in a row with gaps among them, some with their sound below, some of these trimmed on their own."""
    t = edits.add(Timeline(), source=media("talk", 60), name="talk", at=draw(st.integers(0, 4)), trim=(6, 54))
    for cut in draw(st.sets(st.integers(1, 45), max_size=4)):
        under = [clip for clip in t.clips if clip.start_frame < cut < clip.end_frame]
        t = edits.split(t, at=cut) if under else t
    for clip in list(t.clips):
        if draw(st.booleans()):
            t = edits.detach_sound(t, clip=clip.id, track="A1")
    for clip in list(t.clips):
        if clip.duration_frames > 3 and draw(st.booleans()):
            with contextlib.suppress(EditError):  # of a linked piece that is too short by now
                t = edits.trim(t, clip=clip.id, end=-draw(st.integers(1, 2)), alone=draw(st.booleans()))
    return t


def attempt(t: Timeline, op: str, args: dict[str, Any]) -> EditError | None:
    try:
        run(t, op, args)
    except EditError as error:
        return error
    return None


@settings(max_examples=150, deadline=None)
@given(t=scenes(), way=st.sampled_from(WAYS), clip=st.integers(0, 9), by=st.integers(-70, 70), alone=st.booleans())
def test_the_most_that_a_refusal_names_can_be_done_and_no_more(
    t: Timeline, way: tuple[str, str], clip: int, by: int, alone: bool
) -> None:
    op, end = way
    args: dict[str, Any] = {"clip": t.clips[clip % len(t.clips)].id, "alone": alone}
    asked = by
    while refusal := attempt(t, op, {**args, end: asked}):
        most = MOST.search(refusal.hint)
        if most is None:
            return  # there is no number that would do: no neighbour, no room for what follows
        assert most[1] == end
        assert abs(int(most[2])) < abs(asked)
        assert int(most[2]) * asked >= 0
        asked = int(most[2])
    if asked != by:
        assert attempt(t, op, {**args, end: asked + (1 if by > 0 else -1)}) is not None


@settings(max_examples=100, deadline=None)
@given(t=scenes(), clip=st.integers(0, 9), asked=st.integers(MIN_TRANSITION, 90))
def test_a_transition_is_as_long_as_asked_or_as_can_be(t: Timeline, clip: int, asked: int) -> None:
    left = t.clips[clip % len(t.clips)].id
    if attempt(t, "transition", {"left": left, "duration": asked}) is not None:
        return
    made = run(t, "transition", {"left": left, "duration": asked}).after.transitions[0]
    longest = run(t, "transition", {"left": left, "duration": 10_000}).after.transitions[0]
    assert made.duration_frames == min(asked, longest.duration_frames)
