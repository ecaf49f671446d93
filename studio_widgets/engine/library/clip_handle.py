"""What edits return for a clip: a name for it that stays right while the timeline changes."""

from __future__ import annotations

from collections.abc import Callable

from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.model import AudioSettings, Clip, Curve, PictureFades, Source, Timeline, Transform
from studio_widgets.engine.timeline.timecode import timecode


class ClipHandle:
    """A clip on a project's timeline, by its id.

    Everything but `id` is read from the newest timeline, and raises EditError when the clip is gone. Equal to another
    handle of the same id; accepted wherever a clip is asked for.
    """

    __slots__ = ("_timeline", "id")

    def __init__(self, clip_id: str, timeline: Callable[[], Timeline]) -> None:
        self.id = clip_id
        self._timeline = timeline

    @property
    def value(self) -> Clip:
        """The clip as it is now."""
        return lanes.find_clip(self._timeline(), self.id)

    @property
    def name(self) -> str:
        """What it is called: the media file's name, or the text of a title, unless renamed."""
        return self.value.name

    @property
    def track(self) -> str:
        """Name of its track, such as `V1`."""
        timeline = self._timeline()
        return timeline.tracks[lanes.find_clip(timeline, self.id).track_index].id

    @property
    def start_frame(self) -> int:
        """Its first frame on the timeline."""
        return self.value.start_frame

    @property
    def end_frame(self) -> int:
        """The first timeline frame after it."""
        return self.value.end_frame

    @property
    def duration_frames(self) -> int:
        """Its length in timeline frames."""
        return self.value.duration_frames

    @property
    def trim_start_frame(self) -> int:
        """The first frame of the source it shows, in frames of the timeline's rate."""
        return self.value.trim_start_frame

    @property
    def trim_end_frame(self) -> int:
        """The first frame of the source after those it shows."""
        return self.value.trim_end_frame

    @property
    def source(self) -> Source:
        """What it shows."""
        return self.value.source

    @property
    def transform(self) -> Transform:
        """Where its picture goes."""
        return self.value.transform

    @property
    def audio(self) -> AudioSettings:
        """How it sounds."""
        return self.value.audio

    @property
    def fades(self) -> PictureFades:
        """How its picture comes and goes."""
        return self.value.fades

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The keyframes of its properties, in frames of the source as it plays."""
        return self.value.curves

    @property
    def link(self) -> str | None:
        """The link it shares with the clips that are edited together with it; None when it is linked with nothing."""
        return self.value.link

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClipHandle) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        timeline = self._timeline()
        clip = timeline.clip_by_id.get(self.id)
        if clip is None:
            return f"<{self.id}: removed>"
        start, end = timecode(clip.start_frame, timeline.fps), timecode(clip.end_frame, timeline.fps)
        return (
            f"<{clip.id} {clip.name!r} on {timeline.tracks[clip.track_index].id}: {start} to {end}, "
            f"{lanes.count(clip.duration_frames)} from {clip.trim_start_frame} of its source>"
        )
