"""Parts of a large file that move at the same time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from studio_widgets.engine.library.storage import Progress

PART = 8 << 20  # bytes; a file up to this size goes in one request
_MOST_PARTS = 10_000  # that S3 takes of one file
PARALLEL = 8  # parts on their way at the same time
_TICK = 0.1  # seconds between two reports of progress

Result = TypeVar("Result")


class Part(msgspec.Struct, frozen=True):
    """`size` bytes of a file from `offset` on; parts are numbered from 1."""

    number: int
    offset: int
    size: int


class StoppedError(BaseException):
    """Raised in the threads of parts when the whole is given up.

    No Exception, or boto3 would take it for a bad connection and try again.
    """


class Meter:
    """Adds up the bytes of parts that move at the same time, and carries the wish to stop to them."""

    def __init__(self) -> None:
        self._done: dict[int, int] = {}
        self._lock = threading.Lock()
        self._most = 0
        self.stopped = threading.Event()

    def set(self, number: int, done: int) -> None:
        """So many bytes of a part are through. Raises StoppedError when no more are wanted."""
        if self.stopped.is_set():
            raise StoppedError
        with self._lock:
            self._done[number] = done

    def total(self) -> int:
        """Bytes of all parts; never less than it was, though a part that fails begins anew."""
        with self._lock:
            self._most = max(self._most, sum(self._done.values()))
            return self._most


class PartBody:
    """A range of a file as a request body. `counts` is on while it is sent, and off while it is read to be signed."""

    def __init__(self, path: Path, part: Part, meter: Meter) -> None:
        self._file = path.open("rb")
        self._part = part
        self._meter = meter
        self._at = 0
        self.counts = False
        self._file.seek(part.offset)

    def __len__(self) -> int:
        return self._part.size

    def read(self, size: int | None = -1) -> bytes:
        """See io.RawIOBase."""
        left = self._part.size - self._at
        data = self._file.read(left if size is None or size < 0 else min(size, left))
        self._at += len(data)
        if self.counts:
            self._meter.set(self._part.number, self._at)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """See io.RawIOBase."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._part.size}[whence]
        self._at = max(0, min(base + offset, self._part.size))
        self._file.seek(self._part.offset + self._at)
        return self._at

    def tell(self) -> int:
        """See io.RawIOBase."""
        return self._at

    def close(self) -> None:
        """See io.RawIOBase."""
        self._file.close()


def watch_bodies(client: Any) -> None:
    """Have part bodies count what is sent and not what is read to be signed. Once for each client."""
    client.meta.events.register_first("request-created.s3", lambda request, **_: _count(request, on=False))
    client.meta.events.register_last("request-created.s3", lambda request, **_: _count(request, on=True))


def _count(request: Any, *, on: bool) -> None:
    if isinstance(request.body, PartBody):
        request.body.counts = on


def parts_of(size: int) -> list[Part]:
    """How a file of this size is cut: always the same way, so that an interrupted upload fits."""
    length = PART
    while length * _MOST_PARTS < size:
        length *= 2
    starts = range(0, max(size, 1), length)
    return [Part(number, start, min(length, size - start)) for number, start in enumerate(starts, 1)]


def in_parallel(
    parts: Sequence[Part], work: Callable[[Part], Result], meter: Meter, progress: Progress | None
) -> Iterator[Result]:
    """The results of `work` for each part, in order. `progress` is called in the caller's thread with the bytes so far.

    The first failure of any part ends it, as does whatever `progress` raises.
    """
    pool = ThreadPoolExecutor(min(PARALLEL, len(parts)), "studio-part")
    try:
        futures = [pool.submit(work, part) for part in parts]
        for place, future in enumerate(futures):
            while not future.done():
                _raise_failed(futures[place:])
                wait([future], timeout=_TICK)
                if progress is not None:
                    progress(meter.total())
            yield future.result()
        if progress is not None:
            progress(meter.total())
    finally:
        meter.stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _raise_failed(futures: Sequence[Future[Any]]) -> None:
    for future in futures:
        if future.done():
            future.result()
