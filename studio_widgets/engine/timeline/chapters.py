"""The chapters that a timeline's markers make."""

from __future__ import annotations

from studio_widgets.engine.timeline.model import Timeline, Value


class ChapterPoint(Value, frozen=True):
    """A chapter of the export: the half-open frame range `[start_frame, end_frame)` and its name."""

    start_frame: int
    end_frame: int
    name: str


def chapters_of(t: Timeline) -> tuple[ChapterPoint, ...]:
    """One for each chapter marker inside the timeline; the last one ends with it.

    Markers at one frame make one chapter; what comes before the first marker belongs to none.
    """
    names: dict[int, str] = {}
    for marker in t.markers:
        if marker.chapter and 0 <= marker.frame < t.total_frames:
            before = names.get(marker.frame)
            names[marker.frame] = f"{before} / {marker.name}" if before else marker.name
    starts = sorted(names)
    ends = [*starts[1:], t.total_frames]
    return tuple(
        ChapterPoint(start_frame=start, end_frame=end, name=names[start])
        for start, end in zip(starts, ends, strict=False)
    )
