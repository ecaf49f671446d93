"""Where the pages of a library begin: page after page costs the same at any depth.

A page is found by the last row of the page before it; what was seen is remembered until rows come or go.
"""

from __future__ import annotations

import threading

from studio_widgets.engine.library.catalog import Catalog
from studio_widgets.engine.library.queries import MOST_COUNTED, Anchor, Page, Query

_MOST = 1000  # anchors kept


class Pages:
    """Pages of one owner's catalog. All methods may be called from any thread."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._anchors: dict[tuple[Query, int, int], Anchor] = {}
        self._lock = threading.Lock()

    def page(self, query: Query, page: int, limit: int) -> Page:
        """Page number `page` (from 0) of `limit` files."""
        with self._lock:
            after = self._anchors.get((query, limit, page))
        offset = 0 if after is not None else page * limit
        files = self._catalog.page(query, limit=limit, offset=offset, after=after)
        if files:
            self._remember(query, limit, page + 1, Anchor(files[-1].created_at, files[-1].id))
        total = self._catalog.count(query)
        return Page(files=files, total=total, capped=total >= MOST_COUNTED)

    def _remember(self, query: Query, limit: int, page: int, anchor: Anchor) -> None:
        """Keep where a page starts, so that paging on costs the same at any depth."""
        with self._lock:
            if len(self._anchors) > _MOST:
                self._anchors.clear()
            self._anchors[query, limit, page] = anchor

    def forget(self) -> None:
        """Rows came or went: pages begin elsewhere."""
        with self._lock:
            self._anchors.clear()
