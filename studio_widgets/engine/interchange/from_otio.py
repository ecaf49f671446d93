"""A draft from an `opentimelineio` timeline, of ours or of any other editor.

Stacks in stacks are laid flat: what was inside lies on tracks of its own above the track that it was on. Places and
lengths are taken from OpenTimelineIO's own fields, which other programs may have changed; what they do not have comes
from `metadata["studio"]`, as far as it is still sound.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.colors import color_of
from studio_widgets.engine.interchange.draft import MAX_DEPTH, Draft, Join, Lane, Note, Piece
from studio_widgets.engine.interchange.extra import opentimelineio
from studio_widgets.engine.interchange.otio_metadata import Head, head_of, own
from studio_widgets.engine.interchange.otio_references import reference_of
from studio_widgets.engine.interchange.times import exact_rate, seconds
from studio_widgets.engine.timeline.check_looks import MAX_SPEED, MIN_SPEED
from studio_widgets.engine.timeline.clips import speed_of
from studio_widgets.engine.timeline.edits.joins import option_problem
from studio_widgets.engine.timeline.edits.values import clean_name
from studio_widgets.engine.timeline.model import Clip, Marker, Retime, Track, TrackKind, Transition

Window = tuple[Fraction, Fraction]
"""Seconds of the timeline in which something nested is seen."""

_KINDS: dict[str, TrackKind] = {"Video": "video", "Audio": "audio"}
_FOREVER: Window = (Fraction(-(2**40)), Fraction(2**40))


def from_otio(timeline: Any, *, where: str = "") -> Draft:
    """The draft of an `opentimelineio.schema.Timeline`; `where` names its file in errors.

    Raises InterchangeError for a timeline that a newer version of this package wrote, and for numbers that are none.
    """
    _refuse_deep(timeline.tracks, where)
    head = head_of(timeline, where)
    draft = Draft(
        rate=head.rate or _rate_of(timeline, where),
        width=head.width,
        height=head.height,
        captions=list(head.captions),
        order=list(head.tracks),
        counters=head.next_ids,
    )
    reader = _Reader(draft, head, where)
    reader.stack(timeline.tracks, Fraction(0), _FOREVER, (0,), 0)
    return draft


def _refuse_deep(stack: Any, where: str) -> None:
    """InterchangeError for compositions nested deeper than people nest them: the reader walks down into each."""
    level = [stack]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in parent if hasattr(child, "range_of_child")]
        if not level:
            return
    raise InterchangeError(f"its stacks and tracks are nested more than {MAX_DEPTH} deep", where=where)


def _rate_of(timeline: Any, where: str) -> Fraction:
    """The rate of a foreign timeline: that of its start, else of its first clip, else 30."""
    if timeline.global_start_time is not None and timeline.global_start_time.rate > 1:
        return exact_rate(timeline.global_start_time.rate, where)
    for clip in timeline.find_clips():
        if clip.source_range is not None:
            return exact_rate(clip.source_range.duration.rate, where)
    return Fraction(30)


class _Reader:
    def __init__(self, draft: Draft, head: Head, where: str) -> None:
        self._draft = draft
        self._head = head
        self._where = where
        self._schema = opentimelineio().schema

    # --- compositions ------------------------------------------------------------------------------------------------

    def stack(self, stack: Any, zero: Fraction, window: Window, lane: Lane, depth: int) -> None:
        """Everything in a stack, whose own time 0 is at `zero` of the timeline."""
        zero, window = self._trimmed(stack, zero, window)
        self._markers(stack, zero, zero, window)
        count: dict[TrackKind, int] = {"video": 0, "audio": 0}
        for child in stack:
            kind = _KINDS.get(getattr(child, "kind", "Video"))
            if kind is None:
                self._draft.report.lose(f"tracks of kind {child.kind!r} are not read", child.name)
                continue
            place = _inner(lane, depth, count[kind])
            count[kind] += 1
            if isinstance(child, self._schema.Track):
                self._track(child, kind, zero, window, place, depth)
            else:
                self._item(child, kind, zero, window, place, depth)

    def _track(self, track: Any, kind: TrackKind, zero: Fraction, window: Window, lane: Lane, depth: int) -> None:
        ours = own(track, "track", Track, self._draft.report)
        if depth == 0:
            self._draft.tracks[kind, lane] = _settings(track, ours, kind)
        zero, window = self._trimmed(track, zero, window)
        self._markers(track, zero, zero, window)
        at = zero
        before: Piece | None = None
        crossing: Any = None
        for child in track:
            if isinstance(child, self._schema.Transition):
                crossing = child
                continue
            start, at = at, at + self._length(child)
            piece = self._item(child, kind, start, window, lane, depth, off=depth > 0 and not track.enabled)
            if crossing is not None:
                self._join(crossing, before, piece)
                crossing = None
            before = piece
        if crossing is not None:
            self._join(crossing, before, None)

    def _item(
        self, item: Any, kind: TrackKind, start: Fraction, window: Window, lane: Lane, depth: int, off: bool = False
    ) -> Piece | None:
        """The piece that a clip becomes; None for gaps, and for what is nested."""
        length = self._length(item)
        inside = (max(start, window[0]), min(start + length, window[1]))
        if isinstance(item, self._schema.Clip):
            return self._clip(item, kind, start, inside, lane, off) if inside[1] > inside[0] else None
        if isinstance(item, self._schema.Gap):
            self._markers(item, start, start - self._first(item), window)
            return None
        if self._effects(item, f'"{item.name}"') != Retime():
            self._draft.report.lose("its speed", f'"{item.name}"', "1×")
        if isinstance(item, self._schema.Track):
            self._track(item, kind, start, inside, lane, depth + 1)
        elif isinstance(item, self._schema.Stack):
            self.stack(item, start, inside, lane, depth + 1)
        else:
            self._draft.report.lose(f"a {type(item).__name__} is not read", f'"{item.name}"')
        return None

    # --- clips, transitions, markers ---------------------------------------------------------------------------------

    def _clip(self, clip: Any, kind: TrackKind, start: Fraction, inside: Window, lane: Lane, off: bool) -> Piece:
        first = self._first(clip)
        ours = own(clip, "clip", Clip, self._draft.report)
        retime = self._effects(clip, f'"{clip.name}"', ours)
        source, media = reference_of(clip, kind, ours, self._draft.report, self._seconds)
        piece = Piece(
            kind=kind,
            lane=lane,
            start=inside[0],
            duration=inside[1] - inside[0],
            trim_start=first + (inside[0] - start) * (0 if retime.freeze_frame is not None else speed_of(retime.speed)),
            name=clip.name,
            source=source,
            media=media,
            retime=retime,
        )
        if ours is not None:
            piece.name = clip.name if clip.name == ours.name else clean_name(clip.name, ours.name)
            piece.ours = ours
            piece.transform, piece.audio = ours.transform, ours.audio
        if off or not clip.enabled:
            self._draft.report.lose("is switched off", f'"{clip.name}"', "a clip neither seen nor heard")
            piece.transform = msgspec.structs.replace(piece.transform, opacity=0.0)
            piece.audio = msgspec.structs.replace(piece.audio, muted=True)
        self._markers(clip, start, start - first, inside)
        return self._draft.put(piece)

    def _join(self, crossing: Any, left: Piece | None, right: Piece | None) -> None:
        length = self._seconds(crossing.in_offset) + self._seconds(crossing.out_offset)
        if left is None or right is None:
            one = left or right
            if one is None or one.kind != "audio":
                name = f'"{one.name}"' if one else "a gap"
                self._draft.report.lose("a transition to or from nothing (a fade) is not read", name)
                return
            frames = max(0, round(length * self._draft.rate))
            field = "fade_in_frames" if right is not None else "fade_out_frames"
            one.audio = msgspec.structs.replace(one.audio, **{field: frames})
            return
        kind, dissolve = crossing.transition_type, self._schema.TransitionTypes.SMPTE_Dissolve
        ours = own(crossing, "transition", Transition, self._draft.report)
        if ours is not None and (
            (kind == dissolve and ours.kind != "crossfade")  # somebody made a dissolve of it
            or option_problem(ours.kind, ours.direction, ours.color)
        ):
            ours = ours.as_crossfade()
        if kind != dissolve and (ours is None or ours.kind == "crossfade"):
            self._draft.report.lose(f"a transition of kind {kind!r}", f'after "{left.name}"', "a crossfade")
        self._draft.joins.append(
            Join(
                left=left,
                right=right,
                before=self._seconds(crossing.in_offset),
                after=self._seconds(crossing.out_offset),
                ours=ours,
            )
        )

    def _markers(self, item: Any, start: Fraction, zero: Fraction, window: Window) -> None:
        """The markers of an item that starts at `start` and whose own time 0 is at `zero`."""
        for marker in item.markers:
            at = zero + self._seconds(marker.marked_range.start_time)
            if not window[0] <= at <= window[1]:
                self._draft.report.lose("a marker outside of what is seen is left out", f'marker "{marker.name}"')
                continue
            ours = own(marker, "marker", Marker, self._draft.report)
            note = Note(at=at, name=marker.name, note=marker.comment, color=color_of(marker.color or ""))
            if ours is not None:
                note.id, note.chapter, note.color = ours.id, ours.chapter, ours.color
            self._draft.note(note)

    def _effects(self, item: Any, where: str, ours: Clip | None = None) -> Retime:
        """How fast an item plays; all other effects are told to be lost."""
        retime = Retime()
        for effect in item.effects:
            if isinstance(effect, self._schema.FreezeFrame):
                retime = Retime(freeze_frame=0)  # of the frame at which its range begins
            elif isinstance(effect, self._schema.LinearTimeWarp):
                scalar = effect.time_scalar
                if ours is not None and float(speed_of(ours.retime.speed)) == scalar:
                    retime = Retime(speed=ours.retime.speed)  # exactly
                elif MIN_SPEED <= scalar <= MAX_SPEED:
                    retime = Retime(speed=str(Fraction(scalar).limit_denominator(10_000)))
                else:
                    self._draft.report.lose(f"its speed ({scalar:g}×)", where, "1×")
            else:
                self._draft.report.lose(f"the effect {effect.effect_name or effect.name!r} is not read", where)
        return retime

    # --- times -------------------------------------------------------------------------------------------------------

    def _trimmed(self, item: Any, zero: Fraction, window: Window) -> tuple[Fraction, Window]:
        """Where time 0 of what is inside lies, and what is seen of it, when `item` begins at `zero`."""
        if item.source_range is None:
            return zero, window
        end = zero + self._seconds(item.source_range.duration)
        inside = (max(zero, window[0]), min(end, window[1]))
        return zero - self._seconds(item.source_range.start_time), inside

    def _first(self, item: Any) -> Fraction:
        """The time in its own clock at which an item begins."""
        if item.source_range is not None:
            return self._seconds(item.source_range.start_time)
        reference = getattr(item, "media_reference", None)
        available = getattr(reference, "available_range", None)
        return Fraction(0) if available is None else self._seconds(available.start_time)

    def _length(self, item: Any) -> Fraction:
        """How long an item is in its parent, worked out without rounding."""
        if item.source_range is not None:
            return max(Fraction(0), self._seconds(item.source_range.duration))
        if isinstance(item, self._schema.Track):
            parts = (child for child in item if not isinstance(child, self._schema.Transition))
            return sum((self._length(child) for child in parts), Fraction(0))
        if isinstance(item, self._schema.Stack):
            return max((self._length(child) for child in item), default=Fraction(0))
        available = getattr(getattr(item, "media_reference", None), "available_range", None)
        if available is None:
            self._draft.report.lose("does not say how long it is; left out", f'"{item.name}"')
            return Fraction(0)
        return max(Fraction(0), self._seconds(available.duration))

    def _seconds(self, time: Any) -> Fraction:
        if self._head.rate is not None and time.rate == float(self._head.rate):
            return seconds(time.value, 1.0, self._where) / self._head.rate
        return seconds(time.value, time.rate, self._where)


def _inner(lane: Lane, depth: int, number: int) -> Lane:
    """The lane of child `number` of what is nested `depth` deep in a lane; the first one's is the lane itself."""
    if depth == 0:
        return (number,)
    return lane if number == 0 else (*lane, *(0 for _ in range(depth - len(lane))), number)


def _settings(track: Any, ours: Track | None, kind: TrackKind) -> Track:
    """The settings of a track of the timeline."""
    settings = ours if ours is not None and ours.kind == kind else Track(id="V1", kind=kind)
    if ours is None or track.name != (ours.name or ours.id):
        settings = msgspec.structs.replace(settings, name=clean_name(track.name, " ").strip())
    off = not track.enabled
    return msgspec.structs.replace(settings, **({"hidden": off} if kind == "video" else {"muted": off}))
