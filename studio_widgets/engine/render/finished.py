"""Exports that are there already: where the file still is what the same plan gave, nothing is written again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.keys import content_key
from studio_widgets.engine.render.plan import RenderPlan
from studio_widgets.engine.timeline.chapters import ChapterPoint


def digest(cache: SegmentCache, plan: RenderPlan, chapters: Sequence[ChapterPoint], target: Path) -> str | None:
    """The sha256 of `target` if it is, byte for byte, what the plan gave when it was last exported; else None."""
    noted = cache.get(_key(plan, chapters))
    if noted is None:
        return None
    try:
        with target.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return found if found.encode() == noted else None


def note(cache: SegmentCache, plan: RenderPlan, chapters: Sequence[ChapterPoint], digest: str) -> None:
    """Remember what the plan gave."""
    cache.put(_key(plan, chapters), digest.encode())


def _key(plan: RenderPlan, chapters: Sequence[ChapterPoint]) -> str:
    pieces = [(segment.start, segment.spec.key) for segment in plan.segments]
    sound = [chunk.key for chunk in plan.audio]
    return content_key("export", msgspec.to_builtins(plan.settings), pieces, sound, plan.samples, list(chapters))
