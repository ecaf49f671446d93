"""The one door through which media is opened.

A file can lie about what it is: a playlist named `.mp4` makes a demuxer read other files, a path string can be a
URL or a filter. So only regular local files are opened, by absolute path, with the `file` protocol and a list of
formats that hold their own data; nothing outside chooses a format or a filter.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from studio_widgets.engine.errors import MediaError, MissingMediaError

# Formats that contain their data themselves: no playlists, no concat scripts, no image sequences.
FORMATS = (
    "mov,matroska,webm,avi,ogg,mpegts,mpeg,flv,asf,mxf,gif,"
    "mp3,wav,w64,flac,aac,ac3,eac3,aiff,caf,amr,"
    "png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe"
)
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}

# What a file may ask of a machine. The first refuses pictures that are small on disk and fill the memory.
MAX_PIXELS = 16384 * 16384
MAX_STREAMS = 128

# Pictures are told by their first bytes: left alone, FFmpeg may take them for numbered image sequences.
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "png_pipe"),
    (b"\xff\xd8\xff", "jpeg_pipe"),
    (b"BM", "bmp_pipe"),
    (b"II*\x00", "tiff_pipe"),
    (b"MM\x00*", "tiff_pipe"),
)
_NOT_MEDIA_HINT = "Choose a video, picture or sound file; if it plays elsewhere, convert it to MP4 first"


def open_media(path: str | os.PathLike[str]) -> InputContainer:
    """Open a local media file for reading; close it yourself (it is a context manager).

    Raises MissingMediaError when there is no such file, MediaError when it is a folder, empty, unreadable or not media.
    """
    checked = check_file(path)
    try:
        container = av.open(f"file:{checked}", "r", format=_picture_format(checked), container_options=dict(_OPTIONS))
    except av.error.FFmpegError as error:
        raise not_media(checked, error) from error
    try:
        _check_bounds(container, checked)
    except BaseException:
        container.close()
        raise
    return container


def check_file(path: str | os.PathLike[str]) -> Path:
    """The absolute path of a file that is there, regular, not empty and readable; else the error that names it."""
    text = os.fspath(path)
    if "\0" in text:
        raise MediaError("the file name contains a zero byte", where=repr(text), hint="Check the path")
    absolute = Path(text).expanduser().absolute()
    where = str(path)
    try:
        status = absolute.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingMediaError(
            "there is no such file", where=where, hint="Check the path, or add the file again"
        ) from error
    except OSError as error:
        raise _unreadable(where, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise MediaError("this is a folder, not a media file", where=where, hint="Add the files in it, e.g. folder/*")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError("this is not a regular file", where=where, hint="Copy its contents to a file first")
    if status.st_size == 0:
        raise MediaError("the file is empty", where=where, hint="Copy or export it again")
    try:
        with absolute.open("rb"):
            pass
    except OSError as error:
        raise _unreadable(where, error) from error
    return absolute


def check_size(path: str | os.PathLike[str], width: int, height: int) -> None:
    """Raise MediaError for a picture of more than MAX_PIXELS."""
    if width * height > MAX_PIXELS:
        raise MediaError(
            f"the picture has {width:,} × {height:,} pixels, too many to be decoded",
            where=str(path),
            hint=f"Make it smaller: at most {MAX_PIXELS / 1e6:.0f} megapixels",
        )


def not_media(path: str | os.PathLike[str], error: Exception | None = None) -> MediaError:
    """The error for a file in which nothing decodes; `error` adds the decoder's own words."""
    reason = getattr(error, "strerror", None) or ""
    return MediaError(
        "this is not usable media" + (f" ({reason.lower()})" if reason else ""),
        where=str(path),
        hint=_NOT_MEDIA_HINT,
    )


def common_start(container: InputContainer) -> Fraction:
    """When the earliest of the file's picture and sound starts, in seconds of the file's own clock.

    Call it before anything is read; the container stands at its start afterwards. Sound counts from the first sample
    that is heard: what a codec primes itself with (AAC, Opus: a few ms *before* zero) is no start.
    """
    starts = [stream_start(stream) for stream in container.streams.video if not is_picture(stream)]
    for stream in filter(decodable, container.streams.audio):
        start = stream_start(stream)
        starts.append(start if start >= 0 else _first_heard(container, stream))
    return min(starts, default=Fraction(0))


def rewind(container: InputContainer, stream: Stream | None = None) -> None:
    """Stand at the very first packet again, priming included.

    Seeking to 0 would not do: some demuxers then drop what lies before 0, and apply the codec's priming a second time.
    """
    base = stream.time_base if stream is not None and stream.time_base is not None else Fraction(1, av.time_base)
    first = (stream.start_time if stream is not None else container.start_time) or 0
    try:
        container.seek(min(0, first) - int(10 / base), stream=stream, backward=True)
    except av.error.FFmpegError:
        container.seek(0)


def packets(container: InputContainer, *streams: Stream) -> Iterator[Packet[Stream]]:
    """The packets of some streams from where the file stands; a file that is cut short ends where it breaks off."""
    source = container.demux(*streams)
    while True:
        try:
            packet = next(source, None)
        except av.error.FFmpegError:
            return
        if packet is None:
            return
        yield packet


def stream_start(stream: Stream) -> Fraction:
    """The start a stream declares, in seconds; 0 when it declares none."""
    if stream.start_time is None or stream.time_base is None:
        return Fraction(0)
    return stream.start_time * stream.time_base


def decodable(stream: Stream) -> bool:
    """Whether there is a decoder for a stream at all."""
    return stream.codec_context is not None


def is_picture(stream: Stream) -> bool:
    """Whether a video stream is a cover picture rather than the file's video."""
    return bool(stream.disposition & (stream.disposition.attached_pic | stream.disposition.timed_thumbnails))


def _first_heard(container: InputContainer, stream: AudioStream) -> Fraction:
    """Seconds of the first decoded sample: the decoder drops the priming and moves the timestamp past it."""
    start = Fraction(0)
    try:
        frame = next(container.decode(stream), None)
        if frame is not None and frame.pts is not None and frame.time_base is not None:
            start = max(Fraction(0), frame.pts * frame.time_base)
    except av.error.FFmpegError:
        pass  # damaged sound: its start does not matter, the reader says so when it is asked for samples
    rewind(container)
    return start


def _picture_format(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp_pipe"
    return next((name for magic, name in _PICTURES if head.startswith(magic)), None)


def _check_bounds(container: InputContainer, path: Path) -> None:
    """Refuse a file that asks too much, before anything of it is decoded."""
    if len(container.streams) > MAX_STREAMS:
        raise MediaError(
            f"the file has {len(container.streams)} streams, more than {MAX_STREAMS}",
            where=str(path),
            hint="Export it with the tracks you need",
        )
    for stream in container.streams.video:
        if stream.codec_context is not None:
            check_size(path, stream.codec_context.width, stream.codec_context.height)


def _unreadable(where: str, error: OSError) -> MediaError:
    return MediaError(
        f"the file cannot be read ({(error.strerror or str(error)).lower()})",
        where=where,
        hint="Give yourself permission to read it, or copy it to a folder of yours",
    )
