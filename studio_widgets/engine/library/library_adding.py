"""Getting media into the library."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import StudioError
from studio_widgets.engine.library.ingest import BatchError, Details
from studio_widgets.engine.library.items import Item, expand
from studio_widgets.engine.library.library_base import LibraryBase
from studio_widgets.engine.library.media_file import MediaFile, SourceType
from studio_widgets.engine.library.queries import tag_list


class Adding(LibraryBase):
    """Files, bytes and pictures become media files."""

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
        already give their row, with the new tags added. Several are read at a time; rows are made in the order given.
        `progress` shows a bar.

        Items that are not media raise BatchError after the others were added; `.errors` lists them, `.added` is the
        DataFrame. Ctrl-C and `cancel()` raise CancelledError: what is in stays in, and adding the same again goes on.
        """
        details = Details(tags=tag_list(tags), description=description)
        parts = list(expand(items, name, self.home))
        with _bar(len(parts), progress) as told:
            results = self._importer.run(parts, details, told)
        frame = self._catalog.frame_of([one for one in dict.fromkeys(results) if isinstance(one, str)])
        errors = [one for one in results if isinstance(one, StudioError)]
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
            tags=tag_list(tags), description=description, source_type=source_type, metadata=dict(metadata or {})
        )
        identity = self._ingest.add(Item(name=name, path=path), details)
        self._added(identity)
        return self.get(identity)

    def add_export(self, path: Path, *, name: str, metadata: Mapping[str, Any] | None = None) -> MediaFile:
        """Add a render as a media file of source type `studio_export`."""
        return self.ingest(path, name=name, source_type="studio_export", metadata=metadata)


@contextlib.contextmanager
def _bar(total: int, shown: bool) -> Iterator[Callable[[float], None]]:
    """A progress bar, and the function that moves it; with nothing to show, none."""
    if not shown or not total:
        yield lambda done: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, desc="adding", unit="file", leave=False) as bar:

        def told(done: float) -> None:
            bar.n = round(done, 1)
            bar.refresh()

        yield told
