"""Small pictures of a file: a thumbnail for the grid, a filmstrip for clips."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import Colorspace
from PIL import Image

from studio_widgets.engine.media.frames import Decoder, FrameReader, Orientation, orientation_of, video_stream
from studio_widgets.engine.media.model import MediaInfo, SpriteInfo
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.source import common_start, open_media
from studio_widgets.engine.media.waveform import draw, peaks

TILE_WIDTH = 160
MAX_TILES = 100
COLUMNS = 10
_DARK = 24  # mean luma below which a thumbnail says nothing
_UNSPECIFIED = 2
UPRIGHT = Orientation()


def thumbnail(path: str | os.PathLike[str], width: int = 320, *, info: MediaInfo | None = None) -> bytes:
    """A JPEG of a file, `width` pixels wide at most, upright and in its displayed proportions.

    Of a video a frame near its beginning that is not dark; of a sound its waveform. Raises MediaError.
    """
    info = info or probe(path)
    if info.kind == "audio":
        return image_jpeg(draw(peaks(path, info=info), width, width * 9 // 16))
    with FrameReader(path, info=info) as reader:
        best: Image.Image | None = None
        for share in (Fraction(1, 10), Fraction(1, 3), Fraction(1, 2), Fraction(3, 4)):
            at = min(info.seconds * share, 30 * share)  # of long videos the first half minute: seeks stay short
            picture = to_image(reader.at(at), reader.orientation, width, width)
            if best is None or _brightness(picture) > _brightness(best):
                best = picture
            if info.kind == "image" or _brightness(best) >= _DARK:
                break
        assert best is not None
        return image_jpeg(best)


def sprite(path: str | os.PathLike[str], *, info: MediaInfo | None = None) -> tuple[bytes, SpriteInfo]:
    """A filmstrip of a video or picture: one JPEG of at most 10 × 10 tiles, and how it is laid out.

    A tile a second, fewer in videos longer than 100 s. Raises MediaError when the file has no pictures.
    """
    info = info or probe(path)
    seconds = info.seconds
    count = 1 if info.kind == "image" else min(MAX_TILES, max(1, math.ceil(seconds)))
    step = max(Fraction(1), seconds / count)
    tile_height = max(2, min(TILE_WIDTH * 2, round(TILE_WIDTH * info.height / max(1, info.width))))
    columns = min(COLUMNS, count)
    rows = math.ceil(count / columns)
    sheet = Image.new("RGB", (columns * TILE_WIDTH, rows * tile_height))
    times = [step * k for k in range(count)]
    for k, picture in enumerate(_tiles(path, info, times, tile_height)):
        sheet.paste(picture, (k % columns * TILE_WIDTH, k // columns * tile_height))
    layout = SpriteInfo(
        columns=columns,
        rows=rows,
        count=count,
        tile_width=TILE_WIDTH,
        tile_height=tile_height,
        seconds_per_tile=float(step),
    )
    return image_jpeg(sheet, quality=70), layout


def to_image(
    frame: av.VideoFrame, orientation: Orientation = UPRIGHT, width: int | None = None, height: int | None = None
) -> Image.Image:
    """A decoded frame as a picture for display, upright, square pixels, no larger than width × height, on black.

    Without a size: as large as displayed.
    """
    shown = orientation.displayed(frame.width, frame.height)
    scale = min((width or shown[0]) / shown[0], (height or shown[1]) / shown[1], 1.0)
    upright = (max(1, round(shown[0] * scale)), max(1, round(shown[1] * scale)))
    return _turned(frame, orientation, upright)


def to_jpeg(frame: av.VideoFrame, quality: int = 80) -> bytes:
    """A frame as it is, as JPEG."""
    return image_jpeg(_turned(frame, UPRIGHT, (frame.width, frame.height)), quality)


def image_jpeg(picture: Image.Image, quality: int = 82) -> bytes:
    """An RGB picture as JPEG. (Pillow: as fast as FFmpeg's encoder at preview sizes, and with the right colours.)"""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def color_matrix(frame: av.VideoFrame) -> Colorspace:
    """The YUV matrix of a frame: what it says, else by custom BT.709 for HD and BT.601 for smaller pictures."""
    if frame.colorspace in (Colorspace.ITU709, Colorspace.ITU601, Colorspace.SMPTE240M, Colorspace.FCC):
        return Colorspace(frame.colorspace)
    if frame.colorspace in (_UNSPECIFIED, 0):
        return Colorspace.ITU709 if frame.height >= 720 else Colorspace.ITU601
    return Colorspace.ITU709


def _turned(frame: av.VideoFrame, orientation: Orientation, upright: tuple[int, int]) -> Image.Image:
    """Scale (before turning, which is cheaper) and turn a frame to `upright` pixels, transparency over black."""
    width, height = upright if orientation.rotation in (0, 180) else upright[::-1]
    alpha = any(component.is_alpha for component in frame.format.components) or frame.format.name == "pal8"
    scaled = frame.reformat(
        width, height, "rgba" if alpha else "rgb24", src_colorspace=color_matrix(frame), interpolation="AREA"
    )
    picture = Image.fromarray(scaled.to_ndarray())
    if alpha:
        background = Image.new("RGBA", picture.size, "black")
        picture = Image.alpha_composite(background, picture).convert("RGB")
    turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    return picture.transpose(turns[orientation.rotation]) if orientation.rotation else picture


def _tiles(
    path: str | os.PathLike[str], info: MediaInfo, times: list[Fraction], tile_height: int
) -> Iterator[Image.Image]:
    """The tiles' pictures in order; from key frames alone where they lie dense enough, which is many times faster."""
    frames = _key_frames(path, times) if len(times) > 10 else None
    if frames is not None:
        for frame, orientation in frames:
            yield _turned(frame, orientation, (TILE_WIDTH, tile_height))
        return
    with FrameReader(path, info=info) as reader:
        for time in times:
            yield _turned(reader.at(time), reader.orientation, (TILE_WIDTH, tile_height))


def _key_frames(
    path: str | os.PathLike[str], times: list[Fraction]
) -> Iterator[tuple[av.VideoFrame, Orientation]] | None:
    """For each time the key frame at or before it; None when key frames are rarer than one in half a tile."""
    with open_media(path) as container:
        entries = list(video_stream(container, os.fspath(path)).index_entries)
        keys = sum(1 for entry in entries if entry.is_keyframe)
    step = times[1] - times[0]
    if keys < 2 * len(times) or keys * step < 2 * times[-1]:
        return None
    return _nearest_keys(path, times)


def _nearest_keys(path: str | os.PathLike[str], times: list[Fraction]) -> Iterator[tuple[av.VideoFrame, Orientation]]:
    with open_media(path) as container:
        stream = video_stream(container, os.fspath(path))
        start = common_start(container)
        stream.codec_context.skip_frame = "NONKEY"
        frames = Decoder(container, stream).frames()
        shown = next(frames)
        orientation = orientation_of(shown, stream)
        after = next(frames, None)
        for time in times:
            while after is not None and _seconds(after) <= time + start:
                shown, after = after, next(frames, None)
            yield shown, orientation


def _seconds(frame: av.VideoFrame) -> Fraction:
    return (frame.pts or 0) * (frame.time_base or Fraction(0))


def _brightness(picture: Image.Image) -> float:
    return float(np.asarray(picture.convert("L")).mean())
