"""From a timeline to pieces of work: video segments and audio chunks, each with a content key.

A key is a hash over everything that decides the piece's bytes, the versions of codecs and of this package included, and
nothing about its place on the timeline: a 25-minute still is one segment, encoded once and copied; an intro shared by
forty lessons is rendered once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby, pairwise

import msgspec

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media import mezzanine
from studio_widgets.engine.media.encoder import AAC_FRAME, Preset, VideoSettings, x264_options
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render import copying, free, sound_plan, titles
from studio_widgets.engine.render.copying import CopySpec
from studio_widgets.engine.render.keys import content_key, identity
from studio_widgets.engine.render.layers import Layer, sample_at, source_key, timeline_layers
from studio_widgets.engine.render.loudness import LOUDEST, QUIETEST
from studio_widgets.engine.render.mixer import timeline_pieces
from studio_widgets.engine.render.motion import rests
from studio_widgets.engine.render.sound_plan import AudioSpec
from studio_widgets.engine.timeline.model import Crop, Timeline

__all__ = [
    "PRESETS",
    "AudioSpec",
    "CopySpec",
    "Layer",
    "PlannedSegment",
    "RenderPlan",
    "RenderSettings",
    "SegmentSpec",
    "plan",
    "settings_for",
    "source_key",
]

SEGMENT_SECONDS = 4
MIN_GOP = 4
STILL_GOP = 2  # stills get GOPs this many times longer: nobody cuts in them, and headers still match

# Height of the picture (None: the timeline's own) and the changes to the defaults, by name.
PRESETS: dict[str, tuple[int | None, dict[str, int]]] = {
    "source": (None, {}),
    "2160p": (2160, {}),
    "1440p": (1440, {}),
    "1080p": (1080, {}),
    "720p": (720, {}),
    "480p": (480, {}),
    "draft": (360, {"crf": 28, "audio_bitrate": 96_000}),
    # a voice, as loud as course sites want it; the pictures as mezzanines have them, so that those are copied
    "lecture 1080p": (1080, {"audio_bitrate": 128_000, "loudness": -16}),
    "lecture 720p": (720, {"audio_bitrate": 128_000, "loudness": -16}),
}


class RenderSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an export looks like: size in (even) pixels, rate, x264 quality and GOP length, AAC bits per second.

    `rate` must be the timeline's. The quality and GOP are those of mezzanines, so that packets of theirs can be copied.
    `loudness` is the sound's, in LUFS; None leaves it as mixed.
    """

    width: int
    height: int
    rate: str
    crf: int = mezzanine.CRF
    gop: int = mezzanine.GOP
    preset: Preset = "veryfast"
    audio_bitrate: int = 160_000
    loudness: float | None = None

    @property
    def fps(self) -> Fraction:
        """Frames per second, exactly."""
        return Fraction(self.rate)


class SegmentSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All a worker needs to make a video segment. `at` is the timeline frame of its first use, for errors only."""

    key: str
    frames: int
    layers: tuple[Layer, ...]
    encoding: VideoSettings
    at: int = 0


class PlannedSegment(msgspec.Struct, frozen=True):
    """A segment at its place: timeline frames `[start, start + spec.frames)`."""

    start: int
    spec: SegmentSpec | CopySpec


class RenderPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The work of an export. Segments follow each other without gaps; equal keys are equal bytes.

    `samples`: length of the sound at 48 kHz, cut to the video's end. `audio_packets`: AAC packets in all, of which the
    chunks hold 188 each.
    """

    settings: RenderSettings
    total_frames: int
    segments: tuple[PlannedSegment, ...]
    audio: tuple[AudioSpec, ...]
    samples: int
    audio_packets: int


def settings_for(timeline: Timeline, preset: str | None = None) -> RenderSettings:
    """Settings for a timeline: its own size (made even) or a preset's height in the same shape.

    Presets: "source", "2160p", "1440p", "1080p", "720p", "480p", "draft", "lecture 1080p", "lecture 720p". Raises
    RenderError for another name.
    """
    if preset is not None and preset not in PRESETS:
        raise RenderError(f'there is no render preset "{preset}"', hint=f"Choose one of {', '.join(PRESETS)}")
    height, changes = PRESETS[preset or "source"]
    scale = Fraction(height, timeline.height) if height else Fraction(1)
    settings = RenderSettings(
        width=_even(timeline.width * scale), height=_even(timeline.height * scale), rate=timeline.rate
    )
    return msgspec.structs.replace(settings, **changes)


