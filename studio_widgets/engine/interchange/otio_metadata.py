"""`metadata["studio"]`: what this package wrote beside OpenTimelineIO's own fields, read as if a stranger had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.interchange.times import exact_rate
from studio_widgets.engine.interchange.to_otio import STUDIO
from studio_widgets.engine.timeline.model import SCHEMA_VERSION, Caption, Counters, Value

_DEEPEST = 16  # what we write is not nested deeper
Kind = TypeVar("Kind")


class Head(Value, frozen=True):
    """What is said of the timeline as a whole; `rate` is None, sizes are 0, in a foreign file."""

    rate: Fraction | None = None
    width: int = 0
    height: int = 0
    tracks: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    next_ids: Counters = Counters()


class _Written(Value, frozen=True):
    schema_version: int
    rate: str
    width: int
    height: int
    tracks: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    next_ids: Counters = Counters()


def head_of(timeline: Any, where: str) -> Head:
    """What this package wrote of a timeline. InterchangeError when a newer version did, or when it is damaged."""
    found = _studio(timeline)
    if not isinstance(found, Mapping):
        return Head()
    version = found.get("schemaVersion")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise InterchangeError(
            f"a newer version of this package wrote it (schema {version}; this one reads up to {SCHEMA_VERSION})",
            where=where,
            hint="Update studio-widgets: pip install -U studio-widgets",
        )
    try:
        written = msgspec.convert(found, _Written)
        rate = exact_rate(Fraction(written.rate), where)
    except (msgspec.ValidationError, ValueError, ZeroDivisionError) as error:
        raise InterchangeError(f"metadata[{STUDIO!r}] of the timeline is damaged: {error}", where=where) from error
    return Head(
        rate=rate,
        width=written.width,
        height=written.height,
        tracks=written.tracks,
        captions=written.captions,
        next_ids=written.next_ids,
    )


def own(item: Any, key: str, kind: type[Kind], report: Report) -> Kind | None:
    """The value that this package wrote beside an item; None where it did not, and (reported) where it is damaged."""
    found = _studio(item)
    if not isinstance(found, Mapping) or key not in found:
        return None
    try:
        return msgspec.convert(found[key], kind)
    except msgspec.ValidationError as error:
        report.lose(f"what this package wrote beside it is damaged and was left out ({error})", f'{key} "{item.name}"')
        return None


def text_of(item: Any, key: str) -> str:
    """A text that this package wrote beside an item; "" where it did not."""
    found = _studio(item)
    value = found.get(key) if isinstance(found, Mapping) else None
    return value if isinstance(value, str) else ""


def _studio(item: Any) -> Any:
    return plain(item.metadata[STUDIO]) if STUDIO in item.metadata else None


def plain(value: Any, depth: int = 0) -> Any:
    """Metadata as dicts, lists and scalars; what lies deeper than anything of ours is left out."""
    if isinstance(value, Mapping):
        return {} if depth > _DEEPEST else {key: plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [] if depth > _DEEPEST else [plain(item, depth + 1) for item in value]
    return value
