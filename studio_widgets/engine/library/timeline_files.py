"""A project's timeline to and from files of other editors: where its media are, and which media a file means.

`engine/interchange` knows the formats and nothing of the library; this module is what lies between.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from studio_widgets.engine.errors import InterchangeError, LibraryError, MediaError, StorageError, StudioError
from studio_widgets.engine.interchange.build import build
from studio_widgets.engine.interchange.bundles import Bundle
from studio_widgets.engine.interchange.draft import Draft, MediaRef
from studio_widgets.engine.interchange.files import format_of, read_timeline, write_timeline
from studio_widgets.engine.interchange.places import Place, base_name
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.library.catalog import as_uuid
from studio_widgets.engine.library.clip_sources import find_recording
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.storage import file_sha256
from studio_widgets.engine.timeline.model import MediaFileSource, RecordingSource, Source, Timeline, source_key
from studio_widgets.engine.timeline.serial import to_builtins

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.session import ProjectSession

_HASH = re.compile("[0-9a-f]{64}")


# --- out ------------------------------------------------------------------------------------------------------------


def export_timeline(session: ProjectSession, path: Path, *, media: Path | None = None) -> Report:
    """Write a project's timeline to `path`, in the format that its name means; tell what that cannot carry.

    The file names media where the library keeps them; with `media`, a folder, they are copied there under their names.
    Raises InterchangeError, StorageError.
    """
    kind = format_of(path)
    t = session.timeline
    places = places_of(session.library, t, fetch=kind != "edl")
    if media is not None:
        places = {key: _copied(place, media) for key, place in places.items()}
    return write_timeline(path, t, title=session.title, places=places)


def places_of(library: Library, t: Timeline, *, fetch: bool) -> dict[str, Place]:
    """Where the media of a timeline are, by `source_key`; what the library does not have is left out.

    With `fetch` what lies in a bucket is brought to this machine.
    """
    places: dict[str, Place] = {}
    for clip in t.clips:
        source, key = clip.source, source_key(clip.source)
        if isinstance(source, MediaFileSource | RecordingSource) and key not in places:
            place = _place(library, source, fetch)
            if place is not None:
                places[key] = place
    return places


def _place(library: Library, source: MediaFileSource | RecordingSource, fetch: bool) -> Place | None:
    try:
        if isinstance(source, RecordingSource):
            name, path = find_recording(library, source.recording_id).name, None
        else:
            file = _file(library, source.media_file_id, source.sha256)
            if file is None:
                return None
            name, path = file.name, file.path
        if fetch or path is None:
            path = Path(library.source_file(source).path)
    except (MediaError, LibraryError):
        return None
    there = path if path.is_file() else None
    return Place(name=name, url=there.as_uri() if there else quote(name), path=there, sha256=source.sha256 or "")


def _copied(place: Place, folder: Path) -> Place:
    """The place of a copy in `folder`, under the media's own name; one that is there already is taken."""
    if place.path is None:
        return place
    plain = Path(base_name(place.name) or "media")
    target, count = folder / plain, 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while target.exists() and not _same(target, place.path):
            count += 1
            target = folder / f"{plain.stem}-{count}{plain.suffix}"
        if not target.exists():
            shutil.copyfile(place.path, target)
    except OSError as error:
        raise InterchangeError(f"media cannot be copied there: {error.strerror}", where=str(target)) from error
    return Place(name=place.name, url=target.absolute().as_uri(), path=target, sha256=place.sha256)


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and one.stat().st_size == other.stat().st_size and file_sha256(one) == file_sha256(other)


# --- in -------------------------------------------------------------------------------------------------------------


def import_timeline(
    session: ProjectSession, path: Path, *, rate: Fraction | None = None, media: Path | None = None
) -> Report:
    """Put the timeline of a file in place of a project's: one edit, one step to undo. Tells what was lost.

    A file that does not say the size of its picture gets the project's. rate: frames a second of a format that does not
    say them (EDL); None is the project's. media: a folder in which files are looked for that the library does not have;
    those that are found, and those in a bundle, are added to it.

    Raises InterchangeError, and nothing has changed but media that were added.
    """
    now = session.timeline
    draft = read_timeline(path, rate=rate or now.fps)
    if not draft.width:
        draft.width, draft.height = now.width, now.height
    with ExitStack() as stack:
        bundle = stack.enter_context(Bundle(path)) if format_of(path) == "otioz" else None
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="studio-import-")))
        t = build(draft, Finder(session.library, draft, media, bundle, scratch))
    session.apply("load", {"timeline": to_builtins(t)})
    return draft.report


class Finder:
    """What a reference of a file means in the library: by id and bytes where we wrote it, else by its file's name."""

    def __init__(
        self, library: Library, draft: Draft, folder: Path | None, bundle: Bundle | None, scratch: Path
    ) -> None:
        self._library = library
        self._report = draft.report
        self._folder = folder
        self._bundle = bundle
        self._scratch = scratch
        self._added: dict[str, MediaFile | None] = {}

    def __call__(self, ref: MediaRef, fps: Fraction) -> Source | None:
        """The source, None when there is none."""
        if ref.source is not None and self._is_here(ref.source):
            return ref.source
        file = self._by_bytes(ref) or self._in_bundle(ref) or self._by_name(ref) or self._in_folder(ref)
        try:
            return self._library.source(file, fps) if file is not None else None
        except StudioError as error:
            self._report.lose(error.message, f'"{ref.name}"', "missing media")
            return None

    def _is_here(self, source: Source) -> bool:
        try:
            if isinstance(source, MediaFileSource):
                return bool(self._library.get(source.media_file_id))
            if isinstance(source, RecordingSource):
                return bool(find_recording(self._library, source.recording_id))
        except MediaError:
            return False
        return True

    def _by_bytes(self, ref: MediaRef) -> MediaFile | None:
        pinned = ref.source.sha256 if isinstance(ref.source, MediaFileSource | RecordingSource) else None
        name = base_name(ref.url)  # the library keeps files under what they hash to
        return self._library.with_bytes(pinned or ref.sha256 or (name if _HASH.fullmatch(name) else None))

    def _in_bundle(self, ref: MediaRef) -> MediaFile | None:
        if self._bundle is None or not self._bundle.has(ref.url):
            return None
        if ref.url not in self._added:
            folder = self._scratch / str(len(self._added))
            folder.mkdir()
            self._added[ref.url] = self._add(self._bundle.extract(ref.url, folder), ref)
        return self._added[ref.url]

    def _by_name(self, ref: MediaRef) -> MediaFile | None:
        names = [one for one in (base_name(ref.url), base_name(ref.name)) if one and as_uuid(one) is None]
        return next((self._library[one] for one in names if one in self._library), None)

    def _in_folder(self, ref: MediaRef) -> MediaFile | None:
        """A file of that name right in the folder that the user named; never one elsewhere, whatever a file says."""
        if self._folder is None:
            return None
        for name in (base_name(ref.url), base_name(ref.name)):
            path = self._folder / name
            if name and path.is_file():
                return self._add(path, ref)
        return None

    def _add(self, path: Path, ref: MediaRef) -> MediaFile | None:
        try:
            return self._library.ingest(path, name=base_name(ref.name) or path.name)
        except StorageError:
            raise
        except StudioError as error:
            self._report.lose(f"its media cannot be added: {error.message}", f'"{ref.name}"', "missing media")
            return None


def _file(library: Library, media_id: str, sha256: str | None) -> MediaFile | None:
    """The media file of that id, or the owner's with the same bytes."""
    try:
        return library.get(media_id)
    except MediaError:
        return library.with_bytes(sha256)