def video_settings(settings: RenderSettings, gop: int | None = None) -> VideoSettings:
    """The encoder's part of the settings, with another GOP length if given."""
    return VideoSettings(
        width=settings.width,
        height=settings.height,
        rate=settings.rate,
        crf=settings.crf,
        gop=gop or settings.gop,
        preset=settings.preset,
    )


def plan(
    timeline: Timeline,
    files: Mapping[str, SourceFile],
    settings: RenderSettings,
    *,
    copy: bool = True,
    level: float | None = None,
) -> RenderPlan:
    """The segments and audio chunks of a timeline.

    `files` holds a SourceFile for `source_key(source)` of each clip. `copy`: take from mezzanines what they have.
    `level`: a factor for the sound, whose peaks are limited then.

    Raises RenderError for an empty timeline or settings that cannot be rendered, MissingMediaError for a clip whose
    source is not in `files`.
    """
    check_settings(timeline, settings)
    total = timeline.total_frames
    layers = timeline_layers(timeline, files)
    with copying.Opened() as opened:
        segments = tuple(_segments(layers, total, settings, opened if copy else None))
    samples = sample_at(total, settings.fps)
    packets = -(-samples // AAC_FRAME) + 1  # the first one primes the decoder
    chunks = tuple(
        sound_plan.chunks(timeline_pieces(timeline, files), packets, settings.audio_bitrate, settings.fps, level)
    )
    return RenderPlan(
        settings=settings,
        total_frames=total,
        segments=segments,
        audio=chunks,
        samples=samples,
        audio_packets=packets,
    )


# --- video ---------------------------------------------------------------------------------------------------------


def _segments(
    layers: Sequence[Layer], total: int, settings: RenderSettings, opened: copying.Opened | None
) -> Iterator[PlannedSegment]:
    """The pieces of picture; `opened` reads the mezzanines that are copied from, None: nothing is copied."""
    by_start = sorted(layers, key=lambda layer: layer.start)
    encoding = video_settings(settings)
    active: list[Layer] = []
    taken = 0
    for start, end in _runs(cut_points(layers, total)):
        while taken < len(by_start) and by_start[taken].start < end:
            active.append(by_start[taken])
            taken += 1
        active = [layer for layer in active if layer.end > start]
        windows = _windows(active, start, end)
        if opened is not None:
            seen = _seen(windows, end - start, settings)
            if lone := copying.lone(seen, end - start, encoding):
                yield from _copied(*lone, start, end, settings, opened)
                continue
        still = all(layer.steady for layer in windows)
        yield from _encoded(active, start, end, settings.gop * (STILL_GOP if still else 1), settings)


def _encoded(
    active: Sequence[Layer], start: int, end: int, gop: int, settings: RenderSettings
) -> Iterator[PlannedSegment]:
    step = max(1, round(SEGMENT_SECONDS * settings.fps / gop)) * gop
    for first, last in subdivide(start, end, step, gop):
        yield PlannedSegment(first, _spec(active, first, last, gop, settings))


def _copied(
    layer: Layer, found: copying.Mezzanine, start: int, end: int, settings: RenderSettings, opened: copying.Opened
) -> Iterator[PlannedSegment]:
    """What one picture shows in `[start, end)`: whole groups from its mezzanine, the ends encoded from that as well."""
    shown = msgspec.structs.replace(layer, start=start, end=end, file=found.pictures)
    for part in copying.parts(found, layer.source_frame, end - start, opened):
        at = start + part.first - layer.source_frame
        if part.copied:
            yield PlannedSegment(at, copying.copy_spec(found, part, at))
        else:
            yield from _encoded([shown], at, at + part.frames, settings.gop, settings)


def cut_points(layers: Iterable[Layer], total: int) -> list[int]:
    """Frames at which what is seen changes its kind, 0 and `total` included, ascending."""
    points = {0, total}
    for layer in layers:
        points.update((layer.start, layer.end))
        if layer.fade_frames:
            points.add(layer.fade_start + layer.fade_frames)
        for dip in layer.dips:
            points.update((dip.start, dip.start + dip.frames))
        for ramp in layer.ramps:
            points.update((ramp.start, ramp.end))
        points.update(rests(layer.motion, layer.start, layer.end))
    return sorted(point for point in points if 0 <= point <= total)


def _runs(points: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ranges between cut points; a range of one frame joins the one after it (or before it, at the end).

    A segment of a single frame is an IDR picture, followed by another one with the same `idr_pic_id`: not allowed.
    """
    kept = [points[0]]
    for point in points[1:]:
        if point - kept[-1] >= 2:
            kept.append(point)
    if kept[-1] != points[-1]:
        if len(kept) > 1:
            kept.pop()
        kept.append(points[-1])
    yield from pairwise(kept)


def subdivide(start: int, end: int, step: int, gop: int) -> Iterator[tuple[int, int]]:
    """Cut `[start, end)` into pieces of `step` frames (a multiple of `gop`) such that no GOP is a single frame.

    ```
    |---- step ----|---- step ----|-- rest --|
    |---- step ----|-- step - 1 --|- rest + 1 -|      where the rest would be k·gop + 1
    ```
    """
    while end - start > step:
        rest = (end - start) % step
        last = end - start - step == rest  # only the rest comes after this piece
        length = step - 1 if last and rest % gop == 1 and step > 2 else step
        yield start, start + length
        start += length
    length = end - start
    if length > 2 and length % gop == 1:  # nothing before it to borrow from
        yield start, end - 2
        start = end - 2
    yield start, end


def _spec(active: Sequence[Layer], start: int, end: int, gop: int, settings: RenderSettings) -> SegmentSpec:
    layers = _ranked(_seen(_windows(active, start, end), end - start, settings))
    picture = [
        (
            layer.slot,
            layer.start,
            layer.end,
            layer.file and identity(layer.file, layer.clip),
            layer.title and (titles.recipe(), layer.title),
            layer.source_frame,
            layer.transform,
            layer.fade_start,
            layer.fade_frames,
            # of older timelines the keys are as they always were
            *((layer.wipe, layer.dips) if layer.wipe or layer.dips else ()),
            *((layer.speed, layer.frozen) if layer.frozen or layer.speed != "1" else ()),
            *((layer.motion, layer.ramps) if layer.motion or layer.ramps else ()),
            *((free.recipe(),) if layer.motion or _is_turned(layer) else ()),
        )
        for layer in layers
    ]
    encoding = video_settings(settings, gop)
    key = content_key("video", end - start, encoding, x264_options(encoding), picture)
    return SegmentSpec(key=key, frames=end - start, layers=layers, encoding=encoding, at=start)


def _windows(active: Iterable[Layer], start: int, end: int) -> list[Layer]:
    """What is seen of the layers in `[start, end)`, counted from there, lowest first."""
    windows = [layer.window(start, end) for layer in active if layer.start < end and layer.end > start]
    return sorted(windows, key=lambda layer: (layer.slot, layer.start))


def _is_turned(layer: Layer) -> bool:
    """Whether it is drawn freely, on no pixel's grid, without being in motion."""
    return bool(layer.transform.rotation) or (layer.title is not None and layer.transform.crop != Crop())


def _seen(layers: Sequence[Layer], frames: int, settings: RenderSettings) -> list[Layer]:
    """Leave out slots that lie wholly behind an opaque picture: they are neither decoded nor part of the key."""
    lowest = 0
    for slot, group in groupby(layers, key=lambda layer: layer.slot):
        stack = list(group)
        whole = any(layer.start <= 0 and layer.end >= frames and not layer.fade_frames for layer in stack)
        if whole and all(layer.hides(settings.width, settings.height) for layer in stack):
            lowest = slot
    return [layer for layer in layers if layer.slot >= lowest]


def _ranked(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Slots renumbered 0, 1, …: the same stack on other tracks is the same segment."""
    slots = sorted({layer.slot for layer in layers})
    return tuple(msgspec.structs.replace(layer, slot=bisect_left(slots, layer.slot)) for layer in layers)


def check_settings(timeline: Timeline, settings: RenderSettings) -> None:
    """Refuse an empty timeline, and settings that do not fit it or that no file can have: RenderError."""
    if timeline.total_frames == 0:
        raise RenderError("the timeline is empty", hint="Add a clip before rendering")
    if settings.fps != timeline.fps:
        raise RenderError(
            f"a timeline of {timeline.rate} frames per second cannot be rendered at {settings.rate}",
            hint="Leave the rate to settings_for(timeline)",
        )
    if settings.width % 2 or settings.height % 2 or settings.width < 2 or settings.height < 2:
        raise RenderError(
            f"{settings.width}×{settings.height} is not a size H.264 can hold", hint="Choose even width and height"
        )
    if settings.loudness is not None and not QUIETEST <= settings.loudness <= LOUDEST:
        raise RenderError(
            f"{settings.loudness:g} LUFS is no loudness to aim at",
            hint=f"Choose one from {QUIETEST:g} to {LOUDEST:g}: lectures mostly have -16",
        )
    if settings.gop < MIN_GOP:
        raise RenderError(f"a GOP of {settings.gop} is too short", hint=f"Choose a GOP of {MIN_GOP} frames or more")


def _even(length: Fraction | int) -> int:
    return max(2, 2 * round(Fraction(length) / 2))
