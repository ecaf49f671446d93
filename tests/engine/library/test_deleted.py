"""Deleting media files, and bringing them back with all that was known of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from PIL import Image

from studio_widgets.engine.errors import LibraryError, MissingMediaError
from studio_widgets.engine.library.library import Library


def picture(number: int) -> Image.Image:
    return Image.new("RGB", (4 + number, 3), (number, 0, 0))


def add(library: Library, name: str, number: int, **details: Any) -> str:
    return str(library.add((name, picture(number)), **details)["id"].iloc[0])


def row_of(database_url: str, identity: str) -> tuple[Any, ...] | None:
    with psycopg.connect(database_url) as connection:
        return connection.execute("select to_jsonb(m) from media_files m where id = %s", (identity,)).fetchone()


def test_a_deleted_file_comes_back_as_it_was(library: Library, database_url: str) -> None:
    ids = [add(library, f"{number}.png", number, tags=["t", "ü"], description="text") for number in range(3)]
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table media_files add column rating numeric, add column seen timestamptz[]")
        connection.execute("update media_files set rating = 4.50, seen = array[now()], cdn_url = 'https://cdn/x'")
    before = [row_of(database_url, identity) for identity in ids]
    frame = library.files()
    assert library.delete(frame) == 3
    assert library.files().empty
    assert library.restore(ids[:1]) == 1
    assert library.restore(frame) == 2, "one is there already"
    assert [row_of(database_url, identity) for identity in ids] == before
    assert library.files().equals(frame)
    assert library.restore(ids) == 0
    with pytest.raises(MissingMediaError, match="cannot be brought back"):
        library.restore(str(uuid4()))


def test_a_column_that_came_meanwhile_has_its_default(library: Library, database_url: str) -> None:
    identity = add(library, "a.png", 1)
    library.delete(identity)
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table media_files add column stars integer not null default 3")
        connection.execute("alter table media_files drop column backblaze_url")
    library.restore("a.png")
    row = row_of(database_url, identity)
    assert row is not None
    assert row[0]["stars"] == 3


def test_what_referred_to_a_file_refers_to_it_again(library: Library, database_url: str) -> None:
    identity = add(library, "a.png", 1)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into studio_projects (id, instructor_id, title, timeline_state, exported_media_file_id)"
            " values (gen_random_uuid(), %s, 'Lesson', '{}', %s)",
            (library.owner, identity),
        )
        connection.execute(
            "insert into studio_recordings (id, instructor_id, name, track_type, mime_type, promoted_to_media,"
            " media_file_id) values (gen_random_uuid(), %s, 'take', 'screen', 'video/webm', true, %s)",
            (library.owner, identity),
        )

    def links() -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url) as connection:
            return connection.execute(
                "select media_file_id::text from studio_recordings"
                " union all select exported_media_file_id::text from studio_projects"
            ).fetchall()

    library.delete(identity)
    assert links() == [(None,), (None,)]
    library.restore(identity)
    assert links() == [(identity,), (identity,)]
    library.delete(identity)
    assert add(library, "again.png", 1) == identity
    assert links() == [(identity,), (identity,)]


def test_the_same_bytes_added_again_are_the_deleted_file_under_its_new_name(library: Library) -> None:
    identity = add(library, "old.png", 1, tags=["a"], description="kept")
    newer = add(library, "other.png", 2)
    library.delete(identity)
    assert add(library, "new.png", 1, tags=["b"]) == identity
    file = library[identity]
    assert (file.name, file.tags, file.description) == ("new.png", ("a", "b"), "kept")
    assert list(library.files()["id"]) == [identity, newer], "it is the newest now"
    assert library.restore(identity) == 0
    assert library[identity].name == "new.png"


def test_files_whose_bytes_are_gone_are_named_and_the_rest_comes_back(library: Library) -> None:
    lost, kept = add(library, "lost.png", 1), add(library, "kept.png", 2)
    path = library[lost].path
    library.delete([lost, kept])
    path.unlink()
    with pytest.raises(MissingMediaError, match=r"lost\.png.*1 others came back"):
        library.restore([lost, kept])
    assert list(library.files()["name"]) == ["kept.png"]


def test_a_file_is_deleted_again_after_it_came_back(library: Library) -> None:
    identity = add(library, "a.png", 1)
    for name in ("a.png", "b.png"):
        assert library.delete(identity) == 1
        assert library.restore(identity) == 1
        library.rename(identity, name)
    assert library[identity].name == "b.png"


def test_what_another_table_refers_to_is_not_deleted(library: Library, database_url: str) -> None:
    identity = add(library, "a.png", 1)
    with psycopg.connect(database_url) as connection:
        connection.execute("create table lessons (media uuid references media_files (id))")
        connection.execute("insert into lessons values (%s)", (identity,))
    with pytest.raises(LibraryError, match="table lessons"):
        library.delete(identity)
    assert identity in library


def test_many_files_are_looked_for_in_timelines_at_once(library: Library, database_url: str) -> None:
    shown = add(library, "shown.png", 0)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into media_files (id, instructor_id, name, file_type, file_size)"
            " select gen_random_uuid(), %s, 'row ' || n, 'image/png', 1 from generate_series(1, 200) n",
            (library.owner,),
        )
        connection.execute(
            "insert into studio_projects (id, instructor_id, title, timeline_state)"
            " values (gen_random_uuid(), %s, 'Lesson', jsonb_build_object('clips', jsonb_build_array("
            "jsonb_build_object('source', jsonb_build_object('mediaFileId', %s::text)))))",
            (library.owner, shown),
        )
    frame = library.files()
    with pytest.raises(LibraryError, match=r"shown\.png in project 'Lesson'"):
        library.delete(frame)
    assert library.delete(frame[frame["id"] != shown]) == 200
    assert library.restore(frame[frame["id"] != shown]) == 200


@pytest.mark.usefixtures("no_derived_files")
def test_another_kernel_sees_a_restored_file(open_library: Callable[[], Library], tmp_path: Path) -> None:
    one, other = open_library(), open_library()
    identity = add(one, "a.png", 1)
    other.delete(identity)
    assert identity not in one
    one.restore(identity)
    assert other[identity].path.exists()
