"""The sound of a timeline: clips as pieces on an absolute 48 kHz sample axis, mixed in float32.

A sample's value depends on its absolute position only, never on how the mix is cut into blocks: chunks mixed in
different processes fit together without a seam.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from studio_widgets.engine.errors import RenderError, StudioError
from studio_widgets.engine.media.audio import AudioReader
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render.layers import label, sample_at, source_file
from studio_widgets.engine.render.tempo import TempoReader
from studio_widgets.engine.timeline.clips import speed_of
from studio_widgets.engine.timeline.model import Clip, Timeline, Transition
from studio_widgets.engine.timeline.motion import RANGES, curve_of, is_moving, value_of

CHANNELS = 2
MAX_READERS = 12  # open sound files at a time

Samples = npt.NDArray[np.float32]


class Reader(Protocol):
    """What the mixer needs of an AudioReader."""

    def read(self, start: int, count: int) -> Samples:
        """Samples `[start, start + count)` of the source as float32 of shape (2, count), zeros outside."""

    def close(self) -> None:
        """Let go of the file."""


class Ramp(msgspec.Struct, frozen=True, rename="camel"):
    """A change of gain over the samples `[start, start + length)`: before and after it the gain is 0 or 1.

    `linear` is for fades to and from silence; `power` is a quarter sine, whose rising and falling halves keep the power
    of two different sounds constant through a crossfade.
    """

    start: int
    length: int
    rising: bool
    shape: Literal["linear", "power"] = "linear"

    def values(self, start: int, count: int) -> Samples:
        """The gain at samples `[start, start + count)`, float32 of shape (count,)."""
        position = (np.arange(start, start + count, dtype=np.float64) - self.start + 0.5) / max(self.length, 1)
        rise = np.clip(position if self.rising else 1.0 - position, 0.0, 1.0)
        return (np.sin(rise * (math.pi / 2)) if self.shape == "power" else rise).astype(np.float32)

    def shift(self, by: int) -> Ramp:
        """The same ramp, counted from sample `by`."""
        return msgspec.structs.replace(self, start=self.start - by)


class Swell(msgspec.Struct, frozen=True, rename="camel"):
    """A gain that changes: straight from each `(sample, gain)` to the next, at least two, by rising samples."""

    points: tuple[tuple[int, float], ...]

    def values(self, start: int, count: int) -> Samples:
        """The gain at samples `[start, start + count)`, float32 of shape (count,)."""
        at, gains = (np.array(column, dtype=np.float64) for column in zip(*self.points, strict=True))
        return np.interp(np.arange(start, start + count, dtype=np.float64), at, gains).astype(np.float32)

    def window(self, first: int, last: int, by: int) -> tuple[Swell | None, float]:
        """What matters of it in samples `[first, last)`, counted from sample `by`; None and the gain if that is one."""
        places = [sample for sample, _ in self.points]
        begin = max(0, bisect_right(places, first) - 1)
        kept = self.points[begin : bisect_left(places, last - 1) + 1]
        if len({gain for _, gain in kept}) == 1:
            return None, kept[0][1]
        return Swell(tuple((sample - by, gain) for sample, gain in kept)), 1.0


class Piece(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One clip's sound over the samples `[start, end)`: sample n plays `source_start + n - start` of the source as it
    plays at `speed`, its pitch kept. A `swell` takes the place of the gain."""

    start: int
    end: int
    file: SourceFile
    source_start: int = 0
    speed: str = "1"
    gain: float = 1.0
    ramps: tuple[Ramp, ...] = ()
    swell: Swell | None = None
    clip: str = ""

    def window(self, start: int, end: int) -> Piece:
        """The piece's part in `[start, end)`, counted from `start`, without the ramps that change nothing there."""
        first, last = max(self.start, start), min(self.end, end)
        ramps = (ramp for ramp in self.ramps if not _is_one(ramp, first, last))
        swell, gain = self.swell.window(first, last, start) if self.swell else (None, self.gain)
        return msgspec.structs.replace(
            self,
            start=first - start,
            end=last - start,
            source_start=self.source_start + first - self.start,
            ramps=tuple(ramp.shift(start) for ramp in ramps),
            swell=swell,
            gain=gain,
        )


