"""A timeline's clips as a DataFrame."""

from __future__ import annotations

import pandas as pd

from studio_widgets.engine.timeline.model import (
    CameraSource,
    MediaFileSource,
    RecordingSource,
    Source,
    Timeline,
    TitleSource,
)
from studio_widgets.engine.timeline.timecode import timecode

_COLUMNS = {
    "id": "str",
    "name": "str",
    "track": "str",
    "start": "int64",
    "end": "int64",
    "duration": "int64",
    "trim_start": "int64",
    "trim_end": "int64",
    "start_timecode": "str",
    "end_timecode": "str",
    "source": "str",
    "source_id": "object",
    "text": "object",
    "gain_db": "float64",
    "muted": "bool",
    "opacity": "float64",
}


def clips_frame(t: Timeline) -> pd.DataFrame:
    """One row a clip, by track and start.

    Columns: `start`, `end` (exclusive), `duration`, `trim_start`, `trim_end` (exclusive) in timeline frames; `source`
    is `media_file`, `recording`, `title` or `camera` with `source_id` (None for titles); `text` is a title's.
    """
    rows = [
        {
            "id": clip.id,
            "name": clip.name,
            "track": t.tracks[clip.track_index].id,
            "start": clip.start_frame,
            "end": clip.end_frame,
            "duration": clip.duration_frames,
            "trim_start": clip.trim_start_frame,
            "trim_end": clip.trim_end_frame,
            "start_timecode": timecode(clip.start_frame, t.fps),
            "end_timecode": timecode(clip.end_frame, t.fps),
            "source": clip.source.__struct_config__.tag,
            "source_id": _source_id(clip.source),
            "text": clip.source.text if isinstance(clip.source, TitleSource) else None,
            "gain_db": clip.audio.gain_db,
            "muted": clip.audio.muted,
            "opacity": clip.transform.opacity,
        }
        for clip in t.clips
    ]
    # Column by column: pandas would make NaN of None in a column of texts.
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in _COLUMNS.items()})


def _source_id(source: Source) -> str | None:
    if isinstance(source, MediaFileSource):
        return source.media_file_id
    if isinstance(source, RecordingSource):
        return source.recording_id
    return source.device_id if isinstance(source, CameraSource) else None
