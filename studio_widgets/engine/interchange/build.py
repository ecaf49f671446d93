"""A timeline from a draft: frames from seconds, tracks from lanes, sources from references.

Whatever does not fit is made to fit, and reported: a file of another editor is read as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from typing import Any

import msgspec

from studio_widgets.engine.errors import InterchangeError, SchemaError
from studio_widgets.engine.interchange.draft import Draft, Find, Lane, MediaRef
from studio_widgets.engine.interchange.ids import Ids, id_of
from studio_widgets.engine.interchange.joining import joined
from studio_widgets.engine.interchange.showing import NO_CLIP, Shown, shown
from studio_widgets.engine.timeline.edits.pieces import fitted_fades
from studio_widgets.engine.timeline.edits.values import UNPRINTABLE, clean_name
from studio_widgets.engine.timeline.model import (
    MAX_FRAMES,
    MAX_TRACK_NUMBER,
    AudioSettings,
    Caption,
    Clip,
    Marker,
    Source,
    Timeline,
    Track,
    TrackKind,
    source_has_sound,
)
from studio_widgets.engine.timeline.serial import from_builtins, to_builtins
from studio_widgets.engine.timeline.timecode import nearest

_DEEPEST = 40  # numbers in a lane that are compared: deeper than stacks may be nested


def as_written(ref: MediaRef, fps: Fraction) -> Source | None:
    """A `Find` without a library: what this package wrote beside a reference, if it did."""
    return ref.source


def build(draft: Draft, find: Find = as_written) -> Timeline:
    """The timeline that a draft describes; what does not fit is noted in `draft.report`.

    Raises InterchangeError when no timeline can hold it.
    """
    ids = Ids("clip", draft.counters.clip, (id_of(piece.ours) for piece in draft.pieces))
    rows = list(_rows(_all_shown(draft, find, ids)))
    tracks, places = _tracks(draft, rows)
    clips = [_clip(one, places[index]) for index, (_, _, row) in enumerate(rows) for one in row]
    clip_ids = {id(one.piece): one.id for _, _, row in rows for one in row}
    markers = _markers(draft)
    timeline = Timeline(
        rate=str(draft.rate),
        width=draft.width or Timeline().width,
        height=draft.height or Timeline().height,
        tracks=tracks,
        clips=tuple(_links_of_two(clips)),
        markers=tuple(markers),
        captions=tuple(_captions(draft)),
        next_ids=msgspec.structs.replace(draft.counters, clip=ids.next),
    )
    return _checked(joined(_checked(timeline), draft, clip_ids))


def _checked(t: Timeline) -> Timeline:
    """The timeline in its plain form, as if it had been read from JSON."""
    try:
        return from_builtins(_printable(to_builtins(t)))
    except SchemaError as error:
        raise InterchangeError(
            f"it makes no timeline: {error.message}",
            hint="Please report this, with the file if you can",
        ) from error


def _printable(value: Any) -> Any:
    """Built-in values with texts that JSON, SQL and titles can show."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    return [_printable(one) for one in value] if isinstance(value, list) else value


# --- lanes and tracks ------------------------------------------------------------------------------------------------

Row = tuple[TrackKind, Lane, list[Shown]]


def _all_shown(draft: Draft, find: Find, ids: Ids) -> list[Shown]:
    found: dict[MediaRef, Source | None] = {}

    def once(ref: MediaRef, fps: Fraction) -> Source | None:
        if ref not in found:
            found[ref] = find(ref, fps)
        return found[ref]

    pieces = sorted(draft.pieces, key=lambda piece: (piece.kind != "video", _padded(piece.lane), piece.start))
    return [one for piece in pieces if (one := shown(piece, draft, once, ids)) is not None]


def _padded(lane: Lane) -> Lane:
    """`(0, -1)` lies below `(0,)`, which is `(0, 0)`, which lies below `(0, 1)`."""
    return (*lane, *(0 for _ in range(_DEEPEST - len(lane))))


