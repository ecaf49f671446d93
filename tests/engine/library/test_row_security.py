"""Two instructors, one database: whatever SQL the one sends, the other's rows are neither seen nor changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from studio_widgets.engine.library.catalog import media_id
from tests.engine.library.attacks import ATTACKS, TABLES
from tests.engine.library.conftest import Login, Shared

SECRET = "what only Anna knows"
READ_ALL = "; ".join(f"select * from {table}" for table in (*TABLES, "profiles", "studio_assets"))
STATE = """
select 'roles', array(select (m.roleid::regrole, m.member::regrole)::text from pg_auth_members m order by 1)::text
union all select 'policies', array(select p::text from pg_policies p order by 1)::text
union all select 'routines', array(select p.oid::regprocedure || md5(prosrc) || proacl::text from pg_proc p
                                    where pronamespace in ('public'::regnamespace, 'studio_api'::regnamespace)
                                    order by 1)::text
union all select 'tables', array(select c.oid::regclass::text || c.relowner || c.relrowsecurity || c.relforcerowsecurity
                                        || coalesce(c.relacl::text, '') from pg_class c
                                  where relnamespace in ('public'::regnamespace, 'studio_api'::regnamespace)
                                  order by 1)::text
union all select 'identities', array(select i::text from studio_api.identities i order by 1)::text
union all select 'passwords', array(select rolpassword from pg_authid order by 1)::text
"""


@pytest.fixture(scope="module")
def shared(share: Callable[[], Shared]) -> Shared:
    """A database with rows of both in every table."""
    database = share()
    fill(database.anna, SECRET)
    fill(database.boris, "what Boris has")
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("analyze")
    return database


def fill(login: Login, word: str) -> None:
    """Rows in every table, written by the instructor's own login."""
    values = {"me": login.profile, "word": word, **ids(login)}
    with psycopg.connect(login.url) as connection:
        for statement in (
            "insert into media_files (id, instructor_id, name, description, tags, file_type, file_size, content_sha256,"
            " storage_key) values (%(media)s, %(me)s, %(word)s, %(word)s, array[%(word)s], 'video/mp4', 1, %(word)s,"
            " 'sha256/' || %(word)s)",
            "insert into courses (id, instructor_id, title) values (%(course)s, %(me)s, %(word)s)",
            "insert into studio_projects (id, instructor_id, title, timeline_state, related_course_id,"
            " exported_media_file_id) values (%(project)s, %(me)s, %(word)s,"
            " jsonb_build_object('clips', jsonb_build_array(jsonb_build_object('id', 'clip-1', 'source',"
            " jsonb_build_object('mediaFileId', %(media)s::uuid)))), %(course)s, %(media)s::uuid)",
            "insert into studio_project_edits (project_id, rev, op, args, forward, backward, echo)"
            " values (%(project)s, 1, 'marker', '{}', '{}', '{}', %(word)s)",
            "insert into studio_imports (project_id, token) values (%(project)s, %(word)s)",
            "insert into course_chapters (id, course_id, title, position, media_file_id, studio_project_id)"
            " values (%(chapter)s, %(course)s, %(word)s, 1, %(media)s, %(project)s)",
            "insert into studio_recordings (id, instructor_id, studio_project_id, name, track_type, mime_type,"
            " media_file_id) values (%(take)s, %(me)s, %(project)s, %(word)s, 'screen', 'video/webm', %(media)s)",
            "insert into studio_deleted_media (id, instructor_id, content)"
            " values (%(deleted)s, %(me)s, jsonb_build_object('name', %(word)s::text))",
        ):
            connection.execute(statement, values)


def ids(login: Login) -> dict[str, str]:
    """Ids of the rows of `fill`: computed, as the library's are."""
    names = ("media", "course", "project", "chapter", "take", "deleted")
    return {name: media_id(login.profile, name) for name in names}


def rows_but_of(database: Shared, login: Login) -> list[Any]:
    """Every row that is not this instructor's, and what says who may do what, as the superuser sees it."""
    with psycopg.connect(database.url) as connection:
        state: list[Any] = connection.execute(STATE).fetchall()
        for table in TABLES:
            condition = {
                "course_chapters": "course_id in (select id from courses where instructor_id = %s)",
                "studio_project_edits": "project_id in (select id from studio_projects where instructor_id = %s)",
                "studio_imports": "project_id in (select id from studio_projects where instructor_id = %s)",
            }.get(table, "instructor_id = %s")
            query = sql.SQL("select t::text from {} t where not ({}) order by 1").format(
                sql.Identifier(table), sql.SQL(condition)
            )
            state.append((table, connection.execute(query, (login.profile,)).fetchall()))
        state.append(connection.execute("select p::text from profiles p order by 1").fetchall())
        return state