def timeline_pieces(timeline: Timeline, files: Mapping[str, SourceFile]) -> tuple[Piece, ...]:
    """All audible pieces of a timeline in absolute samples, sorted by start and then by what they play.

    Muted tracks and clips are silent; when any track is solo, only solo tracks sound. A hidden track still sounds.
    Raises MissingMediaError naming the clip whose source is not in `files`.
    """
    into = {transition.right_clip_id: transition for transition in timeline.transitions}
    out_of = {transition.left_clip_id: transition for transition in timeline.transitions}
    pieces = (_piece(timeline, clip, files, into.get(clip.id), out_of.get(clip.id)) for clip in _audible(timeline))
    return tuple(sorted((piece for piece in pieces if piece), key=_order))


def _order(piece: Piece) -> tuple[object, ...]:
    """Sort key of pieces: of what they are, not of the track they lie on.

    Sums of floats depend on the order; a sound taken onto another track must not change the mix by a bit.
    """
    points = piece.swell.points if piece.swell else ()
    what = (piece.file.sha256 or piece.file.path, piece.source_start, piece.gain, piece.speed, points)
    return piece.start, piece.end, *what


class Mixer:
    """Mixes pieces, keeping their files open between blocks. Not thread-safe; a context manager.

    With `proxies`, sound comes from proxies where there are any (they share the source's time axis).
    """

    def __init__(self, pieces: Sequence[Piece], *, proxies: bool = False) -> None:
        self.replace(pieces)
        self._proxies = proxies
        self._readers: dict[tuple[str, str, int], Reader] = {}

    def replace(self, pieces: Sequence[Piece]) -> None:
        """Go on with other pieces; files that are open stay open."""
        self._pieces = tuple(pieces)
        self._starts = np.array([piece.start for piece in self._pieces], dtype=np.int64)
        self._ends = np.array([piece.end for piece in self._pieces], dtype=np.int64)

    def mix(self, start: int, count: int, *, clip: bool = True) -> Samples:
        """Samples `[start, start + count)` of the timeline: float32 of shape (2, count), within -1..1 unless not to
        be clipped.

        `start` may be negative; outside all pieces there is silence. Raises RenderError naming clip and source.
        """
        out = np.zeros((CHANNELS, count), dtype=np.float32)
        sounding = np.flatnonzero((self._starts < start + count) & (self._ends > start))
        for index in sounding:
            self._add(out, start, int(index))
        return np.clip(out, -1.0, 1.0, out=out) if clip else out

    def close(self) -> None:
        """Close all files."""
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def __enter__(self) -> Mixer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _add(self, out: Samples, start: int, index: int) -> None:
        piece = self._pieces[index]
        first, last = max(piece.start, start), min(piece.end, start + out.shape[1])
        try:
            sound = self._reader(piece, index).read(piece.source_start + first - piece.start, last - first)
        except StudioError as error:
            raise RenderError(
                f"{piece.clip} cannot be heard: {error.message}", where=piece.file.path, hint=error.hint
            ) from error
        if piece.swell:
            gain = piece.swell.values(first, last - first)
        else:
            gain = np.full(last - first, piece.gain, dtype=np.float32)
        for ramp in piece.ramps:
            gain *= ramp.values(first, last - first)
        out[:, first - start : last - start] += sound * gain

    def _reader(self, piece: Piece, index: int) -> Reader:
        path = piece.file.proxy if self._proxies and piece.file.proxy else piece.file.path
        # Two clips of one file that cross-fade must not make one reader jump to and fro: neighbours get two readers.
        key = (path, piece.speed, index % 2)
        reader: Reader | None = self._readers.pop(key, None)
        if reader is None:
            if len(self._readers) >= MAX_READERS:
                self._readers.pop(next(iter(self._readers))).close()
            reader = AudioReader(path, info=piece.file.info if path == piece.file.path else None)
            if piece.speed != "1":
                reader = TempoReader(reader, speed_of(piece.speed))
        self._readers[key] = reader  # last in, last out
        return reader


