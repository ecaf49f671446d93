"""Instructors of one database: made and removed by command, each with a studio of their own, none in another's way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from IPython.core.interactiveshell import InteractiveShell
from psycopg.conninfo import make_conninfo

import studio_widgets as sw
from studio_widgets import cli, doctor
from studio_widgets.engine.courses import chapters
from studio_widgets.engine.library.catalog import media_id
from studio_widgets.engine.library.database import owner_id
from studio_widgets.engine.library.projects import project_id
from studio_widgets.engine.library.server import EmbeddedServer
from tests.engine.conftest import make_open_folder
from tests.engine.library.conftest import Login, Shared


@pytest.fixture
def shared(share: Callable[[], Shared]) -> Shared:
    return share()


@pytest.fixture
def open_studio(tmp_path: Path, no_derived_files: None) -> Iterator[Callable[..., sw.Studio]]:
    """Opens the studio of a login; all share one folder for media bytes."""
    opened: list[sw.Studio] = []

    def make(login: Login) -> sw.Studio:
        opened.append(sw.Studio(login.url, storage=tmp_path / "storage", home=tmp_path / login.role))
        return opened[-1]

    yield make
    for studio in opened:
        studio.close()


def lesson(studio: sw.Studio, title: str = "Lesson") -> Any:
    project = studio.project(title, width=160, height=90)
    project.timeline.title(f"by {studio.library.owner}", at=0, duration=5)
    return project


# --- two of them ---------------------------------------------------------------------------------------------------------


def test_each_has_a_library_projects_and_courses_of_their_own(
    shared: Shared, open_studio: Callable[..., sw.Studio], numbered_video: Callable[..., Path], tmp_path: Path
) -> None:
    """The whole way, with the same titles, and even the same bytes: from adding a file to a published page."""
    same = numbered_video("same.mp4", 10)
    studios = [open_studio(shared.anna), open_studio(shared.boris)]
    for studio in studios:
        studio.library.add(same, name=f"{studio.library.owner}.mp4")
        project = lesson(studio)
        project.timeline.add(f"{studio.library.owner}.mp4", track="V1", at=5)
        chapter = studio.course("Course").add_chapter(project, progress=False)
        assert studio.library.get(chapter.media_file_id or "").source_type == "studio_export"
        published = studio.course("Course").publish(tmp_path / studio.library.owner, progress=False)
        assert published.chapters == 1
    for studio in studios:
        names = set(studio.library.files().name)
        assert names == {f"{studio.library.owner}.mp4", "Lesson.mp4"}
        assert list(studio.projects.list().title) == ["Lesson"]
        assert list(studio.courses().chapters) == [1]
        assert studio.library.page().total == 2
    a, b = studios
    assert set(a.library.files().id).isdisjoint(b.library.files().id)
    a.course("Course").delete_chapter(1)
    a.projects.delete("Lesson")
    a.library.delete(f"{a.library.owner}.mp4")
    assert b.library[f"{b.library.owner}.mp4"].path.is_file(), "the bytes are in use"
    assert lesson(b, "Another").timeline.clips


def test_cells_of_sql_see_and_change_ones_own_rows_only(
    shared: Shared, open_studio: Callable[..., sw.Studio], numbered_video: Callable[..., Path], shell: InteractiveShell
) -> None:
    anna = open_studio(shared.anna)
    anna.library.add(numbered_video("hers.mp4", 5))
    boris = open_studio(shared.boris)  # opened last: the one that cells ask
    assert boris.library.sql("select name from media_files").empty
    assert boris.library.sql("select set_config('request.jwt.claims', %s, true), name from media_files", ("{}",)).empty
    for statement in (
        f"update media_files set name = 'taken' where instructor_id = '{shared.anna.profile}'",
        "delete from media_files",
        "update media_files set name = 'taken' returning name",
    ):
        shell.run_cell_magic("media_sql", "--write", statement)
    for statement in (
        "set role studio_owner",
        "truncate media_files cascade",
        "select * from studio_api.identities",
        f"insert into courses (id, instructor_id, title) values (gen_random_uuid(), '{shared.anna.profile}', 'x')",
    ):
        with pytest.raises(sw.DatabaseError):
            shell.run_cell_magic("media_sql", "--write", statement)
        with pytest.raises(sw.DatabaseError):
            boris.library.sql(statement)
    assert list(anna.library.files().name) == ["hers.mp4"]
    assert anna.courses().empty


def test_nobody_can_sit_on_an_id_that_will_be_hers(
    shared: Shared, open_studio: Callable[..., sw.Studio], numbered_video: Callable[..., Path]
) -> None:
    """Ids follow from owner and content, so they can be foretold, and taken before she comes."""
    file = numbered_video("hers.mp4", 5)
    studio = open_studio(shared.anna)
    sha256 = studio.library.get(studio.library.add(file).id[0]).sha256
    studio.library.delete("hers.mp4")
    owner = shared.anna.profile
    course = chapters.course_id(owner, "Course")
    project = project_id(owner, "Lesson")
    with psycopg.connect(shared.boris.url) as boris:
        me = shared.boris.profile
        boris.execute(
            "insert into media_files (id, instructor_id, name, file_type, file_size, content_sha256)"
            " values (%s, %s, 'x', 'video/mp4', 1, %s)",
            (media_id(owner, sha256), me, sha256),
        )
        boris.execute("insert into courses (id, instructor_id, title) values (%s, %s, 'Course')", (course, me))
        boris.execute(
            "insert into studio_projects (id, instructor_id, title, timeline_state) values (%s, %s, 'Lesson', '{}')",
            (project, me),
        )
        for attempt in (0, 1):
            boris.execute(
                "insert into course_chapters (id, course_id, title, position, video_url) values (%s, %s, 'x', 1, 'x')",
                (
                    chapters.chapter_id(
                        chapters.course_id(owner, "Course", 1), project_id(owner, "Lesson", 1), attempt
                    ),
                    course,
                ),
            )
        boris.execute(
            "insert into studio_deleted_media (id, instructor_id, content) values (%s, %s, '{}')",
            (media_id(owner, sha256, 1), me),
        )
    again = studio.library.add(file, tags=["hers"])
    assert list(again.name) == ["hers.mp4"]
    assert list(studio.library.add(file, tags=["twice"]).tags) == [["hers", "twice"]], "the same bytes, the same row"
    handle = lesson(studio)
    handle.timeline.add("hers.mp4", track="V1", at=5)
    first = studio.course("Course").add_chapter(handle, mode="both", progress=False)
    assert studio.course("Course").add_chapter(handle, mode="both", progress=False).id == first.id
    assert len(studio.course("Course").chapters) == 1
    handle.timeline.marker(1, "stays")
    studio.close()
    reopened = open_studio(shared.anna)
    assert len(reopened.project("Lesson").timeline.clips) == 2
    with psycopg.connect(shared.boris.url) as boris:
        assert boris.execute("select name from media_files").fetchall() == [("x",)]
    reopened.course("Course").delete_chapter(1)
    reopened.projects.delete("Lesson")
    assert reopened.library.delete("hers.mp4") == 1


def test_a_deleted_file_whose_id_was_taken_is_not_lost(
    shared: Shared, open_studio: Callable[..., sw.Studio], numbered_video: Callable[..., Path]
) -> None:
    file = numbered_video("hers.mp4", 5)
    library = open_studio(shared.anna).library
    identity = library.add(file, tags=["kept"]).id[0]
    library.delete(identity)
    take = (
        "insert into media_files (id, instructor_id, name, file_type, file_size) values (%s, %s, 'x', 'video/mp4', 1)"
    )
    with psycopg.connect(shared.boris.url) as boris:
        boris.execute(take, (identity, shared.boris.profile))
    with pytest.raises(sw.MissingMediaError, match=r"hers\.mp4"):
        library.restore(identity)
    with psycopg.connect(shared.boris.url) as boris:
        boris.execute("delete from media_files")
    assert library.restore(identity) == 1
    assert list(library.files(tags="kept").id) == [identity]


# --- the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command as the administrator: exit code, what it printed, what it complained of."""
    monkeypatch.setenv("STUDIO_DATABASE_URL", shared.url)
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))

    def command(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_added_listed_removed_and_added_again(run: Any, shared: Shared, open_studio: Callable[..., sw.Studio]) -> None:
    name = f"Zoë O'Neill; {uuid4().hex[:8]}"
    code, out, err = run("instructors", "add", name)
    assert (code, err) == (0, "")
    url = re.search(r"STUDIO_DATABASE_URL=(\S+)", out)
    assert url is not None
    studio = open_studio(Login(name, owner_id(name), url[1]))
    assert studio.library.owner == owner_id(name)
    lesson(studio)
    studio.close()
    with psycopg.connect(shared.url) as connection:
        row = connection.execute("select rolpassword from pg_authid where rolname = %s", (name,)).fetchone()
    assert row is not None
    assert row[0].startswith("SCRAM-SHA-256$")

    code, out, _ = run("instructors", "add", name)
    assert code == 0
    assert "keeps its password" in out
    code, out, _ = run("instructors", "list")
    assert re.search(rf"{re.escape(name)}\s+{owner_id(name)}.*0 media files, 1 projects", out)
    assert shared.anna.role in out

    open_connection = psycopg.connect(url[1])
    assert open_connection.execute("select count(*) from studio_projects").fetchone() == (1,)
    open_connection.execute("create temporary table hers (n integer)")  # a role that owns something cannot be dropped
    open_connection.commit()
    code, out, _ = run("instructors", "remove", name)
    assert code == 0
    assert f"1 projects stay with profile {owner_id(name)}" in out
    with open_connection, pytest.raises(psycopg.Error):
        open_connection.execute("select 1 / count(*) from studio_projects")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(url[1])
    assert "STUDIO_DATABASE_URL=" in run("instructors", "add", name)[1], "a login again, with a new password"
    assert run("instructors", "remove", name)[0] == 0
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url[1])

    code, out, _ = run("instructors", "add", f"{name}2", "--profile", owner_id(name))
    url = re.search(r"STUDIO_DATABASE_URL=(\S+)", out)
    assert url is not None
    with psycopg.connect(url[1]) as connection:
        assert connection.execute("select title from studio_projects").fetchall() == [("Lesson",)]
    assert run("instructors", "remove", f"{name}2")[0] == 0


def test_the_embedded_server_takes_instructors_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_open_folder()
    monkeypatch.delenv("STUDIO_DATABASE_URL", raising=False)
    monkeypatch.setenv("STUDIO_HOME", str(folder))
    try:
        assert cli.main(["instructors", "add", "anna"]) == 0
        out = capsys.readouterr().out
        assert "until it stops" in out
        url = re.search(r"STUDIO_DATABASE_URL=(\S+)", out)
        assert url is not None
        with psycopg.connect(url[1]) as connection:
            assert connection.execute("select studio_api.uid()::text").fetchone() == (owner_id("anna"),)
    finally:
        EmbeddedServer(folder).stop()
        shutil.rmtree(folder)


def test_a_role_that_is_there_is_mapped_and_left(run: Any, shared: Shared, make_role: Callable[..., str]) -> None:
    role = make_role()
    assert "keeps its password" in run("instructors", "add", role)[1]
    with psycopg.connect(make_conninfo(shared.url, user=role)) as connection:
        assert connection.execute("select studio_api.uid()::text").fetchone() == (owner_id(role),)
    code, out, _ = run("instructors", "remove", role)
    assert code == 0
    assert "stays" in out
    with (
        psycopg.connect(make_conninfo(shared.url, user=role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select count(*) from media_files")


def test_what_cannot_be_is_said_and_changes_nothing(run: Any, shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    for words, reason in (
        (("add", "authenticator"), "cannot be called"),
        (("add", "pg_monitor"), "cannot be called"),
        (("add", "x" * 64), "cannot be called"),
        (("add", "somebody", "--profile", str(uuid4())), "no profile"),
        (("add", shared.anna.role, "--profile", shared.boris.profile), "already"),
        (("remove", "nobody"), "no instructor"),
    ):
        code, _, err = run("instructors", *words)
        assert code == 1
        assert reason in err
    monkeypatch.setenv("STUDIO_DATABASE_URL", shared.boris.url)
    code, _, err = run("instructors", "add", "helper")
    assert code == 1
    assert "may not administer" in err
    monkeypatch.setenv("STUDIO_DATABASE_URL", shared.url)
    listed = run("instructors", "list")[1]
    assert shared.anna.profile in listed
    assert "somebody" not in listed


def test_a_superuser_is_said_to_be_unbound(run: Any, make_role: Callable[..., str]) -> None:
    role = make_role("superuser")
    code, _, err = run("instructors", "add", role)
    assert code == 0
    assert f"does not bind {role}" in err
    assert run("instructors", "remove", role)[0] == 0


def test_doctor_says_whose_rows_a_login_sees(shared: Shared, tmp_path: Path) -> None:
    for url, words in (
        (shared.anna.url, rf"instructor {shared.anna.role} .*security on$"),
        (shared.url, "instructor studio .*does not bind this login"),
    ):
        findings = {finding.what: finding for finding in doctor.examine(url, None, str(tmp_path / "home"))}
        assert findings["rows"].state == "ok"
        assert re.search(words, findings["rows"].detail)
    with psycopg.connect(shared.url, autocommit=True) as connection:
        connection.execute("alter table media_files disable row level security")
    findings = {finding.what: finding for finding in doctor.examine(shared.anna.url, None, str(tmp_path / "home"))}
    assert findings["rows"].state == "warning"
    assert "off for media_files" in findings["rows"].detail
