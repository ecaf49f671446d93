"""What neither FCPXML nor an EDL has a place for, told in the same words."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.interchange.places import Places
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.model import (
    CameraSource,
    Clip,
    MediaFileSource,
    RecordingSource,
    Timeline,
    source_key,
)

_CLIP = frozenset(
    {"id", "name", "track_index", "start_frame", "duration_frames", "trim_start_frame", "trim_end_frame", "source"}
    | {"thumbnail_url", "transform", "audio", "link"}
)
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
        for name in (*_told(clip, _CLIP), *_told(clip.transform, _TRANSFORM)):
            report.lose(f"{what} is written without its {name}", label(clip))
    for transition in t.transitions:
        if transition.kind != "crossfade":
            kept = "a cut" if transition.kind == "dip" else "a crossfade"
            report.lose(f"the transition is a {transition.kind}", transition.id, kept)
    if what == "an EDL":
        _lose_of_lists(t, report)


def with_crossfades(t: Timeline) -> Timeline:
    """The timeline as far as formats that know only crossfades say it: a dip may have no frames beside its cut."""
    plain = {"kind": "crossfade", "direction": "right", "color": None}
    kept = (msgspec.structs.replace(one, **plain) for one in t.transitions if one.kind != "dip")
    return lanes.replace(t, transitions=tuple(kept))


def _told(value: msgspec.Struct, written: frozenset[str]) -> list[str]:
    """The fields beside those that writers write and that are not as usual: new ones of the model come here first."""
    fields = (one for one in msgspec.structs.fields(value) if one.name not in written)
    return [one.name.replace("_", " ") for one in fields if getattr(value, one.name) != one.default]


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
