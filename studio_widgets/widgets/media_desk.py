"""A media file or take shown by itself: a document of one clip, and the desk of its preview.

It has a preview process of its own: the project's goes on undisturbed, a damaged file takes only this one along, and
the project's frames are there at once when it is shown again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from studio_widgets.engine.library.references import Media, find_source
from studio_widgets.engine.render.preview import Preview
from studio_widgets.engine.timeline.model import MediaFileSource, Timeline
from studio_widgets.engine.timeline.single import one_clip
from studio_widgets.widgets.previews import Emit, PreviewDesk
from studio_widgets.widgets.protocol import SourceShown

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

SOUND_SIZE = (1280, 720)  # of the black picture that a sound has


class OneClip:
    """A document whose timeline is replaced as a whole."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = (0, Timeline())

    def replace(self, timeline: Timeline) -> None:
        """Show this from now on."""
        with self._lock:
            self._state = (self._state[0] + 1, timeline)

    def state(self) -> tuple[int, Timeline]:
        """See Document."""
        with self._lock:
            return self._state

    def subscribe(self, fn: Callable[[Any], None]) -> Callable[[], None]:
        """See Document; whoever replaces the timeline has it loaded."""
        return lambda: None


class MediaDesk:
    """The desk at which media files are shown one after the other."""

    def __init__(self, library: Library, start: Callable[[Emit], Preview] = Preview) -> None:
        self._library = library
        self._document = OneClip()
        self.desk = PreviewDesk(self._document, library, start)

    def open(self, media: Media, rate: str) -> SourceShown:
        """Show this media file or take, in its own size, from now on; `rate` is the frames a second it is played at.

        Raises MissingMediaError, MediaError, EditError; then the one before is still shown.
        """
        name, source = find_source(self._library, media, Fraction(rate))
        info = self._library.source_file(source).info
        width, height = (info.width, info.height) if info.width and info.height else SOUND_SIZE
        timeline = one_clip(source, name, rate=rate, width=width, height=height)
        self._document.replace(timeline)
        self.desk.load()
        return SourceShown(
            id=source.media_file_id if isinstance(source, MediaFileSource) else source.recording_id,
            name=name,
            kind=source.kind,
            frames=timeline.total_frames,
            rate=rate,
            width=width,
            height=height,
        )
