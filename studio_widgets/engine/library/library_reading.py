"""Looking into the library: DataFrames, pages, SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library import media_frames, row_changes
from studio_widgets.engine.library.catalog import as_uuid
from studio_widgets.engine.library.database import Params
from studio_widgets.engine.library.library_base import LibraryBase
from studio_widgets.engine.library.queries import Page, Sort, query_of
from studio_widgets.engine.library.read_only import MOST_ROWS, read_only
from studio_widgets.engine.library.thumbnails import thumbnails_of


class Reading(LibraryBase):
    """Asks the catalog; changes nothing."""

    def files(
        self,
        *,
        kind: str | None = None,
        tags: Sequence[str] | str | None = None,
        search: str | None = None,
        source_type: str | None = None,
        sort: Sort = "newest",
        limit: int | None = None,
    ) -> pd.DataFrame:
        """The library as a DataFrame, newest first unless `sort` says otherwise.

        `kind` is video, image or audio; `source_type` upload, studio_recording or studio_export; a file must have all
        `tags`; each word of `search` is found in any case anywhere in name, description or a tag. `sort` is newest,
        oldest, name, name_desc, longest, shortest, largest or smallest. A notebook shows the rows with thumbnails.

        Columns: id, name, kind, duration_seconds (s; missing for stills), width, height (pixels as displayed; missing
        for sound), file_size (bytes), file_type (MIME), has_audio, tags (lists), description, source_type, sha256,
        created_at, updated_at (UTC).
        """
        if limit is not None and limit < 0:
            raise LibraryError(f"there are no {limit} files", hint="Give a limit of 0 or more, or leave it out.")
        query = query_of(kind=kind, source_type=source_type, tags=tags, search=search, sort=sort)
        return self._framed(media_frames.frame(self.database, query, limit))

    def rows(self, ids: Any) -> pd.DataFrame:
        """The rows of these media files (ids, names, MediaFiles), in the order given. Raises MissingMediaError."""
        return self._catalog.frame_of(self._identities(ids))

    def page(
        self,
        *,
        kind: str | None = None,
        tags: Sequence[str] | str | None = None,
        search: str | None = None,
        source_type: str | None = None,
        sort: str = "newest",
        page: int = 0,
        limit: int = 30,
    ) -> Page:
        """Page number `page` (from 0) of the matching files, and how many match."""
        query = query_of(kind=kind, source_type=source_type, tags=tags, search=search, sort=sort)
        if page < 0 or limit < 1:
            raise LibraryError(f"there is no page {page} of {limit} files", hint="Pages count from 0.")
        return self._pages.page(query, page, limit)

    def tags(self, limit: int = 100) -> list[tuple[str, int]]:
        """The most frequent tags of the newest few thousand files, and how many of these have them."""
        with self.database.connection() as connection:
            return row_changes.frequent_tags(connection, self.owner, max(limit, 0))

    def thumbnails(self, ids: Sequence[str], patience: float = 0.0) -> dict[str, bytes]:
        """The thumbnails (JPEG) of media files, by id; those that have none are left out.

        Waits up to `patience` seconds for those that are being made.
        """
        identities = [identity for identity in map(as_uuid, ids) if identity]
        files = self._catalog.many(identities) if identities else []
        return thumbnails_of(self._derived, self.storage, self._notifier, files, patience)

    def sql(self, text: str, params: Params = None, *, most: int = MOST_ROWS) -> pd.DataFrame:
        """The result of one SQL statement, run in a read-only transaction that is rolled back.

        `params` fill `%s` or `%(name)s`. Row level security holds: there are no rows but yours. Ctrl-C cancels the
        statement on the server. Raises DatabaseError with the server's words, or for more than `most` rows.
        """
        return self._framed(read_only(self.database, text, params, most))
