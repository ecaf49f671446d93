"""The part of the timeline's handle for markers, chapters and captions."""

from __future__ import annotations

from studio_widgets.engine.library.handle_base import HandleBase, find_item, id_of
from studio_widgets.engine.timeline.chapters import ChapterPoint, chapters_of
from studio_widgets.engine.timeline.model import Caption, Marker
from studio_widgets.engine.timeline.timecode import Time


class NoteEdits(HandleBase):
    """What is written beside the clips. It does not move when clips do."""

    @property
    def chapters(self) -> tuple[ChapterPoint, ...]:
        """The chapters that the markers make: start and end frame (exclusive) and name, in order."""
        return chapters_of(self.value)

    def marker(self, at: Time, name: str, *, chapter: bool = True, note: str = "", color: str | None = None) -> Marker:
        """Name a frame; with `chapter` it becomes a chapter point of the export.

        `note` is a longer text for those who edit, `color` (`#rrggbb`) how the editor shows it.
        """
        args = {"at": self._frame(at), "name": name, "chapter": chapter, "note": note or None, "color": color}
        created = self._apply("marker", args)
        return find_item(self.value.markers, created[0])

    def move_marker(self, marker: Marker | str, to: Time) -> None:
        """Put a marker on another frame."""
        self._apply("move_marker", {"marker": id_of(marker), "to": self._frame(to)})

    def set_marker(
        self,
        marker: Marker | str,
        *,
        name: str | None = None,
        chapter: bool | None = None,
        note: str | None = None,
        color: str | None = None,
    ) -> None:
        """Rename a marker, make it a chapter point or a plain one, note something (`""`: nothing), colour it."""
        args = {"name": name, "chapter": chapter, "note": note, "color": color}
        self._apply("set_marker", {"marker": id_of(marker), **args})

    def remove_marker(self, marker: Marker | str) -> None:
        """Take a marker away."""
        self._apply("remove_marker", {"marker": id_of(marker)})

    def caption(self, text: str, at: Time, duration: Time) -> Caption:
        """Show a line of text during `[at, at + duration)`."""
        created = self._apply("caption", {"text": text, "at": self._frame(at), "duration": self._frame(duration)})
        return find_item(self.value.captions, created[0])

    def move_caption(self, caption: Caption | str, to: Time | None = None, duration: Time | None = None) -> None:
        """Give a caption another start or length."""
        args = {"to": self._frame(to), "duration": self._frame(duration)}
        self._apply("move_caption", {"caption": id_of(caption), **args})

    def set_caption(self, caption: Caption | str, text: str) -> None:
        """Change what a caption says."""
        self._apply("set_caption", {"caption": id_of(caption), "text": text})

    def remove_caption(self, caption: Caption | str) -> None:
        """Take a caption away."""
        self._apply("remove_caption", {"caption": id_of(caption)})
