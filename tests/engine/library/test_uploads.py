"""Uploads in pieces: on disk before they are acknowledged, gone on with after any crash, refused without harm."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from studio_widgets.engine.errors import LibraryError, MediaError, StorageError, StudioError
from studio_widgets.engine.library import uploads as uploads_module
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.uploads import MAX_PIECE, Uploads
from tests.media import golden

ROOT = Path(__file__).parents[3]


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    return golden.make_numbered_video(tmp_path / "film.mp4", 30, audio="tone").read_bytes()


def send(library: Library, upload_id: str, data: bytes, start: int = 0, step: int = 4000) -> None:
    for offset in range(start, len(data), step):
        assert library.uploads.append(upload_id, offset, data[offset : offset + step]) == min(offset + step, len(data))


def left(library: Library) -> list[Path]:
    return list(library.uploads.folder.rglob("*"))


def test_pieces_become_a_media_file_and_the_upload_is_gone(library: Library, film: bytes) -> None:
    upload = library.uploads.start("film.mp4", len(film), 1_700_000_000_000)
    assert upload.received == 0
    send(library, upload.id, film)
    media = library.uploads.finish(upload.id, tags=["dropped"])
    assert (media.name, media.kind, media.tags) == ("film.mp4", "video", ("dropped",))
    assert media.path.read_bytes() == film
    assert left(library) == []
    with pytest.raises(LibraryError, match="no upload"):
        library.uploads.finish(upload.id)


def test_the_same_file_dropped_again_goes_on_where_it_stopped(
    library: Library, open_library: Callable[[], Library], film: bytes
) -> None:
    upload = library.uploads.start("film.mp4", len(film), 5)
    send(library, upload.id, film[:9000])
    library.close()
    again = open_library()
    resumed = again.uploads.start("film.mp4", len(film), 5)
    assert resumed.id == upload.id
    assert resumed.received == 9000
    for other in (("film.mp4", len(film), 6), ("film.mp4", len(film) - 1, 5), ("film2.mp4", len(film), 5)):
        assert again.uploads.start(*other).received == 0
    send(again, resumed.id, film, 9000)
    assert again.uploads.finish(resumed.id).path.read_bytes() == film


def test_a_piece_that_is_there_is_acknowledged_and_one_that_overlaps_adds_its_rest(
    library: Library, film: bytes
) -> None:
    upload = library.uploads.start("film.mp4", len(film), 0)
    append = library.uploads.append
    assert append(upload.id, 0, film[:5000]) == 5000
    assert append(upload.id, 0, b"x" * 5000) == 5000
    assert append(upload.id, 1000, memoryview(film)[1000:2000]) == 5000
    assert append(upload.id, 4000, bytearray(film[4000:7000])) == 7000
    send(library, upload.id, film, 7000)
    assert library.uploads.finish(upload.id).path.read_bytes() == film


@pytest.mark.parametrize(
    ("offset", "size", "says"),
    [
        (1, 10, "byte 0 is due"),
        (-5, 10, "does not fit"),
        (0, 2_000_000, "does not fit"),
        (0, MAX_PIECE + 1, "does not fit"),
    ],
    ids=["gap", "negative", "beyond the size", "too large"],
)
def test_a_piece_that_does_not_belong_is_refused_by_name(library: Library, offset: int, size: int, says: str) -> None:
    upload = library.uploads.start("film.mp4", 1_500_000, 0)
    with pytest.raises(LibraryError, match=rf"film\.mp4: .*{says}"):
        library.uploads.append(upload.id, offset, b"x" * size)
    assert library.uploads.start("film.mp4", 1_500_000, 0) == upload, "it goes on unharmed"
    assert library.uploads.append(upload.id, 0, b"x" * 10) == 10


@pytest.mark.parametrize("forged", ["", "..", "../../etc", "0" * 24, "F" * 24, "0" * 23 + "/", "x\0y", "a" * 5000])
def test_an_unknown_id_is_refused(library: Library, forged: str, film: bytes) -> None:
    library.uploads.start("film.mp4", len(film), 0)
    for call in (lambda: library.uploads.append(forged, 0, b"x"), lambda: library.uploads.finish(forged)):
        with pytest.raises(LibraryError, match="no upload"):
            call()
    library.uploads.cancel(forged)
    assert len(list(library.uploads.folder.iterdir())) == 1


@pytest.mark.parametrize("name", ["../film.mp4", "/etc/passwd", "a\\b.mp4", "..", ".", "", "  ", "a\0b", "\ud800.mp4"])
def test_a_name_that_is_no_file_name_is_refused(library: Library, name: str) -> None:
    with pytest.raises(LibraryError, match="no file name"):
        library.uploads.start(name, 10, 0)
    assert left(library) == []


@pytest.mark.parametrize("name", ["Übung 1.mp4", "<img src=x onerror=alert(1)>.mp4", "a\nb.mp4", "🎬.mp4", "ملف.mp4"])
def test_any_other_name_is_kept_as_it_is(library: Library, film: bytes, name: str) -> None:
    upload = library.uploads.start(name, len(film), 0)
    send(library, upload.id, film, step=MAX_PIECE)
    assert library.uploads.finish(upload.id).name == name


def test_an_empty_file_and_one_without_room_are_refused_early(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LibraryError, match="empty"):
        library.uploads.start("film.mp4", 0, 0)
    free = shutil.disk_usage(library.home.parent).free
    with pytest.raises(LibraryError, match=r"film\.mp4: there is no room for it: [\d,.]+ GB are missing"):
        library.uploads.start("film.mp4", free, 0)
    assert left(library) == []


def test_finishing_too_early_says_what_is_missing(library: Library, film: bytes) -> None:
    upload = library.uploads.start("film.mp4", len(film), 0)
    send(library, upload.id, film[:8000])
    with pytest.raises(LibraryError, match=rf"film\.mp4: 8,000 of {len(film):,} bytes"):
        library.uploads.finish(upload.id)
    send(library, upload.id, film, 8000)
    assert library.uploads.finish(upload.id)


def test_what_is_no_media_leaves_nothing(library: Library) -> None:
    upload = library.uploads.start("notes.mp4", 300, 0)
    library.uploads.append(upload.id, 0, b"no film" * 42 + b"......")
    with pytest.raises(MediaError, match=r"notes\.mp4: this is not usable media") as caught:
        library.uploads.finish(upload.id)
    assert str(library.home) not in str(caught.value)
    assert left(library) == []
    assert library.files().empty


def test_cancel_forgets_it(library: Library, film: bytes) -> None:
    upload = library.uploads.start("film.mp4", len(film), 0)
    send(library, upload.id, film[:4000])
    library.uploads.cancel(upload.id)
    library.uploads.cancel(upload.id)
    assert left(library) == []
    assert library.uploads.start("film.mp4", len(film), 0).received == 0


def test_an_upload_whose_import_fails_for_another_reason_can_be_finished_later(
    library: Library, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = library.uploads.start("film.mp4", len(film), 0)
    send(library, upload.id, film)

    def full(*args: object, **options: object) -> None:
        raise StorageError("no room", where="disk")

    with monkeypatch.context() as patch:
        patch.setattr(library.storage, "put_file", full)
        with pytest.raises(StorageError, match="no room"):
            library.uploads.finish(upload.id)
    assert library.uploads.finish(upload.id).name == "film.mp4"


def test_a_full_disk_leaves_what_was_acknowledged(
    library: Library, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = library.uploads.start("film.mp4", len(film), 0)
    send(library, upload.id, film[:4000])

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(uploads_module.os, "fsync", full)
        with pytest.raises(StorageError, match="no space left"):
            library.uploads.append(upload.id, 4000, film[4000:8000])
    assert library.uploads.start("film.mp4", len(film), 0).received == 4000


def test_another_owner_cannot_touch_it(library: Library, film: bytes) -> None:
    upload = library.uploads.start("film.mp4", len(film), 0)
    other = Uploads(library.uploads.folder, "somebody else", lambda *_: pytest.fail("never"))
    for call in (lambda: other.append(upload.id, 0, b"x"), lambda: other.finish(upload.id)):
        with pytest.raises(LibraryError, match="no upload"):
            call()
    other.cancel(upload.id)
    assert library.uploads.append(upload.id, 0, film[:10]) == 10


def test_two_kernels_that_send_the_same_file_at_once_make_one_whole_file(
    library: Library, open_library: Callable[[], Library], film: bytes
) -> None:
    kernels = [library, open_library()]
    ids = {kernel.uploads.start("film.mp4", len(film), 0).id for kernel in kernels}
    (upload_id,) = ids
    errors: list[StudioError] = []
    start = threading.Barrier(2)

    def work(kernel: Library) -> None:
        start.wait()
        offset = 0
        while offset < len(film):
            try:
                offset = kernel.uploads.append(upload_id, offset, film[offset : offset + 500])
            except StudioError as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=work, args=(kernel,)) for kernel in kernels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert library.uploads.finish(upload_id).path.read_bytes() == film


_SENDER = """
import sys
from pathlib import Path
from studio_widgets.engine.library.uploads import Uploads
film = Path(sys.argv[2]).read_bytes()
uploads = Uploads(Path(sys.argv[1]), sys.argv[3], None)
upload = uploads.start("film.mp4", len(film), 0)
offset = upload.received
while offset < len(film):
    offset = uploads.append(upload.id, offset, film[offset : offset + 100])
    print(offset, flush=True)
"""


def test_nothing_acknowledged_is_lost_to_kill_9(library: Library, film: bytes, tmp_path: Path) -> None:
    source = tmp_path / "copy.mp4"
    source.write_bytes(film)
    command = [sys.executable, "-c", _SENDER, str(library.uploads.folder), str(source), library.owner]
    for lines in (20, 35):
        sender = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert sender.stdout is not None
        acknowledged = [int(sender.stdout.readline()) for _ in range(lines)][-1]
        os.kill(sender.pid, signal.SIGKILL)
        sender.communicate()
        upload = library.uploads.start("film.mp4", len(film), 0)
        assert upload.received >= acknowledged
    send(library, upload.id, film, upload.received)
    assert library.uploads.finish(upload.id).path.read_bytes() == film


def test_uploads_that_were_given_up_go_after_a_week(library: Library, film: bytes) -> None:
    old = library.uploads.start("old.mp4", len(film), 0)
    folder = library.uploads.folder / old.id
    for path in (*folder.iterdir(), folder):
        os.utime(path, (0, 0))
    library.uploads.start("new.mp4", len(film), 0)
    assert not folder.exists()
