"""Thumbnails, filmstrips, waveforms and proxies: made in the background, found by key, never in the way."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.errors import CancelledError
from studio_widgets.engine.library import recipes
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.jobs import Board, Jobs
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.worker_pool import Answer, Ask, Job, WorkerPool
from studio_widgets.engine.media.source import open_media

PATIENCE = 60.0


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the state never came"
        time.sleep(0.02)


# --- in the library ----------------------------------------------------------------------------------------------


def test_a_video_gets_thumbnail_filmstrip_waveform_and_proxy(library: Library, numbered_mp4: Path) -> None:
    library.add(numbered_mp4)
    media = library["numbered.mp4"]
    library.wait(progress=False)
    thumbnail, sprite, peaks = library.thumbnail(media.id), library.sprite(media.id), library.peaks(media.id)
    assert thumbnail is not None
    assert sprite is not None
    assert peaks is not None
    assert library.has_thumbnail(media.sha256)
    assert Image.open(io.BytesIO(thumbnail)).format == "JPEG"
    jpeg, info = sprite
    assert Image.open(io.BytesIO(jpeg)).size == (info.columns * info.tile_width, info.rows * info.tile_height)
    assert len(peaks) == pytest.approx(2 * recipes.PEAKS_PER_SECOND, abs=5)
    assert np.frombuffer(peaks, np.uint8).max() > 20
    proxy = library.source_file(library.source(media, Fraction(30))).proxy
    assert proxy is not None
    with open_media(proxy) as container:
        assert container.streams.video[0].codec_context.height <= 360
    assert library.failures().empty


def test_a_picture_gets_a_thumbnail_and_nothing_else(library: Library) -> None:
    identity = library.add(np.zeros((40, 30, 3), np.uint8))["id"].iloc[0]
    library.wait(progress=False)
    assert library.thumbnail(identity)
    assert library.sprite(identity) is None
    assert library.peaks(identity) is None


def test_what_is_made_is_not_made_again(
    library: Library, open_library: Callable[[], Library], numbered_mp4: Path
) -> None:
    library.add(numbered_mp4)
    library.wait(progress=False)
    made = {path: path.stat().st_mtime_ns for path in (library.home / "storage" / "derived").rglob("*-1.*")}
    assert len(made) == 5
    library.add(numbered_mp4)
    library.wait(progress=False)
    again = open_library()
    again.wait(progress=False)
    assert {path: path.stat().st_mtime_ns for path in made} == made


def test_what_a_killed_kernel_left_undone_is_made_after_the_next_opening(
    library: Library, open_library: Callable[[], Library], database: Database, numbered_mp4: Path
) -> None:
    library.add(numbered_mp4)
    library.wait(progress=False)
    media = library["numbered.mp4"]
    library.close()
    storage = library.storage
    for key in recipes.RECIPES["proxy"].keys(media.sha256) + recipes.RECIPES["peaks"].keys(media.sha256):
        storage.delete(key)
    with database.connection() as connection:
        connection.execute("update media_files set derived_version = 0")
    again = open_library()
    again.wait(progress=False)
    assert again.peaks(media.id)
    assert storage.exists(recipes.RECIPES["proxy"].key(media.sha256))
    row = database.frame("select derived_version from media_files")
    assert row["derived_version"].tolist() == [recipes.SET_VERSION]


def test_views_hear_of_a_thumbnail_when_it_is_there(library: Library) -> None:
    heard = threading.Event()
    identity: list[str] = []

    def listener(_: str) -> None:
        if identity and library.thumbnail(identity[0]):
            heard.set()

    library.subscribe(listener)
    identity.append(library.add(np.zeros((40, 30, 3), np.uint8))["id"].iloc[0])
    assert heard.wait(PATIENCE)


def test_a_failure_is_recorded_shown_and_tried_again_on_request(library: Library, numbered_mp4: Path) -> None:
    media_id = library.add(numbered_mp4)["id"].iloc[0]
    library.wait(progress=False)
    media = library.get(media_id)
    for key in recipes.RECIPES["thumbnail"].keys(media.sha256):
        library.storage.delete(key)
    # damage the stored original: what is derived from it cannot be made now
    whole = media.path.read_bytes()
    media.path.chmod(0o644)
    media.path.write_bytes(b"not a film")
    assert library.thumbnail(media_id) is None
    with pytest.warns(UserWarning, match=r"thumbnail of numbered\.mp4: this is not usable media"):
        library.wait(progress=False)
    assert library.failures()[["name", "recipe", "id"]].values.tolist() == [["numbered.mp4", "thumbnail", media_id]]
    assert library.thumbnail(media_id) is None, "it is not tried for ever"
    library.wait(progress=False)
    media.path.write_bytes(whole)
    library.add(numbered_mp4)
    library.wait(progress=False)
    assert library.thumbnail(media_id)
    assert library.failures().empty


def test_ctrl_c_cancels_and_the_next_wait_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch, numbered_mp4: Path
) -> None:
    board = library._board
    original = board.wait

    def interrupted(timeout: float | None = None) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(board, "wait", interrupted)
    media_id = library.add(numbered_mp4)["id"].iloc[0]
    with pytest.raises(CancelledError, match="goes on"):
        library.wait(progress=False)
    monkeypatch.setattr(board, "wait", original)
    assert library.failures().empty
    library.wait(progress=False)
    assert library.peaks(media_id)
    assert library.storage.exists(recipes.RECIPES["proxy"].key(library.get(media_id).sha256))


def test_closing_ends_the_workers(open_library: Callable[[], Library], numbered_mp4: Path) -> None:
    library = open_library()
    library.add(numbered_mp4)
    pool = library._derived._pool
    until(lambda: pool.pids() or not pool.open_jobs)
    pids = pool.pids()
    library.close()
    assert pool.pids() == []
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


# --- the pool itself ---------------------------------------------------------------------------------------------

# A stand-in for the worker that does what a message says: hang, die, or answer.
_PUPPET = """
import json, os, sys, time
for line in sys.stdin:
    message = json.loads(line)
    tries = message.get("tries")
    if tries:
        with open(tries, "a") as file: file.write("x")
    if message["do"] == "die" or (message["do"] == "die once" and os.path.getsize(tries) == 1):
        os.kill(os.getpid(), 9)
    if message["do"] == "hang":
        print(json.dumps({"progress": 0.5}), flush=True)
        time.sleep(3600)
    print(json.dumps({"ok": message["do"] != "fail", "error": "bad", "lasting": True}), flush=True)
