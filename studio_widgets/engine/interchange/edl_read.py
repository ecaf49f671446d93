"""A draft from a CMX 3600 edit decision list, as tape machines wrote them and as other editors do today.

A list does not say its rate. Drop-frame timecode means 30000/1001; for the rest the caller says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import msgspec

from studio_widgets.engine.errors import EditError, InterchangeError
from studio_widgets.engine.interchange.colors import USUAL, color_of
from studio_widgets.engine.interchange.draft import Draft, Join, MediaRef, Note, Piece
from studio_widgets.engine.interchange.otio_references import kind_of
from studio_widgets.engine.interchange.places import base_name
from studio_widgets.engine.timeline.model import AudioSettings, TrackKind
from studio_widgets.engine.timeline.timecode import DROP_RATES, to_frame

_TIME = r"\d\d[:;.]\d\d[:;.]\d\d[:;.]\d\d"
_EVENT = re.compile(
    rf"(?P<number>\d{{1,6}})\s+(?P<reel>\S+)\s+(?P<channel>[A-Z0-9/]+)\s+(?P<kind>[A-Z]+\d*)\s*(?P<length>\d+)?\s+"
    rf"(?P<times>{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME})\b",
    re.ASCII | re.IGNORECASE,
)
_COMMENT = re.compile(r"\*\s*(FROM CLIP NAME|TO CLIP NAME|SOURCE FILE|FROM CLIP|TO CLIP)\s*:\s*(.*)", re.IGNORECASE)
_LOCATOR = re.compile(rf"\*\s*LOC:\s*({_TIME})\s+(\S+)\s*(.*)", re.IGNORECASE)
_SPEED = re.compile(r"M2\s+(\S+)\s+(-?\d+(?:\.\d+)?)", re.ASCII | re.IGNORECASE)
_NEAR = 60  # seconds of black that may lie before the first event
_BLACK = ("BL", "BLACK")


class _Event(msgspec.Struct):
    """One event: the line of what comes in, that of what goes out where it is a dissolve, and its comments."""

    reel: str
    channel: str
    kind: str
    length: int
    times: tuple[int, int, int, int]  # source in and out, record in and out, in frames
    where: str
    names: dict[str, str] = msgspec.field(default_factory=dict)


def read_edl(text: str, *, rate: Fraction, where: str = "") -> Draft:
    """The draft of a list; `rate` counts unless the list is drop-frame. InterchangeError when it has no events."""
    if rate not in DROP_RATES and re.search(r"\d\d:\d\d:\d\d;\d\d", text, re.ASCII):
        rate = DROP_RATES[0]
    return _Reader(Draft(rate=rate), where).read(text)


class _Reader:
    def __init__(self, draft: Draft, where: str) -> None:
        self._draft = draft
        self._where = where
        self._ends: dict[tuple[TrackKind, int], Piece] = {}  # the last piece of each track
        self._locators: list[tuple[int, str, str]] = []

    def read(self, text: str) -> Draft:
        """All events in order, then markers."""
        events = list(self._events(text))
        if not events:
            raise InterchangeError("there are no events in it", where=self._where, hint="Is it a CMX 3600 EDL?")
        zero = self._zero(min(event.times[2] for event in events), ";" in text)
        for event in events:
            self._put(event, zero)
        for frame, color, name in self._locators:
            kept = None if color.upper() == USUAL else color_of(color)
            self._draft.note(Note(at=self._seconds(frame - zero), name=name, color=kept))
        return self._draft

    def _zero(self, first: int, drop: bool) -> int:
        """The record time that is frame 0: the full hour before the first event if that is near, else its own."""
        hour = to_frame("01:00:00;00" if drop and self._draft.rate in DROP_RATES else "01:00:00:00", self._draft.rate)
        full = first // hour * hour
        if first - full <= _NEAR * self._draft.rate:
            return full
        self._draft.report.lose(
            f"the first event is {round((first - full) / self._draft.rate)} s after a full hour",
            self._where or "the list",
            "the start of the timeline",
        )
        return first

    # --- lines -------------------------------------------------------------------------------------------------------

    def _events(self, text: str) -> Iterator[_Event]:
        """The events; lines that are none give their comments to the event above them."""
        current: _Event | None = None
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.strip()
            if found := _EVENT.match(line):
                event = self._event(found, f"line {number}")
                if event is None:
                    continue
                if current is not None and event.kind != "C" and current.times[2] == current.times[3]:
                    event.names = current.names  # the outgoing half of a dissolve, which is the clip before it
                elif current is not None and current.times[2] < current.times[3]:
                    yield current
                current = event
            elif line and not self._comment(line, current):
                self._unread(line, number)
        if current is not None and current.times[2] < current.times[3]:
            yield current

    def _event(self, found: re.Match[str], where: str) -> _Event | None:
        try:
            times = [self._frame(time) for time in found["times"].split()]
        except EditError as error:
            self._draft.report.lose(f"the event cannot be read: {error.message}", where)
            return None
        if times[3] < times[2]:
            self._draft.report.lose("the event ends before it begins; left out", where)
            return None
        return _Event(
            reel=found["reel"],
            channel=found["channel"].upper(),
            kind=found["kind"].upper(),
            length=int(found["length"] or 0),
            times=(times[0], times[1], times[2], times[3]),
            where=where,
        )

    def _comment(self, line: str, event: _Event | None) -> bool:
        """Whether the line was understood."""
        if line.upper().startswith(("TITLE:", "FCM:")):
            return True
        if found := _LOCATOR.match(line):
            try:
                self._locators.append((self._frame(found[1]), found[2], found[3].strip() or "marker"))
            except EditError:
                return False
            return True
        if event is not None and (found := _COMMENT.match(line)):
            event.names[found[1].upper().removesuffix(" NAME")] = found[2].strip()
            return True
        if (found := _SPEED.match(line)) and event is not None:
            if Fraction(found[2]) != round(self._draft.rate):
                self._draft.report.lose(f"its speed ({found[2]} frames a second)", event.where, "1×")
            return True
        return False

    def _unread(self, line: str, number: int) -> None:
        self._draft.report.lose(f"{line[:60]!r} is not read", f"line {number}")

    def _frame(self, text: str) -> int:
        drop = ";" in text and self._draft.rate in DROP_RATES
        plain = re.sub(r"[:;.]", ":", text)
        return to_frame(f"{plain[:8]}{';' if drop else ':'}{plain[9:]}", self._draft.rate)

    # --- events ------------------------------------------------------------------------------------------------------

    def _put(self, event: _Event, zero: int) -> None:
        source, _, start, end = event.times
        if event.times[1] - source not in (0, end - start):
            self._draft.report.lose("its speed: it is of another length in its source", event.where, "1×")
        dissolve = event.kind != "C"
        cut = event.length // 2 if dissolve else 0
        for kind, number in self._tracks(event):
            before = self._ends.pop((kind, number), None)
            joins = dissolve and before is not None and self._ends_at(before, start - zero)
            shift = cut if joins else 0
            if event.reel.upper() in _BLACK:
                continue
            piece = self._draft.put(
                Piece(
                    kind=kind,
                    lane=(number,),
                    start=self._seconds(start - zero + shift),
                    duration=self._seconds(end - start - shift),
                    trim_start=self._seconds(source + shift),
                    name=self._name(event, dissolve),
                    media=self._media(event, kind, dissolve),
                    audio=AudioSettings(muted=kind == "video" and not self._sounds(event)),
                )
            )
            self._ends[kind, number] = piece
            if dissolve:
                self._join(event, before if joins else None, piece, cut)

    def _join(self, event: _Event, left: Piece | None, right: Piece, cut: int) -> None:
        if left is None:
            self._draft.report.lose("a dissolve from black", event.where, "a cut")
            return
        if event.kind != "D":
            self._draft.report.lose(f"the wipe {event.kind}", event.where, "a crossfade")
        left.duration += self._seconds(cut)
        self._draft.joins.append(
            Join(left=left, right=right, before=self._seconds(cut), after=self._seconds(event.length - cut))
        )

    def _ends_at(self, piece: Piece, frame: int) -> bool:
        return piece.start + piece.duration == self._seconds(frame)

    def _tracks(self, event: _Event) -> Iterator[tuple[TrackKind, int]]:
        """The tracks of an event. A picture with its own sound is one clip."""
        channel = event.channel
        if channel == "B" or "V" in channel:
            yield "video", 0
        elif channel in ("A", "AA", "A1", "A12"):
            yield "audio", 1
        elif re.fullmatch("A[2-9]", channel):
            yield "audio", int(channel[1])
        else:
            self._draft.report.lose(f"the channel {channel!r} is not read", event.where)

    @staticmethod
    def _sounds(event: _Event) -> bool:
        return event.channel == "B" or "A" in event.channel

    @staticmethod
    def _name(event: _Event, dissolve: bool) -> str:
        first, second = ("TO CLIP", "FROM CLIP") if dissolve else ("FROM CLIP", "TO CLIP")
        names = event.names
        if dissolve and "TO CLIP" not in names:
            second = ""
        return names.get(first) or names.get(second) or base_name(names.get("SOURCE FILE", "")) or event.reel

    def _media(self, event: _Event, kind: TrackKind, dissolve: bool) -> MediaRef:
        url = event.names.get("SOURCE FILE", "")
        name = self._name(event, dissolve)
        return MediaRef(name=name, url=url, kind=kind_of(base_name(url) if "." in base_name(url) else name, kind))

    def _seconds(self, frames: int) -> Fraction:
        return Fraction(frames) / self._draft.rate