def mix(pieces: Sequence[Piece], start: int, count: int) -> Samples:
    """Mix `[start, start + count)` once: float32 of shape (2, count) at 48 kHz, within -1..1."""
    with Mixer(pieces) as mixer:
        return mixer.mix(start, count)


def _audible(timeline: Timeline) -> Iterator[Clip]:
    solo = any(track.solo for track in timeline.tracks)
    for clip in timeline.clips:
        track = timeline.tracks[clip.track_index]
        if not track.muted and (track.solo or not solo) and not clip.audio.muted:
            yield clip


def _piece(
    timeline: Timeline,
    clip: Clip,
    files: Mapping[str, SourceFile],
    into: Transition | None,
    out_of: Transition | None,
) -> Piece | None:
    file = source_file(clip, files)
    if file is None or not file.info.has_audio or clip.retime.freeze_frame is not None:
        return None
    fps = timeline.fps
    early = into.right_lends_frames if into else 0
    late = out_of.left_lends_frames if out_of else 0
    start = sample_at(clip.start_frame - early, fps)
    # the source's position is derived from the clip's own start, so that a transition does not shift it by a sample
    source_start = sample_at(clip.trim_start_frame, fps) - (sample_at(clip.start_frame, fps) - start)
    swell, gain = _swell(clip, range(clip.start_frame - early, clip.end_frame + late + 1), fps)
    return Piece(
        start=start,
        end=sample_at(clip.end_frame + late, fps),
        file=file,
        source_start=source_start,
        speed=clip.retime.speed,
        gain=gain,
        swell=swell,
        ramps=tuple(_ramps(timeline, clip, into, out_of)),
        clip=label(clip),
    )


def _swell(clip: Clip, frames: range, fps: Fraction) -> tuple[Swell | None, float]:
    """The gain over timeline frames: what the keyframes say at each frame, and straight lines in between.

    A jump takes a frame, so that it does not click.
    """
    curve = curve_of(clip, "gain_db")
    if curve is None:
        return None, 10.0 ** (clip.audio.gain_db / 20.0)
    by = clip.start_frame - clip.trim_start_frame
    told = {frames[0], frames[-1]}
    for before, after in pairwise(curve.keys):
        first, last = max(before.frame + by, frames[0]), min(after.frame + by, frames[-1])
        told.update(range(first, last + 1) if is_moving(before, after) else (max(first, last - 1), last))
    told.update(key.frame + by for key in curve.keys)
    points = [(sample_at(at, fps), _gain(value_of(curve.keys, at - by))) for at in sorted(told) if at in frames]
    return Swell(tuple(points)).window(points[0][0], points[-1][0] + 1, 0)


def _gain(gain_db: float) -> float:
    least, most = RANGES["gain_db"]
    return float(10.0 ** (min(max(gain_db, least), most) / 20.0))


def _ramps(timeline: Timeline, clip: Clip, into: Transition | None, out_of: Transition | None) -> Iterator[Ramp]:
    """A transition takes the place of the fade at its side; a dip goes through silence as through its colour."""
    fps, audio = timeline.fps, clip.audio

    def between(start: int, end: int, rising: bool, shape: Literal["linear", "power"]) -> Ramp:
        first = sample_at(start, fps)
        return Ramp(first, sample_at(end, fps) - first, rising, shape)

    if into and into.kind == "dip":
        yield between(clip.start_frame, clip.start_frame + into.tail_frames, True, "linear")
    elif into:
        begin = clip.start_frame - into.lead_frames
        yield between(begin, begin + into.duration_frames, True, "power")
    elif audio.fade_in_frames:
        yield between(clip.start_frame, clip.start_frame + audio.fade_in_frames, True, "linear")
    if out_of and out_of.kind == "dip":
        yield between(clip.end_frame - out_of.lead_frames, clip.end_frame, False, "linear")
    elif out_of:
        begin = clip.end_frame - out_of.lead_frames
        yield between(begin, begin + out_of.duration_frames, False, "power")
    elif audio.fade_out_frames:
        yield between(clip.end_frame - audio.fade_out_frames, clip.end_frame, False, "linear")


def _is_one(ramp: Ramp, first: int, last: int) -> bool:
    return first >= ramp.start + ramp.length if ramp.rising else last <= ramp.start
