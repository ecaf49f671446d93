"""Keeping bytes and rows together: fetching what is elsewhere, removing what nobody needs."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import MissingMediaError, StudioError
from studio_widgets.engine.library import gc, remote_rows, web
from studio_widgets.engine.library.database import Connection
from studio_widgets.engine.library.derived import content_of
from studio_widgets.engine.library.ingest import BatchError
from studio_widgets.engine.library.library_base import LibraryBase
from studio_widgets.engine.library.remote_rows import RemoteRow
from studio_widgets.engine.library.storage import Blob


class Keeping(LibraryBase):
    """What a library that came from a web studio, or has been used for long, needs now and then."""

    def fetch(self, ids: Any, *, progress: bool = False) -> pd.DataFrame:
        """Bring the bytes of media files that a web studio knew only by address into storage; returns their rows.

        `ids` are ids, names, MediaFiles or a DataFrame of them; what is here already stays as it is. Each row keeps its
        id and gets the hash, length and size of what came. Only https addresses of the public internet are read (and
        those that STUDIO_STORAGE_ENDPOINT and STUDIO_CDN_URL name). BatchError lists what could not be fetched, after
        the others were.
        """
        identities = self._identities(ids)
        with self.database.connection() as connection:
            rows = remote_rows.unfetched(connection, self.owner, identities)
        errors: list[StudioError] = []
        for row in rows:
            try:
                self._fetch(row, progress)
            except StudioError as error:
                where = row.name if row.name in (error.where or "") else f"{row.name} ({error.where})"
                errors.append(type(error)(error.message, where=where, hint=error.hint))
        failed = {row.id for row in rows} - self._here(rows)
        frame = self._catalog.frame_of([identity for identity in identities if identity not in failed])
        if errors:
            raise BatchError.of(errors, frame)
        return frame

    def gc(
        self,
        older_than: datetime.timedelta = gc.DAY,
        *,
        dry_run: bool = False,
        shared: bool = False,
        databases: bool = False,
        progress: gc.Progress | None = None,
    ) -> pd.DataFrame:
        """Remove what nobody needs and nobody has touched for `older_than`; returns what: key, size, modified, why.

        `dry_run` only says what would be removed.

        That is: deleted files that can no longer be restored, bytes that no row of any instructor needs, what was
        derived from them, half-written files, interrupted uploads; with `databases` also the embedded databases of
        studios whose folder is gone, where these had to lie outside it. Imports may run meanwhile. LibraryError, with
        nothing removed, when another database keeps media in the same place; `shared` then spares all media bytes.
        `progress(what, count)` is told how far it is.
        """
        collector = gc.Collector(
            self.database,
            self.storage,
            self._catalog,
            self.home,
            older_than=older_than,
            dry_run=dry_run,
            shared=shared,
            databases=databases,
            progress=progress,
        )
        return gc.to_frame(collector.run())

    def _fetch(self, row: RemoteRow, progress: bool) -> None:
        if not row.url:
            raise MissingMediaError(
                "nobody knows where its bytes are", where=row.name, hint="Delete it, and add the file if you have it."
            )
        bounds = web.Bounds(trusted=web.trusted_hosts() | self.storage.hosts())
        with self.storage.scratch() as folder, _bar(row, progress) as report:
            path = folder / "fetched"
            web.fetch(row.url, path, bounds, report)
            info = self._prober.probe(path)
            blob = self.storage.put_file(path)
            with self.database.connection() as connection:
                self.secure(connection, blob, path)
                remote_rows.mark_fetched(connection, self.owner, row.id, blob, info)
        self._derived.retry(content_of(self.get(row.id)))
        self.notify("library")

    def secure(self, connection: Connection, blob: Blob, path: Path) -> None:
        """See that a blob that was put into storage is there until the transaction ends; `path` has its bytes."""
        self._ingest.secure(connection, blob.key, path)

    def _here(self, rows: list[RemoteRow]) -> set[str]:
        return {file.id for file in self._catalog.many([row.id for row in rows]) if file.storage_key}


@contextlib.contextmanager
def _bar(row: RemoteRow, shown: bool) -> Iterator[web.Progress]:
    """A bar of the bytes of one file."""
    from tqdm.auto import tqdm

    with tqdm(desc=row.name, unit="B", unit_scale=True, disable=not shown, leave=False) as bar:

        def report(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
