"""SQL that only reads: one statement in a read-only transaction, as the login role that row level security knows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import psycopg

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library.database import Database, Params
from studio_widgets.engine.library.tables import to_frame

MOST_ROWS = 200_000  # some hundred MB as Python objects: more than that is a mistake more often than a wish


def read_only(database: Database, text: str, params: Params = None, most: int = MOST_ROWS) -> pd.DataFrame:
    """The result of one statement, rolled back afterwards. Ctrl-C cancels it on the server. See Library.sql."""
    if not text.strip():
        raise DatabaseError("the SQL is empty", hint="Write a SELECT.")
    with database.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("set transaction read only")
        try:
            return _bounded_frame(connection, text, params, most)
        except psycopg.errors.ReadOnlySqlTransaction as error:
            raise DatabaseError(
                "this SQL would change the database, and library.sql only reads",
                hint="Use library.update, library.tag or library.delete.",
            ) from error
        except psycopg.Error as error:
            raise DatabaseError(_server_words(error), where="SQL", hint=error.diag.message_hint or "") from error


def _bounded_frame(connection: psycopg.Connection[Any], text: str, params: Params, most: int) -> pd.DataFrame:
    """The rows of one statement as they arrive; DatabaseError where there are more than `most`, the rest unread."""
    with connection.cursor() as cursor:
        rows = []
        try:
            # A streamed statement is a single one: no second statement after a `;` can end our transaction.
            for row in cursor.stream(text, params):
                rows.append(row)
                if len(rows) > most:
                    raise DatabaseError(
                        f"the result has more than {most:,} rows, too many for a notebook",
                        where="SQL",
                        hint="Add a limit, count and group in SQL, or take library.files(), which is made for many.",
                    )
        except psycopg.ProgrammingError as error:
            if error.sqlstate is not None:
                raise
            # not the server's word: the statement ran, and gives no rows
        return to_frame(cursor, rows)


def _server_words(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).strip().partition("\n")[0]
