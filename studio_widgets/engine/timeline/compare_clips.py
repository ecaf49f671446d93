"""What changed between two timelines' clips, in words."""

from __future__ import annotations

from collections.abc import Iterator

from studio_widgets.engine.timeline.delta import diff
from studio_widgets.engine.timeline.lanes import count
from studio_widgets.engine.timeline.model import (
    AudioSettings,
    Clip,
    Curve,
    Timeline,
    TitleSource,
    Transform,
    source_key,
)
from studio_widgets.engine.timeline.motion import PROPERTIES, curve_of, slid
from studio_widgets.engine.timeline.timecode import timecode

_MANY = 3  # clips in a row that only moved, by the same, from which on one line tells of all


def clip_lines(a: Timeline, b: Timeline) -> Iterator[str]:
    """One line a change: clips that went, those that changed, those that came, then links."""
    change = diff(a, b)
    tracks = track_pairs(a, b)
    changed = [(a.clip_by_id[clip.id], clip) for clip in change.upsert_clips if clip.id in a.clip_by_id]
    parts = _split_off(a, b, [clip for clip in change.upsert_clips if clip.id not in a.clip_by_id])
    for clip_id in change.remove_clips:
        gone = a.clip_by_id[clip_id]
        yield f"{_label(gone)} removed from {_place(a, gone)}"
    moved: list[tuple[Clip, Clip]] = []
    for before, after in changed:
        stays = tracks.get(before.track_index) == after.track_index
        lines = list(_changes(a, b, before, after, stays, parts))
        only_moved = stays and len(lines) == 1 and lines[0].startswith("moved ") and after.id not in parts
        if moved and not (only_moved and _go_along(moved[-1], (before, after))):
            yield from _moves(a, b, moved)
            moved = []
        if only_moved:
            moved.append((before, after))
        else:
            yield from (f"{_label(before)} {line}" for line in lines)
    yield from _moves(a, b, moved)
    right_parts = {part.id for cut in parts.values() for part in cut}
    for clip in change.upsert_clips:
        if clip.id not in a.clip_by_id and clip.id not in right_parts:
            yield f"{_label(clip)} added to {_place(b, clip)}, {count(clip.duration_frames)}"
    yield from _link_lines(a, b)


def track_pairs(a: Timeline, b: Timeline) -> dict[int, int]:
    """Index in `b.tracks` of each track of `a` that is still there, by its index in `a.tracks`.

    Tracks keep their index while none is removed, whatever they are called; after that, ids are the best guess.
    """
    shared = min(len(a.tracks), len(b.tracks))
    if len(a.tracks) <= len(b.tracks) and all(a.tracks[at].kind == b.tracks[at].kind for at in range(shared)):
        return {at: at for at in range(shared)}
    return {at: b.track_index_by_id[track.id] for at, track in enumerate(a.tracks) if track.id in b.track_index_by_id}


def in_words(text: str) -> str:
    """A text in quotes, on one line and not too long."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= 40 else line[:39] + "…"}"'


def _label(clip: Clip) -> str:
    name = clip.name if len(clip.name) <= 40 else clip.name[:39] + "…"
    return f"{clip.id} ({name})"


def _place(t: Timeline, clip: Clip) -> str:
    return f"{t.tracks[clip.track_index].id} at {timecode(clip.start_frame, t.fps)}"


# --- splits ----------------------------------------------------------------------------------------------------------


def _split_off(a: Timeline, b: Timeline, new: list[Clip]) -> dict[str, list[Clip]]:
    """The new clips that go on where another one was cut, in order, by the id of the clip that was there before."""
    ends = {(clip.track_index, clip.end_frame): clip for clip in b.clips}
    roots: dict[str, str] = {}
    parts: dict[str, list[Clip]] = {}
    for clip in new:
        left = ends.get((clip.track_index, clip.start_frame))
        if left is None or left.trim_end_frame != clip.trim_start_frame or left.source != clip.source:
            continue
        root = roots.get(left.id, left.id)
        whole = a.clip_by_id.get(root)
        if whole is not None and clip.trim_end_frame <= whole.trim_end_frame:
            roots[clip.id] = root
            parts.setdefault(root, []).append(clip)
    return parts


# --- one clip --------------------------------------------------------------------------------------------------------


def _changes(
    a: Timeline, b: Timeline, before: Clip, after: Clip, stays: bool, parts: dict[str, list[Clip]]
) -> Iterator[str]:
    for part in parts.get(after.id, ()):
        yield f"split at {timecode(part.start_frame, b.fps)}: {part.id} is its right part"
    if before.retime != after.retime:
        yield from _pace_changes(a, b, before, after, stays)
    else:
        yield from _range_changes(
            a, b, before, after, stays, sum(part.duration_frames for part in parts.get(after.id, ()))
        )
    yield from _source_changes(before, after)
    yield from _audio_changes(before.audio, after.audio)
    yield from _picture_changes(before.transform, after.transform)
    yield from _motion_changes(before, after)


def _pace_changes(a: Timeline, b: Timeline, before: Clip, after: Clip, stays: bool) -> Iterator[str]:
    if not stays or before.start_frame != after.start_frame:
        yield f"moved from {_place(a, before)} to {_place(b, after)}"
    if after.retime.freeze_frame is not None:
        yield f"stands still at frame {after.retime.freeze_frame} of its source"
    else:
        length = f"{count(after.duration_frames)} long instead of {before.duration_frames}"
        yield f"plays at {after.retime.speed} times its speed instead of {before.retime.speed}, {length}"


def _range_changes(a: Timeline, b: Timeline, before: Clip, after: Clip, stays: bool, cut_off: int) -> Iterator[str]:
    """What became of a clip's frames; `cut_off` of them at its end are clips of their own now."""
    by = after.start_frame - before.start_frame
    head = after.trim_start_frame - before.trim_start_frame
    tail = after.trim_end_frame - before.trim_end_frame + cut_off
    if after.frames is None:  # its range says nothing: a still is the same at any frame
        head = by if stays and by and after.end_frame + cut_off == before.end_frame else 0
        tail = after.duration_frames + cut_off - before.duration_frames + head
    slipped = head == tail != 0
    expected = (0,) if slipped else (0, head)  # a trimmed head moves the start, or lets the rest close up
    if not stays or by not in expected:
        yield f"moved from {_place(a, before)} to {_place(b, after)}"
    if slipped:
        yield f"slipped by {count(abs(head))}, {'later' if head > 0 else 'earlier'} in its source"
        return
    if head:
        yield f"{'trimmed' if head > 0 else 'extended'} at its start by {count(abs(head))}"
    if tail:
        yield f"{'trimmed' if tail < 0 else 'extended'} at its end by {count(abs(tail))}"


