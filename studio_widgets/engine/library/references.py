"""What a cell means by a media file or take: the value itself, its name, its id."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_widgets.engine.errors import MissingMediaError
from studio_widgets.engine.library import recording_rows
from studio_widgets.engine.library.clip_sources import complete_source
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.recording_rows import Recording
from studio_widgets.engine.timeline.model import CameraSource, MediaFileSource, RecordingSource, Source

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

Media = MediaFile | Recording | str | os.PathLike[str]
"""A media file or take, or the name or id of one. A path names a file of the library only if that is its name there."""

CAMERA = "camera:"  # "camera:<device id>" stands for a live device


def source_of(library: Library, media: Media) -> dict[str, Any]:
    """The JSON form of the source that `media` names, by id alone: applying an edit completes it.

    Raises MissingMediaError when the library has no such thing; its hint says how to add a file that is on disk.
    """
    if isinstance(media, MediaFile):
        return {"type": "media_file", "mediaFileId": media.id}
    if isinstance(media, Recording):
        return {"type": "recording", "recordingId": media.id}
    if not isinstance(media, str | os.PathLike):
        raise MissingMediaError(
            f"a {type(media).__name__} is no media file",
            hint='Give its name or id, or the media file itself: studio.library["talk.mp4"]',
        )
    name = os.fspath(media)
    if name.startswith(CAMERA):
        return {"type": "camera", "deviceId": name.removeprefix(CAMERA) or None}
    try:
        return {"type": "media_file", "mediaFileId": library[name].id}
    except MissingMediaError as error:
        if take := _take(library, name):
            return {"type": "recording", "recordingId": take}
        if Path(name).exists():
            raise MissingMediaError(
                f"{name!r} is a file that is not in the library", hint=f"Add it first: studio.library.add({name!r})"
            ) from error
        raise


def find_source(library: Library, media: Media, fps: Fraction) -> tuple[str, MediaFileSource | RecordingSource]:
    """Name and whole source of what `media` names, for a timeline of this rate.

    Raises MissingMediaError when the library has no such thing, RecordingError for a take that is not ready.
    """
    given = source_of(library, media)
    if given["type"] == "camera":
        raise MissingMediaError(f"{media!r} is a live device, not a file", hint="Record it first: studio.recorder().")
    return complete_source(library, given["type"], given.get("mediaFileId") or given["recordingId"], fps)


def reference(source: Source) -> dict[str, Any]:
    """The JSON form of a source by its id alone: equal for sources that read the same bytes."""
    if isinstance(source, MediaFileSource):
        return {"type": "media_file", "mediaFileId": source.media_file_id}
    if isinstance(source, RecordingSource):
        return {"type": "recording", "recordingId": source.recording_id}
    if isinstance(source, CameraSource):
        return {"type": "camera", "deviceId": source.device_id}
    return {"type": "title"}


def _take(library: Library, name: str) -> str | None:
    """The id of the take of that id, or else of the newest one of that name."""
    with library.database.connection() as connection:
        if recording_rows.find(connection, library.owner, name) is not None:
            return name
        found, _ = recording_rows.page(connection, library.owner, name, 0, 100)
    return next((take.id for take in found if take.name == name), None)
