"""What every part of the library stands on: rows, bytes, getting in, derived files, news."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import LibraryError, MissingMediaError, StudioError
from studio_widgets.engine.library import database_mark
from studio_widgets.engine.library.catalog import Catalog, as_uuid, not_found
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.derived import Derived, content_of
from studio_widgets.engine.library.importer import Importer
from studio_widgets.engine.library.ingest import Details, Ingest
from studio_widgets.engine.library.items import Item
from studio_widgets.engine.library.jobs import Board
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.media_search import MediaSearch
from studio_widgets.engine.library.media_view import MediaFrame, ViewKey
from studio_widgets.engine.library.notifier import Kind, Notifier
from studio_widgets.engine.library.pages import Pages
from studio_widgets.engine.library.prober import Prober
from studio_widgets.engine.library.queries import tag_list
from studio_widgets.engine.library.sources import Sources
from studio_widgets.engine.library.storage import Storage
from studio_widgets.engine.library.uploads import Uploads


class LibraryBase:
    """Holds the parts and finds media files by name or id."""

    def __init__(self, database: Database, storage: Storage, home: Path) -> None:
        self.database = database
        self.storage = storage
        self.home = home
        self.owner = database.owner
        self._notifier = Notifier()
        self._board = Board(lambda: self._notifier.soon("jobs"))
        self._prober = Prober()
        self._catalog = Catalog(database, storage)
        self._ingest = Ingest(database, storage, self._catalog, self._prober)
        self._derived = Derived(storage, self._catalog, lambda: self._notifier.soon("library"), self._board)
        self._importer = Importer(self._ingest, self._board, self._added)
        self.uploads = Uploads(home / "uploads", self.owner, self._import_upload)
        self._sources = Sources(database, storage, self._catalog, self._derived)
        self._pages = Pages(MediaSearch(database, self._catalog))
        self._view_key = ViewKey.of(self)
        storage.mark(database_mark.identity(database), database_mark.label(database))
        self._derived.resume()

    def get(self, media_id: str) -> MediaFile:
        """The media file with this id. Raises MissingMediaError."""
        identity = as_uuid(media_id)
        file = self._catalog.get(identity) if identity else None
        if file is None:
            raise not_found(media_id)
        return file

    def with_bytes(self, sha256: str | None) -> MediaFile | None:
        """The media file whose bytes hash to `sha256` (hex), if there is one."""
        return self._catalog.with_bytes(sha256)

    def __getitem__(self, name_or_id: str) -> MediaFile:
        """The media file of this name (the newest, when several have it) or id. Raises MissingMediaError."""
        if not isinstance(name_or_id, str):
            raise MissingMediaError(
                f"{name_or_id!r} is neither the name nor the id of a media file",
                hint="See studio.library.files() for what is there.",
            )
        identity = as_uuid(name_or_id)
        file = (self._catalog.get(identity) if identity else None) or self._catalog.named(name_or_id)
        if file is None:
            raise not_found(name_or_id)
        return file

    def __contains__(self, name_or_id: object) -> bool:
        """Whether there is a media file of this name or id."""
        if not isinstance(name_or_id, str):
            return False
        identity = as_uuid(name_or_id)
        return bool((identity and self._catalog.get(identity)) or self._catalog.named(name_or_id))

    def notify(self, kind: Kind) -> None:
        """Tell everybody that rows changed (for the rooms that write their own rows: takes)."""
        if kind == "library":
            self._pages.forget()
        self._notifier.notify(kind)

    def _import_upload(self, path: Path, name: str, tags: Sequence[str]) -> MediaFile:
        """A file that was uploaded whole, as a media file."""
        (result,) = self._importer.run([Item(name=name, path=path)], Details(tags=tag_list(tags)))
        if isinstance(result, StudioError):
            raise result
        return self.get(result)

    def _added(self, media_id: str) -> None:
        """A row is new or was given again: make what is missing, tell everybody."""
        self._derived.retry(content_of(self.get(media_id)))
        self._pages.forget()
        self._notifier.soon("library")

    def _identities(self, ids: Any) -> list[str]:
        """Ids of whatever names media files, each once, in the order given; MissingMediaError for what is not there."""
        words = self._words(ids)
        found = self._catalog.resolve(words)
        missing = [word for word in words if word not in found]
        if missing:
            raise not_found(missing[0])
        return list(dict.fromkeys(found[word] for word in words))

    def _words(self, ids: Any) -> list[str]:
        """The ids and names in what a user gave: one or several, MediaFiles, or a DataFrame."""
        if isinstance(ids, pd.DataFrame):
            if "id" not in ids.columns:
                raise LibraryError("the DataFrame has no column id", hint="Use rows of library.files().")
            ids = list(ids["id"])
        elif isinstance(ids, (str, MediaFile)):
            ids = [ids]
        elif not isinstance(ids, Iterable):
            raise LibraryError(f"{ids!r} names no media file", hint="Pass ids, names or a DataFrame with an id column.")
        return [one.id if isinstance(one, MediaFile) else str(one) for one in ids]

    def _framed(self, frame: pd.DataFrame) -> MediaFrame:
        """The frame as one that a notebook shows with thumbnails."""
        return MediaFrame.of(frame, self._view_key)
