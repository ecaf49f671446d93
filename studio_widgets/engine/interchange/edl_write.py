"""A timeline as a CMX 3600 edit decision list: one picture track, hard cuts and dissolves, up to three sound tracks.

Record times begin at 01:00:00:00, as tapes did. A dissolve begins where its first mixed frame is, so the outgoing clip
ends there and the incoming one begins there, earlier in its source by what lies before the cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_widgets.engine.interchange.colors import USUAL, color_of, nearest_name
from studio_widgets.engine.interchange.losses import label, lose_common, plainly
from studio_widgets.engine.interchange.places import Places
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline.model import (
    Clip,
    Timeline,
    TitleSource,
    Track,
    Transition,
    source_has_sound,
    source_key,
)
from studio_widgets.engine.timeline.timecode import DROP_RATES, timecode, to_frame

HOURS = 1  # of the record clock at the first frame
_SOUND_TRACKS = 3  # A2 to A4; A belongs to the pictures
_REEL = re.compile("[^A-Z0-9_]+")


def write_edl(t: Timeline, *, title: str, places: Places) -> tuple[str, Report]:
    """The text of the list, and what it cannot carry. Times count at the timeline's rate, which a list does not say."""
    return _Writer(t, places).text(title)


class _Writer:
    def __init__(self, t: Timeline, places: Places) -> None:
        self._t = t
        self._places = places
        self._drop = t.fps in DROP_RATES
        self._reels: dict[str, str] = {}
        self._cuts: set[str] = set()  # transitions that a list cannot say
        self.report = Report()

    def text(self, title: str) -> tuple[str, Report]:
        """Title, events in the order of tracks, markers."""
        t = self._t
        lose_common(t, self.report, "an EDL")
        t = self._t = plainly(t)
        rate = "" if self._drop else f"its rate ({t.rate}) and "
        self.report.lose(f"an EDL does not say {rate}the size of the picture ({t.width} × {t.height})", "timeline")
        lines = [f"TITLE: {_line(title) or 'Timeline'}", f"FCM: {'' if self._drop else 'NON-'}DROP FRAME", ""]
        number = 0
        for track, channel in self._channels():
            clips = self._clips(track)
            if clips[0].start_frame > 0:
                number += 1
                lines.append(self._black(number, self._channel(clips[0], channel), clips[0].start_frame))
            for clip in clips:
                number += 1
                lines += self._event(number, clip, self._channel(clip, channel))
        for marker in t.markers:
            color = nearest_name(marker.color) if marker.color else USUAL
            lines.append(f"* LOC: {self._record(marker.frame)} {color:<7} {_line(marker.name)}")
            if marker.note:
                self.report.lose("the note of a marker is not written", marker.id)
            if marker.chapter:
                self.report.lose("an EDL has no chapters", marker.id, "a marker")
            if marker.color is not None and (color == USUAL or color_of(color) != marker.color):
                self.report.lose(f"the colour {marker.color} of a marker", marker.id, color)
        return "\n".join(lines) + "\n", self.report

    def _clips(self, track: Track) -> tuple[Clip, ...]:
        return self._t.clips_on(self._t.track_index_by_id[track.id])

    def _channels(self) -> Iterator[tuple[Track, str]]:
        """The tracks that are written, and their channel."""
        used = [track for track in self._t.tracks if self._clips(track)]
        pictures = sorted((track for track in used if track.kind == "video"), key=lambda track: track.number)
        sounds = sorted((track for track in used if track.kind == "audio"), key=lambda track: track.number)
        for track in pictures[1:]:
            self.report.lose("an EDL has one picture track: this one is not written", track.id)
        for track in sounds[_SOUND_TRACKS:]:
            self.report.lose(f"an EDL has {_SOUND_TRACKS} sound tracks beside the pictures: not written", track.id)
        yield from ((track, "V") for track in pictures[:1])
        yield from ((track, f"A{number}") for number, track in enumerate(sounds[:_SOUND_TRACKS], 2))

    @staticmethod
    def _channel(clip: Clip, channel: str) -> str:
        """The channel of a clip on a track: B for a picture with its sound."""
        sounds = channel == "V" and source_has_sound(clip.source) and not clip.audio.muted
        return "B" if sounds else channel

    def _black(self, number: int, channel: str, frames: int) -> str:
        """Black up to a track's first clip, so that the list says where the timeline begins."""
        times = (self._timecode(0), self._timecode(frames), self._record(0), self._record(frames))
        return f"{number:03}  BL       {channel:<5} C        {' '.join(times)}"

    def _event(self, number: int, clip: Clip, channel: str) -> Iterator[str]:
        """The lines of one clip: a cut, or the two halves of a dissolve into it."""
        self._lose(clip)
        crossings = [one for one in self._t.transitions_by_clip.get(clip.id, ()) if one.id not in self._cuts]
        into = next((one for one in crossings if one.right_clip_id == clip.id), None)
        out = next((one for one in crossings if one.left_clip_id == clip.id), None)
        if out is not None and out.lead_frames >= clip.duration_frames + _before(into):
            self.report.lose("a dissolve that begins with its clip", out.id, "a cut")
            self._cuts.add(out.id)
            out = None
        start, source = clip.start_frame, clip.trim_start_frame
        end = clip.end_frame - _before(out)
        if into is None:
            yield self._row(number, clip, channel, "C", source, start, end)
        else:
            yield from self._dissolve(number, clip, channel, into, end)
        yield from self._comments(clip, into)

    def _dissolve(self, number: int, clip: Clip, channel: str, into: Transition, end: int) -> Iterator[str]:
        left = self._t.clip_by_id[into.left_clip_id]
        before = _before(into)
        at, source = clip.start_frame - before, clip.trim_start_frame - before
        if source < 0:  # a still or title, which has frames before its first
            source = 0
        yield self._row(number, left, channel, "C", left.trim_end_frame - before, at, at)
        yield self._row(number, clip, channel, f"D    {into.duration_frames:03}", source, at, end)

    def _comments(self, clip: Clip, into: Transition | None) -> Iterator[str]:
        if into is not None:
            yield f"* FROM CLIP NAME: {_line(self._t.clip_by_id[into.left_clip_id].name)}"
        yield f"* {'TO' if into else 'FROM'} CLIP NAME: {_line(clip.name)}"
        place = self._places.get(source_key(clip.source))
        if place is not None:
            yield f"* SOURCE FILE: {_line(place.url)}"

    def _row(self, number: int, clip: Clip, channel: str, kind: str, source: int, start: int, end: int) -> str:
        times = (self._timecode(source), self._timecode(source + end - start), self._record(start), self._record(end))
        return f"{number:03}  {self._reel(clip):<8} {channel:<5} {kind:<8} {' '.join(times)}"

    def _reel(self, clip: Clip) -> str:
        """Up to eight letters and digits, one for each source."""
        if isinstance(clip.source, TitleSource):
            return "AX"
        key = source_key(clip.source)
        if key not in self._reels:
            place = self._places.get(key)
            stem = _REEL.sub("", (place.name if place else clip.name).rpartition(".")[0].upper()) or "REEL"
            name, count = stem[:8], 1
            while name in {*self._reels.values(), "AX", "BL"}:
                count += 1
                name = f"{stem[: 8 - len(str(count))]}{count}"
            self._reels[key] = name
        return self._reels[key]

    def _lose(self, clip: Clip) -> None:
        where = label(clip)
        if isinstance(clip.source, TitleSource):
            self.report.lose("an EDL has no titles", where, "the name of a clip")
        if clip.audio.muted and self._t.tracks[clip.track_index].kind == "audio":
            self.report.lose("an EDL does not say that a sound is switched off", where, "a sound")
        if clip.audio.gain_db or clip.audio.fade_in_frames or clip.audio.fade_out_frames:
            self.report.lose("its gain and fades are not written", where)
        if clip.transform != type(clip.transform)():
            self.report.lose("the place, size and opacity of its picture are not written", where)

    def _record(self, frame: int) -> str:
        return self._timecode(to_frame(f"{HOURS:02}:00:00{';' if self._drop else ':'}00", self._t.fps) + frame)

    def _timecode(self, frame: int) -> str:
        return timecode(frame, self._t.fps, drop=self._drop)


def _before(crossing: Transition | None) -> int:
    """How many frames of a transition lie before its cut."""
    return crossing.lead_frames if crossing else 0


def _line(text: str) -> str:
    """A text on one line: a list is read line by line."""
    return " ".join(text.split())
