"""What holds of a project whatever is done to it: the ground of the state machines in `test_machine.py`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.delta import diff, patch
from studio_widgets.engine.timeline.history import History
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.model import Timeline, source_key
from studio_widgets.engine.timeline.serial import from_json, to_json
from tests.unit.timeline.parts import MemoryProject, media

SHELF = {
    "short.mp4": media("short.mp4", 12),
    "long.mp4": media("long.mp4", 60),
    "chart.png": media("chart.png", None, "image", has_audio=False),
    "voice.wav": media("voice.wav", 40, "audio"),
}
names = st.sampled_from(sorted(SHELF))
frames = st.integers(-3, 70)
lengths = st.integers(0, 30)
offsets = st.integers(-8, 8)
tracks = st.sampled_from([None, "V1", "V1", "V2", "V3", "A1", "A2", "B1"])
texts = st.sampled_from(["Hello", "Käse \U0001f9c0", "two\nlines", ' "quoted" \\ ', ""])
maybe = st.none() | st.booleans()
alone = st.sampled_from([False, False, True])
points = st.none() | st.integers(-2, 40)


def has_clips(machine: Machine) -> bool:
    return bool(machine.project.timeline.clips)


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.project = MemoryProject(SHELF)
        self.edit = self.project.handle

    def attempt(self, edit: Any, *args: Any, **kwargs: Any) -> None:
        """An edit either happens or is refused without a trace."""
        before, rows = self.project.timeline, self.project.rev
        refused = None
        try:
            edit(*args, **kwargs)
        except EditError as error:
            refused = error
        if refused is not None:
            assert "broken timeline" not in refused.message  # the net below the edits has caught one that went wrong
            assert self.project.timeline is before
            assert self.project.rev == rows
        elif self.project.rev > rows:
            entry, after = self.project.journal[-1], self.project.timeline
            assert patch(before, entry.forward) == after
            assert to_json(patch(after, entry.backward)) == to_json(before)
            assert entry.backward == diff(after, before)
            if edit not in (self.edit.undo, self.edit.redo, self.edit.clear, self.project.restore):
                unlocks = edit == self.edit.set_track
                self.locked_tracks_keep_their_clips(before, after, unlocks or edit == self.edit.relink)
                if not kwargs.get("alone") and edit != self.edit.update:
                    self.linked_clips_stay_in_step(before, after)

    @staticmethod
    def locked_tracks_keep_their_clips(before: Timeline, after: Timeline, allowed: bool) -> None:
        """But for the id of a link that dissolves when its other clips go, and the index of the track."""
        for clip in before.clips:
            if before.tracks[clip.track_index].locked and not allowed:
                now = after.clip_by_id[clip.id]
                kept = msgspec.structs.replace(now, link=clip.link, track_index=clip.track_index)
                assert kept == clip
                assert now.link in (clip.link, None)

    @staticmethod
    def linked_clips_stay_in_step(before: Timeline, after: Timeline) -> None:
        """What shows one source in step and is linked does so after an edit that is not `alone`."""
        for ids in before.clips_by_link.values():
            offsets: dict[Any, int] = {}
            for clip_id in sorted(ids & after.clip_by_id.keys()):
                old, new = before.clip_by_id[clip_id], after.clip_by_id[clip_id]
                step = old.start_frame - old.trim_start_frame
                by = new.start_frame - new.trim_start_frame - step
                if new.link is not None and new.source == old.source:
                    assert offsets.setdefault((source_key(old.source), step, new.link), by) == by

    def pick(self, index: int) -> str:
        clips = self.project.timeline.clips
        return clips[index % len(clips)].id if clips else "clip-1"

    @invariant()
    def is_sound(self) -> None:
        t = self.project.timeline
        assert list(problems(t)) == []
        assert t.total_frames == max((clip.end_frame for clip in t.clips), default=0)

    @invariant()
    def transitions_lie_inside_handles_and_clips(self) -> None:
        t = self.project.timeline
        covered: list[tuple[int, int, int]] = []
        for tr in t.transitions:
            left, right = t.clip_by_id[tr.left_clip_id], t.clip_by_id[tr.right_clip_id]
            before, after = tr.duration_frames // 2, tr.duration_frames - tr.duration_frames // 2
            cut = left.end_frame
            assert (left.track_index, cut) == (right.track_index, right.start_frame)
            assert tr.kind == "dip" or left.tail_handle is None or after <= left.tail_handle
            assert tr.kind == "dip" or right.head_handle is None or before <= right.head_handle
            assert left.start_frame <= cut - before < cut + after <= right.end_frame
            covered.append((left.track_index, cut - before, cut + after))
        for first, second in pairwise(sorted(covered)):
            assert first[0] != second[0] or first[2] <= second[1]

    @invariant()
    def survives_json(self) -> None:
        t = self.project.timeline
        text = to_json(t)
        again = from_json(text)
        assert again == t
        assert to_json(again) == text
        # The indexes that were handed on agree with those of a timeline that was just read.
        assert t.clip_by_id == again.clip_by_id
        assert t.clips_by_link == again.clips_by_link
        assert t.track_index_by_id == again.track_index_by_id
        assert t.transitions_by_clip == again.transitions_by_clip
        assert t.total_frames == again.total_frames

    def teardown(self) -> None:
        project = self.project
        replayed = MemoryProject(SHELF)
        for line in project.echo():
            exec(line, {"timeline": replayed.handle})
        assert to_json(replayed.timeline) == to_json(project.timeline)
        assert replayed.echo() == project.echo()

        rows = msgspec.json.decode(msgspec.json.encode(project.journal), type=list[Entry])
        t = Timeline()
        for row in rows:
            t = patch(t, row.forward)
        assert to_json(t) == to_json(project.timeline)
        history = History(rows)
        assert history.echo() == project.history.echo()
        assert history.echo_length == len(history.echo())
        assert (history.undo_label, history.redo_label) == (project.history.undo_label, project.history.redo_label)

        while project.history.undo_label:
            project.undo()
        assert project.timeline == Timeline()
