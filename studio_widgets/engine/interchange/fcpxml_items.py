"""The clips of a timeline as elements of FCPXML, and the resources that they refer to."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from studio_widgets.engine.interchange.fcpxml_values import QUIETEST_DB, SILENT_DB, color_text, position_text, time_text
from studio_widgets.engine.interchange.losses import label
from studio_widgets.engine.interchange.places import Places
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline.model import (
    CameraSource,
    Clip,
    MediaFileSource,
    RecordingSource,
    Timeline,
    TitleSource,
    source_has_sound,
    source_key,
    source_track_kind,
)

_TITLES = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"
_DISSOLVE = "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"
_SOUND_FADE = "FFAudioTransition"
_ANY_LENGTH = Fraction(3600)  # seconds that stand for a source without an end
FORMAT = "r1"


class Items:
    """Makes elements, and collects their resources in `resources`."""

    def __init__(self, t: Timeline, places: Places, report: Report) -> None:
        self._t = t
        self._places = places
        self._report = report
        self._assets: dict[str, str] = {}
        self._effects: dict[str, str] = {}
        self._styles = 0
        self.resources = Element("resources")
        size = {"width": str(t.width), "height": str(t.height)}
        SubElement(self.resources, "format", {"id": FORMAT, "frameDuration": time_text(1 / t.fps), **size})

    def time(self, frames: int) -> str:
        """Frames as FCPXML writes time."""
        return time_text(frames / self._t.fps)

    def clip(self, clip: Clip) -> Element:
        """An element of its own for a clip, without its place: `offset` and `lane` come with what it lies in."""
        times = {"start": self.time(clip.trim_start_frame), "duration": self.time(clip.duration_frames)}
        made = self._title(clip, times) if isinstance(clip.source, TitleSource) else self._media(clip, times)
        track = self._t.tracks[clip.track_index]
        if track.hidden if track.kind == "video" else track.muted:
            made.set("enabled", "0")
        return made

    def transition(self, frames: int, kind: str) -> Element:
        """A dissolve of pictures, or of sounds on an audio track; without its `offset`."""
        name, uid = ("Cross Dissolve", _DISSOLVE) if kind == "video" else ("Audio Crossfade", _SOUND_FADE)
        made = Element("transition", {"name": name, "duration": self.time(frames)})
        SubElement(made, f"filter-{kind}", {"ref": self._effect(name, uid), "name": name})
        return made

    def caption(self, text: str, frames: int) -> Element:
        """A caption, without its place."""
        words = " ".join(text.split())
        made = Element("caption", {"name": words[:80], "duration": self.time(frames)})
        made.set("role", "iTT?captionFormat=ITT.en")
        self._text(made, text, {"font": ".AppleSystemUIFont", "fontSize": "13"})
        return made

    # --- clips ---------------------------------------------------------------------------------------------------

    def _media(self, clip: Clip, times: dict[str, str]) -> Element:
        """`asset-clip`, or `video` for a still."""
        source = clip.source
        still = source_track_kind(source) == "video" and getattr(source, "kind", "video") == "image"
        made = Element("video" if still else "asset-clip", {"name": clip.name, "ref": self._asset(clip), **times})
        video_track = self._t.tracks[clip.track_index].kind == "video"
        silent = clip.audio.muted or self._t.tracks[clip.track_index].muted
        if source_has_sound(source) and video_track and silent:
            made.set("srcEnable", "video")
        elif not video_track and source_track_kind(source) == "video":
            made.set("srcEnable", "audio")
        if video_track:
            self._look(made, clip, 0.0, 0.0)
        if source_has_sound(source):
            self._sound(made, clip, silent=clip.audio.muted and not video_track)
        return made

    def _look(self, made: Element, clip: Clip, x: float, y: float) -> None:
        """Place, size and opacity of a picture; `x` and `y` are added to its place."""
        plain = clip.transform
        width, height = self._t.width, self._t.height
        if (plain.scale, plain.x + x, plain.y + y) != (1.0, 0.0, 0.0):
            values = {"position": position_text(plain.x + x, plain.y + y, width, height)}
            SubElement(made, "adjust-transform", {**values, "scale": f"{plain.scale!r} {plain.scale!r}"})
        if plain.opacity != 1.0:
            SubElement(made, "adjust-blend", {"amount": repr(plain.opacity)})

    def _sound(self, made: Element, clip: Clip, silent: bool) -> None:
        """Gain and fades; `silent` where there is nothing else to say that it is muted."""
        audio = clip.audio
        if not silent and not (audio.gain_db or audio.fade_in_frames or audio.fade_out_frames):
            return
        if silent and audio.gain_db:
            self._report.lose("the gain of a sound that is switched off", label(clip))
        elif audio.gain_db < QUIETEST_DB:
            self._report.lose(f"a gain of {audio.gain_db:g} dB", label(clip), f"{QUIETEST_DB:g} dB")
        gain = SILENT_DB if silent else max(QUIETEST_DB, audio.gain_db)
        volume = SubElement(made, "adjust-volume", {"amount": f"{gain:.9g}dB"})
        fades = (("fadeIn", audio.fade_in_frames), ("fadeOut", audio.fade_out_frames))
        if any(frames for _, frames in fades):
            amount = SubElement(volume, "param", {"name": "amount"})
            for name, frames in fades:
                if frames:
                    SubElement(amount, name, {"type": "linear", "duration": self.time(frames)})

    def _title(self, clip: Clip, times: dict[str, str]) -> Element:
        assert isinstance(clip.source, TitleSource)
        style = clip.source.style
        made = Element("title", {"name": clip.name, "ref": self._effect("Basic Title", _TITLES), **times})
        look = {
            "font": "Helvetica",
            "fontSize": f"{style.size * self._t.height:.9g}",
            "fontColor": color_text(style.color),
            "bold": "1" if style.bold else "0",
            "alignment": style.align,
        }
        if style.outline is not None:
            look |= {"strokeColor": color_text(style.outline), "strokeWidth": "2"}
        self._text(made, clip.source.text, look)
        self._look(made, clip, style.x - 0.5, style.y - 0.5)
        if style.background is not None:
            self._report.lose("the background of a title", label(clip))
        if style.align != "center":
            self._report.lose("the side on which a title's lines begin", label(clip), "an alignment about its middle")
        return made

    def _text(self, made: Element, text: str, look: dict[str, str]) -> None:
        self._styles += 1
        name = f"ts{self._styles}"
        SubElement(SubElement(made, "text"), "text-style", {"ref": name}).text = text
        SubElement(SubElement(made, "text-style-def", {"id": name}), "text-style", look)

    # --- resources -----------------------------------------------------------------------------------------------

    def _effect(self, name: str, uid: str) -> str:
        if uid not in self._effects:
            self._effects[uid] = self._new("effect", {"name": name, "uid": uid})
        return self._effects[uid]

    def _asset(self, clip: Clip) -> str:
        source = clip.source
        key = source_key(source)
        if key in self._assets:
            return self._assets[key]
        place = self._places.get(key)
        if place is None and not isinstance(source, CameraSource):
            self._report.lose("its media is not in the library", label(clip), "the name of a file")
        name = place.name if place else clip.name
        values = {"name": name, "src": place.url if place else f"file:///{quote(name, safe='')}", "start": "0s"}
        frames = source.frames if isinstance(source, MediaFileSource | RecordingSource) else None
        still = getattr(source, "kind", "video") == "image"
        length = time_text(_ANY_LENGTH) if frames is None else self.time(frames)
        values["duration"] = "0s" if still else length
        if source_track_kind(source) == "video":
            values |= {"hasVideo": "1", "format": FORMAT}
        if source_has_sound(source):
            values |= {"hasAudio": "1", "audioSources": "1", "audioChannels": "2"}
        self._assets[key] = self._new("asset", values)
        return self._assets[key]

    def _new(self, tag: str, values: dict[str, str]) -> str:
        made = f"r{len(self.resources) + 1}"
        SubElement(self.resources, tag, {"id": made, **values})
        return made
