"""The cache of a bucket on this machine: bounded, shared by kernels, nothing taken from under anybody."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library.blob_cache import BlobCache
from studio_widgets.engine.library.s3_place import place_of
from studio_widgets.engine.library.s3_storage import S3Storage
from tests.engine.library.buckets import noise, open_at

ROOT = Path(__file__).parents[3]
PARTS = 5


@pytest.fixture
def storage(s3_url: str, tmp_path: Path) -> S3Storage:
    return open_at(s3_url, tmp_path / "cache")


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
