"""Thumbnails of several media files at once, for who can wait a moment while they are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from studio_widgets.engine.library.derived import Derived, content_of
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.notifier import Notifier
from studio_widgets.engine.library.recipes import RECIPES, recipes_for
from studio_widgets.engine.library.storage import Storage


def thumbnails_of(
    derived: Derived, storage: Storage, notifier: Notifier, files: Sequence[MediaFile], patience: float
) -> dict[str, bytes]:
    """The thumbnails by media id, of those files that have one within `patience` seconds."""
    found: dict[str, bytes] = {}
    news = threading.Event()
    unsubscribe = notifier.subscribe(lambda _: news.set())
    deadline = time.monotonic() + patience
    try:
        missing = [file for file in files if file.storage_key]
        while missing:
            news.clear()
            for file in missing:
                jpeg = derived.read(content_of(file), "thumbnail")
                if jpeg:
                    found[file.id] = jpeg
            missing = [file for file in missing if file.id not in found and _may_come(storage, file)]
            left = deadline - time.monotonic()
            if missing and (left <= 0 or not news.wait(left)):
                break
        return found
    finally:
        unsubscribe()


def _may_come(storage: Storage, file: MediaFile) -> bool:
    """Whether it makes sense to wait: there are bytes, a picture to be made of them, and making it has not failed."""
    recipe = RECIPES["thumbnail"]
    return (
        recipe in recipes_for(file.info)
        and storage.exists(file.storage_key)
        and not storage.exists(recipe.failure_key(file.sha256))
    )
