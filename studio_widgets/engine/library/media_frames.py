"""Media files as DataFrames: a few through psycopg, many through Arrow (ADBC), with the same columns and dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from psycopg import sql

from studio_widgets.engine.library import arrow_tables
from studio_widgets.engine.library.database import Connection, Database
from studio_widgets.engine.library.queries import Query, Sort
from studio_widgets.engine.library.tables import TEXT, to_frame

_MANY = 20_000  # rows: from here on a second connection and Arrow cost less than rows of Python objects

# what a cell sees of a row
FRAME_COLUMNS = {
    "id": "media_files.id::text",
    "name": "coalesce(name, '')",
    "kind": "media_kind",
    "duration_seconds": "duration_seconds",
    "width": "width",
    "height": "height",
    "file_size": "coalesce(file_size, 0)",
    "file_type": "coalesce(file_type, '')",
    "has_audio": "coalesce((studio_metadata -> 'probe' ->> 'hasAudio')::boolean, false)",
    "tags": "coalesce(tags, '{}')",
    "description": "coalesce(description, '')",
    "source_type": "coalesce(source_type, 'upload')",
    "sha256": "content_sha256",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
_FRAME = sql.SQL(", ").join(
    sql.SQL("{} as {}").format(sql.SQL(text), sql.Identifier(column)) for column, text in FRAME_COLUMNS.items()
)
DTYPES: dict[str, Any] = {"width": "Int64", "height": "Int64", "sha256": TEXT}
# of the table: an `id` alone would be the text that is shown of it, which no index sorts
ORDERS: dict[Sort, str] = {
    "newest": "created_at desc, media_files.id desc",
    "oldest": "created_at, media_files.id",
    "name": "sort_name, media_files.id",
    "name_desc": "sort_name desc, media_files.id desc",
    "longest": "coalesce(duration_seconds, 0) desc, media_files.id desc",
    "shortest": "coalesce(duration_seconds, 0), media_files.id",
    "largest": "coalesce(file_size, 0) desc, media_files.id desc",
    "smallest": "coalesce(file_size, 0), media_files.id",
}


def frame(database: Database, query: Query, limit: int | None = None) -> pd.DataFrame:
    """Matching files, in the order of the query."""
    statement = _statement(database.owner, query, limit)
    with database.connection() as connection:
        if (limit is None or limit > _MANY) and _are_many(connection, query):
            text = statement.as_string(connection)
        else:
            return to_frame(connection.execute(statement)).astype(DTYPES)
    return arrow_tables.read(database, text).astype(DTYPES)


def frame_of(connection: Connection, owner: str, ids: Sequence[str]) -> pd.DataFrame:
    """These files, in the order asked."""
    statement = sql.SQL(
        "select {} from media_files"
        " join unnest(%s::uuid[]) with ordinality as wanted (wanted_id, place) on id = wanted_id"
        " where instructor_id = %s order by place"
    ).format(_FRAME)
    return to_frame(connection.execute(statement, (list(ids), owner))).astype(DTYPES)


def _are_many(connection: Connection, query: Query) -> bool:
    """Whether so many files match that Arrow pays; counted just far enough."""
    row = connection.execute(
        "select more from studio_api.media_count(%s, %s, %s::text[], %s::text[], %s)",
        (query.kind, query.source_type, list(query.tags), query.words, _MANY),
    ).fetchone()
    return bool(row and row[0])


def _statement(owner: str, query: Query, limit: int | None) -> sql.Composed:
    """The SELECT, its values as literals: Arrow's driver reads in bulk only what has no parameters."""
    parts = [sql.SQL("instructor_id = {}::uuid").format(sql.Literal(owner))]
    if query.kind:
        parts.append(sql.SQL("media_kind = {}").format(sql.Literal(query.kind)))
    if query.source_type:
        parts.append(sql.SQL("source_type = {}").format(sql.Literal(query.source_type)))
    if query.is_search:
        parts.append(sql.SQL("id in ({})").format(_found(query, limit)))
    statement = sql.SQL("select {} from media_files where {} order by {}").format(
        _FRAME, sql.SQL(" and ").join(parts), sql.SQL(ORDERS[query.sort])
    )
    return statement if limit is None else statement + sql.SQL(" limit {}").format(sql.Literal(limit))


def _found(query: Query, limit: int | None) -> sql.Composed:
    """The ids that a search finds, through an index; no more than are wanted."""
    which = sql.SQL("{}::text, {}::text, {}::text[], {}::text[]").format(
        *map(sql.Literal, (query.kind, query.source_type, list(query.tags), query.words))
    )
    if limit is None:
        return sql.SQL("select studio_api.media_found({})").format(which)
    return sql.SQL("select p.id from studio_api.media_page({}, {}, null, null, 0, {}) p").format(
        which, sql.Literal(query.sort), sql.Literal(limit)
    )
