"""`%%media_sql`: variables are bound, reading is the rule, the result is a DataFrame."""

from __future__ import annotations

import datetime
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import psycopg
import pytest
from IPython.core.interactiveshell import InteractiveShell
from psycopg import sql
from psycopg.conninfo import make_conninfo

import studio_widgets as sw
from studio_widgets.engine.library.media_view import MediaFrame
from studio_widgets.sql_variables import bind


@pytest.fixture
def studio(database_url: str, tmp_path: Path, no_derived_files: None) -> Iterator[sw.Studio]:
    with sw.Studio(database_url, home=tmp_path / "home") as studio:
        for title in ("Lesson 1", "Lesson 2", "O'Brien's; drop table courses"):
            studio.project(title)
        yield studio


def ask(shell: InteractiveShell, query: str, line: str = "", **variables: Any) -> Any:
    shell.user_ns.update(variables)
    return shell.run_cell_magic("media_sql", line, query)


def test_a_query_gives_a_dataframe(shell: InteractiveShell, studio: sw.Studio) -> None:
    frame = ask(shell, "select title, timeline_rev from studio_projects order by title")
    assert list(frame.columns) == ["title", "timeline_rev"]
    assert list(frame.title) == ["Lesson 1", "Lesson 2", "O'Brien's; drop table courses"]


def test_variables_are_bound_and_never_pasted(shell: InteractiveShell, studio: sw.Studio) -> None:
    query = "select title from studio_projects where title = :wanted"
    assert list(ask(shell, query, wanted="O'Brien's; drop table courses").title) == ["O'Brien's; drop table courses"]
    assert ask(shell, query, wanted="x' or '1'='1").empty
    titles = pd.Series(["Lesson 1", "Lesson 2"])
    assert len(ask(shell, "select 1 from studio_projects where title = any(:titles)", titles=titles)) == 2


def test_a_line_is_enough_for_a_short_query(shell: InteractiveShell, studio: sw.Studio) -> None:
    shell.user_ns["limit"] = np.int64(2)
    frame = shell.run_line_magic("media_sql", "select title from studio_projects order by title limit :limit")
    assert len(frame) == 2


def test_the_result_can_go_to_a_variable(shell: InteractiveShell, studio: sw.Studio) -> None:
    for line in ("--out found", "-o found", "--out=found"):
        shell.user_ns.pop("found", None)
        assert ask(shell, "select 1 as one", line) is None
        assert list(shell.user_ns["found"].one) == [1]
    with pytest.raises(sw.LibraryError, match="not a variable name"):
        ask(shell, "select 1", "--out 1x")


def test_reading_is_the_rule_and_writing_is_asked_for(shell: InteractiveShell, studio: sw.Studio) -> None:
    change = "update studio_projects set description = :text where title = 'Lesson 1'"
    with pytest.raises(sw.StudioError):
        ask(shell, change, text="changed")
    with pytest.raises(sw.StudioError):
        ask(shell, "commit; delete from studio_projects")
    count = "select count(*) as n from studio_projects where description = 'changed'"
    assert list(ask(shell, count).n) == [0]
    heard: list[str] = []
    studio.library.subscribe(heard.append)
    assert ask(shell, change, "--write", text="changed").empty
    assert list(ask(shell, count).n) == [1]
    assert "library" in heard
    assert list(ask(shell, f"{change} returning title", "--write", text="again").title) == ["Lesson 1"]


