"""Media in a bucket, against a real S3 server: what goes wrong on the way, and goes on afterwards."""

from __future__ import annotations

import hashlib
import itertools
import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library import parts
from studio_widgets.engine.library.parts import PART
from studio_widgets.engine.library.s3_errors import EndpointDownError
from studio_widgets.engine.library.s3_place import make_client, place_of
from studio_widgets.engine.library.s3_storage import S3Storage
from studio_widgets.engine.library.storage import blob_key
from tests.engine.library.buckets import noise, open_at
from tests.engine.s3_server import BUCKET

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
    storage.allow_origins([])
    assert storage.allowed_origins() == []


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
