"""The one set of encoder settings: whatever this package encodes, it opens its encoder here.

Pieces encoded apart are joined packet by packet, which is only right when their headers (SPS, PPS) are byte-identical
and each piece stands alone. So everything that x264 would choose by itself is pinned: the reference structure, the
level, closed groups of pictures of a fixed length, one thread (with more, equal input gives unequal bytes; parallelism
comes from pieces).
"""

from __future__ import annotations

import importlib
import re
from fractions import Fraction
from functools import cache
from typing import Literal

import av
import msgspec
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.codec import CodecContext
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from studio_widgets.engine.errors import RenderError

SAMPLE_RATE = 48_000  # samples a second of all sound we make
AAC_FRAME = 1024  # samples of one AAC packet
AAC_CODER = "fast"  # at our rates 13 dB nearer to speech than the usual search, in half the time, with no more bytes
AAC_PRIMING = 1024  # samples of silence the encoder puts before the first
AUDIO_CHUNK_PACKETS = 188  # packets of one audio segment, about 4 s
AUDIO_WARM_UP_PACKETS = 16  # packets encoded before a segment and dropped: with fewer the seams are heard

Preset = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"]
SoundCodec = Literal["aac", "libmp3lame", "pcm_s16le", "flac", "libopus"]

# What x264 decides by content, preset or thread count, decided here once.
_PINNED = (
    "ref=1:bframes=3:b-pyramid=2:weightp=1:weightb=1:8x8dct=1:cabac=1:chroma-qp-offset=0:nal-hrd=none:aud=0:"
    "repeat-headers=0:open-gop=0:scenecut=0:force-cfr=1:stitchable=1:sliced-threads=0:intra-refresh=0"
)

# H.264 levels: most macroblocks of a frame, most macroblocks a second (Table A-1 of the standard).
_LEVELS = (
    ("3.0", 1_620, 40_500),
    ("3.1", 3_600, 108_000),
    ("4.0", 8_192, 245_760),
    ("4.2", 8_704, 522_240),
    ("5.0", 22_080, 589_824),
    ("5.1", 36_864, 983_040),
    ("5.2", 36_864, 2_073_600),
    ("6.2", 139_264, 16_711_680),
)


