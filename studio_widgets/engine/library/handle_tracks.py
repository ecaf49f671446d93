"""The part of the timeline's handle that makes, orders and sets tracks."""

from __future__ import annotations

from studio_widgets.engine.library.handle_base import HandleBase
from studio_widgets.engine.timeline.model import Track, TrackKind


class TrackEdits(HandleBase):
    """Tracks are named by their place: V2 covers V1. Moving one changes the names of those it passes."""

    def add_track(self, kind: TrackKind, *, name: str | None = None, at: int | None = None) -> Track:
        """Make an empty track, on top of those of its kind ("video", "audio") or at number `at` among them."""
        self._apply("add_track", {"kind": kind, "name": name, "at": at})
        return self.value.tracks[-1]

    def remove_track(self, track: str, *, with_clips: bool = False) -> None:
        """Take a track away; refused while there are clips on it, unless they go too."""
        self._apply("remove_track", {"track": track, **({"with_clips": True} if with_clips else {})})

    def move_track(self, track: str, to: int) -> None:
        """Put a track, with its clips, at another number among those of its kind: higher covers lower."""
        self._apply("move_track", {"track": track, "to": to})

    def set_track(
        self,
        track: str,
        *,
        name: str | None = None,
        muted: bool | None = None,
        solo: bool | None = None,
        locked: bool | None = None,
        hidden: bool | None = None,
        height: int | None = None,
    ) -> None:
        """Name, mute, solo, lock or hide a track, set its height in pixels (0: the usual); what is not given stays."""
        flags = {"name": name, "muted": muted, "solo": solo, "locked": locked, "hidden": hidden, "height": height}
        self._apply("set_track", {"track": track, **flags})