"""


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(command=[sys.executable, "-c", _PUPPET])
    yield pool
    pool.close()


class Order:
    """A job that remembers its answer."""

    def __init__(self, key: str, rank: int = 0, within: float | None = None, **message: Any) -> None:
        self.answer: Answer | None = None
        self.within = within
        self.message = message
        self.job = Job(key=key, rank=rank, label=key, run=self.run)

    def run(self, ask: Ask) -> None:
        self.answer = ask(self.message, within=self.within)


def finish(pool: WorkerPool) -> None:
    until(lambda: pool.wait(0.5))


def test_a_worker_killed_once_costs_a_retry_and_twice_the_job(pool: WorkerPool, tmp_path: Path) -> None:
    once = Order("once", do="die once", tries=str(tmp_path / "once"))
    always = Order("always", do="die", tries=str(tmp_path / "always"))
    after = Order("after", rank=1, do="work")
    for order in (once, always, after):
        assert pool.submit(order.job)
    finish(pool)
    assert once.answer == Answer()
    assert (tmp_path / "once").read_text() == "xx"
    assert always.answer is not None
    assert "died twice" in always.answer.error
    assert not always.answer.lasting
    assert (tmp_path / "always").read_text() == "xx"
    assert after.answer == Answer(), "the pool goes on"


def test_a_worker_killed_from_outside_in_the_midst_of_a_job_is_replaced(pool: WorkerPool, tmp_path: Path) -> None:
    order = Order("stuck", do="hang", tries=str(tmp_path / "tries"))
    pool.submit(order.job)
    for count in (1, 2):
        until(lambda count=count: (tmp_path / "tries").exists() and len((tmp_path / "tries").read_text()) == count)
        os.kill(pool.pids()[0], signal.SIGKILL)
    finish(pool)
    assert order.answer is not None
    assert "died twice" in order.answer.error


def test_cancel_ends_what_runs_and_drops_what_waits() -> None:
    board = Board()
    pool = WorkerPool(command=[sys.executable, "-c", _PUPPET], board=board)
    orders = [Order(f"job {number}", do="hang") for number in range(4)]
    for order in orders:
        pool.submit(order.job)
    until(lambda: board.jobs().done == 1.0)  # two are half done
    assert board.jobs() == Jobs(done=1.0, total=4, label="job 0")
    assert pool.cancel() == 4
    finish(pool)
    assert [order.answer for order in orders] == [None] * 4
    assert board.jobs() == Jobs()
    again = Order("job 0", do="work")
    assert pool.submit(again.job)
    finish(pool)
    assert again.answer == Answer()
    pool.close()


def test_a_worker_that_gets_nowhere_is_ended_and_the_answer_says_after_which_time(pool: WorkerPool) -> None:
    stuck, after = Order("stuck", within=0.5, do="hang"), Order("after", rank=1, do="work")
    pool.submit(stuck.job)
    pool.submit(after.job)
    finish(pool)
    assert stuck.answer == Answer("the decoder did not get anywhere within 0.5 s", lasting=True)
    assert after.answer == Answer()


def test_a_job_is_queued_once_and_the_lowest_rank_goes_first(tmp_path: Path) -> None:
    ran: list[str] = []
    gate = threading.Event()
    pool = WorkerPool(size=1, command=[sys.executable, "-c", _PUPPET])

    def job(key: str, rank: int) -> Job:
        return Job(key=key, rank=rank, label=key, run=lambda _: ran.append(key))

    try:
        assert pool.submit(Job(key="first", rank=0, label="", run=lambda _: gate.wait(PATIENCE) and None))
        until(lambda: pool.open_jobs)
        assert [pool.submit(job(key, rank)) for key, rank in (("c", 2), ("b", 1), ("a", 1), ("c", 2))] == [
            True,
            True,
            True,
            False,
        ]
        gate.set()
        finish(pool)
        assert ran == ["b", "a", "c"]
    finally:
        pool.close()


def test_a_failure_says_whether_trying_again_is_of_use(pool: WorkerPool) -> None:
    order = Order("bad", do="fail")
    pool.submit(order.job)
    finish(pool)
    assert order.answer == Answer("bad", lasting=True)


def test_nothing_is_taken_after_closing(pool: WorkerPool) -> None:
    pool.close()
    assert not pool.submit(Order("late", do="work").job)


def test_the_real_worker_says_what_is_wrong_and_works_at_low_priority(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    pool = WorkerPool(size=1)
    order = Order("thumbnail", recipe="thumbnail", source=str(text), folder=str(tmp_path))
    try:
        pool.submit(order.job)
        finish(pool)
        assert order.answer is not None
        assert order.answer.lasting
        assert "not usable media" in order.answer.error
        (pid,) = pool.pids()
        assert os.getpriority(os.PRIO_PROCESS, pid) >= 10
    finally:
        pool.close()
