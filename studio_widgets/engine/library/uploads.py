"""Uploads: files that come in pieces through a widget, on disk before they are acknowledged.

    start → append … → finish → a media file
              └─ page reloaded, kernel killed: start again says where to go on

In an upload's folder lie `meta.json` (whose and of what), `data.<suffix>` (the pieces so far) and `lock` (held while
one call works on it, so that two kernels take turns). The folder's name follows from owner, name, size and time of
change: the same file dropped again is the same upload.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from studio_widgets.engine.errors import LibraryError, MediaError, StorageError
from studio_widgets.engine.library.file_lock import hold
from studio_widgets.engine.library.ingest import MAX_NAME
from studio_widgets.engine.library.items import MEDIA_SUFFIXES
from studio_widgets.engine.library.media_file import MediaFile

MAX_PIECE = 1 << 20  # bytes
KEEP_DAYS = 7  # an upload that nobody went on with for so long is removed
_SPARE = 200_000_000  # bytes of disk that an upload leaves free
_PATIENCE = 10.0  # seconds to wait for another kernel's call on the same upload
_ID = re.compile(r"[0-9a-f]{24}")


class Upload(msgspec.Struct, frozen=True):
    """An upload: everything before byte `received` is on disk; the next piece starts there."""

    id: str
    received: int


class _Meta(msgspec.Struct, frozen=True):
    owner: str
    name: str
    size: int
    modified: int


class Uploads:
    """The uploads of an instructor. All methods may be called from any thread, and from several kernels.

    Parameters
    ----------
    folder: where uploads lie.
    ingest: adds a file under a name, with tags, as a media file.
    """

    def __init__(self, folder: Path, owner: str, ingest: Callable[[Path, str, Sequence[str]], MediaFile]) -> None:
        self.folder = folder
        self._owner = owner
        self._ingest = ingest

    def start(self, name: str, size: int, modified: int) -> Upload:
        """Begin an upload of `size` bytes, or go on with one. `modified`: the file's time of change, in ms since 1970.

        LibraryError for a name that is a path, for an empty file, and when the disk has no room for it.
        """
        _check(name, size)
        self._forget_old()
        meta = _Meta(owner=self._owner, name=name, size=size, modified=modified)
        upload_id = hashlib.sha256(msgspec.json.encode(meta)).hexdigest()[:24]
        folder = self.folder / upload_id
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._locked(folder, name):
                received = _received(folder, meta)
                _check_room(folder, meta, received)
                if not (folder / "meta.json").exists():
                    _write_whole(folder / "meta.json", msgspec.json.encode(meta))
        except LibraryError:
            with contextlib.suppress(OSError):
                if not (folder / "meta.json").exists():
                    shutil.rmtree(folder)
            raise
        except OSError as error:
            raise _unwritable(name, error) from error
        return Upload(upload_id, received)

    def append(self, upload_id: str, offset: int, data: bytes | bytearray | memoryview) -> int:
        """Store the piece (at most 1 MB) that starts at `offset`; returns how many bytes are there, all on disk.

        A piece that is there already is acknowledged without effect. LibraryError, with the upload unharmed, for an
        unknown upload, a gap, and bytes beyond the size; StorageError when the disk is full.
        """
        with self._open(upload_id) as (folder, meta):
            piece = memoryview(data).cast("B")
            received = _received(folder, meta)
            end = offset + len(piece)
            if offset < 0 or len(piece) > MAX_PIECE or end > meta.size:
                raise LibraryError(
                    f"a piece of {len(piece):,} bytes at {offset:,} does not fit a file of {meta.size:,}",
                    where=meta.name,
                    hint=f"Send at most {MAX_PIECE:,} bytes, from byte {received:,} on.",
                )
            if offset > received:
                raise LibraryError(
                    f"the piece at byte {offset:,} came, but byte {received:,} is due",
                    where=meta.name,
                    hint=f"Send again from byte {received:,}.",
                )
            if end > received:
                _write_piece(_data(folder, meta), received, piece[received - offset :], meta.name)
            return max(received, end)

    def finish(self, upload_id: str, tags: Sequence[str] = ()) -> MediaFile:
        """Make the uploaded file a media file; the upload is gone then.

        LibraryError when bytes are missing (the upload goes on); MediaError when it is not media (nothing is left of
        it). Any other error leaves the upload as it was: finish it again.
        """
        with self._open(upload_id) as (folder, meta):
            received = _received(folder, meta)
            if received < meta.size:
                raise LibraryError(
                    f"{received:,} of {meta.size:,} bytes have arrived",
                    where=meta.name,
                    hint=f"Send the rest, from byte {received:,} on.",
                )
            try:
                media = self._ingest(_data(folder, meta), meta.name, tags)
            except MediaError as error:
                _remove(folder)
                raise type(error)(error.message, where=meta.name, hint=error.hint) from error
            _remove(folder)
            return media

    def cancel(self, upload_id: str) -> None:
        """Forget an upload and what came of it; harmless when there is none."""
        with contextlib.suppress(_UnknownUploadError), self._open(upload_id) as (folder, _):
            _remove(folder)

    # --- inside ----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _open(self, upload_id: str) -> Iterator[tuple[Path, _Meta]]:
        """An upload of this owner, locked."""
        folder = self.folder / upload_id
        if not _ID.fullmatch(upload_id) or not folder.is_dir():
            raise _unknown(upload_id)
        with self._locked(folder, upload_id):
            try:
                meta = msgspec.json.decode((folder / "meta.json").read_bytes(), type=_Meta)
            except (OSError, msgspec.MsgspecError) as error:  # removed while we waited for the lock
                raise _unknown(upload_id) from error
            if meta.owner != self._owner:
                raise _unknown(upload_id)
            yield folder, meta

    @contextlib.contextmanager
    def _locked(self, folder: Path, name: str) -> Iterator[None]:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                lock = hold(folder / "lock")
            except FileNotFoundError as error:
                raise _unknown(name) from error
            if lock is not None:
                break
            if time.monotonic() > deadline:
                raise LibraryError(
                    "this upload is being worked on elsewhere", where=name, hint="Try again when it is through there."
                )
            time.sleep(0.01)
        with lock:
            yield

    def _forget_old(self) -> None:
        """Remove uploads that were given up."""
        oldest = time.time() - KEEP_DAYS * 86400
        with contextlib.suppress(OSError):
            for folder in self.folder.iterdir():
                if _ID.fullmatch(folder.name):
                    touched = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
                    if touched < oldest:
                        shutil.rmtree(folder, ignore_errors=True)


class _UnknownUploadError(LibraryError):
    """There is no such upload (any more)."""


def _unknown(upload_id: str) -> _UnknownUploadError:
    return _UnknownUploadError(f"there is no upload {upload_id[:80]!r}", hint="Start it again.")


def _check(name: str, size: int) -> None:
    whole = name.encode(errors="replace").decode() == name  # no half characters
    if not whole or not name.strip() or len(name) > MAX_NAME or re.search(r"[/\\\0]", name) or name in (".", ".."):
        raise LibraryError(
            f"{name[:80]!r} is no file name", hint="Upload under the file's own name, without its folder."
        )
    if size <= 0:
        raise LibraryError("the file is empty", where=name, hint="Copy or export it again.")


def _check_room(folder: Path, meta: _Meta, received: int) -> None:
    """The rest must fit on the disk, and the copy that goes into storage."""
    missing = 2 * meta.size - received + _SPARE - shutil.disk_usage(folder).free
    if missing > 0:
        raise LibraryError(
            f"there is no room for it: {missing / 1e9:,.1f} GB are missing on the studio's disk",
            where=meta.name,
            hint="Free some disk space, or set STUDIO_HOME to a larger disk.",
        )


def _data(folder: Path, meta: _Meta) -> Path:
    """The file of the pieces. It has the file's suffix where demuxers go by it, and nothing else of its name."""
    suffix = Path(meta.name).suffix.lower()
    return folder / f"data{suffix if suffix in MEDIA_SUFFIXES else ''}"


def _received(folder: Path, meta: _Meta) -> int:
    try:
        return min(_data(folder, meta).stat().st_size, meta.size)
    except FileNotFoundError:
        return 0


def _write_piece(path: Path, start: int, piece: memoryview, name: str) -> None:
    """Put bytes at the end, durably, or leave the file as it was."""
    try:
        with path.open("ab") as file:
            try:
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
                if start == 0:
                    _sync_folder(path.parent)
            except OSError:
                os.ftruncate(file.fileno(), start)
                raise
    except OSError as error:
        raise _unwritable(name, error) from error


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable. Windows cannot open folders, and needs no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_whole(path: Path, data: bytes) -> None:
    """Write a small file that is whole whenever it is there."""
    aside = path.with_suffix(".new")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _remove(folder: Path) -> None:
    """Remove an upload whose lock we hold; without its `meta.json` it is none any more."""
    (folder / "meta.json").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _unwritable(name: str, error: OSError) -> StorageError:
    return StorageError(
        f"the upload cannot be written ({(error.strerror or str(error)).lower()})",
        where=name,
        hint="Free some disk space; everything before it is kept.",
    )
