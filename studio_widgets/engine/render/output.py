"""Files that appear under their names only when they are whole, whoever writes them."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.render.join import sync

Write = Callable[[Path], None]


def place_file(target: Path, write: Write, check: Callable[[], None]) -> str:
    """Let `write` make a file beside the target and put it in its place; returns its sha256 (hex).

    Raises RenderError where nothing can be written, what `write` raises, and what `check` raises, called when all is
    ready: then the target is as it was.
    """
    partial = _beside(target)
    try:
        _begin(partial, lambda: partial.touch(exist_ok=False))
        write(partial)
        sync(partial)
        with partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        check()
        partial.replace(target)
    finally:
        discard(partial)
    return digest


def place_files(target: Path, names: Sequence[str], write: Write, check: Callable[[], None]) -> str:
    """Let `write` fill a folder beside the target and put its files of these names beside it.

    Returns the sha256 (hex) of all of them in order. Raises as `place_file`; what `check` raises, called for each file
    before the first is put in place, ends it too.
    """
    partial = _beside(target)
    digest = hashlib.sha256()
    try:
        _begin(partial, partial.mkdir)
        write(partial)
        for name in names:
            check()
            digest.update((partial / name).read_bytes())
        for name in names:
            (partial / name).replace(target.with_name(name))
    finally:
        discard(partial)
    return digest.hexdigest()


def discard(partial: Path) -> None:
    """Remove what was begun, a file or a folder, if it is there."""
    if partial.is_dir():
        shutil.rmtree(partial, ignore_errors=True)
    with suppress(OSError):
        partial.unlink(missing_ok=True)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.stem}-{secrets.token_hex(4)}.partial")


def _begin(partial: Path, begin: Callable[[], None]) -> None:
    try:
        begin()
    except OSError as error:
        raise RenderError(
            f"nothing can be written here ({(error.strerror or str(error)).lower()})",
            where=str(partial.parent),
            hint="Choose another folder",
        ) from error
