"""The pieces of a mezzanine: encoded side by side, each kept on disk as soon as it is done.

A piece is a pure function of the source, so it does not matter who makes it, when, or how often it was tried.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from fractions import Fraction
from pathlib import Path

import av
import av.error
import msgspec

from studio_widgets.engine.errors import CancelledError, MediaError, StorageError
from studio_widgets.engine.media.conversion import Conversion
from studio_widgets.engine.media.encoder import VideoSettings
from studio_widgets.engine.media.frames import FrameReader
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.media.pieces import Packets, encode_piece

PIECE_SECONDS = 4
THREADS = 2  # pieces encoded at a time: codecs let go of Python's lock
_RUN = 8  # pieces a thread takes in a row: to begin elsewhere costs a seek
_TOLD = 10  # frames between two calls of `progress`
_BITS_PER_PIXEL = Fraction(1, 10)  # a guess at what frames will take …
_GUESS_WEIGHS = 600  # … that counts as much as this many which were measured
_RESERVE = 256_000_000  # bytes that stay free on the disk

Progress = Callable[[int, int], None]


class PieceMaker:
    """Makes and finds the pieces of one mezzanine.

    Parameters
    ----------
    frames: how many in all, at the settings' rate; piece k starts at frame `starts[k]`.
    folder: where finished pieces lie; `identity` keeps them apart from others'.

    Its methods raise MediaError for what does not decode, StorageError when room runs short, CancelledError.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        info: MediaInfo,
        settings: VideoSettings,
        frames: int,
        folder: Path,
        identity: str,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        self._source, self._info, self._settings = source, info, settings
        self._frames, self._folder, self._identity = frames, folder, identity
        self._progress = progress or (lambda done, total: None)
        self._cancel = cancel or threading.Event()
        self._error: BaseException | None = None  # what made one thread stop: the other need not go on
        self._lock = threading.Lock()
        self._done = 0  # frames
        self._bytes = 0  # of finished pieces
        self._finished = 0  # frames of finished pieces
        self.starts = range(0, frames, piece_frames(settings))

    def make_missing(self) -> None:
        """Encode the pieces that are not there yet."""
        self._folder.mkdir(parents=True, exist_ok=True)
        missing = [number for number in range(len(self.starts)) if not self._found(number)]
        self._tell(0)
        self._check_room()
        runs = deque(_runs(missing))
        workers = min(THREADS, len(runs))
        if workers == 0:
            return
        with ThreadPoolExecutor(workers, thread_name_prefix="studio-mezzanine") as pool:
            try:
                wait([pool.submit(self._work, runs) for _ in range(workers)])
            except KeyboardInterrupt as error:  # leaving the pool waits for the threads, which see it
                self._error = error
        if self._error is not None:
            raise self._error

    def fetch(self, number: int) -> Packets:
        """A finished piece. One that is damaged or was taken away is made again."""
        self._check()
        try:
            piece = Packets.decode(self._path(number).read_bytes())
            if len(piece.data) == self._count(number):
                return piece
        except (OSError, msgspec.MsgspecError):
            pass
        with FrameReader(self._source, info=self._info) as reader:
            return self._make(number, reader, self._conversion(reader))

    def _work(self, runs: deque[list[int]]) -> None:
        """One thread: run after run, with one reader."""
        try:
            with FrameReader(self._source, info=self._info) as reader:
                conversion = self._conversion(reader)
                while run := _next(runs):
                    for number in run:
                        self._make(number, reader, conversion)
        except BaseException as error:  # noqa: BLE001  # raised again by make_missing
            with self._lock:
                self._error = self._error or error

    def _make(self, number: int, reader: FrameReader, conversion: Conversion) -> Packets:
        try:
            piece = encode_piece(self._settings, self._pictures(number, reader, conversion))
        except av.error.FFmpegError as error:
            raise MediaError(
                f"frames {self.starts[number]} and following cannot be encoded ({error.strerror or error})",
                where=str(self._source),
                hint="Open it in a player to see whether it is damaged there",
            ) from error
        block = piece.encode()
        self._keep(number, block)
        with self._lock:
            self._bytes += len(block)
            self._finished += self._count(number)
        self._check_room()
        return piece

    def _pictures(self, number: int, reader: FrameReader, conversion: Conversion) -> Iterator[av.VideoFrame]:
        start = self.starts[number]
        for n in range(start, start + self._count(number)):
            self._check()
            yield conversion.run(reader.at(n / self._settings.fps))
            self._tell(1)

    def _conversion(self, reader: FrameReader) -> Conversion:
        return Conversion(self._settings.width, self._settings.height, reader.orientation.rotation)

    def _count(self, number: int) -> int:
        return min(piece_frames(self._settings), self._frames - self.starts[number])

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._identity}-{number:05}.piece"

    def _found(self, number: int) -> bool:
        """Whether a piece is there; counts it if so."""
        try:
            size = self._path(number).stat().st_size
        except FileNotFoundError:
            return False
        self._bytes += size
        self._finished += self._count(number)
        self._done += self._count(number)
        return True

    def _keep(self, number: int, block: bytes) -> None:
        """Put a piece in place, whole: a crash leaves at worst a file that nobody asks for."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".partial")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(block)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path(number))
        finally:
            Path(name).unlink(missing_ok=True)

    def _check(self) -> None:
        if self._cancel.is_set() or self._error is not None:
            raise CancelledError("the mezzanine was not finished", where=str(self._source))

    def _check_room(self) -> None:
        """Refuse to go on when the rest, and the whole once more when it is joined, would fill the disk."""
        free = shutil.disk_usage(self._folder).free
        guess = self._settings.width * self._settings.height * _BITS_PER_PIXEL / 8
        with self._lock:
            a_frame = (guess * _GUESS_WEIGHS + self._bytes) / (_GUESS_WEIGHS + self._finished)
            needed = int(a_frame * (2 * self._frames - self._finished)) + _RESERVE
        if needed > free:
            raise StorageError(
                f"the mezzanine needs about {_gigabytes(needed)} of room and there are {_gigabytes(free)}",
                where=str(self._folder),
                hint="Make room there; what is done already is kept",
            )

    def _tell(self, frames: int) -> None:
        with self._lock:  # held while telling, so that what is told never goes back
            self._done += frames
            if frames == 0 or self._done % _TOLD == 0 or self._done >= self._frames:
                self._progress(min(self._done, self._frames), self._frames)


def piece_frames(settings: VideoSettings) -> int:
    """Frames of a piece: about 4 s, an even number of groups.

    Even, because x264 numbers key frames 0, 1, 0, 1 … in each piece: so they alternate across the joins as well.
    """
    return 2 * settings.gop * max(1, round(PIECE_SECONDS * settings.fps / (2 * settings.gop)))


def _runs(numbers: list[int]) -> Iterator[list[int]]:
    """Neighbouring numbers in groups of at most 8."""
    run: list[int] = []
    for number in numbers:
        if run and (len(run) == _RUN or number != run[-1] + 1):
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def _next(runs: deque[list[int]]) -> list[int] | None:
    try:
        return runs.popleft()
    except IndexError:
        return None


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
