"""Big results: from PostgreSQL to a DataFrame through Arrow, column by column, without a Python object for each cell.

The dtypes are those of `tables.to_frame`.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.tables import TEXT, TIMESTAMP


def read(database: Database, text: str) -> pd.DataFrame:
    """The rows of one SELECT without parameters. Raises DatabaseError."""
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    try:
        # a connection of its own: the same login, so that row level security says the same
        with dbapi.connect(database.address()) as connection, connection.cursor() as cursor:
            cursor.execute(text)
            return to_frame(cursor.fetch_arrow_table())
    except Error as error:
        raise DatabaseError(
            f"reading many rows failed: {str(error).strip()}", hint="Try again, or ask for fewer: limit=…"
        ) from error


def to_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a DataFrame; uses the table up, so that its memory goes column by column."""
    columns: dict[str, Any] = {}
    count = table.num_rows
    for name in table.column_names:
        columns[name] = _series(table.column(0))
        table = table.remove_column(0)
    return pd.DataFrame(columns, index=pd.RangeIndex(count), copy=False)


def _series(column: pa.ChunkedArray) -> pd.Series[Any]:
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pd.Series(_lists(column), dtype=object)
    if pa.types.is_integer(kind):
        dtype: Any = "Int64" if column.null_count else "int64"
        nullable = pd.array(column.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get))
        return pd.Series(nullable, copy=False).astype(dtype)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        if TEXT is object:
            return pd.Series(column.to_pandas(), dtype=object)
        texts: pd.Series[Any] = column.to_pandas(types_mapper=lambda _: pd.StringDtype(na_value=np.nan))
        return texts
    series: pd.Series[Any] = column.to_pandas()
    return series.astype(TIMESTAMP) if pa.types.is_timestamp(kind) else series


def _lists(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """A fresh list for each row; equal texts in them are one object."""
    result = np.empty(len(column), dtype=object)
    texts: dict[str, str] = {}
    row = 0
    for chunk in column.chunks:
        flat = chunk.flatten().dictionary_encode()
        words = np.array([texts.setdefault(word, word) for word in flat.dictionary.to_pylist()] or [""], dtype=object)
        items = words[flat.indices.to_numpy(zero_copy_only=False)].tolist() if len(flat) else []
        ends = np.concatenate([[0], np.cumsum(chunk.value_lengths().fill_null(0).to_numpy(zero_copy_only=False))])
        for start, end in itertools.pairwise(ends.tolist()):
            result[row] = items[start:end]
            row += 1
    return result
