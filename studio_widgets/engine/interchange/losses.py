"""What neither FCPXML nor an EDL has a place for, told in the same words."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.interchange.places import Places
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.clips import file_frame
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.model import (
    CameraSource,
    Clip,
    MediaFileSource,
    RecordingSource,
    Retime,
    Timeline,
    source_frames,
    source_key,
)

_CLIP = frozenset(
    {"id", "name", "track_index", "start_frame", "duration_frames", "trim_start_frame", "trim_end_frame", "source"}
    | {"thumbnail_url", "transform", "audio", "link", "retime"}
)
_WORDS = {"fades": "picture fades", "curves": "keyframes"}
_TRANSFORM = frozenset({"scale", "x", "y", "opacity"})


def label(clip: Clip) -> str:
    """`clip-7 ("talk.mp4")`."""
    return f'{clip.id} ("{clip.name}")'


def lose_common(t: Timeline, report: Report, what: str) -> None:
    """Note links, track settings and cameras, which `what` ("FCPXML", "an EDL") does not carry."""
    for link in sorted(t.clips_by_link):
        report.lose(f"{what} has no links", link, "clips that are edited alone")
    for track in t.tracks:
        lost = [name for name in ("solo", "locked", "height") if getattr(track, name)]
        if lost:
            report.lose(f"{what} does not say that a track is {', '.join(lost)}", track.id)
    for clip in t.clips:
        if isinstance(clip.source, CameraSource):
            report.lose(f"{what} has no cameras", label(clip), "missing media")
        if clip.retime.freeze_frame is not None:
            report.lose("a freeze frame", label(clip), "moving pictures")
        elif clip.retime.speed != "1":
            report.lose(f"its speed ({clip.retime.speed}×)", label(clip), "1×")
        for name in (*_told(clip, _CLIP), *_told(clip.transform, _TRANSFORM)):
            report.lose(f"{what} is written without its {name}", label(clip))
    for transition in t.transitions:
        if transition.kind != "crossfade":
            kept = "a cut" if transition.kind == "dip" else "a crossfade"
            report.lose(f"the transition is a {transition.kind}", transition.id, kept)
    if what == "an EDL":
        _lose_of_lists(t, report)


def plainly(t: Timeline) -> Timeline:
    """The timeline as far as formats that know only crossfades and one speed say it.

    A dip becomes a cut, for it may have no frames beside it. A clip plays on from its first frame at the speed of its
    source, and ends where that does.
    """
    kept = tuple(one.as_crossfade() for one in t.transitions if one.kind != "dip")
    paced = [clip for clip in t.clips if clip.retime != Retime()]
    slow = lanes.swap(t, paced, [_at_its_own_speed(clip) for clip in paced]) if paced else t
    return refit(lanes.replace(slow, transitions=kept), [clip.id for clip in paced])


def _at_its_own_speed(clip: Clip) -> Clip:
    first = file_frame(clip, clip.trim_start_frame)
    frames = source_frames(clip.source)
    length = clip.duration_frames if frames is None else min(clip.duration_frames, frames - first)
    return msgspec.structs.replace(
        clip, retime=Retime(), trim_start_frame=first, trim_end_frame=first + length, duration_frames=length
    )


def _told(value: msgspec.Struct, written: frozenset[str]) -> list[str]:
    """The fields beside those that writers write and that are not as usual: new ones of the model come here first."""
    fields = (one for one in msgspec.structs.fields(value) if one.name not in written)
    names = (one.name for one in fields if getattr(value, one.name) != one.default)
    return [_WORDS.get(name, name.replace("_", " ")) for name in names]


def _lose_of_lists(t: Timeline, report: Report) -> None:
    for track in t.tracks:
        lost = [name for name in ("name", "muted", "hidden") if getattr(track, name)]
        if lost:
            report.lose(f"an EDL has no {', '.join(lost)} of tracks", track.id)
    for caption in t.captions:
        report.lose("an EDL has no captions", caption.id)


def lose_media(t: Timeline, report: Report, places: Places) -> None:
    """Note the clips whose media have no place, each source once."""
    seen: set[str] = set()
    for clip in t.clips:
        key = source_key(clip.source)
        if isinstance(clip.source, MediaFileSource | RecordingSource) and key not in places and key not in seen:
            seen.add(key)
            report.lose("its media is not in the library", label(clip), "a missing reference")
