"""Whatever one does to a timeline, in whatever order, it stays sound and every way back and forth leads home."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.delta import diff, patch
from studio_widgets.engine.timeline.history import History
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.lanes import clip_at
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


def has_clips(machine: Editing) -> bool:
    return bool(machine.project.timeline.clips)


class Editing(RuleBasedStateMachine):
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

    @rule(name=names, track=tracks, at=st.none() | frames, first=lengths, length=lengths, whole=st.booleans())
    def add(self, name: str, track: str | None, at: int | None, first: int, length: int, whole: bool) -> None:
        trim = None if whole else (first, first + length)
        self.attempt(self.edit.add, name, track=track, at=at, trim=trim)

    @rule(name=names, track=tracks, length=lengths)
    def append(self, name: str, track: str | None, length: int) -> None:
        self.attempt(self.edit.add, name, track=track, duration=length)

    @rule(text=texts, at=st.none() | frames, length=lengths, track=tracks, bold=st.booleans())
    def title(self, text: str, at: int | None, length: int, track: str | None, bold: bool) -> None:
        self.attempt(self.edit.title, text, at, length, track, {"bold": bold, "size": 0.25})

    @precondition(has_clips)
    @rule(clip=lengths, to=st.none() | frames, track=tracks, alone=alone)
    def move(self, clip: int, to: int | None, track: str | None, alone: bool) -> None:
        self.attempt(self.edit.move, self.pick(clip), to, track, alone=alone)

    @precondition(has_clips)
    @rule(clip=lengths, start=offsets, end=offsets, alone=alone)
    def trim(self, clip: int, start: int, end: int, alone: bool) -> None:
        self.attempt(self.edit.trim, self.pick(clip), start, end, alone=alone)

    @rule(name=names, track=tracks, at=st.none() | frames, first=lengths, length=lengths, push=st.booleans())
    def put(self, name: str, track: str | None, at: int | None, first: int, length: int, push: bool) -> None:
        edit = self.edit.insert if push else self.edit.overwrite
        self.attempt(edit, name, track=track, at=at, trim=(first, first + length))

    @precondition(has_clips)
    @rule(clip=lengths, to=st.none() | frames, track=st.none() | tracks, alone=alone)
    def duplicate(self, clip: int, to: int | None, track: str | None, alone: bool) -> None:
        self.attempt(self.edit.duplicate, self.pick(clip), to, track, alone=alone)

    @precondition(has_clips)
    @rule(clip=lengths, start=offsets, end=offsets, alone=alone)
    def ripple(self, clip: int, start: int, end: int, alone: bool) -> None:
        self.attempt(self.edit.ripple, self.pick(clip), start, end, alone=alone)

    @precondition(has_clips)
    @rule(clip=lengths, start=st.just(0) | offsets, end=st.just(0) | offsets, alone=alone)
    def roll(self, clip: int, start: int, end: int, alone: bool) -> None:
        self.attempt(self.edit.roll, self.pick(clip), start, end, alone=alone)

    @precondition(has_clips)
    @rule(clip=lengths, by=offsets, place=st.booleans(), alone=alone)
    def slip_or_slide(self, clip: int, by: int, place: bool, alone: bool) -> None:
        self.attempt(self.edit.slide if place else self.edit.slip, self.pick(clip), by, alone=alone)

    @precondition(has_clips)
    @rule(clips=st.lists(lengths, max_size=3), close=st.booleans(), alone=alone)
    def take_out(self, clips: list[int], close: bool, alone: bool) -> None:
        edit = self.edit.extract if close else self.edit.lift
        self.attempt(edit, [self.pick(clip) for clip in clips], alone=alone)

    @rule(at=frames, track=tracks, alone=alone)
    def close_gap(self, at: int, track: str | None, alone: bool) -> None:
        self.attempt(self.edit.close_gap, at, track or "V1", alone=alone)

    @precondition(has_clips)
    @rule(clips=st.lists(lengths, min_size=1, max_size=3))
    def link(self, clips: list[int]) -> None:
        self.attempt(self.edit.link, [self.pick(clip) for clip in clips])

    @precondition(lambda self: self.project.timeline.clips_by_link)
    @rule(clip=lengths, alone=alone)
    def unlink(self, clip: int, alone: bool) -> None:
        self.attempt(self.edit.unlink, self.pick(clip), alone=alone)

    @precondition(has_clips)
    @rule(clip=lengths, track=st.sampled_from([None, None, "A1", "A3", "V1"]))
    def detach_sound(self, clip: int, track: str | None) -> None:
        self.attempt(self.edit.detach_sound, self.pick(clip), track)

    @precondition(lambda self: self.project.timeline.clips_by_link)
    @rule(clip=lengths)
    def attach_sound(self, clip: int) -> None:
        self.attempt(self.edit.attach_sound, self.pick(clip))

    @precondition(has_clips)
    @rule(cut=lengths, length=lengths)
    def a_scene_with_its_sound(self, cut: int, length: int) -> None:
        """Pictures in a row, each linked with its sound below, are rare by chance too."""
        self.attempt(self.edit.add, "long.mp4", track="V1", trim=(10, 20 + length))
        clip = self.project.timeline.clips[-1]
        if len(self.project.timeline.clips) < 20:
            self.attempt(self.edit.split, clip.start_frame + 1 + cut % clip.duration_frames, "V1")
            for found in self.project.timeline.clips:
                if self.project.timeline.tracks[found.track_index].id == "V1":
                    self.attempt(self.edit.detach_sound, found.id)

    @rule(
        name=names,
        track=tracks,
        source=st.tuples(points, points),
        place=st.tuples(points, points),
        push=st.booleans(),
    )
    def place(
        self,
        name: str,
        track: str | None,
        source: tuple[int | None, int | None],
        place: tuple[int | None, int | None],
        push: bool,
    ) -> None:
        given = dict(zip(("source_in", "source_out", "timeline_in", "timeline_out"), (*source, *place), strict=True))
        self.attempt(self.edit.place, name, track, mode="insert" if push else "overwrite", **given)

    @rule(kind=st.sampled_from(["video", "audio"]), name=st.none() | texts, at=st.none() | st.integers(0, 5))
    def add_track(self, kind: Any, name: str | None, at: int | None) -> None:
        if len(self.project.timeline.tracks) < 9:
            self.attempt(self.edit.add_track, kind, name=name, at=at)

    @rule(track=tracks, with_clips=st.booleans())
    def remove_track(self, track: str | None, with_clips: bool) -> None:
        self.attempt(self.edit.remove_track, track or "V2", with_clips=with_clips)

    @rule(track=tracks, to=st.integers(0, 4))
    def move_track(self, track: str | None, to: int) -> None:
        self.attempt(self.edit.move_track, track or "V1", to)

    @precondition(has_clips)
    @rule(clip=lengths)
    def close_gap_before(self, clip: int) -> None:
        if found := self.project.timeline.clip_by_id.get(self.pick(clip)):
            track = self.project.timeline.tracks[found.track_index].id
            self.attempt(self.edit.close_gap, max(0, found.start_frame - 1), track)

    @precondition(has_clips)
    @rule(clip=lengths, first=lengths, second=lengths, cross=st.booleans(), slide=st.booleans(), by=offsets)
    def cut_twice_and_shift(self, clip: int, first: int, second: int, cross: bool, slide: bool, by: int) -> None:
        """Clips between two others that have handles are rare by chance too."""
        found = self.project.timeline.clip_by_id.get(self.pick(clip))
        if found is None or found.duration_frames < 3:
            return
        track = self.project.timeline.tracks[found.track_index].id
        cuts = sorted({found.start_frame + 1 + at % (found.duration_frames - 1) for at in (first, second)})
        for cut in cuts:
            self.attempt(self.edit.split, cut, track)
            if cross and (left := clip_at(self.project.timeline, found.track_index, cut - 1)):
                self.attempt(self.edit.transition, left.id, duration=4)
        if middle := clip_at(self.project.timeline, found.track_index, cuts[0]):
            self.attempt(self.edit.slide if slide else self.edit.roll, middle.id, by)

    @rule(at=frames, track=tracks)
    def split(self, at: int, track: str | None) -> None:
        self.attempt(self.edit.split, at, track)

    @precondition(has_clips)
    @rule(clip=lengths, offset=lengths, one=st.booleans(), alone=alone)
    def split_inside(self, clip: int, offset: int, one: bool, alone: bool) -> None:
        if found := self.project.timeline.clip_by_id.get(self.pick(clip)):
            track = self.project.timeline.tracks[found.track_index].id if one else None
            self.attempt(self.edit.split, found.start_frame + offset % found.duration_frames, track, alone=alone)

    @precondition(has_clips)
    @rule(clips=st.lists(lengths, max_size=3), alone=alone)
    def remove(self, clips: list[int], alone: bool) -> None:
        self.attempt(self.edit.remove, [self.pick(clip) for clip in clips], alone=alone)

    @precondition(has_clips)
    @rule(clip=lengths, length=st.none() | lengths)
    def transition(self, clip: int, length: int | None) -> None:
        self.attempt(self.edit.transition, self.pick(clip), duration=length)

    @precondition(has_clips)
    @rule(clip=lengths, at=lengths, length=lengths)
    def cut_and_cross(self, clip: int, at: int, length: int) -> None:
        """Cuts with handles and transitions on them are rare by chance: make them common."""
        found = self.project.timeline.clip_by_id.get(self.pick(clip))
        if found is not None and found.duration_frames > 1:
            track = self.project.timeline.tracks[found.track_index].id
            self.attempt(self.edit.split, found.start_frame + 1 + at % (found.duration_frames - 1), track)
            self.attempt(self.edit.transition, found.id, duration=length)

    @precondition(lambda self: self.project.timeline.transitions)
    @rule(number=lengths, length=lengths, gone=st.booleans())
    def change_transition(self, number: int, length: int, gone: bool) -> None:
        if found := self.project.timeline.transitions:
            transition = found[number % len(found)]
            if gone:
                self.attempt(self.edit.remove_transition, transition)
            else:
                self.attempt(self.edit.set_transition, transition, length)

    @rule(at=frames, name=texts, chapter=st.booleans(), note=texts)
    def marker(self, at: int, name: str, chapter: bool, note: str) -> None:
        self.attempt(self.edit.marker, at, name, chapter=chapter, note=note)

    @rule(
        number=st.integers(1, 4),
        to=frames,
        name=st.none() | texts,
        chapter=maybe,
        color=st.sampled_from([None, "", "#FFCC00", "red"]),
    )
    def change_marker(self, number: int, to: int, name: str | None, chapter: bool | None, color: str | None) -> None:
        self.attempt(self.edit.move_marker, f"marker-{number}", to)
        self.attempt(self.edit.set_marker, f"marker-{number}", name=name, chapter=chapter, note=name, color=color)

    @rule(number=st.integers(1, 4))
    def remove_marker(self, number: int) -> None:
        self.attempt(self.edit.remove_marker, f"marker-{number}")

    @rule(text=texts, at=frames, length=lengths)
    def caption(self, text: str, at: int, length: int) -> None:
        self.attempt(self.edit.caption, text, at, length)

    @precondition(lambda self: self.project.timeline.captions)
    @rule(number=st.integers(1, 3), to=st.none() | frames, length=st.none() | lengths, text=texts)
    def change_caption(self, number: int, to: int | None, length: int | None, text: str) -> None:
        self.attempt(self.edit.move_caption, f"caption-{number}", to, length)
        self.attempt(self.edit.set_caption, f"caption-{number}", text)

    @rule(number=st.integers(1, 4))
    def remove_caption(self, number: int) -> None:
        self.attempt(self.edit.remove_caption, f"caption-{number}")

    @precondition(has_clips)
    @rule(clip=lengths, gain=st.none() | st.floats(-60, 30), muted=maybe, fade_in=offsets, fade_out=offsets)
    def sound(self, clip: int, gain: float | None, muted: bool | None, fade_in: int, fade_out: int) -> None:
        fades = {"fade_in": fade_in, "fade_out": fade_out}
        self.attempt(self.edit.set_audio, self.pick(clip), gain_db=gain, muted=muted, **fades)

    @precondition(has_clips)
    @rule(
        clip=lengths,
        scale=st.none() | st.floats(0.1, 4) | st.floats(),
        x=st.none() | st.floats(-2, 2),
        opacity=st.floats(-0.1, 1),
    )
    def picture(self, clip: int, scale: float | None, x: float | None, opacity: float) -> None:
        self.attempt(self.edit.set_transform, self.pick(clip), scale=scale, x=x, opacity=opacity)

    @precondition(has_clips)
    @rule(clip=lengths, text=texts)
    def words(self, clip: int, text: str) -> None:
        self.attempt(self.edit.set_title, self.pick(clip), text, {"color": "#FFCC00"})
        self.attempt(self.edit.set_name, self.pick(clip), text)

    @rule(track=tracks, name=st.none() | texts, locked=maybe, hidden=maybe, height=st.sampled_from([None, 0, 19, 60]))
    def track(
        self, track: str | None, name: str | None, locked: bool | None, hidden: bool | None, height: int | None
    ) -> None:
        flags = {"locked": locked, "hidden": hidden, "height": height}
        self.attempt(self.edit.set_track, track or "V1", name=name, **flags)

    @precondition(lambda self: any(track.locked for track in self.project.timeline.tracks))
    @rule()
    def unlock(self) -> None:
        for track in self.project.timeline.tracks:
            if track.locked:
                self.attempt(self.edit.set_track, track.id, locked=False)

    @precondition(has_clips)
    @rule(old=names, new=names)
    def relink(self, old: str, new: str) -> None:
        self.attempt(self.edit.relink, old, new)

    @precondition(lambda self: len(self.project.timeline.clips) > 6)
    @rule()
    def clear(self) -> None:
        self.attempt(self.edit.clear)

    @precondition(has_clips)
    @rule(
        clips=st.lists(lengths, min_size=1, max_size=3, unique=True),
        start=st.none() | frames,
        length=st.none() | lengths,
        first=st.none() | lengths,
        track=st.none() | tracks,
        gain=st.none() | st.floats(-60, 30),
    )
    def update(
        self,
        clips: list[int],
        start: int | None,
        length: int | None,
        first: int | None,
        track: str | None,
        gain: float | None,
    ) -> None:
        cells = {"start": start, "duration": length, "trim_start": first, "track": track, "gain_db": gain}
        given = {name: value for name, value in cells.items() if value is not None}
        self.attempt(self.edit.update, [{"id": self.pick(clip), **given} for clip in clips])

    @precondition(lambda self: len(self.project.timeline.clips) > 1)
    @rule(first=lengths, second=lengths)
    def change_places(self, first: int, second: int) -> None:
        one, two = (self.project.timeline.clip_by_id[self.pick(clip)] for clip in (first, second))
        if one.id != two.id:
            starts = {one.id: two.start_frame, two.id: one.start_frame}
            self.attempt(self.edit.update, [{"id": clip, "start": start} for clip, start in starts.items()])

    @precondition(lambda self: self.project.rev > 0)
    @rule(back=st.integers(0, 12))
    def restore(self, back: int) -> None:
        version = max(0, self.project.rev - back)
        expected = to_json(self.project.timeline_at(version))
        self.attempt(self.project.restore, version)
        assert to_json(self.project.timeline) == expected

    @precondition(lambda self: self.project.rev > 0)
    @rule(times=st.integers(1, 4))
    def undo(self, times: int) -> None:
        for _ in range(times):
            self.attempt(self.edit.undo)

    @precondition(lambda self: self.project.history.redo_label)
    @rule(times=st.integers(1, 4))
    def redo(self, times: int) -> None:
        for _ in range(times):
            self.attempt(self.edit.redo)

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
            assert left.tail_handle is None or after <= left.tail_handle
            assert right.head_handle is None or before <= right.head_handle
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


class EditingPicturesAndSounds(Editing):
    """The same from a start that chance does not often come to: pictures in a row, linked with their sounds."""

    @initialize(cuts=st.lists(st.integers(1, 55), max_size=4), short=lengths, early=offsets, titled=st.booleans())
    def pictures_and_sounds(self, cuts: list[int], short: int, early: int, titled: bool) -> None:
        self.edit.add("long.mp4", track="V1", at=5)
        for cut in sorted(set(cuts)):
            self.edit.split(5 + cut)
        self.edit.add("long.mp4", track="V1", at=70, trim=(10, 40))
        pictures = list(self.edit.clips)
        for clip in pictures:
            self.edit.detach_sound(clip, "A1")
        self.attempt(self.edit.trim, pictures[short % len(pictures)], 0, early, alone=True)  # an L-cut, a J-cut
        self.attempt(self.edit.trim, pictures[short % len(pictures)], -early, 0, alone=True)
        if titled:
            title = self.edit.title("Hello", at=8, duration=6)
            self.edit.link(title, pictures[0])


TestEditing = pytest.mark.filterwarnings("ignore:transition-")(Editing.TestCase)
TestPicturesAndSounds = pytest.mark.filterwarnings("ignore:transition-")(EditingPicturesAndSounds.TestCase)
TestEditing.settings = TestPicturesAndSounds.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
