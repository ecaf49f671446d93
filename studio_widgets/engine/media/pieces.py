"""Pieces of a video: encoded each for itself, kept as packets, joined without decoding.

A piece is a small self-describing block (`Packets`) rather than a file: joining needs no demuxer. Render segments and
mezzanines are made of the same pieces by the same encoder, so that one can stand for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import msgspec
from av.packet import Packet
from av.stream import Stream

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.encoder import VideoSettings, video_encoder

REORDER = 2  # frames a B-pyramid shows later than they are decoded: the same delay for every piece

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


def encode_piece(settings: VideoSettings, frames: Iterable[av.VideoFrame]) -> Packets:
    """Encode frames to closed GOPs with no lead-in, by an encoder of their own.

    The frames are the encoder's (`conversion.tag`); their timestamps are set here. Raises RenderError when the encoder
    does not give a packet for each.
    """
    encoder = video_encoder(settings)
    packets: list[Packet] = []  # type: ignore[type-arg]
    count = 0
    for frame in frames:
        frame.pts, frame.time_base = count, 1 / settings.fps
        packets += encoder.encode(frame)
        count += 1
    packets += encoder.encode(None)
    if len(packets) != count:
        raise RenderError(f"the encoder gave {len(packets)} of {count} frames", hint="Report it")
    return Packets(
        header=bytes(encoder.extradata or b""),
        times=tuple(packet.pts or 0 for packet in packets),
        keys=tuple(packet.is_keyframe for packet in packets),
        data=tuple(without_sei(bytes(packet)) if packet.is_keyframe else bytes(packet) for packet in packets),
    )


def placed_packets(piece: Packets, first: int, stream: Stream, fps: Fraction) -> Iterator[Packet]:  # type: ignore[type-arg]
    """The packets of a piece of video for a muxer, its first frame being frame `first` of the whole.

    Raises RenderError when a frame would be decoded after it is shown.
    """
    for number, (data, time, key) in enumerate(zip(piece.data, piece.times, piece.keys, strict=True), first):
        shown, decoded = first + time, number - REORDER
        if decoded > shown:
            raise RenderError(f"frame {shown} would have to be decoded after it is shown", hint="Report it")
        yield timed_packet(data, stream, 1 / fps, shown, decoded, 1, key=key)


def timed_packet(
    data: bytes, stream: Stream, tick: Fraction, shown: int, decoded: int, duration: int, *, key: bool
) -> Packet:  # type: ignore[type-arg]
    """A packet for a stream of an open output; times and duration in ticks."""
    packet = Packet(data)
    packet.stream = stream
    packet.time_base = tick
    packet.pts, packet.dts, packet.duration = shown, decoded, duration
    packet.is_keyframe = key
    return packet


def check_header(found: bytes, wanted: bytes, at: int) -> None:
    """Refuse a piece with other headers than its file's: RenderError."""
    # a player would not complain: it would decode with the wrong header and show wrong colours
    if found != wanted:
        raise RenderError(
            f"the piece at frame {at} was encoded with other headers than the file's",
            hint="Clear the render cache and render again",
        )


def without_sei(data: bytes) -> bytes:
    """An Annex B access unit without SEI: x264 writes 682 bytes about itself into the first frame of every piece."""
    return annex_b(unit for unit in nal_units(data) if unit[0] & 31 != _NAL_SEI)


def annex_b(units: Iterable[bytes]) -> bytes:
    """NAL units as a byte stream, each after a start code."""
    return b"".join(b"\x00" + _START_CODE + unit for unit in units)


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of a byte stream."""
    start = data.find(_START_CODE)
    while start >= 0:
        following = data.find(_START_CODE, start + 3)
        end = len(data) if following < 0 else following
        if unit := data[start + 3 : end].rstrip(b"\x00"):  # a NAL unit never ends in a zero byte
            yield unit
        start = following
