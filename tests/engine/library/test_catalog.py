"""Looking at the library and changing rows: DataFrames, pages, SQL, update, tag, delete."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import pandas as pd
import psycopg
import pytest

from studio_widgets.engine.errors import DatabaseError, LibraryError, MissingMediaError
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.timeline.model import MediaFileSource, TitleSource


def names(frame: pd.DataFrame) -> list[str]:
    return list(frame["name"])


# --- looking -----------------------------------------------------------------------------------------------------


def test_files_come_newest_first_with_good_types(library: Library, add: Callable[..., str], numbered_mp4: Path) -> None:
    add("a.png", tags=["x"])
    library.add(numbered_mp4)
    frame = library.files()
    assert names(frame) == ["numbered.mp4", "a.png"]
    types = {column: str(frame[column].dtype) for column in frame}
    assert types["created_at"] == types["updated_at"] == "datetime64[us, UTC]"
    assert types["width"] == types["height"] == "Int64"
    assert (types["duration_seconds"], types["file_size"], types["has_audio"]) == ("float64", "int64", "bool")
    assert frame["tags"].tolist() == [[], ["x"]]
    assert pd.isna(frame["duration_seconds"].iloc[1]), "a still has no duration"


def test_an_empty_library_has_the_same_columns_and_types(library: Library, add: Callable[..., str]) -> None:
    empty = library.files()
    add("a.png")
    full = library.files()
    assert list(empty.columns) == list(full.columns)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_kind_tags_search_and_limit_narrow_down_together(
    library: Library, add: Callable[..., str], numbered_mp4: Path
) -> None:
    library.add(numbered_mp4, tags=["intro", "week 1"])
    add("b.png", tags=["intro"])
    add("c.png", tags=["outro"], description="Numbers again")
    assert names(library.files(kind="image")) == ["c.png", "b.png"]
    assert names(library.files(tags=["intro"])) == ["b.png", "numbered.mp4"]
    assert names(library.files(tags="intro", kind="video")) == ["numbered.mp4"]
    assert names(library.files(tags=["intro", "week 1"])) == ["numbered.mp4"]
    assert names(library.files(search="NUMBER")) == ["c.png", "numbered.mp4"]
    assert names(library.files(search="outr")) == ["c.png"]
    assert names(library.files(limit=1)) == ["c.png"]
    with pytest.raises(LibraryError, match="no kind 'film'"):
        library.files(kind="film")


@pytest.mark.parametrize("text", ["100%", "a_b", "back\\slash", "it's", "'; drop table media_files; --", "ÜBUNG"])
def test_search_finds_special_characters_as_themselves(library: Library, add: Callable[..., str], text: str) -> None:
    add("100 percent aXb backslash its ubung.png")
    add(f"{text.lower()} x.png")
    assert names(library.files(search=text)) == [f"{text.lower()} x.png"]


def test_pages_follow_one_another_and_can_be_jumped_to(library: Library, add: Callable[..., str]) -> None:
    for number in range(7):
        add(f"{number}.png", tags=["odd"] if number % 2 else [])
    assert [[file.name for file in library.page(page=page, limit=3).files] for page in (0, 1, 2, 3)] == [
        ["6.png", "5.png", "4.png"],
        ["3.png", "2.png", "1.png"],
        ["0.png"],
        [],
    ]
    assert [file.name for file in library.page(page=2, limit=2).files] == ["2.png", "1.png"]
    assert library.page(limit=3).total == 7
    odd = library.page(search="odd", kind="image", limit=2, page=1)
    assert ([file.name for file in odd.files], odd.total) == (["1.png"], 3)
    add("new.png")
    assert [file.name for file in library.page(page=1, limit=3).files] == ["4.png", "3.png", "2.png"]
    with pytest.raises(LibraryError, match="no page -1"):
        library.page(page=-1)


def test_a_name_finds_the_newest_file_of_that_name_and_ids_find_theirs(
    library: Library, add: Callable[..., str]
) -> None:
    old, new = add("chart.png"), add("chart.png")
    assert library["chart.png"].id == new
    assert library[old].id == library[old.upper()].id == old
    assert "chart.png" in library
    assert old in library
    assert "nothing" not in library
    assert str(uuid4()) not in library
    for missing in ("nothing", str(uuid4()), "", "%"):
        with pytest.raises(MissingMediaError, match="no media file"):
            library[missing]


def test_another_instructors_files_are_not_mine(library: Library, add: Callable[..., str], database_url: str) -> None:
    mine = add("mine.png")
    other = uuid4()
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into profiles (id, name) values (%s, 'other')", (other,))
        connection.execute("update media_files set instructor_id = %s", (other,))
    assert library.files().empty
    assert mine not in library
    assert library.page().total == 0
    with pytest.raises(MissingMediaError):
        library.delete(mine)


# --- sql ---------------------------------------------------------------------------------------------------------


def test_sql_gives_a_frame_and_takes_parameters(library: Library, add: Callable[..., str]) -> None:
    add("a.png", tags=["x"])
    add("b.png")
    frame = library.sql("select name, tags, created_at, id from media_files where name = %s", ["a.png"])
    assert frame["tags"].tolist() == [["x"]]
    assert str(frame["created_at"].dtype) == "datetime64[us, UTC]"
    assert isinstance(frame["id"].iloc[0], str)
    assert names(library.sql("select name from media_files where name like '%b.png'")) == ["b.png"]
    assert list(library.sql("select 1 as n, 2 as n").columns) == ["n", "n_2"]
    nulls = library.sql("select x, x::float8 as f from (values (1), (null)) as v (x)")
    assert [str(kind) for kind in nulls.dtypes] == ["Int64", "float64"]


@pytest.mark.parametrize(
    "text",
    [
        "delete from media_files",
        "with gone as (delete from media_files returning *) select * from gone",
        "select 1; delete from media_files",
        "commit; delete from media_files",
        "select set_config('transaction_read_only', 'off', false), nextval('pg_catalog.nothing')",
        "create table x ()",
    ],
)
def test_sql_only_reads(library: Library, add: Callable[..., str], text: str) -> None:
    add("a.png")
    with pytest.raises(DatabaseError):
        library.sql(text)
    assert names(library.files()) == ["a.png"]


def test_sql_says_what_the_server_said_and_leaves_nothing_behind(library: Library) -> None:
    with pytest.raises(DatabaseError, match="no_such_column"):
        library.sql("select no_such_column from media_files")
    with pytest.raises(DatabaseError, match="empty"):
        library.sql("  ")
    library.sql("set search_path = nowhere")
    for _ in range(20):  # whichever of the pooled connections comes next
        assert library.files().empty


# --- changing ----------------------------------------------------------------------------------------------------


def test_tags_are_added_once_and_in_order_and_taken_away(library: Library, add: Callable[..., str]) -> None:
    one, two = add("a.png", tags=["b", "a"]), add("b.png")
    assert library.tag([one, "b.png"], ["c", " a "]) == 2
    assert {row["id"]: row["tags"] for _, row in library.files().iterrows()} == {one: ["b", "a", "c"], two: ["c", "a"]}
    assert library.tag(library.files(), "c") == 0
    assert library.untag([library[one], two], ["b", "c"]) == 2
    assert {row["id"]: row["tags"] for _, row in library.files().iterrows()} == {one: ["a"], two: ["a"]}
    assert library.untag([one, two], "b") == 0
    with pytest.raises(MissingMediaError, match=r"nothing\.png"):
        library.tag([one, "nothing.png"], "d")
    assert library.files(tags="d").empty


@pytest.mark.parametrize(
    ("pattern", "made"),
    [
        ("Lesson {n}", ["Lesson 1.png", "Lesson 2.png"]),
        ("{name} - {n:02}", ["a.v1 - 01.png", "b - 02.png"]),
        ("x{{{n:3}}}.jpg", ["x{001}.jpg", "x{002}.jpg"]),
        (" {name} ", ["a.v1.png", "b.png"]),
    ],
)
def test_files_are_renamed_by_a_pattern(
    library: Library, add: Callable[..., str], pattern: str, made: list[str]
) -> None:
    ids = [add("a.v1.png"), add("b.png")]
    changed = sum(old != new for old, new in zip(["a.v1.png", "b.png"], made, strict=True))
    assert library.rename(ids, pattern) == changed
    assert [library[identity].name for identity in ids] == made
    assert library.rename(ids, "{name}", description="new") == 2
    assert set(library.files()["description"]) == {"new"}


@pytest.mark.parametrize("pattern", ["", "  ", "{", "{n", "{name.__class__}", "{0}", "{n:99999999}", "{n!r}", "{id}"])
def test_patterns_that_mean_nothing_are_refused(library: Library, add: Callable[..., str], pattern: str) -> None:
    identity = add("noname")
    with pytest.raises(LibraryError):
        library.rename(identity, pattern)
    assert library[identity].name == "noname"


def test_delete_takes_rows_and_keeps_their_bytes_for_an_undo(library: Library, add: Callable[..., str]) -> None:
    identity = add("a.png")
    add("b.png")
    path = library[identity].path
    assert library.delete(library.files(search="a.png")) == 1
    assert names(library.files()) == ["b.png"]
    assert path.exists()
    with pytest.raises(MissingMediaError):
        library.delete([identity])


def test_what_a_chapter_or_project_shows_is_not_deleted(
    library: Library, add: Callable[..., str], database_url: str
) -> None:
    in_chapter, in_snapshot, in_journal, free = (add(f"{name}.png") for name in ("chapter", "saved", "recent", "free"))
    owner = library.owner
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into courses (id, instructor_id, title) values (gen_random_uuid(), %s, 'Py')", (owner,)
        )
        connection.execute(
            "insert into course_chapters (id, course_id, title, position, media_file_id)"
            " select gen_random_uuid(), id, 'Lists', 1, %s from courses",
            (in_chapter,),
        )
        connection.execute(
            "insert into studio_projects (id, instructor_id, title, timeline_state)"
            " values (gen_random_uuid(), %s, 'Lesson', jsonb_build_object('clips', jsonb_build_array(%s::text)))",
            (owner, in_snapshot),
        )
        connection.execute(
            "insert into studio_project_edits (project_id, rev, op, args, forward, backward, echo)"
            " select id, 1, 'add', '{}', jsonb_build_object('id', %s::text), '{}', '' from studio_projects",
            (in_journal,),
        )
    with pytest.raises(LibraryError) as caught:
        library.delete(library.files())
    for part in ("chapter.png in chapter 'Py / Lists'", "saved.png in project 'Lesson'", "recent.png in project"):
        assert part in str(caught.value)
    assert len(library.files()) == 4
    assert library[in_chapter].path.exists()
    assert library.delete(free) == 1


# --- for timelines -----------------------------------------------------------------------------------------------


def test_a_media_file_becomes_a_source_and_back_a_file(library: Library, numbered_mp4: Path) -> None:
    library.add(numbered_mp4)
    media = library["numbered.mp4"]
    source = library.source(media, Fraction(30))
    assert (source.media_file_id, source.kind, source.sha256, source.has_audio) == (
        media.id,
        "video",
        media.sha256,
        True,
    )
    assert source.frames == media.info.frames(Fraction(30))
    found = library.source_file(source)
    assert Path(found.path) == media.path
    library.wait(progress=False)
    proxy = library.source_file(source).proxy
    assert proxy is not None
    assert Path(proxy).stat().st_size > 0
    elsewhere = MediaFileSource(media_file_id=str(uuid4()), sha256=media.sha256)
    assert library.source_file(elsewhere).sha256 == media.sha256, "the same bytes, from another library"
    with pytest.raises(MissingMediaError):
        library.source_file(MediaFileSource(media_file_id=str(uuid4())))
    with pytest.raises(LibraryError, match="has no file"):
        library.source_file(TitleSource(text="x"))


def test_everybody_hears_of_changes_until_they_unsubscribe(library: Library, add: Callable[..., str]) -> None:
    heard: list[str] = []

    def broken(_: str) -> None:
        raise RuntimeError("a view that is gone")

    library.subscribe(broken)
    unsubscribe = library.subscribe(heard.append)
    library.tag(add("a.png"), ["x"])
    assert "library" in heard
    unsubscribe()
    unsubscribe()
    heard.clear()
    library.tag("a.png", ["y"])
    assert heard == []
