"""`.otioz`: a zip of `content.otio` and the media it refers to, as `media/<name>`.

One that is read is a stranger's: only entries directly in `media/` are taken, under names of our own, and never more
bytes than the archive may honestly hold.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO
from urllib.parse import quote, unquote

import msgspec

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.draft import MAX_BYTES, MAX_PIECES
from studio_widgets.engine.interchange.places import Place, Places, base_name
from studio_widgets.engine.interchange.report import Report

CONTENT = "content.otio"
MEDIA = "media"
_VERSION = "1.0.0"
_RATIO = 20  # bytes out of one: media do not compress, so what unpacks to more is a trap
_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal timelines make equal bundles


def bundled(places: Places, report: Report) -> dict[str, Place]:
    """The places as they are inside of a bundle: relative, each file under a name of its own."""
    inside: dict[str, Place] = {}
    taken: dict[str, Path] = {}
    for key, place in sorted(places.items()):
        if place.path is None:
            report.lose("its bytes are not on this machine: the bundle only has its name", f'"{place.name}"')
            continue
        name = _free_name(place.name, place.path, taken)
        taken[name] = place.path
        inside[key] = msgspec.structs.replace(place, url=f"{MEDIA}/{quote(name)}")
    return inside


def _free_name(name: str, path: Path, taken: Mapping[str, Path]) -> str:
    plain = base_name(name) or "media"
    made, count = plain, 1
    while taken.get(made, path) != path or made.casefold() in {one.casefold() for one in taken if one != made}:
        count += 1
        made = f"{PurePosixPath(plain).stem}-{count}{PurePosixPath(plain).suffix}"
    return made


def write_bundle(file: BinaryIO, text: str, inside: Places) -> None:
    """Write a bundle of a timeline's text and the media of `inside`, whose addresses are the names in the zip."""
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        archive.writestr(_entry("version.txt", zipfile.ZIP_DEFLATED), _VERSION)
        archive.writestr(_entry(CONTENT, zipfile.ZIP_DEFLATED), text)
        for name, path in sorted({(unquote(place.url), place.path) for place in inside.values() if place.path}):
            entry = _entry(name, zipfile.ZIP_STORED)
            entry.file_size = path.stat().st_size
            with path.open("rb") as media, archive.open(entry, "w") as target:
                shutil.copyfileobj(media, target, 1 << 20)


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = how
    entry.external_attr = 0o644 << 16
    return entry


class Bundle:
    """A bundle that is open for reading; a context manager. Raises InterchangeError for what is none."""

    def __init__(self, path: Path) -> None:
        self._where = path.name
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise InterchangeError(f"it is no bundle of OpenTimelineIO: {error}", where=self._where) from error
        try:
            entries = self._archive.infolist()
            if len(entries) > MAX_PIECES or sum(one.file_size for one in entries) > _RATIO * path.stat().st_size + 4096:
                raise InterchangeError("it unpacks to more than media do", where=self._where)
            self._media = dict(self._listed(entries))
        except BaseException:
            self._archive.close()
            raise

    def _listed(self, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        """The media by their address: entries right in the folder of media, whose names name nothing else."""
        for entry in entries:
            folder, _, name = entry.filename.partition("/")
            if folder == MEDIA and name and not entry.is_dir() and not set(name) & set("/\\\0") and name != "..":
                yield entry.filename, entry

    @property
    def text(self) -> str:
        """The timeline's JSON. InterchangeError when it is missing, damaged or too large."""
        try:
            entry = self._archive.getinfo(CONTENT)
            if entry.file_size > MAX_BYTES:
                raise InterchangeError(f"its timeline is larger than {MAX_BYTES >> 20} MB", where=self._where)
            with self._archive.open(entry) as content:
                return content.read(MAX_BYTES).decode()
        except (KeyError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise InterchangeError(f"its timeline cannot be read: {error}", where=self._where) from error

    def has(self, url: str) -> bool:
        """Whether the bundle holds what this address names."""
        return self._found(url) is not None

    def extract(self, url: str, folder: Path) -> Path:
        """Write what an address names into `folder`, and return its path there. InterchangeError when it is damaged."""
        entry = self._found(url)
        if entry is None:
            raise InterchangeError(f"there is no {url!r} in it", where=self._where)
        path = folder / PurePosixPath(entry.filename).name
        try:
            with self._archive.open(entry) as media, path.open("xb") as target:
                shutil.copyfileobj(media, target, 1 << 20)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise InterchangeError(f"{entry.filename!r} cannot be unpacked: {error}", where=self._where) from error
        return path

    def _found(self, url: str) -> zipfile.ZipInfo | None:
        return self._media.get(url) or self._media.get(unquote(url))

    def __enter__(self) -> Bundle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()
