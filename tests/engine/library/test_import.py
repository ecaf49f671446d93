"""Many files at once: rows in order, watched, stopped, killed and gone on with; foreign bytes never in this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio_widgets.engine.errors import CancelledError, MediaError, MissingMediaError
from studio_widgets.engine.library import importer
from studio_widgets.engine.library.ingest import BatchError
from studio_widgets.engine.library.jobs import Board, Jobs
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.prober import Prober
from studio_widgets.engine.library.worker_process import Cancelled, Stop
from studio_widgets.engine.media import probe as probe_module
from tests.engine.conftest import Kernel

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the state never came"
        time.sleep(0.02)


def pictures(folder: Path, count: int) -> Path:
    """A folder of different pictures, the first ones larger: they take longer."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        size = (2400, 1600) if number < 2 else (32, 18)
        Image.new("RGB", size, (number, 50, 60)).save(folder / f"{number:03d}.png")
    return folder


class Gate:
    """Holds imports up before the picture of a number, and those after it, are stored."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, library: Library, at: int) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        original = library.storage.put_file

        def put_file(path: Path, *, progress: Callable[[int], None] | None = None) -> Any:
            if int(path.stem) >= at:
                self.reached.set()
                while not self.open.wait(0.05):
                    if progress is not None:
                        progress(0)
            return original(path, progress=progress)

        monkeypatch.setattr(library.storage, "put_file", put_file)


# --- order -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_derived_files")
def test_rows_and_times_follow_the_order_given_whatever_is_quickest(library: Library, tmp_path: Path) -> None:
    added = library.add(pictures(tmp_path / "in", 12))
    names = [f"{number:03d}.png" for number in range(12)]
    assert list(added["name"]) == names
    assert list(library.files()["name"]) == names[::-1]
    assert added["created_at"].is_monotonic_increasing


@pytest.mark.usefixtures("no_derived_files")
def test_the_same_bytes_twice_in_a_batch_are_one_row_with_the_first_name(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (2000, 1000)).save(path)
    data = path.read_bytes()
    added = library.add(("first.png", data), path, ("last.png", data))
    assert list(added["name"]) == ["first.png"]
    assert len(library.files()) == 1


@pytest.mark.usefixtures("no_derived_files")
def test_what_is_in_already_is_not_looked_into_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pictures(tmp_path / "in", 4)
    first = library.add(folder)
    monkeypatch.setattr(library._prober, "probe", lambda *_: pytest.fail("it was probed again"))
    monkeypatch.setattr(library.storage, "put_file", lambda *_, **__: pytest.fail("it was copied again"))
    again = library.add(folder, tags=["more"])
    assert list(again["id"]) == list(first["id"])
    assert list(again["tags"]) == [["more"]] * 4


# --- watched and stopped ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_derived_files")
def test_jobs_tell_of_an_import_and_news_come_while_it_runs(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, library, at=2)
    heard: list[Jobs] = []
    library.subscribe(lambda kind: kind == "jobs" and heard.append(library.jobs()))
    worker = threading.Thread(target=library.add, args=(pictures(tmp_path / "in", 5),))
    worker.start()
    assert gate.reached.wait(PATIENCE)
    until(lambda: library.jobs().label in ("import of 002.png", "import of 003.png"))
    jobs = library.jobs()
    assert (jobs.done, jobs.total, jobs.failed) == (2, 5, 0)
    waiter = threading.Thread(target=library.wait, args=(False,))
    waiter.start()
    waiter.join(0.5)
    assert waiter.is_alive(), "wait() waits for imports of other threads"
    gate.open.set()
    worker.join()
    waiter.join()
    assert library.jobs() == Jobs()
    until(lambda: heard and heard[-1] == Jobs())
    assert any(0 < jobs.done < jobs.total == 5 for jobs in heard)


@pytest.mark.usefixtures("no_derived_files")
def test_cancel_from_another_thread_stops_at_once_and_what_is_in_stays(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, library, at=3)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            library.add(tmp_path / "in")
        except CancelledError as error:
            raised.append(error)

    pictures(tmp_path / "in", 8)
    worker = threading.Thread(target=work)
    worker.start()
    assert gate.reached.wait(PATIENCE)
    until(lambda: len(library.files()) == 3)
    assert library.cancel() == 5
    worker.join(PATIENCE)
    assert "stopped with 3 of 8 items added" in str(raised[0])
    assert library.jobs() == Jobs(), "nothing counts as failed"
    assert list((library.home / "storage" / "incoming").iterdir()) == []
    gate.open.set()
    assert len(library.add(tmp_path / "in")) == 8
    assert library.cancel() == 0


@pytest.mark.usefixtures("no_derived_files")
def test_ctrl_c_in_the_cell_stops_the_import(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, library, at=3)
    original = importer.concurrent.futures.wait

    def interrupted(*args: Any, **options: Any) -> Any:
        if gate.reached.is_set() and len(library.files()) == 3:
            raise KeyboardInterrupt
        return original(*args, **options)

    monkeypatch.setattr(importer.concurrent.futures, "wait", interrupted)
    with pytest.raises(CancelledError, match="3 of 8 items"):
        library.add(pictures(tmp_path / "in", 8))
    assert len(library.files()) == 3


@pytest.mark.usefixtures("no_derived_files")
def test_failures_are_counted_until_other_work_begins(library: Library, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film " * 100)
    with pytest.raises(BatchError):
        library.add(pictures(tmp_path / "in", 2), tmp_path / "text.mp4")
    assert library.jobs() == Jobs(failed=1)
    library.add(("again.png", (tmp_path / "in" / "000.png").read_bytes()))
    assert library.jobs() == Jobs()


def test_a_board_counts_parts_of_what_runs() -> None:
    board = Board()
    for key in "abc":
        board.open(key, f"job {key}")
    board.run("b", 0.25)
    assert board.jobs() == Jobs(done=0.25, total=3, label="job b")
    board.close("b")
    board.drop("c")
    assert board.jobs() == Jobs(done=1, total=2, label="job a")
    assert not board.wait(0)
    board.failed()
    board.close("a")
    assert board.wait(0)
    assert board.jobs() == Jobs(failed=1)


# --- killed, and two kernels -----------------------------------------------------------------------------------------

_IMPORT = """
import sys
from pathlib import Path
from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.storage import open_storage
from studio_widgets.engine.library.worker_pool import WorkerPool
WorkerPool.submit = lambda pool, job: False
home = Path(sys.argv[2])
library = Library(open_database(sys.argv[1], home), open_storage(None, home), home)
library._importer._added = lambda identity: print(identity, flush=True)
library.add(sys.argv[3])
"""


@pytest.mark.usefixtures("no_derived_files")
def test_an_import_killed_with_9_leaves_no_row_without_bytes_and_goes_on(
    library: Library, database_url: str, tmp_path: Path
) -> None:
    folder = pictures(tmp_path / "in", 30)
    command = [sys.executable, "-c", _IMPORT, database_url, str(library.home), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(7)]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    rows = library.files()
    assert set(told) <= set(rows["id"])
    assert 7 <= len(rows) < 30
    for identity in rows["id"]:
        assert library.get(identity).path.is_file()
    added = library.add(folder)
    assert list(added["name"]) == [f"{number:03d}.png" for number in range(30)]
    assert len(library.files()) == 30


def test_two_kernels_that_import_a_folder_at_once_make_one_row_a_file(
    open_kernel: Callable[[], Kernel], tmp_path: Path
) -> None:
    folder = pictures(tmp_path / "in", 15)
    libraries = [open_kernel().library, open_kernel().library]
    start = threading.Barrier(2)
    frames: list[Any] = []

    def work(library: Library) -> None:
        start.wait()
        frames.append(library.add(folder))

    threads = [threading.Thread(target=work, args=(library,)) for library in libraries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(frames[0]["id"]) == list(frames[1]["id"])
    assert len(libraries[0].files()) == 15


# --- the processes that look into files ------------------------------------------------------------------------------

# Does what a file's name says: spins, dies, grows.
_PUPPET = """
import json, os, sys, time
for line in sys.stdin:
    path = json.loads(line)["probe"]
    if "spin" in path: time.sleep(3600)
    if "die" in path: os.kill(os.getpid(), 9)
    print(json.dumps({"ok": True, "value": {"kind": "image", "container": "x", "mime": "image/x"}}), flush=True)
