"""The library: what users hold as `studio.library`.

A facade in five parts, each method a few lines over `catalog` (rows), `storage` (bytes), `ingest` (getting in) and
`derived` (thumbnails, filmstrips, waveforms, proxies).
"""

from __future__ import annotations

from collections.abc import Callable

from studio_widgets.engine.library.ingest import BatchError
from studio_widgets.engine.library.library_adding import Adding
from studio_widgets.engine.library.library_changing import Changing
from studio_widgets.engine.library.library_keeping import Keeping
from studio_widgets.engine.library.library_reading import Reading
from studio_widgets.engine.library.library_serving import Serving
from studio_widgets.engine.library.notifier import Kind

__all__ = ["BatchError", "Library"]


class Library(Adding, Reading, Changing, Serving, Keeping):
    """One instructor's media files. All methods may be called from any thread.

    `database` and `storage` are given open and stay the caller's to close; `home` is the studio's folder.
    """

    def subscribe(self, listener: Callable[[Kind], object]) -> Callable[[], None]:
        """Have `listener` called, from any thread, with "library" or "recordings" when such rows or their pictures
        changed, and with "jobs" (five times a second at most) while something is under way: see `jobs()`.

        Returns the function that ends it.
        """
        return self._notifier.subscribe(listener)

    def close(self) -> None:
        """Stop background work; the database stays open for others."""
        self._importer.cancel()
        self._prober.close()
        self._derived.close()
        self._notifier.close()

    def __repr__(self) -> str:
        return f"Library({str(self.home)!r})"
