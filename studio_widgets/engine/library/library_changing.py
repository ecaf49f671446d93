"""Changing what the library knows of its files, deleting them and bringing them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import LibraryError, MissingMediaError
from studio_widgets.engine.library import deleted_rows, frame_edits, row_changes
from studio_widgets.engine.library.library_base import LibraryBase
from studio_widgets.engine.library.queries import tag_list

_MOST_LISTED = 20  # uses or names in an error


class Changing(LibraryBase):
    """Writes rows, each method in one transaction. `ids`: ids, names, MediaFiles, or a DataFrame with an id column."""

    def update(self, frame: pd.DataFrame) -> int:
        """Write changed names, descriptions and tags of a DataFrame that `files()` gave back; how many rows changed.

        One transaction: all or nothing. LibraryError for a changed read-only column, ConflictError for a row that
        somebody else changed or deleted meanwhile.
        """
        return self._changed(frame_edits.write_back(self.database, self.owner, frame))

    def tag(self, ids: Any, tags: Sequence[str] | str) -> int:
        """Add tags to media files; how many of them lacked one."""
        wanted = tag_list(tags)
        identities = self._identities(ids)
        with self.database.connection() as connection:
            count = row_changes.add_tags(connection, self.owner, identities, wanted)
        return self._changed(count)

    def untag(self, ids: Any, tags: Sequence[str] | str) -> int:
        """Take tags away from media files; how many of them had one."""
        wanted = tag_list(tags)
        identities = self._identities(ids)
        with self.database.connection() as connection:
            count = row_changes.remove_tags(connection, self.owner, identities, wanted)
        return self._changed(count)

    def rename(self, ids: Any, pattern: str, description: str | None = None) -> int:
        """Name media files by a pattern, in the order given; how many changed.

        `{name}` is a file's name without its suffix, `{n}` counts from 1, `{n:02}` in two digits: "Lesson {n:02}" makes
        "Lesson 01.mp4" of the first. The suffix stays unless the pattern brings one. `description`, if given, becomes
        the description of each.
        """
        identities = self._identities(ids)
        with self.database.connection() as connection:
            count = row_changes.rename(connection, self.owner, identities, pattern, description)
        return self._changed(count)

    def delete(self, ids: Any) -> int:
        """Delete media files; how many there were. `restore(ids)` brings them back while their bytes are kept: a day.

        LibraryError, with nothing deleted, when a chapter or a project shows one of them.
        """
        identities = self._identities(ids)
        with self.database.connection() as connection:
            _refuse_used(deleted_rows.uses(connection, self.owner, identities))
            count = deleted_rows.delete(connection, self.owner, identities)
        return self._changed(count)

    def restore(self, ids: Any) -> int:
        """Bring deleted media files back, with all that was known of them and what referred to them; how many came.

        MissingMediaError names those that were not deleted or whose bytes are gone; the rest has come back.
        """
        words = self._words(ids)
        with self.database.connection() as connection:
            found = deleted_rows.find(connection, self.owner, words)
            gone = {
                one.id: one.name
                for one in found.values()
                if one.storage_key is not None and not self.storage.exists(one.storage_key)
            }
            wanted = list(dict.fromkeys(one.id for one in found.values() if one.id not in gone))
            back = set(deleted_rows.put_back(connection, self.owner, wanted))
        count = self._changed(len(back))
        names = {one.id: one.name for one in found.values()}
        taken = [names[identity] for identity in wanted if identity not in back]
        unknown = [word for word in words if word not in found]
        there = self._catalog.resolve(unknown) if unknown else {}  # an undo that was asked for twice
        missing = [*(word for word in unknown if word not in there), *gone.values(), *taken]
        if missing:
            raise MissingMediaError(
                f"cannot be brought back: {_listed(missing)}",
                hint=f"Their bytes or their ids are gone, or they were not deleted. {count} others came back.",
            )
        return count

    def release(self, storage_key: str, sha256: str) -> None:
        """Remove bytes that no row refers to any more, with what was derived from them (a deleted take's, say)."""
        if self._ingest.remove_blob_if_unused(storage_key):
            self._derived.delete(sha256)

    def _changed(self, count: int) -> int:
        """Tell everybody when rows changed; passes the count on."""
        if count:
            self.notify("library")
        return count


def _refuse_used(uses: Sequence[deleted_rows.Use]) -> None:
    if not uses:
        return
    listed = _listed([f"{use.name} in {use.kind} {use.title!r}" for use in uses], "; ")
    raise LibraryError(f"still in use: {listed}", hint="Remove it there first; nothing was deleted.")


def _listed(items: Sequence[str], separator: str = ", ") -> str:
    """The items, or the first of many."""
    more = len(items) - _MOST_LISTED
    return separator.join(items[:_MOST_LISTED]) + (f"{separator}and {more} more" if more > 0 else "")
