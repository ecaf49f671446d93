"""A take while it is being recorded: a growing file on disk that survives a killed kernel.

In the take's folder lie `take.webm` (the chunks, one after the other), `chunks` (one line per chunk: its length in
bytes) and `lock` (held by the process that records). A chunk is acknowledged after both files are on disk; bytes of
`take.webm` that `chunks` does not count were never acknowledged and are cut off before the next chunk.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import IO

from studio_widgets.engine.errors import RecordingError
from studio_widgets.engine.library.file_lock import hold

MAX_CHUNK = 1_000_000  # bytes
EBML_MAGIC = b"\x1aE\xdf\xa3"


class Take:
    """One take on disk. All methods may be called from any thread.

    Creating it takes the folder's lock; RecordingError when another process holds it.
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        self.folder = folder
        self.name = name
        self.path = folder / "take.webm"
        self._index = folder / "chunks"
        self.lock = threading.RLock()
        self.touched = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        self._held: IO[bytes] | None = hold(folder / "lock")
        if self._held is None:
            raise RecordingError("the take is being recorded by another kernel", where=name, hint="Stop it there.")
        self.lengths = _read_lengths(self._index)
        self.path.touch()

    @property
    def next_seq(self) -> int:
        """Number of the chunk that is due: everything before it is on disk."""
        return len(self.lengths)

    @property
    def size(self) -> int:
        """Bytes acknowledged so far."""
        return sum(self.lengths)

    def append(self, seq: int, data: bytes | bytearray | memoryview) -> int:
        """Store chunk `seq`; returns the next number due once it is on disk. What is there already is left alone.

        RecordingError, with the take unharmed, for a gap, a chunk over 1 MB, a first chunk that is not webm, and a
        full disk.
        """
        with self.lock:
            self.touched = time.monotonic()
            if seq < 0:
                raise RecordingError(f"chunk number {seq} is negative", where=self.name)
            if seq < self.next_seq:
                return self.next_seq
            chunk = bytes(data)
            self._validate(seq, chunk)
            try:
                self._write(chunk)
            except OSError as error:
                raise RecordingError(
                    f"chunk {seq} could not be written: {error.strerror or error}",
                    where=self.name,
                    hint="Free some disk space; everything before it is kept.",
                ) from error
            self.lengths.append(len(chunk))
            return self.next_seq

    def _validate(self, seq: int, chunk: bytes) -> None:
        if seq > self.next_seq:
            raise RecordingError(
                f"chunk {seq} came, but chunk {self.next_seq} is due",
                where=self.name,
                hint=f"Send again from chunk {self.next_seq}.",
            )
        if len(chunk) > MAX_CHUNK:
            raise RecordingError(
                f"chunk {seq} has {len(chunk):,} bytes; at most {MAX_CHUNK:,} are taken",
                where=self.name,
                hint="Send it in numbered pieces.",
            )
        if seq == 0 and not chunk.startswith(EBML_MAGIC):
            raise RecordingError(
                "the first chunk is not the start of a webm file", where=self.name, hint="Record as video/webm."
            )

    def _write(self, chunk: bytes) -> None:
        start = self.size
        with self.path.open("r+b") as file:
            file.truncate(start)
            file.seek(start)
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        indexed = self._index.stat().st_size if self._index.exists() else 0
        try:
            with self._index.open("ab") as file:
                file.write(b"%d\n" % len(chunk))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            os.truncate(self._index, indexed)
            raise

    def release(self) -> None:
        """Give the lock back, keeping the files."""
        with self.lock:
            if self._held is not None:
                self._held.close()
                self._held = None

    def remove(self) -> None:
        """Give the lock back and delete the folder."""
        self.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def _read_lengths(index: Path) -> list[int]:
    """Lengths of whole lines; a line cut off by a crash was not acknowledged."""
    if not index.exists():
        return []
    text = index.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) != len(text):
        os.truncate(index, len(whole))
    return [int(line) for line in whole.split()]
