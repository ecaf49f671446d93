"""What an FCPXML document says of rates, media and compound clips, and of how a clip looks and sounds."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

import msgspec

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.draft import MediaRef
from studio_widgets.engine.interchange.fcpxml_values import (
    QUIETEST_DB,
    SILENT_DB,
    color_of_text,
    decibels_of,
    number_of_text,
    pair_of,
    position_of,
    time_of,
)
from studio_widgets.engine.interchange.otio_references import kind_of
from studio_widgets.engine.interchange.places import base_name
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.interchange.times import exact_rate
from studio_widgets.engine.timeline.edits.values import MAX_TEXT, clean_text
from studio_widgets.engine.timeline.model import AudioSettings, TitleSource, TitleStyle, Transform

_USUAL_SIZE = (1920, 1080)
_MAX_SCALE = 100.0
_MAX_DB = 24.0


class Resources:
    """The resources by their id."""

    def __init__(self, root: Element, where: str) -> None:
        self._where = where
        found = root.find("resources")
        self._all = {one.get("id", ""): one for one in (found if found is not None else ())}

    def rate(self, sequence: Element) -> Fraction:
        """Frames a second of a sequence; InterchangeError when the file does not say."""
        shape = self._format(sequence)
        length = time_of(shape.get("frameDuration") if shape is not None else None, self._where)
        if length <= 0:
            raise InterchangeError("it does not say how many frames a second has", where=self._where)
        return exact_rate(1 / length, self._where)

    def size(self, sequence: Element) -> tuple[int, int]:
        """Width and height in pixels of a sequence; the usual ones where the file does not say them."""
        shape = self._format(sequence)
        width, height = (number_of_text(shape.get(one) if shape is not None else "", 0) for one in ("width", "height"))
        return (int(width), int(height)) if 16 <= width <= 16384 and 16 <= height <= 16384 else _USUAL_SIZE

    def _format(self, sequence: Element) -> Element | None:
        return self._all.get(sequence.get("format", ""))

    def asset(self, item: Element) -> Element | None:
        """The asset that a clip shows, if it shows one."""
        found = self._all.get(item.get("ref", ""))
        return found if found is not None and found.tag == "asset" else None

    def compound(self, item: Element) -> Element | None:
        """The sequence of a compound clip, if it is one."""
        found = self._all.get(item.get("ref", ""))
        return found.find("sequence") if found is not None and found.tag == "media" else None

    def name(self, item: Element) -> str:
        """What a resource is called; "" when there is none."""
        found = self._all.get(item.get("ref", ""))
        return found.get("name", "") if found is not None else ""

    def media(self, item: Element, sound: bool) -> MediaRef:
        """What the file says of the media behind a clip."""
        asset = self.asset(item)
        if asset is None:
            name = self.name(item) or item.get("name", "")
            return MediaRef(name=name, kind="audio" if sound else "video")
        rep = asset.find("media-rep")
        url = asset.get("src") or (rep.get("src") if rep is not None else None) or ""
        length = time_of(asset.get("duration"), self._where)
        kind = kind_of(url, "video" if asset.get("hasVideo") == "1" else "audio")
        return MediaRef(
            name=asset.get("name", "") or base_name(url),
            url=url,
            kind="image" if item.tag == "video" and length == 0 else kind,
            first=time_of(asset.get("start"), self._where),
            length=length if length > 0 else None,
            has_audio=asset.get("hasAudio") == "1",
        )


# --- looks and sounds -----------------------------------------------------------------------------------------------

_UNREAD = {
    "timeMap": "its speed",
    "adjust-crop": "its crop",
    "adjust-corners": "its corners",
    "adjust-stabilization": "its stabilization",
    "adjust-360-transform": "its 360° view",
    "adjust-panner": "its panning",
    "adjust-EQ": "its equalizer",
}


def transform_of(item: Element, size: tuple[int, int], report: Report, where: str) -> Transform:
    """Place, size and opacity of a clip's picture; what else is done to it is noted."""
    found, blend = item.find("adjust-transform"), item.find("adjust-blend")
    transform = Transform()
    if found is not None:
        x, y = position_of(found.get("position"), *size)
        scale = pair_of(found.get("scale"), (1.0, 1.0))
        if scale[0] != scale[1]:
            report.lose("its width and height are scaled apart", where, "one scale")
        if number_of_text(found.get("rotation"), 0.0):
            report.lose("its rotation", where)
        transform = Transform(scale=min(_MAX_SCALE, max(0.001, abs(scale[0]))), x=_near(x), y=_near(y))
    if blend is not None:
        amount = min(1.0, max(0.0, number_of_text(blend.get("amount"), 1.0)))
        transform = msgspec.structs.replace(transform, opacity=amount)
    for child in item:
        if child.tag in _UNREAD:
            report.lose(_UNREAD[child.tag], where)
        elif child.tag in ("filter-video", "filter-audio", "filter-video-mask"):
            report.lose(f"the effect {child.get('name', '')!r}", where)
        if child.tag.startswith("adjust-") and child.find(".//keyframeAnimation") is not None:
            report.lose("what changes over its time", where, "what it is at its start")
    return transform


def _near(value: float) -> float:
    """A place no further away than a clip may be."""
    return min(100.0, max(-100.0, value))


def audio_of(item: Element, rate: Fraction, where: str, report: Report) -> AudioSettings:
    """Gain, mute and fades of a clip."""
    volume = item.find("adjust-volume")
    if volume is None:
        return AudioSettings()
    gain = decibels_of(volume.get("amount"))
    silent = gain <= SILENT_DB
    kept = 0.0 if silent else min(_MAX_DB, max(QUIETEST_DB, gain))
    if not silent and kept != gain:
        report.lose(f"its gain of {gain:g} dB", where, f"{kept:g} dB")
    fades = {}
    for tag, field in (("fadeIn", "fade_in_frames"), ("fadeOut", "fade_out_frames")):
        fade = volume.find(f".//{tag}")
        if fade is not None:
            fades[field] = max(0, round(time_of(fade.get("duration"), where) * rate))
    return AudioSettings(gain_db=kept, muted=silent, **fades)


def title_of(item: Element, height: int) -> TitleSource | None:
    """The text of a title and how it looks; None when it says nothing."""
    text = text_of(item)
    if not text.strip():
        return None
    look = item.find("text-style-def/text-style")
    style = TitleStyle()
    if look is not None:
        size = number_of_text(look.get("fontSize"), style.size * height) / height
        align = look.get("alignment", "center")
        style = TitleStyle(
            size=min(1.0, max(0.005, round(size, 6))),
            color=color_of_text(look.get("fontColor")) or style.color,
            outline=color_of_text(look.get("strokeColor")),
            align="left" if align == "left" else "right" if align == "right" else "center",
            bold=look.get("bold") == "1",
        )
    return TitleSource(text=clean_text(text[:MAX_TEXT], "title"), style=style)


def text_of(item: Element) -> str:
    """The words of a title or caption."""
    return "".join("".join(one.itertext()) for one in item.findall("text/text-style"))
