"""What is known about a media file, as plain values that cross processes and sit in the database as JSON."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal

import msgspec

MediaKind = Literal["video", "image", "audio"]
StreamKind = Literal["video", "audio", "subtitle", "data", "attachment", "picture", "unknown"]
Rotation = Literal[0, 90, 180, 270]

_FINE = Fraction(1, 1000)  # seconds: clocks that tick more slowly count frames


class _Value(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A frozen struct whose JSON is camelCase."""


class StreamInfo(_Value, frozen=True):
    """One stream of a file. `picture` is a cover image, which is not the file's video.

    Rates, times and aspect ratios are exact Fraction texts; `start` is the stream's own start in the file's clock.
    """

    index: int
    kind: StreamKind
    codec: str
    language: str = ""
    start: str = "0"
    width: int = 0
    height: int = 0
    pixel_format: str = ""
    rate: str | None = None
    sample_rate: int = 0
    channels: int = 0


class MediaInfo(_Value, frozen=True):
    """What a file is and how long.

    `duration`: seconds (exact Fraction text) from the common start to the end of picture and sound; "0" for stills.
    Sound that hangs over the last picture by less than a frame (codecs pad) does not count.
    `width`, `height`: as displayed, sample aspect ratio and rotation applied; `coded_*`: as decoded.
    `rotation`: clockwise degrees to turn a decoded frame for display.
    `rate`: average frames per second, or None without video; `usual_rate`: how fast frames follow each other where they
    mostly do, which tells more of a recording that pauses.
    `keyframe_gap`: the longest time, in seconds, from one key frame to the next or to the end; None: not known.
    `hdr`: the picture is meant for HDR displays (PQ or HLG). `tick`: the unit of its timestamps, in seconds.
    `start`: when the earliest picture or sound starts in the file's own clock, in seconds: positions in this package
    count from there, for all streams of the file alike.
    """

    kind: MediaKind
    container: str
    mime: str
    duration: str = "0"
    width: int = 0
    height: int = 0
    coded_width: int = 0
    coded_height: int = 0
    rotation: Rotation = 0
    sar: str = "1"
    rate: str | None = None
    has_video: bool = False
    has_audio: bool = False
    has_alpha: bool = False
    variable_rate: bool = False
    usual_rate: str | None = None
    keyframe_gap: str | None = None
    hdr: bool = False
    tick: str | None = None
    start: str = "0"
    streams: tuple[StreamInfo, ...] = ()

    @property
    def seconds(self) -> Fraction:
        """The duration in seconds, exactly."""
        return Fraction(self.duration)

    @property
    def rounding(self) -> Fraction:
        """How far, in seconds, a timestamp of the file may lie from the time that was meant: see `rounding_of`."""
        if self.tick is None:  # probed before this was noted
            return Fraction(1, 2000) if self.container.startswith("matroska") else Fraction(0)
        return rounding_of(Fraction(self.tick))

    def frames(self, fps: Fraction) -> int | None:
        """How many timeline frames at `fps` the file can feed (the last may be partly covered); None for stills."""
        return None if self.kind == "image" else math.ceil(self.seconds * fps)


def rounding_of(tick: Fraction) -> Fraction:
    """How far a timestamp counted in ticks of so many seconds may lie from the time that was meant.

    Frame 2 of 30 a second is meant for 66.67 ms, and stands at 67 where times are whole milliseconds (Matroska and
    WebM, so every browser recording); in MPEG-TS's 90,000ths frame 1 of 59.94 a second stands at 1502, not at 1501.5.
    Taken literally, such frames would be shown one late. Half a tick makes up for it. A clock that ticks once a frame
    or so (AVI, Theora, many MP4 files) is exact: 0.
    """
    return tick / 2 if tick <= _FINE else Fraction(0)


class SourceFile(_Value, frozen=True):
    """A file as the renderer needs it: where it is, which bytes it has, what it is, and its proxy when there is one.

    `mezzanine`: its pictures once more, encoded as exports are, when they lie on this machine.
    """

    path: str
    sha256: str
    info: MediaInfo
    proxy: str | None = None
    mezzanine: str | None = None


class SpriteInfo(_Value, frozen=True):
    """A filmstrip: one JPEG of `columns` × `rows` tiles, of which `count` are used, row by row.

    Tile k shows the source at second `k * seconds_per_tile`.
    """

    columns: int
    rows: int
    count: int
    tile_width: int
    tile_height: int
    seconds_per_tile: float
