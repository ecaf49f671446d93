"""What tests of media in a bucket begin with."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec

from studio_widgets.engine.library.s3_place import place_of
from studio_widgets.engine.library.s3_storage import S3Storage


def noise(path: Path, size: int, seed: int = 1) -> Path:
    path.write_bytes(random.Random(seed).randbytes(size))
    return path


def open_at(url: str, folder: Path, **changes: object) -> S3Storage:
    """A storage that gives up soon, with a cache of its own."""
    return S3Storage(msgspec.structs.replace(place_of(url), **{"attempts": 2, **changes}), folder)
