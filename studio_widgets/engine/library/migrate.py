"""The migrations runner: numbered SQL files, each applied once, in order, in a transaction of its own.

Runners of several kernels wait for one another on an advisory lock. What was applied is kept with the hash of its file:
a file edited afterwards, or a database that knows migrations which we do not, is refused before anything is touched.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import psycopg

from studio_widgets.engine.errors import DatabaseError

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_221_403  # any number that nobody else locks


class Migration(msgspec.Struct, frozen=True):
    """One SQL file: `version` is its name without the suffix, e.g. `0001_studio`."""

    version: str
    sql: bytes
    sha256: str


def migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """All migrations of a folder, in order."""
    found = []
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        sql = path.read_bytes()
        found.append(Migration(path.stem, sql, hashlib.sha256(sql).hexdigest()))
    return found


def migrate(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Bring the database up to date; returns the versions that were applied now (none the second time).

    Raises DatabaseError, with nothing applied, for an edited file or a newer database; a migration that fails is rolled
    back and named, those before it stay.
    """
    wanted = migrations(folder)
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
            _ensure_ledger(connection)
            applied = _applied(connection)
            _refuse_mismatch(wanted, applied)
            return [_apply(connection, step) for step in wanted if step.version not in applied]
    except psycopg.Error as error:
        raise DatabaseError(f"cannot migrate the database: {str(error).strip()}") from error


def pending(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Versions that `migrate` would apply. Changes nothing."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        known = connection.execute("select to_regclass('studio_migrations.applied') is not null").fetchone()
        applied: dict[str, str] = {}
        if known and known[0]:
            applied = _applied(connection)
        _refuse_mismatch(migrations(folder), applied)
    return [step.version for step in migrations(folder) if step.version not in applied]


def _ensure_ledger(connection: psycopg.Connection) -> None:
    """The table that knows what was applied, in a schema of its own beside whatever the database holds."""
    if connection.execute("select to_regclass('studio_migrations.applied')").fetchone() != (None,):
        return
    with connection.transaction():
        connection.execute("create schema if not exists studio_migrations")
        connection.execute(
            "create table if not exists studio_migrations.applied (version text primary key, sha256 text not null,"
            " applied_at timestamptz not null default now())"
        )


def _applied(connection: psycopg.Connection) -> dict[str, str]:
    """Hashes of the migrations that were applied, by version."""
    rows = connection.execute("select version, sha256 from studio_migrations.applied").fetchall()
    return dict(rows)


def _refuse_mismatch(wanted: list[Migration], applied: dict[str, str]) -> None:
    """Refuse a database that is newer than this code, and files that were edited after they were applied."""
    if newer := sorted(set(applied) - {step.version for step in wanted}):
        raise DatabaseError(
            f"the database is newer than this studio-widgets: it has {', '.join(newer)}",
            hint="Upgrade the package: pip install -U studio-widgets.",
        )
    for step in wanted:
        if applied.get(step.version, step.sha256) != step.sha256:
            raise DatabaseError(
                f"migration {step.version} was edited after it was applied",
                hint="Restore the file as it was and put the change into a new migration.",
            )


def _apply(connection: psycopg.Connection, step: Migration) -> str:
    """Apply one migration and note it, both or neither."""
    try:
        with connection.transaction():
            connection.execute(step.sql)  # no parameters: the simple protocol takes many statements at once
            connection.execute(
                "insert into studio_migrations.applied (version, sha256) values (%s, %s)",
                (step.version, step.sha256),
            )
    except psycopg.Error as error:
        raise DatabaseError(
            f"migration {step.version} failed and was rolled back: {str(error).strip()}",
            hint="Fix the cause; then run studio-widgets migrate.",
        ) from error
    return step.version
