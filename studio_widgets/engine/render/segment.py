"""The work itself, as two functions that run anywhere: a spec in, encoded packets out.

They are pure: the same spec gives the same bytes in any process, so a result may come from a cache, a worker process or
another machine. A result is a small self-describing block (`Packets`) rather than a file: joining needs no demuxer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import av
import av.error
import msgspec
import numpy as np
from av.packet import Packet

from studio_widgets.engine.errors import CancelledError, RenderError, StudioError
from studio_widgets.engine.media.encoder import AAC_FRAME, SAMPLE_RATE, audio_encoder, video_encoder
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.mixer import Mixer
from studio_widgets.engine.render.plan import AudioSpec, SegmentSpec

Stop = Callable[[], bool]  # asked between frames: True stops the work with CancelledError

_NAL_SEI = 6
_START_CODE = b"\x00\x00\x01"


class Packets(msgspec.Struct, frozen=True, array_like=True):
    """Encoded packets in decoding order, and the codec's header they need.

    `times`: presentation time of each packet, in frames (video) or packets (sound) from the piece's start. `keys`:
    whether it is a key frame.
    """

    header: bytes
    times: tuple[int, ...]
    keys: tuple[bool, ...]
    data: tuple[bytes, ...]

    def encode(self) -> bytes:
        """As bytes, for a cache or another process."""
        return msgspec.msgpack.encode(self)

    @staticmethod
    def decode(block: bytes) -> Packets:
        """From bytes; msgspec.MsgspecError when they are something else."""
        return msgspec.msgpack.decode(block, type=Packets)


def render_segment(spec: SegmentSpec, stop: Stop | None = None) -> bytes:
    """Encode a video segment: closed GOPs, exactly `spec.frames` frames, no lead-in. Returns `Packets` as bytes.

    Raises RenderError naming clip, source and timeline frame; CancelledError when `stop` says so.
    """
    encoding = spec.encoding
    encoder = video_encoder(encoding)
    packets: list[Packet] = []  # type: ignore[type-arg]
    with Compositor(spec.layers, encoding.width, encoding.height, encoding.fps) as compositor:
        for n in range(spec.frames):
            if stop is not None and stop():
                raise CancelledError("rendering was cancelled")
            try:
                frame = compositor.frame(n)
            except RenderError as error:
                raise _placed(error, n, spec.at) from error
            frame.pts, frame.time_base = n, 1 / encoding.fps
            packets += encoder.encode(frame)
        packets += encoder.encode(None)
    if len(packets) != spec.frames:
        raise RenderError(f"the encoder gave {len(packets)} of {spec.frames} frames", where=f"frame {spec.at}")
    return Packets(
        header=bytes(encoder.extradata or b""),
        times=tuple(packet.pts or 0 for packet in packets),
        keys=tuple(packet.is_keyframe for packet in packets),
        data=tuple(without_sei(bytes(packet)) if packet.is_keyframe else bytes(packet) for packet in packets),
    ).encode()


def render_audio(spec: AudioSpec, stop: Stop | None = None) -> bytes:
    """Encode an audio chunk: `spec.packets` AAC packets that follow those of the chunk before.

    Returns `Packets` as bytes. The encoder is warmed up on the sound before the chunk, and those packets are dropped.
    Raises as `render_segment`.
    """
    encoder = audio_encoder(spec.bitrate)
    packets: list[bytes] = []
    with Mixer(spec.pieces) as mixer:
        for frame in _blocks(mixer, spec.warm_up + spec.packets + spec.look_ahead):
            if stop is not None and stop():
                raise CancelledError("rendering was cancelled")
            packets += (bytes(packet) for packet in encoder.encode(frame))
    packets += (bytes(packet) for packet in encoder.encode(None))
    kept = tuple(packets[spec.warm_up : spec.warm_up + spec.packets])
    if len(kept) != spec.packets:
        raise RenderError(f"the sound encoder gave {len(kept)} of {spec.packets} packets", where=f"frame {spec.at}")
    return Packets(
        header=bytes(encoder.extradata or b""),
        times=tuple(range(spec.packets)),
        keys=(True,) * spec.packets,
        data=kept,
    ).encode()


def render(spec: SegmentSpec | AudioSpec, stop: Stop | None = None) -> bytes:
    """Either kind of work; what is sent to an executor."""
    try:
        return render_segment(spec, stop) if isinstance(spec, SegmentSpec) else render_audio(spec, stop)
    except StudioError:
        raise
    except (av.error.FFmpegError, OSError, MemoryError, ValueError) as error:
        raise RenderError(
            f"rendering failed at frame {spec.at}: {error}",
            hint=f"Render again; if it fails again, report it (worker {os.getpid()})",
        ) from error


def without_sei(data: bytes) -> bytes:
    """An Annex B access unit without SEI: x264 writes 682 bytes about itself into the first frame of every piece."""
    units = [unit for unit in _units(data) if unit and unit[0] & 31 != _NAL_SEI]
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def _units(data: bytes) -> Iterator[bytes]:
    start = data.find(_START_CODE)
    while start >= 0:
        following = data.find(_START_CODE, start + 3)
        end = len(data) if following < 0 else following
        yield data[start + 3 : end].rstrip(b"\x00")  # a NAL unit never ends in a zero byte
        start = following


def _blocks(mixer: Mixer, count: int) -> Iterable[av.AudioFrame]:
    """`count` frames of 1024 samples; mixed a second at a time."""
    together = 47
    for first in range(0, count, together):
        number = min(together, count - first)
        sound = mixer.mix(first * AAC_FRAME, number * AAC_FRAME)
        for index in range(number):
            block = np.ascontiguousarray(sound[:, index * AAC_FRAME : (index + 1) * AAC_FRAME])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate = SAMPLE_RATE
            frame.pts = (first + index) * AAC_FRAME
            frame.time_base = Fraction(1, SAMPLE_RATE)
            yield frame


def _placed(error: RenderError, n: int, at: int) -> RenderError:
    """The error with the timeline's frame number: a segment counts from its own start."""
    return RenderError(
        error.message.replace(f"frame {n} of", f"frame {at + n} of", 1), where=error.where, hint=error.hint
    )
