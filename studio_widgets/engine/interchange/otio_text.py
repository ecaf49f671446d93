"""The JSON of OpenTimelineIO, read as if a stranger had written it.

The library's own reader is not asked before the text is known to be small, flat and a tree: it is written in C++, where
a text that is nested deep enough ends the process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange.extra import opentimelineio

_DEEPEST = 250  # brackets in brackets: three for each stack in a stack, and room for metadata
_POINTER = "SerializableObjectRef.1"


def parse_otio(text: str, where: str) -> Any:
    """The `opentimelineio.schema.Timeline` of a text, the first one where it is a collection.

    Raises InterchangeError, naming `where`, for anything else.
    """
    try:
        _refuse_traps(msgspec.json.decode(text), where)
    except (ValueError, RecursionError) as error:
        raise InterchangeError(f"it is not the JSON of OpenTimelineIO: {error}", where=where) from error
    otio = opentimelineio()
    try:
        found = otio.core.deserialize_json_from_string(text)
    except Exception as error:
        raise InterchangeError(f"OpenTimelineIO does not read it: {error}", where=where) from error
    if isinstance(found, otio.schema.SerializableCollection):
        found = next((one for one in found if isinstance(one, otio.schema.Timeline)), found)
    if not isinstance(found, otio.schema.Timeline):
        kind = type(found).__name__
        raise InterchangeError(f"there is no timeline in it, but a {kind}", where=where, hint="Export a timeline")
    return found


def _refuse_traps(value: Any, where: str) -> None:
    """InterchangeError for what is nested too deep, and for pointers, with which a thing can hold itself."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for one in level for child in _children(one)]
        if not level:
            return
        for one in level:
            if isinstance(one, dict) and one.get("OTIO_SCHEMA") == _POINTER:
                raise InterchangeError(
                    "a thing in it occurs twice by reference",
                    where=where,
                    hint="Write it with copies: in OpenTimelineIO, timeline.deepcopy()",
                )
    raise InterchangeError(f"it is nested more than {_DEEPEST} deep", where=where)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, dict | list)]
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict | list)]
    return ()


def otio_text(timeline: Any) -> str:
    """The JSON of an `opentimelineio` object, a line for each value, indented by as little as can be."""
    text: str = timeline.to_json_string(1)
    return text
