"""Writing an edited DataFrame back: the changed cells of editable columns, in one transaction.

ids ──COPY──> temporary table ──> rows as they are, locked ──> compared ──> changes ──COPY──> one UPDATE
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from psycopg import sql

from studio_widgets.engine.errors import ConflictError, LibraryError
from studio_widgets.engine.library.catalog import as_uuid
from studio_widgets.engine.library.database import Connection, Database
from studio_widgets.engine.library.media_frames import FRAME_COLUMNS
from studio_widgets.engine.library.queries import clean_tags
from studio_widgets.engine.library.tables import to_frame

EDITABLE = ("name", "description", "tags")
Cells = list[Any]


def write_back(database: Database, owner: str, frame: pd.DataFrame) -> int:
    """Write changed cells of editable columns; how many rows changed. See Library.update."""
    ids = _ids(frame)
    if not ids:
        return 0
    columns = [column for column in FRAME_COLUMNS if column in frame.columns]
    with database.connection() as connection:
        now = _rows_now(connection, owner, ids, [*columns, "name"])
        _refuse_missing(frame, now)
        names = now["name"].tolist()
        changes: dict[str, dict[int, Any]] = {}
        for column in sorted(columns, key=lambda column: column != "updated_at"):  # who was late hears that first
            changes[column] = _changes(column, frame[column].tolist(), now[column].tolist(), names)
        rows = sorted(set().union(*changes.values()))
        if rows:
            edited = {column: changes[column] for column in EDITABLE if changes.get(column)}
            table = [[ids[row], *(cells.get(row) for cells in edited.values())] for row in rows]
            _write(connection, owner, list(edited), table)
    return len(rows)


def _ids(frame: pd.DataFrame) -> list[str]:
    """Ids of the rows, each once."""
    if "id" not in frame.columns:
        raise LibraryError("the DataFrame has no column id", hint="Edit what library.files() gave you.")
    ids = [as_uuid(str(value)) for value in frame["id"]]
    if None in ids or len(set(ids)) != len(ids):
        raise LibraryError("the column id was changed", hint="Ids are read-only, and each row stands once.")
    return [identity for identity in ids if identity is not None]


def _rows_now(connection: Connection, owner: str, ids: list[str], columns: list[str]) -> pd.DataFrame:
    """The rows as they are, in the order of the ids, locked until the transaction ends; `found` says if it is there."""
    connection.execute("create temporary table studio_edited (place integer, edited_id uuid) on commit drop")
    with connection.cursor().copy("copy studio_edited from stdin") as copy:
        for place, identity in enumerate(ids):
            copy.write_row((place, identity))
    connection.execute("analyze studio_edited")
    connection.execute(
        "select from media_files m join studio_edited on m.id = edited_id where m.instructor_id = %s"
        " order by m.id for update of m",  # in one order everywhere: nobody waits in a circle
        (owner,),
    )
    wanted = sql.SQL(", ").join(
        sql.SQL("{} as {}").format(sql.SQL(FRAME_COLUMNS[column]), sql.Identifier(column))
        for column in dict.fromkeys(columns)
    )
    statement = sql.SQL(
        "select media_files.id is not null as found, {} from studio_edited"
        " left join media_files on media_files.id = edited_id and instructor_id = %s order by place"
    )
    return to_frame(connection.execute(statement.format(wanted), (owner,)))


def _refuse_missing(frame: pd.DataFrame, now: pd.DataFrame) -> None:
    missing = np.flatnonzero(~now["found"].to_numpy())
    if len(missing):
        row = frame.iloc[missing[0]]
        raise ConflictError(
            "this media file is not in the library any more",
            where=str(row.get("name", row["id"])),
            hint="Take a new DataFrame: library.files().",
        )


def _changes(column: str, cells: Cells, now: Cells, names: list[str]) -> dict[int, Any]:
    """What to write, by row, of one column; refuses what must not change."""
    different = [row for row, (new, old) in enumerate(zip(cells, now, strict=True)) if not _same(new, old)]
    if column == "updated_at" and different:
        raise ConflictError(
            "somebody else changed this media file meanwhile",
            where=names[different[0]],
            hint="Take a new DataFrame, library.files(), and edit that.",
        )
    changes: dict[int, Any] = {}
    for row in different:
        value = _clean(column, cells[row], names[row])
        if _same(value, _clean(column, now[row], names[row])):
            continue
        if column not in EDITABLE:
            raise LibraryError(
                f"the column {column} is read-only",
                where=names[row],
                hint=f"Only {', '.join(EDITABLE)} can be changed; nothing was written.",
            )
        changes[row] = value
    return changes


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
