"""Where the pages of a library begin: page after page, and any jump, costs the same at any depth.

    paging on      the last row of each page seen is where the next begins
    a deep jump    a ladder is built once: every n-th row of the order, from the nearest of which it is a short way

What was seen is remembered until rows come or go; for what other kernels do, no longer than some seconds.
"""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Sequence

from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.media_search import MediaSearch
from studio_widgets.engine.library.queries import Anchor, Page, Query

_MOST_WAYS = 50  # queries remembered
_FRESH = 30.0  # seconds
_STEP = 1000  # rows between two rungs of a ladder: skipping them takes less than a millisecond
_SEARCH_STEP = 30  # in a search each of them must be found
_SHORTEST_TYPO = 4  # letters of a word that may be misspelt
_MOST_SIMILAR = 100


class Pages:
    """Pages of one owner's catalog. All methods may be called from any thread."""

    def __init__(self, search: MediaSearch) -> None:
        self._search = search
        self._ways: dict[Query, _Way] = {}
        self._lock = threading.Lock()

    def page(self, query: Query, page: int, limit: int) -> Page:
        """Page number `page` (from 0) of `limit` files; of files that resemble a search that nothing matches."""
        way = self._way(query)
        start = page * limit
        files = way.files(start, limit)
        if 0 < len(files) < limit or (start == 0 and not files):
            way.counted(start + len(files))  # the end of all that match
        total, capped = way.count()
        if total == 0 and any(len(word) >= _SHORTEST_TYPO for word in query.words):
            similar = way.similar()
            return Page(files=similar[start : start + limit], total=len(similar), similar=bool(similar))
        return Page(files=files, total=max(total, start + len(files) if files else 0), capped=capped)

    def forget(self) -> None:
        """Rows came or went: pages begin elsewhere."""
        with self._lock:
            self._ways.clear()

    def _way(self, query: Query) -> _Way:
        with self._lock:
            way = self._ways.pop(query, None)
            if way is None or way.is_old():
                way = _Way(self._search, query)
            self._ways[query] = way  # at the end: the one used longest ago goes first
            if len(self._ways) > _MOST_WAYS:
                self._ways.pop(next(iter(self._ways)))
            return way


class _Way:
    """What is known of one query: rows at some places of its order, and how many there are."""

    def __init__(self, search: MediaSearch, query: Query) -> None:
        self._search = search
        self._query = query
        self._step = _SEARCH_STEP if query.is_search else _STEP
        self._places: list[int] = []  # in order; so many rows lie up to and including the anchor
        self._anchors: dict[int, Anchor] = {}
        self._has_ladder = False
        self._count: tuple[int, bool] | None = None
        self._similar: Sequence[MediaFile] | None = None
        self._made_at = time.monotonic()
        self._lock = threading.RLock()

    def is_old(self) -> bool:
        """Whether another kernel may have changed the library since."""
        return time.monotonic() - self._made_at > _FRESH

    def files(self, start: int, limit: int) -> Sequence[MediaFile]:
        """The files at the places from `start` (0 is the first) on."""
        place, anchor = self._nearest(start)
        files, last = self._search.page(self._query, after=anchor, skip=start - place, most=limit)
        if last is not None:
            self._remember(start + len(files), last)
        return files

    def counted(self, total: int) -> None:
        """So many match: somebody has seen the last of them."""
        self._count = (total, False)

    def count(self) -> tuple[int, bool]:
        """See MediaSearch.count."""
        if self._count is None:
            self._count = self._search.count(self._query)
        return self._count

    def similar(self) -> Sequence[MediaFile]:
        """See MediaSearch.similar."""
        if self._similar is None:
            self._similar = self._search.similar(self._query, _MOST_SIMILAR)
        return self._similar

    def _nearest(self, start: int) -> tuple[int, Anchor | None]:
        """The last known row before `start`, not far from it; builds the ladder if need be."""
        with self._lock:
            place, anchor = self._known(start)
            if start - place > self._step and not self._has_ladder:
                for rung, row in self._search.ladder(self._query, self._step):
                    self._remember(rung, row)
                self._has_ladder = True
                place, anchor = self._known(start)
            return place, anchor

    def _known(self, start: int) -> tuple[int, Anchor | None]:
        index = bisect.bisect_right(self._places, start)
        if index == 0:
            return 0, None
        place = self._places[index - 1]
        return place, self._anchors[place]

    def _remember(self, place: int, anchor: Anchor) -> None:
        with self._lock:
            if place not in self._anchors:
                bisect.insort(self._places, place)
            self._anchors[place] = anchor
