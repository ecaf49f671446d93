"""Garbage collection: what nobody needs goes, what anybody needs stays, whoever works at the same time."""

from __future__ import annotations

import contextlib
import datetime
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from PIL import Image
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library import gc, instructors, postgres_place
from studio_widgets.engine.library.database import Database, open_database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.parts import PART
from studio_widgets.engine.library.recipes import derived_folder
from studio_widgets.engine.library.s3_storage import S3Storage
from studio_widgets.engine.library.storage import Storage, open_storage
from tests.engine.conftest import Kernel
from tests.media.live import chunks_of, make_live_webm

DAY = datetime.timedelta(days=1)
NOTHING = datetime.timedelta(0)

pytestmark = pytest.mark.usefixtures("no_derived_files")


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "folder" else str(request.getfixturevalue("s3_url"))


@pytest.fixture
def library(database: Database, tmp_path: Path, place: str | None) -> Iterator[Library]:
    home = tmp_path / "home"
    library = Library(database, open_storage(place, home), home)
    yield library
    library.close()


@pytest.fixture
def in_two_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a test makes is two days old when it is looked at."""
    monkeypatch.setattr(gc, "_now", lambda: datetime.datetime.now(datetime.UTC) + 2 * DAY)


def picture(path: Path, shade: int = 100) -> Path:
    Image.new("RGB", (32, 18), (shade, 20, 30)).save(path, "png")
    return path


def keys(storage: Storage) -> set[str]:
    return {found.key for part in ("sha256", "derived") for found in storage.keys(part)}


def orphan(library: Library, path: Path) -> str:
    """Bytes as a crash between blob and row leaves them, with a derived file."""
    blob = library.storage.put_file(path)
    library.storage.write(f"{derived_folder(blob.sha256)}/thumbnail-1.jpg", b"jpeg")
    return blob.key


def test_bytes_without_a_row_go_when_they_are_old_and_not_before(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(picture(tmp_path / "kept.png"))
    kept = library["kept.png"]
    library.storage.write(f"{derived_folder(kept.sha256)}/thumbnail-1.jpg", b"jpeg")
    needed = keys(library.storage)
    key = orphan(library, picture(tmp_path / "orphan.png", 7))
    assert library.gc().empty
    assert key in keys(library.storage)
    monkeypatch.setattr(gc, "_now", lambda: datetime.datetime.now(datetime.UTC) + 2 * DAY)
    asked = library.gc(dry_run=True)
    assert set(asked["key"]) == keys(library.storage) - needed
    assert key in keys(library.storage)
    found = library.gc()
    assert found.to_dict() == asked.to_dict()
    assert list(found["why"]) == ["no row needs it", "derived from bytes that no row needs"]
    assert found["size"].iloc[0] == (tmp_path / "orphan.png").stat().st_size
    assert str(found["modified"].dtype) == "datetime64[us, UTC]"
    assert keys(library.storage) == needed
    assert not library.storage.exists(key)
    assert library.gc().empty


def test_what_takes_and_deleted_files_need_stays_until_they_are_gone(
    library: Library, tmp_path: Path, in_two_days: None
) -> None:
    """A file that can still be restored keeps its bytes; past its time both go, in a dry run neither."""
    blobs = {name: library.storage.put_file(picture(tmp_path / name, shade)) for shade, name in enumerate("tdo", 1)}
    with library.database.connection() as connection:
        connection.execute(
            "insert into studio_recordings (id, instructor_id, name, track_type, mime_type, status, storage_key)"
            " values (%s, %s, 'take', 'screen', 'video/webm', 'ready', %s)",
            (uuid4(), library.owner, blobs["t"].key),
        )
        for name, age in (("d", 1), ("o", 72)):
            connection.execute(
                "insert into studio_deleted_media (id, instructor_id, storage_key, content, deleted_at)"
                " values (%s, %s, %s, %s, now() + interval '2 days' - make_interval(hours => %s))",
                (uuid4(), library.owner, blobs[name].key, Jsonb({}), age),
            )
    expected = {"deleted long enough ago": 1, "no row needs it": 1}
    assert library.gc(dry_run=True)["why"].value_counts().to_dict() == expected
    assert len(library.sql("select * from studio_deleted_media")) == 2
    assert len(keys(library.storage)) == 3
    assert library.gc()["why"].value_counts().to_dict() == expected
    assert keys(library.storage) == {blobs["t"].key, blobs["d"].key}
    assert len(library.sql("select * from studio_deleted_media")) == 1


def test_half_done_work_goes_a_day_later(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = library.home / "uploads" / "some-id"
    upload.mkdir(parents=True)
    (upload / "data").write_bytes(b"x" * 1000)
    (library.home / "recordings" / "a-take").mkdir(parents=True)
    storage = library.storage
    incoming = storage.cache.folder if isinstance(storage, S3Storage) else library.home / "storage"
    (incoming / "incoming" / "half").write_bytes(b"y" * 50)
    (incoming / "incoming" / "scratch").mkdir()
    expected = {"incoming/half", "incoming/scratch", "uploads/some-id"}
    if isinstance(storage, S3Storage):
        target = {"Bucket": storage.where.bucket, "Key": storage.where.object_key("sha256/ab/abc")}
        begun = storage.client.create_multipart_upload(**target)["UploadId"]
        storage.client.upload_part(**target, UploadId=begun, PartNumber=1, Body=b"z" * PART)
        expected.add("sha256/ab/abc")
    assert library.gc(NOTHING).empty  # an hour is the least, whatever bound is given
    monkeypatch.setattr(gc, "_now", lambda: datetime.datetime.now(datetime.UTC) + 2 * DAY)
    assert set(library.gc(dry_run=True)["key"]) == expected
    found = library.gc().set_index("key")
    assert set(found.index) == expected
    assert found.loc["uploads/some-id", "size"] == 1000
    assert list(storage.leftovers()) == []
    assert not upload.exists()
    assert (library.home / "recordings" / "a-take").is_dir()


def test_links_in_the_folder_of_uploads_are_removed_and_not_followed(
    library: Library, tmp_path: Path, in_two_days: None
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    (library.home / "uploads").mkdir(parents=True)
    (library.home / "uploads" / "link").symlink_to(precious)
    assert list(library.gc()["key"]) == ["uploads/link"]
    assert (precious / "file").exists()


def test_what_is_not_ours_is_left_alone(library: Library, in_two_days: None) -> None:
    for key in ("sha256/readme.txt", "derived/notes/mine.txt", "other/thing"):
        library.storage.write(key, b"x")
    assert library.gc().empty


def test_an_import_that_finds_its_bytes_there_keeps_them(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes lie there without a row, the import need not copy them, and gc removes them before the row is written."""
    path = picture(tmp_path / "a.png")
    key = orphan(library, path)
    put_file = library.storage.put_file
    removed: list[str] = []

    def then_collect(source: Path, **options: object) -> object:
        blob = put_file(source, **options)  # type: ignore[arg-type]
        if not removed:
            removed.extend(library.gc(NOTHING)["key"])
        return blob

    monkeypatch.setattr(library.storage, "put_file", then_collect)
    library.add(path)
    assert key in removed
    assert library.storage.is_stored(key)
    assert library.storage.read(key) == path.read_bytes()


