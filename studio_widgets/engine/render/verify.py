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
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.copying import CopyError, CopySpec
from studio_widgets.engine.render.keys import content_key
from studio_widgets.engine.render.plan import PlannedSegment, RenderPlan

BEFORE, BEYOND = 8, 2  # frames around a join of which every one is decoded
# A decoder would rather show something wrong than nothing. Deblocking is left out: it finds no faults, and takes time.
_STRICT = {"err_detect": "explode", "skip_loop_filter": "all"}


def check(path: Path, plan: RenderPlan, cache: SegmentCache) -> None:
    """CopyError when the pictures of a finished file are not the plan's frames, each at its time, or do not decode.

    Only joins with copied pieces are decoded: others follow from one encoder's settings and begin with a key frame. The
    cache remembers those that were, for the exports after this.
    """
    fps = plan.settings.fps
    fresh = {key: place for key, place in joins(plan.segments).items() if cache.get(key) is None}
    try:
        with open_media(path) as container:
            stream = container.streams.video[0]
            stream.codec_context.options = _STRICT
            keys = _keys(container, stream, fps, plan.total_frames)
            for start, end, places in ranges(sorted(fresh.values()), keys, plan.total_frames):
                _decode(container, stream, fps, start, end, places)
    except (av.error.FFmpegError, MediaError, OSError) as error:
        raise CopyError(f"what was written does not decode ({error})", where=str(path.parent)) from error
    for key in fresh:
        cache.put(key, b"decodes")


def joins(segments: Sequence[PlannedSegment]) -> dict[str, int]:
    """The first frames of pieces that are copied, or follow on one that is, by what meets there."""
    return {
        content_key("join", before.spec.key, after.spec.key): after.start
        for before, after in pairwise(segments)
        if isinstance(before.spec, CopySpec) or isinstance(after.spec, CopySpec)
    }


def _keys(container: av.container.InputContainer, stream: VideoStream, fps: Fraction, total: int) -> list[int]:
    """The key frames; refuses what has not all frames, each once, at whole multiples of their time."""
    tick = stream.time_base or Fraction(1)
    packets = [packet for packet in container.demux(stream) if packet.pts is not None]
    times = [(packet.pts or 0) * tick * fps for packet in packets]
    if sorted(times) != list(range(total)):
        raise CopyError(f"{len(times)} of {total} frames are there, or not at their times")
    return sorted(int(time) for time, packet in zip(times, packets, strict=True) if packet.is_keyframe)


def ranges(places: Sequence[int], keys: Sequence[int], total: int) -> Iterator[tuple[int, int, list[int]]]:
    """What has to be decoded to see the joins at `places`: from the key frame before each to a little after it.

    Ranges that meet are one: (first frame, end, the places in it).
    """
    start = end = -1
    inside: list[int] = []
    for place in places:
        first, last = keys[bisect_right(keys, place - 1) - 1], min(place + BEYOND, total)
        if inside and first > end:
            yield start, end, inside
            inside = []
        if not inside:
            start = first
        end = last
        inside.append(place)
    if inside:
        yield start, end, inside


def _decode(
    container: av.container.InputContainer,
    stream: VideoStream,
    fps: Fraction,
    start: int,
    end: int,
    places: Sequence[int],
) -> None:
    """Decode from the key frame `start` on and see that all frames around the joins come, up to `end`.

    Further off only what others refer to is decoded.
    """
    tick = stream.time_base or Fraction(1)
    near = {frame for place in places for frame in range(max(start, place - BEFORE), min(end, place + BEYOND))}
    wanted = set(near)
    decoder = stream.codec_context
    container.seek(round(start / fps / tick), stream=stream)
    for packet in container.demux(stream):
        number = end if packet.pts is None else round(packet.pts * tick * fps)
        decoder.skip_frame = "DEFAULT" if number in near else "NONREF"
        for frame in decoder.decode(packet if packet.pts is not None else None):
            shown = round((frame.pts or 0) * tick * fps)
            if frame.is_corrupt:
                raise CopyError(f"frame {shown} does not decode")
            wanted.discard(shown)
        if not wanted:
            return
        if packet.pts is None:
            break
    raise CopyError(f"frames {sorted(wanted)[:5]} do not decode")