class VideoSettings(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """How pictures are encoded. `width`, `height` in pixels, even; `rate` frames per second as Fraction text.

    `crf`: 0..51, lower is better; `gop`: frames from one key frame to the next.
    """

    width: int
    height: int
    rate: str
    crf: int = 20
    gop: int = 60
    preset: Preset = "veryfast"

    @property
    def fps(self) -> Fraction:
        """Frames per second, exactly."""
        return Fraction(self.rate)


def level_for(width: int, height: int, fps: Fraction) -> str:
    """The lowest H.264 level that allows this size and rate, not below 4.0 so that common sizes share their headers.

    Raises RenderError when no level does.
    """
    blocks = -(-width // 16) * -(-height // 16)
    for name, most, per_second in _LEVELS[2:]:
        if blocks <= most and blocks * fps <= per_second:
            return name
    raise RenderError(
        f"{width}×{height} at {fps} frames per second is more than H.264 allows",
        hint="Choose a smaller size or a lower rate",
    )


def x264_options(settings: VideoSettings) -> dict[str, str]:
    """The encoder options of a render, pinned as the module's head says."""
    level = level_for(settings.width, settings.height, settings.fps)
    psy = "" if settings.preset == "veryfast" else ":psy=0"  # else the preset's psy-rd gets into the PPS
    params = f"threads=1:level={level}:keyint={settings.gop}:min-keyint={settings.gop}:{_PINNED}{psy}{_instructions()}"
    return {"preset": settings.preset, "crf": str(settings.crf), "x264-params": params}


@cache
def _instructions() -> str:
    """Hold x264 to AVX2 where the machine has that.

    Its AVX-512 code reads memory that nobody has written: at heights such as 90 or 104 equal frames became unequal
    bytes, in one process. AVX2 costs 3% more time, and gives a colleague's machine the same bytes.
    """
    try:
        features = importlib.import_module("numpy._core._multiarray_umath").__cpu_features__
    except (ImportError, AttributeError):  # numpy keeps it to itself, and may move it
        return ""
    return ":asm=AVX2" if features.get("AVX2") else ""


def open_video_encoder(container: OutputContainer, settings: VideoSettings) -> VideoStream:
    """Add the render's H.264 stream to a container. Frames: yuv420p of the settings' size, `pts` counted in frames.

    Set `time_base = 1 / fps` and `pict_type = 0` on each frame. Raises RenderError for odd sizes or too large ones.
    """
    _check_even(settings.width, settings.height)
    stream = container.add_stream("libx264", rate=settings.fps, options=x264_options(settings))
    _shape(stream.codec_context, settings.width, settings.height, settings.fps)
    return stream


def video_encoder(settings: VideoSettings) -> VideoCodecContext:
    """The same encoder without a container: give it frames, take packets; `extradata` holds its headers once open."""
    _check_even(settings.width, settings.height)
    context = CodecContext.create("libx264", "w")
    context.options = x264_options(settings)
    _shape(context, settings.width, settings.height, settings.fps)
    return context


@cache
def x264_build() -> str:
    """The version of x264, e.g. "core 165 r3222 b35605a": it tells it in the first frame of what it encodes."""
    settings = VideoSettings(width=16, height=16, rate="30")
    encoder = video_encoder(settings)
    frame = av.VideoFrame(16, 16, "yuv420p")
    frame.pts, frame.time_base = 0, 1 / settings.fps
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    found = re.search(rb"x264 - (core [\w ]+)", b"".join(map(bytes, packets)))
    return found[1].decode().strip() if found else "unknown"


def open_vp9_encoder(container: OutputContainer, settings: VideoSettings) -> VideoStream:
    """Add a VP9 stream for WebM; frames as for `open_video_encoder`. Every frame comes out at once.

    `crf` means what it means to x264; the preset means nothing here. Raises RenderError for odd sizes.
    """
    _check_even(settings.width, settings.height)
    # "good" takes five times as long for the same look at a seventh less size. More threads (row-mt) give other bytes.
    options = {"deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0", "row-mt": "0", "drop-threshold": "0"}
    quality = str(min(63, settings.crf * 3 // 2))  # of 63, where x264 counts to 51
    stream = container.add_stream("libvpx-vp9", rate=settings.fps, options=options | {"crf": quality})
    _shape(stream.codec_context, settings.width, settings.height, settings.fps)
    stream.codec_context.bit_rate = 0  # else it would be a limit
    stream.codec_context.gop_size = settings.gop
    return stream


def open_audio_encoder(container: OutputContainer, bitrate: int = 160_000) -> AudioStream:
    """Add an AAC stream: 48 kHz stereo, float planar frames of 1024 samples, `pts` counted in samples."""
    stream = container.add_stream("aac", rate=SAMPLE_RATE)
    _sound(stream.codec_context, bitrate)
    return stream


def audio_encoder(bitrate: int = 160_000) -> AudioCodecContext:
    """The same encoder without a container."""
    context = CodecContext.create("aac", "w")
    context.sample_rate = SAMPLE_RATE
    _sound(context, bitrate)
    context.flags |= context.flags.__class__(_GLOBAL_HEADER)
    return context


def open_sound_encoder(
    container: OutputContainer, codec: SoundCodec, sample_format: str, bitrate: int | None
) -> AudioStream:
    """Add a stream of 48 kHz stereo in another codec; `pts` counted in samples. `bitrate` None: of a lossless one."""
    stream = container.add_stream(codec, rate=SAMPLE_RATE, options={"aac_coder": AAC_CODER} if codec == "aac" else {})
    context = stream.codec_context
    context.layout, context.format = "stereo", av.AudioFormat(sample_format)
    if bitrate is not None:
        context.bit_rate = bitrate
    context.flags |= context.flags.__class__(_BITEXACT)
    return stream


def open_proxy_encoder(container: OutputContainer, width: int, height: int, time_base: Fraction) -> VideoStream:
    """Add the video stream of a proxy: small, quick to seek (a key frame every 10), timestamps in `time_base`."""
    _check_even(width, height)
    params = "keyint=10:min-keyint=10:scenecut=0:bframes=0:ref=1:force-cfr=0"
    options = {"preset": "veryfast", "tune": "fastdecode", "crf": "24", "x264-params": params}
    stream = container.add_stream("libx264", rate=30, options=options)
    _shape(stream.codec_context, width, height, Fraction(30))
    stream.codec_context.time_base = time_base
    stream.codec_context.thread_count = 2
    return stream


def open_live_encoder(container: OutputContainer, width: int, height: int, fps: Fraction) -> VideoStream:
    """Add the video stream of the live preview: every frame comes out at once, a key frame about every second."""
    _check_even(width, height)
    gop = max(1, round(fps))
    params = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:force-cfr=1:repeat-headers=0"
    options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "25", "profile": "baseline"}
    stream = container.add_stream("libx264", rate=fps, options=options | {"x264-params": params})
    _shape(stream.codec_context, width, height, fps)
    return stream


_GLOBAL_HEADER = 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER: headers once, beside the stream
_BITEXACT = 1 << 23  # AV_CODEC_FLAG_BITEXACT: no version of the codec in what it writes
_BT709 = 1  # colour primaries, transfer and matrix of HD video
_LIMITED = 1  # 16..235


def _shape(context: VideoCodecContext, width: int, height: int, fps: Fraction) -> None:
    context.width, context.height = width, height
    context.pix_fmt = "yuv420p"
    context.framerate = fps
    context.time_base = 1 / fps
    context.sample_aspect_ratio = Fraction(1)
    context.thread_count = 1
    context.color_range = _LIMITED
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.flags = context.flags | _GLOBAL_HEADER


def _sound(context: AudioCodecContext, bitrate: int) -> None:
    context.options = {"aac_coder": AAC_CODER}
    context.layout = "stereo"
    context.format = av.AudioFormat("fltp")
    context.bit_rate = bitrate


def _check_even(width: int, height: int) -> None:
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise RenderError(f"{width}×{height} cannot be encoded: H.264 needs an even width and height")