"""


@pytest.fixture
def prober() -> Iterator[Prober]:
    prober = Prober(command=[sys.executable, "-c", _PUPPET], patience=1.0)
    yield prober
    prober.close()


def named(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("x")
    return path


def test_a_file_that_makes_a_demuxer_spin_is_refused_with_the_time(prober: Prober, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"spin\.mp4: the decoder did not get anywhere within 1"):
        prober.probe(named(tmp_path, "spin.mp4"))
    assert prober.probe(named(tmp_path, "good.png")).kind == "image", "the next file has a new process"


def test_a_file_that_kills_its_process_is_refused_by_name(prober: Prober, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"die\.mp4: the worker process died twice"):
        prober.probe(named(tmp_path, "die.mp4"))
    assert prober.probe(named(tmp_path, "good.png")).kind == "image"


def test_a_process_is_kept_for_the_next_file_and_ended_by_close(prober: Prober, tmp_path: Path) -> None:
    prober.probe(named(tmp_path, "a.png"))
    (pid,) = prober.pids()
    prober.probe(named(tmp_path, "b.png"))
    assert prober.pids() == [pid]
    prober.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_stop_ends_what_is_being_asked(tmp_path: Path) -> None:
    prober = Prober(command=[sys.executable, "-c", _PUPPET])
    stop = Stop()
    timer = threading.Timer(0.5, stop.request)
    timer.start()
    with pytest.raises(Cancelled):
        prober.probe(named(tmp_path, "spin.mp4"), stop)
    prober.close()


def test_nothing_that_is_no_file_reaches_a_process(tmp_path: Path) -> None:
    prober = Prober(command=["/nonexistent"])
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(MediaError, match="regular file"):
        prober.probe(tmp_path / "pipe.mp4")
    with pytest.raises(MissingMediaError):
        prober.probe(tmp_path / "gone.mp4")


def test_this_process_opens_no_foreign_file(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbered_mp4: Path
) -> None:
    monkeypatch.setattr(probe_module, "open_media", lambda *_: pytest.fail("opened in the kernel's process"))
    library.add(pictures(tmp_path / "in", 2), numbered_mp4)
    library.wait(progress=False)
    assert library.thumbnail(library["numbered.mp4"].id)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is not kept")
def test_a_worker_cannot_take_more_memory_than_it_may() -> None:
    code = (
        "from studio_widgets.engine.library import derive_worker as worker\n"
        "worker._limit_memory(1 << 30)\n"
        "worker._value = lambda message, answers: bytearray(2 << 30)\n"
        "print(worker._do({}, None))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "more than 4 GB of memory" in told
    assert "'lasting': True" in told
