"""Getting media in: what is accepted, what is refused, and that nothing is left of what is refused."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import matplotlib.figure
import numpy as np
import psycopg
import pytest
from PIL import Image

from studio_widgets.engine.errors import LibraryError, MediaError, MissingMediaError, StudioError
from studio_widgets.engine.library.ingest import BatchError
from studio_widgets.engine.library.library import Library
from tests.media import golden


def blobs(library: Library) -> list[Path]:
    """Files in storage, half-written ones included."""
    return sorted(
        path
        for path in (library.home / "storage").rglob("*")
        if path.is_file() and not {"derived", "meta"} & set(path.parts)
    )


def picture(path: Path, shade: int = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 18), (shade, 20, 30)).save(path)
    return path


def test_a_video_becomes_a_row_with_what_probing_found(library: Library, numbered_mp4: Path) -> None:
    added = library.add(numbered_mp4, tags=["intro", " intro ", ""], description="numbers")
    row = added.iloc[0]
    assert (row["name"], row["kind"], row["width"], row["height"]) == ("numbered.mp4", "video", 160, 90)
    assert row["duration_seconds"] == pytest.approx(2.0, abs=0.05)
    assert row["has_audio"]
    assert row["tags"] == ["intro"]
    assert row["description"] == "numbers"
    assert row["source_type"] == "upload"
    file = library["numbered.mp4"]
    assert file.path.read_bytes() == numbered_mp4.read_bytes()
    assert library[file.id] == file


def test_the_blob_lies_under_its_hash_and_cannot_be_written_to(library: Library, tmp_path: Path) -> None:
    library.add(picture(tmp_path / "a.png"))
    file = library["a.png"]
    assert file.path.relative_to(library.home / "storage") == Path("sha256") / file.sha256[:2] / file.sha256
    assert file.path.stat().st_mode & 0o222 == 0


def test_the_same_bytes_are_the_same_media_file_and_tags_are_merged(library: Library, tmp_path: Path) -> None:
    first = picture(tmp_path / "a.png")
    second = Path(shutil.copy(first, tmp_path / "b.png"))
    one = library.add(first, tags=["x", "y"]).iloc[0]
    two = library.add(second, tags=["z", "y"]).iloc[0]
    assert two["id"] == one["id"]
    assert two["name"] == "a.png"
    assert two["tags"] == ["x", "y", "z"]
    assert len(library.files()) == 1
    assert len(blobs(library)) == 1


def test_globs_folders_and_lists_give_their_files_in_order(library: Library, tmp_path: Path) -> None:
    for number, name in enumerate(["in/b.png", "in/deep/a.png", "in/.hidden.png", "in/.git/x.png", "other/c.png"]):
        picture(tmp_path / name, number)
    (tmp_path / "in" / "notes.txt").write_text("not media")
    added = library.add(tmp_path / "in", str(tmp_path / "other" / "*.png"), [picture(tmp_path / "last.png", 99)])
    assert list(added["name"]) == ["b.png", "a.png", "c.png", "last.png"]
    assert list(library.files()["name"]) == ["last.png", "c.png", "a.png", "b.png"]


def test_a_folder_that_holds_the_library_itself_does_not_add_it_to_itself(library: Library, tmp_path: Path) -> None:
    picture(library.home / "copy.png")
    picture(tmp_path / "a.png", 7)
    assert list(library.add(tmp_path)["name"]) == ["a.png"]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(library: Library, tmp_path: Path) -> None:
    assert list(library.add(picture(tmp_path / "take [1].png"))["name"]) == ["take [1].png"]


def test_bytes_and_open_files_need_a_name(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    with path.open("rb") as file:
        added = library.add(("first.png", path.read_bytes()), file)
    assert list(added["name"]) == ["first.png"]
    with pytest.raises(BatchError, match="have no name"):
        library.add(path.read_bytes())
    with pytest.raises(BatchError, match="have no name"):
        library.add(io.BytesIO(path.read_bytes()))


def test_pictures_drawn_in_a_notebook_are_the_same_file_each_time(library: Library) -> None:
    def drawn() -> list[object]:
        figure = matplotlib.figure.Figure(figsize=(4, 3))
        axes = figure.add_subplot()
        axes.plot([1, 3, 2])
        ramp = np.linspace(0, 1, 12).reshape(3, 4)
        return [figure, axes, Image.new("L", (8, 8), 9), ramp, np.zeros((4, 4, 3), np.uint8)]

    first, second = library.add(*drawn()), library.add(*drawn())
    assert list(first["id"]) == list(second["id"])
    assert len(first) == 4, "the axes' figure is the figure"
    assert set(first["kind"]) == {"image"}
    assert first["width"].iloc[0] == 1920
    assert list(first["name"]) == list(second["name"])


def test_an_array_of_unit_floats_is_scaled_to_the_whole_range(library: Library) -> None:
    identity = library.add(np.array([[0.0, 0.5], [1.0, 2.0]]), name="ramp.png")["id"].iloc[0]
    stored = np.asarray(Image.open(library[identity].path))
    assert stored.tolist() == [[0, 128], [255, 255]]


@pytest.mark.parametrize(
    "thing",
    [np.zeros((2, 2, 2)), np.zeros(7), np.array([[np.nan]]), np.array([[300]]), object(), 5],
    ids=["two channels", "one dimension", "nan", "too large", "object", "number"],
)
def test_what_is_no_picture_is_refused_by_name(library: Library, thing: object) -> None:
    with pytest.raises(BatchError) as caught:
        library.add(thing, name="thing.png")
    assert isinstance(caught.value.errors[0], LibraryError)
    assert caught.value.hint
    assert library.files().empty


def test_bad_files_are_named_and_the_rest_of_the_batch_goes_in(library: Library, tmp_path: Path) -> None:
    good = [picture(tmp_path / "one.png", 1), picture(tmp_path / "two.png", 2)]
    text = tmp_path / "text.mp4"
    text.write_text("this is not a film\n" * 50)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    playlist = tmp_path / "list.mp4"
    playlist.write_text(f"#EXTM3U\n#EXTINF:2,\nfile://{good[0]}\n#EXT-X-ENDLIST\n")
    concat = tmp_path / "concat.mp4"
    concat.write_text(f"ffconcat version 1.0\nfile '{good[0]}'\n")
    missing = tmp_path / "missing.mp4"
    bad = [text, empty, folder, playlist, concat, missing, "http://example.org/x.mp4", str(tmp_path / "*.mov")]

    with pytest.raises(BatchError) as caught:
        library.add(good[0], *bad, good[1], tags=["t"])

    error = caught.value
    assert list(error.added["name"]) == ["one.png", "two.png"]
    assert list(library.files()["name"]) == ["two.png", "one.png"]
    assert len(error.errors) == len(bad)
    for item, problem in zip(bad, error.errors, strict=True):
        assert isinstance(problem, MediaError)
        assert Path(item).name in str(problem)
        assert Path(item).name in str(error)
        assert problem.hint
    assert isinstance(error.errors[5], MissingMediaError)
    assert len(blobs(library)) == 2, "nothing is left of what was refused"


@contextlib.contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Root may read everything; be somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_file_is_refused_by_name(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "secret.png")
    path.chmod(0)
    with pytest.raises(BatchError, match=r"secret\.png.*permission"), as_ordinary_user():
        library.add(path)
    assert library.files().empty
    assert blobs(library) == []


def test_one_bad_file_alone_says_what_is_wrong_with_it(library: Library, tmp_path: Path) -> None:
    with pytest.raises(BatchError) as caught:
        library.add(tmp_path / "nowhere.mp4")
    assert str(caught.value) == str(caught.value.errors[0])
    assert caught.value.added.empty


def test_what_a_database_error_interrupts_leaves_a_blob_and_no_row(
    library: Library, tmp_path: Path, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("alter table media_files add constraint full_up check (name <> 'a.png')")
    with pytest.raises((StudioError, psycopg.Error)):
        library.add(picture(tmp_path / "a.png"))
    assert library.files().empty
    assert len(blobs(library)) == 1, "the blob was written first"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("alter table media_files drop constraint full_up")
    assert len(library.add(tmp_path / "a.png")) == 1
    assert len(blobs(library)) == 1


def test_an_export_says_that_it_is_one(library: Library, numbered_mp4: Path) -> None:
    file = library.add_export(numbered_mp4, name="Lesson 1.mp4", metadata={"export_settings": {"codec": "h264"}})
    assert file.source_type == "studio_export"
    assert file.metadata["export_settings"] == {"codec": "h264"}
    assert file.info.has_audio


def test_adding_a_deleted_blob_again_restores_it(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    library.add(path)
    stored = library["a.png"].path
    stored.unlink()
    library.add(path)
    assert stored.read_bytes() == path.read_bytes()


def test_an_audio_file_and_a_silent_video_say_what_they_are(library: Library, tmp_path: Path) -> None:
    silent = golden.make_numbered_video(tmp_path / "silent.mp4", 10)
    library.add(silent)
    assert not library["silent.mp4"].has_audio
    assert library["silent.mp4"].kind == "video"


@pytest.mark.parametrize("nothing", ["", "  ", "talk\0.mp4"])
def test_what_is_no_file_name_is_not_taken_for_this_folder(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing: str
) -> None:
    picture(tmp_path / "one.png")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BatchError, match="no file name"):
        library.add(nothing)
    assert library.files().empty


def test_the_message_about_a_batch_ends_with_where_the_rest_is(library: Library, tmp_path: Path) -> None:
    with pytest.raises(BatchError) as caught:
        library.add(picture(tmp_path / "one.png"), tmp_path / "nowhere.mp4")
    first, *_, last = str(caught.value).splitlines()
    assert (first, last) == ("1 of 2 items were not added:", "The others are in the library (see .added).")


def test_questions_that_make_no_sense_are_refused(library: Library) -> None:
    with pytest.raises(LibraryError, match="-1 files"):
        library.files(limit=-1)
    with pytest.raises(MissingMediaError, match="3 is neither"):
        library[3]  # type: ignore[index]
