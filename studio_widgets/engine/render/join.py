"""Pieces to one MP4: packets copied in order, timestamps computed from frame numbers, nothing of the sources'
metadata."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.error
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.encoder import (
    AAC_FRAME,
    AAC_PRIMING,
    SAMPLE_RATE,
    open_audio_encoder,
    open_video_encoder,
)
from studio_widgets.engine.media.pieces import Packets, check_header, placed_packets, timed_packet
from studio_widgets.engine.render.plan import RenderPlan, video_settings
from studio_widgets.engine.timeline.chapters import ChapterPoint

Fetch = Callable[[str], Packets]  # the piece with a key
Placed = tuple[Fraction, Packet]  # type: ignore[type-arg]  # decoding time in seconds


def join(plan: RenderPlan, fetch: Fetch, chapters: Sequence[ChapterPoint], out: Path) -> None:
    """Write the pieces of a plan to `out` as MP4 with its index in front.

    Raises RenderError when pieces do not fit together or frames are missing.
    """
    # bitexact: no version string and no creation time, so that the same timeline gives the same bytes
    options = {"fflags": "+bitexact", "movflags": "+faststart", "movie_timescale": str(_ticks(plan.settings.fps))}
    try:
        with av.open(str(out), "w", format="mp4", container_options=options) as container:
            video = open_video_encoder(container, video_settings(plan.settings))
            audio = open_audio_encoder(container, plan.settings.audio_bitrate)
            if chapters:
                set_chapters(container, chapters, plan.settings.fps)
            container.start_encoding()
            picture = _video(plan, fetch, video, bytes(video.codec_context.extradata or b""))
            sound = _audio(plan, fetch, audio, bytes(audio.codec_context.extradata or b""))
            for packet in _by_time(picture, sound):
                container.mux_one(packet)
    except (av.error.FFmpegError, OSError) as error:
        raise RenderError(
            f"the file cannot be written ({error.strerror or error})",
            where=str(out.parent),
            hint="Free some space, or choose another folder",
        ) from error


def _ticks(fps: Fraction) -> int:
    """Ticks a second in which both frames and samples are whole: in milliseconds, lengths would be rounded down."""
    return math.lcm(fps.numerator, SAMPLE_RATE)


def _video(plan: RenderPlan, fetch: Fetch, stream: Stream, header: bytes) -> Iterator[Placed]:
    fps = plan.settings.fps
    count = 0
    for segment in plan.segments:
        piece = fetch(segment.spec.key)
        check_header(piece.header, header, segment.start)
        if len(piece.data) != segment.spec.frames or segment.start != count:
            raise RenderError(f"the piece at frame {count} has {len(piece.data)} frames, not {segment.spec.frames}")
        for packet in placed_packets(piece, count, stream, fps):
            yield cast(int, packet.dts) / fps, packet
        count += len(piece.data)
    if count != plan.total_frames:
        raise RenderError(f"{count} of {plan.total_frames} frames were rendered")


def _audio(plan: RenderPlan, fetch: Fetch, stream: Stream, header: bytes) -> Iterator[Placed]:
    tick = Fraction(1, SAMPLE_RATE)
    number = 0
    for chunk in plan.audio:
        piece = fetch(chunk.key)
        check_header(piece.header, header, chunk.at)
        for data in piece.data[: plan.audio_packets - number]:
            at = number * AAC_FRAME - AAC_PRIMING
            # the last packet reaches beyond the end: its declared duration cuts the sound there
            length = min(AAC_FRAME, plan.samples - at)
            yield at * tick, timed_packet(data, stream, tick, at, at, length, key=True)
            number += 1
    if number != plan.audio_packets:
        raise RenderError(f"{number} of {plan.audio_packets} sound packets were rendered")


def _by_time(picture: Iterator[Placed], sound: Iterator[Placed]) -> Iterator[Packet]:  # type: ignore[type-arg]
    """Both streams merged by decoding time, so that the muxer need not hold one back for the other."""
    left, right = next(picture, None), next(sound, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] <= right[0]):
            assert left is not None
            yield left[1]
            left = next(picture, None)
        else:
            yield right[1]
            right = next(sound, None)


def set_chapters(container: OutputContainer, chapters: Sequence[ChapterPoint], fps: Fraction) -> None:
    """Write chapters into a container that has not begun yet."""
    container.set_chapters(
        [
            {
                "id": number,
                "start": chapter.start_frame,
                "end": chapter.end_frame,
                "time_base": 1 / fps,
                "metadata": {"title": chapter.name},
            }
            for number, chapter in enumerate(chapters, 1)
        ]
    )


def sync(path: Path) -> None:
    """Make sure a file's bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
