"""The migrations runner: numbered SQL files, each applied once, in order, in a transaction of its own.

Runners of several kernels wait for one another on an advisory lock. What was applied is kept with the hash of its file:
a file edited afterwards, or a database that knows migrations which we do not, is refused before anything is touched.

A file that begins with `-- requires: createrole` stays pending for a role that may not make roles: the studio then
works without row level security, and whoever may make roles migrates later.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec
import psycopg

from studio_widgets.engine.errors import DatabaseError

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_221_403  # any number that nobody else locks
_REQUIRES = b"-- requires: createrole"

_log = logging.getLogger(__name__)


class Migration(msgspec.Struct, frozen=True):
    """One SQL file: `version` is its name without the suffix, e.g. `0001_studio`."""

    version: str
    sql: bytes
    sha256: str

    @property
    def makes_roles(self) -> bool:
        """Whether it is only for a role that may make roles."""
        return self.sql.startswith(_REQUIRES)


def migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """All migrations of a folder, in order."""
    found = []
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        sql = path.read_bytes()
        found.append(Migration(path.stem, sql, hashlib.sha256(sql).hexdigest()))
    return found


def migrate(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Bring the database up to date; returns the versions that were applied now (none the second time).

    A login role without the right to migrate may open a database that is up to date. Raises DatabaseError, with nothing
    applied, for an edited file, a newer database, or such a role where something is due; a migration that fails is
    rolled back and named, those before it stay.
    """
    wanted = migrations(folder)
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            due = _due(connection, wanted)
            if not due:
                return []
            _require_rights(connection, due)
            connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
            _ensure_ledger(connection)
            return [_apply(connection, step) for step in _due(connection, wanted)]
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"the login role may not look into the database: {error.diag.message_primary}",
            hint="Its administrator lets it in: studio-widgets instructors add NAME.",
        ) from error
    except psycopg.Error as error:
        raise DatabaseError(f"cannot migrate the database: {str(error).strip()}") from error


def pending(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Versions that were not applied. Changes nothing."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return [step.version for step in _open(connection, migrations(folder))]


def _open(connection: psycopg.Connection, wanted: list[Migration]) -> list[Migration]:
    """Migrations that were not applied; refuses a database and files that do not fit together."""
    applied = _applied(connection)
    _refuse_mismatch(wanted, applied)
    return [step for step in wanted if step.version not in applied]


def _due(connection: psycopg.Connection, wanted: list[Migration]) -> list[Migration]:
    """Migrations to apply now, by this role."""
    steps = _open(connection, wanted)
    if any(step.makes_roles for step in steps) and not _may_make_roles(connection):
        held = [step.version for step in steps if step.makes_roles]
        _log.warning(
            "row level security is off: %s waits for a superuser, or the database's owner with CREATEROLE, to run"
            " studio-widgets migrate",
            ", ".join(held),
        )
        steps = [step for step in steps if not step.makes_roles]
    return steps


def _may_make_roles(connection: psycopg.Connection) -> bool:
    """Whether this role may make our roles (or use those that another database of the server made) and let them in."""
    row = connection.execute(_MAY_MAKE_ROLES).fetchone()
    return bool(row and row[0])


def _require_rights(connection: psycopg.Connection, due: list[Migration]) -> None:
    """DatabaseError that names who must migrate, when this role may not."""
    row = connection.execute(_RIGHTS).fetchone()
    if row is None or row[0]:
        return
    _, role, owner = row
    raise DatabaseError(
        f"the database lacks {', '.join(step.version for step in due)}, and the login role {role!r} may not migrate it",
        hint=f"Its administrator ({owner}) runs: studio-widgets migrate.",
    )


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
    """Hashes of the migrations that were applied, by version; of a database without a ledger, none."""
    known = connection.execute(
        "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'studio_migrations' and c.relname = 'applied'"
    )
    if not known.fetchall():
        return {}
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
            connection.execute(_SEARCH_PATH)
            connection.execute(step.sql)  # no parameters: the simple protocol takes many statements at once
            connection.execute(
                "insert into studio_migrations.applied (version, sha256) values (%s, %s)",
                (step.version, step.sha256),
            )
    except psycopg.Error as error:
        raise DatabaseError(
            f"migration {step.version} failed and was rolled back: {error.diag.message_primary or str(error).strip()}",
            hint=error.diag.message_hint or "Fix the cause; then run studio-widgets migrate.",
        ) from error
    return step.version


# Since PostgreSQL 16, CREATEROLE is a right over roles one has made, not over those of others.
_MAY_MAKE_ROLES = """
select me.rolsuper
    or (me.rolcreaterole
        and pg_has_role((select nspowner from pg_namespace where nspname = 'public'), 'usage')
        and not exists (
          select from pg_roles ours
           where ours.rolname in ('studio_owner', 'studio_app')
             and current_setting('server_version_num')::int >= 160000
             and not pg_has_role(ours.oid, 'member with admin option')))
  from pg_roles me where me.rolname = current_user
"""

# Whether the ledger may be written; else who owns it.
_RIGHTS = """
select case when ledger.oid is null then has_database_privilege(current_database(), 'create')
            else has_table_privilege(ledger.oid, 'insert') end,
       current_user::text,
       coalesce(nullif(pg_get_userbyid(ledger.relowner), 'studio_owner'), pg_get_userbyid(home.datdba))::text
  from pg_database home
  left join (pg_class ledger join pg_namespace n on n.oid = ledger.relnamespace and n.nspname = 'studio_migrations')
    on ledger.relname = 'applied'
 where home.datname = current_database()
"""

# Where our tables are, and the trigrams: not wherever a role's or a service's settings would look first.
_SEARCH_PATH = """
select set_config('search_path', concat_ws(', ', 'public', (
  select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
   where e.extname = 'pg_trgm' and n.nspname <> 'public')), false)
"""