def test_a_take_that_finds_its_bytes_there_keeps_them(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    webm = make_live_webm(tmp_path / "live.webm", seconds=1)
    storage = kernel.library.storage
    put_file = storage.put_file
    removed: list[str] = []

    def then_collect(source: Path, **options: object) -> object:
        blob = put_file(source, **options)  # type: ignore[arg-type]
        if not removed:
            removed.extend(kernel.library.gc(NOTHING)["key"])
        return blob

    monkeypatch.setattr(storage, "put_file", then_collect)
    take = kernel.recordings.start("screen", "video/webm", None, "Take")
    for seq, chunk in enumerate(chunks_of(webm, 2)):
        kernel.recordings.append(take, seq, chunk)
    key = kernel.recordings.stop(take, 2).storage_key
    assert removed == [key]
    assert storage.is_stored(str(key))


def test_imports_deletions_and_collections_at_the_same_time_lose_nothing(library: Library, tmp_path: Path) -> None:
    """The same few pictures come and go while two collections run: whatever has a row in the end has its bytes."""
    paths = [picture(tmp_path / f"{shade}.png", shade) for shade in range(4)]
    rounds = 3 if isinstance(library.storage, S3Storage) else 12
    done = threading.Event()
    problems: list[str] = []

    def watched(work: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException:  # noqa: BLE001 - shown by the test
                problems.append(traceback.format_exc())

        return threading.Thread(target=run)

    def come_and_go(own: list[Path]) -> None:
        for _ in range(rounds):
            for path in own:
                library.add(path)
            library.delete(path.name for path in own[:1])
            library.add(own[0])

    def collect() -> None:
        while not done.is_set():
            library.gc(NOTHING)

    adders = [watched(lambda own=paths[start : start + 2]: come_and_go(own)) for start in (0, 2)]  # type: ignore[misc]
    collectors = [watched(collect) for _ in range(2)]
    for thread in (*adders, *collectors):
        thread.start()
    for thread in adders:
        thread.join()
    done.set()
    for thread in collectors:
        thread.join()
    assert problems == []
    assert len(library.files()) == 4
    for path in paths:
        file = library[path.name]
        assert library.storage.is_stored(file.storage_key)
        assert library.read(file.id) == path.read_bytes()


# --- several who share -----------------------------------------------------------------------------------------------


@pytest.fixture
def second_instructor(database: Database, library: Library) -> Iterator[Library]:
    """Somebody else's library in the same database and the same storage."""
    role = f"second_{uuid4().hex[:8]}"
    instructors.add(database.dsn, role)
    second = Database(make_conninfo(database.dsn, user=role))
    home = library.home.parent / "second"
    place = f"file://{library.home}/storage" if not isinstance(library.storage, S3Storage) else None
    storage = library.storage if place is None else open_storage(place, home)
    other = Library(second, storage, home)
    yield other
    other.close()
    second.close()
    instructors.remove(database.dsn, role)


def test_an_instructor_does_not_remove_what_another_one_needs(
    library: Library, second_instructor: Library, tmp_path: Path, in_two_days: None
) -> None:
    path = picture(tmp_path / "a.png")
    library.add(path)
    second_instructor.add(path, picture(tmp_path / "b.png", 5))
    assert second_instructor.gc().empty
    assert library.gc().empty
    library.delete("a.png")
    with library.database.connection() as connection:
        connection.execute("delete from studio_deleted_media where instructor_id = %s", (library.owner,))
    assert library.gc().empty
    assert second_instructor.read(second_instructor["a.png"].id) == path.read_bytes()


def test_two_databases_in_one_place_do_not_remove_each_others_bytes(
    library: Library, tmp_path: Path, server_dsn: str, in_two_days: None
) -> None:
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        with contextlib.closing(open_database(make_conninfo(server_dsn, dbname=name), tmp_path)) as database:
            other = Library(database, library.storage, tmp_path / "other")
            other.add(picture(tmp_path / "a.png"))
            mine = orphan(library, picture(tmp_path / "mine.png", 9))
            (library.home / "uploads" / "old").mkdir(parents=True)
            with pytest.raises(LibraryError, match="other databases keep media here") as caught:
                library.gc()
            assert name in str(caught.value)
            assert "shared=True" in caught.value.hint
            assert list(library.gc(shared=True)["key"]) == ["uploads/old"]
            assert library.storage.is_stored(mine)
            assert other.read(other["a.png"].id) == (tmp_path / "a.png").read_bytes()
            other.close()
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_a_bound_of_less_than_nothing_is_refused(library: Library) -> None:
    with pytest.raises(LibraryError, match="no age"):
        library.gc(-DAY)


# --- databases of homes that are gone ----------------------------------------------------------------------------------


def test_the_database_of_a_home_that_is_gone_goes_when_that_is_asked_for(
    database: Database, tmp_path: Path, in_two_days: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where it had to lie outside: and not when the home's disk is not there, or may come back."""
    monkeypatch.setattr(postgres_place, "SYSTEM_FOLDERS", (tmp_path / "system",))
    monkeypatch.setattr(postgres_place, "_temporary_root", lambda: tmp_path / "none")
    homes = {name: tmp_path / "homes" / name / "home" for name in ("here", "gone", "away")}
    for name, home in homes.items():
        home.mkdir(parents=True)
        data = tmp_path / "system" / name
        data.mkdir(parents=True)
        postgres_place.sign_data(data, home)
    homes["gone"].rmdir()
    homes["away"].rmdir()
    homes["away"].parent.rmdir()  # as a disk that is not mounted
    (tmp_path / "system" / "unsigned").mkdir()
    home = tmp_path / "home"
    library = Library(database, open_storage(None, home), home)
    gone = str(tmp_path / "system" / "gone")
    assert library.gc().empty
    assert list(library.gc(databases=True, dry_run=True)["key"]) == [gone]
    assert list(library.gc(databases=True)["key"]) == [gone]
    assert sorted(path.name for path in (tmp_path / "system").iterdir()) == ["away", "here", "unsigned"]
    library.close()


def test_data_inside_its_home_are_not_signed(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    postgres_place.sign_data(data, tmp_path)
    assert list(data.iterdir()) == []
