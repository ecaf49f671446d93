"""A picture of a timeline for where no widget can be shown: in a notebook that was exported, or is on the web."""

from __future__ import annotations

import io
from functools import lru_cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

from studio_widgets.engine.timeline.model import Clip, Timeline, TitleSource, Track, source_track_kind
from studio_widgets.engine.timeline.timecode import timecode

WIDTH = 960  # pixels
MOST_TRACKS = 8
_HEAD, _RULER, _LANE, _GUTTER, _EDGE = 40, 20, 30, 44, 12
_INK, _FAINT, _GROUND, _LINE = "#1b2430", "#5b6673", "#ffffff", "#d5dbe3"
_FILL = {"video": "#a9c8ee", "image": "#bfe0c8", "audio": "#bfe3dd", "title": "#ddd0f2", "camera": "#e2e2e2"}


def poster(t: Timeline, title: str) -> bytes:
    """A PNG of the timeline's tracks and clips, WIDTH pixels wide: the same bytes for the same timeline and title."""
    tracks = _shown(t)
    height = _HEAD + _RULER + _LANE * max(1, len(tracks)) + _EDGE
    image = Image.new("RGB", (WIDTH, height), _GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH - 1, height - 1), outline=_LINE)
    draw.text((_EDGE, 12), _fit(title or "Timeline", WIDTH // 2, 15), fill=_INK, font=_font(15))
    said = f"{timecode(t.total_frames, t.fps)}  ·  run the cell to open the studio"
    draw.text((WIDTH - _EDGE, 14), said, fill=_FAINT, font=_font(12), anchor="ra")
    scale = (WIDTH - _GUTTER - _EDGE) / max(t.total_frames, 1)
    _ruler(draw, t, scale)
    for row, (index, track) in enumerate(tracks):
        top = _HEAD + _RULER + row * _LANE
        draw.line((_EDGE, top, WIDTH - _EDGE, top), fill=_LINE)
        draw.text((_EDGE, top + 8), track.id, fill=_FAINT, font=_font(12))
        for clip in t.clips_on(index):
            _clip(draw, clip, top, scale)
    packed = io.BytesIO()
    image.quantize(64).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _shown(t: Timeline) -> list[tuple[int, Track]]:
    """The tracks with clips on them, as the editor stacks them: pictures from the highest down, then sounds."""
    used = [(index, track) for index, track in enumerate(t.tracks) if t.clips_on(index)]
    pictures = sorted((item for item in used if item[1].kind == "video"), key=lambda item: -item[1].number)
    sounds = sorted((item for item in used if item[1].kind == "audio"), key=lambda item: item[1].number)
    return [*pictures, *sounds][:MOST_TRACKS]


def _ruler(draw: ImageDraw.ImageDraw, t: Timeline, scale: float) -> None:
    for part in range(5):
        frame = t.total_frames * part // 5
        x = _GUTTER + round(frame * scale)
        draw.line((x, _HEAD + 14, x, _HEAD + _RULER), fill=_LINE)
        draw.text((x + 3, _HEAD + 3), timecode(frame, t.fps), fill=_FAINT, font=_font(10))


def _clip(draw: ImageDraw.ImageDraw, clip: Clip, top: int, scale: float) -> None:
    left = _GUTTER + round(clip.start_frame * scale)
    right = max(left + 2, _GUTTER + round(clip.end_frame * scale) - 1)
    kind = clip.source.__struct_config__.tag
    if kind in ("media_file", "recording"):
        kind = getattr(clip.source, "kind", source_track_kind(clip.source))
    draw.rectangle((left, top + 3, right, top + _LANE - 3), fill=_FILL.get(str(kind), "#e2e2e2"), outline="#7d8a9a")
    name = clip.source.text if isinstance(clip.source, TitleSource) else clip.name
    if text := _fit(" ".join(name.split()), right - left - 10, 11):
        draw.text((left + 5, top + 8), text, fill=_INK, font=_font(11))


def _fit(text: str, room: int, size: int) -> str:
    """The text, cut where it would be wider than `room` pixels."""
    if room < 12:
        return ""
    text = text[:200]
    if _font(size).getlength(text) <= room:
        return text
    while text and _font(size).getlength(text + "…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = files("studio_widgets.engine.render") / "fonts" / "Inter-Regular.otf"
    return ImageFont.truetype(str(path), size)
