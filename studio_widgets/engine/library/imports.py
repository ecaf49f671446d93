"""Media files and takes from the library onto a project's timeline, one after the other, as one undo step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec
import pandas as pd

from studio_widgets.engine.errors import EditError, MissingMediaError
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.recording_rows import Recording
from studio_widgets.engine.library.references import Media, find_source
from studio_widgets.engine.timeline.edits.put import natural_length
from studio_widgets.engine.timeline.lanes import free_track
from studio_widgets.engine.timeline.model import Source, Timeline, source_track_kind
from studio_widgets.engine.timeline.timecode import Time, to_frame

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.session import ProjectSession

Wanted = Media | Iterable[Media] | pd.DataFrame
"""Media files and takes: one or several of them, their names or ids, or a DataFrame with a column `id`."""

_NAMED = 5  # missing files that an error names


class Imported(msgspec.Struct, frozen=True):
    """The clips that were made, and the frames `[start, end)` they fill.

    `repeated`: the token's import had been done before; nothing was added, and `start` is where the timeline ends.
    """

    created: list[str]
    start: int
    end: int
    repeated: bool = False


def import_media(
    session: ProjectSession, media: Wanted, *, track: str | None = None, at: Time | None = None, token: str = ""
) -> Imported:
    """Put media files and takes on the timeline of a project, each after the one before.

    Parameters
    ----------
    track: `V1`, `A2` …, which must have room; None: for each the lowest unlocked track of its kind that is free there,
        a new one when none is.
    at: where the first starts; None: at the end of the timeline.
    token: with one, this import happens once per project, however often it is asked for and whatever crashes meanwhile:
        see `ProjectSession.apply_all`.

    Raises MissingMediaError, RecordingError, EditError; then nothing was added.
    """
    fps = session.timeline.fps
    found = _sources(session.library, _listed(media), fps)
    place = None if at is None else to_frame(at, fps)

    def plan(t: Timeline) -> list[tuple[str, Mapping[str, Any]]]:
        frame = t.total_frames if place is None else place
        steps: list[tuple[str, Mapping[str, Any]]] = []
        for name, source in found:
            length = natural_length(source, fps)
            # They lie one after the other, so that none is in the way of the next.
            chosen = track or free_track(t, source_track_kind(source), frame, length)
            steps.append(("add", {"source": source, "name": name, "track": chosen, "at": frame}))
            frame += length
        return steps

    applied = session.apply_all(plan, token=token)
    timeline = session.timeline
    if applied is None:
        return Imported([], timeline.total_frames, timeline.total_frames, repeated=True)
    clips = [timeline.clip_by_id[clip] for clip in applied.created if clip in timeline.clip_by_id]
    if not clips:
        return Imported(applied.created, timeline.total_frames, timeline.total_frames)
    return Imported(applied.created, clips[0].start_frame, clips[-1].end_frame)


def _listed(media: Wanted) -> list[Media]:
    if isinstance(media, pd.DataFrame):
        if "id" not in media.columns:
            raise EditError("the DataFrame has no column id", hint="Use rows of library.files().")
        return list(media["id"])
    if isinstance(media, MediaFile | Recording | str) or not isinstance(media, Iterable):
        return [media]
    return list(media)


def _sources(library: Library, media: list[Media], fps: Fraction) -> list[tuple[str, Source]]:
    """Name and source of each; MissingMediaError that names all that are not there."""
    found: list[tuple[str, Source]] = []
    missing: list[tuple[Media, MissingMediaError]] = []
    for one in media:
        try:
            found.append(find_source(library, one, fps))
        except MissingMediaError as error:
            missing.append((one, error))
    if len(missing) == 1:
        raise missing[0][1]
    if missing:
        names = ", ".join(repr(str(one)) for one, _ in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise MissingMediaError(
            f"{len(missing)} of these are not in the library: {names}{more}",
            hint="Nothing was added. See studio.library.files() for what is there.",
        )
    return found
