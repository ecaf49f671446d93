"""What the library has for views, timelines and renders: pictures, waveforms, and the files behind clips."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import msgspec
import pandas as pd

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library import remote_rows
from studio_widgets.engine.library.derived import Content, content_of
from studio_widgets.engine.library.jobs import Jobs
from studio_widgets.engine.library.library_base import LibraryBase
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.sources import fetched
from studio_widgets.engine.media.model import SourceFile, SpriteInfo
from studio_widgets.engine.timeline.model import MediaFileSource, Source


class Serving(LibraryBase):
    """Hands out derived files and sources."""

    def wait(self, progress: bool = True) -> None:
        """Return when imports of other threads are through and all thumbnails, filmstrips, waveforms and proxies made,
        with a progress bar.

        What could not be made is warned of and listed by `failures()`. Ctrl-C cancels the derived files that are left
        (CancelledError); they are made by the next `wait()` or after the next opening.
        """
        self._derived.wait(progress)

    def jobs(self) -> Jobs:
        """What is under way: imports and derived files, of all threads."""
        return self._board.jobs()

    def cancel(self) -> int:
        """Stop imports and derived files; how many were left. Nothing counts as failed.

        `add()` of the other thread raises CancelledError there, and what it added stays. Derived files are made by the
        next `wait()` or after the next opening.
        """
        return self._importer.cancel() + self._derived.cancel()

    def failures(self) -> pd.DataFrame:
        """Derived files that could not be made, and why: name, recipe, error, id. Adding a file again retries them."""
        return self._catalog.failures()

    def derive(self, content: Content) -> None:
        """Have derived files made for bytes that are in storage (a take's, say)."""
        self._derived.request(content)

    def has_thumbnail(self, sha256: str) -> bool:
        """Whether the thumbnail of these bytes is made."""
        return self._derived.has(sha256, "thumbnail")

    def thumbnail(self, id: str) -> bytes | None:
        """A JPEG of a media file or take; None while it is not made, or for sound."""
        return self._derived.read(self._sources.content(id), "thumbnail")

    def sprite(self, id: str) -> tuple[bytes, SpriteInfo] | None:
        """The filmstrip of a media file or take: one JPEG of tiles and what is where; None while it is not made."""
        content = self._sources.content(id)
        jpeg = self._derived.read(content, "sprite")
        info = self._derived.read(content, "sprite", "sprite.json") if jpeg else None
        return (jpeg, msgspec.json.decode(info, type=SpriteInfo)) if jpeg and info else None

    def peaks(self, id: str) -> bytes | None:
        """The waveform of a media file or take: a byte of 0..255 for each 1/50 s; None while it is not made."""
        return self._derived.read(self._sources.content(id), "peaks")

    # --- bytes -------------------------------------------------------------------------------------------------------

    def path(self, id: str) -> Path:
        """A local file with the bytes of a media file or take, fetched from the bucket if need be; never write to it.

        Raises MissingMediaError, StorageError.
        """
        return self.storage.local_path(fetched(self._sources.content(id)).storage_key)

    def read(self, id: str, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes of a media file or take from `offset` on, at most `size` of them: fewer at the end, none after it.

        Only these are fetched when they lie in a bucket. Raises LibraryError for numbers below 0, MissingMediaError.
        """
        if offset < 0 or (size is not None and size < 0):
            raise LibraryError(f"there are no {size} bytes at {offset}", hint="Count from 0.")
        key = fetched(self._sources.content(id)).storage_key
        if size is None:
            return self.storage.read(key)[offset:]
        return self.storage.read_range(key, offset, size)

    def url(self, id: str, *, seconds: int = 3600, name: str | None = None) -> str | None:
        """An address from which a browser reads a media file or take for `seconds` at least; None when there is none.

        That of a bucket is signed, unless a public network stands in front of it. With `name` a browser saves the file
        under that name. A row whose bytes are not here yet gives the address that a web studio wrote in it.
        """
        content = self._sources.content(id)
        if content.storage_key:
            return self.storage.url(content.storage_key, seconds=seconds, name=name)
        with self.database.connection() as connection:
            found = remote_rows.unfetched(connection, self.owner, [content.media_id or ""])
        return next((row.url for row in found if row.url.startswith("https://")), None)

    # --- for timelines and renders ---------------------------------------------------------------------------------

    def source(self, media: MediaFile, fps: Fraction) -> MediaFileSource:
        """The media file as what a clip shows, on a timeline of this rate. MissingMediaError when it is not fetched."""
        fetched(content_of(media))
        return MediaFileSource(
            media_file_id=media.id,
            kind=media.kind,
            frames=media.info.frames(fps),
            has_audio=media.has_audio,
            sha256=media.sha256,
        )

    def source_file(self, source: Source) -> SourceFile:
        """The file behind a clip's source, with its proxy when that is made.

        Raises MissingMediaError when it is gone, LibraryError for sources without a file (titles, cameras).
        """
        return self._sources.source_file(source)
