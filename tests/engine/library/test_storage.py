"""Blob storage: content-addressed, whole or not there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from studio_widgets.engine.errors import MissingMediaError, StorageError
from studio_widgets.engine.library.storage import FolderStorage, file_sha256, open_storage


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "stored")


def everything(storage: FolderStorage) -> list[str]:
    return sorted(str(path.relative_to(storage.folder)) for path in storage.folder.rglob("*") if path.is_file())


def test_a_file_is_stored_under_its_hash_once(storage: FolderStorage, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 3_000_000)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    seen: list[int] = []
    blob = storage.put_file(path, progress=seen.append)
    assert (blob.sha256, blob.size, blob.key) == (digest, 3_000_000, f"sha256/{digest[:2]}/{digest}")
    assert seen == sorted(seen)
    assert seen[-1] == 3_000_000
    assert storage.put_file(path) == blob
    assert everything(storage) == [blob.key]
    assert file_sha256(storage.local_path(blob.key)) == digest


def test_the_stored_bytes_do_not_follow_the_original(storage: FolderStorage, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    blob = storage.put_file(path)
    path.write_bytes(b"after")
    assert storage.read(blob.key) == b"before"


def test_a_blob_that_a_disk_has_shortened_is_stored_anew(storage: FolderStorage, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"whole")
    blob = storage.put_file(path)
    stored = storage.local_path(blob.key)
    stored.chmod(0o644)
    stored.write_bytes(b"who")
    storage.put_file(path)
    assert storage.read(blob.key) == b"whole"


def test_a_copy_that_breaks_off_leaves_nothing(storage: FolderStorage, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 3_000_000)

    def give_up(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        storage.put_file(path, progress=give_up)
    assert everything(storage) == []


def test_a_missing_source_and_a_missing_blob_are_named(storage: FolderStorage, tmp_path: Path) -> None:
    with pytest.raises(MissingMediaError, match="nowhere"):
        storage.put_file(tmp_path / "nowhere")
    for ask in (storage.read, storage.local_path):
        with pytest.raises(MissingMediaError, match="sha256/ab/abc"):
            ask("sha256/ab/abc")
    storage.delete("sha256/ab/abc")


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "sha256/../../x", "", "a", "sha256//x", "sha256/.x"])
def test_keys_do_not_leave_the_folder(storage: FolderStorage, key: str) -> None:
    with pytest.raises(StorageError, match="not a storage key"):
        storage.write(key, b"")


def test_derived_files_are_written_adopted_and_deleted(storage: FolderStorage) -> None:
    storage.write("derived/ab/abc/peaks-1.u8", b"\x01")
    with storage.scratch() as folder:
        (folder / "made").write_bytes(b"proxy")
        storage.adopt("derived/ab/abc/proxy-1.mp4", folder / "made")
    assert not folder.exists()
    assert storage.read("derived/ab/abc/proxy-1.mp4") == b"proxy"
    for name in ("peaks-1.u8", "proxy-1.mp4"):
        storage.delete(f"derived/ab/abc/{name}")
    assert everything(storage) == []


def test_an_address_of_an_unknown_kind_is_refused_without_its_secrets(tmp_path: Path) -> None:
    assert isinstance(open_storage(None, tmp_path), FolderStorage)
    assert open_storage(f"file://{tmp_path}/x", tmp_path).place("a/b") == tmp_path / "x" / "a" / "b"
    with pytest.raises(StorageError, match="'s3' is not supported yet"):
        open_storage("s3://bucket/prefix", tmp_path)
