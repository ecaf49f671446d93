"""Timelines as JSON: what `studio_projects.timeline_state`, `to_json()` and the views hold.

Equal timelines are equal bytes: fields in the order of `model`, defaults left out, items sorted. Besides the fields of
`Timeline` the form carries `totalFrames`, for readers that do not want to work it out; it is ignored on reading.

It also carries `schemaVersion`: the *oldest* version that loses nothing by reading it. A timeline that uses nothing new
is written as ever, byte for byte, and older readers open it; one that does is refused by them with the way out, where
dropping what they do not know would lose work in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from operator import is_
from typing import Any

import msgspec

from studio_widgets.engine.errors import SchemaError
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.clips import AudioSettings, Transform, plainest
from studio_widgets.engine.timeline.delta import Delta
from studio_widgets.engine.timeline.legacy import modernised
from studio_widgets.engine.timeline.model import (
    SCHEMA_VERSION,
    Caption,
    Clip,
    Counters,
    Crop,
    Marker,
    PictureFades,
    Retime,
    Timeline,
    Track,
    Transition,
    Value,
    caption_order,
    clip_order,
    marker_order,
    number_of,
    source_track_kind,
    transition_order,
)


class _Document(Value, frozen=True):
    """The JSON form; fields without a default are always there."""

    schema_version: int
    rate: str
    width: int
    height: int
    total_frames: int
    tracks: tuple[Track, ...]
    clips: tuple[Clip, ...]
    transitions: tuple[Transition, ...] = ()
    markers: tuple[Marker, ...] = ()
    captions: tuple[Caption, ...] = ()
    next_ids: Counters = Counters()


_PLAIN_RETIME, _NO_FADES, _NO_CROP = Retime(), PictureFades(), Crop()
_HINT = "Open an earlier version of the project"


def _document(t: Timeline) -> _Document:
    return _Document(
        schema_version=version_of(t),
        rate=t.rate,
        width=t.width,
        height=t.height,
        total_frames=t.total_frames,
        tracks=t.tracks,
        clips=tuple(map(lean, t.clips)),
        transitions=t.transitions,
        markers=t.markers,
        captions=t.captions,
        next_ids=t.next_ids,
    )


# the very objects that are the defaults
_USUAL = (plainest(Transform()), plainest(AudioSettings()), plainest(Retime()), plainest(PictureFades()))


def lean(clip: Clip) -> Clip:
    """The clip whose usual settings are left out of its JSON (`clips.plainest`). Quick where they are already."""
    if all(map(is_, (clip.transform, clip.audio, clip.retime, clip.fades), _USUAL)):
        return clip
    return msgspec.structs.replace(
        clip,
        transform=plainest(clip.transform),
        audio=plainest(clip.audio),
        retime=plainest(clip.retime),
        fades=plainest(clip.fades),
    )


def version_of(t: Timeline) -> int:
    """The schema version that `t` is written in.

    3 when a clip is retimed, rotated, cropped, faded in its picture or has keyframes, or a transition is no crossfade;
    else 2 when it uses links, a video's sound on an audio track, track heights, or notes and colours of
    markers; else 1.
    """
    if _looks_anew(t.clips, t.transitions):
        return 3
    if t.clips_by_link or any(_is_newer(t, t.clips_on(index)) for index in _sound_tracks(t)):
        return 2
    return 2 if _settings_are_newer(t) or _marked_anew(t.markers) else 1


def version_after(t: Timeline, change: Delta) -> int:
    """The least schema version of the timeline `t` that `change` has just made. Costs what changed."""
    if _looks_anew(change.upsert_clips, change.upsert_transitions):
        return 3
    newer = _settings_are_newer(t) or _marked_anew(change.upsert_markers) or _is_newer(t, change.upsert_clips)
    return 2 if newer else 1


def _sound_tracks(t: Timeline) -> list[int]:
    return [index for index, track in enumerate(t.tracks) if track.kind == "audio"]


def _is_newer(t: Timeline, clips: Iterable[Clip]) -> bool:
    return any(
        clip.link is not None or t.tracks[clip.track_index].kind != source_track_kind(clip.source) for clip in clips
    )


def _looks_anew(clips: Iterable[Clip], transitions: Iterable[Transition]) -> bool:
    return any(map(_clip_looks_anew, clips)) or any(one.kind != "crossfade" for one in transitions)


def _clip_looks_anew(clip: Clip) -> bool:
    transform = clip.transform
    anew = clip.curves or transform.rotation or transform.crop != _NO_CROP
    return bool(anew) or clip.retime != _PLAIN_RETIME or clip.fades != _NO_FADES


def _settings_are_newer(t: Timeline) -> bool:
    return t.next_ids.link > 1 or any(track.height for track in t.tracks)


def _marked_anew(markers: Iterable[Marker]) -> bool:
    return any(marker.note or marker.color is not None for marker in markers)


def to_json(t: Timeline) -> str:
    """The timeline as one line of JSON, the same for equal timelines."""
    return msgspec.json.encode(_document(t)).decode()


def to_builtins(t: Timeline) -> dict[str, Any]:
    """What `json.loads(to_json(t))` gives: dicts, lists, strings and numbers."""
    built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_document(t)))
    return built


class _Version(msgspec.Struct, rename="camel"):
    """The one field that is read before the others."""

    schema_version: Any = None


def from_json(text: str | bytes) -> Timeline:
    """The timeline of a JSON text, of this or the earlier web studio.

    Raises SchemaError, naming the place, for text that is not JSON or not a timeline, a newer schema version, and a
    timeline whose clips overlap, reach beyond their source, and the like.
    """
    try:
        version = msgspec.json.decode(text, type=_Version).schema_version
        if version in range(1, SCHEMA_VERSION + 1) and not isinstance(version, bool):
            return _settled(msgspec.json.decode(text, type=Timeline))
    except (ValueError, RecursionError):
        pass  # the way round by dicts is slower and knows what is wrong
    try:
        value = msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"this is not JSON: {error}", where="timeline", hint=_HINT) from error
    return from_builtins(value)


def is_newer(text: str | bytes) -> bool:
    """Whether a JSON text says that a newer version of this package wrote it."""
    try:
        version = msgspec.json.decode(text, type=_Version).schema_version
    except (ValueError, RecursionError):
        return False
    return isinstance(version, int) and version > SCHEMA_VERSION


def from_builtins(value: Any) -> Timeline:
    """`from_json` for JSON that is decoded already (a jsonb column)."""
    if not isinstance(value, Mapping):
        raise SchemaError(f"a timeline is a JSON object, not {type(value).__name__}", where="timeline", hint=_HINT)
    version = value.get("schemaVersion")
    if version is None:
        value = modernised(value)
    elif not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SchemaError(f"schemaVersion is {version!r}", where="timeline", hint=_HINT)
    elif version > SCHEMA_VERSION:
        raise SchemaError(
            f"the timeline was written by a newer version (schema {version}; this one reads up to {SCHEMA_VERSION})",
            where="timeline",
            hint="Update studio-widgets: pip install -U studio-widgets",
        )
    try:
        timeline = msgspec.convert(value, Timeline)
    except msgspec.ValidationError as error:
        raise SchemaError(_located(str(error), value), where="timeline", hint=_HINT) from error
    return _settled(timeline)


def _located(message: str, value: Mapping[str, Any]) -> str:
    """msgspec's message, with the id of the clip that its path names by number."""
    _, found, rest = message.partition("$.clips[")
    index = rest.partition("]")[0]
    clips = value.get("clips")
    if found and index.isdigit() and isinstance(clips, list | tuple) and int(index) < len(clips):
        clip = clips[int(index)]
        if isinstance(clip, Mapping) and isinstance(clip.get("id"), str):
            return f"{clip['id']}: {message}"
    return message


