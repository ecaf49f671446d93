"""Who may bring a database up to date, and what those who may not are told."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import studio_widgets as sw
from studio_widgets import doctor
from studio_widgets.engine.library import instructors
from studio_widgets.engine.library import migrate as runner
from studio_widgets.engine.library.database import owner_id
from studio_widgets.engine.library.migrate import migrate, migrations, pending
from studio_widgets.engine.library.server import EmbeddedServer
from tests.engine.conftest import make_open_folder

ROW_SECURITY = "0005_row_security"


def test_an_owner_who_may_make_roles_sets_up_row_security(
    any_server_dsn: str, make_database: Callable[..., str], make_role: Callable[..., str]
) -> None:
    """No superuser: as services give it. The roles are there from other databases of the server."""
    owner = make_role("createrole")
    with psycopg.connect(any_server_dsn, autocommit=True) as connection:
        migrate(any_server_dsn)
        connection.execute(
            sql.SQL("grant studio_owner, studio_app to {} with admin option").format(sql.Identifier(owner))
        )
    url = make_conninfo(make_database(owner=owner), user=owner)
    assert migrate(url) == [step.version for step in migrations()]
    added = instructors.add(url, f"instructor-{uuid4().hex[:8]}")
    assert added.is_bound
    assert [one.role for one in instructors.instructors(url)] == [added.role]
    assert added.url is not None
    with psycopg.connect(added.url) as connection:
        assert connection.execute("select studio_api.uid()::text").fetchone() == (added.profile_id,)
        assert connection.execute("select count(*) from profiles").fetchone() == (1,)
    assert not instructors.remove(url, added.role).login_left


def test_the_first_to_make_the_roles_need_be_no_superuser(no_derived_files: None, tmp_path: Path) -> None:
    """A server of its own, on which the roles are not yet."""
    folder = make_open_folder()
    server = EmbeddedServer(folder)
    dsn = server.start()
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("create role owner login createrole")
            connection.execute("create database shared owner owner")
        url = make_conninfo(dsn, dbname="shared", user="owner")
        with sw.Studio(url, home=tmp_path / "home") as studio:  # works alone as before
            studio.project("Lesson")
            assert pending(url) == []
        added = instructors.add(url, "anna")
        assert added.url is not None
        with psycopg.connect(added.url) as connection:
            assert connection.execute("select count(*) from studio_projects").fetchone() == (0,)
        instructors.remove(url, "anna")
    finally:
        server.stop()
        shutil.rmtree(folder)


def test_without_the_right_to_make_roles_a_studio_works_alone_and_says_so(
    make_database: Callable[..., str],
    make_role: Callable[..., str],
    no_derived_files: None,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    owner = make_role()
    administrators_url = make_database(owner=owner)
    url = make_conninfo(administrators_url, user=owner)
    with caplog.at_level(logging.WARNING), sw.Studio(url, home=tmp_path / "home") as studio:
        studio.project("Lesson")
        assert list(studio.projects.list().title) == ["Lesson"]
    assert "row level security is off" in caplog.text
    assert pending(url) == [ROW_SECURITY]
    findings = {finding.what: finding for finding in doctor.examine(url, None, str(tmp_path / "home"))}
    assert (findings["rows"].state, findings["database"].state) == ("warning", "ok")
    assert f"{ROW_SECURITY} pending" in findings["rows"].detail
    with pytest.raises(sw.DatabaseError, match="everybody would see every row"):
        instructors.add(url, f"instructor-{uuid4().hex[:8]}")

    assert migrate(administrators_url) == [ROW_SECURITY]  # later, by whoever may
    added = instructors.add(administrators_url, owner, owner_id(owner))
    assert added.url is None
    with sw.Studio(url, home=tmp_path / "home") as studio:
        assert list(studio.projects.list().title) == ["Lesson"]
    instructors.remove(administrators_url, owner)


def test_a_login_that_may_not_migrate_opens_what_is_up_to_date_and_else_names_who_may(
    make_database: Callable[..., str], make_role: Callable[..., str], tmp_path: Path
) -> None:
    url = make_database()
    shutil.copytree(runner.MIGRATIONS, tmp_path / "later")
    (tmp_path / "later" / "9999_later.sql").write_text("create table later (n int)")
    migrate(url)
    added = instructors.add(url, f"instructor-{uuid4().hex[:8]}")
    assert added.url is not None
    assert migrate(added.url) == []
    with pytest.raises(
        sw.DatabaseError, match=rf"lacks 9999_later.*{added.role}.*\(studio\) runs: studio-widgets migrate"
    ):
        migrate(added.url, tmp_path / "later")
    assert migrate(url, tmp_path / "later") == ["9999_later"]
    instructors.remove(url, added.role)
    stranger = make_conninfo(url, user=make_role())
    with pytest.raises(sw.DatabaseError, match=r"may not look.*instructors add"):
        migrate(stranger)
