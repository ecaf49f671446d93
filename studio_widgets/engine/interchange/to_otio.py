"""A timeline as an `opentimelineio.schema.Timeline`.

What OpenTimelineIO has a field for is in that field: tracks, gaps, source ranges, transitions, markers, references.
All else lies beside it in `metadata["studio"]`, so that reading it gives the same timeline, byte for byte.
"""

from __future__ import annotations

from typing import Any

import msgspec

from studio_widgets.engine.interchange.colors import USUAL, nearest_name
from studio_widgets.engine.interchange.extra import opentimelineio
from studio_widgets.engine.interchange.places import Places
from studio_widgets.engine.timeline.clips import speed_of
from studio_widgets.engine.timeline.model import (
    Clip,
    MediaFileSource,
    RecordingSource,
    Timeline,
    TitleSource,
    Track,
    Transition,
    source_key,
)
from studio_widgets.engine.timeline.serial import lean, version_of

STUDIO = "studio"  # the key of what is ours in metadata
TITLE = "Title"  # the kind of generator that titles are


def to_otio(t: Timeline, *, name: str = "", places: Places | None = None) -> Any:
    """The timeline as an `opentimelineio.schema.Timeline` called `name`.

    places: where media are, by `source_key`; what is not in it becomes a missing reference. Raises InterchangeError
    when OpenTimelineIO is not installed.
    """
    return _Writer(t, places or {}).timeline(name)


class _Writer:
    def __init__(self, t: Timeline, places: Places) -> None:
        self._t = t
        self._places = places
        self._otio = opentimelineio()
        self._schema = self._otio.schema
        self._rate = float(t.fps)

    def timeline(self, name: str) -> Any:
        t = self._t
        made = self._schema.Timeline(name=name, global_start_time=self._time(0))
        made.metadata[STUDIO] = {
            "schemaVersion": version_of(t),
            "rate": t.rate,
            "width": t.width,
            "height": t.height,
            "tracks": [track.id for track in t.tracks],
            "captions": msgspec.to_builtins(t.captions),
            "nextIds": msgspec.to_builtins(t.next_ids),
        }
        for index in sorted(range(len(t.tracks)), key=lambda index: _stacked(t.tracks[index])):
            made.tracks.append(self._track(index))
        for marker in t.markers:
            made.tracks.markers.append(
                self._schema.Marker(
                    name=marker.name,
                    marked_range=self._range(marker.frame, 0),
                    color=nearest_name(marker.color) if marker.color else USUAL,
                    comment=marker.note,
                    metadata={STUDIO: {"marker": msgspec.to_builtins(marker)}},
                )
            )
        return made

    def _track(self, index: int) -> Any:
        t, track = self._t, self._t.tracks[index]
        made = self._schema.Track(name=track.name or track.id, kind=track.kind.title())
        made.enabled = not (track.hidden if track.kind == "video" else track.muted)
        made.metadata[STUDIO] = {"track": msgspec.to_builtins(track)}
        end = 0
        for clip in t.clips_on(index):
            if clip.start_frame > end:
                made.append(self._schema.Gap(source_range=self._range(0, clip.start_frame - end)))
            made.append(self._clip(clip))
            if (transition := t.transition_after(clip)) is not None:
                made.append(self._transition(transition))
            end = clip.end_frame
        return made

    def _clip(self, clip: Clip) -> Any:
        made = self._schema.Clip(
            name=clip.name,
            media_reference=self._reference(clip),
            source_range=self._shown(clip),
            effects=self._effects(clip),
        )
        made.metadata[STUDIO] = {"clip": msgspec.to_builtins(lean(clip))}
        return made

    def _shown(self, clip: Clip) -> Any:
        """Where in its file the clip begins, and how long it plays, as the format has it with time effects."""
        if clip.retime.freeze_frame is not None:
            return self._range(clip.retime.freeze_frame, clip.duration_frames)
        place = clip.trim_start_frame * speed_of(clip.retime.speed)
        return self._range(int(place) if place.denominator == 1 else float(place), clip.duration_frames)

    def _effects(self, clip: Clip) -> list[Any]:
        if clip.retime.freeze_frame is not None:
            return [self._schema.FreezeFrame()]
        speed = speed_of(clip.retime.speed)
        return [] if speed == 1 else [self._schema.LinearTimeWarp(time_scalar=float(speed))]

    def _transition(self, transition: Transition) -> Any:
        before = transition.lead_frames
        types = self._schema.TransitionTypes
        return self._schema.Transition(
            transition_type=types.SMPTE_Dissolve if transition.kind == "crossfade" else types.Custom,
            in_offset=self._time(before),
            out_offset=self._time(transition.duration_frames - before),
            metadata={STUDIO: {"transition": msgspec.to_builtins(transition)}},
        )

    def _reference(self, clip: Clip) -> Any:
        source = clip.source
        if isinstance(source, TitleSource):
            return self._schema.GeneratorReference(
                name=clip.name, generator_kind=TITLE, parameters={"text": source.text}
            )
        place = self._places.get(source_key(source))
        frames = source.frames if isinstance(source, MediaFileSource | RecordingSource) else None
        available = None if frames is None else self._range(0, frames)
        if place is None:
            return self._schema.MissingReference(name=clip.name, available_range=available)
        made = self._schema.ExternalReference(target_url=place.url, available_range=available)
        made.name = place.name
        made.metadata[STUDIO] = {"sha256": place.sha256}
        return made

    def _time(self, frames: float) -> Any:
        return self._otio.opentime.RationalTime(frames, self._rate)

    def _range(self, start: float, duration: int) -> Any:
        return self._otio.opentime.TimeRange(self._time(start), self._time(duration))


def _stacked(track: Track) -> tuple[bool, int]:
    """Sort key of tracks in a stack: pictures from the lowest up, then sound."""
    return track.kind != "video", track.number
