"""The part of the timeline's handle that links clips, and takes sounds off pictures and back."""

from __future__ import annotations

from studio_widgets.engine.library.clip_handle import ClipHandle
from studio_widgets.engine.library.handle_base import Clips, HandleBase, id_of, ids_of


class LinkingEdits(HandleBase):
    """What makes several clips one thing to edit, and one clip two."""

    def link(self, *clips: Clips) -> None:
        """Link clips: from then on they are moved, trimmed, cut and removed together, unless an edit says `alone`."""
        self._apply("link", {"clips": ids_of(clips)})

    def unlink(self, clip: ClipHandle | str, *, alone: bool = False) -> None:
        """Dissolve the link of a clip; `alone` takes only that clip out of it."""
        self._apply("unlink", {"clip": id_of(clip), **({"alone": True} if alone else {})})

    def detach_sound(self, clip: ClipHandle | str, track: str | None = None) -> ClipHandle:
        """Make the sound of a video clip a clip of its own, linked with it, on `track` or the lowest free A track.

        What is heard stays the same: gain and fades go along, and the video clip is muted.
        """
        return self._clip(self._apply("detach_sound", {"clip": id_of(clip), "track": track})[0])

    def attach_sound(self, clip: ClipHandle | str) -> None:
        """Give a video clip its detached sound back; the clip is the one or the other."""
        self._apply("attach_sound", {"clip": id_of(clip)})
