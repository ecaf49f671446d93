"""A timeline of one clip: what a player shows when it shows a media file by itself."""

from __future__ import annotations

from studio_widgets.engine.timeline.edits import add
from studio_widgets.engine.timeline.model import Source, Timeline


def one_clip(source: Source, name: str, *, rate: str, width: int, height: int) -> Timeline:
    """The whole of a source (5 s of a still) at a rate, in a picture of that size in pixels.

    Raises EditError for a source without a single frame.
    """
    return add(Timeline(rate=rate, width=width, height=height), source=source, name=name)
