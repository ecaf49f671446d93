"""A look at what was written, before it gets its name: all frames are there, in time, and decode at the joins."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import av.error
from av.video.stream import VideoStream

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.source import open_media
from studio_widgets.engine.render.copying import CopyError, CopySpec
from studio_widgets.engine.render.plan import PlannedSegment, RenderPlan

BEYOND = 2  # frames decoded after a join
# A decoder would rather show something wrong than nothing. Deblocking is left out: it finds no faults, and takes time.
_STRICT = {"err_detect": "explode", "skip_loop_filter": "all"}


def check(path: Path, plan: RenderPlan) -> None:
    """CopyError when the pictures of a finished file are not the plan's frames, each at its time, or do not decode.

    Only joins with copied pieces are decoded: others follow from one encoder's settings and begin with a key frame.
    """
    fps = plan.settings.fps
    try:
        with open_media(path) as container:
            stream = container.streams.video[0]
            keys = _keys(container, stream, fps, plan.total_frames)
            for start, end in _ranges(joins(plan.segments), keys, plan.total_frames):
                _decode(container, stream, fps, start, end)
    except (av.error.FFmpegError, MediaError, OSError) as error:
        raise CopyError(f"what was written does not decode ({error})", where=str(path.parent)) from error


def joins(segments: Sequence[PlannedSegment]) -> list[int]:
    """The first frames of pieces that are copied, or follow on one that is."""
    return [
        after.start
        for before, after in pairwise(segments)
        if isinstance(before.spec, CopySpec) or isinstance(after.spec, CopySpec)
    ]


def _keys(container: av.container.InputContainer, stream: VideoStream, fps: Fraction, total: int) -> list[int]:
    """The key frames; refuses what has not all frames, each once, at whole multiples of their time."""
    tick = stream.time_base or Fraction(1)
    packets = [packet for packet in container.demux(stream) if packet.pts is not None]
    times = [(packet.pts or 0) * tick * fps for packet in packets]
    if sorted(times) != list(range(total)):
        raise CopyError(f"{len(times)} of {total} frames are there, or not at their times")
    return sorted(int(time) for time, packet in zip(times, packets, strict=True) if packet.is_keyframe)


def _ranges(places: Sequence[int], keys: Sequence[int], total: int) -> Iterator[tuple[int, int]]:
    """What has to be decoded to see the joins: from the key frame before each to a little after it, once each."""
    start = end = 0
    for place in places:
        first, last = keys[bisect_right(keys, place - 1) - 1], min(place + BEYOND, total)
        if first > end:
            if end:
                yield start, end
            start = first
        elif not end:
            start = first
        end = last
    if end:
        yield start, end


def _decode(container: av.container.InputContainer, stream: VideoStream, fps: Fraction, start: int, end: int) -> None:
    """Decode the frames `[start, end)`, of which the first is a key frame, and see that all of them come."""
    tick = stream.time_base or Fraction(1)
    decoder = stream.codec_context
    container.seek(round(start / fps / tick), stream=stream)
    decoder.options = _STRICT
    wanted, seen = set(range(start, end)), set()
    for frame in container.decode(stream):
        number = round((frame.pts or 0) * tick * fps)
        if frame.is_corrupt:
            raise CopyError(f"frame {number} does not decode")
        seen.add(number)
        if number >= end:
            break
    if not wanted <= seen:
        raise CopyError(f"frames {sorted(wanted - seen)[:5]} do not decode")
