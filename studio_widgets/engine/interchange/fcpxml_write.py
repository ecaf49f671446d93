"""A timeline as FCPXML 1.8, which Final Cut Pro, DaVinci Resolve and others read.

The lowest video track is the primary storyline, its gaps filled. Everything else is connected to what plays on it at
that moment, tracks by `lane`: 1, 2 … above, -1, -2 … for sound. Clips that a transition joins are a storyline together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import count
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec

from studio_widgets.engine.interchange.fcpxml_items import FORMAT, Items
from studio_widgets.engine.interchange.losses import lose_common, plainly
from studio_widgets.engine.interchange.places import Places
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline.model import Clip, Timeline, Track

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n\n'
_BANNED = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")


def write_fcpxml(t: Timeline, *, title: str, places: Places) -> tuple[str, Report]:
    """The text of the file, and what it cannot carry."""
    report = Report()
    lose_common(t, report, "FCPXML")
    t = plainly(t)
    for track in t.tracks:
        off = "hidden" if track.kind == "video" and track.hidden else "muted" if track.muted else ""
        if off and t.clips_on(t.track_index_by_id[track.id]):
            report.lose(f"FCPXML does not say that a track is {off}", track.id, "clips that are")
        if track.name:
            report.lose("FCPXML has no names of tracks", track.id)
    for marker in t.markers:
        if marker.color is not None:
            report.lose("FCPXML has no colours of markers", marker.id)
    root = _Writer(t, places, report).document(title or "Timeline")
    indent(root, "    ")
    text = tostring(root, encoding="unicode").translate(_BANNED)
    return f"{_HEAD}{text}\n", report


class _Stretch(msgspec.Struct):
    """A part of the primary storyline: a clip or gap from frame `start` on, whose own time there is `local`."""

    start: int
    local: int
    element: Element
    connected: list[Element]
    marks: list[Element]


class _Writer:
    def __init__(self, t: Timeline, places: Places, report: Report) -> None:
        self._t = t
        self._items = Items(t, places, report)

    def document(self, title: str) -> Element:
        t, time = self._t, self._items.time
        root = Element("fcpxml", {"version": "1.8"})
        root.append(self._items.resources)
        event = SubElement(SubElement(root, "library"), "event", {"name": title})
        sequence = SubElement(SubElement(event, "project", {"name": title}), "sequence", {"format": FORMAT})
        spine = SubElement(sequence, "spine")
        stretches = self._primary(spine)
        sequence.set("duration", time(self._end()))
        sequence.set("tcStart", "0s")
        sequence.set("tcFormat", "NDF")
        for track, lane in self._lanes():
            for run in self._runs(track):
                self._connect(stretches, run[0].start_frame, lane, self._run(run))
        lane = 1 + sum(track.kind == "video" for track in t.tracks)
        for caption in t.captions:
            made = self._items.caption(caption.text, caption.duration_frames)
            self._connect(stretches, caption.start_frame, lane, made)
        self._mark(stretches)
        for one in stretches:
            one.element.extend((*one.connected, *one.marks))
        return root

    def _end(self) -> int:
        """The frame at which the storyline ends: not before the last thing that is connected to it."""
        t = self._t
        captions = (caption.start_frame + caption.duration_frames for caption in t.captions)
        return max(1, t.total_frames, *captions, *(marker.frame + 1 for marker in t.markers))

    def _lanes(self) -> Iterator[tuple[Track, int]]:
        """The tracks beside the primary storyline, and their lane."""
        ordered = sorted(self._t.tracks, key=lambda track: track.number)
        yield from zip([track for track in ordered if track.kind == "video"][1:], count(1), strict=False)
        yield from zip([track for track in ordered if track.kind == "audio"], count(-1, -1), strict=False)

    def _clips(self, track: Track) -> tuple[Clip, ...]:
        return self._t.clips_on(self._t.track_index_by_id[track.id])

    # --- the primary storyline -----------------------------------------------------------------------------------

    def _primary(self, spine: Element) -> list[_Stretch]:
        """Fill the storyline, and tell its stretches."""
        first = min((one for one in self._t.tracks if one.kind == "video"), key=lambda one: one.number, default=None)
        stretches: list[_Stretch] = []
        at = 0
        for clip in self._clips(first) if first else ():
            if clip.start_frame > at:
                stretches.append(self._gap(spine, at, clip.start_frame))
            made = self._items.clip(clip)
            made.set("offset", self._items.time(clip.start_frame))
            spine.append(made)
            stretches.append(_Stretch(clip.start_frame, clip.trim_start_frame, made, [], []))
            self._cross(spine, clip, 0)
            at = clip.end_frame
        if self._end() > at:
            stretches.append(self._gap(spine, at, self._end()))
        return stretches

    def _gap(self, spine: Element, start: int, end: int) -> _Stretch:
        time = self._items.time
        values = {"name": "Gap", "offset": time(start), "start": "0s", "duration": time(end - start)}
        return _Stretch(start, 0, SubElement(spine, "gap", values), [], [])

    def _cross(self, spine: Element, clip: Clip, zero: int) -> None:
        """The transition at the end of a clip; `zero` is the frame at which the storyline begins."""
        crossing = self._t.transition_after(clip)
        if crossing is not None:
            kind = self._t.tracks[clip.track_index].kind
            made = self._items.transition(crossing.duration_frames, kind)
            made.set("offset", self._items.time(clip.end_frame - crossing.lead_frames - zero))
            spine.append(made)

    # --- what is connected to it ---------------------------------------------------------------------------------

    def _runs(self, track: Track) -> Iterator[list[Clip]]:
        """The clips of a track; those that transitions join, together."""
        run: list[Clip] = []
        for clip in self._clips(track):
            run.append(clip)
            if self._t.transition_after(clip) is None:
                yield run
                run = []

    def _run(self, run: list[Clip]) -> Element:
        if len(run) == 1:
            return self._items.clip(run[0])
        spine = Element("spine")
        for clip in run:
            made = self._items.clip(clip)
            made.set("offset", self._items.time(clip.start_frame - run[0].start_frame))
            spine.append(made)
            self._cross(spine, clip, run[0].start_frame)
        return spine

    def _connect(self, stretches: list[_Stretch], frame: int, lane: int, made: Element) -> None:
        stretch = _at(stretches, frame)
        made.set("lane", str(lane))
        made.set("offset", self._items.time(frame - stretch.start + stretch.local))
        stretch.connected.append(made)

    def _mark(self, stretches: list[_Stretch]) -> None:
        time = self._items.time
        for marker in self._t.markers:
            stretch = _at(stretches, marker.frame)
            values = {"start": time(marker.frame - stretch.start + stretch.local), "duration": time(1)}
            made = Element("chapter-marker" if marker.chapter else "marker", {**values, "value": marker.name})
            if marker.chapter:
                made.set("posterOffset", "0s")
            if marker.note:
                made.set("note", marker.note)
            stretch.marks.append(made)


def _at(stretches: list[_Stretch], frame: int) -> _Stretch:
    """The stretch in which a frame lies."""
    return stretches[bisect_right(stretches, frame, key=lambda one: one.start) - 1]
