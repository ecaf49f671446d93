"""Servers of the oldest and the newest PostgreSQL we know, and databases that two instructors share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from PIL import Image
from psycopg import sql
from psycopg.conninfo import make_conninfo

from studio_widgets.engine.library import instructors
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.migrate import migrate
from studio_widgets.engine.library.server import EmbeddedServer
from tests.engine.conftest import make_open_folder

OLDEST = Path("/usr/lib/postgresql/15/bin")


@dataclass(frozen=True)
class Login:
    """An instructor's login: role, profile, connection string."""

    role: str
    profile: str
    url: str


@dataclass(frozen=True)
class Shared:
    """A migrated database and its two instructors. `url` is the administrator's, a superuser."""

    url: str
    anna: Login
    boris: Login


@pytest.fixture(scope="session")
def server_15_dsn() -> Iterator[str]:
    """A server of PostgreSQL 15, where the system has one."""
    if not (OLDEST / "postgres").exists():
        pytest.skip(f"PostgreSQL 15 is not in {OLDEST}")
    folder = make_open_folder()
    server = EmbeddedServer(folder)
    # only while it starts: other tests choose their programs themselves
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "STUDIO_POSTGRES_BIN", str(OLDEST))
        dsn = server.start()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")
        yield dsn  # connected all the while: a server that nobody uses for some minutes stops itself
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "STUDIO_POSTGRES_BIN", str(OLDEST))
        server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session", params=["newest", "15"])
def any_server_dsn(request: pytest.FixtureRequest) -> str:
    """Each of the two servers in turn."""
    return str(request.getfixturevalue("server_dsn" if request.param == "newest" else "server_15_dsn"))


@pytest.fixture(scope="session")
def make_database(any_server_dsn: str) -> Iterator[Callable[..., str]]:
    """Makes empty databases, `make_database(owner="role")`; gives their connection strings as the superuser."""
    made: list[str] = []

    def make(owner: str | None = None) -> str:
        made.append(f"made_{uuid4().hex[:12]}")
        with psycopg.connect(any_server_dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(made[-1])))
            if owner is not None:
                connection.execute(
                    sql.SQL("alter database {} owner to {}").format(sql.Identifier(made[-1]), sql.Identifier(owner))
                )
        return make_conninfo(any_server_dsn, dbname=made[-1])

    yield make
    with psycopg.connect(any_server_dsn, autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def empty_database(make_database: Callable[..., str]) -> str:
    """A database without anything in it, on each server."""
    return make_database()


@pytest.fixture(scope="session")
def share(make_database: Callable[..., str]) -> Iterator[Callable[[], Shared]]:
    """Makes databases with two instructors."""
    made: list[tuple[str, str]] = []

    def make() -> Shared:
        url = make_database()
        migrate(url)
        logins = []
        for name in ("anna", "boris"):
            added = instructors.add(url, f"{name}-{uuid4().hex[:8]}")
            assert added.url is not None
            made.append((url, added.role))
            logins.append(Login(added.role, added.profile_id, added.url))
        return Shared(url, *logins)

    yield make
    for url, role in made:
        instructors.remove(url, role)


@pytest.fixture
def make_role(any_server_dsn: str) -> Iterator[Callable[..., str]]:
    """Makes login roles: `make_role("createrole")` gives the name of one."""
    made: list[str] = []

    def make(*options: str) -> str:
        made.append(f"role_{uuid4().hex[:8]}")
        with psycopg.connect(any_server_dsn, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create role {} login {}").format(sql.Identifier(made[-1]), sql.SQL(" ".join(options)))
            )
        return made[-1]

    yield make
    with psycopg.connect(any_server_dsn, autocommit=True) as connection:
        databases = connection.execute("select datname from pg_database where datallowconn").fetchall()
    for name in made:
        for (database,) in databases:
            with psycopg.connect(make_conninfo(any_server_dsn, dbname=database), autocommit=True) as connection:
                connection.execute(sql.SQL("reassign owned by {} to studio").format(sql.Identifier(name)))
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))
        with psycopg.connect(any_server_dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


@pytest.fixture
def add(library: Library, tmp_path: Path) -> Callable[..., str]:
    """Adds a picture of its own under a name; returns its id."""
    count = 0

    def make(name: str, **details: object) -> str:
        nonlocal count
        count += 1
        picture = Image.new("RGB", (4 + count, 3), (count, 0, 0))
        return str(library.add((name, picture), **details)["id"].iloc[0])

    return make
