"""The part of the timeline's handle that puts clips on tracks, cuts them, moves them and takes them away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from studio_widgets.engine.library.clip_handle import ClipHandle
from studio_widgets.engine.library.handle_base import Clips, HandleBase, Style, id_of, ids_of, plain_style
from studio_widgets.engine.library.references import Media, reference, source_of
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import from_json, to_builtins
from studio_widgets.engine.timeline.timecode import Time


class CuttingEdits(HandleBase):
    """The edits of `engine/timeline/edits` that change which frames lie where."""

    # --- clips on tracks ---------------------------------------------------------------------------------------

    def add(
        self,
        media: Media,
        track: str | None = None,
        at: Time | None = None,
        trim: tuple[Time, Time] | None = None,
        *,
        duration: Time | None = None,
        name: str | None = None,
        thumbnail: str | None = None,
    ) -> ClipHandle:
        """Put a clip of a media file or take on free frames of a track.

        Parameters
        ----------
        media: a MediaFile, a Recording, or the name or id of one.
        track: `V1`, `A2` …; None: V1, or A1 for a sound file. Tracks that are missing are made.
        at: where it starts; None: after the last clip of the track.
        trim: the half-open range of the source to show; None: all of it.
        duration: its length, instead of the end of `trim`; 5 s for a still when neither is given.

        Raises MissingMediaError for media that is not in the library.
        """
        return self._put("add", media, track, at, trim, duration, name, thumbnail)

    def insert(
        self,
        media: Media,
        track: str | None = None,
        at: Time | None = None,
        trim: tuple[Time, Time] | None = None,
        *,
        duration: Time | None = None,
        name: str | None = None,
        thumbnail: str | None = None,
        alone: bool = False,
    ) -> ClipHandle:
        """Put a clip on a track at `at` and push what follows later by its length; what lies there is split.

        The arguments are those of `add`. Tracks that carry clips linked with what is pushed move too, unless `alone`;
        markers and captions do not.
        """
        return self._put("insert", media, track, at, trim, duration, name, thumbnail, alone)

    def overwrite(
        self,
        media: Media,
        track: str | None = None,
        at: Time | None = None,
        trim: tuple[Time, Time] | None = None,
        *,
        duration: Time | None = None,
        name: str | None = None,
        thumbnail: str | None = None,
    ) -> ClipHandle:
        """Put a clip on a track in place of whatever lies in its range; nothing moves.

        The arguments are those of `add`. Clips that reach into the range lose those frames, one that spans it is split.
        """
        return self._put("overwrite", media, track, at, trim, duration, name, thumbnail)

    def title(
        self,
        text: str,
        at: Time | None = None,
        duration: Time | None = None,
        track: str | None = None,
        style: Style | None = None,
    ) -> ClipHandle:
        """Put a title above the pictures: on `track`, or the lowest free one from V2 up; 5 s when not told."""
        args = {
            "text": text,
            "at": self._frame(at),
            "duration": self._frame(duration),
            "track": track,
            "style": plain_style(style),
        }
        return self._clip(self._apply("title", args)[0])

    def place(
        self,
        media: Media,
        track: str | None = None,
        *,
        source_in: Time | None = None,
        source_out: Time | None = None,
        timeline_in: Time | None = None,
        timeline_out: Time | None = None,
        mode: Literal["overwrite", "insert"] = "overwrite",
        name: str | None = None,
        thumbnail: str | None = None,
    ) -> ClipHandle:
        """Put a range of a media file on a range of a track: three of the four points give the fourth.

        Outs are exclusive. With both points of the source and `timeline_out` it ends there. What is left open with
        fewer points is the beginning of the source, its end, and the end of the track. Four that contradict each other
        are refused. `mode` replaces what lies there, or pushes it.
        """
        args = {
            "source": source_of(self._session.library, media),
            "name": name,
            "track": track,
            "source_in": self._frame(source_in),
            "source_out": self._frame(source_out),
            "timeline_in": self._frame(timeline_in),
            "timeline_out": self._frame(timeline_out),
            "mode": mode,
            "thumbnail": thumbnail,
        }
        if name is None and args["source"]["type"] == "camera":
            args["name"] = "Camera"
        return self._clip(self._apply("place", args)[0])

    def move(
        self, clip: ClipHandle | str, to: Time | None = None, track: str | None = None, *, alone: bool = False
    ) -> ClipHandle:
        """Take a clip to start at `to` (None: where it starts now), on `track` (None: its own).

        What is linked with it goes along, here and in all edits below; with `alone=True` it stays.
        """
        self._apply("move", {"clip": id_of(clip), "to": self._frame(to), "track": track, **_alone(alone)})
        return self._clip(id_of(clip))

    def duplicate(
        self, clip: ClipHandle | str, to: Time | None = None, track: str | None = None, *, alone: bool = False
    ) -> ClipHandle:
        """Copy a clip with its settings: right after itself, pushing what follows, or to free frames from `to` on."""
        args = {"clip": id_of(clip), "to": self._frame(to), "track": track, **_alone(alone)}
        return self._clip(self._apply("duplicate", args)[0])

    # --- their ends and cuts -----------------------------------------------------------------------------------

    def trim(self, clip: ClipHandle | str, start: Time = 0, end: Time = 0, *, alone: bool = False) -> ClipHandle:
        """Move a clip's ends: `start=+3` takes three frames off the head, `end=-5` five off the tail.

        Refused beyond the source and where another clip is in the way; the refusal names the most that can be done.
        """
        return self._with_ends("trim", clip, start, end, alone)

    def ripple(self, clip: ClipHandle | str, start: Time = 0, end: Time = 0, *, alone: bool = False) -> ClipHandle:
        """Trim a clip and let what follows on its track close up or make room; the clip starts where it did."""
        return self._with_ends("ripple", clip, start, end, alone)

    def roll(self, clip: ClipHandle | str, start: Time = 0, end: Time = 0, *, alone: bool = False) -> ClipHandle:
        """Move the cut a clip shares with the one before (`start`) or after it (`end`); `+3`: three frames later."""
        return self._with_ends("roll", clip, start, end, alone)

    def slip(self, clip: ClipHandle | str, by: Time, *, alone: bool = False) -> ClipHandle:
        """Show another range of the source in the same place: `by=+6` begins six frames later in it."""
        self._apply("slip", {"clip": id_of(clip), "by": self._frame(by), **_alone(alone)})
        return self._clip(id_of(clip))

    def slide(self, clip: ClipHandle | str, by: Time, *, alone: bool = False) -> ClipHandle:
        """Move a clip between its neighbours, whose inner edges follow; it shows what it did."""
        self._apply("slide", {"clip": id_of(clip), "by": self._frame(by), **_alone(alone)})
        return self._clip(id_of(clip))

    def split(self, at: Time, track: str | None = None, *, alone: bool = False) -> list[ClipHandle]:
        """Cut what lies under `at` in two, on one track or all; returns the right parts, the left keep their ids."""
        made = self._apply("split", {"at": self._frame(at), "track": track, **_alone(alone)})
        return [self._clip(new) for new in made]

    # --- taking away -------------------------------------------------------------------------------------------

    def remove(self, *clips: Clips, alone: bool = False) -> None:
        """Take clips off the timeline, leaving gaps; their transitions go with them."""
        self._apply("remove", {"clips": ids_of(clips), **_alone(alone)})

    def lift(self, *clips: Clips, alone: bool = False) -> None:
        """Take clips off the timeline, leaving gaps: `remove`, by the name that editors know."""
        self._apply("lift", {"clips": ids_of(clips), **_alone(alone)})

    def extract(self, *clips: Clips, alone: bool = False) -> None:
        """Take clips off the timeline and close up: what follows on their tracks moves earlier by their length."""
        self._apply("extract", {"clips": ids_of(clips), **_alone(alone)})

    def close_gap(self, at: Time, track: str, *, alone: bool = False) -> None:
        """Close the gap under `at` on a track: what follows moves earlier by its length."""
        self._apply("close_gap", {"at": self._frame(at), "track": track, **_alone(alone)})

    def clear(self) -> None:
        """Start anew with an empty timeline that counts its ids from 1; one step for undo.

        A notebook that begins with it gives the same timeline however often it is run; the echo begins anew too.
        """
        self._apply("clear", {})

    def load(self, timeline: Timeline | Mapping[str, Any] | str) -> None:
        """Put another timeline in place of this one, rate, size and ids included; one step for undo.

        Give a `Timeline`, or its JSON: what `to_json()` of any project says. The echo begins anew with it.
        """
        value = from_json(timeline) if isinstance(timeline, str) else timeline
        self._apply("load", {"timeline": to_builtins(value) if isinstance(value, Timeline) else dict(value)})

    def relink(self, old: Media, new: Media, name: str | None = None) -> None:
        """Let every clip that shows `old` (media in the library, or the id of what is gone) show `new` instead."""
        library = self._session.library
        target = source_of(library, new)
        shown = [reference(clip.source) for clip in self.value.clips]
        # What is gone from the library can still be told by the id that clips have of it.
        source = next((ref for ref in shown if old in ref.values()), None) or source_of(library, old)
        if source not in shown and target in shown:
            return  # replaying an echo: the take was saved meanwhile, so its clips came as the media file already
        self._apply("relink", {"source_from": source, "source_to": target, "name": name})

    # --- inside ------------------------------------------------------------------------------------------------

    def _with_ends(self, op: str, clip: ClipHandle | str, start: Time, end: Time, alone: bool) -> ClipHandle:
        ends = {"start": self._frame(start), "end": self._frame(end)}
        self._apply(op, {"clip": id_of(clip), **ends, **_alone(alone)})
        return self._clip(id_of(clip))

    def _put(
        self,
        op: str,
        media: Media,
        track: str | None,
        at: Time | None,
        trim: tuple[Time, Time] | None,
        duration: Time | None,
        name: str | None,
        thumbnail: str | None,
        alone: bool = False,
    ) -> ClipHandle:
        args = {
            "source": source_of(self._session.library, media),
            "name": name,
            "track": track,
            "at": self._frame(at),
            "trim": None if trim is None else self._range(trim),
            "duration": self._frame(duration),
            "thumbnail": thumbnail,
            **_alone(alone),
        }
        if args["name"] is None and args["source"]["type"] == "camera":
            args["name"] = "Camera"
        return self._clip(self._apply(op, args)[0])


def _alone(alone: bool) -> dict[str, bool]:
    return {"alone": True} if alone else {}
