"""The asset browser: pages of the library and of takes, their pictures, and word of changes."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import traitlets
from PIL import Image

from studio_widgets.engine.library.recipes import PEAKS_PER_SECOND
from studio_widgets.widgets.base import StudioWidget, view_state
from studio_widgets.widgets.channel import Buffer, Call, Channel, pieces
from studio_widgets.widgets.items import media_item, recording_item
from studio_widgets.widgets.lanes import Lane, Throttle
from studio_widgets.widgets.library_actions import JobsPart, LibraryActionsPart, TakesPart
from studio_widgets.widgets.projects import ProjectsPart
from studio_widgets.widgets.protocol import (
    LibraryChanged,
    LibraryPage,
    LibraryQuery,
    MediaRef,
    MediaRefs,
    Peaks,
    Picture,
    Pictures,
    Sprite,
)
from studio_widgets.widgets.uploads import UploadsPart

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import Projects
    from studio_widgets.engine.library.recordings import Recordings

CHANGED_INTERVAL = 0.25  # seconds between two "library.changed": an import makes many rows


FILTERS = ("browser_tab", "browser_kind", "browser_source", "browser_tags", "browser_search", "browser_sort")


class BrowserTraits(traitlets.HasTraits):
    """What the asset browser shows; a cell may set and observe all of it.

    browser_tab: "library" | "recordings". browser_kind: "" | "video" | "image" | "audio". browser_source: "" |
    "upload" | "studio_recording" | "studio_export". browser_tags: a file must have all of them. browser_search: words.
    browser_sort: "newest" | "oldest" | "name" | "name_desc" | "longest" | "shortest" | "largest" | "smallest".
    browser_page: from 0; another filter goes to page 0. browser_selection: ids of the selected tiles, in the order they
    were picked.
    """

    browser_tab = view_state(traitlets.Unicode, "library")
    browser_kind = view_state(traitlets.Unicode, "")
    browser_source = view_state(traitlets.Unicode, "")
    browser_tags = view_state(traitlets.List, [])
    browser_search = view_state(traitlets.Unicode, "")
    browser_sort = view_state(traitlets.Unicode, "newest")
    browser_page = view_state(traitlets.Int, 0)
    browser_selection = view_state(traitlets.List, [])

    @traitlets.observe(*FILTERS)
    def _to_the_first_page(self, change: Any) -> None:
        # Without a comm yet these are the values it is made with, a page among them.
        if getattr(self, "comm", None) is not None:
            self.browser_page = 0


class PicturesPart:
    """Answers `library.thumbnails`, `library.sprite` and `library.peaks`; empty when there is none (yet)."""

    def __init__(self, channel: Channel, lane: Lane, library: Library) -> None:
        self._library = library
        channel.handle("library.thumbnails", self._thumbnails, lane)
        channel.handle("library.sprite", self._sprite, lane)
        channel.handle("library.peaks", self._peaks, lane)

    def close(self) -> None:
        """Nothing is held."""

    def _thumbnails(self, asked: MediaRefs, call: Call) -> tuple[Pictures, Sequence[Buffer]]:
        found = [self._library.thumbnail(ref.id) for ref in asked.refs]
        return Pictures(pictures=[_picture(data) for data in found]), [data for data in found if data]

    def _sprite(self, ref: MediaRef, call: Call) -> tuple[Sprite, Sequence[Buffer]]:
        found = self._library.sprite(ref.id)
        if found is None:
            return Sprite(columns=0, rows=0, count=0, tile_width=0, tile_height=0, seconds_per_tile=0.0), ()
        data, info = found
        body = Sprite(
            columns=info.columns,
            rows=info.rows,
            count=info.count,
            tile_width=info.tile_width,
            tile_height=info.tile_height,
            seconds_per_tile=float(info.seconds_per_tile),
        )
        return body, pieces(data)

    def _peaks(self, ref: MediaRef, call: Call) -> tuple[Peaks, Sequence[Buffer]]:
        data = self._library.peaks(ref.id)
        if not data:
            return Peaks(buckets_per_second=0, count=0), ()
        return Peaks(buckets_per_second=PEAKS_PER_SECOND, count=len(data)), pieces(data)


def _picture(data: bytes | None) -> Picture:
    """The size of a thumbnail."""
    if not data:
        return Picture(width=0, height=0)
    # Our own JPEG, not a user's file: its header says its size.
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        width, height = image.size
    return Picture(width=width, height=height)


class LibraryPart:
    """Answers `library.query`, and tells the view when there is something new to ask for."""

    def __init__(self, channel: Channel, lane: Lane, library: Library, recordings: Recordings | None) -> None:
        self._channel = channel
        self._library = library
        self._recordings = recordings
        self._lock = threading.Lock()
        self._changed: set[str] = set()
        self._throttle = Throttle(CHANGED_INTERVAL, self._tell)
        channel.handle("library.query", self._query, lane)
        self._unsubscribe = library.subscribe(self._hear)

    def close(self) -> None:
        """Tell nothing any more."""
        self._unsubscribe()
        self._throttle.close()

    def _query(self, query: LibraryQuery, call: Call) -> LibraryPage:
        if query.tab == "recordings":
            return self._takes(query)
        found = self._library.page(
            kind=query.kind,
            tags=query.tags,
            search=query.search,
            source_type=query.source,
            sort=query.sort,
            page=query.page,
            limit=query.limit,
        )
        return LibraryPage(
            items=[media_item(media) for media in found.files],
            total=found.total,
            page=query.page,
            more=(query.page + 1) * query.limit < found.total or (found.capped and len(found.files) == query.limit),
            capped=found.capped,
            similar=found.similar,
        )

    def _takes(self, query: LibraryQuery) -> LibraryPage:
        if self._recordings is None:
            return LibraryPage(items=[], total=0, page=query.page, more=False)
        takes, total = self._recordings.page(search=query.search, page=query.page, limit=query.limit)
        more = (query.page + 1) * query.limit < total
        return LibraryPage(items=[recording_item(take) for take in takes], total=total, page=query.page, more=more)

    def _hear(self, kind: str) -> None:
        with self._lock:
            self._changed.add(kind)
        self._throttle.poke()

    def _tell(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, set()
        for tab in ("library", "recordings"):
            if tab in changed:
                self._channel.emit("library.changed", LibraryChanged(tab=tab))


def add_library_parts(widget: StudioWidget, channel: Channel, library: Library, recordings: Recordings | None) -> None:
    """Give a widget all that the asset browser in it asks for."""
    reading = widget.lane("library", 2)
    widget.add_part(LibraryPart(channel, reading, library, recordings))
    widget.add_part(PicturesPart(channel, widget.lane("pictures", 2), library))
    changing, downloads = widget.lane("changes"), widget.lane("downloads", 2)
    widget.add_part(LibraryActionsPart(channel, changing, reading, downloads, library))
    widget.add_part(JobsPart(channel, reading, library))
    widget.add_part(TakesPart(channel, changing, downloads, library, recordings))
    widget.add_part(UploadsPart(channel, widget.lane("uploads"), widget.lane("finishing", 2), library))


class AssetBrowser(BrowserTraits, StudioWidget):
    """The asset browser alone.

    Parameters
    ----------
    library: the media library. recordings: where takes come from; without it the Recordings tab is empty.
    projects: where media files can be sent to; without it there is no "Send to studio".
    """

    _bundle = "browser"

    mode = traitlets.Unicode("browse").tag(sync=True)

    def __init__(
        self,
        library: Library,
        recordings: Recordings | None = None,
        projects: Projects | None = None,
        **traits: object,
    ) -> None:
        super().__init__(mode="send" if projects is not None else "browse", **traits)
        self._library = library
        if projects is not None:
            lanes = (self.lane("library", 2), self.lane("imports"))
            self.add_part(ProjectsPart(self._channel, lanes, projects))
        add_library_parts(self, self._channel, library, recordings)

    def selection(self) -> pd.DataFrame:
        """The selected media files, in the order they were picked, as `library.files()` shows them."""
        chosen = [] if self.browser_tab == "recordings" else self.browser_selection
        return self._library.rows([one for one in chosen if one in self._library])
