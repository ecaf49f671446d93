"""Storage in an S3 bucket (AWS, Backblaze B2, any service that speaks it), with a cache on this machine.

put_file:   copy into the cache, hashing ─▶ is it in the bucket? ─▶ upload in parts, resumed where it was
local_path: in the cache? ─▶ ranges in parallel ─▶ hash as the key says? ─▶ into the cache
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import logging
import mimetypes
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec.structs
from botocore.exceptions import ClientError

from studio_widgets.engine.errors import StorageError
from studio_widgets.engine.library import download, multipart
from studio_widgets.engine.library.blob_cache import BlobCache
from studio_widgets.engine.library.listings import Listings
from studio_widgets.engine.library.parts import watch_bodies
from studio_widgets.engine.library.s3_errors import EndpointDownError, code_of, name_of, translated
from studio_widgets.engine.library.s3_place import Client, S3Place, content_md5, make_client
from studio_widgets.engine.library.storage import (
    DATABASES,
    DERIVED,
    Blob,
    Leftover,
    Links,
    Progress,
    StoredKey,
    checked_key,
    sha256_of,
)

MOST_DELETED = 1000  # objects that one request may delete
_LONGEST_URL = 7 * 24 * 3600  # seconds that a signature may hold
_UNTYPED = "application/octet-stream"

_log = logging.getLogger(__name__)


class S3Storage:
    """See Storage. All methods may be called from any thread; `folder` is where the cache lies.

    Nothing is asked of the service until it is used.
    """

    def __init__(self, place: S3Place, folder: Path, *, cache_limit: int | None = None) -> None:
        self.where = place
        self.cache = BlobCache(folder, cache_limit)
        self._mark: tuple[str, str] | None = None  # of a database, still to be written
        self._marking = threading.Lock()
        self._fetching: dict[str, threading.Lock] = {}
        self._fetching_lock = threading.Lock()
        self._listings = Listings(self.keys)

    @functools.cached_property
    def client(self) -> Client:
        """The boto3 client, made when it is first needed."""
        client = make_client(self.where)
        watch_bodies(client)
        return client

    # --- bytes in ----------------------------------------------------------------------------------------------------

    def put_file(self, path: Path, *, progress: Progress | None = None) -> Blob:
        """See Storage. `progress` counts what has reached the bucket."""
        self._write_mark()
        copying = None if progress is None else lambda _: progress(0)
        while True:
            blob = self.cache.put_file(path, progress=copying)
            with self.cache.using(blob.key):
                try:
                    if multipart.size_of(self.client, self.where, blob.key) != blob.size:
                        self._upload(blob.key, self.cache.place(blob.key), _type_of(path.name), progress)
                except FileNotFoundError:  # evicted before we took it, or deleted as nobody's: once more
                    continue
            self.cache.settle()
            if progress is not None:
                progress(blob.size)
            return blob

    def write(self, key: str, data: bytes) -> None:
        """See Storage."""
        checked_key(key)
        self._write_mark()
        self._put(key, data)
        self.cache.write(key, data)
        self._listings.note(key, there=True)

    def adopt(self, key: str, path: Path) -> None:
        """See Storage."""
        checked_key(key)
        self._write_mark()
        self._upload(key, path, _type_of(key), None)
        self.cache.adopt(key, path)
        self._listings.note(key, there=True)

    def scratch(self) -> contextlib.AbstractContextManager[Path]:
        """See Storage."""
        return self.cache.scratch()

    def workshop(self, name: str) -> Path:
        """See Storage."""
        return self.cache.workshop(name)

    # --- bytes out ---------------------------------------------------------------------------------------------------

    def local_path(self, key: str) -> Path:
        """See Storage. Fetched when it is not in the cache, and refused when it is not what its key says."""
        checked_key(key)
        if (path := self.cache.hand_out(key)) is not None:
            return path
        self._fetch(key)
        return self.cache.place(key)

    @contextlib.contextmanager
    def lent(self, key: str) -> Iterator[Path]:
        """See Storage."""
        checked_key(key)
        with self.cache.using(key):
            if (path := self.cache.find(key)) is None:
                self._fetch(key)
                path = self.cache.place(key)
            yield path

    def place(self, key: str) -> Path:
        """See Storage."""
        return self.cache.place(key)

    def exists(self, key: str) -> bool:
        """See Storage. Derived files are asked for by the folder: one request answers for all of them."""
        if self.cache.find(checked_key(key)) is not None:
            return True
        if key.startswith(f"{DERIVED}/"):
            return self._listings.has(key)
        return self.is_stored(key)

    def is_stored(self, key: str) -> bool:
        """See Storage."""
        return multipart.size_of(self.client, self.where, checked_key(key)) is not None

    def read(self, key: str) -> bytes:
        """See Storage."""
        with self.lent(key):
            return self.cache.read(key)

    def read_range(self, key: str, offset: int, size: int) -> bytes:
        """See Storage."""
        checked_key(key)
        with self.cache.using(key):
            if self.cache.find(key) is not None:
                return self.cache.read_range(key, offset, size)
        return download.read_range(self.client, self.where, key, offset, size)

    def url(self, key: str, *, seconds: int = 3600, name: str | None = None) -> str | None:
        """See Storage. Of the network in front of the bucket if there is one, else signed for so long."""
        if self.where.cdn:
            return self.links(key).cdn_url
        target = {"Bucket": self.where.bucket, "Key": self.where.object_key(checked_key(key))}
        if name is not None:
            target["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        with translated(self.where, key):
            signed: str = self.client.generate_presigned_url(
                "get_object", Params=target, ExpiresIn=max(1, min(seconds, _LONGEST_URL))
            )
        return signed

    def links(self, key: str) -> Links:
        """See Storage."""
        path = quote(self.where.object_key(checked_key(key)))
        place = self.where
        return Links(
            bucket_url=f"{place.endpoint}/{place.bucket}/{path}" if place.is_b2 else None,
            cdn_url=f"{place.cdn}/{path}" if place.cdn else None,
        )

    def hosts(self) -> frozenset[str]:
        """See Storage."""
        urls = (self.where.endpoint, self.where.cdn)
        return frozenset(urlsplit(url).netloc.lower() for url in urls if url)

    # --- keeping house -----------------------------------------------------------------------------------------------

    def delete(self, key: str) -> None:
        """See Storage."""
        checked_key(key)
        if not key.startswith(f"{DERIVED}/") or self._listings.has(key):
            with translated(self.where, key):
                self.client.delete_object(Bucket=self.where.bucket, Key=self.where.object_key(key))
        self.cache.delete(key)
        self._listings.note(key, there=False)

    def delete_many(self, keys: Sequence[str]) -> None:
        """See Storage."""
        for start in range(0, len(keys), MOST_DELETED):
            some = [checked_key(key) for key in keys[start : start + MOST_DELETED]]
            names = [{"Key": self.where.object_key(key)} for key in some]
            with translated(self.where, some[0]):
                answer = self.client.delete_objects(Bucket=self.where.bucket, Delete={"Objects": names, "Quiet": True})
            for refused in answer.get("Errors", []):
                raise StorageError(
                    f"it was not deleted: {refused.get('Code')} {refused.get('Message', '')}".rstrip(),
                    where=f"s3://{self.where.bucket}/{refused.get('Key')}",
                    hint="Give the access key the right to delete.",
                )
            for key in some:
                self.cache.delete(key)
                self._listings.note(key, there=False)

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """See Storage."""
        checked_key(f"{folder}/any")
        start = len(self.where.object_key(""))
        with translated(self.where, folder):
            for page in self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.where.bucket, Prefix=self.where.object_key(f"{folder}/")
            ):
                for found in page.get("Contents", []):
                    yield StoredKey(
                        key=found["Key"][start:], size=found["Size"], modified=_in_utc(found["LastModified"])
                    )

    def leftovers(self) -> Iterator[Leftover]:
        """See Storage: interrupted uploads to the bucket, and half-written files in the cache."""
        place = self.where
        prefix = place.object_key("")
        with translated(place, ""):
            for begun in multipart.unfinished(self.client, place.bucket, prefix):
                try:
                    parts = multipart.parts_there(self.client, place.bucket, begun["Key"], begun["UploadId"])
                except ClientError as error:
                    if code_of(error) != "NoSuchUpload":  # finished meanwhile
                        raise
                    continue
                yield Leftover(
                    name=begun["Key"][len(prefix) :],
                    size=sum(part["Size"] for part in parts),
                    modified=_in_utc(max([begun["Initiated"], *(part["LastModified"] for part in parts)])),
                    why="interrupted upload",
                    handle=f"upload {begun['UploadId']} {begun['Key']}",
                )
        yield from self.cache.leftovers()

    def discard(self, leftover: Leftover) -> None:
        """See Storage."""
        if not leftover.handle.startswith("upload "):
            self.cache.discard(leftover)
            return
        _, upload_id, name = leftover.handle.split(" ", 2)
        with translated(self.where, leftover.name), contextlib.suppress(ClientError):
            self.client.abort_multipart_upload(Bucket=self.where.bucket, Key=name, UploadId=upload_id)

    def mark(self, database: str, label: str) -> None:
        """See Storage. StorageError at once for a wrong bucket or key; a service that is away is marked later."""
        self._mark = (database, label)
        try:
            self._write_mark(attempts=2)
        except EndpointDownError as error:
            _log.warning("media can be read from the cache only: %s", error)

    def allow_origins(self, origins: Sequence[str]) -> None:
        """Let pages of these origins (`https://hub.example.org`, or `*`) read media from the bucket: its CORS rules.

        They replace the rules that are there; no origin at all takes them away.
        """
        if not origins:
            with translated(self.where, ""):
                self.client.delete_bucket_cors(Bucket=self.where.bucket)
            return
        rule: dict[str, Any] = {
            "AllowedMethods": ["GET", "HEAD"],
            "AllowedOrigins": list(origins),
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["Content-Range", "Content-Length", "ETag"],
            "MaxAgeSeconds": 3600,
        }
        with translated(self.where, ""):
            self.client.put_bucket_cors(Bucket=self.where.bucket, CORSConfiguration={"CORSRules": [rule]})

    def allowed_origins(self) -> list[str]:
        """The origins whose pages may read media from the bucket."""
        with translated(self.where, ""):
            try:
                rules = self.client.get_bucket_cors(Bucket=self.where.bucket)["CORSRules"]
            except ClientError as error:
                if code_of(error) in ("NoSuchCORSConfiguration", "404"):
                    return []
                raise
        return sorted({origin for rule in rules for origin in rule.get("AllowedOrigins", [])})

    # --- inside ------------------------------------------------------------------------------------------------------

    def _upload(self, key: str, path: Path, content_type: str, progress: Progress | None) -> None:
        multipart.upload(self.client, self.where, key, path, content_type=content_type, progress=progress)

    def _put(self, key: str, data: bytes, client: Client = None) -> None:
        with translated(self.where, key):
            (client or self.client).put_object(
                Bucket=self.where.bucket,
                Key=self.where.object_key(key),
                Body=data,
                ContentType=_type_of(key),
                ContentMD5=content_md5(data),
            )

    def _fetch(self, key: str) -> None:
        """Bring a blob into the cache; threads that want the same one wait for the first."""
        with self._fetching_lock:
            lock = self._fetching.setdefault(key, threading.Lock())
        with lock:
            for attempt in range(2):
                if self.cache.find(key) is not None or self._download(key):
                    break
                _log.warning("%s came damaged%s", key, "" if attempt else ", it is fetched again")
            else:
                raise StorageError(
                    "the bytes in the bucket are not those that its key states",
                    where=name_of(self.where, key),
                    hint="Delete this object and add the file again: library.add(path).",
                )
        with self._fetching_lock:
            self._fetching.pop(key, None)

    def _download(self, key: str) -> bool:
        """Fetch it whole; False when what came is not what the key says."""
        opened = download.open_object(self.client, self.where, key)
        self.cache.make_room(opened.size)
        with self.cache.scratch() as folder:
            path = folder / "download"
            digest = download.download(self.client, self.where, key, opened, path)
            if sha256_of(key) not in (None, digest):
                return False
            self.cache.adopt(key, path)
        return True

    def _write_mark(self, attempts: int | None = None) -> None:
        """Write what `mark` could not."""
        with self._marking:
            if self._mark is None:
                return
            database, label = self._mark
            client = None
            if attempts is not None:  # at opening nobody waits for a service that is away
                client = make_client(msgspec.structs.replace(self.where, attempts=attempts))
            self._put(f"{DATABASES}/{database}", label.encode(), client)
            self._mark = None


def _type_of(name: str) -> str:
    """What browsers are told of an object: pictures, sound and video by their suffix; nothing that runs scripts."""
    guessed = mimetypes.guess_type(name)[0] or _UNTYPED
    return guessed if guessed.startswith(("video/", "audio/", "image/")) and "svg" not in guessed else _UNTYPED


def _in_utc(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC)
