"""What a file is: opened, read through once, and proven to decode."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.frames import Decoder, Orientation, is_still, orientation_of
from studio_widgets.engine.media.model import MediaInfo, MediaKind, StreamInfo, StreamKind
from studio_widgets.engine.media.source import (
    common_start,
    decodable,
    is_picture,
    not_media,
    open_media,
    packets,
    rewind,
    stream_start,
)

_MIMES = {
    "matroska": ("video/x-matroska", "audio/x-matroska"),
    "webm": ("video/webm", "audio/webm"),
    "mov": ("video/mp4", "audio/mp4"),
    "ogg": ("video/ogg", "audio/ogg"),
    "avi": ("video/x-msvideo", "audio/x-msvideo"),
    "mpegts": ("video/mp2t", "video/mp2t"),
    "mpeg": ("video/mpeg", "audio/mpeg"),
    "flv": ("video/x-flv", "video/x-flv"),
    "asf": ("video/x-ms-wmv", "audio/x-ms-wma"),
    "gif": ("image/gif", "image/gif"),
}
_WEBM_CODECS = {"vp8", "vp9", "av1", "libdav1d", "opus", "vorbis"}
_UNEVEN = Fraction(1, 500)  # seconds by which frame distances may differ in a constant rate (webm counts in ms)
_ALIKE = Fraction(1, 5)  # how far a frame distance may lie from the usual one, as a part of it
_HDR = {16, 18}  # AVColorTransferCharacteristic: PQ, HLG


def probe(path: str | os.PathLike[str]) -> MediaInfo:
    """Say what a media file is: kind, size as displayed, exact duration, streams.

    One picture and one sound block are decoded; then all packets are read (not decoded), because headers are missing in
    browser recordings and wrong in many others. Raises MissingMediaError for no file, MediaError for a folder, an empty
    or unreadable file, or one in which nothing decodes.
    """
    with open_media(path) as container:
        videos = [stream for stream in container.streams.video if decodable(stream) and not is_picture(stream)]
        sounds = [stream for stream in container.streams.audio if decodable(stream)]
        if not videos and not sounds:
            raise not_media(path)
        start = common_start(container)
        video = _first_picture(container, videos[0]) if videos else None
        has_audio = _decodes_sound(container, sounds[0]) if sounds else False
        if video is None and not has_audio:
            raise not_media(path)
        kind: MediaKind = "audio" if video is None else "image" if video.still else "video"
        timing = {} if kind == "image" else _read_timing(container, path)
        return _info(container, kind, start, video, has_audio, timing)


@dataclass
class _Video:
    stream: VideoStream
    orientation: Orientation
    size: tuple[int, int]
    alpha: bool
    hdr: bool
    still: bool


@dataclass
class _Timing:
    """Presentation times of one stream's packets (of a video's key frames once more), in its time base."""

    times: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    end: int = 0


def _info(
    container: InputContainer,
    kind: MediaKind,
    start: Fraction,
    video: _Video | None,
    has_audio: bool,
    timing: dict[int, _Timing],
) -> MediaInfo:
    facts: dict[str, Any] = {}
    rate, variable = None, False
    if video is not None:
        width, height = video.orientation.displayed(*video.size)
        own = timing.get(video.stream.index, _Timing())
        rate, variable = _rate(own.times, video.stream)
        facts = {
            "width": width,
            "height": height,
            "coded_width": video.size[0],
            "coded_height": video.size[1],
            "rotation": video.orientation.rotation,
            "sar": str(video.orientation.sar),
            "rate": str(rate) if kind == "video" and rate else None,
            "has_alpha": video.alpha,
            "variable_rate": variable,
            "hdr": video.hdr,
            "tick": str(video.stream.time_base) if video.stream.time_base else None,
        }
        if kind == "video":
            facts |= _spacing(own, video.stream, rate, variable)
    return MediaInfo(
        kind=kind,
        container=container.format.name,
        mime=_mime(container, kind),
        duration=str(_duration(container, timing, rate, not variable) - start if timing else 0),
        has_video=video is not None,
        has_audio=has_audio,
        start=str(start),
        streams=tuple(_stream_info(stream) for stream in container.streams),
        **facts,
    )


def _duration(container: InputContainer, timing: dict[int, _Timing], rate: Fraction | None, even: bool) -> Fraction:
    """When the file ends, in seconds of its own clock."""
    ends: dict[str, Fraction] = {"video": Fraction(0), "audio": Fraction(0)}
    for stream in container.streams:
        if stream.index in timing:
            end = timing[stream.index].end * cast(Fraction, stream.time_base)
            if rate and even and stream.type == "video":
                whole = round(end * rate) / rate  # webm counts in ms: a third of a second is no whole number of them
                end = whole if abs(whole - end) <= cast(Fraction, stream.time_base) else end
            ends[stream.type] = max(ends[stream.type], end)
    hangs_over = ends["audio"] - ends["video"]
    if rate and 0 < hangs_over < 1 / rate:
        return ends["video"]
    return max(ends.values())


def _first_picture(container: InputContainer, stream: VideoStream) -> _Video | None:
    still = is_still(container, stream)
    frame = next(Decoder(container, stream).frames(), None)
    if not still:
        rewind(container)
    if frame is None:
        return None
    alpha = _shows_through(frame, still)
    hdr = frame.color_trc in _HDR
    return _Video(stream, orientation_of(frame, stream), (frame.width, frame.height), alpha, hdr, still)


def _shows_through(frame: av.VideoFrame, still: bool) -> bool:
    """Whether the picture has transparency; of a still, which many tools write with an all-opaque alpha, look at it."""
    if not any(component.is_alpha for component in frame.format.components) and frame.format.name != "pal8":
        return False
    return not still or bool((frame.to_ndarray(format="rgba")[..., 3] < 255).any())


def _decodes_sound(container: InputContainer, stream: AudioStream) -> bool:
    try:
        return next(container.decode(stream), None) is not None
    except av.error.FFmpegError:
        return False
    finally:
        rewind(container)


def _read_timing(container: InputContainer, path: str | os.PathLike[str]) -> dict[int, _Timing]:
    """Read every packet once and note when it is shown."""
    watched = [stream for stream in container.streams if stream.type in ("video", "audio") and not is_picture(stream)]
    timing = {stream.index: _Timing() for stream in watched}
    for packet in packets(container, *watched):
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None or packet.is_discard:
            continue
        own = timing[packet.stream_index]
        if packet.size and packet.stream.type == "video":
            own.times.append(time)
            if packet.is_keyframe:
                own.keys.append(time)
        own.end = max(own.end, time + (packet.duration or 0))
    for stream in watched:
        own = timing[stream.index]
        own.times.sort()
        if stream.type == "video":
            own.end = max(own.end, _video_end(own.times, own.end))
    if not any(own.end for own in timing.values()):
        raise MediaError("the file holds no pictures or sound", where=str(path), hint="Record or export it again")
    return timing


def _video_end(times: list[int], end: int) -> int:
    """When the last frame goes: where its own duration is not told (browser recordings), the usual frame lasts."""
    if len(times) < 2 or (end and end > times[-1]):
        return end
    steps = sorted(after - before for before, after in pairwise(times))
    return times[-1] + steps[len(steps) // 2]


def _rate(times: list[int], stream: VideoStream) -> tuple[Fraction | None, bool]:
    """Average frames per second, and whether the frames are unevenly spaced."""
    declared = stream.average_rate or stream.guessed_rate
    base = cast(Fraction, stream.time_base)
    if len(times) < 2 or times[-1] == times[0]:
        return declared, False
    measured = (len(times) - 1) / ((times[-1] - times[0]) * base)
    steps = [(after - before) * base for before, after in pairwise(times)]
    variable = max(steps) - min(steps) > max(_UNEVEN, 2 * base)
    if declared and abs(declared - measured) * 50 < measured:
        return declared, variable
    return measured.limit_denominator(1001), variable


def _spacing(own: _Timing, stream: VideoStream, rate: Fraction | None, variable: bool) -> dict[str, str | None]:
    """How close frames follow each other where they mostly do, and how far apart key frames lie."""
    base = cast(Fraction, stream.time_base)
    usual = rate
    steps = sorted(after - before for before, after in pairwise(own.times) if after > before)
    if variable and steps:
        middle = steps[len(steps) // 2]
        alike = [step for step in steps if abs(step - middle) <= middle * _ALIKE]
        # where times are whole milliseconds no single step tells the rate, but their mean does
        usual = (len(alike) / (sum(alike) * base)).limit_denominator(1001)
    keys = sorted(own.keys)
    gap = max((after - before for before, after in pairwise([*keys, own.end])), default=0) * base
    return {"usual_rate": str(usual) if usual else None, "keyframe_gap": str(gap) if keys else None}


def _stream_info(stream: Stream) -> StreamInfo:
    kind: StreamKind = "picture" if stream.type == "video" and is_picture(stream) else stream.type
    facts: dict[str, Any] = {}
    if isinstance(stream, VideoStream):
        rate = stream.average_rate
        facts = {
            "width": stream.width,
            "height": stream.height,
            "pixel_format": stream.pix_fmt or "",
            "rate": str(rate) if rate else None,
        }
    elif stream.type == "audio":
        context = cast(Any, stream.codec_context)
        facts = {"sample_rate": context.sample_rate or 0, "channels": context.channels or 0}
    return StreamInfo(
        index=stream.index,
        kind=kind,
        codec=stream.codec_context.name if stream.codec_context is not None else "",
        language=stream.language or "",
        start=str(stream_start(stream)),
        **facts,
    )


def _mime(container: InputContainer, kind: MediaKind) -> str:
    """The media type: what a browser needs to know to play it, from the contents and not from the name."""
    name = container.format.name
    if name.endswith("_pipe"):
        return f"image/{name.removesuffix('_pipe')}"
    family = name.split(",")[0]
    codecs = {stream.codec_context.name for stream in container.streams if stream.codec_context is not None}
    if family == "matroska" and codecs <= _WEBM_CODECS:
        family = "webm"
    if family == "mov":
        brand = container.metadata.get("major_brand", "").strip()
        if kind == "image":
            return "image/heic" if brand.startswith("hei") else "image/avif"
        if brand == "qt" and kind == "video":
            return "video/quicktime"
    if family in _MIMES:
        return _MIMES[family][kind == "audio"]
    audio = {"mp3": "audio/mpeg", "w64": "audio/wav", "adts": "audio/aac"}
    return audio.get(family, f"audio/{family}") if kind == "audio" else f"video/{family}"
