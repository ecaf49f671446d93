"""Groups of pictures copied from a mezzanine into an export, instead of being decoded and encoded once more.

```
 clip          a|==========================================|b          frames of the mezzanine
 groups   |-----+-----|-----------|-----------|-----------|-+---------|
 export         |enc. |  copied   |  copied   |  copied  |enc|
```

Where a cut lies inside a group, its pictures are not all needed. The head is encoded: nothing of a group can be decoded
without its beginning. Of the tail, what can be decoded without the pictures after the cut is copied: the longest run of
packets, in decoding order, that shows the first pictures of the group without a gap. The few frames from there to the
cut are encoded. What is copied is the same to the bit.

Copied packets fit only under the very headers (SPS, PPS) of the export. No player would complain about others: it would
show wrong colours. So they are compared, byte by byte, before anything is copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

import av
import av.error
import msgspec
from av.container import InputContainer
from av.packet import Packet

from studio_widgets.engine.errors import MediaError, RenderError
from studio_widgets.engine.media import mezzanine
from studio_widgets.engine.media.encoder import VideoSettings, video_encoder
from studio_widgets.engine.media.mezzanine import MezzanineInfo
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.pieces import Packets, annex_b, nal_units
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.source import open_media
from studio_widgets.engine.render.layers import Layer
from studio_widgets.engine.timeline.model import Transform

LEAST = 2  # frames of a piece: a key frame that follows on another may not have the same `idr_pic_id`
MOST_OPEN = 4  # mezzanines at a time
RUN_GROUPS = 10  # that one piece of an export copies at most: it is held in memory


class CopyError(RenderError):
    """Copied packets do not make the pictures that were planned: the export is encoded instead."""


class CopySpec(msgspec.Struct, frozen=True, kw_only=True):
    """`frames` packets of a mezzanine, in decoding order, from the key frame `first` on. `at` as in SegmentSpec."""

    key: str
    path: str
    first: int
    frames: int
    at: int = 0


class Mezzanine(msgspec.Struct, frozen=True):
    """A mezzanine that packets can be copied from: how it was made, and its pictures as a file of their own."""

    info: MezzanineInfo
    pictures: SourceFile
    header: tuple[bytes, ...]


class Part(msgspec.Struct, frozen=True):
    """Frames `[first, first + frames)` of a mezzanine, copied or encoded."""

    copied: bool
    first: int
    frames: int


def lone(seen: Sequence[Layer], frames: int, settings: VideoSettings) -> tuple[Layer, Mezzanine] | None:
    """The one picture that is seen in all of a piece, as it is, and a mezzanine of it that can be copied; else None."""
    if len(seen) != 1:
        return None
    (layer,) = seen
    looks = layer.fade_frames or layer.dips or layer.ramps or layer.motion
    if layer.file is None or layer.still or looks or layer.speed != "1" or layer.transform != Transform():
        return None
    if layer.start > 0 or layer.end < frames or layer.source_frame < 0:
        return None
    found = usable(layer.file, settings)
    return (layer, found) if found is not None and layer.source_frame + frames <= found.info.frames else None


def usable(file: SourceFile, settings: VideoSettings) -> Mezzanine | None:
    """The mezzanine of a file if an export with these settings may hold packets of it, else None.

    What an export asks for is kept: size, rate, quality and preset must be the mezzanine's, groups no longer than
    wished for, headers the very same.
    """
    if file.mezzanine is None:
        return None
    path = Path(file.mezzanine)
    try:
        status = path.stat()
        found = _read(file, status.st_mtime_ns, status.st_size)
    except (OSError, MediaError, msgspec.MsgspecError, ValueError):
        return None  # taken away, damaged or of another time: the source itself is rendered
    info = found.info
    wanted = (settings.width, settings.height, settings.fps, settings.crf, settings.preset)
    if (info.width, info.height, Fraction(info.rate), info.crf, info.preset) != wanted or info.gop > settings.gop:
        return None
    return found if found.header == header_of(settings) else None


@lru_cache(maxsize=256)
def _read(file: SourceFile, changed: int, size: int) -> Mezzanine:
    """A mezzanine in one of its states on disk."""
    assert file.mezzanine is not None
    path = Path(file.mezzanine)
    info = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=MezzanineInfo)
    if info.recipe != mezzanine.RECIPE:
        raise ValueError("a mezzanine of another recipe")
    with open_media(path) as container:
        configuration = bytes(container.streams.video[0].codec_context.extradata or b"")
    if hashlib.sha256(configuration).hexdigest() != info.avcc_sha256:
        raise ValueError("a mezzanine with other headers than were noted")
    made = hashlib.sha256(msgspec.json.encode(info, order="deterministic")).hexdigest()[:16]
    pictures = SourceFile(path=str(path), sha256=f"{file.sha256}+mezzanine-{made}", info=probe(path))
    return Mezzanine(info, pictures, _headers(configuration))


class Opened:
    """Mezzanines kept open while an export is planned or written: opening one takes as long as copying ten seconds."""

    def __init__(self) -> None:
        self._containers: dict[str, InputContainer] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._containers:
            self._containers.popitem()[1].close()

    def packets(self, path: str, fps: Fraction, first: int, count: int) -> Iterator[tuple[int, Packet]]:  # type: ignore[type-arg]
        """(frame, packet) of `count` packets in decoding order from the key frame `first` on."""
        container = self._containers.pop(path, None) or open_media(path)
        self._containers[path] = container  # last in, last out
        if len(self._containers) > MOST_OPEN:
            self._containers.pop(next(iter(self._containers))).close()
        stream = container.streams.video[0]
        tick = stream.time_base or Fraction(1)
        container.seek(round(first / fps / tick), stream=stream)
        left = 0
        for packet in container.demux(stream):
            if packet.pts is None:
                return
            frame = round(packet.pts * tick * fps)
            if packet.is_keyframe and frame == first:
                left = count
            if left:
                yield frame, packet
                left -= 1
                if not left:
                    return


def parts(found: Mezzanine, first: int, frames: int, opened: Opened) -> Iterator[Part]:
    """How to make `frames` frames from `first` on: whole groups copied, the ends encoded. None shorter than `LEAST`.

    All is encoded when there is no group to copy.
    """
    gop, end = found.info.gop, first + frames
    start = -(-first // gop) * gop
    if 0 < start - first < LEAST:
        start += gop
    stop = _copied_until(found, start, end, opened) if start < end else start
    if stop - start < LEAST:
        yield Part(False, first, frames)
        return
    if start > first:
        yield Part(False, first, start - first)
    for place in range(start, stop, RUN_GROUPS * gop):
        yield Part(True, place, min(place + RUN_GROUPS * gop, stop) - place)
    if stop < end:
        yield Part(False, stop, end - stop)


def _copied_until(found: Mezzanine, start: int, end: int, opened: Opened) -> int:
    """How far packets can be copied from the key frame `start` on, at most to `end`: to a frame in the last group."""
    gop = found.info.gop
    for group in range((end - 1) // gop * gop, start - 1, -gop):
        last = min(group + gop, found.info.frames)
        if last <= end and last - group >= LEAST and (last == end or end - last >= LEAST):
            return last
        for length in _prefixes(_order(found, group, opened), group, min(end, last) - group):
            if length >= LEAST and (group + length == end or end - group - length >= LEAST):
                return group + length
    return start


def _prefixes(order: Sequence[int], group: int, most: int) -> list[int]:
    """Lengths, longest first, of the runs of packets of a group that show its first pictures without a gap."""
    lengths, highest = [], -1
    for count, time in enumerate(order[:most], 1):
        highest = max(highest, time - group)
        if highest == count - 1:
            lengths.append(count)
    return lengths[::-1]


_orders: dict[tuple[str, int], tuple[int, ...]] = {}
_KNOWN = 10_000  # groups whose order is kept in mind


def _order(found: Mezzanine, group: int, opened: Opened) -> tuple[int, ...]:
    """The frames of a group in the order of their packets."""
    key = (found.pictures.sha256, group)
    order = _orders.get(key)
    if order is None:
        count = min(found.info.gop, found.info.frames - group)
        read = opened.packets(found.pictures.path, Fraction(found.info.rate), group, count)
        order = tuple(frame for frame, _ in read)
        if len(_orders) >= _KNOWN:
            _orders.clear()
        _orders[key] = order
    return order


def copy_spec(found: Mezzanine, part: Part, at: int) -> CopySpec:
    """The work of copying a part, which will be shown from timeline frame `at` on."""
    key = hashlib.sha256(f"copy {found.pictures.sha256} {part.first} {part.frames}".encode()).hexdigest()
    return CopySpec(key=key, path=found.pictures.path, first=part.first, frames=part.frames, at=at)


def copy(spec: CopySpec, settings: VideoSettings, opened: Opened) -> Packets:
    """The packets, as an encoder of these settings would have given them. CopyError when they are not there."""
    try:
        found = list(opened.packets(spec.path, settings.fps, spec.first, spec.frames))
    except (OSError, MediaError, av.error.FFmpegError) as error:
        raise CopyError(f"frames cannot be copied ({error})", where=spec.path) from error
    times = tuple(frame - spec.first for frame, _ in found)
    if sorted(times) != list(range(spec.frames)):
        raise CopyError("other frames lie there than were planned", where=spec.path)
    return Packets(
        header=annex_b(header_of(settings)),
        times=times,
        keys=tuple(packet.is_keyframe for _, packet in found),
        data=tuple(_with_start_codes(bytes(packet)) for _, packet in found),
    )


@cache
def header_of(settings: VideoSettings) -> tuple[bytes, ...]:
    """SPS and PPS of what is encoded with these settings."""
    encoder = video_encoder(settings)
    encoder.open()
    return tuple(nal_units(bytes(encoder.extradata or b"")))


def _headers(configuration: bytes) -> tuple[bytes, ...]:
    """The parameter sets in an MP4's `avcC` (ISO/IEC 14496-15, 5.3.3.1). ValueError for another length of NAL sizes."""
    if len(configuration) < 7 or configuration[4] & 3 != 3:
        raise ValueError("not the decoder configuration that this package writes")
    units, place = [], 5
    for mask in (31, 255):
        count = configuration[place] & mask
        place += 1
        for _ in range(count):
            size = int.from_bytes(configuration[place : place + 2], "big")
            units.append(configuration[place + 2 : place + 2 + size])
            place += 2 + size
    return tuple(units)


def _with_start_codes(data: bytes) -> bytes:
    """An access unit as an encoder gives it: start codes in the place of the sizes that MP4 has."""
    units, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        units.append(data[place + 4 : place + 4 + size])
        place += 4 + size
    return annex_b(units)
