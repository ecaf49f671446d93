"""Uploads that break off, by whoever's death, and go on with the parts that arrived."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library import multipart, parts
from studio_widgets.engine.library.parts import PART
from studio_widgets.engine.library.s3_storage import S3Storage
from studio_widgets.engine.library.storage import blob_key
from tests.engine.conftest import s3_address
from tests.engine.library.buckets import noise, open_at
from tests.engine.s3_server import BUCKET, S3Server

ROOT = Path(__file__).parents[3]
PARTS = 5


@pytest.fixture(autouse=True)
def two_parts_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few parts are enough to be interrupted among."""
    monkeypatch.setattr(parts, "PARALLEL", 2)


@pytest.fixture
def storage(s3_url: str, tmp_path: Path) -> S3Storage:
    return open_at(s3_url, tmp_path / "cache")


@pytest.fixture
def elsewhere(s3_url: str, tmp_path: Path) -> S3Storage:
    """The same bucket seen from another machine."""
    return open_at(s3_url, tmp_path / "cache-elsewhere")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of five parts, the last one short."""
    return noise(tmp_path / "large.mp4", (PARTS - 1) * PART + 1000)


def parts_arrived(storage: S3Storage) -> int:
    where = storage.where
    return sum(
        len(multipart.parts_there(storage.client, where.bucket, one["Key"], one["UploadId"]))
        for one in multipart.unfinished(storage.client, where.bucket, where.prefix)
    )


ARRIVED = 2.5  # parts sent, two at a time: then one at least was taken


def stop_after(count: float, then: Callable[[], object]) -> Callable[[int], None]:
    def progress(done: int) -> None:
        if done >= count * PART:
            then()

    return progress


def test_an_upload_that_was_stopped_goes_on_with_the_parts_that_arrived(storage: S3Storage, large: Path) -> None:
    def give_up() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        storage.put_file(large, progress=stop_after(ARRIVED, give_up))
    arrived = parts_arrived(storage)
    assert arrived >= 1
    (leftover,) = [one for one in storage.leftovers() if one.why == "interrupted upload"]
    assert leftover.size >= arrived * PART - PART
    digest = hashlib.sha256(large.read_bytes()).hexdigest()
    sent = multipart.upload(storage.client, storage.where, blob_key(digest), large, content_type="video/mp4")
    assert sent.parts == PARTS
    assert sent.kept >= arrived
    assert storage.put_file(large).sha256 == digest
    assert list(storage.leftovers()) == []


def test_a_part_that_arrived_with_other_bytes_is_sent_again(
    storage: S3Storage, elsewhere: S3Storage, large: Path
) -> None:
    key = blob_key(hashlib.sha256(large.read_bytes()).hexdigest())
    target = {"Bucket": BUCKET, "Key": storage.where.object_key(key)}
    begun = storage.client.create_multipart_upload(**target)["UploadId"]
    data = large.read_bytes()
    for number, body in ((1, data[:PART]), (2, b"z" * PART)):
        storage.client.upload_part(**target, UploadId=begun, PartNumber=number, Body=body)
    sent = multipart.upload(storage.client, storage.where, key, large, content_type="video/mp4")
    assert sent.kept == 1
    assert elsewhere.local_path(key).read_bytes() == data


def test_an_upload_that_somebody_removes_meanwhile_begins_anew(storage: S3Storage, large: Path) -> None:
    removed: list[str] = []

    def remove_it() -> None:
        if removed:
            return
        for leftover in storage.leftovers():
            if leftover.why == "interrupted upload":
                storage.discard(leftover)
                removed.append(leftover.name)

    blob = storage.put_file(large, progress=stop_after(1, remove_it))
    assert removed
    assert storage.is_stored(blob.key)


@pytest.mark.long
def test_a_server_killed_in_mid_upload_is_gone_on_with_when_it_is_back(
    s3_server_of_its_own: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = s3_server_of_its_own
    storage = open_at(s3_address(server, monkeypatch), tmp_path / "cache")
    path = noise(tmp_path / "large", 8 * PART)
    with pytest.raises(StorageError, match="what was sent is kept"):
        storage.put_file(path, progress=stop_after(ARRIVED, server.kill))
    server.start()
    arrived = parts_arrived(storage)
    assert arrived >= 1
    seen: list[int] = []
    sent = multipart.upload(
        storage.client,
        storage.where,
        blob_key(hashlib.sha256(path.read_bytes()).hexdigest()),
        path,
        content_type="video/mp4",
        progress=seen.append,
    )
    assert sent.kept >= arrived
    blob = storage.put_file(path)
    assert (
        open_at(s3_address(server, monkeypatch), tmp_path / "other", prefix=storage.where.prefix)
        .local_path(blob.key)
        .read_bytes()
        == path.read_bytes()
    )


_PUT = """
    import sys
    from pathlib import Path
    from studio_widgets.engine.library.storage import open_storage

    storage = open_storage(sys.argv[1], Path(sys.argv[2]))

    def progress(done):
        print(done, flush=True)

    print(storage.put_file(Path(sys.argv[3]), progress=progress).key, flush=True)
"""


def put_in_a_process(url: str, home: Path, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_PUT), url, str(home), str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.long
def test_a_kernel_killed_in_mid_upload_is_gone_on_with(s3_url: str, tmp_path: Path) -> None:
    path = noise(tmp_path / "large", 16 * PART)
    parts_at_a_time = 8  # in a process of its own
    process = put_in_a_process(s3_url, tmp_path / "home", path)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) > parts_at_a_time * PART:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    storage = open_at(s3_url, tmp_path / "home" / "cache" / "storage")
    arrived = parts_arrived(storage)
    assert arrived >= 1
    assert not list(storage.keys("sha256"))
    again = put_in_a_process(s3_url, tmp_path / "home", path)
    lines = str(again.communicate()[0]).split()
    assert again.returncode == 0
    assert next(int(line) for line in lines if line != "0") >= PART  # what was there counts at once
    assert storage.local_path(lines[-1]).read_bytes() == path.read_bytes()
    assert [one.why for one in storage.leftovers()] == []


@pytest.mark.long
def test_two_processes_put_the_same_file_at_the_same_time(s3_url: str, tmp_path: Path) -> None:
    path = noise(tmp_path / "large", 6 * PART)
    both = [put_in_a_process(s3_url, tmp_path / home, path) for home in ("one", "one", "two")]
    keys = {str(process.communicate()[0]).split()[-1] for process in both}
    assert [process.returncode for process in both] == [0, 0, 0]
    storage = open_at(s3_url, tmp_path / "fresh")
    assert [found.key for found in storage.keys("sha256")] == list(keys)
    assert storage.local_path(keys.pop()).read_bytes() == path.read_bytes()
