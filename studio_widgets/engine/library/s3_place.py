"""Where an S3 store is, and the client that talks to it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import msgspec
from botocore.config import Config

from studio_widgets.engine.errors import StorageError

ATTEMPTS = 8  # of a request, with growing pauses
_CONNECTIONS = 32
_PREFIX = re.compile(r"(?:[A-Za-z0-9._=-]+(?:/[A-Za-z0-9._=-]+)*)?")
_REGION_IN_HOST = re.compile(r"^s3\.([a-z0-9-]+)\.(?:backblazeb2\.com|amazonaws\.com)$")
# What AWS accepts where Content-MD5 once was, and other services refuse.
_CHECKSUM_HEADERS = ("x-amz-checksum-", "x-amz-sdk-checksum-algorithm", "x-amz-trailer")

Client = Any  # of boto3: its methods are made when it is opened, from a description of the service


class S3Place(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket and a prefix in it ("" for none).

    `endpoint` None means AWS, `cdn` is the public base URL in front of the bucket, `attempts` are those of one request.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    cdn: str | None = None
    key_id: str | None = None
    secret: str | None = None
    attempts: int = ATTEMPTS

    @property
    def host(self) -> str:
        """Host (and port) of the endpoint."""
        return urlsplit(self.endpoint).netloc if self.endpoint else "s3.amazonaws.com"

    @property
    def is_b2(self) -> bool:
        """Whether it is Backblaze B2."""
        return self.host.endswith(".backblazeb2.com")

    def object_key(self, key: str) -> str:
        """The name in the bucket of a key of ours."""
        return f"{self.prefix}/{key}" if self.prefix else key

    def __repr__(self) -> str:
        return f"S3Place(s3://{self.bucket}/{self.prefix} at {self.host})"  # never the secret


def place_of(url: str) -> S3Place:
    """The place that `s3://bucket/prefix?endpoint=…&region=…` and the environment name.

    STUDIO_STORAGE_ENDPOINT and STUDIO_STORAGE_REGION fill what the URL leaves open; STUDIO_CDN_URL is the address
    in front of a public bucket. Keys are boto3's business (environment, ~/.aws, roles) unless STUDIO_STORAGE_KEY_ID and
    STUDIO_STORAGE_SECRET are set.
    """
    parts = urlsplit(url)
    bucket, prefix = parts.netloc, parts.path.strip("/")
    if "@" in bucket or not bucket:
        raise StorageError(
            "the address names no bucket, or has keys in it",
            where="STUDIO_STORAGE_URL",
            hint="Write s3://bucket/prefix; keys belong in STUDIO_STORAGE_KEY_ID and STUDIO_STORAGE_SECRET.",
        )
    if not _PREFIX.fullmatch(prefix):
        raise StorageError(
            f"{prefix!r} cannot be a prefix", where=f"s3://{bucket}", hint="Use letters, digits, - _ . = and /."
        )
    try:
        query = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    except ValueError:
        query = {"": ""}
    if unknown := set(query) - {"endpoint", "region"}:
        raise StorageError(
            f"unknown settings {', '.join(sorted(unknown))!r} in the address",
            where=f"s3://{bucket}/{prefix}",
            hint="endpoint and region may be given: s3://bucket/prefix?endpoint=https://…&region=….",
        )
    endpoint = _web_address(query.get("endpoint") or os.environ.get("STUDIO_STORAGE_ENDPOINT"), "the endpoint")
    region = query.get("region") or os.environ.get("STUDIO_STORAGE_REGION") or _region_of(endpoint)
    return S3Place(
        bucket=bucket,
        prefix=prefix,
        endpoint=endpoint,
        region=region,
        cdn=_web_address(os.environ.get("STUDIO_CDN_URL"), "STUDIO_CDN_URL"),
        key_id=os.environ.get("STUDIO_STORAGE_KEY_ID") or None,
        secret=os.environ.get("STUDIO_STORAGE_SECRET") or None,
    )


def make_client(place: S3Place) -> Client:
    """A client of this place; all threads may share it. Nothing is sent yet."""
    config = Config(
        signature_version="s3v4",
        # Newer checksums only where a request has no other: Backblaze B2 and others refuse them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "max_attempts": place.attempts},
        max_pool_connections=_CONNECTIONS,
        connect_timeout=10,
        read_timeout=60,
        # services of one's own have no host name for each bucket
        s3={"addressing_style": "path" if place.endpoint else "auto"},
    )
    # Sessions are not for several threads, clients are: so each place has its own session.
    client: Client = boto3.session.Session().client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=place.region or (None if _has_region() else "us-east-1"),
        aws_access_key_id=place.key_id,
        aws_secret_access_key=place.secret,
        config=config,
    )
    for operation in ("DeleteObjects", "PutBucketCors"):
        client.meta.events.register(f"before-sign.s3.{operation}", _use_md5)
    return client


def content_md5(data: bytes) -> str:
    """The header by which a server sees whether a body came whole."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _use_md5(request: Any, **_: Any) -> None:
    """Send Content-MD5 where the service's description asks for one of the newer checksums."""
    for name in list(request.headers.keys()):
        if name.lower().startswith(_CHECKSUM_HEADERS):
            del request.headers[name]
    body = request.data or b""
    request.headers["Content-MD5"] = content_md5(body if isinstance(body, bytes) else str(body).encode())


def _has_region() -> bool:
    return boto3.session.Session().region_name is not None


def _region_of(endpoint: str | None) -> str | None:
    """The region that some services have in their host name."""
    found = _REGION_IN_HOST.match(urlsplit(endpoint).hostname or "") if endpoint else None
    return found[1] if found else None


def _web_address(url: str | None, what: str) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise StorageError(
            f"{what} is not the address of a server",
            where=parts.hostname or "",
            hint="Write it as https://s3.eu-central-003.backblazeb2.com, say.",
        )
    return url.rstrip("/")
