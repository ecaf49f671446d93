"""Blob storage of both kinds: content-addressed, whole or not there. What only one kind does is tested with it."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import pytest

from studio_widgets.engine.errors import MissingMediaError, StorageError
from studio_widgets.engine.library.folder_storage import FolderStorage
from studio_widgets.engine.library.storage import Storage, file_sha256, open_storage


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "stored")
    return open_storage(request.getfixturevalue("s3_url"), tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "stored")


def everything(storage: Storage) -> list[str]:
    """All keys, and names of what was never finished."""
    stored = [found.key for part in ("sha256", "derived", "meta") for found in storage.keys(part)]
    return stored + [found.name for found in storage.leftovers()]


def a_file(tmp_path: Path, content: bytes = b"x" * 3_000_000, name: str = "a.mp4") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_file_is_stored_under_its_hash_once(storage: Storage, tmp_path: Path) -> None:
    path = a_file(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    seen: list[int] = []
    blob = storage.put_file(path, progress=seen.append)
    assert (blob.sha256, blob.size, blob.key) == (digest, 3_000_000, f"sha256/{digest[:2]}/{digest}")
    assert seen == sorted(seen)
    assert seen[-1] == 3_000_000
    assert storage.put_file(path) == blob
    assert everything(storage) == [blob.key]
    assert file_sha256(storage.local_path(blob.key)) == digest
    assert storage.exists(blob.key)
    assert storage.is_stored(blob.key)


def test_an_empty_file_is_a_file(storage: Storage, tmp_path: Path) -> None:
    blob = storage.put_file(a_file(tmp_path, b""))
    assert blob.size == 0
    assert storage.read(blob.key) == b""
    assert storage.read_range(blob.key, 0, 10) == b""


def test_the_stored_bytes_do_not_follow_the_original(storage: Storage, tmp_path: Path) -> None:
    path = a_file(tmp_path, b"before")
    blob = storage.put_file(path)
    path.write_bytes(b"after")
    assert storage.read(blob.key) == b"before"


def test_a_blob_that_a_disk_has_shortened_is_stored_anew(folder: FolderStorage, tmp_path: Path) -> None:
    path = a_file(tmp_path, b"whole")
    blob = folder.put_file(path)
    stored = folder.local_path(blob.key)
    stored.chmod(0o644)
    stored.write_bytes(b"who")
    folder.put_file(path)
    assert folder.read(blob.key) == b"whole"


def test_a_copy_that_breaks_off_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    path = a_file(tmp_path)

    def give_up(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        storage.put_file(path, progress=give_up)
    assert everything(storage) == []


def test_a_missing_source_and_a_missing_blob_are_named(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(MissingMediaError, match="nowhere"):
        storage.put_file(tmp_path / "nowhere")
    for ask in (storage.read, storage.local_path, lambda key: storage.read_range(key, 0, 1)):
        with pytest.raises(MissingMediaError, match="sha256/ab/abc"):
            ask("sha256/ab/abc")
    assert not storage.exists("sha256/ab/abc")
    storage.delete("sha256/ab/abc")


def test_keys_do_not_leave_their_folder(storage: Storage) -> None:
    for key in ("../out", "/etc/passwd", "sha256/../../x", "", "a", "sha256//x", "sha256/.x"):
        for ask in (storage.delete, storage.read, storage.exists, storage.local_path, storage.is_stored):
            with pytest.raises(StorageError, match="not a storage key"):
                ask(key)
        with pytest.raises(StorageError, match="not a storage key"):
            storage.write(key, b"")
        with pytest.raises(StorageError, match="not a storage key"):
            list(storage.keys(f"{key}/.."))


def test_derived_files_are_written_adopted_and_deleted(storage: Storage) -> None:
    assert not storage.exists("derived/ab/abc/peaks-1.u8")
    storage.write("derived/ab/abc/peaks-1.u8", b"\x01")
    with storage.scratch() as scratch:
        (scratch / "made").write_bytes(b"proxy")
        storage.adopt("derived/ab/abc/proxy-1.mp4", scratch / "made")
    assert not scratch.exists()
    assert storage.read("derived/ab/abc/proxy-1.mp4") == b"proxy"
    assert storage.exists("derived/ab/abc/peaks-1.u8")
    for name in ("peaks-1.u8", "proxy-1.mp4"):
        storage.delete(f"derived/ab/abc/{name}")
        assert not storage.exists(f"derived/ab/abc/{name}")
    assert everything(storage) == []


def test_ranges_are_read_as_slices_are(storage: Storage, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40
    key = storage.put_file(a_file(tmp_path, content)).key
    for offset, size in ((0, 10), (100, 5000), (10_000, 1000), (10_240, 5), (99_999, 5), (3, 0)):
        assert storage.read_range(key, offset, size) == content[offset : offset + size]


def test_keys_are_listed_with_size_and_time(storage: Storage, tmp_path: Path) -> None:
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=5)
    blob = storage.put_file(a_file(tmp_path, b"abc"))
    for number in range(3):
        storage.write(f"derived/ab/abc/{number}", b"x" * number)
    assert [(found.key, found.size) for found in storage.keys("derived")] == [
        (f"derived/ab/abc/{number}", number) for number in range(3)
    ]
    (found,) = storage.keys("sha256")
    assert (found.key, found.size) == (blob.key, 3)
    assert before < found.modified < datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=5)
    assert [found.key for found in storage.keys("derived/ab/abc")] == [
        f"derived/ab/abc/{number}" for number in range(3)
    ]
    assert list(storage.keys("derived/cd")) == []


def test_many_are_deleted_at_once_those_that_are_gone_too(storage: Storage) -> None:
    keys = [f"derived/ab/abc/{number}" for number in range(5)]
    for key in keys:
        storage.write(key, b"x")
    storage.delete_many([*keys[:4], "derived/ab/abc/never"])
    assert everything(storage) == [keys[4]]
    assert not storage.exists(keys[0])
    storage.delete_many([])


def test_a_lent_file_can_be_read_while_it_is_lent(storage: Storage, tmp_path: Path) -> None:
    key = storage.put_file(a_file(tmp_path, b"abc")).key
    with storage.lent(key) as path:
        assert path.read_bytes() == b"abc"


def test_a_database_leaves_its_mark(storage: Storage) -> None:
    storage.mark("7-16384", "studio on laptop")
    storage.mark("7-16384", "studio on laptop")
    assert [found.key for found in storage.keys("meta/databases")] == ["meta/databases/7-16384"]
    assert storage.read("meta/databases/7-16384") == b"studio on laptop"


def test_a_folder_being_emptied_does_not_keep_others_from_writing(
    folder: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleting the last file of a folder removes the folder, which a writer has just made."""
    folder.write("derived/ab/abc/last", b"x")
    rename = Path.replace

    def after_others_deleted(path: Path, target: Path) -> Path:
        folder.delete("derived/ab/abc/last")
        monkeypatch.setattr(Path, "replace", rename)
        return path.replace(target)

    with folder.scratch() as scratch:
        (scratch / "made").write_bytes(b"y")
        monkeypatch.setattr(Path, "replace", after_others_deleted)
        folder.adopt("derived/ab/abc/new", scratch / "made")
    assert folder.read("derived/ab/abc/new") == b"y"


def test_an_address_of_an_unknown_kind_is_refused_without_its_secrets(tmp_path: Path) -> None:
    assert isinstance(open_storage(None, tmp_path), FolderStorage)
    assert open_storage(f"file://{tmp_path}/x", tmp_path).place("a/b") == tmp_path / "x" / "a" / "b"
    with pytest.raises(StorageError, match="'ftp'") as caught:
        open_storage("ftp://me:secret@host/prefix", tmp_path)
    assert "secret" not in str(caught.value)
