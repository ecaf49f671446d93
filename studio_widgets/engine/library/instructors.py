"""Who is an instructor: login roles of PostgreSQL and the profiles they stand for. For who administers a database.

    add("anna")  →  role anna (login, in studio_app)  →  studio_api.identities  →  profile  →  rows

Every function takes the connection string of an administrator: the role that migrated, or a superuser.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import profiles
from studio_widgets.engine.library.database import owner_id

Connection = psycopg.Connection[Any]

MEMBERS_OF = "studio_app"
# Roles that speak for many, or own what everybody uses: whoever they are mapped to, everybody would be.
_NOBODY = frozenset({"studio_owner", "studio_app", "anon", "authenticated", "authenticator", "service_role", "public"})
_LONGEST_NAME = 63  # bytes; PostgreSQL would cut it
_KEPT = ("sslmode", "sslrootcert", "channel_binding")  # settings of the administrator's connection that others need


class Instructor(msgspec.Struct, frozen=True, kw_only=True):
    """A login role and the profile whose rows it sees.

    `is_bound`: row level security binds it, as it does not superusers and owners. `can_login`: the role exists and may.
    """

    role: str
    profile_id: str
    name: str
    can_login: bool
    is_bound: bool
    media_files: int
    projects: int


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What `add` did. `url` is how the new login connects; None where the role was there and keeps its password."""

    role: str
    profile_id: str
    url: str | None
    is_bound: bool


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """What `remove` did. Rows stay with `profile_id`; `login_left`: the role was there before us and can log in."""

    role: str
    profile_id: str
    login_left: bool
    media_files: int
    projects: int


def add(dsn: str, name: str, profile: str | None = None) -> Added:
    """Make `name` an instructor: a new login role with a password, or a role that is there.

    `profile` is the id of a profile that is there; without it the instructor gets one whose id follows from the name.
    Raises DatabaseError, with nothing changed: no such profile, a role that speaks for many, a role that is another
    instructor, no right to make roles, row level security not set up.
    """
    _require_name(name)
    with _administering(dsn) as connection:
        url = _make_login(connection, dsn, name)
        identity = _profile(connection, name, profile)
        row = connection.execute(
            "insert into studio_api.identities (role_name, instructor_id, made_login) values (%s, %s, %s)"
            " on conflict (role_name) do update set made_login = identities.made_login or excluded.made_login"
            " returning instructor_id::text",
            (name, identity, url is not None),
        ).fetchone()
        if row is None or row[0] != identity:
            raise DatabaseError(
                f"the role {name!r} is the instructor of profile {row[0] if row else '?'} already",
                hint=f"Remove that first: studio-widgets instructors remove {name}.",
            )
        return Added(role=name, profile_id=identity, url=url, is_bound=_is_bound(connection, name))


def instructors(dsn: str) -> list[Instructor]:
    """All instructors, by role."""
    with _administering(dsn) as connection:
        found = connection.execute(
            "select i.role_name::text, i.instructor_id::text, coalesce(r.rolcanlogin, false)"
            " from studio_api.identities i left join pg_roles r on r.rolname = i.role_name order by 1"
        ).fetchall()
        return [
            Instructor(
                role=role,
                profile_id=identity,
                name=profiles.name_of(connection, identity) or "",
                can_login=can_login,
                is_bound=_is_bound(connection, role),
                **_counts(connection, identity),
            )
            for role, identity, can_login in found
        ]


def remove(dsn: str, name: str) -> Removed:
    """End an instructor's access, at once for open sessions too. A login role that `add` made goes; rows stay.

    Raises DatabaseError when `name` is no instructor.
    """
    with _administering(dsn) as connection:
        row = connection.execute(
            "delete from studio_api.identities where role_name = %s returning instructor_id::text, made_login", (name,)
        ).fetchone()
        if row is None:
            raise DatabaseError(f"{name!r} is no instructor", hint="See studio-widgets instructors list.")
        identity, made_login = row
        if _exists(connection, name):
            connection.execute(sql.SQL("revoke {} from {}").format(sql.Identifier(MEMBERS_OF), sql.Identifier(name)))
            if made_login:
                _end_login(connection, name)
        return Removed(role=name, profile_id=identity, login_left=not made_login, **_counts(connection, identity))


# --- inside -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _administering(dsn: str) -> Iterator[Connection]:
    """A transaction in a database where row level security is set up."""
    try:
        with psycopg.connect(dsn) as connection:
            known = connection.execute(
                "select to_regrole('studio_app') is not null and exists (select from pg_policies"
                " where tablename = 'media_files' and policyname = 'studio_select')"
            ).fetchone()
            if known is None or not known[0]:
                raise DatabaseError(
                    "row level security is not set up in this database, so everybody would see every row",
                    hint="A superuser, or its owner with CREATEROLE, runs: studio-widgets migrate.",
                )
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"this login role may not administer instructors: {_words(error)}",
            hint="Use --database with the URL of the role that migrated, or of a superuser.",
        ) from error
    except psycopg.Error as error:
        raise DatabaseError(f"nothing was changed: {_words(error)}") from error


