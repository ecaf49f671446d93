"""The library: what users hold as `studio.library`.

A facade: each method is a few lines over `catalog` (rows), `storage` (bytes), `ingest` (getting in) and `derived`
(thumbnails, filmstrips, waveforms, proxies).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from studio_widgets.engine.errors import LibraryError, MissingMediaError, StudioError
from studio_widgets.engine.library import frame_edits
from studio_widgets.engine.library.catalog import (
    Anchor,
    Catalog,
    Query,
    as_uuid,
    clean_tags,
    not_found,
)
from studio_widgets.engine.library.database import Database, Params
from studio_widgets.engine.library.derived import Content, Derived, content_of
from studio_widgets.engine.library.ingest import BatchError, Details, Ingest
from studio_widgets.engine.library.items import Item, expand
from studio_widgets.engine.library.media_file import MediaFile, SourceType
from studio_widgets.engine.library.notifier import Kind, Notifier
from studio_widgets.engine.library.sources import Sources
from studio_widgets.engine.library.storage import Storage
from studio_widgets.engine.media.model import SourceFile, SpriteInfo
from studio_widgets.engine.timeline.model import MediaFileSource, Source

__all__ = ["BatchError", "Library"]

_KINDS = ("video", "image", "audio")


class Library:
    """One instructor's media files. All methods may be called from any thread.

    `database` and `storage` are given open and stay the caller's to close; `home` is the studio's folder.
    """

    def __init__(self, database: Database, storage: Storage, home: Path) -> None:
        self.database = database
        self.storage = storage
        self.home = home
        self.owner = database.owner
        self._notifier = Notifier()
        self._catalog = Catalog(database, storage)
        self._ingest = Ingest(database, storage, self._catalog)
        self._derived = Derived(storage, self._catalog, lambda: self._notifier.soon("library"))
        self._sources = Sources(database, storage, self._catalog, self._derived)
        self._anchors: dict[tuple[Query, int, int], Anchor] = {}
        self._lock = threading.Lock()
        self._derived.resume()

    # --- getting media in ------------------------------------------------------------------------------------------

    def add(
        self,
        *items: Any,
        tags: Sequence[str] | str = (),
        name: str | None = None,
        description: str = "",
        progress: bool = False,
    ) -> pd.DataFrame:
        """Add files; returns their rows in the order given.

        Items are paths, globs, folders (all media files in them), bytes with a `name` or as `(name, bytes)`, open
        binary files, PIL images, matplotlib figures, numpy arrays (a picture). Bytes that are in the library
        already give their row, with the new tags added. Items that are not media raise BatchError after the others
        were added; `.errors` lists them, `.added` is the DataFrame. `progress` shows a bar.
        """
        details = Details(tags=_tag_list(tags), description=description)
        parts = list(expand(items, name, self.home))
        added: list[str] = []
        errors: list[StudioError] = []
        for _, result in _watched(self._ingest.add_all(parts, details), len(parts), progress):
            if isinstance(result, StudioError):
                errors.append(result)
            else:
                added.append(result)
                self._added(result)
        frame = self._catalog.frame_of(list(dict.fromkeys(added)))
        if errors:
            raise BatchError.of(errors, frame)
        return frame

    def ingest(
        self,
        path: Path,
        *,
        name: str,
        source_type: SourceType = "upload",
        tags: Sequence[str] = (),
        description: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> MediaFile:
        """Add one file as what it is: an upload, a saved take, an export. Same bytes, same media file."""
        details = Details(
            tags=_tag_list(tags), description=description, source_type=source_type, metadata=dict(metadata or {})
        )
        identity = self._ingest.add(Item(name=name, path=path), details)
        self._added(identity)
        return self.get(identity)

    def add_export(self, path: Path, *, name: str, metadata: Mapping[str, Any] | None = None) -> MediaFile:
        """Add a render as a media file of source type `studio_export`."""
        return self.ingest(path, name=name, source_type="studio_export", metadata=metadata)

    # --- looking ---------------------------------------------------------------------------------------------------

    def files(
        self,
        *,
        kind: str | None = None,
        tags: Sequence[str] | str | None = None,
        search: str | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """The library as a DataFrame, newest first.

        `kind` is video, image or audio; a file must have all `tags`; `search` is found in any case anywhere in name,
        description or a tag.
        """
        if limit is not None and limit < 0:
            raise LibraryError(f"there are no {limit} files", hint="Give a limit of 0 or more, or leave it out.")
        return self._catalog.frame(_query(kind, tags, search), limit)

    def page(
        self, *, kind: str | None = None, search: str | None = None, page: int = 0, limit: int = 30
    ) -> tuple[list[MediaFile], int]:
        """Page number `page` (from 0) of the matching files, newest first, and their count (up to 10,000)."""
        query = _query(kind, None, search)
        if page < 0 or limit < 1:
            raise LibraryError(f"there is no page {page} of {limit} files", hint="Pages count from 0.")
        with self._lock:
            after = self._anchors.get((query, limit, page))
        offset = 0 if after is not None else page * limit
        files = self._catalog.page(query, limit=limit, offset=offset, after=after)
        if files:
            self._remember(query, limit, page + 1, Anchor(files[-1].created_at, files[-1].id))
        return files, self._catalog.count(query)

    def get(self, media_id: str) -> MediaFile:
        """The media file with this id. Raises MissingMediaError."""
        identity = as_uuid(media_id)
        file = self._catalog.get(identity) if identity else None
        if file is None:
            raise not_found(media_id)
        return file

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

    def sql(self, text: str, params: Params = None) -> pd.DataFrame:
        """The result of one SQL statement, run in a read-only transaction that is rolled back.

        `params` fill `%s` or `%(name)s`. Raises DatabaseError with the server's words.
        """
        return frame_edits.read_only(self.database, text, params)

    # --- changing --------------------------------------------------------------------------------------------------

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
            self._catalog.add_tags(connection, identities, _tag_list(tags))
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
        self._forget_pages()
        self._notifier.notify("library")
        return len(files)

    def release(self, storage_key: str, sha256: str) -> None:
        """Remove bytes that no row refers to any more, with what was derived from them (a deleted take's, say)."""
        if self._ingest.remove_blob_if_unused(storage_key):
            self._derived.delete(sha256)

    # --- derived files ---------------------------------------------------------------------------------------------

    def wait(self, progress: bool = True) -> None:
        """Return when all thumbnails, filmstrips, waveforms and proxies are made, with a progress bar.

        What could not be made is warned of and listed by `failures()`. Ctrl-C cancels the rest (CancelledError); it is
        made by the next `wait()` or after the next opening.
        """
        self._derived.wait(progress)

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

    # --- for timelines and renders ---------------------------------------------------------------------------------

    def source(self, media: MediaFile, fps: Fraction) -> MediaFileSource:
        """The media file as what a clip shows, on a timeline of this rate."""
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

    # --- news ------------------------------------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[Kind], object]) -> Callable[[], None]:
        """Have `listener` called with "library" or "recordings" when such rows or their pictures changed, from any
        thread.

        Returns the function that ends it.
        """
        return self._notifier.subscribe(listener)

    def notify(self, kind: Kind) -> None:
        """Tell everybody that rows changed (for the rooms that write their own rows: takes)."""
        if kind == "library":
            self._forget_pages()
        self._notifier.notify(kind)

    def close(self) -> None:
        """Stop background work; the database stays open for others."""
        self._derived.close()
        self._notifier.close()

    def __repr__(self) -> str:
        return f"Library({str(self.home)!r})"

    # --- inside ----------------------------------------------------------------------------------------------------

    def _added(self, identity: str) -> None:
        """A row is new or was given again: make what is missing, tell everybody."""
        self._derived.retry(content_of(self.get(identity)))
        self._forget_pages()
        self._notifier.soon("library")

    def _identities(self, ids: Any) -> list[str]:
        """Ids of whatever names media files; MissingMediaError for what is not there."""
        if isinstance(ids, pd.DataFrame):
            if "id" not in ids.columns:
                raise LibraryError("the DataFrame has no column id", hint="Use rows of library.files().")
            ids = list(ids["id"])
        elif isinstance(ids, (str, MediaFile)):
            ids = [ids]
        elif not isinstance(ids, Iterable):
            raise LibraryError(f"{ids!r} names no media file", hint="Pass ids, names or a DataFrame with an id column.")
        found = [one.id if isinstance(one, MediaFile) else self[str(one)].id for one in ids]
        return list(dict.fromkeys(found))

    def _refuse_used(self, files: Sequence[MediaFile], uses: Sequence[Any]) -> None:
        if not uses:
            return
        names = {file.id: file.name for file in files}
        listed = "; ".join(f"{names[use.media_id]} in {use.kind} {use.title!r}" for use in uses)
        raise LibraryError(f"still in use: {listed}", hint="Remove it there first; nothing was deleted.")

    def _remember(self, query: Query, limit: int, page: int, anchor: Anchor) -> None:
        """Keep where a page starts, so that paging on costs the same at any depth."""
        with self._lock:
            if len(self._anchors) > 1000:
                self._anchors.clear()
            self._anchors[query, limit, page] = anchor

    def _forget_pages(self) -> None:
        with self._lock:
            self._anchors.clear()


def _query(kind: str | None, tags: Sequence[str] | str | None, search: str | None) -> Query:
    if kind and kind not in _KINDS:
        raise LibraryError(f"there is no kind {kind!r}", hint=f"Use one of {', '.join(_KINDS)}.")
    return Query(kind=kind or None, tags=tuple(_tag_list(tags or ())), search=(search or "").strip())


def _tag_list(tags: Sequence[str] | str) -> list[str]:
    """Tags as a list; a single one may come bare."""
    given = [tags] if isinstance(tags, str) else list(tags)
    if not all(isinstance(tag, str) for tag in given):
        raise LibraryError(f"tags must be text, not {given!r}", hint='Write tags=["intro", "week 1"].')
    return clean_tags(given)


def _watched(results: Iterable[Any], total: int, progress: bool) -> Iterable[Any]:
    if not progress:
        return results
    from tqdm.auto import tqdm

    return tqdm(results, total=total, desc="adding", unit="file", leave=False)  # type: ignore[no-any-return]
