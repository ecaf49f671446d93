"""Timeline states of the earlier web studio, brought to the form of `serial`.

They hold `{clips, tracks, totalFrames}` and no schema version. What the old studio left open is read kindly: fractional
frames are rounded, unknown track shapes get our track names, and a clip shows as much of its source as it is long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from studio_widgets.engine.errors import SchemaError

_HINT = "This state of the earlier web studio cannot be read; send it to us"


def modernised(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state as a JSON object of schema version 1. SchemaError, naming the clip, where that is impossible."""
    clips = [_clip(clip, number) for number, clip in enumerate(_objects(state, "clips"), start=1)]
    for clip in clips:
        if not 0 <= clip["trackIndex"] <= 198:
            raise SchemaError(f"trackIndex is {clip['trackIndex']}", where=clip["id"], hint=_HINT)
    old_tracks = _objects(state, "tracks")
    for clip in clips:
        # The old studio did not say what a file is; on a sound track it is sound.
        index, source = clip["trackIndex"], clip["source"]
        is_file = source["type"] in ("media_file", "recording")
        if is_file and index < len(old_tracks) and _says_sound(old_tracks[index]):
            source.setdefault("kind", "audio")
    tracks = _tracks(old_tracks, clips)
    kept = {key: state[key] for key in ("rate", "width", "height") if key in state}
    return {"schemaVersion": 1, **kept, "tracks": tracks, "clips": clips}


def _objects(state: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    items = state.get(key, [])
    if not isinstance(items, list | tuple) or not all(isinstance(item, Mapping) for item in items):
        raise SchemaError(f"{key} is not a list of objects", where="timeline", hint=_HINT)
    return list(items)


def _clip(clip: Mapping[str, Any], number: int) -> dict[str, Any]:
    name = str(clip.get("name") or "")
    clip_id = str(clip.get("id") or f"clip-{number}")
    length = _frames(clip, "durationFrames", clip_id)
    first = _frames(clip, "trimStartFrame", clip_id, default=0)
    new: dict[str, Any] = {
        "id": clip_id,
        "name": name or clip_id,
        "trackIndex": _frames(clip, "trackIndex", clip_id, default=0),
        "startFrame": _frames(clip, "startFrame", clip_id),
        "durationFrames": length,
        "trimStartFrame": first,
        "trimEndFrame": first + length,
        "source": _source(clip.get("source"), name, clip_id),
    }
    if isinstance(clip.get("thumbnailUrl"), str):
        new["thumbnailUrl"] = clip["thumbnailUrl"]
    return new


def _frames(clip: Mapping[str, Any], key: str, clip_id: str, default: int | None = None) -> int:
    value = clip.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SchemaError(f"{key} is {value!r}, not a number of frames", where=clip_id, hint=_HINT)
    return math.floor(value + 0.5) if isinstance(value, float) else value


def _source(source: Any, name: str, clip_id: str) -> dict[str, Any]:
    if not isinstance(source, Mapping) or not isinstance(source.get("type"), str):
        raise SchemaError("the clip has no source with a type", where=clip_id, hint=_HINT)
    if source["type"] == "title":
        return {"type": "title", "text": str(source.get("text") or source.get("content") or name or "Title")}
    return dict(source)


def _says_sound(track: Mapping[str, Any]) -> bool:
    return "audio" in (track.get("kind"), track.get("type"))


def _tracks(old: list[Mapping[str, Any]], clips: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One track for each old one and each index that a clip uses, with our names in their order."""
    by_sound = {clip["trackIndex"]: clip["source"].get("kind") == "audio" for clip in clips}
    count = max([len(old), *(index + 1 for index in by_sound)], default=0)
    counts = {"video": 0, "audio": 0}
    tracks = []
    for index in range(count):
        track = old[index] if index < len(old) else {}
        # The clips on it decide: they must fit. An empty one is what it says it is.
        kind = "audio" if by_sound.get(index, _says_sound(track)) else "video"
        counts[kind] += 1
        new: dict[str, Any] = {"id": f"{'V' if kind == 'video' else 'A'}{counts[kind]}", "kind": kind}
        if isinstance(track.get("name"), str):
            new["name"] = track["name"]
        new |= {flag: True for flag in ("muted", "solo", "locked", "hidden") if track.get(flag) is True}
        tracks.append(new)
    for kind, letter in (("video", "V"), ("audio", "A")):
        if counts[kind] == 0:
            tracks.append({"id": f"{letter}1", "kind": kind})
    return tracks
