"""Files from S3: ranges at the same time, each taken up again where it broke off, hashed in order as they come."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import (
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from studio_widgets.engine.library.parts import PART, Meter, Part, in_parallel, parts_of
from studio_widgets.engine.library.s3_errors import code_of, translated
from studio_widgets.engine.library.s3_place import Client, S3Place
from studio_widgets.engine.library.storage import Progress

_READ = 1 << 18  # pieces of 1 MB cost 1.7 times the CPU (docs/performance.md)
_BROKEN = (BotoConnectionError, HTTPClientError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


class Opened(msgspec.Struct, frozen=True):
    """An object whose first bytes are on their way: its `size`, its `tag`, the answer to the first request."""

    size: int
    tag: str
    first: Any


def open_object(client: Client, place: S3Place, key: str) -> Opened:
    """Begin to read an object. Raises MissingMediaError, StorageError."""
    target = {"Bucket": place.bucket, "Key": place.object_key(key)}
    with translated(place, key):
        try:
            first = client.get_object(**target, Range=f"bytes=0-{PART - 1}")
        except ClientError as error:
            if code_of(error) != "InvalidRange":  # which says that it is empty
                raise
            return Opened(0, "", None)
    total = str(first.get("ContentRange", "")).rpartition("/")[2]
    return Opened(int(total) if total.isdigit() else int(first["ContentLength"]), str(first["ETag"]), first)


def download(
    client: Client, place: S3Place, key: str, opened: Opened, target: Path, progress: Progress | None = None
) -> str:
    """Write the object to `target`, which is made; returns its SHA-256 in hex. Raises StorageError."""
    parts = [] if opened.first is None else parts_of(opened.size)
    meter = Meter()
    digest = hashlib.sha256()
    with target.open("wb") as file:
        file.truncate(opened.size)
    fetch = _Fetch(client, place, key, opened, target, meter)
    with translated(place, key), target.open("rb") as file:
        for part in in_parallel(parts, fetch, meter, progress) if parts else ():
            for data in _slices(file, part.size):
                digest.update(data)
    return digest.hexdigest()


def read_range(client: Client, place: S3Place, key: str, offset: int, size: int) -> bytes:
    """Some bytes of an object; none after its end."""
    if size <= 0:
        return b""
    with translated(place, key):
        try:
            answer = client.get_object(
                Bucket=place.bucket, Key=place.object_key(key), Range=f"bytes={offset}-{offset + size - 1}"
            )
        except ClientError as error:
            if code_of(error) == "InvalidRange":
                return b""
            raise
        return bytes(answer["Body"].read())


class _Fetch:
    """Fetches parts into their place in a file, from any thread."""

    def __init__(self, client: Client, place: S3Place, key: str, opened: Opened, target: Path, meter: Meter) -> None:
        self._client = client
        self._what = {"Bucket": place.bucket, "Key": place.object_key(key), "IfMatch": opened.tag}
        self._attempts = place.attempts
        self._opened = opened
        self._target = target
        self._meter = meter

    def __call__(self, part: Part) -> Part:
        done = 0
        for attempt in range(1, self._attempts + 1):
            try:
                for data in self._stream(part, done, first=attempt == 1):
                    with self._target.open("r+b") as file:
                        file.seek(part.offset + done)
                        file.write(data)
                    done += len(data)
                    self._meter.set(part.number, done)
            except _BROKEN:
                if attempt == self._attempts:
                    raise
                self._meter.stopped.wait(random.random() * min(20, 0.1 * 2**attempt))
            if done == part.size:
                return part
        raise IncompleteReadError(actual_bytes=done, expected_bytes=part.size)

    def _stream(self, part: Part, done: int, *, first: bool) -> Iterator[bytes]:
        """The bytes of a part after the first `done` ones; those of the file's beginning are on their way already."""
        if first and part.number == 1:
            body = self._opened.first["Body"]
        else:
            span = f"bytes={part.offset + done}-{part.offset + part.size - 1}"
            body = self._client.get_object(**self._what, Range=span)["Body"]
        left = part.size - done
        while left > 0 and (data := body.read(min(_READ, left))):
            yield data
            left -= len(data)


def _slices(file: Any, size: int) -> Iterator[bytes]:
    """The next `size` bytes of a file, piece by piece."""
    while size > 0 and (data := file.read(min(_READ, size))):
        yield data
        size -= len(data)