def _rows(pieces: Iterable[Shown]) -> Iterator[Row]:
    """The pieces by kind and lane, from the lowest; what would overlap on a lane gets one above it."""
    ordered = sorted(pieces, key=lambda one: (one.kind != "video", _padded(one.piece.lane), one.start))
    for (kind, lane), group in groupby(ordered, key=lambda one: (one.kind, one.piece.lane)):
        levels: list[list[Shown]] = []
        for one in group:
            level = next((row for row in levels if row[-1].end <= one.start), None)
            if level is None:
                if len(levels) == MAX_TRACK_NUMBER:
                    raise _too_many(kind)
                levels.append([one])
            else:
                level.append(one)
        for row in levels:
            yield kind, lane, row


def _tracks(draft: Draft, rows: list[Row]) -> tuple[tuple[Track, ...], list[int]]:
    """The tracks, and the index in them of each row."""
    keys = [(kind, lane) for kind, lane, _ in rows]
    empty = [key for key in draft.tracks if key not in keys]
    ordered = sorted(
        [*((kind, lane, number) for number, (kind, lane) in enumerate(keys)), *((*key, None) for key in empty)],
        key=lambda key: (key[0] != "video", _padded(key[1])),
    )
    tracks: list[Track] = []
    ids: dict[int, str] = {}
    count: dict[TrackKind, int] = {"video": 0, "audio": 0}
    for kind, lane, number in ordered:
        count[kind] += 1
        if count[kind] > MAX_TRACK_NUMBER:
            raise _too_many(kind)
        settings = draft.tracks.get((kind, lane), Track(id="V1", kind=kind))
        track = msgspec.structs.replace(settings, id=f"{'V' if kind == 'video' else 'A'}{count[kind]}", kind=kind)
        tracks.append(track)
        if number is not None:
            ids[number] = track.id
    if sorted(draft.order) == sorted(track.id for track in tracks):
        tracks.sort(key=lambda track: draft.order.index(track.id))
    place = {track.id: index for index, track in enumerate(tracks)}
    return tuple(tracks) or Timeline().tracks, [place[ids[number]] for number in range(len(rows))]


def _too_many(kind: TrackKind) -> InterchangeError:
    return InterchangeError(
        f"it needs more than {MAX_TRACK_NUMBER} {kind} tracks", hint="Merge tracks in the other editor"
    )


# --- what lies on them ---------------------------------------------------------------------------------------------


def _clip(one: Shown, track_index: int) -> Clip:
    piece = one.piece
    clip = msgspec.structs.replace(
        piece.ours or NO_CLIP,
        id=one.id,
        name=piece.name if piece.ours else clean_name(piece.name, "clip"),
        track_index=track_index,
        start_frame=one.start,
        duration_frames=one.end - one.start,
        trim_start_frame=one.trim,
        trim_end_frame=one.trim + one.end - one.start,
        source=one.source,
        transform=piece.transform,
        audio=piece.audio,
        retime=one.retime,
    )
    if piece.ours is None and not source_has_sound(one.source):  # a picture of an EDL, say, which has no sound to mute
        clip = msgspec.structs.replace(clip, audio=AudioSettings())
    return fitted_fades(clip)


def _links_of_two(clips: list[Clip]) -> Iterator[Clip]:
    """The clips, without links whose others are gone."""
    held: dict[str, int] = {}
    for clip in clips:
        if clip.link is not None:
            held[clip.link] = held.get(clip.link, 0) + 1
    for clip in clips:
        yield clip if clip.link is None or held[clip.link] > 1 else msgspec.structs.replace(clip, link=None)


def _markers(draft: Draft) -> Iterator[Marker]:
    ids = Ids("marker", draft.counters.marker, (note.id for note in draft.notes))
    for note in sorted(draft.notes, key=lambda note: note.at):
        frame = nearest(note.at * draft.rate)
        if not 0 <= frame <= MAX_FRAMES:
            draft.report.lose(f"marker {note.name!r} lies outside the timeline; left out", f"frame {frame}")
            continue
        yield Marker(
            id=ids.of(note.id),
            frame=frame,
            name=note.name if note.id else clean_name(note.name, "marker"),
            chapter=note.chapter,
            note=note.note,
            color=note.color,
        )


def _captions(draft: Draft) -> Iterator[Caption]:
    ids = Ids("caption", draft.counters.caption, (caption.id for caption in draft.captions))
    for caption in draft.captions:
        yield msgspec.structs.replace(caption, id=ids.of(caption.id))
