"""Rules of the state machines: putting clips on tracks, cutting, moving and linking them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from studio_widgets.engine.timeline.lanes import clip_at
from studio_widgets.engine.timeline.model import TransitionKind
from tests.unit.timeline.machine import (
    Machine,
    alone,
    frames,
    has_clips,
    lengths,
    names,
    offsets,
    points,
    texts,
    tracks,
)

kinds = st.sampled_from(["crossfade", "dip", "wipe"])


class Cutting(Machine):
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

    @rule(
        name=names, track=tracks, at=st.none() | frames, first=lengths, length=lengths, push=st.booleans(), alone=alone
    )
    def put(
        self, name: str, track: str | None, at: int | None, first: int, length: int, push: bool, alone: bool
    ) -> None:
        place = {"track": track, "at": at, "trim": (first, first + length)}
        if push:
            self.attempt(self.edit.insert, name, **place, alone=alone)
        else:
            self.attempt(self.edit.overwrite, name, **place)

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

    @precondition(has_clips)
    @rule(clip=lengths, speed=st.sampled_from(["2", "1/2", "0.75", "7/3", "0", "x"]), ripple=st.booleans(), alone=alone)
    def stretch_to_speed(self, clip: int, speed: str, ripple: bool, alone: bool) -> None:
        self.attempt(self.edit.stretch, self.pick(clip), speed, ripple=ripple, alone=alone)

    @precondition(has_clips)
    @rule(clip=lengths, length=lengths, ripple=st.booleans(), alone=alone)
    def stretch_to_duration(self, clip: int, length: int, ripple: bool, alone: bool) -> None:
        self.attempt(self.edit.stretch, self.pick(clip), duration=length, ripple=ripple, alone=alone)

    @rule(at=frames, length=st.none() | lengths, track=tracks, alone=alone)
    def freeze(self, at: int, length: int | None, track: str | None, alone: bool) -> None:
        self.attempt(self.edit.freeze, at, length, track, alone=alone)

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
    @rule(clip=lengths, length=st.none() | lengths, kind=kinds)
    def transition(self, clip: int, length: int | None, kind: TransitionKind) -> None:
        self.attempt(self.edit.transition, self.pick(clip), kind, duration=length)

    @precondition(has_clips)
    @rule(clip=lengths, at=lengths, length=lengths, kind=kinds)
    def cut_and_cross(self, clip: int, at: int, length: int, kind: TransitionKind) -> None:
        """Cuts with handles and transitions on them are rare by chance: make them common."""
        found = self.project.timeline.clip_by_id.get(self.pick(clip))
        if found is not None and found.duration_frames > 1:
            track = self.project.timeline.tracks[found.track_index].id
            self.attempt(self.edit.split, found.start_frame + 1 + at % (found.duration_frames - 1), track)
            self.attempt(self.edit.transition, found.id, kind, duration=length)

    @precondition(lambda self: self.project.timeline.transitions)
    @rule(number=lengths, length=lengths, kind=st.none() | kinds, gone=st.booleans())
    def change_transition(self, number: int, length: int, kind: TransitionKind | None, gone: bool) -> None:
        if found := self.project.timeline.transitions:
            transition = found[number % len(found)]
            if gone:
                self.attempt(self.edit.remove_transition, transition)
            else:
                self.attempt(self.edit.set_transition, transition, length, kind=kind)
