"""Importing a folder of mixed files, beside doing the same in the notebook's own thread: hash, copy, probe, one by one.

    python bench/bench_import.py [files]       default 200

Prints seconds, files a second, how much later than it wanted a thread of this process woke up meanwhile (what a user
feels of a busy kernel), and the ratio to the peer measured in the same run; trust the ratios.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.server import EmbeddedServer
from studio_widgets.engine.library.storage import open_storage
from studio_widgets.engine.library.uploads import MAX_PIECE
from studio_widgets.engine.media.probe import probe

_TICK = 0.005  # seconds between two wake-ups of the thread that measures
_UPLOAD = 64 * MAX_PIECE  # bytes


class Pulse(threading.Thread):
    """Wakes up again and again and notes how late it was: late means that somebody held the interpreter."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.late: list[float] = []
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            start = time.perf_counter()
            time.sleep(_TICK)
            self.late.append(time.perf_counter() - start - _TICK)

    def stop(self) -> tuple[float, float]:
        """95th percentile and worst, in ms."""
        self._over.set()
        self.join()
        return float(np.percentile(self.late, 95)) * 1000, max(self.late) * 1000


def make_folder(folder: Path, count: int) -> Path:
    """Of ten files three MP4, one WebM, four PNG, one JPEG, one WAV; no two alike."""
    folder.mkdir()
    noise = random.Random(5)
    kinds = itertools.cycle(["mp4", "png", "png", "mp4", "wav", "png", "webm", "jpg", "png", "mp4"])
    for number, kind in zip(range(count), kinds, strict=False):
        path = folder / f"{number:03d}.{kind}"
        if kind in ("mp4", "webm"):
            _video(path, noise.randrange(256))
        elif kind == "wav":
            _sound(path, noise)
        else:
            pixels = np.frombuffer(noise.randbytes(240 * 135 * 3), np.uint8).reshape(135, 240, 3)
            Image.fromarray(pixels).resize((1280, 720), Image.Resampling.NEAREST).save(path)
    return folder


def _video(path: Path, shade: int) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264" if path.suffix == ".mp4" else "libvpx", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "deadline": "realtime", "cpu-used": "8"}
        for k in range(60):
            plane = np.full((540, 640), (shade + k) % 256, np.uint8)
            plane[:360, k * 8 : k * 8 + 40] = 255
            frame = av.VideoFrame.from_ndarray(plane, format="yuv420p")
            frame.pts, frame.time_base = k, Fraction(1, 30)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _sound(path: Path, noise: random.Random) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48000)
        samples = np.frombuffer(noise.randbytes(48000 * 10 * 2), np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16", layout="mono")
        frame.sample_rate = 48000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def measured(work: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds of some work, and how late others were meanwhile: 95th percentile and worst, ms."""
    pulse = Pulse()
    pulse.start()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start, *pulse.stop()


def naively(folder: Path, target: Path) -> None:
    """What a notebook without this library does."""
    target.mkdir()
    for path in sorted(folder.iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        shutil.copyfile(path, target / digest)
        probe(path)


def report(what: str, ours: float, theirs: float, unit: str, higher_is_better: bool = False) -> None:
    ratio = ours / theirs if higher_is_better else theirs / ours
    print(f"{what:<46} ours {ours:9.2f} {unit:<8} one by one {theirs:9.2f} {unit:<8} ratio {ratio:6.2f}x")


def compare(library: Library, folder: Path, count: int, scratch: Path) -> None:
    """Measure and print."""
    moved: set[float] = set()

    def hear(kind: str) -> None:
        if kind == "jobs":
            moved.add(library.jobs().done)

    library.subscribe(hear)
    naive = measured(lambda: naively(folder, scratch / "naive"))
    ours = measured(lambda: library.add(folder))
    news = len(moved)
    report(f"{count} files", ours[0], naive[0], "s")
    report("files a second", count / ours[0], count / naive[0], "a second", higher_is_better=True)
    report("a thread of the kernel woke up late, p95", ours[1], naive[1], "ms")
    report("the same, worst", ours[2], naive[2], "ms")
    print(f"{news} pieces of news while it ran", flush=True)
    again = measured(lambda: library.add(folder))
    report("the same folder again", again[0], naive[0], "s")
    derived = measured(lambda: library.wait(progress=False))
    print(f"pictures, waveforms and proxies took {derived[0]:.1f} s more; late p95 {derived[1]:.2f} ms meanwhile")


def upload(library: Library) -> None:
    """Pieces of 1 MB, each on disk before the next, beside the same bytes written without waiting for the disk."""
    piece = random.Random(6).randbytes(MAX_PIECE)
    sent = library.uploads.start("big.mp4", _UPLOAD, 0)

    def ours() -> None:
        for offset in range(0, _UPLOAD, MAX_PIECE):
            library.uploads.append(sent.id, offset, piece)

    def theirs() -> None:
        with (library.home / "plain").open("wb") as file:
            for _ in range(0, _UPLOAD, MAX_PIECE):
                file.write(piece)

    seconds, plain = measured(ours)[0], measured(theirs)[0]
    library.uploads.cancel(sent.id)
    print(
        f"{'uploaded pieces, each flushed to disk':<46} ours {_UPLOAD / 1e6 / seconds:9.0f} MB/s     "
        f"unflushed  {_UPLOAD / 1e6 / plain:9.0f} MB/s     ratio {plain / seconds:6.2f}x"
    )


def main() -> None:
    """Make a folder, import it into a library of its own, and measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as name:
        home = Path(name)
        home.chmod(0o755)  # the server's user must be able to enter when root runs this
        folder = make_folder(home / "in", count)
        database = open_database(None, home / "studio")
        library = Library(database, open_storage(None, home / "studio"), home / "studio")
        try:
            compare(library, folder, count, home)
            upload(library)
        finally:
            library.close()
            database.close()
            EmbeddedServer(home / "studio").stop()


if __name__ == "__main__":
    main()
