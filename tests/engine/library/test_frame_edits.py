"""Edited DataFrames written back: what is changed, what is refused, and who else was at it meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from studio_widgets.engine.errors import ConflictError, LibraryError
from studio_widgets.engine.library import frame_edits
from studio_widgets.engine.library.library import Library


@pytest.fixture(autouse=True, params=["few rows", "many rows"])
def amount(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of reading the rows as they are."""
    if request.param == "many rows":
        monkeypatch.setattr(frame_edits, "_MANY", 0)


def test_update_writes_back_what_was_changed_and_nothing_else(library: Library, add: Callable[..., str]) -> None:
    for name in ("a.png", "b.png", "c.png"):
        add(name, tags=["t"])
    frame = library.files()
    frame.loc[0, "name"] = "C.png"
    frame.loc[1, "description"] = "second"
    frame.at[1, "tags"] = ["t", " new "]
    assert library.update(frame) == 2
    now = library.files()
    assert list(now["name"]) == ["C.png", "b.png", "a.png"]
    assert now["description"].tolist() == ["", "second", ""]
    assert now["tags"].tolist() == [["t"], ["t", "new"], ["t"]]
    assert now["updated_at"].iloc[2] == frame["updated_at"].iloc[2]
    assert library.update(now) == 0
    assert library.update(now[["id", "name"]].iloc[:1]) == 0


def test_update_refuses_read_only_columns_and_then_writes_nothing(library: Library, add: Callable[..., str]) -> None:
    add("a.png")
    add("b.png")
    frame = library.files()
    frame.loc[0, "name"] = "changed.png"
    frame.loc[1, "width"] = 7
    with pytest.raises(LibraryError, match=r"a\.png.*width is read-only"):
        library.update(frame)
    assert list(library.files()["name"]) == ["b.png", "a.png"]


@pytest.mark.parametrize(("column", "value"), [("name", " "), ("name", None), ("tags", "intro"), ("tags", [1])])
def test_update_refuses_values_that_make_no_sense(
    library: Library, add: Callable[..., str], column: str, value: object
) -> None:
    add("a.png")
    frame = library.files()
    frame[column] = pd.Series([value], dtype=object)
    with pytest.raises(LibraryError, match=r"a\.png"):
        library.update(frame)


def test_update_refuses_rows_that_somebody_else_changed_or_deleted(library: Library, add: Callable[..., str]) -> None:
    identity = add("a.png")
    frame = library.files()
    library.tag(identity, ["meanwhile"])
    frame.loc[0, "name"] = "mine.png"
    with pytest.raises(ConflictError, match="somebody else"):
        library.update(frame)
    frame = library.files()
    library.delete(identity)
    with pytest.raises(ConflictError, match="not in the library any more"):
        library.update(frame)


def test_update_takes_whatever_rows_and_columns_are_left(library: Library, add: Callable[..., str]) -> None:
    for number in range(5):
        add(f"{number}.png", tags=["t"])
    frame = library.files().sort_values("name").drop(columns=["updated_at", "kind"]).iloc[1:4]
    frame["note"] = "a column of my own"
    frame["tags"] = frame["tags"].map(lambda tags: (*tags, "u"))
    frame["description"] = [None, "b", float("nan")]
    assert library.update(frame) == 3
    now = library.files(sort="name")
    assert now["tags"].tolist() == [["t"], ["t", "u"], ["t", "u"], ["t", "u"], ["t"]]
    assert now["description"].tolist() == ["", "", "b", "", ""]
    assert library.update(frame) == 0
    assert library.update(frame.iloc[:0]) == 0
    with pytest.raises(LibraryError, match="no column id"):
        library.update(frame.drop(columns="id"))
    with pytest.raises(LibraryError, match="each row stands once"):
        library.update(pd.concat([frame, frame]))


def test_two_updates_of_the_same_rows_at_once_are_one_and_a_conflict(library: Library, add: Callable[..., str]) -> None:
    ids = [add(f"{number}.png") for number in range(20)]
    frame = library.files()
    outcomes: list[object] = []
    start = threading.Barrier(2)

    def change(name: str) -> None:
        mine = frame.iloc[:: 1 if name == "a" else -1].copy()
        mine["description"] = name
        start.wait()
        try:
            outcomes.append(library.update(mine))
        except ConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=change, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == [str(len(ids)), "conflict"]
    assert library.files()["description"].nunique() == 1


def test_a_change_between_reading_and_writing_is_not_overwritten(
    library: Library, add: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = add("a.png")
    frame = library.files()
    frame["name"] = "mine.png"
    write, between = frame_edits._write, iter([["theirs"]])

    def late(*args: Any) -> None:
        for tags in between:
            library.tag(identity, tags)
        write(*args)

    monkeypatch.setattr(frame_edits, "_write", late)
    with pytest.raises(ConflictError, match=r"a\.png.*somebody else|somebody else.*a\.png"):
        library.update(frame)
    assert library.files()["name"].tolist() == ["a.png"]
    # who gave no column that tells, writes over it: but never over what was not read
    monkeypatch.undo()
    assert library.update(frame[["id", "name"]]) == 1
    now = library.files()
    assert (now["name"][0], now["tags"][0]) == ("mine.png", ["theirs"])


def test_one_who_never_gets_to_write_is_told(
    library: Library, add: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = add("a.png")
    frame = library.files()[["id", "name"]]
    frame["name"] = "mine.png"
    write, tags = frame_edits._write, iter(range(100))

    def late(*args: Any) -> None:
        library.tag(identity, [f"tag {next(tags)}"])
        write(*args)

    monkeypatch.setattr(frame_edits, "_write", late)
    with pytest.raises(ConflictError, match="others keep changing"):
        library.update(frame)
    assert library.files()["name"].tolist() == ["a.png"]
