"""What a piece of a draft shows: which source, and which of its frames."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID, uuid5

import msgspec

from studio_widgets.engine.interchange.draft import Draft, Find, MediaRef, Piece
from studio_widgets.engine.interchange.ids import Ids, id_of
from studio_widgets.engine.timeline.clips import speed_of
from studio_widgets.engine.timeline.model import (
    MAX_FRAMES,
    Clip,
    MediaFileSource,
    Retime,
    Source,
    TrackKind,
    may_lie_on,
    source_frames,
)
from studio_widgets.engine.timeline.timecode import nearest

_MISSING = UUID("b0c7f2b5-6a0c-5f0e-8f3a-2f1d9f6c4e11")  # root of the ids of media that are not there


NO_CLIP = Clip(  # what a clip is of which nothing is known
    id="",
    name="",
    track_index=0,
    start_frame=0,
    duration_frames=1,
    trim_start_frame=0,
    trim_end_frame=1,
    source=MediaFileSource(media_file_id=""),
)


class Shown(msgspec.Struct):
    """A piece in frames: `[start, end)` of the timeline, from frame `trim` of its source on."""

    piece: Piece
    id: str
    kind: TrackKind
    start: int
    end: int
    trim: int
    source: Source
    retime: Retime


def shown(piece: Piece, draft: Draft, find: Find, ids: Ids) -> Shown | None:
    """The piece in frames, with what it shows; None when nothing of it is left, which is reported."""
    fps, report = draft.rate, draft.report
    start, end = nearest(piece.start * fps), nearest((piece.start + piece.duration) * fps)
    where = f'"{_short(piece.name)}" at frame {start}'
    if end <= start or end <= 0 or end > MAX_FRAMES:
        report.lose("is shorter than a frame, or outside the timeline; left out", where)
        return None
    ref = piece.media or MediaRef(name=piece.name)
    source = piece.source or find(ref, fps)
    if source is None:
        report.lose(
            f"its media is not in the library ({_short(ref.url or ref.name) or 'no name'})", where, "missing media"
        )
        place = nearest((piece.trim_start - (ref.first or 0)) * fps)
        source = ref.source or _missing(ref, place + end - start, fps)
    retime, trim = _played(piece, source, (piece.trim_start - (ref.first or 0)) * fps)
    if start < 0:
        report.lose(f"began {-start} frames before the timeline; cut there", where)
        start, trim = 0, trim - start
    kind: TrackKind = piece.kind if may_lie_on(source, piece.kind) else "audio"
    if not may_lie_on(source, kind):
        report.lose("has no sound to lie on an audio track; left out", where)
        return None
    fitted = _fitted(_frames(piece, source, retime), start, end, trim, draft, where)
    return fitted and Shown(piece, ids.of(id_of(piece.ours)), kind, *fitted, source, retime)


def _played(piece: Piece, source: Source, place: Fraction) -> tuple[Retime, int]:
    """How fast a piece plays, and the frame of its source as it plays at which it begins.

    place: where it begins in its file, in frames of the timeline.
    """
    frames, wanted = source_frames(source), piece.retime
    if frames is None:
        return Retime(), nearest(place)
    if wanted.freeze_frame is not None:
        ours = piece.ours.trim_start_frame if piece.ours and piece.ours.retime.freeze_frame is not None else 0
        return Retime(freeze_frame=min(max(nearest(place), 0), frames - 1)), ours
    return wanted, nearest(place / speed_of(wanted.speed))


def _frames(piece: Piece, source: Source, retime: Retime) -> int | None:
    """How many frames the piece may show of its source, whatever else the clip says; None: any number."""
    clip = msgspec.structs.replace(piece.ours or NO_CLIP, source=source, retime=retime)
    return None if clip.tail_handle is None else clip.trim_end_frame + clip.tail_handle


def _fitted(
    frames: int | None, start: int, end: int, trim: int, draft: Draft, where: str
) -> tuple[int, int, int] | None:
    """Start, end and trim so that only frames are shown that the source has."""
    if frames is None:
        return start, end, max(0, trim)
    length = end - start
    if trim >= frames and (first := _hours(trim, draft.rate)) and trim - first + length <= frames:
        draft.report.lose("its media's clock starts at a full hour, taken as the start of the file", where)
        return start, end, trim - first
    if trim >= frames or trim + length <= 0:
        draft.report.lose("shows frames that its media does not have; shown from the media's start", where)
        trim = 0
    if trim < 0:
        draft.report.lose(f"shows {-trim} frames before its media begins; cut there", where)
        start, trim = start - trim, 0
    if trim + (end - start) > frames:
        draft.report.lose(f"shows {trim + end - start - frames} frames after its media ends; cut there", where)
        end = start + frames - trim
    return (start, end, trim) if end > start else None


def _hours(trim: int, fps: Fraction) -> int:
    """The frames of the full hours in a source time."""
    hours = int(trim / fps) // 3600
    return nearest(hours * 3600 * fps)


def _missing(ref: MediaRef, least: int, fps: Fraction) -> MediaFileSource:
    """A media file that is not in any library: clips show it as missing, and `relink` finds it by its id."""
    frames = None if ref.length is None or ref.kind == "image" else max(least, nearest(ref.length * fps))
    return MediaFileSource(
        media_file_id=str(uuid5(_MISSING, ref.sha256 or ref.url or ref.name)),
        kind=ref.kind,
        frames=frames,
        has_audio=ref.has_audio and ref.kind != "image",
        sha256=ref.sha256 or None,
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else "…" + text[-79:]
