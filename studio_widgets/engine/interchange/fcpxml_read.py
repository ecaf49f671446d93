"""A draft from FCPXML, of ours, of Final Cut Pro or of DaVinci Resolve.

An element lies at a moment of what holds it and has a clock of its own, in which `start` is the moment that plays
first: so its own time s is at `zero + s` of the timeline, `zero` being where it begins less its `start`. What is
connected to it (it has a `lane`) says in that clock where it begins. Compound clips are laid flat.
"""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

import msgspec

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.draft import MAX_DEPTH, Draft, Join, Lane, Note, Piece
from studio_widgets.engine.interchange.fcpxml_resources import Resources, audio_of, text_of, title_of, transform_of
from studio_widgets.engine.interchange.fcpxml_values import time_of
from studio_widgets.engine.interchange.xml_text import parse_xml
from studio_widgets.engine.timeline.edits.values import MAX_TEXT, clean_text
from studio_widgets.engine.timeline.model import MAX_TRACK_NUMBER, Caption, Track, TrackKind, Transform
from studio_widgets.engine.timeline.timecode import nearest

Window = tuple[Fraction, Fraction]
_FOREVER: Window = (Fraction(-(2**40)), Fraction(2**40))
_MOST_VISITS = 1_000_000  # compound clips in compound clips multiply
_CLIPS = ("asset-clip", "video", "audio", "title", "clip", "ref-clip", "sync-clip", "mc-clip", "audition")
_MARKS = ("marker", "chapter-marker")
_QUIET = ("note", "keyword", "rating", "metadata", "text", "text-style-def", "sync-source", "audio-role-source")


def read_fcpxml(text: str, *, where: str = "") -> Draft:
    """The draft of the first project of a document. InterchangeError when there is none, and for hostile XML."""
    root = parse_xml(text, where)
    if root.tag != "fcpxml":
        raise InterchangeError(f"it is XML, but not FCPXML: its root is <{root.tag[:40]}>", where=where)
    projects = list(root.iter("project"))
    sequence = next((one for one in (project.find("sequence") for project in projects) if one is not None), None)
    spine = sequence.find("spine") if sequence is not None else None
    if sequence is None or spine is None:
        raise InterchangeError("there is no project in it", where=where, hint="Export a project, not an event")
    resources = Resources(root, where)
    draft = Draft(rate=resources.rate(sequence))
    draft.width, draft.height = resources.size(sequence)
    for other in projects[1:]:
        draft.report.lose("a second project in the file", f'"{other.get("name", "")}"')
    _Reader(draft, resources, where).read(spine)
    return draft


