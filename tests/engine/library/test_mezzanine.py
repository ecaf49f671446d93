"""Mezzanines in the library: made last, one at a time, gone on with after a crash."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library import recipes
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.derived import Content
from studio_widgets.engine.library.jobs import Board
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.worker_pool import Ask, Job, WorkerPool
from studio_widgets.engine.library.workshop import holding
from studio_widgets.engine.media.mezzanine import MezzanineInfo
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.probe import probe
from tests.media import golden

PATIENCE = 120.0
ROOT = Path(__file__).parents[3]
MEZZANINE = recipes.RECIPES["mezzanine"]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the state never came"
        time.sleep(0.02)


def source_of(library: Library, name: str) -> SourceFile:
    return library.source_file(library.source(library[name], Fraction(30)))


def test_a_browser_recording_gets_one_and_ordinary_video_does_not(
    library: Library, numbered_mp4: Path, numbered_video: Callable[..., Path]
) -> None:
    library.add([numbered_mp4, numbered_video("take.webm", 70, audio="tone")])
    library.wait(progress=False)
    assert source_of(library, "numbered.mp4").mezzanine is None
    take = source_of(library, "take.webm")
    assert take.mezzanine is not None
    assert golden.numbers_of(take.mezzanine) == list(range(70))
    described = msgspec.json.decode(library.storage.read(MEZZANINE.keys(take.sha256)[0]), type=MezzanineInfo)
    assert (described.frames, described.rate, described.recipe) == (70, "30", MEZZANINE.version)
    assert library.failures().empty
    assert not library.storage.workshop(MEZZANINE.workshop(take.sha256)).exists()
    assert take.path != take.mezzanine, "the original is kept"
    assert Path(take.path).is_file()


def test_a_take_gets_one_too(library: Library, numbered_video: Callable[..., Path]) -> None:
    path = numbered_video("take.webm", 20)
    blob = library.storage.put_file(path)
    library.derive(Content(sha256=blob.sha256, storage_key=blob.key, name="take", info=probe(path)))
    library.wait(progress=False)
    assert library.storage.exists(MEZZANINE.key(blob.sha256))


def test_a_closed_kernel_s_half_is_gone_on_with(
    open_library: Callable[[], Library], numbered_video: Callable[..., Path]
) -> None:
    path = numbered_video("long.webm", 1300)
    library = open_library()
    library.add(path)
    sha256 = library["long.webm"].sha256
    workshop = library.storage.workshop(MEZZANINE.workshop(sha256))
    until(lambda: list(workshop.glob("*.piece")))
    library.close()
    assert not library.storage.exists(MEZZANINE.key(sha256))
    assert list(workshop.glob("*.piece")), "its pieces lie ready"
    again = open_library()
    again.wait(progress=False)
    made = source_of(again, "long.webm").mezzanine
    assert made is not None
    assert golden.numbers_of(made) == list(range(1300))
    assert not workshop.exists()


def test_rows_that_were_done_before_there_were_mezzanines_are_looked_at_again(
    library: Library, open_library: Callable[[], Library], database: Database, numbered_video: Callable[..., Path]
) -> None:
    library.add(numbered_video("take.webm", 20))
    library.wait(progress=False)
    sha256 = library["take.webm"].sha256
    library.close()
    library.storage.delete(MEZZANINE.key(sha256))
    with database.connection() as connection:
        connection.execute("update media_files set derived_version = 1")
    again = open_library()
    again.wait(progress=False)
    assert again.storage.exists(MEZZANINE.key(sha256))
    assert again.sql("select derived_version as v from media_files")["v"].tolist() == [recipes.SET_VERSION]


def test_what_cannot_be_made_is_listed(library: Library, numbered_video: Callable[..., Path]) -> None:
    library.add(numbered_video("take.webm", 20))
    library.wait(progress=False)
    media = library["take.webm"]
    library.storage.delete(MEZZANINE.key(media.sha256))
    media.path.chmod(0o644)
    media.path.write_bytes(b"not a film")
    library.derive(
        Content(sha256=media.sha256, storage_key=media.storage_key, name="take", info=media.info, media_id=media.id)
    )
    with pytest.warns(UserWarning, match=r"mezzanine of take: this is not usable media"):
        library.wait(progress=False)
    assert library.failures()["recipe"].tolist() == ["mezzanine"]


def test_the_bar_counts_frames(
    library: Library, numbered_video: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()
    original = WorkerPool.progressed

    def watched(pool: WorkerPool, job: Job, part: float, note: str) -> None:
        original(pool, job, part, note)
        board = Board()
        board.open(job.key, job.label)
        board.run(job.key, part, note)
        seen.add(board.jobs().label)

    monkeypatch.setattr(WorkerPool, "progressed", watched)
    library.add(numbered_video("take.webm", 70))
    library.wait(progress=False)
    assert "mezzanine of take.webm: 70 of 70 frames" in seen


def test_one_long_job_at_a_time_leaves_room_for_short_ones() -> None:
    """Or a file added while two lectures are being transcoded would have no thumbnail for an hour."""
    answering = "import sys\nfor line in sys.stdin: print('{\"ok\": true}', flush=True)"
    pool = WorkerPool(command=[sys.executable, "-c", answering])
    gate, running, most = threading.Event(), [0], [0]
    lock = threading.Lock()
    ran: list[str] = []

    def long(ask: Ask) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        assert gate.wait(PATIENCE)
        ask({})
        with lock:
            running[0] -= 1

    try:
        for number in range(3):
            pool.submit(Job(key=f"long {number}", rank=3, label="", long=True, run=long))
        until(lambda: running[0])
        for number in range(3):
            pool.submit(Job(key=f"short {number}", rank=0, label="", run=lambda ask: ran.append(ask({}).error)))
        until(lambda: len(ran) == 3)
        assert running[0] == 1
        gate.set()
        until(lambda: pool.wait(0.5))
        assert most[0] == 1
        assert not pool.open_jobs
    finally:
        gate.set()
        pool.close()


# Holds a workshop until it is told to go on; with "finish" it removes it first, as whoever is done does.
_HOLDER = """
import shutil, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from studio_widgets.engine.library.workshop import holding
with holding(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
    if sys.argv[2] == "finish":
        shutil.rmtree(sys.argv[1])
"""


@pytest.mark.parametrize("end", ["let go", "finish", "killed"])
def test_two_kernels_do_not_do_the_same_work(tmp_path: Path, end: str) -> None:
    workshop = tmp_path / "workshop"
    command = [sys.executable, "-c", _HOLDER, str(workshop), end, str(ROOT)]
    outcome: list[str] = []

    def second() -> None:
        try:
            with holding(workshop):
                outcome.append("held")
        except StorageError as error:
            outcome.append(error.message)

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdin is not None
        assert first.stdout.readline() == "held\n"
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert not outcome, "it waits"
        if end == "killed":
            first.kill()
        else:
            first.stdin.write("\n")
            first.stdin.flush()
        thread.join(PATIENCE)
    assert outcome == (["another kernel has finished this work"] if end == "finish" else ["held"])