def _require_name(name: str) -> None:
    reserved = name.lower() in _NOBODY or name.lower().startswith("pg_")
    if not name.strip() or "\0" in name or len(name.encode()) > _LONGEST_NAME or reserved:
        raise DatabaseError(
            f"an instructor's login cannot be called {name!r}", hint="Use a person's name, of at most 63 letters."
        )


def _make_login(connection: Connection, dsn: str, name: str) -> str | None:
    """See to it that the role exists, can log in, and is one of ours; the URL of a login made now."""
    role, ours = sql.Identifier(name), sql.Identifier(MEMBERS_OF)
    row = connection.execute("select rolcanlogin from pg_roles where rolname = %s", (name,)).fetchone()
    url = None
    if row is None or not row[0]:
        password = secrets.token_urlsafe(24)
        # As a verifier: the password itself must not stand in the server's log.
        verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        made = sql.SQL("create role") if row is None else sql.SQL("alter role")
        connection.execute(made + sql.SQL(" {} login password {}").format(role, sql.Literal(verifier)))
        url = _url(connection, dsn, name, password)
    connection.execute(sql.SQL("grant {} to {}").format(ours, role))
    return url


def _end_login(connection: Connection, name: str) -> None:
    """Drop the role, or where it has come to own things, keep it from logging in."""
    role = sql.Identifier(name)
    try:
        with connection.transaction():
            connection.execute(sql.SQL("drop role {}").format(role))
    except psycopg.errors.DependentObjectsStillExist:
        connection.execute(sql.SQL("alter role {} nologin").format(role))


def _profile(connection: Connection, name: str, wanted: str | None) -> str:
    """The id of the profile that is asked for, or of a new one."""
    if wanted is None:
        identity = owner_id(name)
        try:
            with connection.transaction():
                profiles.create(connection, identity, name)
        except psycopg.IntegrityError as error:
            raise DatabaseError(
                f"profiles here belong to the users of a web studio, and {name!r} is none: {_words(error)}",
                hint=f"Say whose rows these are: --profile ID. {_known(connection)}",
            ) from error
        return identity
    try:
        identity = str(UUID(wanted))
    except ValueError:
        identity = ""
    if not identity or profiles.name_of(connection, identity) is None:
        raise DatabaseError(f"there is no profile {wanted!r}", hint=_known(connection))
    return identity


def _known(connection: Connection) -> str:
    known = profiles.named(connection, 5)
    return f"Profiles here: {'; '.join(known)}." if known else "There is no profile yet: leave --profile away."


def _counts(connection: Connection, identity: str) -> dict[str, int]:
    row = connection.execute(
        "select (select count(*) from media_files where instructor_id = %(id)s),"
        " (select count(*) from studio_projects where instructor_id = %(id)s)",
        {"id": identity},
    ).fetchone()
    files, projects = row or (0, 0)
    return {"media_files": files, "projects": projects}


def _exists(connection: Connection, role: str) -> bool:
    return bool(connection.execute("select from pg_roles where rolname = %s", (role,)).fetchall())


def _is_bound(connection: Connection, role: str) -> bool:
    """Whether policies bind a role: not superusers, nor who is or may become the owner of a table."""
    row = connection.execute(
        "select not rolsuper and not rolbypassrls and not exists ("
        "   select from pg_policies p join pg_class c on c.oid = format('%%I.%%I', p.schemaname, p.tablename)::regclass"
        "    where p.policyname = 'studio_owner' and pg_has_role(r.oid, c.relowner, 'member'))"
        " from pg_roles r where rolname = %s",
        (role,),
    ).fetchone()
    return bool(row and row[0])


def _url(connection: Connection, dsn: str, name: str, password: str) -> str:
    """How a login connects to the database of this connection."""
    info = connection.info
    settings = {key: value for key, value in conninfo_to_dict(dsn).items() if key in _KEPT}
    login, database = f"{quote(name, safe='')}:{quote(password, safe='')}", quote(info.dbname, safe="")
    if info.host.startswith("/"):  # a socket's folder has no place among the names of machines
        place = {"host": info.host, "port": info.port, **settings}
        return f"postgresql://{login}@/{database}?{urlencode(place, quote_via=quote)}"
    host = f"[{info.host}]" if ":" in info.host else info.host
    tail = f"?{urlencode(settings, quote_via=quote)}" if settings else ""
    return f"postgresql://{login}@{host}:{info.port}/{database}{tail}"


def _words(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).strip()
