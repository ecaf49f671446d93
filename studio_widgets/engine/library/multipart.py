"""Files to S3, large ones in parts, several at a time; an upload that was interrupted goes on.

No state is kept on this machine. The key is made from the content, so an unfinished upload to that key can only be one
of the same bytes; a part of it counts when its ETag is the MD5 of ours. That holds after a crash, from another machine,
and when two processes send the same file at the same time: they fill the same upload.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library.parts import Meter, Part, PartBody, in_parallel, parts_of
from studio_widgets.engine.library.s3_errors import code_of, is_gone, name_of, translated
from studio_widgets.engine.library.s3_place import Client, S3Place
from studio_widgets.engine.library.storage import Progress

_READ = 1 << 20
_ROUNDS = 3  # uploads begun anew because somebody removed ours
_MAY_NOT_LIST = {"AccessDenied", "403", "NotImplemented"}

_log = logging.getLogger(__name__)


class Uploaded(msgspec.Struct, frozen=True):
    """How an upload went: of `parts` parts, `kept` were there from an interrupted one."""

    parts: int
    kept: int = 0


def upload(
    client: Client, place: S3Place, key: str, path: Path, *, content_type: str, progress: Progress | None = None
) -> Uploaded:
    """Send a file that does not change meanwhile. Parts of an interrupted upload are used, and left by one that fails.

    Raises StorageError.
    """
    size = path.stat().st_size
    parts = parts_of(size)
    work = _Upload(client, place, key, path, content_type, progress)
    with translated(place, key):
        if len(parts) == 1:
            return work.whole(parts[0])
        for _ in range(_ROUNDS):
            try:
                return work.in_parts(parts)
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise
            if size_of(client, place, key) == size:
                return Uploaded(len(parts), len(parts))  # another process, with the same bytes, was done before us
    raise StorageError("its upload was removed again and again", where=name_of(place, key), hint="Try again.")


def size_of(client: Client, place: S3Place, key: str) -> int | None:
    """Bytes of an object; None when there is none."""
    with translated(place, key):
        try:
            head = client.head_object(Bucket=place.bucket, Key=place.object_key(key))
        except ClientError as error:
            if is_gone(error):
                return None
            raise
    return int(head["ContentLength"])


def unfinished(client: Client, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Uploads that were begun and not finished: Key, UploadId, Initiated."""
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Uploads", [])


def parts_there(client: Client, bucket: str, object_key: str, upload_id: str) -> list[dict[str, Any]]:
    """The parts of an unfinished upload that arrived: PartNumber, ETag, Size, LastModified."""
    pages = client.get_paginator("list_parts").paginate(Bucket=bucket, Key=object_key, UploadId=upload_id)
    return [part for page in pages for part in page.get("Parts", [])]


class _Upload:
    """One file on its way. What boto3 raises comes out as it is."""

    def __init__(
        self, client: Client, place: S3Place, key: str, path: Path, content_type: str, progress: Progress | None
    ) -> None:
        self._client = client
        self._bucket = place.bucket
        self._name = place.object_key(key)
        self._target = {"Bucket": self._bucket, "Key": self._name}
        self._path = path
        self._type = content_type
        self._progress = progress

    def whole(self, part: Part) -> Uploaded:
        """A small file in one request."""
        meter = Meter()

        def send(part: Part) -> None:
            with contextlib.closing(PartBody(self._path, part, meter)) as body:
                self._client.put_object(
                    **self._target,
                    Body=body,
                    ContentLength=part.size,
                    ContentType=self._type,
                    ContentMD5=base64.b64encode(_md5(self._path, part)).decode(),
                )

        list(in_parallel([part], send, meter, self._progress))
        return Uploaded(1)

    def in_parts(self, parts: list[Part]) -> Uploaded:
        """Send the parts that are missing and have them put together."""
        begun = self._begun()
        upload_id = begun[0] if begun else self._begin()
        there = self._tags(upload_id) if begun else {}
        meter = Meter()
        kept = []

        def send(part: Part) -> str:
            digest = _md5(self._path, part)
            tag = digest.hex()
            if there.get(part.number) == (tag, part.size):
                kept.append(part.number)
                meter.set(part.number, part.size)
                return tag
            return self._send(upload_id, part, digest, meter)

        tags = list(in_parallel(parts, send, meter, self._progress))
        numbered = [{"PartNumber": part.number, "ETag": f'"{tag}"'} for part, tag in zip(parts, tags, strict=True)]
        self._client.complete_multipart_upload(**self._target, UploadId=upload_id, MultipartUpload={"Parts": numbered})
        for other in begun[1:]:
            with contextlib.suppress(ClientError, BotoCoreError):  # gc removes it later
                self._client.abort_multipart_upload(**self._target, UploadId=other)
        if kept:
            _log.info("%s: %d of %d parts were there already", self._name, len(kept), len(parts))
        return Uploaded(len(parts), len(kept))

    def _begun(self) -> list[str]:
        """Unfinished uploads of this file, the oldest first, so that everybody goes on with the same one."""
        try:
            found = [one for one in unfinished(self._client, self._bucket, self._name) if one["Key"] == self._name]
        except ClientError as error:
            if code_of(error) in _MAY_NOT_LIST:  # then interrupted uploads begin anew
                return []
            raise
        return [str(one["UploadId"]) for one in sorted(found, key=lambda one: (one["Initiated"], one["UploadId"]))]

    def _begin(self) -> str:
        return str(self._client.create_multipart_upload(**self._target, ContentType=self._type)["UploadId"])

    def _tags(self, upload_id: str) -> dict[int, tuple[str, int]]:
        """ETag and size of the parts that arrived, by number."""
        found = parts_there(self._client, self._bucket, self._name, upload_id)
        return {part["PartNumber"]: (part["ETag"].strip('"'), part["Size"]) for part in found}

    def _send(self, upload_id: str, part: Part, digest: bytes, meter: Meter) -> str:
        with contextlib.closing(PartBody(self._path, part, meter)) as body:
            answer = self._client.upload_part(
                **self._target,
                UploadId=upload_id,
                PartNumber=part.number,
                Body=body,
                ContentLength=part.size,
                ContentMD5=base64.b64encode(digest).decode(),
            )
        return str(answer["ETag"]).strip('"')


def _md5(path: Path, part: Part) -> bytes:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        file.seek(part.offset)
        left = part.size
        while left and (data := file.read(min(left, _READ))):
            digest.update(data)
            left -= len(data)
    return digest.digest()
