"""Getting media into the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from studio_widgets.engine.errors import StudioError
from studio_widgets.engine.library.derived import content_of
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
        already give their row, with the new tags added. Items that are not media raise BatchError after the others
        were added; `.errors` lists them, `.added` is the DataFrame. `progress` shows a bar.
        """
        details = Details(tags=tag_list(tags), description=description)
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
            tags=tag_list(tags), description=description, source_type=source_type, metadata=dict(metadata or {})
        )
        identity = self._ingest.add(Item(name=name, path=path), details)
        self._added(identity)
        return self.get(identity)

    def add_export(self, path: Path, *, name: str, metadata: Mapping[str, Any] | None = None) -> MediaFile:
        """Add a render as a media file of source type `studio_export`."""
        return self.ingest(path, name=name, source_type="studio_export", metadata=metadata)

    def _added(self, identity: str) -> None:
        """A row is new or was given again: make what is missing, tell everybody."""
        self._derived.retry(content_of(self.get(identity)))
        self._pages.forget()
        self._notifier.soon("library")


def _watched(results: Iterable[Any], total: int, progress: bool) -> Iterable[Any]:
    if not progress:
        return results
    from tqdm.auto import tqdm

    return tqdm(results, total=total, desc="adding", unit="file", leave=False)  # type: ignore[no-any-return]
