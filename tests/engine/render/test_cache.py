from __future__ import annotations

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.render.cache import SegmentCache


def key(number: int) -> str:
    return f"{number:064x}"


def age(cache: SegmentCache, number: int, seconds: int) -> None:
    path = cache._path(key(number))
    moment = path.stat().st_mtime - seconds
    os.utime(path, (moment, moment))


def test_what_was_put_comes_back_in_another_process_too(tmp_path: Path) -> None:
    SegmentCache(tmp_path / "new" / "folder").put(key(1), b"bytes")
    assert SegmentCache(tmp_path / "new" / "folder").get(key(1)) == b"bytes"
    assert SegmentCache(tmp_path / "new" / "folder").get(key(2)) is None


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "foreign"])
def test_a_damaged_entry_is_a_miss_and_goes(tmp_path: Path, damage: str) -> None:
    cache = SegmentCache(tmp_path)
    cache.put(key(1), b"x" * 1000)
    path = cache._path(key(1))
    data = path.read_bytes()
    flipped = data[:500] + bytes([data[500] ^ 1]) + data[501:]
    path.write_bytes({"flip": flipped, "cut": data[:-1], "empty": b"", "foreign": b"not ours at all" * 9}[damage])
    assert cache.get(key(1)) is None
    assert not path.exists()


def test_the_longest_unused_goes_first(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, limit=3500)
    for number in range(3):
        cache.put(key(number), b"x" * 1000)
        age(cache, number, 100 - number)
    assert cache.get(key(0)) is not None  # used now
    cache.put(key(3), b"x" * 1000)
    assert [cache.get(key(number)) is not None for number in range(4)] == [True, False, True, True]
    assert cache.size() <= 3500


def test_held_entries_stay_even_above_the_limit(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, limit=1500)
    with cache.hold([key(0), key(1)]):
        for number in range(3):
            cache.put(key(number), b"x" * 1000)
        assert cache.get(key(0)) is not None
        assert cache.get(key(1)) is not None
    assert cache.size() <= 1500


def test_no_partial_files_remain(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path)
    cache.put(key(1), b"x")
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".piece"]


def test_what_a_killed_process_left_is_swept_up_but_not_what_is_being_written(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path)
    cache.put(key(1), b"x")
    old, new = (cache._path(key(1)).with_name(name) for name in ("old.partial", "new.partial"))
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    SegmentCache(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="render cache cannot be written"):
        SegmentCache(tmp_path / "file" / "cache")


def hammer(folder: str, seed: int) -> int:
    """Put and get the same keys as everybody else; returns how many wrong answers there were."""
    cache = SegmentCache(folder, limit=20_000)
    wrong = 0
    for step in range(150):
        number = (step * 7 + seed) % 23
        body = bytes([number]) * (1000 + number)
        found = cache.get(key(number))
        wrong += found is not None and found != body
        cache.put(key(number), body)
    return wrong


def test_several_processes_and_threads_share_a_folder(tmp_path: Path) -> None:
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(hammer(str(tmp_path), 99)))
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        futures = [pool.submit(hammer, str(tmp_path), seed) for seed in range(2)]
        thread.start()
        answers += [future.result() for future in futures]
        thread.join()
    assert answers == [0, 0, 0]
    assert SegmentCache(tmp_path).size() <= 2 * 20_000
