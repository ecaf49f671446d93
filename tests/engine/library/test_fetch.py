"""Media files that a web studio knew by address: fetched from the public internet only, into this library's storage."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import pytest

from studio_widgets.engine.errors import MediaError, MissingMediaError, StorageError, StudioError
from studio_widgets.engine.library import web
from studio_widgets.engine.library.ingest import BatchError
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.timeline.model import MediaFileSource

pytestmark = pytest.mark.usefixtures("no_derived_files")

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class Site:
    """A web server on this machine that answers as a test says; `asked` are the paths it was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.answers[self.path](self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def gives(self, path: str, data: bytes, *, size: int | None = None, status: int = 200, **headers: str) -> str:
        """Answer with these bytes; returns the address."""

        def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(data) if size is None else size))
            handler.end_headers()
            handler.wfile.write(data)

        self.answers[path] = answer
        return f"http://{self.host}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def own_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site, named in the settings as the library's own."""
    monkeypatch.setenv("STUDIO_CDN_URL", f"http://{site.host}/")
    return site


@pytest.fixture
def old_row(library: Library) -> Callable[..., str]:
    """Writes a row as an earlier web studio did; returns its id."""

    def write(name: str, cdn_url: str | None = None, backblaze_url: str | None = None) -> str:
        identity = str(uuid4())
        with library.database.connection() as connection:
            connection.execute(
                "insert into media_files (id, instructor_id, name, file_type, file_size, cdn_url, backblaze_url, tags)"
                " values (%s, %s, %s, 'video/mp4', 123, %s, %s, '{old}')",
                (identity, library.owner, name, cdn_url, backblaze_url),
            )
        return identity

    return write


def test_a_fetched_row_keeps_its_id_and_gets_bytes_and_what_is_in_them(
    library: Library, own_site: Site, old_row: Callable[..., str], numbered_mp4: Path
) -> None:
    data = numbered_mp4.read_bytes()
    identity = old_row("talk.mp4", own_site.gives("/files/a%20talk.mp4?v=2", data))
    frame = library.fetch([identity], progress=True)
    assert list(frame["id"]) == [identity]
    file = library[identity]
    assert (file.width, file.height, file.tags, file.file_size) == (160, 90, ("old",), len(data))
    assert file.duration_seconds == pytest.approx(2.0, abs=0.05)
    assert file.has_audio
    assert library.path(identity).read_bytes() == data
    assert library.read(identity, 10, 20) == data[10:30]
    library.fetch("talk.mp4")
    assert own_site.asked == ["/files/a%20talk.mp4?v=2"]
    assert list(library.add(numbered_mp4)["id"]) == [identity], "the same bytes are the same file"
    assert len(library.files()) == 1


def test_the_address_in_front_comes_before_the_one_behind(
    library: Library, own_site: Site, old_row: Callable[..., str], numbered_mp4: Path
) -> None:
    front = own_site.gives("/front", numbered_mp4.read_bytes())
    library.fetch(old_row("a.mp4", front, "https://example.invalid/behind"))
    library.fetch(old_row("b.mp4", "", own_site.gives("/behind", numbered_mp4.read_bytes())))
    assert own_site.asked == ["/front", "/behind"]


def test_a_row_that_was_not_fetched_says_so_and_still_has_an_address(
    library: Library, old_row: Callable[..., str]
) -> None:
    identity = old_row("talk.mp4", None, "https://f003.example.org/file/lectures/talk.mp4")
    media = library[identity]
    for ask in (
        lambda: library.source(media, Fraction(30)),
        lambda: library.source_file(MediaFileSource(media_file_id=identity, kind="video", frames=60, has_audio=False)),
        lambda: library.path(identity),
        lambda: library.read(identity, 0, 1),
    ):
        with pytest.raises(MissingMediaError, match=rf"talk\.mp4.*library\.fetch\('{identity}'\)"):
            ask()
    assert library.thumbnail(identity) is None
    assert library.peaks(identity) is None
    assert library.url(identity) == "https://f003.example.org/file/lectures/talk.mp4"
    assert library.url(old_row("odd.mp4", "javascript:alert(1)")) is None


def test_what_cannot_be_fetched_is_listed_after_the_rest_was(
    library: Library, own_site: Site, old_row: Callable[..., str], numbered_mp4: Path
) -> None:
    good = old_row("good.mp4", own_site.gives("/good", numbered_mp4.read_bytes()))
    bad = [
        old_row("nowhere.mp4"),
        old_row("gone.mp4", own_site.gives("/gone", b"", status=404)),
        old_row("page.mp4", own_site.gives("/page", b"<html>sign in</html>")),
    ]
    with pytest.raises(BatchError) as caught:
        library.fetch([*bad, good])
    assert list(caught.value.added["id"]) == [good]
    said = [str(error) for error in caught.value.errors]
    assert ["nobody knows" in said[0], "answered 404" in said[1], "not usable media" in said[2]] == [True] * 3
    assert all(name in text for name, text in zip(("nowhere.mp4", "gone.mp4", "page.mp4"), said, strict=True))
    assert all(not library[identity].storage_key for identity in bad)
    assert list(library.storage.leftovers()) == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "https://user:secret@example.org/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/a",
        "https://0.0.0.0/a",
        "https://localhost/a",
        "https://[fe80::1]/a",
        "https://example.org:port/a",
        "//127.0.0.1/a",
        "http:///a",
    ],
)
def test_addresses_of_private_networks_and_other_kinds_are_not_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(StudioError) as caught:
        web.fetch(url, tmp_path / "out", web.Bounds())
    assert isinstance(caught.value, MediaError)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_this_machine_is_asked_only_when_the_settings_name_it(site: Site, tmp_path: Path) -> None:
    url = site.gives("/a", b"abc")
    with pytest.raises(MediaError, match="private network"):
        web.fetch(url, tmp_path / "out", web.Bounds())
    assert site.asked == []
    web.fetch(url, tmp_path / "out", web.Bounds(trusted=frozenset({site.host})))
    assert (tmp_path / "out").read_bytes() == b"abc"


def test_a_redirect_is_checked_as_the_address_was(site: Site, tmp_path: Path) -> None:
    trusted = web.Bounds(trusted=frozenset({site.host}))
    end = site.gives("/end", b"abc")
    web.fetch(site.gives("/start", b"", status=302, Location=end), tmp_path / "out", trusted)
    assert (tmp_path / "out").read_bytes() == b"abc"
    for target in ("https://169.254.169.254/", "file:///etc/passwd"):
        with pytest.raises(MediaError):
            web.fetch(site.gives("/away", b"", status=302, Location=target), tmp_path / "out", trusted)
    with pytest.raises(StorageError, match="redirected again and again"):
        web.fetch(site.gives("/loop", b"", status=302, Location="/loop"), tmp_path / "out", trusted)


def test_a_download_is_bounded_in_size_and_time_and_must_be_whole(site: Site, tmp_path: Path) -> None:
    trusted = frozenset({site.host})
    with pytest.raises(MediaError, match="larger than"):
        web.fetch(site.gives("/large", b"x" * 5000), tmp_path / "out", web.Bounds(size=1000, trusted=trusted))
    with pytest.raises(StorageError, match="broke off"):
        web.fetch(site.gives("/short", b"x" * 10, size=20), tmp_path / "out", web.Bounds(trusted=trusted))

    def trickle(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.01)
        except OSError:
            pass  # they hung up

    site.answers["/trickle"] = trickle
    with pytest.raises(StorageError, match="takes too long"):
        web.fetch(f"http://{site.host}/trickle", tmp_path / "out", web.Bounds(seconds=0.3, trusted=trusted))
