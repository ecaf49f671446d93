"""The part of the timeline's handle that puts clips on tracks, cuts them, moves them and takes them away."""

from __future__ import annotations

from collections.abc import Iterable

from studio_widgets.engine.library.clip_handle import ClipHandle
from studio_widgets.engine.library.handle_base import HandleBase, Style, id_of, plain_style
from studio_widgets.engine.library.references import Media, reference, source_of
from studio_widgets.engine.timeline.timecode import Time

Clips = ClipHandle | str | Iterable[ClipHandle | str]


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
    ) -> ClipHandle:
        """Put a clip on a track at `at` and push what follows later by its length; what lies there is split.

        The arguments are those of `add`. Markers and captions do not move.
        """
        return self._put("insert", media, track, at, trim, duration, name, thumbnail)

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

    def move(self, clip: ClipHandle | str, to: Time | None = None, track: str | None = None) -> ClipHandle:
        """Take a clip to start at `to` (None: where it starts now), on `track` (None: its own)."""
        self._apply("move", {"clip": id_of(clip), "to": self._frame(to), "track": track})
        return self._clip(id_of(clip))

    def duplicate(self, clip: ClipHandle | str, to: Time | None = None, track: str | None = None) -> ClipHandle:
        """Copy a clip with its settings: right after itself, pushing what follows, or to free frames from `to` on."""
        args = {"clip": id_of(clip), "to": self._frame(to), "track": track}
        return self._clip(self._apply("duplicate", args)[0])

    # --- their ends and cuts -----------------------------------------------------------------------------------

    def trim(self, clip: ClipHandle | str, start: Time = 0, end: Time = 0) -> ClipHandle:
        """Move a clip's ends: `start=+3` takes three frames off the head, `end=-5` five off the tail."""
        self._apply("trim", {"clip": id_of(clip), "start": self._frame(start), "end": self._frame(end)})
        return self._clip(id_of(clip))

    def ripple(self, clip: ClipHandle | str, start: Time = 0, end: Time = 0) -> ClipHandle:
        """Trim a clip and let what follows on its track close up or make room; the clip starts where it did."""
        self._apply("ripple", {"clip": id_of(clip), "start": self._frame(start), "end": self._frame(end)})
        return self._clip(id_of(clip))

    def roll(self, clip: ClipHandle | str, start: Time = 0, end: Time = 0) -> ClipHandle:
        """Move the cut a clip shares with the one before (`start`) or after it (`end`); `+3`: three frames later."""
        self._apply("roll", {"clip": id_of(clip), "start": self._frame(start), "end": self._frame(end)})
        return self._clip(id_of(clip))

    def slip(self, clip: ClipHandle | str, by: Time) -> ClipHandle:
        """Show another range of the source in the same place: `by=+6` begins six frames later in it."""
        self._apply("slip", {"clip": id_of(clip), "by": self._frame(by)})
        return self._clip(id_of(clip))

    def slide(self, clip: ClipHandle | str, by: Time) -> ClipHandle:
        """Move a clip between its neighbours, whose inner edges follow; it shows what it did."""
        self._apply("slide", {"clip": id_of(clip), "by": self._frame(by)})
        return self._clip(id_of(clip))

    def split(self, at: Time, track: str | None = None) -> list[ClipHandle]:
        """Cut what lies under `at` in two, on one track or all; returns the right parts, the left keep their ids."""
        return [self._clip(new) for new in self._apply("split", {"at": self._frame(at), "track": track})]

    # --- taking away -------------------------------------------------------------------------------------------

    def remove(self, *clips: Clips) -> None:
        """Take clips off the timeline, leaving gaps; their transitions go with them."""
        self._apply("remove", {"clips": _ids(clips)})

    def lift(self, *clips: Clips) -> None:
        """Take clips off the timeline, leaving gaps: `remove`, by the name that editors know."""
        self._apply("lift", {"clips": _ids(clips)})

    def extract(self, *clips: Clips) -> None:
        """Take clips off the timeline and close up: what follows on their tracks moves earlier by their length."""
        self._apply("extract", {"clips": _ids(clips)})

    def close_gap(self, at: Time, track: str) -> None:
        """Close the gap under `at` on a track: what follows moves earlier by its length."""
        self._apply("close_gap", {"at": self._frame(at), "track": track})

    def clear(self) -> None:
        """Start anew with an empty timeline that counts its ids from 1; one step for undo.

        A notebook that begins with it gives the same timeline however often it is run; the echo begins anew too.
        """
        self._apply("clear", {})

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
    ) -> ClipHandle:
        args = {
            "source": source_of(self._session.library, media),
            "name": name,
            "track": track,
            "at": self._frame(at),
            "trim": None if trim is None else self._range(trim),
            "duration": self._frame(duration),
            "thumbnail": thumbnail,
        }
        if args["name"] is None and args["source"]["type"] == "camera":
            args["name"] = "Camera"
        return self._clip(self._apply(op, args)[0])


def _ids(clips: Iterable[Clips]) -> list[str]:
    ids: list[str] = []
    for item in clips:
        ids += [id_of(item)] if isinstance(item, str | ClipHandle) else [id_of(one) for one in item]
    return ids
