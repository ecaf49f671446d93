"""Whatever one does to a timeline, in whatever order, it stays sound and every way back and forth leads home."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from studio_widgets.engine.timeline.clips import Ease, Property
from studio_widgets.engine.timeline.edits.looks import CORNERS, Corner
from studio_widgets.engine.timeline.motion import PROPERTIES
from studio_widgets.engine.timeline.serial import to_json
from tests.unit.timeline.machine import frames, has_clips, lengths, maybe, names, offsets, texts, tracks
from tests.unit.timeline.machine_cuts import Cutting

eases = st.sampled_from(["linear", "smooth", "hold"])


class Editing(Cutting):
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
    @rule(clip=lengths, corner=st.sampled_from(list(CORNERS)), scale=st.floats(0, 1.1))
    def picture_in_picture(self, clip: int, corner: Corner, scale: float) -> None:
        self.attempt(self.edit.picture_in_picture, self.pick(clip), corner=corner, scale=scale)

    @precondition(has_clips)
    @rule(clip=lengths, left=st.none() | st.floats(-0.1, 1), right=st.floats(0, 0.5), turn=st.none() | st.floats())
    def crop_and_turn(self, clip: int, left: float | None, right: float, turn: float | None) -> None:
        self.attempt(self.edit.set_crop, self.pick(clip), left=left, right=right)
        self.attempt(self.edit.set_transform, self.pick(clip), rotation=turn)

    @precondition(has_clips)
    @rule(clip=lengths, fade_in=offsets, fade_out=st.none() | offsets)
    def picture_fades(self, clip: int, fade_in: int, fade_out: int | None) -> None:
        self.attempt(self.edit.set_fades, self.pick(clip), fade_in=fade_in, fade_out=fade_out)

    @precondition(has_clips)
    @rule(clip=lengths, name=st.sampled_from(PROPERTIES), at=lengths, value=st.floats(-0.1, 1), ease=eases)
    def keyframe(self, clip: int, name: Property, at: int, value: float, ease: Ease) -> None:
        self.attempt(self.edit.set_keyframe, self.pick(clip), name, at, value, ease)

    @precondition(has_clips)
    @rule(clip=lengths, at=st.none() | offsets, value=st.floats(0, 1))
    def at_a_frame(self, clip: int, at: int | None, value: float) -> None:
        self.attempt(self.edit.set_transform, self.pick(clip), x=value, opacity=value, at=at)
        self.attempt(self.edit.set_audio, self.pick(clip), gain_db=value, at=at)

    @precondition(lambda self: any(clip.curves for clip in self.project.timeline.clips))
    @rule(number=lengths, every=st.sampled_from([False, False, None, True]))
    def take_keyframes_away(self, number: int, every: bool | None) -> None:
        if moved := [clip for clip in self.project.timeline.clips if clip.curves]:
            clip = moved[number % len(moved)]
            curve = clip.curves[number % len(clip.curves)]
            if every is None or every:
                self.attempt(self.edit.clear_keyframes, clip.id, curve.property if every else None)
            else:
                key = curve.keys[number % len(curve.keys)]
                self.attempt(self.edit.remove_keyframe, clip.id, curve.property, key.frame - clip.trim_start_frame)

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
