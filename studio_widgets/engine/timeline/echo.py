"""Edits as lines of Python: what a cell would have said to do the same.

A line calls a method of `engine/library/handle*.py: TimelineHandle` (must be kept in step with it). Frames are written
as numbers, and places that an edit found by itself (the end of a track, a free track) are spelt out, so that replaying
the lines on an empty timeline rebuilds the identical one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from studio_widgets.engine.timeline.commands import decode
from studio_widgets.engine.timeline.delta import created
from studio_widgets.engine.timeline.edits.rows import ClipRow
from studio_widgets.engine.timeline.edits.values import clean_name
from studio_widgets.engine.timeline.model import (
    CameraSource,
    Clip,
    Source,
    Timeline,
    TitleStyle,
    source_frames,
    source_key,
)

MediaName = Callable[[Source], str]
"""How a cell calls the media file or take of a source: its name if that is enough, else its id."""

# The arguments that a line gives by position; the others follow as keywords where they are not the default.
_POSITIONAL = {
    "move": ("clip",),
    "duplicate": ("clip",),
    "trim": ("clip",),
    "ripple": ("clip",),
    "roll": ("clip",),
    "slip": ("clip",),
    "slide": ("clip",),
    "update": ("rows",),
    "load": ("timeline",),
    "unlink": ("clip",),
    "attach_sound": ("clip",),
    "add_track": ("kind",),
    "remove_track": ("track",),
    "move_track": ("track",),
    "split": ("at",),
    "stretch": ("clip",),
    "freeze": ("at",),
    "close_gap": ("at",),
    "transition": ("left", "kind"),
    "set_transition": ("transition",),
    "remove_transition": ("transition",),
    "marker": ("at", "name"),
    "move_marker": ("marker",),
    "set_marker": ("marker",),
    "remove_marker": ("marker",),
    "caption": ("text",),
    "move_caption": ("caption",),
    "set_caption": ("caption", "text"),
    "remove_caption": ("caption",),
    "set_audio": ("clip",),
    "set_transform": ("clip",),
    "set_crop": ("clip",),
    "set_fades": ("clip",),
    "set_keyframe": ("clip", "property"),
    "remove_keyframe": ("clip", "property"),
    "clear_keyframes": ("clip",),
    "picture_in_picture": ("clip",),
    "set_title": ("clip",),
    "set_name": ("clip", "name"),
    "set_track": ("track",),
}
_PUTTING = ("add", "insert", "overwrite")
_RELATIVE = {"start", "end", "by"}  # frames from where things are: written with their sign


def echo_line(
    op: str, args: bytes | Mapping[str, Any], before: Timeline, after: Timeline, media_name: MediaName
) -> str:
    """The line for one edit, such as `timeline.trim("clip-7", end=-12)`.

    What the edit did beyond its words (a transition shortened or dropped) follows as a comment.
    """
    _, values = decode(op, args)
    if op in (*_PUTTING, "title", "place", "detach_sound"):
        clip = after.clip_by_id[created(before, after)[0]]
        words = _new_clip(op, values, clip, after, media_name)
    elif op in ("remove", "lift", "extract", "link"):
        words = [_literal(clip_id) for clip_id in dict.fromkeys(values.clips)]
        words += ["alone=True"] if getattr(values, "alone", False) else []
    elif op == "relink":
        words = _relink(values, media_name)
    else:
        words = _plain(op, values)
    remarks = "; ".join(remarks_on(op, values, before, after))
    return f"timeline.{op}({', '.join(words)})" + (f"  # {remarks}" if remarks else "")


def _plain(op: str, values: msgspec.Struct) -> list[str]:
    first = _POSITIONAL.get(op, ())
    words = [_literal(getattr(values, name)) for name in first]
    for field in msgspec.structs.fields(values):
        value = getattr(values, field.name)
        if field.name not in first and (field.required or value != field.default):
            sign = "+" if field.name in _RELATIVE and value > 0 else ""
            words.append(f"{field.name}={sign}{_literal(value)}")
    return words


def _new_clip(op: str, values: Any, clip: Clip, t: Timeline, media_name: MediaName) -> list[str]:
    """The words for an edit that made a clip, where it is spelt out."""
    track = f"track={_literal(t.tracks[clip.track_index].id)}"
    if op == "detach_sound":
        return [_literal(values.clip), track]
    if op == "title":
        return _title(values, clip, track)
    if op == "place":
        range_ = f"source_in={clip.trim_start_frame}, source_out={clip.trim_end_frame}"
        mode = [] if values.mode == "overwrite" else [f"mode={_literal(values.mode)}"]
        return _media(values, clip, [track, f"{range_}, timeline_in={clip.start_frame}", *mode], media_name)
    words = [track, f"at={clip.start_frame}"]
    trim = (clip.trim_start_frame, clip.trim_end_frame)
    if source_frames(clip.source) is None and trim[0] == 0:
        words.append(f"duration={clip.duration_frames}")
    elif trim != (0, source_frames(clip.source)):
        words.append(f"trim={trim}")
    words = _media(values, clip, words, media_name)
    return [*words, "alone=True"] if getattr(values, "alone", False) else words


def _media(values: Any, clip: Clip, where: list[str], media_name: MediaName) -> list[str]:
    name = source_key(clip.source) if isinstance(clip.source, CameraSource) else media_name(clip.source)
    words = [_literal(name), *where]
    if clip.name != clean_name(name, "clip"):
        words.append(f"name={_literal(clip.name)}")
    if values.thumbnail is not None:
        words.append(f"thumbnail={_literal(values.thumbnail)}")
    return words


def _title(values: Any, clip: Clip, track: str) -> list[str]:
    words = [_literal(values.text), f"at={clip.start_frame}", f"duration={clip.duration_frames}", track]
    if values.style is not None and values.style != TitleStyle():
        words.append(f"style={_literal(values.style)}")
    return words


def _relink(values: Any, media_name: MediaName) -> list[str]:
    words = [_literal(media_name(values.source_from)), _literal(media_name(values.source_to))]
    return words if values.name is None else [*words, f"name={_literal(values.name)}"]


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # JSON's escapes are Python's too, on one line
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, TitleStyle | ClipRow):
        fields = msgspec.structs.fields(value)
        pairs = [(one.encode_name, got) for one in fields if (got := getattr(value, one.name)) != one.default]
        return "{" + ", ".join(f"{_literal(key)}: {_literal(item)}" for key, item in pairs) + "}"
    return repr(value)


def remarks_on(op: str, values: Any, before: Timeline, after: Timeline) -> list[str]:
    """What happened to transitions that the edit did not ask for, in words."""
    if before.transitions is after.transitions:
        return []
    old = {tr.id: tr for tr in before.transitions}
    new = {tr.id: tr for tr in after.transitions}
    remarks = []
    for tr in after.transitions:
        asked = values.duration if op == "transition" and tr.id not in old else None
        if op == "set_transition" and tr.id == values.transition:
            asked = values.duration
        elif tr.id in old and tr.duration_frames < old[tr.id].duration_frames:
            asked = old[tr.id].duration_frames
        if asked is not None and tr.duration_frames < asked:
            remarks.append(f"{tr.id} shortened from {asked} to {tr.duration_frames} frames by its handles")
    wanted = {values.transition} if op == "remove_transition" else set()
    remarks += [f"{gone} dropped with its cut" for gone in old if gone not in new and gone not in wanted]
    return remarks
