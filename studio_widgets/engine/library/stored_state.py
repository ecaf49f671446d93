"""What the database holds of a project when it is opened, and how it is said that the database does not answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from studio_widgets.engine.errors import DatabaseError, SchemaError
from studio_widgets.engine.library import journal_rows
from studio_widgets.engine.library.database import ConnectionLostError, Database
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import from_json, is_newer

_log = logging.getLogger(__name__)


def stored_state(database: Database, row: journal_rows.ProjectRow) -> tuple[int, Timeline]:
    """The newest revision that can be read without the journal, and its timeline.

    It is the snapshot, or what the project began with when that is damaged: the journal makes all else of it. Raises
    SchemaError when there is neither, and for a snapshot of a newer version of this package, which is not damaged.
    """
    try:
        return row.rev, from_json(row.state)
    except SchemaError as error:
        first = None
        if not is_newer(row.state):
            with answered(row.title), database.connection() as connection:
                first = journal_rows.first_state(connection, row.id)
        if first is None:
            raise
        _log.warning("the snapshot of project %r is damaged, the journal is replayed: %s", row.title, error)
        return 0, from_json(first)


@contextmanager
def answered(title: str) -> Iterator[None]:
    """Inside, a database that does not answer is a DatabaseError naming the project."""
    try:
        yield
    except (psycopg.Error, ConnectionLostError) as error:
        raise unreachable(title, error) from error


def unreachable(title: str, error: psycopg.Error | ConnectionLostError) -> DatabaseError:
    """What is raised for a project whose database does not answer."""
    return DatabaseError(
        f"the database did not answer: {str(error).strip() or type(error).__name__}",
        where=f"project {title!r}",
        hint="Nothing was changed; try again, or see `studio-widgets doctor`.",
    )
