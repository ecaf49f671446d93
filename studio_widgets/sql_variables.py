"""`:name` in SQL text → psycopg parameters, so that values are bound and never pasted.

    select * from media_files where name = :name and tags @> :tags::text[]
      → select * from media_files where name = %(name)s and tags @> %(tags)s::text[]

What looks like a variable inside a string, a quoted identifier, a comment, a dollar quote or a cast is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import pandas as pd
from psycopg.types.json import Jsonb

from studio_widgets.engine.errors import LibraryError

# Alternatives in this order: whatever is skipped comes before what is a variable.
_TOKEN = re.compile(
    r"""
    (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')       # E'it\'s'
  | (?P<string>'(?:[^']|'')*')                    # 'it''s'
  | (?P<identifier>"(?:[^"]|"")*")
  | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)
  | (?P<line>--[^\n]*)
  | (?P<block>/\*)
  | (?P<cast>::|:=)
  | (?<![\w:]):(?P<name>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)


def bind(text: str, namespace: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The statement with `%(name)s` for each `:name`, and the values; LibraryError for a name that is not defined.

    Without variables the values are empty and the statement is as it was.
    """
    names: list[str] = []
    parts: list[str] = []
    position = 0
    while match := _TOKEN.search(text, position):
        end = _end_of_comment(text, match.start()) if match["block"] else match.end()
        parts.append(_literal(text[position : match.start()]))
        if match["name"]:
            parts.append(f"%({match['name']})s")
            names.append(match["name"])
        else:
            parts.append(_literal(text[match.start() : end]))
        position = end
    parts.append(_literal(text[position:]))
    if not names:
        return text, {}
    missing = [name for name in dict.fromkeys(names) if name not in namespace]
    if missing:
        raise LibraryError(
            f"the statement uses {', '.join(':' + name for name in missing)}, which is not defined",
            hint="Assign the variable in a cell first.",
        )
    return "".join(parts), {name: _value(namespace[name]) for name in names}


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def _end_of_comment(text: str, start: int) -> int:
    """Where the block comment that starts at `start` ends: PostgreSQL nests them."""
    depth, position = 0, start
    for match in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        position = match.end()
        if depth == 0:
            return position
    return len(text)


def _value(value: Any) -> Any:
    """A notebook's value as the database takes it: numpy as numbers and lists, dicts as JSON."""
    if hasattr(value, "tolist") and not isinstance(value, bytes | memoryview):  # numpy and pandas, scalars included
        value = value.tolist()
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, set | frozenset | tuple | range):
        return [_value(item) for item in value]
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, PurePath):
        return str(value)
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value
