"""A media file as a value: one row of `media_files` with its local bytes and what probing found."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.timeline.model import MediaKind

SourceType = Literal["upload", "studio_recording", "studio_export"]
PROBE = "probe"  # the key of `studio_metadata` that holds what probing found


class MediaFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the library knows of one file.

    `path` is a local file with its bytes (never to be written to), `file_size` counts bytes, `duration_seconds` is None
    for stills, `width` and `height` are the displayed size in pixels (None for sound).
    """

    id: str
    name: str
    kind: MediaKind
    file_type: str
    file_size: int
    tags: tuple[str, ...]
    description: str
    source_type: SourceType
    duration_seconds: float | None
    width: int | None
    height: int | None
    sha256: str
    storage_key: str
    path: Path
    info: MediaInfo
    metadata: dict[str, Any]
    created_at: datetime.datetime
    updated_at: datetime.datetime

    @property
    def has_audio(self) -> bool:
        """Whether there is sound in it."""
        return self.info.has_audio

    def __repr__(self) -> str:
        size = f", {self.width}×{self.height}" if self.width else ""
        length = f", {self.duration_seconds:.2f} s" if self.duration_seconds else ""
        return f"MediaFile({self.name!r}, {self.kind}{size}{length}, id={self.id!r})"


def info_to_metadata(info: MediaInfo) -> dict[str, Any]:
    """What probing found, as the part of `studio_metadata` that keeps it (media files and takes alike)."""
    return {PROBE: msgspec.to_builtins(info)}


def info_from_metadata(metadata: dict[str, Any], what: str) -> MediaInfo:
    """What probing found. Raises LibraryError when the row has none: it was not written by this library."""
    try:
        return msgspec.convert(metadata[PROBE], MediaInfo)
    except (KeyError, msgspec.ValidationError) as error:
        raise LibraryError(
            "nothing is known about its streams", where=what, hint="Add the file again: library.add(path)."
        ) from error
