"""Finding media files: pages in every order and by every filter, words, phrases and misspelt words."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library import pages
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.queries import SORTS, Query, Sort
from studio_widgets.engine.timeline.model import MediaKind

_INSERT = """
insert into media_files (id, instructor_id, name, description, tags, file_type, file_size, duration_seconds, source_type,
                         created_at)
values (%(id)s, %(owner)s, %(name)s, %(description)s, %(tags)s, %(file_type)s, %(file_size)s, %(seconds)s, %(source)s,
        %(created_at)s)
"""
_KEYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "newest": lambda row: row["created_at"],
    "name": lambda row: row["name"].lower().encode(),
    "longest": lambda row: row["seconds"] or 0,
    "largest": lambda row: row["file_size"],
}
_REVERSED = {"oldest": "newest", "name_desc": "name", "shortest": "longest", "smallest": "largest"}
_DOWN = {"newest", "name_desc", "longest", "largest"}


def make_rows(owner: str, count: int) -> list[dict[str, Any]]:
    """Rows with many ties in everything they are sorted by."""
    draw = random.Random(3)
    return [
        {
            "id": UUID(int=draw.getrandbits(128)),
            "owner": owner,
            "name": f"{draw.choice(['Lecture', 'demo', 'Übung', 'a_b', 'outro'])} {draw.randrange(30)}",
            "description": draw.choice(["", "With Guests"]),
            "tags": draw.sample(["intro", "week 1", "raw", "final"], draw.randrange(4)),
            "file_type": draw.choice(["video/mp4", "video/mp4", "image/png", "audio/mpeg", "application/pdf"]),
            "file_size": draw.choice([0, 5, 5, 700]),
            "seconds": draw.choice([None, 1.5, 1.5, 0.1 + 0.2, 90.0]),
            "source": draw.choice(["upload", "upload", "studio_recording", "studio_export"]),
            "created_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
            + datetime.timedelta(microseconds=draw.randrange(count // 3)),
        }
        for _ in range(count)
    ]


@pytest.fixture
def rows(library: Library, database_url: str) -> list[dict[str, Any]]:
    made = make_rows(library.owner, 400)
    with psycopg.connect(database_url) as connection:
        connection.cursor().executemany(_INSERT, made)
        others = make_rows(str(uuid4()), 30)  # somebody else's, among them
        connection.execute("insert into profiles (id) values (%s)", (others[0]["owner"],))
        for row in others:
            row["id"] = uuid4()
        connection.cursor().executemany(_INSERT, others)
    return made


def expected(rows: list[dict[str, Any]], query: Query) -> list[str]:
    """The ids that a query finds, worked out the plain way."""

    def matches(row: dict[str, Any]) -> bool:
        text = f"{row['name']}\n{row['description']}\n" + "\n".join(row["tags"])
        return (
            (not query.kind or row["file_type"].startswith(query.kind + "/"))
            and (not query.source_type or row["source"] == query.source_type)
            and set(query.tags) <= set(row["tags"])
            and all(word.lower() in text.lower() for word in query.words)
        )

    key = _KEYS[_REVERSED.get(query.sort, query.sort)]
    found = [row for row in rows if matches(row)]
    found.sort(key=lambda row: (key(row), row["id"].bytes), reverse=query.sort in _DOWN)
    return [str(row["id"]) for row in found]


FILTERS = [
    {},
    {"kind": "video"},
    {"source_type": "studio_export"},
    {"kind": "audio", "source_type": "upload"},
    {"tags": ("intro",)},
    {"tags": ("raw", "intro"), "kind": "video"},
    {"search": "LECTURE 1"},
    {"search": "guests übung", "source_type": "upload"},
    {"search": '"with guests" a_b', "tags": ("final",)},
    {"search": "1"},
]


@pytest.mark.parametrize("sort", SORTS)
def test_every_page_of_every_sort_and_filter_is_what_it_should_be(
    library: Library, rows: list[dict[str, Any]], sort: str
) -> None:
    for chosen in FILTERS:
        query = Query(sort=sort, **chosen)  # type: ignore[arg-type]
        wanted = expected(rows, query)
        seen: list[str] = []
        for page in range(len(wanted) // 30 + 2):
            found = library.page(**chosen, sort=sort, page=page)  # type: ignore[arg-type]
            seen += [file.id for file in found.files]
            assert (found.total, found.capped, found.similar) == (len(wanted), False, False), chosen
        assert seen == wanted, chosen
        assert list(library.files(**chosen, sort=sort)["id"]) == wanted, chosen  # type: ignore[arg-type]
        assert list(library.files(**chosen, sort=sort, limit=7)["id"]) == wanted[:7], chosen  # type: ignore[arg-type]


@pytest.mark.parametrize("sort", ["newest", "shortest", "name_desc"])
def test_a_jump_lands_where_paging_would(
    library: Library, rows: list[dict[str, Any]], sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_STEP", 20)
    monkeypatch.setattr(pages, "_SEARCH_STEP", 20)
    for chosen in FILTERS:
        query = Query(sort=sort, **chosen)  # type: ignore[arg-type]
        wanted = expected(rows, query)
        for page in (len(wanted) // 7, 3, len(wanted) // 7 + 50, 0, len(wanted) // 14):
            found = library.page(**chosen, sort=sort, page=page, limit=7)  # type: ignore[arg-type]
            assert [file.id for file in found.files] == wanted[page * 7 : page * 7 + 7], (chosen, page)


def test_files_without_the_source_types_that_we_know_are_found_too(library: Library, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table media_files drop constraint media_files_source_type")
        connection.execute("alter table media_files alter source_type drop not null")
        for row, source in zip(make_rows(library.owner, 6), ["upload", "legacy", None] * 2, strict=True):
            connection.execute(_INSERT, row | {"source": source, "file_type": "video/mp4"})
    assert library.page(kind="video").total == len(library.page(kind="video").files) == 6
    assert library.page().total == 6
    assert len(library.files(kind="video")) == 6


@pytest.mark.parametrize(("sort", "kind"), [("newest", None), ("oldest", None), ("newest", "video"), ("name", None)])
def test_a_tag_of_long_ago_is_found_page_by_page(
    library: Library, database_url: str, sort: Sort, kind: MediaKind | None
) -> None:
    """Too far down to be met by walking, too frequent to be all sorted: its days say where to look."""
    made = make_rows(library.owner, 90)
    for number, row in enumerate(made):
        row["tags"] = ["old", "very old"] if number % 3 == 0 else ["old"]
        row["created_at"] = datetime.datetime(2019, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(
            hours=9 * (number // 2), microseconds=number % 2
        )
    with psycopg.connect(database_url) as connection:
        connection.cursor().executemany(_INSERT, made)
        connection.execute(
            "insert into media_files (id, instructor_id, name, tags, file_type, file_size, created_at)"
            " select gen_random_uuid(), %s, 'other ' || n, array['new'], 'video/mp4', 1, now() - n * interval '1 minute'"
            " from generate_series(1, 5000) n",
            (library.owner,),
        )
        # what has been changed is on its days as well
        connection.execute("update media_files set tags = tags || '{late}' where name = 'other 4900'")
    for tags in (("old",), ("old", "very old")):
        query = Query(kind=kind, tags=tags, sort=sort)
        pages_of_it = [library.page(kind=kind, tags=tags, sort=sort, page=page, limit=25) for page in range(4)]
        assert [file.id for page in pages_of_it for file in page.files] == expected(made, query)
    assert library.files(tags=["late"])["name"].tolist() == ["other 4900"]
    library.update(library.files(tags=["late"]).assign(tags=[["old", "moved"]]))
    assert [file.name for file in library.page(tags=["moved", "old"], sort=sort).files] == ["other 4900"]


def test_words_may_be_misspelt_where_nothing_matches(library: Library, rows: list[dict[str, Any]]) -> None:
    found = library.page(search="lectrue")
    assert found.similar
    assert {file.name.split()[0] for file in found.files} == {"Lecture"}
    assert found.total > 30
    second = library.page(search="lectrue", page=1)
    assert not {file.id for file in second.files} & {file.id for file in found.files}
    images = library.page(search="lectrue guest", kind="image").files
    assert images
    assert {file.kind for file in images} == {"image"}
    assert library.page(search="xyzzyqqq") == library.page(search="xyzzyqqq", page=3)
    assert (library.page(search="xyzzyqqq").total, library.page(search="xyzzyqqq").similar) == (0, False)
    assert not library.page(search="zqx").files, "three letters are too few to guess at"
    assert library.files(search="lectrue").empty, "cells get what they ask for"


def test_searching_works_without_trigrams(library: Library, rows: list[dict[str, Any]], database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("drop extension pg_trgm cascade")
    query = Query(search="lecture 1", sort="name")
    assert list(library.files(search="lecture 1", sort="name")["id"]) == expected(rows, query)
    assert library.page(search="lecture 1").total == len(expected(rows, query))
    assert library.page(search="lectrue").total == 0


def test_trigrams_may_live_in_another_schema(library: Library, rows: list[dict[str, Any]], database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("create schema extensions")
        connection.execute("alter extension pg_trgm set schema extensions")
    assert not library.page(search="lectrue").files, "a schema that is closed to us"
    with psycopg.connect(database_url) as connection:
        connection.execute("grant usage on schema extensions to studio_owner")
    library.notify("library")
    assert library.page(search="lectrue").similar


def test_counting_stops_somewhere(library: Library, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into media_files (id, instructor_id, name, file_type, file_size, tags)"
            " select gen_random_uuid(), %s, 'file ' || n || case when n %% 5 = 0 then ' often' else '' end, 'image/png', n,"
            " case when n = 7000 then '{once}'::text[] else '{}' end from generate_series(1, 12000) n",
            (library.owner,),
        )
    assert [(page.total, page.capped) for page in (library.page(), library.page(kind="image"))] == [(10_000, True)] * 2
    often = library.page(search="often")
    assert often.capped
    assert 30 <= often.total < 2400
    assert (library.page(tags="once").total, library.page(tags="once").capped) == (1, False)
    assert (library.page(search="file 7777").total, library.page(search="file 7777").capped) == (
        len(library.files(search="file 7777")),
        False,
    )
    last = library.page(page=399)
    assert (len(last.files), last.total) == (30, 12_000)
    assert not library.page(page=400).files


def test_what_was_counted_is_counted_again_when_the_library_changes(
    library: Library, rows: list[dict[str, Any]]
) -> None:
    assert library.page(tags="new").total == 0
    library.tag(library.files(limit=3), "new")
    assert library.page(tags="new").total == 3


def test_words_that_mean_nothing_are_refused(library: Library, database_url: str) -> None:
    with pytest.raises(LibraryError, match="no sort 'random'"):
        library.page(sort="random")
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.InvalidParameterValue):
        connection.execute(
            "select * from studio_api.media_page(null, null, null, null, 'id; drop table media_files', null, null, 0, 9)"
        )


def test_odd_searches_do_no_harm(library: Library, rows: list[dict[str, Any]]) -> None:
    everything = library.page().total
    assert library.page(search=' \0 ""').total in (0, everything)
    assert library.page(search='"').total == 0
    assert library.page(search="%").total == library.page(search="\\").total == 0
    assert library.page(search="word " * 5000).total == 0
    assert library.page(search="LECTURE " * 5000).total == library.page(search="lecture").total


def test_frequent_tags_come_first(library: Library, rows: list[dict[str, Any]]) -> None:
    counts = {tag: sum(tag in row["tags"] for row in rows) for tag in ("intro", "week 1", "raw", "final")}
    assert library.tags() == sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    assert len(library.tags(2)) == 2
