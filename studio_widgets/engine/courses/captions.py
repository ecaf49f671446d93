"""Captions and chapter points of a timeline, in seconds, and as WebVTT."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from studio_widgets.engine.timeline.model import Timeline


class Cue(msgspec.Struct, frozen=True):
    """A line of text shown from `start` to `end` (seconds, exclusive)."""

    start: float
    end: float
    text: str


class Point(msgspec.Struct, frozen=True):
    """A chapter point inside a video, at `seconds`."""

    seconds: float
    name: str


def cues(timeline: Timeline) -> list[Cue]:
    """The captions of a timeline that are seen before its end, in order."""
    total = timeline.total_frames
    return [
        Cue(
            _seconds(caption.start_frame, timeline.fps),
            _seconds(min(caption.start_frame + caption.duration_frames, total), timeline.fps),
            caption.text,
        )
        for caption in timeline.captions
        if caption.start_frame < total
    ]


def points(timeline: Timeline) -> list[Point]:
    """The chapter markers of a timeline that lie before its end, in order."""
    return [
        Point(_seconds(marker.frame, timeline.fps), marker.name)
        for marker in timeline.markers
        if marker.chapter and marker.frame < timeline.total_frames
    ]


def to_webvtt(lines: Sequence[Cue]) -> str:
    """Cues as a WebVTT file. Text is escaped and cannot end its cue early."""
    blocks = ["WEBVTT"]
    for cue in lines:
        text = "\n".join(line for line in cue.text.splitlines() if line.strip())
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_timestamp(cue.start)} --> {_timestamp(cue.end)}\n{text}")
    return "\n\n".join(blocks) + "\n"


def _seconds(frame: int, fps: Fraction) -> float:
    return round(float(frame / fps), 6)


def _timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
