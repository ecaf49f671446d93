"""Looking into the library: DataFrames, pages, SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library import frame_edits
from studio_widgets.engine.library.database import Params
from studio_widgets.engine.library.library_base import LibraryBase
from studio_widgets.engine.library.queries import Page, Sort, query_of


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
        `tags`; `search` is found in any case anywhere in name, description or a tag.
        """
        if limit is not None and limit < 0:
            raise LibraryError(f"there are no {limit} files", hint="Give a limit of 0 or more, or leave it out.")
        query = query_of(kind=kind, source_type=source_type, tags=tags, search=search, sort=sort)
        return self._catalog.frame(query, limit)

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

    def sql(self, text: str, params: Params = None) -> pd.DataFrame:
        """The result of one SQL statement, run in a read-only transaction that is rolled back.

        `params` fill `%s` or `%(name)s`. Raises DatabaseError with the server's words.
        """
        return frame_edits.read_only(self.database, text, params)
