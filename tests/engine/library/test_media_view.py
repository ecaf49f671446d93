"""DataFrames of media files: what a notebook shows of them, and big ones through Arrow."""

from __future__ import annotations

import base64
import copy
import gc
import html
import io
import pickle
import re
import weakref
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from PIL import Image

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import media_frames
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.media_view import MediaFrame, clock


def shown(frame: pd.DataFrame) -> str:
    text = frame._repr_html_()  # type: ignore[operator]
    assert isinstance(text, str)
    return text


def pictures(text: str) -> list[Image.Image]:
    found = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in found]


def test_rows_are_shown_with_pictures_lengths_and_sizes(library: Library, numbered_mp4: Path) -> None:
    library.add(numbered_mp4, tags=["<b>", "x"])
    frame = library.files()
    text = shown(frame)
    (picture,) = pictures(text)
    assert picture.height <= 64
    assert "0:02" in text
    assert "MB" in text
    assert "&lt;b&gt;, x" in text
    assert "<b>" not in text
    assert shown(library.files()) == text, "a notebook run twice shows the same"
    assert frame["duration_seconds"].iloc[0] == pytest.approx(2)
    assert pictures(shown(library.sql("select id::text, name from media_files")))


def test_a_picture_that_is_being_made_is_waited_for(library: Library) -> None:
    library.add(("a.png", Image.new("RGB", (300, 200))))
    assert len(pictures(shown(library.files()))) == 1


def test_names_and_columns_are_text_never_markup(library: Library) -> None:
    evil = "<script>alert(1)</script>.png"
    library.add((evil, Image.new("RGB", (8, 8))))
    frame = library.files()
    frame["<img src=x onerror=alert(1)>"] = '"><svg onload=alert(1)>'
    frame.index = ["<i>"]  # type: ignore[assignment]
    text = shown(frame)
    assert html.escape(evil) in text
    assert "<script" not in text
    assert "<svg" not in text
    assert "<i>" not in text
    assert "<img src=x" not in text


def test_of_many_rows_the_ends_are_shown(library: Library, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into media_files (id, instructor_id, name, file_type, file_size, created_at)"
            " select gen_random_uuid(), %s, 'row ' || n || '.mp3', 'audio/mpeg', 1, to_timestamp(n)"
            " from generate_series(1, 100) n",
            (library.owner,),
        )
    text = shown(library.files(sort="oldest"))
    assert re.findall(r"row (\d+)\.mp3", text) == [*map(str, range(1, 11)), *map(str, range(91, 101))]
    assert "100 rows × 15 columns" in text


def test_a_frame_is_an_ordinary_one_in_all_else(library: Library) -> None:
    for number in range(3):
        library.add((f"{number}.png", Image.new("RGB", (8 + number, 8))))
    frame = library.files()
    assert isinstance(frame, MediaFrame)
    for kept in (
        frame.copy(),
        frame[frame["width"] > 8],
        frame.sort_values("name"),
        copy.deepcopy(frame),
        frame.head(2),
    ):
        assert pictures(shown(kept)), "what is made of it shows its pictures"
    again = pickle.loads(pickle.dumps(frame))
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(frame))
    joined = pd.concat([frame, frame]).merge(frame[["id", "name"]], on="id")
    assert len(joined) == 6
    assert shown(joined)
    assert frame.groupby("kind").size().tolist() == [3]
    for plain in (frame.drop(columns="id"), frame.iloc[:0], frame[["name"]]):
        assert not pictures(shown(plain))
        assert shown(plain) == shown(pd.DataFrame(plain))
    strange = frame.copy()
    strange.columns = ["id"] * len(strange.columns)  # type: ignore[assignment]
    assert shown(strange) == shown(pd.DataFrame(strange))


def test_a_frame_keeps_no_library_alive_and_outlives_it(
    database: Database, open_library: Callable[[], Library], tmp_path: Path
) -> None:
    from studio_widgets.engine.library.storage import open_storage

    library = Library(database, open_storage(None, tmp_path / "other"), tmp_path / "other")
    library.add(("a.png", Image.new("RGB", (8, 8))))
    frame = library.files()
    assert pictures(shown(frame))
    library.close()
    there = weakref.ref(library)
    del library
    gc.collect()
    assert there() is None
    assert shown(frame) == shown(pd.DataFrame(frame))


def test_a_frame_of_a_closed_database_is_shown_plainly(library: Library, database: Database) -> None:
    library.add(("a.png", Image.new("RGB", (8, 8))))
    frame = library.files()
    library.wait(progress=False)
    database.close()
    assert shown(frame) == shown(pd.DataFrame(frame))


def test_lengths_are_written_as_a_clock_does() -> None:
    assert [clock(seconds) for seconds in (0, 5.4, 59.6, 61, 3600, 7325)] == [
        "0:00", "0:05", "1:00", "1:01", "1:00:00", "2:02:05",
    ]  # fmt: skip


# --- through Arrow -----------------------------------------------------------------------------------------------


def test_many_rows_are_the_same_as_few(
    library: Library, database_url: str, numbered_mp4: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(numbered_mp4, tags=["a,b", 'c"d', "null", "", "ü {x}"])
    library.add(("a.png", Image.new("RGB", (8, 8))))
    library.add(("b.png", Image.new("RGB", (9, 8))), tags=["a,b"])
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into media_files (id, instructor_id, name, file_type, file_size, content_sha256)"
            " values (gen_random_uuid(), %s, 'it''s %%s \\ {}', 'audio/mpeg', 9007199254740993, null)",
            (library.owner,),
        )
    for chosen in ({}, {"search": "it's \\"}, {"tags": ["a,b"], "sort": "name"}, {"kind": "image"}, {"limit": 2}):
        few = library.files(**chosen)  # type: ignore[arg-type]
        monkeypatch.setattr(media_frames, "_MANY", 0)
        many = library.files(**chosen)  # type: ignore[arg-type]
        monkeypatch.undo()
        pd.testing.assert_frame_equal(many, few)
        assert [type(tags) for tags in many["tags"]] == [list] * len(many)
    many["tags"].iloc[0].append("mine")
    assert "mine" not in [tag for tags in library.files()["tags"] for tag in tags]


def test_many_rows_are_of_this_login_only(library: Library, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_frames, "_MANY", 0)
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into profiles (id) values ('00000000-0000-0000-0000-000000000001')")
        connection.execute(
            "insert into media_files (id, instructor_id, name, file_type, file_size)"
            " values (gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'theirs', 'audio/mpeg', 1)"
        )
    assert library.files().empty


@pytest.mark.long
def test_a_result_that_is_too_big_is_refused_before_it_is_read(library: Library) -> None:
    with pytest.raises(DatabaseError, match="more than 1,000 rows"):
        library.sql("select n from generate_series(1, 100000000) n", most=1000)
    assert len(library.sql("select n from generate_series(1, 1000) n", most=1000)) == 1000
