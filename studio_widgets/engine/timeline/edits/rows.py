"""Changing many clips at once, as rows of a table."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.looks import audio_of, titled
from studio_widgets.engine.timeline.edits.motion import refuse_unseen, with_settings
from studio_widgets.engine.timeline.edits.pace import paced
from studio_widgets.engine.timeline.edits.picture import fades_of
from studio_widgets.engine.timeline.edits.pieces import fitted_fades
from studio_widgets.engine.timeline.edits.put import fits
from studio_widgets.engine.timeline.edits.values import a_frame, a_length, clean_name
from studio_widgets.engine.timeline.model import Clip, Property, Timeline, clip_order
from studio_widgets.engine.timeline.motion import PROPERTIES


class ClipRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a clip shall be, by the columns of `to_frame()`; None leaves things as they are.

    `trim_start` alone shows other frames of the source in the same place; `duration` changes where it ends. `speed`
    alone plays the same frames, over another duration.
    """

    id: str
    name: str | None = None
    track: str | None = None
    start: int | None = None
    duration: int | None = None
    trim_start: int | None = None
    text: str | None = None
    gain_db: float | None = None
    muted: bool | None = None
    opacity: float | None = None
    fade_in: int | None = None
    fade_out: int | None = None
    scale: float | None = None
    x: float | None = None
    y: float | None = None
    rotation: float | None = None
    crop_left: float | None = None
    crop_top: float | None = None
    crop_right: float | None = None
    crop_bottom: float | None = None
    picture_fade_in: int | None = None
    picture_fade_out: int | None = None
    speed: float | None = None


def update(t: Timeline, *, rows: list[ClipRow]) -> Timeline:
    """Give clips other places, lengths, names and settings, all at once: only what comes of it has to fit.

    ```
    before  V1 [aaa][bb]..
    after   V1 [bb][aaa]..     rows: a starts at 2, b at 0
    ```

    Each row is about the clip it names; what is linked with it stays. Refused as a whole, naming rows, when two would
    overlap, beyond a source, and on locked tracks. Transitions follow their cuts.
    """
    ids = [row.id for row in rows]
    if len(set(ids)) < len(ids):
        doubled = next(clip for clip in ids if ids.count(clip) > 1)
        raise EditError(f"there are two rows for {doubled}", hint="Give one row a clip")
    old = [lanes.find_clip(t, clip) for clip in ids]
    new = []
    for clip, row in zip(old, rows, strict=True):
        try:
            t, changed = _changed(t, clip, row)
        except EditError as error:
            raise EditError(f"row {row.id}: {error.message}", where=error.where, hint=error.hint) from error
        new.append(changed)
    pairs = [(before, after) for before, after in zip(old, new, strict=True) if before != after]
    if not pairs:
        return t
    _refuse_overlaps(t, {before.id for before, _ in pairs}, [after for _, after in pairs])
    after = lanes.swap(t, [before for before, _ in pairs], [changed for _, changed in pairs])
    return refit(after, [before.id for before, _ in pairs])


def _changed(t: Timeline, old: Clip, row: ClipRow) -> tuple[Timeline, Clip]:
    """The clip as the row has it, and the timeline with its track."""
    lanes.refuse_locked(t, old.track_index)
    if row.speed is not None:
        old = paced(t, old, row.speed)
    home = t.tracks[old.track_index]
    t, index = lanes.open_track(t, row.track or home.id, home.kind)
    start = old.start_frame if row.start is None else a_frame(row.start, "the start")
    length = old.duration_frames if row.duration is None else a_length(row.duration, "the duration")
    first = old.trim_start_frame if row.trim_start is None else row.trim_start
    frames = old.frames
    if first < 0 or (frames is not None and first + length > frames):
        raise EditError(
            f"{lanes.label(t, old)} would show frames {first} to {first + length} of a source that has "
            f"{'any number from 0' if frames is None else frames}",
            hint="Change trim_start or duration",
        )
    values: dict[str, Any] = {
        "track_index": index,
        "start_frame": start,
        "duration_frames": fits(start, length),
        "trim_start_frame": first,
        "trim_end_frame": first + length,
    }
    if row.name is not None:
        values["name"] = clean_name(row.name, old.name)
    new = msgspec.structs.replace(old, **values)
    if row.text is not None:
        new = titled(t, new, row.text, None)
    return t, fitted_fades(_with_looks(t, new, row))


_PICTURE: tuple[Property, ...] = tuple(name for name in PROPERTIES if name != "gain_db")


def _with_looks(t: Timeline, clip: Clip, row: ClipRow) -> Clip:
    """The clip sounding and looking as the row has it. What has keyframes has no setting that a row could change."""
    if (row.gain_db, row.muted, row.fade_in, row.fade_out) != (None, None, None, None):
        audio = audio_of(t, clip, muted=row.muted, fade_in=row.fade_in, fade_out=row.fade_out)
        clip = with_settings(t, msgspec.structs.replace(clip, audio=audio), {"gain_db": row.gain_db}, None)
    picture: dict[Property, float | None] = {name: getattr(row, name) for name in _PICTURE}
    if any(value is not None for value in picture.values()):
        refuse_unseen(t, clip)
        clip = with_settings(t, clip, picture, None)
    if (row.picture_fade_in, row.picture_fade_out) != (None, None):
        fades = fades_of(t, clip, fade_in=row.picture_fade_in, fade_out=row.picture_fade_out)
        clip = msgspec.structs.replace(clip, fades=fades)
    return clip


def _refuse_overlaps(t: Timeline, changed: set[str], new: list[Clip]) -> None:
    """EditError naming the rows of the first two clips that would share frames."""
    touched = {clip.track_index for clip in new}
    for index in sorted(touched):
        first, last = t.track_range(index)
        lane = [clip for clip in t.clips[first:last] if clip.id not in changed]
        lane = sorted([*lane, *(clip for clip in new if clip.track_index == index)], key=clip_order)
        for before, after in pairwise(lane):
            if before.end_frame > after.start_frame:
                raise EditError(
                    f"rows {lanes.label(t, before)} and {lanes.label(t, after)} would overlap on "
                    f"{t.tracks[index].id}: {lanes.span(t, before.start_frame, before.end_frame)} and "
                    f"{lanes.span(t, after.start_frame, after.end_frame)}",
                    hint="Change start, duration or track of one of them; nothing was changed",
                )
