"""Writing an edited DataFrame back: the changed cells of editable columns, in one transaction.

transaction begins ──> rows read ──> compared ──> changes ──COPY──> one UPDATE, refused if a row changed meanwhile
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql

from studio_widgets.engine.errors import ConflictError, LibraryError
from studio_widgets.engine.library import arrow_tables
from studio_widgets.engine.library.catalog import as_uuid
from studio_widgets.engine.library.database import Connection, Database
from studio_widgets.engine.library.media_frames import DTYPES, FRAME_COLUMNS
from studio_widgets.engine.library.queries import clean_tags
from studio_widgets.engine.library.tables import to_frame

EDITABLE = ("name", "description", "tags")
_MANY = 5_000  # rows, from which on a connection of its own for them pays
_ATTEMPTS = 3
_MEANWHILE = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)


def write_back(database: Database, owner: str, frame: pd.DataFrame) -> int:
    """Write changed cells of editable columns; how many rows changed. See Library.update."""
    ids = _ids(frame)
    if not ids:
        return 0
    address = database.address() if len(ids) > _MANY else None
    for _ in range(_ATTEMPTS):
        try:
            with database.connection() as connection:
                return _written(connection, address, owner, ids, frame)
        except _MEANWHILE:  # who changed what, if it matters, the next look at the rows tells
            continue
    raise ConflictError(
        "others keep changing these media files", hint="Take a new DataFrame, library.files(), and edit that."
    )


def _written(connection: Connection, address: str | None, owner: str, ids: list[str], frame: pd.DataFrame) -> int:
    """One attempt, in a transaction that began before the rows were read.

    Nothing is locked while cells are compared: a row that somebody changes after the transaction began cannot be
    written in it any more (SerializationFailure).
    """
    connection.execute("set transaction isolation level repeatable read")
    connection.execute("set local work_mem = '64MB'")  # many rows are joined, and words indexed, in one go
    connection.execute("set local gin_pending_list_limit = '64MB'")
    connection.execute("select 1")  # a transaction begins with its first question, not with its settings
    columns = [column for column in FRAME_COLUMNS if column in frame.columns]
    now = _rows_now(connection, address, owner, ids, [*columns, "name"], frame)
    names = now["name"]
    changes: dict[str, dict[int, Any]] = {}
    for column in sorted(columns, key=lambda column: column != "updated_at"):  # who was late hears that first
        changes[column] = _changes(column, frame[column], now[column], names)
    rows = sorted(set().union(*changes.values()))
    if rows:
        edited = {column: changes[column] for column in EDITABLE if changes.get(column)}
        _write(
            connection,
            owner,
            list(edited),
            [[ids[row], *(cells.get(row) for cells in edited.values())] for row in rows],
        )
    return len(rows)


def _ids(frame: pd.DataFrame) -> list[str]:
    """Ids of the rows, each once."""
    if "id" not in frame.columns:
        raise LibraryError("the DataFrame has no column id", hint="Edit what library.files() gave you.")
    ids = [as_uuid(str(value)) for value in frame["id"]]
    if None in ids or len(set(ids)) != len(ids):
        raise LibraryError("the column id was changed", hint="Ids are read-only, and each row stands once.")
    return [identity for identity in ids if identity is not None]


def _rows_now(
    connection: Connection, address: str | None, owner: str, ids: list[str], columns: list[str], frame: pd.DataFrame
) -> pd.DataFrame:
    """The rows as they are, in the order of the ids; refuses what is not there. Many come from `address`, by Arrow."""
    wanted = sql.SQL(", ").join(
        sql.SQL("{} as {}").format(sql.SQL(FRAME_COLUMNS[column]), sql.Identifier(column))
        for column in dict.fromkeys(["id", *columns])
    )
    statement = sql.SQL("select {} from media_files where id = any ({}::uuid[]) and instructor_id = {}").format(
        wanted, sql.Literal("{" + ",".join(ids) + "}"), sql.Literal(owner)
    )
    if address is None:
        now = to_frame(connection.execute(statement))
    else:
        now = arrow_tables.read_at(address, statement.as_string(connection))
    places = pd.Index(now["id"]).get_indexer(pd.Index(ids))
    if (places < 0).any():
        row = frame.iloc[int(np.argmax(places < 0))]
        raise ConflictError(
            "this media file is not in the library any more",
            where=str(row.get("name", row["id"])),
            hint="Take a new DataFrame: library.files().",
        )
    now = now.astype({column: dtype for column, dtype in DTYPES.items() if column in now.columns})
    return now.take(places).reset_index(drop=True)


def _changes(column: str, cells: pd.Series[Any], now: pd.Series[Any], names: pd.Series[Any]) -> dict[int, Any]:
    """What to write, by row, of one column; refuses what must not change."""
    different = _different(cells, now)
    if column == "updated_at" and different:
        raise ConflictError(
            "somebody else changed this media file meanwhile",
            where=names.iloc[different[0]],
            hint="Take a new DataFrame, library.files(), and edit that.",
        )
    changes: dict[int, Any] = {}
    those = (part.iloc[different].tolist() for part in (cells, now, names))
    for row, new, old, name in zip(different, *those, strict=True):
        value = _clean(column, new, name)
        if _same(value, _clean(column, old, name)):
            continue
        if column not in EDITABLE:
            raise LibraryError(
                f"the column {column} is read-only",
                where=name,
                hint=f"Only {', '.join(EDITABLE)} can be changed; nothing was written.",
            )
        changes[row] = value
    return changes


def _different(cells: pd.Series[Any], now: pd.Series[Any]) -> list[int]:
    """The rows of two columns that may not be the same: at a glance where pandas knows what they hold."""
    if cells.dtype == now.dtype and cells.dtype != object:
        cells = cells.reset_index(drop=True)
        equal = cells.eq(now).fillna(False).to_numpy(dtype=bool) | (cells.isna() & now.isna()).to_numpy(dtype=bool)
        return [int(row) for row in np.flatnonzero(~equal)]
    return [row for row, (new, old) in enumerate(zip(cells.tolist(), now.tolist(), strict=True)) if not _same(new, old)]


def _same(one: Any, other: Any) -> bool:
    """Whether two cells are the same; missing values are."""
    if one is other:
        return True
    try:
        if one == other:
            return True
    except (TypeError, ValueError):  # an array in a cell: compared when it was made a list
        return False
    return _is_missing(one) and _is_missing(other)


def _is_missing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _clean(column: str, value: Any, where: str) -> Any:
    """A cell in a form that compares and that the database takes."""
    if column == "tags":
        return _tags(value, where)
    missing = _is_missing(value)
    if column == "description":
        return "" if missing else str(value)
    if column == "name":
        if missing or not isinstance(value, str) or not value.strip():
            raise LibraryError("a media file needs a name", where=where, hint="Write one; nothing was written.")
        return value
    if column == "id":
        return as_uuid(str(value))
    return None if missing else value


def _tags(value: Any, where: str) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise LibraryError(
            f"tags must be a list of texts, not {value!r}", where=where, hint='Write ["intro", "week 1"].'
        )
    tags = list(value)
    if not all(isinstance(tag, str) for tag in tags):
        raise LibraryError(f"tags must be texts, not {tags!r}", where=where, hint='Write ["intro", "week 1"].')
    return clean_tags(tags)


def _write(connection: Connection, owner: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Write the changes: in each row the id, then the cells of these columns, None for what stays."""
    connection.execute(
        "create temporary table studio_changes (id uuid, name text, description text, tags text[]) on commit drop"
    )
    names = sql.SQL(", ").join(map(sql.Identifier, ["id", *columns]))
    with connection.cursor().copy(sql.SQL("copy studio_changes ({}) from stdin").format(names)) as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute("analyze studio_changes")
    # Columns that nobody changed are not set: what the table computes from them is not computed again.
    cells = sql.SQL(", ").join(
        sql.SQL("{0} = coalesce(new.{0}, m.{0})").format(sql.Identifier(column)) for column in columns
    )
    connection.execute(
        sql.SQL(
            "update media_files m set {}, updated_at = clock_timestamp()"
            " from studio_changes new where m.id = new.id and m.instructor_id = %s"
        ).format(cells),
        (owner,),
    )
