"""DataFrames and the database: read with SQL, write edited rows back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import psycopg

from studio_widgets.engine.errors import ConflictError, DatabaseError, LibraryError
from studio_widgets.engine.library.catalog import Catalog, as_uuid
from studio_widgets.engine.library.database import Connection, Database, Params
from studio_widgets.engine.library.queries import clean_tags
from studio_widgets.engine.library.tables import to_frame

EDITABLE = ("name", "description", "tags")


def read_only(database: Database, text: str, params: Params = None) -> pd.DataFrame:
    """One statement in a read-only transaction, rolled back afterwards. See Library.sql."""
    if not text.strip():
        raise DatabaseError("the SQL is empty", hint="Write a SELECT.")
    with database.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("set transaction read only")
        try:
            # A prepared statement is a single one: no second statement after a `;` can end our transaction.
            return to_frame(connection.execute(text, params, prepare=True))
        except psycopg.errors.ReadOnlySqlTransaction as error:
            raise DatabaseError(
                "this SQL would change the database, and library.sql only reads",
                hint="Use library.update, library.tag or library.delete.",
            ) from error
        except psycopg.Error as error:
            raise DatabaseError(_server_words(error), where="SQL", hint=error.diag.message_hint or "") from error


def write_back(database: Database, catalog: Catalog, frame: pd.DataFrame) -> int:
    """Write changed cells of editable columns. See Library.update."""
    ids = _ids(frame)
    changed = 0
    with database.connection() as connection:
        now = _rows_now(connection, catalog, ids)
        ids_now = {identity: place for place, identity in enumerate(now["id"])}
        for position, identity in enumerate(ids):
            row = frame.iloc[position]
            if identity not in ids_now:
                raise ConflictError(
                    "this media file is not in the library any more",
                    where=str(row.get("name", identity)),
                    hint="Take a new DataFrame: library.files().",
                )
            changes = _changes(row, now.iloc[ids_now[identity]])
            if changes:
                catalog.edit(connection, identity, changes)
                changed += 1
    return changed


def _ids(frame: pd.DataFrame) -> list[str]:
    """Ids of the rows, each once."""
    if "id" not in frame.columns:
        raise LibraryError("the DataFrame has no column id", hint="Edit what library.files() gave you.")
    ids = [as_uuid(str(value)) for value in frame["id"]]
    if None in ids or len(set(ids)) != len(ids):
        raise LibraryError("the column id was changed", hint="Ids are read-only, and each row stands once.")
    return [identity for identity in ids if identity is not None]


def _rows_now(connection: Connection, catalog: Catalog, ids: list[str]) -> pd.DataFrame:
    """The rows as they are, locked until the transaction ends, by id."""
    connection.execute(
        "select from media_files where instructor_id = %s and id = any(%s::uuid[]) order by id for update",
        (catalog.owner, ids),
    )
    return catalog.frame_of(ids, connection)


def _changes(row: pd.Series[Any], now: pd.Series[Any]) -> dict[str, Any]:
    """What to write of a row; refuses what must not change."""
    name = str(now["name"])
    if "updated_at" in row.index and row["updated_at"] != now["updated_at"]:
        raise ConflictError(
            "somebody else changed this media file meanwhile",
            where=name,
            hint="Take a new DataFrame, library.files(), and edit that.",
        )
    changes: dict[str, Any] = {}
    for column in row.index.intersection(now.index):
        value = _clean(column, row[column], name)
        if value == _clean(column, now[column], name):
            continue
        if column not in EDITABLE:
            raise LibraryError(
                f"the column {column} is read-only",
                where=name,
                hint=f"Only {', '.join(EDITABLE)} can be changed; nothing was written.",
            )
        changes[column] = value
    return changes


def _clean(column: str, value: Any, where: str) -> Any:
    """A cell in a form that compares and that the database takes."""
    if column == "tags":
        return _tags(value, where)
    missing = value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
    if column == "description":
        return "" if missing else str(value)
    if column == "name":
        if missing or not isinstance(value, str) or not value.strip():
            raise LibraryError("a media file needs a name", where=where, hint="Write one; nothing was written.")
        return value
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


def _server_words(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).strip().partition("\n")[0]
