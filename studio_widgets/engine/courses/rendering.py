"""A project of the library through the renderer: the place where both meet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.export import Render, export
from studio_widgets.engine.render.layers import wanted_sources
from studio_widgets.engine.render.plan import RenderSettings, settings_for
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
    loudness: float | None = None,
    at: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Render:
    """Render a timeline to what the suffix of `out` says (see `export`); it appears whole or not at all.

    An MP4's segments are cached in the studio's home, so that only what changed is encoded. `loudness` in LUFS: None is
    the preset's, or leaves the sound as mixed. `at` is the frame that a single picture shows. `progress(label, done,
    total)` may be called from any thread. Raises RenderError, MissingMediaError, CancelledError.
    """
    if timeline.total_frames == 0:
        raise RenderError("the timeline is empty", where=title, hint="Add a clip first.")
    return export(
        timeline,
        source_files(library, timeline),
        out,
        settings=_settings(timeline, preset, loudness),
        at=at,
        cache=SegmentCache(library.home / "cache" / "segments"),
        executor=executor,
        progress=progress,
        cancel=cancel,
    )


def _settings(timeline: Timeline, preset: str | None, loudness: float | None) -> RenderSettings | None:
    """What is asked for; None: what `export` takes by itself, which depends on the file's kind."""
    if preset is None and loudness is None:
        return None
    settings = settings_for(timeline, preset)
    return settings if loudness is None else msgspec.structs.replace(settings, loudness=loudness)
