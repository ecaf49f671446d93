"""A timeline's clips as rows: what `to_frame()` shows, `where()` asks and `update()` changes."""

from __future__ import annotations

from typing import Any

from studio_widgets.engine.timeline.clips import speed_of
from studio_widgets.engine.timeline.model import (
    CameraSource,
    Clip,
    MediaFileSource,
    RecordingSource,
    Source,
    Timeline,
    TitleSource,
)
from studio_widgets.engine.timeline.timecode import timecode

Row = dict[str, Any]

COLUMNS = {
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
    "fade_in": "int64",
    "fade_out": "int64",
    "scale": "float64",
    "x": "float64",
    "y": "float64",
    "rotation": "float64",
    "crop_left": "float64",
    "crop_top": "float64",
    "crop_right": "float64",
    "crop_bottom": "float64",
    "picture_fade_in": "int64",
    "picture_fade_out": "int64",
    "speed": "float64",
    "link": "object",
}
"""Each column and its type in a DataFrame."""


def clip_row(t: Timeline, clip: Clip) -> Row:
    """One clip. `start`, `end` (exclusive), `duration`, trims and fades in timeline frames; `speed` 0 stands still."""
    return {
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
        "fade_in": clip.audio.fade_in_frames,
        "fade_out": clip.audio.fade_out_frames,
        "scale": clip.transform.scale,
        "x": clip.transform.x,
        "y": clip.transform.y,
        "rotation": clip.transform.rotation,
        "crop_left": clip.transform.crop.left,
        "crop_top": clip.transform.crop.top,
        "crop_right": clip.transform.crop.right,
        "crop_bottom": clip.transform.crop.bottom,
        "picture_fade_in": clip.fades.in_frames,
        "picture_fade_out": clip.fades.out_frames,
        "speed": 0.0 if clip.retime.freeze_frame is not None else float(speed_of(clip.retime.speed)),
        "link": clip.link,
    }


def clip_rows(t: Timeline) -> list[Row]:
    """All clips, by track and start."""
    return [clip_row(t, clip) for clip in t.clips]


def _source_id(source: Source) -> str | None:
    if isinstance(source, MediaFileSource):
        return source.media_file_id
    if isinstance(source, RecordingSource):
        return source.recording_id
    return source.device_id if isinstance(source, CameraSource) else None
