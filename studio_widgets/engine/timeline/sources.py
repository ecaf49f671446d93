"""What a clip shows: a file of the library, a take, a live camera, a title."""

from __future__ import annotations

from typing import Literal

import msgspec

MediaKind = Literal["video", "image", "audio"]
TrackKind = Literal["video", "audio"]


class Value(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A frozen struct whose JSON is camelCase and leaves defaults out."""


class MediaFileSource(Value, frozen=True, tag_field="type", tag="media_file"):
    """A media file of the library.

    `frames` is how many timeline frames the source can feed (None: unbounded, as a still is). `sha256` pins the bytes.
    """

    media_file_id: str
    url: str | None = None
    kind: MediaKind = "video"
    frames: int | None = None
    has_audio: bool = True
    sha256: str | None = None


class RecordingSource(Value, frozen=True, tag_field="type", tag="recording"):
    """A staged take (`studio_recordings`), until it is saved to the library."""

    recording_id: str
    url: str | None = None
    kind: MediaKind = "video"
    frames: int | None = None
    has_audio: bool = True
    sha256: str | None = None


class CameraSource(Value, frozen=True, tag_field="type", tag="camera"):
    """A live device: a placeholder while a take is being recorded. Renders as black."""

    device_id: str | None = None


class TitleStyle(Value, frozen=True):
    """How a title looks. Sizes and positions are fractions of the picture, so they survive a change of output size.

    `x`, `y` are the anchor (0..1 from the left and top edge); `align` says which side of the text block lies on `x`,
    and the block is centred on `y`. Colours are `#rrggbb` or `#rrggbbaa`.
    """

    size: float = 0.09
    color: str = "#ffffff"
    background: str | None = None
    outline: str | None = None
    align: Literal["left", "center", "right"] = "center"
    x: float = 0.5
    y: float = 0.5
    bold: bool = False


class TitleSource(Value, frozen=True, tag_field="type", tag="title"):
    """Text drawn by the renderer."""

    text: str
    style: TitleStyle = TitleStyle()


Source = MediaFileSource | RecordingSource | CameraSource | TitleSource


_FILES = (MediaFileSource, RecordingSource)  # a tuple: `A | B` is made anew at each `isinstance`, ten thousand times


def source_key(source: Source) -> str:
    """Name of what a source reads: `media:<id>`, `recording:<id>`, `camera:<device>` or `title`.

    Two clips with one key read the same bytes (titles read none).
    """
    if isinstance(source, MediaFileSource):
        return f"media:{source.media_file_id}"
    if isinstance(source, RecordingSource):
        return f"recording:{source.recording_id}"
    if isinstance(source, CameraSource):
        return f"camera:{source.device_id or ''}"
    return "title"


def source_frames(source: Source) -> int | None:
    """How many timeline frames the source can feed; None: any number, before frame 0 too (stills, titles, cameras)."""
    return source.frames if isinstance(source, _FILES) else None


def source_track_kind(source: Source) -> TrackKind:
    """The kind of track a clip of this source goes on unless told: sound files on audio tracks, all else on video."""
    if isinstance(source, _FILES) and source.kind == "audio":
        return "audio"
    return "video"


def may_lie_on(source: Source, kind: TrackKind) -> bool:
    """Whether a track of that kind takes the source: audio tracks whatever sounds, video tracks whatever is seen."""
    if kind == "video":
        return source_track_kind(source) == "video"
    return source_track_kind(source) == "audio" or source_has_sound(source)


def source_has_sound(source: Source) -> bool:
    """Whether there is sound to set a gain or fade on."""
    if isinstance(source, _FILES):
        return source.kind != "image" and source.has_audio
    return False
