"""Sound alone: the timeline's mix as AAC, MP3, PCM, FLAC or Opus, as long as the timeline to the sample.

Codecs add silence in front and fill their last packet; their containers say how much of that to leave out.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
import msgspec
import numpy as np
from av.audio.stream import AudioStream
from av.packet import Packet
from numpy.typing import NDArray

from studio_widgets.engine.media.encoder import SAMPLE_RATE, SoundCodec, open_sound_encoder
from studio_widgets.engine.render.mixer import Samples
from studio_widgets.engine.render.order import Order, Told, sound

_Number = TypeVar("_Number", np.float32, np.int16)


class SoundFormat(msgspec.Struct, frozen=True):
    """A container and its codec, by libav's names, with the samples that the codec takes."""

    container: str
    codec: SoundCodec
    samples: str
    options: dict[str, str] = {}
    lossy: bool = True


OPUS = SoundFormat("ogg", "libopus", "flt")
SOUNDS: dict[str, SoundFormat] = {
    # lengths in samples: in milliseconds, as they are otherwise told, they would be rounded
    ".m4a": SoundFormat("ipod", "aac", "fltp", {"movflags": "+faststart", "movie_timescale": str(SAMPLE_RATE)}),
    ".mp3": SoundFormat("mp3", "libmp3lame", "fltp", {"id3v2_version": "0"}),  # no tag: it would name the muxer
    ".wav": SoundFormat("wav", "pcm_s16le", "s16", {"rf64": "auto"}, lossy=False),  # beyond 4 GB as RF64
    ".flac": SoundFormat("flac", "flac", "s16", lossy=False),
    ".opus": OPUS,
    ".ogg": OPUS,
}


def write_sound(order: Order, out: Path, told: Told) -> None:
    """Write the sound to `out` in the format of the order's name; `told` of the timeline's frames that are done."""
    sort = SOUNDS[Path(order.name).suffix.lower()]
    with av.open(
        str(out), "w", format=sort.container, container_options={"fflags": "+bitexact"} | sort.options
    ) as file:
        bitrate = order.settings.audio_bitrate if sort.lossy else None
        stream = open_sound_encoder(file, sort.codec, sort.samples, bitrate)
        for start, samples in sound(order):
            file.mux(encoded(stream, audio_frame(samples, start, sort.samples)))
            told((start + samples.shape[1]) * order.frames // order.samples)
        file.mux(encoded(stream, None))


def encoded(stream: AudioStream, frame: av.AudioFrame | None) -> list[Packet]:  # type: ignore[type-arg]
    """The packets that a frame brings out of the encoder (None: the last ones)."""
    packets = stream.encode(frame)
    if stream.codec_context.name != "libmp3lame":
        return packets
    # LAME may end with a packet of nothing but filling: the file's head would count that, and not what is before it
    return [packet for packet in packets if packet.duration]


def audio_frame(samples: Samples, start: int, sample_format: str) -> av.AudioFrame:
    """Float samples (2, n) from sample `start` on as a frame of "fltp", "flt" or "s16"."""
    if sample_format == "s16":
        whole = np.rint(samples * 32_768).clip(-32_768, 32_767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(_interleaved(whole), format="s16", layout="stereo")
    elif sample_format == "flt":
        frame = av.AudioFrame.from_ndarray(_interleaved(samples), format="flt", layout="stereo")
    else:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
    return frame


def _interleaved(samples: NDArray[_Number]) -> NDArray[_Number]:
    return np.ascontiguousarray(samples.T).reshape(1, -1)
