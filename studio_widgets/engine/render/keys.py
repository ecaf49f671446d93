"""Content keys: hashes over everything that decides the bytes of a piece, the versions of what makes it included."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import av
import msgspec

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.model import SourceFile

RECIPE = 2  # raise it when the same timeline shall look or sound different


def content_key(*parts: Any) -> str:
    """sha256 (hex) of the parts and of the versions of everything that turns them into bytes."""
    return hashlib.sha256(msgspec.json.encode((_versions(), parts), order="deterministic")).hexdigest()


def identity(file: SourceFile, clip: str) -> tuple[str, ...]:
    """What a file shows: its bytes, and how they are understood (a better probe may place the picture elsewhere)."""
    if not file.sha256:
        raise RenderError(f"the source of {clip} has no content hash", where=file.path, hint="Add the file again")
    info = file.info
    return (file.sha256, info.kind, info.container, f"{info.width}x{info.height}", info.start)


@cache
def _versions() -> tuple[object, ...]:
    try:
        package = version("studio-widgets")
    except PackageNotFoundError:  # used from a checkout
        package = "checkout"
    libraries = sorted((name, list(numbers)) for name, numbers in av.library_versions.items())
    return (RECIPE, package, av.__version__, av.ffmpeg_version_info, libraries)
