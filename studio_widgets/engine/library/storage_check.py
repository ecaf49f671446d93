"""Trying a store: whether what is written comes back, whole and in part, and goes when it is deleted."""

from __future__ import annotations

import contextlib
import os
import secrets

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library.folder_storage import FolderStorage
from studio_widgets.engine.library.s3_storage import S3Storage
from studio_widgets.engine.library.storage import Storage

_SIZE = 70_000  # bytes: more than one packet, and not what a service would keep inline


def check(storage: Storage) -> tuple[str, str]:
    """What is wrong, "" for nothing, and the next step (or advice, where nothing is wrong). Raises StorageError."""
    key, data = f"derived/doctor/{secrets.token_hex(8)}", os.urandom(_SIZE)
    storage.write(key, data)
    try:
        if isinstance(storage, S3Storage):
            storage.cache.delete(key)  # it is the bucket that we ask
        if storage.read_range(key, 1000, 500) != data[1000:1500]:
            return "a part of what was written came back changed", _changed(storage)
        if storage.read(key) != data:
            return "what was written came back changed", _changed(storage)
        if key not in [found.key for found in storage.keys("derived/doctor")]:
            return "what was written is not listed", "Give the access key the right to list the bucket."
    finally:
        storage.delete(key)
    if storage.is_stored(key):
        return "what was deleted is still there", "Give the access key the right to delete."
    return "", _advice(storage)


def _changed(storage: Storage) -> str:
    return "Check the disk." if isinstance(storage, FolderStorage) else "Check what stands between: a proxy, a gateway."


def _advice(storage: Storage) -> str:
    """What would make it better."""
    if not isinstance(storage, S3Storage):
        return ""
    with contextlib.suppress(StorageError):  # a key that may not ask for it
        if not storage.allowed_origins():
            return (
                "Pages may not read from the bucket with scripts (no CORS rules; hover previews do without):"
                " studio.library.storage.allow_origins(['https://your-hub'])"
            )
    return ""
