"""What a clip shows, by its id alone: name, kind, length and bytes of a media file or take."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from studio_widgets.engine.errors import EditError, MissingMediaError
from studio_widgets.engine.library import recording_rows
from studio_widgets.engine.library.recording_rows import Recording
from studio_widgets.engine.timeline import commands
from studio_widgets.engine.timeline.model import MediaFileSource, RecordingSource, Source, source_key

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

_ID_KEYS = {"media_file": "mediaFileId", "recording": "recordingId"}


def complete_source(
    library: Library, kind: Literal["media_file", "recording"], source_id: str, fps: Fraction
) -> tuple[str, MediaFileSource | RecordingSource]:
    """Name and whole source of a media file or take; MissingMediaError when there is none.

    A take that was saved meanwhile comes as its media file. `fps` is the timeline's rate: lengths are counted in its
    frames.
    """
    if kind == "recording":
        recording = find_recording(library, source_id)
        if recording.media_file_id is None:
            return recording.name, recording_source(recording, fps)
        source_id = recording.media_file_id
    media = library.get(source_id)
    return media.name, library.source(media, fps)


def complete_args(library: Library, op: str, args: Mapping[str, Any], fps: Fraction) -> dict[str, Any]:
    """The arguments of an edit with sources that are given by id filled in: what they are, how long, which bytes.

    Raises EditError for a source without an id, MissingMediaError for one that is not there.
    """
    completed = dict(args)
    for key in ("source", "source_to") if op in commands.EDITS else ():  # of others the edit says what is wrong
        source = args.get(key)
        if not isinstance(source, Mapping) or source.get("type") not in _ID_KEYS:
            continue
        given = source.get(_ID_KEYS[source["type"]])
        if not isinstance(given, str) or not given:
            raise EditError(f"a source of type {source['type']!r} needs {_ID_KEYS[source['type']]}", where=op)
        name, full = complete_source(library, source["type"], given, fps)
        completed[key] = msgspec.to_builtins(full)
        if key == "source" and not args.get("name"):
            completed["name"] = name
    return completed


def find_recording(library: Library, recording_id: str) -> Recording:
    """The take of that id; MissingMediaError when there is none."""
    with library.database.connection() as connection:
        recording = recording_rows.find(connection, library.owner, recording_id)
    if recording is None:
        raise MissingMediaError(
            f"there is no recording {recording_id!r} (any more)", hint="See studio.recordings.list()."
        )
    return recording


def recording_source(recording: Recording, fps: Fraction) -> RecordingSource:
    """The take as a clip's source; RecordingError while it is not ready."""
    info = recording.info
    return RecordingSource(
        recording_id=recording.id,
        kind=recording.kind,
        frames=info.frames(fps),
        has_audio=info.has_audio,
        sha256=recording.sha256,
    )


def source_name(library: Library, source: Source) -> str:
    """How a cell calls the source: a media file by its name where that finds it, everything else by its id."""
    if isinstance(source, MediaFileSource):
        try:
            name = library.get(source.media_file_id).name
            return name if library[name].id == source.media_file_id else source.media_file_id
        except MissingMediaError:
            return source.media_file_id  # it was deleted: its id is what is left
    if isinstance(source, RecordingSource):
        return source.recording_id
    return source_key(source)
