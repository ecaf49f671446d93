"""Changing what the library knows of its files, and deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library import frame_edits
from studio_widgets.engine.library.library_base import LibraryBase
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.queries import tag_list


class Changing(LibraryBase):
    """Writes rows; each method is one transaction."""

    def update(self, frame: pd.DataFrame) -> int:
        """Write changed names, descriptions and tags of a DataFrame that `files()` gave back; how many rows changed.

        One transaction: all or nothing. LibraryError for a changed read-only column, ConflictError for a row that
        somebody else changed or deleted meanwhile.
        """
        changed = frame_edits.write_back(self.database, self._catalog, frame)
        if changed:
            self._notifier.notify("library")
        return changed

    def tag(self, ids: Any, tags: Sequence[str] | str) -> None:
        """Add tags to media files: ids, names, MediaFiles, or a DataFrame of them."""
        identities = self._identities(ids)
        with self.database.connection() as connection:
            self._catalog.add_tags(connection, identities, tag_list(tags))
        self._notifier.notify("library")

    def delete(self, ids: Any) -> int:
        """Delete media files: ids, names, MediaFiles, or a DataFrame of them; how many there were.

        LibraryError, with nothing deleted, when a chapter or a project shows one of them. Bytes go when no row
        needs them.
        """
        identities = self._identities(ids)
        files = self._catalog.many(identities)
        with self.database.connection() as connection:
            self._refuse_used(files, self._catalog.uses(connection, identities))
            keys = self._catalog.delete(connection, identities)
        for file in files:
            if file.storage_key in keys:
                self.release(file.storage_key, file.sha256)
        self._pages.forget()
        self._notifier.notify("library")
        return len(files)

    def release(self, storage_key: str, sha256: str) -> None:
        """Remove bytes that no row refers to any more, with what was derived from them (a deleted take's, say)."""
        if self._ingest.remove_blob_if_unused(storage_key):
            self._derived.delete(sha256)

    def _refuse_used(self, files: Sequence[MediaFile], uses: Sequence[Any]) -> None:
        if not uses:
            return
        names = {file.id: file.name for file in files}
        listed = "; ".join(f"{names[use.media_id]} in {use.kind} {use.title!r}" for use in uses)
        raise LibraryError(f"still in use: {listed}", hint="Remove it there first; nothing was deleted.")