def test_only_rows_of_the_login_are_seen_and_changed(
    shell: InteractiveShell, studio: sw.Studio, database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as connection:
        role = f"cell_{uuid4().hex[:8]}"
        connection.execute(sql.SQL("create role {} login in role studio_app").format(sql.Identifier(role)))
        connection.execute("insert into profiles (id, name) values ('00000000-0000-0000-0000-00000000000a', 'other')")
        connection.execute(
            "insert into studio_api.identities (role_name, instructor_id)"
            " values (%s, '00000000-0000-0000-0000-00000000000a')",
            (role,),
        )
    try:
        with sw.Studio(make_conninfo(database_url, user=role), home=tmp_path / "other"):
            assert ask(shell, "select * from studio_projects").empty
            assert ask(shell, "update studio_projects set title = 'mine' returning 1", "--write").empty
            assert ask(
                shell, "select * from studio_api.media_page(null, null, null, null, 'newest', null, null, 0, 9)"
            ).empty
    finally:
        with psycopg.connect(database_url) as connection:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interrupts are heard, as in every kernel; whatever started the tests in the background may have silenced them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupting_a_cell_cancels_its_statement(
    shell: InteractiveShell, studio: sw.Studio, database_url: str
) -> None:
    running = (
        "select count(*) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)%'"
    )
    interrupted = threading.Event()

    def interrupt() -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            while connection.execute(running + " and pid <> pg_backend_pid()").fetchone() == (0,):
                pass
        interrupted.set()
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        ask(shell, "select pg_sleep(600)")
    thread.join()
    assert interrupted.is_set()
    assert list(ask(shell, running + " and state = 'active' and pid <> pg_backend_pid()")["count"]) == [0]


@pytest.mark.long
def test_rows_of_media_files_are_shown_with_pictures(shell: InteractiveShell, studio: sw.Studio) -> None:
    studio.library.add(("a.png", np.zeros((8, 8, 3), dtype=np.uint8)))
    frame = ask(shell, "select id::text, name, file_size from media_files")
    assert isinstance(frame, MediaFrame)
    assert "MB" not in frame._repr_html_(), "no picture, and none of the columns that tell of media files"
    assert "MB" in ask(shell, "select id::text, name, media_kind as kind, file_size from media_files")._repr_html_()


def test_mistakes_are_named(shell: InteractiveShell, studio: sw.Studio) -> None:
    with pytest.raises(sw.LibraryError, match=":no_such_variable"):
        ask(shell, "select :no_such_variable")
    with pytest.raises(sw.StudioError, match="nonsense"):
        ask(shell, "select nonsense from studio_projects")
    with pytest.raises(sw.DatabaseError, match="nonsense"):
        ask(shell, "update nonsense set x = 1", "--write")
    with pytest.raises(sw.LibraryError, match="unknown option"):
        ask(shell, "select 1", "--frobnicate")
    with pytest.raises(sw.LibraryError, match="no statement"):
        ask(shell, "  ")


@pytest.mark.parametrize(
    "text",
    [
        "select '2020-01-01'::date",
        "select ':a', 'it''s :a'",
        "select E'it\\'s :a'",
        'select 1 as ":a"',
        "select $$ :a $$, $tag$ :a $$ :a $tag$",
        "select 1 -- :a\n",
        "select 1 /* :a /* :a */ :a */",
        "select (array[1,2,3])[1:2]",
        "select 5 % 2, 'a%'",
        "select 1 :: int",
        "select 'ends in a comment' /* :a",
    ],
)
def test_what_only_looks_like_a_variable_is_left_alone(text: str) -> None:
    assert bind(text, {}) == (text, {})


def test_variables_beside_casts_and_percent_signs() -> None:
    text, values = bind("select :a::int, ':a', 5 % :b, x like '%' -- 100% :c", {"a": 1, "b": 2})
    assert text == "select %(a)s::int, ':a', 5 %% %(b)s, x like '%%' -- 100%% :c"
    assert values == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        (np.float32(0.5), 0.5),
        (np.array([1, 2]), [1, 2]),
        ({"b"}, ["b"]),
        (range(3), [0, 1, 2]),
        (Path("a/b"), "a/b"),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (None, None),
        (b"raw", b"raw"),
        (datetime.date(2020, 1, 2), datetime.date(2020, 1, 2)),
        (pd.Timestamp("2020-01-02"), pd.Timestamp("2020-01-02")),
        (pd.Series([1.5, float("nan")]), [1.5, None]),
    ],
)
def test_values_of_a_notebook_become_values_of_the_database(value: Any, bound: Any) -> None:
    assert bind("select :value", {"value": value})[1] == {"value": bound}
