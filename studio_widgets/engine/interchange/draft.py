"""What every reader makes of its file: pieces on lanes, in exact seconds, before there is a timeline.

    .otio ─ from_otio ─┐
    FCPXML ─ fcpxml_read ─┼─▶ Draft ─ build ─▶ Timeline and Report
    EDL ─ edl_read ─┘           ▲ find: what a reference means in the library

A lane is a tuple of numbers that sorts from the lowest to the highest: `(0,)` the main story, `(1,)` above it, `(0, 1)`
above the main story but inside something nested in it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import msgspec

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline.model import (
    AudioSettings,
    Caption,
    Clip,
    Counters,
    MediaKind,
    Retime,
    Source,
    Track,
    TrackKind,
    Transform,
    Transition,
)

MAX_PIECES = 100_000
MAX_BYTES = 64 * 1024 * 1024  # of a file's text: ten thousand clips with transitions take a third of it
MAX_DEPTH = 32  # stacks in stacks, compound clips in compound clips

Lane = tuple[int, ...]


class MediaRef(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of the media behind a clip; nothing of it is to be trusted.

    `url` is a path or an address, only looked at for its name unless the user names a folder. `first` is the time of
    its first frame in its own clock, `length` how long it is; both in seconds, None when the file does not say.
    `source` is what this package wrote beside it.
    """

    name: str = ""
    url: str = ""
    kind: MediaKind = "video"
    first: Fraction | None = None
    length: Fraction | None = None
    has_audio: bool = True
    sha256: str = ""
    source: Source | None = None


Find = Callable[[MediaRef, Fraction], Source | None]
"""The source that a reference means, on a timeline of that many frames a second; None when there is none."""


class Piece(msgspec.Struct, kw_only=True):
    """A clip to be. Times in seconds: `start` on the timeline, `trim_start` in the clock of its media.

    `source` is what it shows where that is no media (a title); else `media` says what to look for. `ours` is the clip
    that this package wrote: all that has no field here stays as it is there. `retime` is how fast it plays;
    `trim_start` is a time of the media at any speed, and of a freeze frame its own.
    """

    kind: TrackKind
    lane: Lane
    start: Fraction
    duration: Fraction
    trim_start: Fraction = Fraction(0)
    name: str = ""
    source: Source | None = None
    media: MediaRef | None = None
    ours: Clip | None = None
    transform: Transform = Transform()
    audio: AudioSettings = AudioSettings()
    retime: Retime = Retime()


class Join(msgspec.Struct, kw_only=True):
    """A transition on the cut between two pieces, which it covers by `before` and `after` seconds.

    `ours` is the transition that this package wrote.
    """

    left: Piece
    right: Piece
    before: Fraction
    after: Fraction
    ours: Transition | None = None


class Note(msgspec.Struct, kw_only=True):
    """A marker at a time in seconds."""

    at: Fraction
    name: str
    note: str = ""
    color: str | None = None
    chapter: bool = False
    id: str | None = None


class Draft(msgspec.Struct, kw_only=True):
    """A timeline to be. `tracks` are the settings of lanes where the file says any.

    `rate` is frames a second, `width` and `height` are pixels: 0 where the file does not say.
    """

    rate: Fraction
    width: int = 0
    height: int = 0
    pieces: list[Piece] = msgspec.field(default_factory=list)
    joins: list[Join] = msgspec.field(default_factory=list)
    notes: list[Note] = msgspec.field(default_factory=list)
    captions: list[Caption] = msgspec.field(default_factory=list)
    tracks: dict[tuple[TrackKind, Lane], Track] = msgspec.field(default_factory=dict)
    order: list[str] = msgspec.field(default_factory=list)  # ids of tracks as they lie in the value, where known
    counters: Counters = Counters()
    report: Report = msgspec.field(default_factory=Report)

    def put(self, piece: Piece) -> Piece:
        """Take in a piece. InterchangeError when there are more than any timeline of people: such a file is a trap."""
        if len(self.pieces) >= MAX_PIECES:
            raise InterchangeError(f"there are more than {MAX_PIECES:,} clips in it")
        self.pieces.append(piece)
        return piece

    def note(self, note: Note) -> None:
        """Take in a marker, as `put` does a piece."""
        if len(self.notes) >= MAX_PIECES:
            raise InterchangeError(f"there are more than {MAX_PIECES:,} markers in it")
        self.notes.append(note)


__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_PIECES", "Draft", "Find", "Join", "Lane", "MediaRef", "Note", "Piece"]
