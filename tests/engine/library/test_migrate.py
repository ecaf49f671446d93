"""The migrations runner: each file once, in order, whole or not at all."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import migrate as runner
from studio_widgets.engine.library.migrate import migrate, migrations, pending


@pytest.fixture
def empty_url(server_dsn: str) -> Iterator[str]:
    """A database without anything in it."""
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two small migrations."""
    (tmp_path / "0001_first.sql").write_text("create table one (n int); insert into one values (1);")
    (tmp_path / "0002_second.sql").write_text("insert into one values (2); -- 100% and a ; in '%s'")
    (tmp_path / "notes.sql").write_text("this is none")
    return tmp_path


def numbers(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select n from one order by n").fetchall()]


def test_each_is_applied_once_and_in_order(empty_url: str, files: Path) -> None:
    assert pending(empty_url, files) == ["0001_first", "0002_second"]
    assert migrate(empty_url, files) == ["0001_first", "0002_second"]
    assert migrate(empty_url, files) == []
    assert pending(empty_url, files) == []
    assert numbers(empty_url) == [1, 2]


def test_a_later_file_is_applied_alone(empty_url: str, files: Path) -> None:
    migrate(empty_url, files)
    (files / "0003_third.sql").write_text("insert into one values (3)")
    assert migrate(empty_url, files) == ["0003_third"]
    assert numbers(empty_url) == [1, 2, 3]


def test_one_that_fails_is_rolled_back_whole_and_named(empty_url: str, files: Path) -> None:
    (files / "0003_third.sql").write_text("insert into one values (3); select 1 / 0;")
    with pytest.raises(DatabaseError, match=r"0003_third failed.*division by zero"):
        migrate(empty_url, files)
    assert numbers(empty_url) == [1, 2]
    (files / "0003_third.sql").write_text("insert into one values (30)")
    assert migrate(empty_url, files) == ["0003_third"], "it was not applied, so it may be corrected"


def test_an_edited_file_is_refused_before_anything_is_done(empty_url: str, files: Path) -> None:
    migrate(empty_url, files)
    (files / "0001_first.sql").write_text("create table two (n int)")
    (files / "0003_third.sql").write_text("insert into one values (3)")
    with pytest.raises(DatabaseError, match="0001_first was edited"):
        migrate(empty_url, files)
    assert numbers(empty_url) == [1, 2]


def test_a_database_newer_than_the_code_is_refused(empty_url: str, files: Path) -> None:
    migrate(empty_url, files)
    (files / "0002_second.sql").unlink()
    with pytest.raises(DatabaseError, match=r"newer.*0002_second.*Upgrade"):
        migrate(empty_url, files)


def test_runners_at_the_same_time_wait_for_one_another(empty_url: str, files: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as kernels:
        applied = list(kernels.map(lambda _: migrate(empty_url, files), range(4)))
    assert sorted(applied) == [[], [], [], ["0001_first", "0002_second"]]
    assert numbers(empty_url) == [1, 2]


def test_our_own_migrations_keep_the_rows_of_a_database_that_has_some_of_the_tables(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute(
            "create table profiles (id uuid primary key, name text not null default '',"
            " created_at timestamptz not null default now())"
        )
        connection.execute("insert into profiles (id, name) values (gen_random_uuid(), 'before')")
    assert migrate(empty_url) == [step.version for step in migrations()]
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select name from profiles").fetchall() == [("before",)]


def test_no_two_of_our_own_migrations_have_the_same_number() -> None:
    found = [step.version for step in migrations(runner.MIGRATIONS)]
    numbers = [version[:4] for version in found]
    assert numbers == sorted(set(numbers)), "two with one number: their order would be chance"