class _Reader:
    def __init__(self, draft: Draft, resources: Resources, where: str) -> None:
        self._draft = draft
        self._resources = resources
        self._where = where
        self._visits = 0

    def read(self, spine: Element) -> None:
        """The primary storyline and all that is connected to it."""
        self._spine(spine, Fraction(0), _FOREVER, (0,), 0)
        self._number_tracks()

    def _number_tracks(self) -> None:
        """Lanes that are empty are tracks too, so that those above keep their number."""
        for kind in ("video", "audio"):
            used = [piece.lane for piece in self._draft.pieces if piece.kind == kind]
            first = 0 if kind == "video" else 1
            top = max((lane[1] for lane in used if len(lane) == 2), default=0)
            for number in range(first, min(top, MAX_TRACK_NUMBER - 1) + 1):
                lane = (0, number) if number else (0,)
                self._draft.tracks[kind, lane] = Track(id="V1", kind=kind)

    # --- storylines --------------------------------------------------------------------------------------------------

    def _spine(self, spine: Element, at: Fraction, window: Window, lane: Lane, depth: int) -> None:
        """What follows one another, from `at` on."""
        before: Piece | None = None
        cross: Element | None = None
        for child in spine:
            if child.tag == "transition":
                cross = child
                continue
            if child.tag not in _CLIPS and child.tag != "gap":
                self._unread(child)
                continue
            piece = self._item(child, at, window, lane, depth)
            if cross is not None:
                self._join(cross, before, piece, at)
                cross = None
            before = piece
            at += self._length(child)
        if cross is not None:
            self._join(cross, before, None, at)

    def _join(self, cross: Element, left: Piece | None, right: Piece | None, cut: Fraction) -> None:
        name = cross.get("name", "")
        length = self._time(cross, "duration")
        if left is None or right is None:
            one = left or right
            self._draft.report.lose("a transition to or from nothing (a fade)", f'"{one.name}"' if one else "a gap")
            return
        if name not in ("", "Cross Dissolve", "Audio Crossfade"):
            self._draft.report.lose(f"the transition {name!r}", f'after "{left.name}"', "a crossfade")
        # FCPXML centres transitions on their cut, on the frame before it when there is no middle
        before = Fraction(nearest(length * self._draft.rate) // 2) / self._draft.rate
        self._draft.joins.append(Join(left=left, right=right, before=before, after=length - before))

    # --- what lies on them -------------------------------------------------------------------------------------------

    def _item(self, item: Element, at: Fraction, window: Window, lane: Lane, depth: int) -> Piece | None:
        """The piece that an element becomes, with all that is connected to it; None for gaps and what is nested."""
        self._visits += 1
        if depth > MAX_DEPTH or self._visits > _MOST_VISITS:
            raise InterchangeError("its clips are nested too deep, or too many", where=self._where)
        if item.tag == "audition":
            return self._audition(item, at, window, lane, depth)
        zero = at - self._start(item)
        inside = (max(at, window[0]), min(at + self._length(item), window[1]))
        piece = None
        if inside[1] > inside[0]:
            if item.tag in ("clip", "sync-clip"):
                piece = self._container(item, zero, inside, lane, depth)
            elif item.tag == "ref-clip" and (sequence := self._resources.compound(item)) is not None:
                self._compound(item, sequence, zero, inside, lane, depth)
            elif item.tag != "gap":
                piece = self._piece(item, item, zero, inside, lane)
        self._connected(item, zero, inside, window, lane, depth)
        return piece

    def _connected(self, item: Element, zero: Fraction, inside: Window, window: Window, lane: Lane, depth: int) -> None:
        """Clips, storylines, captions and markers that hang on an element."""
        for child in item:
            if child.tag in _MARKS:
                self._mark(child, zero, inside)
            elif child.tag == "caption":
                self._caption(child, zero)
            elif child.get("lane") is not None and (child.tag in _CLIPS or child.tag == "spine"):
                at = zero + self._time(child, "offset")
                inner = (*lane, self._lane(child))
                if child.tag == "spine":
                    self._spine(child, at, window, inner, depth + 1)
                else:
                    self._item(child, at, window, inner, depth + 1)

    def _audition(self, item: Element, at: Fraction, window: Window, lane: Lane, depth: int) -> Piece | None:
        picks = [one for one in item if one.tag in _CLIPS]
        for other in picks[1:]:
            self._draft.report.lose("an alternative in an audition", f'"{other.get("name", "")}"')
        return self._item(picks[0], at, window, lane, depth + 1) if picks else None

    def _compound(
        self, item: Element, sequence: Element, zero: Fraction, inside: Window, lane: Lane, depth: int
    ) -> None:
        self._effects(item)
        spine = sequence.find("spine")
        if spine is not None:
            self._spine(spine, zero + self._time(sequence, "tcStart"), inside, lane, depth + 1)

    def _container(self, item: Element, zero: Fraction, inside: Window, lane: Lane, depth: int) -> Piece | None:
        """A clip around its media: pictures and the sound that belongs to them are one piece."""
        piece: Piece | None = None
        for child in item:
            if child.get("lane") is not None or child.tag not in (*_CLIPS, "gap", "spine"):
                continue
            at = zero + self._time(child, "offset")
            own = (max(at, inside[0]), min(at + self._length(child), inside[1]))
            if child.tag == "spine":
                self._spine(child, at, inside, lane, depth + 1)
            elif child.tag in ("video", "audio", "gap"):
                found = self._media_of(child, item, at, own, inside, lane, depth)
                piece = piece or found
            else:
                piece = self._item(child, at, own, lane, depth + 1) or piece
        return piece

    def _media_of(
        self, media: Element, item: Element, at: Fraction, own: Window, inside: Window, lane: Lane, depth: int
    ) -> Piece | None:
        """The piece of a `video` or `audio` in a clip, and those of what else lies in it."""
        zero = at - self._start(media)
        piece = None
        if media.tag != "gap" and own[1] > own[0]:
            piece = self._piece(media, item, zero, own, lane)
        heard = False
        for child in media:
            if child.tag in ("audio", "video"):
                same = media.tag == "video" and child.tag == "audio" and child.get("ref") == media.get("ref")
                if same:
                    heard = True
                    continue
                start = zero + self._time(child, "offset")
                window = (max(start, inside[0]), min(start + self._length(child), inside[1]))
                inner = (*lane, self._lane(child)) if media.tag != "gap" or child.tag == "audio" else lane
                found = self._media_of(child, item, start, window, inside, inner, depth + 1)
                piece = piece or found
        if media.tag == "video" and piece is not None and piece.media is not None and not heard:
            piece.audio = msgspec.structs.replace(piece.audio, muted=piece.media.has_audio)
        return piece

    # --- pieces ------------------------------------------------------------------------------------------------------

    def _piece(self, media: Element, item: Element, zero: Fraction, inside: Window, lane: Lane) -> Piece:
        """A piece that shows `media`, whose own time 0 is at `zero`, named and adjusted as `item` is."""
        draft, name = self._draft, item.get("name", "") or self._resources.name(media)
        where = f'"{name}"'
        kind: TrackKind = "audio" if self._sounds_only(media) else "video"
        title = title_of(media, draft.height) if media.tag == "title" else None
        if title is None and self._resources.asset(media) is None:
            draft.report.lose(f"what <{media.tag}> {self._resources.name(media)!r} shows", where)
        piece = Piece(
            kind=kind,
            lane=lane if kind == "video" else tuple(-number for number in lane),
            start=inside[0],
            duration=inside[1] - inside[0],
            trim_start=inside[0] - zero,
            name=name,
            source=title,
            media=None if title is not None else self._resources.media(media, kind == "audio"),
            audio=audio_of(item, draft.rate, where, draft.report),
        )
        transform = transform_of(item, (draft.width, draft.height), draft.report, where)
        if kind == "video":
            piece.transform = transform
        if media.get("srcEnable") == "video":
            piece.audio = msgspec.structs.replace(piece.audio, muted=True)
        if item.get("enabled") == "0" or media.get("enabled") == "0":
            draft.report.lose("is switched off", where, "a clip neither seen nor heard")
            piece.transform = msgspec.structs.replace(piece.transform, opacity=0.0)
            piece.audio = msgspec.structs.replace(piece.audio, muted=True)
        return draft.put(piece)

    def _sounds_only(self, media: Element) -> bool:
        if media.tag == "audio" or media.get("srcEnable") == "audio":
            return True
        asset = self._resources.asset(media)
        return asset is not None and asset.get("hasVideo") != "1" and asset.get("hasAudio") == "1"

    def _effects(self, item: Element) -> None:
        """Note what is done to a compound clip as a whole: its parts come as they are."""
        draft, where = self._draft, f'"{item.get("name", "")}"'
        if transform_of(item, (draft.width, draft.height), draft.report, where) != Transform():
            draft.report.lose("the place, size and opacity of a compound clip", where)

    def _mark(self, mark: Element, zero: Fraction, inside: Window) -> None:
        at = zero + self._time(mark, "start")
        if not inside[0] <= at <= inside[1]:
            self._draft.report.lose("a marker outside of what is seen", f'marker "{mark.get("value", "")}"')
            return
        note = mark.get("note", "")[:MAX_TEXT]
        note = clean_text(note, "note") if note.strip() else ""
        chapter = mark.tag == "chapter-marker"
        self._draft.note(Note(at=at, name=mark.get("value", ""), note=note, chapter=chapter))

    def _caption(self, caption: Element, zero: Fraction) -> None:
        rate, words = self._draft.rate, text_of(caption) or caption.get("name", "")
        start = nearest((zero + self._time(caption, "offset")) * rate)
        length = nearest(self._length(caption) * rate)
        if start < 0 or length < 1 or not words.strip():
            self._draft.report.lose("a caption without a time or words", f'"{words[:40]}"')
            return
        text = clean_text(words[:MAX_TEXT], "caption")
        self._draft.captions.append(Caption(id="", start_frame=start, duration_frames=length, text=text))

    def _unread(self, item: Element) -> None:
        if item.tag not in _QUIET:
            self._draft.report.lose(f"<{item.tag}> is not read", f'"{item.get("name", "")}"')

    # --- times -------------------------------------------------------------------------------------------------------

    def _start(self, item: Element) -> Fraction:
        """The moment of an element's own clock that plays first."""
        asset = self._resources.asset(item)
        sequence = self._resources.compound(item)
        default = Fraction(0)
        if asset is not None:
            default = self._time(asset, "start")
        elif sequence is not None:
            default = self._time(sequence, "tcStart")
        return time_of(item.get("start"), self._where, default)

    def _length(self, item: Element) -> Fraction:
        if item.tag == "audition":
            return next((self._length(one) for one in item if one.tag in _CLIPS), Fraction(0))
        said = item.get("duration")
        for other in (self._resources.asset(item), self._resources.compound(item)):
            if said is None and other is not None:
                said = other.get("duration")
        if said is None:
            self._draft.report.lose("does not say how long it is", f'"{item.get("name", "")}"')
        return max(Fraction(0), time_of(said, self._where))

    def _time(self, item: Element, name: str) -> Fraction:
        return time_of(item.get(name), self._where)

    def _lane(self, item: Element) -> int:
        try:
            return max(-999, min(999, int(item.get("lane", "0"))))
        except ValueError:
            return 0
