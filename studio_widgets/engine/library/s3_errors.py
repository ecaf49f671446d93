"""What an S3 service, or the way to it, says, as errors that name the bucket and the next step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from studio_widgets.engine.errors import MissingMediaError, StorageError
from studio_widgets.engine.library.s3_place import S3Place
from studio_widgets.engine.library.storage import missing

_KEYS_HINT = "Check STUDIO_STORAGE_KEY_ID and STUDIO_STORAGE_SECRET (or boto3's own settings)."
_GONE = {"404", "NoSuchKey", "NotFound"}
_REFUSED = {
    "NoSuchBucket": ("there is no such bucket", "Create it, or correct STUDIO_STORAGE_URL."),
    "InvalidAccessKeyId": ("the service does not know the access key", _KEYS_HINT),
    "SignatureDoesNotMatch": ("the secret key is wrong", _KEYS_HINT),
    "AuthorizationHeaderMalformed": ("the region is wrong", "Set STUDIO_STORAGE_REGION to the bucket's region."),
    "PermanentRedirect": ("the bucket is at another endpoint", "Set STUDIO_STORAGE_ENDPOINT to the one of its region."),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "Set it right and try again."),
    "ExpiredToken": ("the access key has expired", "Get a new one."),
    "AccessDenied": ("the access key may not do this", "Give it the right to list, read, write and delete."),
    "403": ("access was refused", f"{_KEYS_HINT} The key must be allowed to list, read, write and delete."),
    "BadDigest": (
        "what arrived was not what was sent",
        "Try again; if it goes on, check the network.",
    ),
    "SlowDown": ("the service is overloaded", "Try again in a minute."),
}


class EndpointDownError(StorageError):
    """The service does not answer: everything may go on when it does."""


@contextlib.contextmanager
def translated(place: S3Place, key: str) -> Iterator[None]:
    """Raise what boto3 raises inside as MissingMediaError (no such key) or StorageError."""
    try:
        yield
    except ClientError as error:
        raise _client_error(place, key, error) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StorageError("there are no access keys for it", where=name_of(place, key), hint=_KEYS_HINT) from error
    except (EndpointConnectionError, ConnectTimeoutError, ConnectionClosedError, ReadTimeoutError) as error:
        raise down(place, key) from error
    except HTTPClientError as error:  # cut off in the middle, a certificate, a proxy
        raise EndpointDownError(
            f"the connection to {place.host} failed ({error})",
            where=name_of(place, key),
            hint="Try again: what was sent is kept.",
        ) from error
    except BotoCoreError as error:
        raise StorageError(f"the request failed ({error})", where=name_of(place, key)) from error


def code_of(error: ClientError) -> str:
    """The service's own name of an error, or the HTTP status where it gave none (answers to HEAD have no text)."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_gone(error: ClientError) -> bool:
    """Whether the error says that there is no such object."""
    return code_of(error) in _GONE


def down(place: S3Place, key: str) -> EndpointDownError:
    """The error for a service that does not answer."""
    return EndpointDownError(
        f"{place.host} does not answer",
        where=name_of(place, key),
        hint="Check the network and STUDIO_STORAGE_ENDPOINT, then do it again: what was sent is kept.",
    )


def name_of(place: S3Place, key: str) -> str:
    """`s3://bucket/prefix/key`: what an error calls it."""
    return f"s3://{place.bucket}/{place.object_key(key)}".rstrip("/")


def _client_error(place: S3Place, key: str, error: ClientError) -> StorageError | MissingMediaError:
    code = code_of(error)
    if code in _GONE:
        return missing(key, f"s3://{place.bucket}")
    if code in _REFUSED:
        message, hint = _REFUSED[code]
        return StorageError(message, where=name_of(place, key), hint=hint)
    said = error.response.get("Error", {}).get("Message", "")
    return StorageError(f"{place.host} refused: {code} {said}".rstrip(), where=name_of(place, key), hint="Try again.")
