"""Big results: from PostgreSQL to a DataFrame through Arrow, column by column, without a Python object for each cell.

The dtypes are those of `tables.to_frame`.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.tables import TEXT, TIMESTAMP

_BATCH = 4_000_000  # bytes that the driver collects before we take them over


def read(database: Database, text: str) -> pd.DataFrame:
    """The rows of one SELECT without parameters. Raises DatabaseError."""
    return read_at(database.address(), text)


def read_at(address: str, text: str) -> pd.DataFrame:
    """`read` for one who holds a connection of the pool already and knows the server's address."""
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    try:
        # a connection of its own: the same login, so that row level security says the same
        with dbapi.connect(address) as connection, connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH)})
            cursor.execute(text)
            return to_frame(cursor.fetch_record_batch())
    except Error as error:
        raise DatabaseError(
            f"reading many rows failed: {str(error).strip()}", hint="Try again, or ask for fewer: limit=…"
        ) from error


def to_frame(batches: pa.RecordBatchReader) -> pd.DataFrame:
    """Arrow batches as a DataFrame, each brought into its last form as it arrives: nothing is held twice."""
    fields = list(batches.schema)
    parts: list[list[Any]] = [[] for _ in fields]
    texts: dict[str, str] = {}
    count = 0
    for batch in batches:
        count += batch.num_rows
        for part, column in zip(parts, batch.columns, strict=True):
            if pa.types.is_list(column.type):
                part.extend(_lists(column, texts))
            else:
                part.append(_own(column.cast(pa.large_string()) if pa.types.is_string(column.type) else column))
    columns: dict[str, Any] = {}
    for number, field in enumerate(fields):
        columns[field.name] = _series(parts[number], field.type)
        parts[number] = []
    return pd.DataFrame(columns, index=pd.RangeIndex(count), copy=False)


def _own(column: pa.Array) -> pa.Array:
    """A copy, just as large as it must be.

    The driver's buffers are freed all together or not at all. The system's allocator gives back what is freed at once.
    """
    return pa.concat_arrays([column, column.slice(0, 0)], memory_pool=pa.system_memory_pool())


def _series(part: list[Any], kind: pa.DataType) -> pd.Series[Any]:
    """The pieces of a column, put together."""
    if pa.types.is_list(kind):
        return pd.Series(part, dtype=object)
    column = pa.chunked_array(part, type=pa.large_string() if pa.types.is_string(kind) else kind)
    if pa.types.is_string(kind):
        mapper = None if TEXT is object else lambda _: pd.StringDtype(na_value=np.nan)
        texts: pd.Series[Any] = column.to_pandas(types_mapper=mapper)
        return texts.astype(TEXT)
    if pa.types.is_integer(kind):
        integers = column.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        return pd.Series(integers.astype("Int64" if column.null_count else "int64"))
    series: pd.Series[Any] = column.to_pandas()
    return series.astype(TIMESTAMP) if pa.types.is_timestamp(kind) else series


def _lists(column: pa.ListArray, texts: dict[str, str]) -> list[list[str]]:
    """A fresh list for each row; equal texts in them, and in `texts`, are one object."""
    flat = column.flatten().dictionary_encode()
    words = np.array([texts.setdefault(word, word) for word in flat.dictionary.to_pylist()] or [""], dtype=object)
    items = words[flat.indices.to_numpy(zero_copy_only=False)].tolist() if len(flat) else []
    lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    ends = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    with _no_collection():
        return [items[start:end] for start, end in itertools.pairwise(ends)]


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """A million new lists wake the collector of cycles again and again, for nothing: they hold texts only."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