def _source_changes(before: Clip, after: Clip) -> Iterator[str]:
    titles = isinstance(before.source, TitleSource) and isinstance(after.source, TitleSource)
    if isinstance(before.source, TitleSource) and isinstance(after.source, TitleSource):
        if before.source.text != after.source.text:
            yield f"says {in_words(after.source.text)} instead of {in_words(before.source.text)}"
        if before.source.style != after.source.style:
            names = before.source.style.__struct_fields__
            old, new = before.source.style, after.source.style
            changed = [name for name in names if getattr(old, name) != getattr(new, name)]
            yield f"looks different: {', '.join(changed)}"
    elif source_key(before.source) != source_key(after.source):
        yield f"shows {source_key(after.source)} instead of {source_key(before.source)}"
    renamed_by_text = titles and before.source != after.source
    if before.name != after.name and not renamed_by_text:
        yield f"renamed to {in_words(after.name)}"


def _audio_changes(before: AudioSettings, after: AudioSettings) -> Iterator[str]:
    if before.gain_db != after.gain_db:
        yield f"gain {after.gain_db:+g} dB instead of {before.gain_db:+g} dB"
    if before.muted != after.muted:
        yield "muted" if after.muted else "unmuted"
    for name, what in (("fade_in_frames", "fade-in"), ("fade_out_frames", "fade-out")):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{what} of {count(new)} instead of {old}"


def _picture_changes(before: Transform, after: Transform) -> Iterator[str]:
    for name in before.__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if name != "crop":
            yield f"{name} {new:g} instead of {old:g}"
            continue
        for side in new.__struct_fields__:
            if getattr(old, side) != getattr(new, side):
                yield f"cropped by {getattr(new, side):g} instead of {getattr(old, side):g} at the {side}"


def _motion_changes(before: Clip, after: Clip) -> Iterator[str]:
    for name, what in (("in_frames", "fade-in"), ("out_frames", "fade-out")):
        old, new = getattr(before.fades, name), getattr(after.fades, name)
        if old != new:
            yield f"{what} of the picture of {count(new)} instead of {old}"
    for prop in PROPERTIES:
        was, now = curve_of(before, prop), curve_of(after, prop)
        if was == now or (was and now and _same_in_place(before, was, after, now)):
            continue
        if now is None:
            yield f"{prop} has no keyframes any more"
        else:
            number = f"{len(now.keys)} keyframe{'s' if len(now.keys) > 1 else ''}"
            yield f"{prop} has {number}" + (f" instead of {len(was.keys)}" if was else "")


def _same_in_place(before: Clip, was: Curve, after: Clip, now: Curve) -> bool:
    """Whether a still has the same keyframes: its range says nothing, and may have slid with them."""
    if after.frames is not None:
        return False
    by = now.keys[0].frame - was.keys[0].frame
    return slid((was,), by) == (now,) and by == after.trim_start_frame - before.trim_start_frame - (
        after.start_frame - before.start_frame
    )


# --- several clips ---------------------------------------------------------------------------------------------------


def _go_along(first: tuple[Clip, Clip], second: tuple[Clip, Clip]) -> bool:
    """Whether two clips are on one track and moved by the same."""
    (before, after), (next_before, next_after) = first, second
    by = after.start_frame - before.start_frame
    return after.track_index == next_after.track_index and next_after.start_frame - next_before.start_frame == by


def _moves(a: Timeline, b: Timeline, moved: list[tuple[Clip, Clip]]) -> Iterator[str]:
    if len(moved) < _MANY:
        yield from (f"{_label(before)} moved from {_place(a, before)} to {_place(b, after)}" for before, after in moved)
        return
    (before, after), (_, last) = moved[0], moved[-1]
    by = after.start_frame - before.start_frame
    way = "later" if by > 0 else "earlier"
    track = b.tracks[after.track_index].id
    yield f"{len(moved)} clips on {track}, {after.id} to {last.id}, moved {count(abs(by))} {way}"


def _link_lines(a: Timeline, b: Timeline) -> Iterator[str]:
    for link, ids in sorted(b.clips_by_link.items()):
        old = a.clips_by_link.get(link, frozenset())
        joined = ids - old
        if joined and any(clip_id in a.clip_by_id for clip_id in joined):
            yield f"{_listed(ids)} linked"
    for link, ids in sorted(a.clips_by_link.items()):
        if link not in b.clips_by_link and len(ids & b.clip_by_id.keys()) > 1:
            yield f"{_listed(ids & b.clip_by_id.keys())} no longer linked"


def _listed(ids: frozenset[str] | set[str]) -> str:
    return " and ".join(sorted(ids, key=lambda clip_id: (len(clip_id), clip_id)))
