"""Making a mezzanine: the same bytes however often it was interrupted, and nothing done twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from studio_widgets.engine.errors import CancelledError, MediaError, StorageError
from studio_widgets.engine.media import mezzanine_pieces
from studio_widgets.engine.media.mezzanine import make_mezzanine, mezzanine_settings
from studio_widgets.engine.media.mezzanine_pieces import PieceMaker
from studio_widgets.engine.media.probe import probe
from tests.media import golden

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,300 frames of 30 a second: eleven pieces, so more than one run."""
    return golden.make_numbered_video(tmp_path_factory.mktemp("long") / "long.mp4", 1300, gop=250)


@pytest.fixture(scope="module")
def whole(source: Path) -> bytes:
    """Its mezzanine, made without interruption."""
    out = source.with_name("whole.mp4")
    make_mezzanine(source, out)
    return out.read_bytes()


# Makes a mezzanine and stands still, until it is killed, once some pieces are done.
_CHILD = """
import sys
from pathlib import Path
from studio_widgets.engine.media.mezzanine import make_mezzanine
source, out, pieces = map(Path, sys.argv[1:4])
def progress(done, total):
    if len(list(pieces.glob("*.piece"))) >= int(sys.argv[4]):
        print("standing", flush=True)
        sys.stdin.read()
make_mezzanine(source, out, pieces=pieces, progress=progress)
"""


def child(source: Path, out: Path, pieces: Path, stand_at: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _CHILD, str(source), str(out), str(pieces), str(stand_at)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def stamps(pieces: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in pieces.glob("*.piece")}


def test_every_run_gives_the_same_bytes_in_any_process(source: Path, whole: bytes, tmp_path: Path) -> None:
    again = tmp_path / "again.mp4"
    make_mezzanine(source, again)
    assert again.read_bytes() == whole
    other = tmp_path / "other.mp4"
    with child(source, other, tmp_path / "pieces", 1000) as process:
        process.communicate()
    assert other.read_bytes() == whole
    assert golden.numbers_of(other) == list(range(1300))


def test_killed_in_the_midst_it_goes_on_where_it_stood(source: Path, whole: bytes, tmp_path: Path) -> None:
    out, pieces = tmp_path / "m.mp4", tmp_path / "pieces"
    with child(source, out, pieces, 3) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "standing\n"
        process.send_signal(signal.SIGKILL)
    assert not out.exists()
    done = stamps(pieces)
    assert 3 <= len(done) < 11
    told: list[int] = []
    make_mezzanine(source, out, pieces=pieces, progress=lambda frames, total: told.append(frames))
    assert out.read_bytes() == whole
    assert done.items() <= stamps(pieces).items(), "no piece was encoded again"
    assert len(stamps(pieces)) == 11
    assert told[0] >= 120 * (len(done) - 1), "what was done counts as done"
    assert told == sorted(told)
    assert told[-1] == 1300


def test_cancelled_it_ends_at_once_and_keeps_what_is_done(source: Path, whole: bytes, tmp_path: Path) -> None:
    out, pieces, cancel = tmp_path / "out" / "m.mp4", tmp_path / "pieces", threading.Event()
    told: list[int] = []

    def progress(done: int, total: int) -> None:
        told.append(done)
        if done >= 400:
            cancel.set()

    with pytest.raises(CancelledError):
        make_mezzanine(source, out, pieces=pieces, progress=progress, cancel=cancel)
    assert told[-1] < 500
    assert list(out.parent.iterdir()) == []
    done = stamps(pieces)
    assert done
    assert len(done) == len(list(pieces.iterdir())), "and nothing half made"
    make_mezzanine(source, out, pieces=pieces)
    assert out.read_bytes() == whole
    assert done.items() <= stamps(pieces).items()


def test_a_piece_that_was_damaged_or_taken_away_is_made_again(source: Path, whole: bytes, tmp_path: Path) -> None:
    out, pieces = tmp_path / "m.mp4", tmp_path / "pieces"
    make_mezzanine(source, out, pieces=pieces)
    first, second, *_ = sorted(pieces.glob("*.piece"))
    first.write_bytes(first.read_bytes()[:1000])
    second.unlink()
    make_mezzanine(source, out, pieces=pieces)
    assert out.read_bytes() == whole


def test_pieces_of_other_settings_are_left_alone(source: Path, whole: bytes, tmp_path: Path) -> None:
    from fractions import Fraction

    pieces = tmp_path / "pieces"
    make_mezzanine(source, tmp_path / "25.mp4", rate=Fraction(25), pieces=pieces)
    before = stamps(pieces)
    make_mezzanine(source, tmp_path / "30.mp4", pieces=pieces)
    assert (tmp_path / "30.mp4").read_bytes() == whole
    assert before.items() <= stamps(pieces).items()
    assert golden.numbers_of(tmp_path / "25.mp4")[:6] == [0, 1, 2, 3, 4, 6]


def test_it_does_not_fill_the_disk(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    room = [10**12]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 0, room[0]))
    out, pieces = tmp_path / "out" / "m.mp4", tmp_path / "pieces"

    def progress(done: int, total: int) -> None:
        if done >= 300:
            room[0] = 1_000_000  # somebody else fills it

    with pytest.raises(StorageError, match=r"needs about 0\.\d GB of room and there are 0\.0 GB"):
        make_mezzanine(source, out, pieces=pieces, progress=progress)
    assert list(out.parent.iterdir()) == []
    assert stamps(pieces), "what is done is kept"
    before = stamps(pieces)
    with pytest.raises(StorageError):
        make_mezzanine(source, out, pieces=pieces)
    assert stamps(pieces) == before, "nothing is begun without room"
    room[0] = 10**12
    make_mezzanine(source, out, pieces=pieces)
    assert before.items() <= stamps(pieces).items()


def test_a_folder_that_cannot_be_written_is_named(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be written"):
        make_mezzanine(source, tmp_path / "file" / "m.mp4")


def test_of_what_goes_wrong_in_a_thread_the_cause_is_told(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that the other thread was stopped for it."""
    original = PieceMaker._make

    def failing(maker: PieceMaker, number: int, *rest: object) -> object:
        if number >= mezzanine_pieces._RUN:
            raise MediaError("no good")
        return original(maker, number, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(PieceMaker, "_make", failing)
    with pytest.raises(MediaError, match="no good"):
        make_mezzanine(source, tmp_path / "m.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_source_cut_short_gives_what_there_is(source: Path, tmp_path: Path, make_mkv: Callable[[int], Path]) -> None:
    cut = make_mkv(200)
    data = cut.read_bytes()
    cut.write_bytes(data[: len(data) * 2 // 3])
    made = make_mezzanine(cut, tmp_path / "m.mp4")
    numbers = golden.numbers_of(tmp_path / "m.mp4")
    assert len(numbers) == made.frames == probe(cut).frames(30)
    assert numbers[:100] == list(range(100))


@pytest.fixture
def make_mkv(tmp_path: Path) -> Callable[[int], Path]:
    return lambda frames: golden.make_numbered_video(tmp_path / "cut.mkv", frames, gop=250)


def test_pieces_are_about_four_seconds(source: Path) -> None:
    settings = mezzanine_settings(probe(source))
    assert mezzanine_pieces.piece_frames(settings) == 120
