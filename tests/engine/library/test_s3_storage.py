"""Media in a bucket, against a real S3 server: what goes wrong on the way, and goes on afterwards."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import signal
import subprocess
import sys
import textwrap
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library import multipart, parts
from studio_widgets.engine.library.blob_cache import BlobCache
from studio_widgets.engine.library.parts import PART
from studio_widgets.engine.library.s3_errors import EndpointDownError
from studio_widgets.engine.library.s3_place import make_client, place_of
from studio_widgets.engine.library.s3_storage import S3Storage
from studio_widgets.engine.library.storage import blob_key
from tests.engine.conftest import s3_address
from tests.engine.s3_server import BUCKET, S3Server

ROOT = Path(__file__).parents[3]
PARTS = 5


def noise(path: Path, size: int, seed: int = 1) -> Path:
    path.write_bytes(random.Random(seed).randbytes(size))
    return path


def open_at(url: str, folder: Path, **changes: object) -> S3Storage:
    """A storage that gives up soon, with a cache of its own."""
    return S3Storage(msgspec.structs.replace(place_of(url), **{"attempts": 2, **changes}), folder)


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


# --- there and back --------------------------------------------------------------------------------------------------


def test_a_large_file_goes_in_parts_and_comes_back(storage: S3Storage, elsewhere: S3Storage, large: Path) -> None:
    seen: list[int] = []
    blob = storage.put_file(large, progress=seen.append)
    assert blob.sha256 == hashlib.sha256(large.read_bytes()).hexdigest()
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == large.stat().st_size
    assert any(0 < done < seen[-1] for done in seen)
    assert elsewhere.local_path(blob.key).read_bytes() == large.read_bytes()
    assert list(storage.leftovers()) == []


def test_what_is_in_the_bucket_is_not_sent_again(storage: S3Storage, elsewhere: S3Storage, tmp_path: Path) -> None:
    blob = storage.put_file(noise(tmp_path / "a", 100_000))
    (before,) = storage.keys("sha256")
    again = elsewhere.put_file(tmp_path / "a")
    assert again == blob
    assert list(storage.keys("sha256")) == [before]  # with the same time


def test_parts_of_a_file_of_any_size_are_few_enough_and_cover_it() -> None:
    for size in (0, 1, PART, PART + 1, 10 * PART, 80_000 * PART):
        cut = parts.parts_of(size)
        assert len(cut) <= 10_000
        assert sum(part.size for part in cut) == size
        assert all(one.offset + one.size == two.offset for one, two in itertools.pairwise(cut))


def test_a_blob_is_read_in_part_without_fetching_it(storage: S3Storage, elsewhere: S3Storage, large: Path) -> None:
    key = storage.put_file(large).key
    assert elsewhere.read_range(key, PART - 10, 30) == large.read_bytes()[PART - 10 : PART + 20]
    assert not elsewhere.place(key).exists()


def test_a_signed_address_gives_the_bytes_and_parts_of_them_to_anybody(storage: S3Storage, tmp_path: Path) -> None:
    path = noise(tmp_path / "talk.mp4", 5000)
    key = storage.put_file(path).key
    url = storage.url(key, name='Häuser & "Gärten".mp4')
    assert url is not None
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == path.read_bytes()
        assert answer.headers["Content-Type"] == "video/mp4"
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename*=UTF-8''H%C3%A4user%20%26%20%22G%C3%A4rten%22.mp4"
        )
    request = urllib.request.Request(str(storage.url(key)), headers={"Range": "bytes=10-19"})
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, answer.read()) == (206, path.read_bytes()[10:20])
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(str(storage.url(key)).partition("?")[0])


def test_with_a_network_in_front_addresses_are_its_own(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_CDN_URL", "https://cdn.example.org/media/")
    storage = open_at(s3_url, tmp_path)
    prefix = storage.where.prefix
    assert storage.url("sha256/ab/abc") == f"https://cdn.example.org/media/{prefix}/sha256/ab/abc"
    assert storage.links("sha256/ab/abc").bucket_url is None
    b2 = place_of("s3://lectures/x?endpoint=https://s3.eu-central-003.backblazeb2.com")
    assert b2.region == "eu-central-003"
    assert S3Storage(b2, tmp_path).links("sha256/ab/abc").bucket_url == (
        "https://s3.eu-central-003.backblazeb2.com/lectures/x/sha256/ab/abc"
    )


def test_origins_are_allowed_to_read(storage: S3Storage) -> None:
    storage.allow_origins(["https://hub.example.org"])
    assert storage.allowed_origins() == ["https://hub.example.org"]


def test_requests_carry_no_checksums_that_other_services_refuse(s3_url: str) -> None:
    client = make_client(place_of(s3_url))
    sent: list[dict[str, str]] = []
    client.meta.events.register_last("before-send.s3", lambda request, **_: sent.append(dict(request.headers)))
    client.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    client.get_object(Bucket=BUCKET, Key="a")["Body"].read()
    client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "a"}]})
    names = [name.lower() for headers in sent for name in headers]
    assert len(sent) == 3
    assert not [name for name in names if "checksum" in name or "trailer" in name]
    assert "content-md5" in {name.lower() for name in sent[2]}


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bucket": "nowhere"}, "no such bucket"),
        ({"key_id": "nobody"}, "does not know the access key"),
        ({"secret": "wrong"}, "secret key is wrong"),
    ],
)
def test_a_wrong_setting_is_named_with_bucket_and_next_step(
    s3_url: str, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    storage = open_at(s3_url, tmp_path / "cache", **changes)
    path = noise(tmp_path / "a", 1000)
    with pytest.raises(StorageError, match=said) as caught:
        storage.mark("1-1", "a studio")
    assert storage.where.bucket in caught.value.where
    assert caught.value.hint
    with pytest.raises(StorageError):
        storage.put_file(path)
    with pytest.raises(StorageError, match=said):
        storage.read("sha256/ab/abc")


def test_no_error_tells_a_secret(s3_url: str, tmp_path: Path) -> None:
    storage = open_at(s3_url, tmp_path, secret="very-secret-words")
    with pytest.raises(StorageError) as caught:
        storage.read("sha256/ab/abc")
    assert "very-secret-words" not in f"{caught.value!r} {caught.value} {storage.where!r}"


@pytest.mark.parametrize(
    "url", ["s3://", "s3://key:secret@bucket/x", "s3://bucket/a b", "s3://bucket/x?endpiont=http://a", "s3://bucket/x?"]
)
def test_addresses_that_cannot_be_meant_are_refused(url: str) -> None:
    if url.endswith("?"):
        assert place_of(url).bucket == "bucket"
        return
    with pytest.raises(StorageError) as caught:
        place_of(url)
    assert "secret" not in str(caught.value).replace("STUDIO_STORAGE_SECRET", "")


def test_a_service_that_is_away_is_named_and_what_is_here_can_be_read(
    storage: S3Storage, s3_url: str, tmp_path: Path
) -> None:
    path = noise(tmp_path / "a", 1000)
    key = storage.put_file(path).key
    away = open_at(s3_url, tmp_path / "cache", endpoint="http://127.0.0.1:9")
    away.mark("1-1", "a studio")  # told in the log, and done later
    assert away.local_path(key).read_bytes() == path.read_bytes()
    assert away.read_range(key, 0, 5) == path.read_bytes()[:5]
    with pytest.raises(EndpointDownError, match=r"s3://media/.* 127\.0\.0\.1:9 does not answer"):
        away.put_file(noise(tmp_path / "b", 1000, seed=2))
    with pytest.raises(EndpointDownError):
        away.local_path(blob_key("ab" * 32))


def test_a_database_whose_store_was_away_is_marked_before_anything_is_written(
    storage: S3Storage, s3_url: str, tmp_path: Path
) -> None:
    late = open_at(s3_url, tmp_path / "cache-late", endpoint="http://127.0.0.1:9")
    late.mark("1-1", "a studio")
    assert list(storage.keys("meta/databases")) == []
    late.where = storage.where
    late.__dict__["client"] = storage.client
    late.write("derived/ab/abc/x", b"x")
    assert [found.key for found in storage.keys("meta/databases")] == ["meta/databases/1-1"]


def test_what_came_damaged_is_refused_and_what_the_cache_damaged_is_fetched_again(
    storage: S3Storage, elsewhere: S3Storage, tmp_path: Path
) -> None:
    path = noise(tmp_path / "a", 100_000)
    key = storage.put_file(path).key
    for damage in (b"other bytes", path.read_bytes()[:-1], b"y" * 100_000):
        cached = storage.local_path(key)
        cached.chmod(0o644)
        cached.write_bytes(damage)
        assert storage.local_path(key).read_bytes() == path.read_bytes()
        assert storage.put_file(path).key == key
    client = make_client(storage.where)
    client.put_object(Bucket=BUCKET, Key=storage.where.object_key(key), Body=b"y" * 100_000)
    with pytest.raises(StorageError, match="not those that its key states"):
        elsewhere.local_path(key)
    assert not elsewhere.place(key).exists()


def test_an_entry_whose_time_was_changed_and_not_its_bytes_stays(storage: S3Storage, tmp_path: Path) -> None:
    key = storage.put_file(noise(tmp_path / "a", 1000)).key
    cached = storage.place(key)
    os.utime(cached, (0, 1))
    inode = cached.stat().st_ino
    assert storage.local_path(key).stat().st_ino == inode


# --- interrupted, and gone on with -----------------------------------------------------------------------------------


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


# --- the cache -------------------------------------------------------------------------------------------------------


def test_the_cache_keeps_its_bound_and_what_was_used_last(s3_url: str, tmp_path: Path) -> None:
    storage = S3Storage(place_of(s3_url), tmp_path / "cache", cache_limit=350_000)
    keys = [storage.put_file(noise(tmp_path / "a", 100_000, seed)).key for seed in range(3)]
    assert all(storage.place(key).exists() for key in keys)
    for key in (keys[0], keys[2]):
        with storage.lent(key):
            pass
    storage.put_file(noise(tmp_path / "a", 100_000, seed=9))
    assert [storage.place(key).exists() for key in keys] == [True, False, True]
    assert storage.cache.size() <= 350_000
    assert storage.read(keys[1])[:5] == random.Random(1).randbytes(100_000)[:5]  # it comes again


def test_nothing_is_evicted_that_another_kernel_was_given(s3_url: str, tmp_path: Path) -> None:
    one = S3Storage(place_of(s3_url), tmp_path / "cache", cache_limit=1_000_000)
    given = one.local_path(one.put_file(noise(tmp_path / "a", 100_000, seed=1)).key)
    other = BlobCache(tmp_path / "cache", limit=0)
    lent_key = one.put_file(noise(tmp_path / "a", 100_000, seed=2)).key
    with one.lent(lent_key) as lent:
        other.trim()
        assert given.exists()
        assert lent.exists()
    other.trim()
    assert given.exists()
    assert not lent.exists()


def test_a_killed_kernel_holds_on_to_nothing(tmp_path: Path) -> None:
    program = """
        import os, sys
        from pathlib import Path
        from studio_widgets.engine.library.blob_cache import BlobCache

        cache = BlobCache(Path(sys.argv[1]))
        cache.write("derived/ab/abc/x", b"x")
        assert cache.hand_out("derived/ab/abc/x")
        os.kill(os.getpid(), 9)
    """
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)], env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert process.returncode == -signal.SIGKILL
    cache = BlobCache(tmp_path, limit=0)
    assert cache.find("derived/ab/abc/x")
    cache.trim()
    assert not cache.find("derived/ab/abc/x")
    assert list((tmp_path / "leases").iterdir()) == []


def test_a_bound_smaller_than_a_file_still_lets_it_through(s3_url: str, tmp_path: Path) -> None:
    storage = S3Storage(place_of(s3_url), tmp_path / "cache", cache_limit=0)
    path = noise(tmp_path / "a", 100_000)
    key = storage.put_file(path).key
    assert storage.cache.size() == 0
    assert storage.local_path(key).read_bytes() == path.read_bytes()
    with storage.lent(key) as lent:
        assert lent.read_bytes() == path.read_bytes()


def test_a_size_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_CACHE_GB", "lots")
    with pytest.raises(StorageError, match="'lots' is no size"):
        BlobCache(tmp_path)
    monkeypatch.setenv("STUDIO_CACHE_GB", "0.5")
    assert BlobCache(tmp_path).limit == 500_000_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A disk of 3 MB; skips where we may not make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode != 0:
        pytest.skip("no right to mount a small disk")
    return folder


def test_a_full_disk_is_named_with_what_is_needed(
    storage: S3Storage, s3_url: str, tmp_path: Path, small_disk: Path
) -> None:
    try:
        key = storage.put_file(noise(tmp_path / "a", 5_000_000)).key
        cramped = open_at(s3_url, small_disk / "cache")
        for ask in (lambda: cramped.local_path(key), lambda: cramped.put_file(tmp_path / "a")):
            with pytest.raises(StorageError, match="disk of the cache is full: 5 MB are needed") as caught:
                ask()
            assert str(small_disk) in caught.value.where
        assert list(cramped.cache.leftovers()) == []
    finally:
        subprocess.run(["umount", "-l", str(small_disk)], check=True)
