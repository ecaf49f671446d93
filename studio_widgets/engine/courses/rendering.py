"""A project of the library through the renderer: the place where both meet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.export import Render, export
from studio_widgets.engine.render.layers import wanted_sources
from studio_widgets.engine.render.plan import settings_for
from studio_widgets.engine.timeline.model import Timeline

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

Progress = Callable[[str, int, int], None]


def source_files(library: Library, timeline: Timeline) -> dict[str, SourceFile]:
    """The files a timeline reads, by `source_key`. MissingMediaError names the first that is gone."""
    return {key: library.source_file(source) for key, source in wanted_sources(timeline).items()}


def render_timeline(
    library: Library,
    timeline: Timeline,
    out: Path,
    *,
    title: str,
    preset: str | None = None,
    at: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Render:
    """Render a timeline to what the suffix of `out` says (see `export`); it appears whole or not at all.

    An MP4's segments are cached in the studio's home, so that only what changed is encoded. `at` is the frame that a
    single picture shows. `progress(label, done, total)`
    may be called from any thread. Raises RenderError, MissingMediaError, CancelledError.
    """
    if timeline.total_frames == 0:
        raise RenderError("the timeline is empty", where=title, hint="Add a clip first.")
    return export(
        timeline,
        source_files(library, timeline),
        out,
        settings=settings_for(timeline, preset) if preset else None,
        at=at,
        cache=SegmentCache(library.home / "cache" / "segments"),
        executor=executor,
        progress=progress,
        cancel=cancel,
    )
