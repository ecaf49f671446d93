"""Reading a file from an address that a row states: to disk, bounded, and from the public internet only.

An address in a database is somebody's input. It must not make us ask the machines of a private network, so each host is
looked up once, refused when one of its addresses is not public, and connected to by the address that was checked.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import msgspec

from studio_widgets.engine.errors import MediaError, StorageError

_CHUNK = 1 << 20
_REDIRECTS = 5
_AGENT = "studio-widgets"

Progress = Callable[[int, int | None], None]  # bytes so far, and in all where that is known


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What a download may cost: `size` in bytes, `seconds` in all and `silence` seconds without a byte.

    `trusted` are the hosts (with port) of the library's own settings: they may have private addresses, and those on
    this machine may speak plain HTTP.
    """

    size: int = 64_000_000_000
    seconds: float = 6 * 3600.0
    silence: float = 30.0
    trusted: frozenset[str] = frozenset()


def trusted_hosts() -> frozenset[str]:
    """The hosts of STUDIO_STORAGE_ENDPOINT and STUDIO_CDN_URL."""
    urls = [os.environ.get(name) or "" for name in ("STUDIO_STORAGE_ENDPOINT", "STUDIO_CDN_URL")]
    return frozenset(urlsplit(url).netloc.lower() for url in urls if url)


def fetch(url: str, target: Path, bounds: Bounds, progress: Progress | None = None) -> None:
    """Download `url` to the file `target`. Raises MediaError for an address that is refused, StorageError otherwise."""
    deadline = time.monotonic() + bounds.seconds
    for _ in range(_REDIRECTS + 1):
        parts = _checked(url)
        with contextlib.closing(_connection(parts, bounds)) as connection, _until(deadline, connection, parts):
            answer = _ask(connection, parts)
            if answer.status in (301, 302, 303, 307, 308) and (next_url := answer.getheader("Location")):
                url = urljoin(url, next_url)
                continue
            if answer.status != 200:
                raise StorageError(
                    f"the server answered {answer.status} {answer.reason}",
                    where=_shown(parts),
                    hint="Check that the file is still there and may be read without signing in.",
                )
            _save(answer, target, parts, bounds, progress)
            return
    raise StorageError("it is redirected again and again", where=_shown(urlsplit(url)))


@contextlib.contextmanager
def _until(deadline: float, connection: _Pinned, parts: SplitResult) -> Iterator[None]:
    """End the connection at the deadline, however slowly bytes trickle; whatever breaks it off is a StorageError."""
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), connection.hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        late = time.monotonic() >= deadline
        raise StorageError(
            "the download takes too long" if late else f"the download broke off ({error or type(error).__name__})",
            where=_shown(parts),
            hint="Try again.",
        ) from error
    finally:
        timer.cancel()


def _checked(url: str) -> SplitResult:
    """The parts of an address that may be asked, by what it looks like."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise MediaError("this is no address", where=url[:200]) from error
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        raise MediaError(
            "only https addresses without a password are read", where=_shown(parts), hint="Correct the row's address."
        )
    return parts


def _connection(parts: SplitResult, bounds: Bounds) -> _Pinned:
    """A connection, not made yet, to an address of the host that was checked."""
    host, trusted = str(parts.hostname), parts.netloc.lower() in bounds.trusted
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise StorageError("there is no such host", where=_shown(parts), hint="Check the row's address.") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not trusted and not all(_is_public(address) for address in addresses):
        raise MediaError(
            "the address is one of a private network",
            where=_shown(parts),
            hint="If it is your own server, name it in STUDIO_CDN_URL.",
        )
    if parts.scheme == "http" and not (trusted and all(address.is_loopback for address in addresses)):
        raise MediaError("only https addresses are read", where=_shown(parts), hint="Correct the row's address.")
    return _Pinned(host, port, str(addresses[0]), secure=parts.scheme == "https", timeout=bounds.silence)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_global) and not address.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the host's name means by the time it is made."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address
        self._secure = secure
        self._line: socket.socket | None = None  # also once an answer has taken `sock` over

    def connect(self) -> None:
        """Connect; over TLS, the certificate must be the host's."""
        self.sock = self._line = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            self.sock = self._line = ssl.create_default_context().wrap_socket(self._line, server_hostname=self.host)

    def hang_up(self) -> None:
        """From another thread: whoever waits for bytes gets an error or an end."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


def _ask(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", parts.netloc)
    connection.putheader("User-Agent", _AGENT)
    connection.putheader("Accept-Encoding", "identity")
    connection.endheaders()
    return connection.getresponse()


def _save(
    answer: http.client.HTTPResponse, target: Path, parts: SplitResult, bounds: Bounds, progress: Progress | None
) -> None:
    stated = answer.getheader("Content-Length") or ""
    total = int(stated) if stated.isdigit() else None
    done = 0
    with target.open("wb") as file:
        for chunk in _chunks(answer):
            done += len(chunk)
            if done > bounds.size or (total or 0) > bounds.size:
                raise MediaError(
                    f"it is larger than {bounds.size / 1e9:,.1f} GB", where=_shown(parts), hint="Add it from a file."
                )
            file.write(chunk)
            if progress is not None:
                progress(done, total)
    if total is not None and done != total:
        raise http.client.IncompleteRead(b"", total - done)


def _chunks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while chunk := answer.read1(_CHUNK):
        yield chunk


def _shown(parts: SplitResult) -> str:
    """The address without what may be secret in it: a signature, a password."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:300]
