"""The house mezzanine: a video's pictures once more, at a constant rate, encoded exactly as exports are.

Closed groups of 60 frames with the headers of every export of its size and rate, so that an export can copy the groups
a cut leaves alone instead of encoding them. Made for what cannot be copied or is slow to decode: browser recordings,
variable rates, sparse key frames, other codecs. It is video only: the mixer reads the sound from the original.

    source ─ rule of time ─ conversion ─ pieces of about 4 s, each encoded for itself ─ joined packet by packet ─▶ MP4

Frame n of it shows what the source shows at time n / rate (see `frames.py`), upright, in square pixels, BT.709 limited.
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import av.error
import msgspec

from studio_widgets.engine.errors import MediaError, RenderError, StorageError
from studio_widgets.engine.media.encoder import VideoSettings, level_for, open_video_encoder, x264_build
from studio_widgets.engine.media.mezzanine_pieces import PieceMaker
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.pieces import check_header, placed_packets
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.source import open_media

RECIPE = 1  # raise it when the same source shall give other frames or bytes
GOP = 60  # frames; shorter ones cost size, longer ones export time
CRF = 18  # one generation more must not be seen
SPARSE = Fraction(2)  # seconds between key frames from which seeking is slow
USUAL_RATE = Fraction(30)
WHOLE_RATES = tuple(map(Fraction, (24, 25, 30, 50, 60)))
STANDARD_RATES = (*WHOLE_RATES, *(Fraction(rate * 1000, 1001) for rate in (24, 30, 60)))
_SLOW = Fraction(23)  # frames a second: slower sources get the usual rate

Progress = Callable[[int, int], None]


class MezzanineInfo(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """How a mezzanine was made: what has to agree before packets of it are copied into an export.

    `rate`: frames a second as Fraction text; `width`, `height` in pixels; `frames` in all, in groups of `gop` (the last
    may be shorter). `avcc_sha256`: hash of the MP4's decoder configuration, which holds SPS and PPS. `x264`, `av`,
    `ffmpeg`: versions of what encoded it; `recipe`: of this module.
    """

    recipe: int
    rate: str
    width: int
    height: int
    frames: int
    gop: int
    crf: int
    preset: str
    avcc_sha256: str
    x264: str
    av: str
    ffmpeg: str


def wants_mezzanine(info: MediaInfo) -> bool:
    """Whether a mezzanine of the file is of use.

    Not for H.264 of a constant rate with a key frame every 2 s, which decodes quickly as it is; not for transparency,
    which H.264 cannot hold, nor for HDR, whose tones would be lost in it.
    """
    if info.kind != "video" or info.has_alpha or info.hdr or not _fits(info):
        return False
    video = next((stream for stream in info.streams if stream.kind == "video"), None)
    ordinary = video is not None and video.codec == "h264" and video.pixel_format in ("yuv420p", "yuvj420p")
    sparse = info.keyframe_gap is not None and Fraction(info.keyframe_gap) > SPARSE
    return info.variable_rate or sparse or not ordinary


def mezzanine_rate(info: MediaInfo) -> Fraction:
    """The standard rate nearest to the source's, at most 60.

    What is slower than film (screen recordings, mostly at rest) gets 30, the rate of most timelines. A variable rate
    gets a whole one: a clock that wavers says nothing about the thousandth part by which 30 and 29.97 differ.
    """
    rate = Fraction(info.usual_rate or info.rate or USUAL_RATE)
    if rate < _SLOW:
        return USUAL_RATE
    rates = WHOLE_RATES if info.variable_rate else STANDARD_RATES
    return min(rates, key=lambda standard: max(rate / standard, standard / rate))


def mezzanine_settings(info: MediaInfo, rate: Fraction | None = None) -> VideoSettings:
    """How the file's mezzanine is encoded: at the displayed size.

    H.264 needs even sides, so an odd one is scaled (nothing is cropped or padded) to the nearest even number, as the
    compositor does on a canvas of that size.
    """
    return VideoSettings(
        width=max(2, 2 * round(Fraction(info.width, 2))),
        height=max(2, 2 * round(Fraction(info.height, 2))),
        rate=str(rate or mezzanine_rate(info)),
        crf=CRF,
        gop=GOP,
    )


def make_mezzanine(
    source: str | os.PathLike[str],
    out: Path,
    *,
    info: MediaInfo | None = None,
    rate: Fraction | None = None,
    pieces: Path | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> MezzanineInfo:
    """Write the mezzanine of a video to `out` (MP4), at once or not at all. The same source gives the same bytes.

    Parameters
    ----------
    info: what `probe` said of this very file; None: found out here.
    rate: frames a second; None: `mezzanine_rate`.
    pieces: a folder of this source's own in which finished pieces stay, whatever happens: called again with it, only
        what is missing is encoded. None: nothing is kept.
    progress: called with (done, total) frames, from other threads too.
    cancel: set it from another thread: CancelledError within a frame's time.

    Raises MediaError when the file has no mezzanine or does not decode, StorageError when there is not enough room or
    `out` cannot be written, RenderError when the encoder fails.
    """
    info = info or probe(source)
    if info.kind != "video" or info.has_alpha or not _fits(info):
        raise MediaError("only opaque videos have mezzanines", where=str(source), hint="Use the file itself")
    settings = mezzanine_settings(info, rate)
    frames = max(1, math.ceil(info.seconds * settings.fps))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".mezzanine-", ignore_cleanup_errors=True) as name:
            maker = PieceMaker(
                source, info, settings, frames, pieces or Path(name), _identity(settings, frames), progress, cancel
            )
            maker.make_missing()
            partial = Path(name) / "mezzanine.mp4"
            _join(maker, settings, partial)
            made = _describe(partial, settings, frames)
            partial.replace(out)
    except (av.error.FFmpegError, OSError) as error:
        raise StorageError(
            f"the mezzanine cannot be written ({(error.strerror or str(error)).lower()})",
            where=str(out.parent),
            hint="Make room there or give yourself permission to write",
        ) from error
    return made


def _fits(info: MediaInfo) -> bool:
    """Whether H.264 allows pictures of this size at this rate."""
    settings = mezzanine_settings(info)
    with suppress(RenderError):
        return bool(level_for(settings.width, settings.height, settings.fps))
    return False


def _versions() -> dict[str, str]:
    return {"x264": x264_build(), "av": av.__version__, "ffmpeg": str(av.ffmpeg_version_info)}


def _identity(settings: VideoSettings, frames: int) -> str:
    """Tells pieces apart that were made with other settings or by another version."""
    parts = (RECIPE, settings, frames, sorted(_versions().items()))
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]


def _join(maker: PieceMaker, settings: VideoSettings, out: Path) -> None:
    # bitexact: no version string and no creation time; nothing of the source's metadata goes in
    with av.open(str(out), "w", format="mp4", container_options={"fflags": "+bitexact"}) as container:
        stream = open_video_encoder(container, settings)
        container.start_encoding()
        header = bytes(stream.codec_context.extradata or b"")
        for number, first in enumerate(maker.starts):
            piece = maker.fetch(number)
            check_header(piece.header, header, first)
            for packet in placed_packets(piece, first, stream, settings.fps):
                container.mux_one(packet)


def _describe(path: Path, settings: VideoSettings, frames: int) -> MezzanineInfo:
    """What was made, read back from the file."""
    with open_media(path) as container:
        stream = container.streams.video[0]
        if stream.frames != frames:
            raise RenderError(f"the mezzanine has {stream.frames} of {frames} frames", hint="Report it")
        avcc = bytes(stream.codec_context.extradata or b"")
    return MezzanineInfo(
        recipe=RECIPE,
        rate=settings.rate,
        width=settings.width,
        height=settings.height,
        frames=frames,
        gop=settings.gop,
        crf=settings.crf,
        preset=settings.preset,
        avcc_sha256=hashlib.sha256(avcc).hexdigest(),
        **_versions(),
    )