def everything_said(login: Login, script: str, values: dict[str, Any] | None = None) -> str:
    """Runs statements one by one, each going on after the errors of those before; every row, notice and error as text."""
    said: list[str] = []
    with psycopg.connect(login.url, autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        for statement in script.split("; "):
            try:
                if statement.lower().startswith("copy") and "to stdout" in statement.lower():
                    with connection.cursor().copy(statement, values) as copy:
                        said += [bytes(part).decode() for part in copy]
                    continue
                cursor = connection.execute(statement, values)
                while True:
                    if cursor.description is not None:
                        said += [str(row) for row in cursor.fetchall()]
                    if not cursor.nextset():
                        break
            except psycopg.Error as error:
                said.append(f"{error} {error.diag.message_detail} {error.diag.context}")
    return "\n".join(said)


def filled(template: str, shared: Shared) -> str:
    quoted = {name: sql.Identifier(getattr(shared, name).role).as_string() for name in ("anna", "boris")}
    return template.format(
        anna=shared.anna.profile,
        boris=shared.boris.profile,
        anna_role=quoted["anna"],
        boris_role=quoted["boris"],
        anna_name=shared.anna.role,
        **ids(shared.anna),
    )


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_an_attack_gets_nothing_and_changes_nothing(shared: Shared, attack: str) -> None:
    before = rows_but_of(shared, shared.boris)
    said = everything_said(shared.boris, filled(ATTACKS[attack], shared) + "; rollback; " + READ_ALL)
    assert SECRET not in said
    assert rows_but_of(shared, shared.boris) == before


def test_her_own_login_reads_it_all(shared: Shared) -> None:
    """The tests above can fail: the same statements, by Anna's own login, find her rows in every table."""
    said = everything_said(shared.anna, READ_ALL)
    assert said.count(SECRET) > len(TABLES)
    for name in ("a function that tells", "copying out", "an error that tells", "other ways to read"):
        assert SECRET in everything_said(shared.anna, filled(ATTACKS[name], shared)), name


HOSTILE = (
    [
        ("select id::text from studio_api.media_page(null, null, '{}', '{}', %s, null, null, 0, 100)", sort)
        for sort in ("newest", "name", "m.name) from media_files m --", "newest'; drop table media_files; --")
    ]
    + [
        (
            "select id::text from studio_api.media_page(%s, 'upload', array[%s], array['%%'], 'name', %s, null, 0, 9)",
            text,
        )
        for text in ("video' or true --", "$1", "') or true --", "video")
    ]
    + [
        ("select id::text from studio_api.media_page(null, null, null, null, 'newest', %s, null, -1, 2000000000)", "x"),
        (
            "select id::text from studio_api.media_page(null, null, null, null, 'newest', null, null, 0, 2000000000)",
            None,
        ),
        ("select media_found::text from studio_api.media_found(null, null, '{}', array[%s])", "only Anna"),
        ("select media_found::text from studio_api.media_found(null, null, '{}', array[%s])", "%"),
        ("select id::text from studio_api.media_ladder(null, null, '{}', array[%s], 'oldest', 1)", "what"),
        ("select media_similar::text from studio_api.media_similar(null, null, '{}', array[%s], 100)", "anna"),
        ("select matching::text from studio_api.media_count(null, null, '{}', array[%s], 100)", "only Anna"),
        ("select own_courses::text from studio_api.own_courses()", None),
        ("select studio_api.media_where(null, null, %s)", "true"),
        ("select studio_api.media_condition('{}', array[%s])", "x"),
    ]
)


@pytest.mark.parametrize(("query", "argument"), HOSTILE)
def test_functions_that_run_as_the_owner_answer_for_whoever_calls(
    shared: Shared, query: str, argument: str | None
) -> None:
    """Whatever they are given, what they give is the caller's, or an error; parts of them cannot be called."""
    allowed = {ids(shared.boris)["media"], ids(shared.boris)["course"], "0"}
    count = query.count("%s")
    with psycopg.connect(shared.boris.url) as connection:
        try:
            said = {row[0] for row in connection.execute(query, [argument] * count if count else None)}
        except psycopg.Error as error:
            said = set(re.findall(r"[0-9a-f-]{36}", str(error)))
    assert said <= allowed


@pytest.mark.parametrize(
    "statement",
    [
        "insert into course_chapters (id, course_id, title, position, media_file_id)"
        " values (gen_random_uuid(), %(own_course)s, 'x', 2, %(media)s)",
        "insert into course_chapters (id, course_id, title, position, studio_project_id)"
        " values (gen_random_uuid(), %(own_course)s, 'x', 2, %(project)s)",
        "update course_chapters set media_file_id = %(media)s",
        "update studio_projects set related_course_id = %(course)s",
        "update studio_projects set exported_media_file_id = %(media)s",
        "update studio_recordings set studio_project_id = %(project)s",
        "update studio_recordings set media_file_id = %(media)s",
    ],
)
def test_a_row_cannot_refer_to_hers_and_so_keep_her_from_deleting_it(shared: Shared, statement: str) -> None:
    values = {**ids(shared.anna), "own_course": ids(shared.boris)["course"]}
    with (
        psycopg.connect(shared.boris.url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level"),
    ):
        connection.execute(statement, values)


def test_an_id_that_is_taken_and_one_that_is_free_answer_alike(shared: Shared) -> None:
    """A reference to hers and one to nothing are refused in the same words: ids cannot be tried out."""
    words = set()
    for media in (ids(shared.anna)["media"], str(uuid4())):
        with psycopg.connect(shared.boris.url) as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute("update course_chapters set media_file_id = %s", (media,))
        words.add(refused.value.diag.message_primary)
    assert len(words) == 1


def test_pasting_rows_is_refused_by_the_server(shared: Shared) -> None:
    """COPY into a table with row level security never works; nothing of ours relies on it."""
    with psycopg.connect(shared.boris.url) as connection, pytest.raises(psycopg.errors.FeatureNotSupported):  # noqa: SIM117
        with connection.cursor().copy(
            "copy media_files (id, instructor_id, name, file_type, file_size) from stdin"
        ) as copy:
            copy.write_row((str(uuid4()), shared.anna.profile, "x", "video/mp4", 1))


def test_a_login_that_is_no_instructor_sees_nothing(shared: Shared) -> None:
    role = f"nobody_{uuid4().hex[:8]}"
    with psycopg.connect(shared.url, autocommit=True) as administrator:
        administrator.execute(sql.SQL("create role {} login in role studio_app").format(sql.Identifier(role)))
        try:
            login = Login(role, "", make_conninfo(shared.url, user=role))
            said = everything_said(login, "; ".join(f"select * from {table}" for table in (*TABLES, "profiles")))
            assert said == ""
            said = everything_said(login, filled(ATTACKS["claims in a setting"], shared) + "; " + READ_ALL)
            assert SECRET not in said
        finally:
            administrator.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


def test_row_security_is_forced_on_every_table_of_ours(shared: Shared) -> None:
    with psycopg.connect(shared.url) as connection:
        tables = connection.execute(
            "select relname, relrowsecurity and relforcerowsecurity, pg_get_userbyid(relowner) from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind = 'r'"
        ).fetchall()
    assert {name for name, _, _ in tables} == {*TABLES, "profiles"}, "a new table needs policies, and a test here"
    assert all(forced and owner == "studio_owner" for _, forced, owner in tables)
    for table in (*TABLES, "profiles"):
        with psycopg.connect(shared.url) as connection:
            found = connection.execute("select cmd from pg_policies where tablename = %s", (table,)).fetchall()
        assert {"SELECT", "INSERT", "UPDATE", "DELETE"} <= {command for (command,) in found}


@pytest.mark.parametrize(
    "query",
    [
        "select * from media_files where instructor_id = %(me)s order by created_at desc, id desc limit 30",
        "select * from media_files where instructor_id = %(me)s and (created_at, id) < (now(), %(me)s)"
        " order by created_at desc, id desc limit 30",
        "select * from media_files where instructor_id = %(me)s and source_type = 'upload' and media_kind = 'video'"
        " order by sort_name, id limit 30",
        "select * from studio_project_edits where project_id = %(me)s and rev > 3 order by rev",
    ],
)
def test_pages_come_from_an_index_all_the_same(shared: Shared, query: str) -> None:
    """Policies add conditions, not a walk over everybody's rows."""
    with psycopg.connect(shared.anna.url) as connection:
        connection.execute("set enable_seqscan = off")  # the tables are small
        connection.execute("set enable_bitmapscan = off")
        plan = [row[0] for row in connection.execute("explain " + query, {"me": shared.anna.profile}).fetchall()]
    scanned = [line for line in plan if "Scan" in line and ("media_files" in line or "studio_project_edits" in line)]
    assert scanned, plan
    assert all("Index" in line for line in scanned), plan
    assert not any("Sort" in line for line in plan), plan
