"""Query results as DataFrames with good dtypes, the same in pandas 2 and 3.

timestamptz → datetime64[us, UTC]     numeric, float → float64      text, uuid → text      arrays → lists
integers → int64 (Int64 with nulls)   boolean → bool (boolean …)    jsonb → dicts, lists   interval → timedelta64
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import psycopg

TEXT: Any = "str" if int(pd.__version__.partition(".")[0]) >= 3 else object
TIMESTAMP: Any = "datetime64[us, UTC]"

_INTEGERS = {"int2", "int4", "int8", "oid"}
_FLOATS = {"float4", "float8", "numeric"}
_TEXTS = {"text", "varchar", "bpchar", "name", "uuid", "citext"}


def to_frame(cursor: psycopg.Cursor[Any], rows: list[tuple[Any, ...]] | None = None) -> pd.DataFrame:
    """All rows of an executed statement (or those fetched already); one without rows gives a frame without columns."""
    if cursor.description is None:
        return pd.DataFrame()
    if rows is None:
        rows = cursor.fetchall()
    types = psycopg.adapters.types
    columns: dict[str, Any] = {}
    for index, column in enumerate(cursor.description):
        info = types.get(column.type_code)
        scalar = info is not None and column.type_code == info.oid
        name = info.name if info is not None and scalar else ""
        series = as_series([row[index] for row in rows], name)
        columns[_unused(column.name, columns)] = series
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def as_series(values: list[Any], type_name: str) -> pd.Series[Any]:
    """Values of one column, by the name of their PostgreSQL type ("" : arrays, jsonb and anything else, as objects)."""
    missing = any(value is None for value in values)
    if type_name in _INTEGERS:
        return pd.Series(values, dtype="Int64" if missing else "int64")
    if type_name in _FLOATS:
        return pd.Series([None if value is None else float(value) for value in values], dtype="float64")
    if type_name == "bool":
        return pd.Series(values, dtype="boolean" if missing else "bool")
    if type_name in {"timestamptz", "timestamp"}:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True).astype(TIMESTAMP))
    if type_name == "interval":
        return pd.Series(values, dtype="timedelta64[us]")
    if type_name in _TEXTS:
        return pd.Series([None if value is None else str(value) for value in values], dtype=TEXT)
    return pd.Series(values, dtype=object)


def _unused(name: str, taken: dict[str, Any]) -> str:
    """A column name that is not taken: a join selects `id` twice, a dict keeps only one."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate
