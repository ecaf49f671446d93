"""Databases that had tables of these names before us: every row and rule stays, and the studio works with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import studio_widgets as sw
from studio_widgets import doctor
from studio_widgets.engine.library import instructors
from studio_widgets.engine.library import migrate as runner
from studio_widgets.engine.library.migrate import migrate, migrations, pending

FIXTURES = Path(__file__).parent / "existing"
ANNA = "a0000000-0000-0000-0000-000000000001"
BORIS = "b0000000-0000-0000-0000-000000000002"
PYTHON = "c0000000-0000-0000-0000-000000000001"
ALL = [step.version for step in migrations()]
FILLED = {"created_at", "updated_at"}  # where they were empty


@pytest.fixture
def existing(empty_database: str) -> Callable[[str], str]:
    """Makes a database of one of the files in `existing/`."""

    def make(name: str) -> str:
        with psycopg.connect(empty_database) as connection:
            connection.execute((FIXTURES / f"{name}.sql").read_bytes())
        return empty_database

    return make


@pytest.fixture
def add_instructor() -> Iterator[Callable[..., str]]:
    """Makes a login for a profile, and gives its connection string."""
    made: list[tuple[str, str]] = []

    def add(url: str, profile: str) -> str:
        added = instructors.add(url, f"instructor-{uuid4().hex[:8]}", profile)
        made.append((url, added.role))
        assert added.url is not None
        return added.url

    yield add
    for url, role in made:
        instructors.remove(url, role)


@pytest.fixture
def open_studio(tmp_path: Path, no_derived_files: None) -> Iterator[Callable[[str], sw.Studio]]:
    opened: list[sw.Studio] = []

    def make(url: str) -> sw.Studio:
        opened.append(sw.Studio(url, home=tmp_path / f"home-{len(opened)}"))
        return opened[-1]

    yield make
    for studio in opened:
        studio.close()


def rows(url: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Every row of every table in schema public, by table and id."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        return {
            table: {
                row["id"]: row
                for (row,) in connection.execute(
                    sql.SQL("select to_jsonb(t) from {} t where to_jsonb(t) ? 'id'").format(sql.Identifier(table))
                )
            }
            for (table,) in tables
        }


def assert_kept(before: dict[str, dict[str, dict[str, Any]]], after: dict[str, dict[str, dict[str, Any]]]) -> None:
    for table, old_rows in before.items():
        for key, row in old_rows.items():
            now = after[table][key]
            for column, value in row.items():
                if value is None and column in FILLED:
                    assert now[column] is not None
                else:
                    assert (table, key, column, now[column]) == (table, key, column, value)


def through_gateway(url: str, user: str, *statements: str) -> list[Any]:
    """What a request of the web studio sees: its gateway logs in, takes a role, and says whose token it has checked."""
    seen = []
    with psycopg.connect(make_conninfo(url, user="authenticator")) as connection:
        connection.execute("set local role authenticated")
        connection.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps({"sub": user}),))
        for statement in statements:
            cursor = connection.execute(statement)
            seen.append(cursor.fetchall() if cursor.description else cursor.rowcount)
    return seen


WEB_READS = (
    "select id, email, full_name from profiles order by id",
    "select id, instructor_id, title, slug, description, price, is_published from courses order by id",
    "select id, instructor_id, name, description, tags, file_type, file_size, duration_seconds, backblaze_file_id,"
    " backblaze_url from media_files order by id",
    "select id, course_id, title, video_url, order_index, is_free from course_chapters order by id",
)


@pytest.mark.parametrize("name", ["web_studio", "no_row_security", "earlier_studio"])
def test_every_row_and_value_is_kept_and_migrating_again_does_nothing(
    existing: Callable[[str], str], name: str
) -> None:
    url = existing(name)
    before = rows(url)
    assert migrate(url) == ALL
    assert_kept(before, rows(url))
    assert migrate(url) == []
    assert pending(url) == []


def test_the_web_studio_sees_and_does_what_it_did(existing: Callable[[str], str]) -> None:
    url = existing("web_studio")
    before = [through_gateway(url, user, *WEB_READS) for user in (ANNA, BORIS)]
    migrate(url)
    assert [through_gateway(url, user, *WEB_READS) for user in (ANNA, BORIS)] == before
    # it writes as it did, knowing nothing of our columns
    through_gateway(
        url,
        ANNA,
        "insert into media_files (instructor_id, name, backblaze_file_id, backblaze_url)"
        f" values ('{ANNA}', 'new.mp4', 'b2-9', 'https://b2.example.org/new.mp4')",
        "update courses set title = 'Python 3' where slug = 'python'",
        "insert into course_chapters (course_id, title, video_url, order_index)"
        f" values ('{PYTHON}', 'Third', 'https://v/3', 9)",
        f"update course_chapters set order_index = order_index + 1 where course_id = '{PYTHON}'",
    )
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select title, order_index, position from course_chapters where course_id = %s order by position", (PYTHON,)
        ).fetchall()
    assert found == [("First", 1, 1), ("Second", 6, 6), ("Third", 10, 10)]
    assert through_gateway(url, ANNA, f"update media_files set name = 'x' where instructor_id = '{BORIS}'") == [0]


def test_the_web_studio_reaches_our_tables_through_its_gateway(existing: Callable[[str], str]) -> None:
    url = existing("web_studio")
    migrate(url)
    through_gateway(
        url,
        ANNA,
        "insert into studio_projects (id, instructor_id, title, timeline_state)"
        f" values (gen_random_uuid(), '{ANNA}', 'Hers', '{{}}')",
    )
    titles = "select title from studio_projects"
    assert through_gateway(url, ANNA, titles) == [[("Hers",)]]
    assert through_gateway(url, BORIS, titles) == [[]]
    with psycopg.connect(make_conninfo(url, user="authenticator")) as connection:
        connection.execute("set role anon")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(titles)


def test_an_instructor_works_with_the_rows_of_the_web_studio(
    existing: Callable[[str], str],
    add_instructor: Callable[..., str],
    open_studio: Callable[[str], sw.Studio],
    numbered_mp4: Path,
) -> None:
    url = existing("web_studio")
    migrate(url)
    login = add_instructor(url, ANNA)
    studio = open_studio(login)
    files = studio.library.files(sort="name")
    assert list(files.name) == ["", "talk.mp4"], "the other one is Boris's"
    assert list(files.tags) == [[], ["intro"]]
    page = studio.library.page()
    assert {file.source_type for file in page.files} == {"upload"}
    assert studio.library.thumbnail(files.id[1]) is None

    studio.library.tag(files, "old")
    assert list(studio.library.files(tags=["old"], sort="name").name) == ["", "talk.mp4"]
    added = studio.library.add(numbered_mp4)
    studio.library.delete(files)
    assert list(studio.library.files().id) == list(added.id)

    project = studio.project("Lesson", width=160, height=90)
    project.timeline.title("Hello", at=0, duration=5)
    course = studio.course("Python", "About loops")
    assert list(course.chapters.title) == ["First", "Second"]
    course.add_chapter(project, mode="both", progress=False)
    assert list(course.chapters.title) == ["First", "Second", "Lesson"]
    assert len(studio.courses()) == 2, "titles that are there twice stay so"
    assert studio.course("Brand new").chapters.empty
    with psycopg.connect(url) as connection:
        place = connection.execute("select order_index from course_chapters where title = 'Lesson'").fetchone()
    assert place == (6,), "after the last, in the web studio's own order"


def test_what_a_web_studio_believes_of_a_session_does_not_count_for_an_instructor(
    existing: Callable[[str], str], add_instructor: Callable[..., str]
) -> None:
    """Its policies trust a setting that its gateway makes. A cell can make it too."""
    url = existing("web_studio")
    migrate(url)
    login = add_instructor(url, ANNA)
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute("select set_config('request.jwt.claims', %s, false)", (json.dumps({"sub": BORIS}),))
        assert connection.execute("select auth.uid()::text").fetchone() == (BORIS,)
        for table in ("courses", "media_files"):
            query = sql.SQL("select distinct instructor_id::text from {}").format(sql.Identifier(table))
            assert connection.execute(query).fetchall() == [(ANNA,)]
        assert connection.execute("select id::text from profiles").fetchall() == [(ANNA,)]
        assert connection.execute("select distinct course_id::text from course_chapters").fetchall() == [(PYTHON,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("update profiles set is_admin = true")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("truncate media_files cascade")


def test_a_login_that_is_nobodys_is_told_which_profiles_there_are(
    existing: Callable[[str], str], tmp_path: Path
) -> None:
    url = existing("web_studio")
    with pytest.raises(sw.DatabaseError, match=rf"instructors add studio --profile ID, such as {ANNA} \(Anna\)"):
        sw.Studio(url, home=tmp_path / "home")
    with pytest.raises(sw.DatabaseError, match=r"belong to the users of a web studio.*boris@example.org"):
        instructors.add(url, f"instructor-{uuid4().hex[:8]}")
    with pytest.raises(sw.DatabaseError, match=r"no profile 'Anna'.*\(Anna\)"):
        instructors.add(url, f"instructor-{uuid4().hex[:8]}", "Anna")
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from profiles").fetchone() == (2,)
        assert connection.execute("select count(*) from pg_roles where rolname like 'instructor-%'").fetchone() == (0,)


def test_doctor_names_the_table_that_a_policy_for_everybody_asks(
    existing: Callable[[str], str], add_instructor: Callable[..., str], tmp_path: Path
) -> None:
    url = existing("web_studio")
    with psycopg.connect(url) as connection:
        connection.execute("create table staff (user_id uuid primary key)")
        connection.execute(
            "create policy staff on media_files using (exists (select from staff where user_id = auth.uid()))"
        )
    migrate(url)
    findings = {finding.what: finding for finding in doctor.examine(add_instructor(url, ANNA), None, str(tmp_path))}
    assert findings["rows"].state == "broken"
    assert "permission denied for table staff" in findings["rows"].detail
    assert "studio_app" in findings["rows"].hint


def test_tables_without_row_security_stay_open_to_their_own_application_and_to_nobody_else(
    existing: Callable[[str], str],
    add_instructor: Callable[..., str],
    open_studio: Callable[[str], sw.Studio],
    tmp_path: Path,
) -> None:
    url = existing("no_row_security")
    application = f"application_{uuid4().hex[:8]}"
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(application)))
        connection.execute(
            sql.SQL("grant all on all tables in schema public to {}").format(sql.Identifier(application))
        )
    try:
        migrate(url)
        with psycopg.connect(make_conninfo(url, user=application)) as connection:
            counts = [
                connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
                for table in ("profiles", "courses", "media_files", "course_chapters")
            ]
            assert counts == [(2,), (2,), (2,), (3,)]
            connection.execute("insert into courses values (gen_random_uuid(), null, 'Another')")
            connection.execute(
                "insert into course_chapters (id, course_id, title, video_url)"
                " values (gen_random_uuid(), %s, 'Last', 'https://v/9')",
                (PYTHON,),
            )
        login = add_instructor(url, ANNA)
        studio = open_studio(login)
        assert list(studio.library.files().name) == ["talk.mp4"]
        assert list(studio.course("Python").chapters.title) == ["Video", "Text only", "No place", "Last"]
        studio.library.tag("talk.mp4", "b")
        assert list(studio.library.files(tags="b").name) == ["talk.mp4"]
        with psycopg.connect(login) as connection:
            assert connection.execute("select count(*) from media_files").fetchone() == (1,)
        findings = {finding.what: finding for finding in doctor.examine(login, None, str(tmp_path / "doctor"))}
        assert findings["rows"].state == "warning"
        assert "course_chapters, courses, media_files, profiles had none before" in findings["rows"].detail
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "insert into course_chapters (id, course_id, title) values (gen_random_uuid(), %s, 'Empty')", (PYTHON,)
            )
    finally:
        with psycopg.connect(url) as connection:
            connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(application)))
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(application)))


def test_projects_and_takes_of_an_earlier_studio_are_ours_to_open_and_not_to_delete(
    existing: Callable[[str], str], add_instructor: Callable[..., str], open_studio: Callable[[str], sw.Studio]
) -> None:
    url = existing("earlier_studio")
    migrate(url)
    studio = open_studio(add_instructor(url, ANNA))
    project = studio.project("Old lesson")
    assert len(project.timeline.clips) == 1
    project.timeline.marker(3, "still works")
    assert list(studio.course("Python").chapters.title) == ["One", "Two"]
    studio.recordings.recover()  # deletes takes whose time is over: not this one, whose bytes are not ours
    assert len(studio.recordings.list()) == 1


def test_tables_that_are_no_studios_are_refused_in_words(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("create table courses (id bigint primary key, name text)")
    with pytest.raises(
        sw.DatabaseError, match=r"courses\.id uuid, courses\.instructor_id uuid, courses\.title.*of its own"
    ):
        migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (1,)


def test_tags_of_another_type_are_refused_in_words(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("create table media_files (id uuid primary key, instructor_id uuid, tags jsonb)")
    with pytest.raises(sw.DatabaseError, match=r"media_files\.tags is jsonb, not text\[\]"):
        migrate(empty_database)


def test_a_database_of_the_earlier_version_is_brought_up_to_date(empty_database: str, tmp_path: Path) -> None:
    for version in ("0001_studio", "0002_chapter_metadata"):
        shutil.copy(runner.MIGRATIONS / f"{version}.sql", tmp_path)
    migrate(empty_database, tmp_path)
    with psycopg.connect(empty_database) as connection:
        connection.execute("insert into profiles (id, name) values (%s, 'Anna')", (ANNA,))
        connection.execute(
            "insert into media_files (id, instructor_id, name, file_type, file_size)"
            " values (gen_random_uuid(), %s, 'talk.mp4', 'video/mp4', 7)",
            (ANNA,),
        )
    before = rows(empty_database)
    assert migrate(empty_database) == [
        version for version in ALL if version not in ("0001_studio", "0002_chapter_metadata")
    ]
    assert_kept(before, rows(empty_database))
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("select count(*) from studio_migrations.existing").fetchone() == (0,)
        assert connection.execute(
            "select distinct tableowner from pg_tables where schemaname = 'public'"
        ).fetchall() == [("studio_owner",)]


def test_trigrams_are_found_in_whatever_schema_they_are(existing: Callable[[str], str]) -> None:
    url = existing("web_studio")
    migrate(url)
    with psycopg.connect(url) as connection:
        schema = connection.execute(
            "select extnamespace::regnamespace::text from pg_extension where extname = 'pg_trgm'"
        ).fetchone()
        if schema is None:
            pytest.skip("this server has no pg_trgm")
        assert schema == ("extensions",)
        assert connection.execute("select to_regclass('media_files_search') is not null").fetchone() == (True,)
