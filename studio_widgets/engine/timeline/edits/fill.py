"""Placing by points: a source's in and out, the timeline's in and out; three of them give the fourth."""

from __future__ import annotations

from typing import Literal

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.put import natural_length
from studio_widgets.engine.timeline.edits.replace import overwrite
from studio_widgets.engine.timeline.edits.ripple import insert
from studio_widgets.engine.timeline.edits.values import clean_name
from studio_widgets.engine.timeline.model import Source, Timeline, source_frames


def place(
    t: Timeline,
    *,
    source: Source,
    name: str,
    track: str | None = None,
    source_in: int | None = None,
    source_out: int | None = None,
    timeline_in: int | None = None,
    timeline_out: int | None = None,
    mode: Literal["overwrite", "insert"] = "overwrite",
    thumbnail: str | None = None,
) -> Timeline:
    """Put a range of a source on a range of a track, of which three points are given and the fourth follows.

    ```
    source     abcd|efghijkl              source_in | and the gap on the timeline: where "e" goes, what fills it
    before  V1 [1111]....[222]            timeline_in, timeline_out: frames 4 and 8
    after   V1 [1111][efgh][222]
    ```

    Points are frames, outs exclusive. With both of the source and `timeline_out` alone it ends there (backtimed). What
    is left open with fewer points is the beginning of the source, its end (5 s of a still), and the end of the track.
    mode: "overwrite" replaces what lies there, "insert" pushes it and what follows.

    Refused when four points contradict each other, when an out is not after its in, and beyond the source.
    """
    name = clean_name(name, "clip")
    _refuse_backward("source", source_in, source_out)
    _refuse_backward("timeline", timeline_in, timeline_out)
    first, end = _source_range(t, source, name, source_in, source_out, _length(timeline_in, timeline_out))
    length = _length(timeline_in, timeline_out)
    if length is not None and end - first != length:
        raise EditError(
            f"source {source_in} to {source_out} is {lanes.count(end - first)} long, but timeline {timeline_in} to "
            f"{timeline_out} is {lanes.count(length)}",
            hint="Leave out one of the four points",
        )
    at = timeline_in
    if at is None and timeline_out is not None:
        at = timeline_out - (end - first)
        if at < 0:
            raise EditError(
                f"{lanes.count(end - first)} that end at timeline_out={timeline_out} would start at frame {at}, before "
                "the start of the timeline",
                hint=f"Use timeline_out={end - first} or later, or a shorter range of the source",
            )
    put = overwrite if mode == "overwrite" else insert
    return put(t, source=source, name=name, track=track, at=at, trim=(first, end), thumbnail=thumbnail)


def _length(first: int | None, end: int | None) -> int | None:
    return None if first is None or end is None else end - first


def _refuse_backward(what: str, first: int | None, end: int | None) -> None:
    for point, value in ((f"{what}_in", first), (f"{what}_out", end)):
        if value is not None and value < 0:
            raise EditError(f"{point} is frame {value}, before the start", hint="Frames count from 0")
    if first is not None and end is not None and end <= first:
        raise EditError(
            f"{what}_out={end} is not after {what}_in={first}", hint="The out is exclusive and comes after the in"
        )


def _source_range(
    t: Timeline, source: Source, name: str, first: int | None, end: int | None, length: int | None
) -> tuple[int, int]:
    """The half-open range of the source that the points give."""
    frames = source_frames(source)
    if first is None and end is not None and length is not None:
        first = end - length
        if first < 0:
            raise EditError(
                f'{lanes.count(length)} that end at source_out={end} would start before "{name}" does',
                hint=f"Use source_out={length} or later, or a shorter range of the timeline",
            )
    first = first or 0
    if end is None and length is not None:
        end = first + length
    if end is None:
        end = first + natural_length(source, t.fps) if frames is None else frames
    if frames is not None and (first >= frames or end > frames):
        point = f"source_in={first}" if first >= frames else f"the source's out, frame {end},"
        raise EditError(
            f'{point} is beyond "{name}", which has {lanes.count(frames)} here',
            hint=f"Stay within (0, {frames}), the out exclusive, or fill a shorter range of the timeline",
        )
    return first, end