def _settled(t: Timeline) -> Timeline:
    """`t` with a plain rate, sorted items, and counters beyond every id there is; SchemaError when it is not sound."""
    try:
        rate = Fraction(t.rate)
    except (ValueError, ZeroDivisionError) as error:
        raise SchemaError(f"rate {t.rate!r} is not a number of frames", where="timeline", hint=_HINT) from error
    if not 1 <= rate <= 1000:
        raise SchemaError(f"rate {t.rate!r} is not between 1 and 1000", where="timeline", hint=_HINT)
    t = msgspec.structs.replace(
        t,
        rate=str(rate),
        clips=tuple(sorted(t.clips, key=clip_order)),
        transitions=tuple(sorted(t.transitions, key=transition_order)),
        markers=tuple(sorted(t.markers, key=marker_order)),
        captions=tuple(sorted(t.captions, key=caption_order)),
        next_ids=Counters(
            clip=_beyond(t.next_ids.clip, t.clips),
            transition=_beyond(t.next_ids.transition, t.transitions),
            marker=_beyond(t.next_ids.marker, t.markers),
            caption=_beyond(t.next_ids.caption, t.captions),
            link=max(t.next_ids.link, 1, max(map(number_of, t.clips_by_link), default=0) + 1),
        ),
    )
    for where, what in problems(t):
        raise SchemaError(f"{where} {what}", where="timeline", hint=_HINT)
    return t


def _beyond(count: int, items: tuple[Any, ...]) -> int:
    return max(count, 1, max((number_of(item.id) for item in items), default=0) + 1)
