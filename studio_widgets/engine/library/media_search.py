"""Finding media files through the functions of `studio_api` (migrations/0004_search.sql): pages, counts, ladders.

They see to it that an index serves what row level security would otherwise keep from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from studio_widgets.engine.library.catalog import MEDIA_COLUMNS, Catalog
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.queries import MOST_COUNTED, MOST_HITS_COUNTED, Anchor, Query

_WHICH = "%(kind)s, %(source)s, %(tags)s::text[], %(words)s::text[]"
_PAGE = f"""
select {MEDIA_COLUMNS}, found.key
  from studio_api.media_page({_WHICH}, %(sort)s, %(after_key)s, %(after_id)s::uuid, %(skip)s, %(most)s)
       with ordinality as found (found_id, key, place)
  join media_files on media_files.id = found.found_id
 where instructor_id = %(owner)s
 order by found.place
"""
_SIMILAR = f"""
select {MEDIA_COLUMNS}
  from studio_api.media_similar({_WHICH}, %(most)s) with ordinality as found (found_id, place)
  join media_files on media_files.id = found.found_id
 where instructor_id = %(owner)s
 order by found.place
"""


class MediaSearch:
    """Looks through one owner's media files."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    def page(
        self, query: Query, *, after: Anchor | None, skip: int, most: int
    ) -> tuple[list[MediaFile], Anchor | None]:
        """`most` files, `skip` rows beyond an anchor (or the beginning), and the anchor of the last of them."""
        params = _which(query) | {
            "owner": self._catalog.owner,
            "sort": query.sort,
            "after_key": after.key if after else None,
            "after_id": after.id if after else None,
            "skip": skip,
            "most": most,
        }
        with self._database.connection() as connection:
            rows = connection.execute(_PAGE, params).fetchall()
        files = [self._catalog.value(row[:-1]) for row in rows]
        return files, Anchor(rows[-1][-1], files[-1].id) if files else None

    def count(self, query: Query) -> tuple[int, bool]:
        """How many files match; True where there are more, which nobody counted."""
        most = MOST_HITS_COUNTED if query.is_search else MOST_COUNTED
        with self._database.connection() as connection:
            row = connection.execute(
                f"select matching, more from studio_api.media_count({_WHICH}, %(most)s)", _which(query) | {"most": most}
            ).fetchone()
        return (int(row[0]), bool(row[1])) if row else (0, False)

    def ladder(self, query: Query, step: int) -> list[tuple[int, Anchor]]:
        """The files at the places step, 2 * step, … of all that match: one walk, after which any jump is short."""
        with self._database.connection() as connection:
            rows = connection.execute(
                f"select place, key, id::text from studio_api.media_ladder({_WHICH}, %(sort)s, %(step)s)",
                _which(query) | {"sort": query.sort, "step": step},
            ).fetchall()
        return [(place, Anchor(key, identity)) for place, key, identity in rows]

    def similar(self, query: Query, most: int) -> Sequence[MediaFile]:
        """Files with words that resemble those of the search, the nearest first."""
        params = _which(query) | {"owner": self._catalog.owner, "most": most}
        with self._database.connection() as connection:
            rows = connection.execute(_SIMILAR, params).fetchall()
        return [self._catalog.value(row) for row in rows]


def _which(query: Query) -> dict[str, object]:
    """The parameters of a query."""
    return {"kind": query.kind, "source": query.source_type, "tags": list(query.tags), "words": query.words}
