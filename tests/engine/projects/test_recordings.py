"""Takes: from the first chunk to a media file, whoever dies on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio_widgets.engine.errors import EditError, MissingMediaError, RecordingError
from studio_widgets.engine.library.projects import Projects
from studio_widgets.engine.library.recordings import Recordings
from studio_widgets.engine.timeline.model import MediaFileSource, RecordingSource
from tests.engine.conftest import Kernel
from tests.media.live import chunks_of, make_live_webm

CHILD = """
import sys
from pathlib import Path
from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.projects import Projects
from studio_widgets.engine.library.recordings import Recordings
from studio_widgets.engine.library.storage import open_storage

url, home, webm = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]).read_bytes()
library = Library(open_database(url, home), open_storage(None, home), home)
recordings = Recordings(library, Projects(library))
take = recordings.start("screen", "video/webm;codecs=vp8,opus", None, "Killed")
size = len(webm) // 8
for seq in range(6):
    print(take, recordings.append(take, seq, webm[seq * size : (seq + 1) * size]), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def webm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_live_webm(tmp_path_factory.mktemp("take") / "live.webm", seconds=2)


def begin(kernel: Kernel, name: str = "Take 1", track_type: str = "screen", project: str | None = None) -> str:
    return kernel.recordings.start(track_type, "video/webm;codecs=vp8,opus", project, name)


def record(kernel: Kernel, webm: Path, name: str = "Take 1", track_type: str = "screen", count: int = 4) -> str:
    take = begin(kernel, name, track_type)
    for seq, chunk in enumerate(chunks_of(webm, count)):
        kernel.recordings.append(take, seq, chunk)
    kernel.recordings.stop(take, count)
    return take


def execute(kernel: Kernel, query: str, *params: Any) -> Any:
    with kernel.database.connection() as connection:
        cursor = connection.execute(query, params)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else None


def blobs(kernel: Kernel) -> list[Path]:
    return [path for path in kernel.home.rglob("sha256/*/*") if path.is_file()]


def test_chunks_are_on_disk_when_they_are_acknowledged(kernel: Kernel, webm: Path) -> None:
    take = begin(kernel)
    file = kernel.home / "recordings" / take / "take.webm"
    so_far = b""
    for seq, chunk in enumerate(chunks_of(webm, 4)):
        assert kernel.recordings.append(take, seq, memoryview(chunk)) == seq + 1
        so_far += chunk
        assert file.read_bytes() == so_far


def test_a_stopped_take_is_playable_and_in_storage(kernel: Kernel, webm: Path) -> None:
    heard: list[str] = []
    kernel.library.subscribe(heard.append)
    take = record(kernel, webm)
    recording = kernel.recordings.get(take)
    assert recording.status == "ready"
    assert recording.duration_ms == pytest.approx(2000, abs=60)
    assert (recording.width, recording.height, recording.kind, recording.has_audio) == (64, 48, "video", True)
    assert recording.file_size == kernel.library.storage.local_path(recording.storage_key or "").stat().st_size
    assert not (kernel.home / "recordings" / take).exists()
    assert "recordings" in heard
    assert kernel.recordings.stop(take, 4) == recording


def test_a_microphone_take_is_sound(kernel: Kernel, tmp_path: Path) -> None:
    take = record(kernel, make_live_webm(tmp_path / "voice.webm", video=False), "Voice", "microphone")
    recording = kernel.recordings.get(take)
    assert (recording.kind, recording.width, recording.height) == ("audio", None, None)


def test_a_chunk_sent_twice_counts_once(kernel: Kernel, webm: Path) -> None:
    take = begin(kernel)
    first, second, *_ = chunks_of(webm, 4)
    kernel.recordings.append(take, 0, first)
    kernel.recordings.append(take, 1, second)
    assert kernel.recordings.append(take, 0, first) == 2
    assert kernel.recordings.append(take, 1, b"another chunk of that number") == 2
    assert (kernel.home / "recordings" / take / "take.webm").read_bytes() == first + second


@pytest.mark.parametrize(
    ("seq", "data", "reason"),
    [
        (3, b"x", "chunk 1 is due"),
        (-1, b"x", "negative"),
        (1, bytes(1_000_001), "at most"),
    ],
)
def test_a_refused_chunk_leaves_the_take_unharmed(
    kernel: Kernel, webm: Path, seq: int, data: bytes, reason: str
) -> None:
    take = begin(kernel)
    first, *rest = chunks_of(webm, 4)
    kernel.recordings.append(take, 0, first)
    with pytest.raises(RecordingError, match=reason):
        kernel.recordings.append(take, seq, data)
    for number, chunk in enumerate(rest, 1):
        kernel.recordings.append(take, number, chunk)
    assert kernel.recordings.stop(take, 4).status == "ready"


def test_a_take_starts_with_webm(kernel: Kernel, webm: Path) -> None:
    take = begin(kernel)
    for data in (b"", b"\0\0\0 ftypisom", b"#!/bin/sh"):
        with pytest.raises(RecordingError, match="webm"):
            kernel.recordings.append(take, 0, data)
    assert kernel.recordings.append(take, 0, chunks_of(webm, 4)[0]) == 1


def test_unknown_takes_kinds_and_types_are_refused(kernel: Kernel) -> None:
    for unknown in ("00000000-0000-0000-0000-000000000001", "../../etc", ""):
        with pytest.raises(RecordingError, match="no recording"):
            kernel.recordings.append(unknown, 0, b"x")
        with pytest.raises(RecordingError, match="no recording"):
            kernel.recordings.stop(unknown, 1)
    with pytest.raises(RecordingError, match="kind"):
        kernel.recordings.start("desktop", "video/webm", None, "")
    with pytest.raises(RecordingError, match="webm"):
        kernel.recordings.start("screen", "video/mp4", None, "")
    assert kernel.recordings.list().empty


def test_a_full_disk_keeps_what_was_acknowledged(kernel: Kernel, webm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take = begin(kernel)
    chunks = chunks_of(webm, 4)
    kernel.recordings.append(take, 0, chunks[0])

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(RecordingError, match="No space left"):
            kernel.recordings.append(take, 1, chunks[1])
    for seq, chunk in enumerate(chunks[1:], 1):
        kernel.recordings.append(take, seq, chunk)
    assert (kernel.home / "recordings" / take / "take.webm").read_bytes() == webm.read_bytes()


def test_stopping_with_chunks_missing_lets_the_take_go_on(kernel: Kernel, webm: Path) -> None:
    take = begin(kernel)
    chunks = chunks_of(webm, 4)
    for seq in range(3):
        kernel.recordings.append(take, seq, chunks[seq])
    with pytest.raises(RecordingError, match="3 arrived"):
        kernel.recordings.stop(take, 4)
    kernel.recordings.append(take, 3, chunks[3])
    assert kernel.recordings.stop(take, 4).status == "ready"


def test_a_take_in_which_nothing_plays_is_marked_failed(kernel: Kernel) -> None:
    take = begin(kernel)
    kernel.recordings.append(take, 0, b"\x1aE\xdf\xa3" + bytes(100))
    with pytest.raises(RecordingError, match="cannot be played"):
        kernel.recordings.stop(take, 1)
    assert list(kernel.recordings.list().status) == ["failed"]
    assert kernel.recordings.page() == ([], 0)
    with pytest.raises(RecordingError, match="closed"):
        kernel.recordings.append(take, 1, b"x")


def test_takes_are_listed_newest_first_and_found_by_name(kernel: Kernel, webm: Path) -> None:
    ids = [record(kernel, webm, name) for name in ("Welcome", "Loops 100%", "Goodbye")]
    takes, total = kernel.recordings.page()
    assert ([take.id for take in takes], total) == (ids[::-1], 3)
    assert [take.name for take in kernel.recordings.page(search="100%")[0]] == ["Loops 100%"]
    assert kernel.recordings.page(search="_")[1] == 0
    assert [take.name for take in kernel.recordings.page(page=1, limit=2)[0]] == ["Welcome"]


def test_saving_makes_exactly_one_media_file(kernel: Kernel, webm: Path) -> None:
    take = record(kernel, webm)
    media = kernel.recordings.save(take, "My take", description="About loops")
    again = kernel.recordings.save(take, "Another name", tags=["other"])
    assert again == media
    frame = kernel.library.files()
    assert list(frame.source_type) == ["studio_recording"]
    assert (media.name, media.tags, media.description) == ("My take", ("studio", "recording"), "About loops")
    assert media.metadata["recording_duration_ms"] == kernel.recordings.get(take).duration_ms
    assert media.metadata["track_type"] == "screen"
    assert "original_clip_id" not in media.metadata
    assert kernel.recordings.get(take).media_file_id == media.id
    assert kernel.recordings.page()[1] == 0
    assert len(blobs(kernel)) == 1


def test_a_take_that_is_not_ready_cannot_be_saved_or_used(kernel: Kernel) -> None:
    take = begin(kernel)
    with pytest.raises(RecordingError, match="not ready"):
        kernel.recordings.save(take)
    session = kernel.projects.open_or_create("Lesson")
    with pytest.raises(RecordingError, match="not ready"):
        session.apply("add", {"source": {"type": "recording", "recordingId": take}})


def test_clips_of_a_saved_take_show_the_media_file(
    kernel: Kernel, webm: Path, open_kernel: Callable[[], Kernel]
) -> None:
    take = record(kernel, webm)
    session = kernel.projects.open_or_create("Lesson")
    session.apply("title", {"text": "Hello", "at": 0, "duration": 10})
    session.apply("add", {"source": {"type": "recording", "recordingId": take}, "track": "V1", "at": 10})
    session.apply("split", {"at": 30})
    elsewhere = open_kernel().projects.open_or_create("Other lesson")
    elsewhere.apply("add", {"source": {"type": "recording", "recordingId": take}, "at": 0})
    source = session.timeline.clip_by_id["clip-2"].source
    assert isinstance(source, RecordingSource)
    assert source.frames is not None
    assert 58 <= source.frames <= 62

    media = kernel.recordings.save(take, "My take")
    assert media.metadata["original_clip_id"] == "clip-2"
    elsewhere.refresh()
    for timeline in (session.timeline, elsewhere.timeline):
        sources = [clip.source for clip in timeline.clips if not hasattr(clip.source, "text")]
        assert all(isinstance(one, MediaFileSource) and one.media_file_id == media.id for one in sources)
    assert session.timeline.clip_by_id["clip-2"].name == "Take 1"
    assert "relink" in session.echo()[-1]
    assert kernel.library.source_file(session.timeline.clip_by_id["clip-2"].source).sha256 == media.sha256

    # a take dropped after it was saved comes as its media file
    session.apply("add", {"source": {"type": "recording", "recordingId": take}, "track": "V1", "at": 200})
    assert isinstance(session.timeline.clip_by_id["clip-4"].source, MediaFileSource)


def test_a_deleted_take_takes_its_bytes_along_unless_a_timeline_shows_it(kernel: Kernel, webm: Path) -> None:
    take = record(kernel, webm)
    session = kernel.projects.open_or_create("Lesson")
    session.apply("add", {"source": {"type": "recording", "recordingId": take}, "at": 0})
    with pytest.raises(RecordingError, match="timeline"):
        kernel.recordings.delete(take)
    session.undo()
    kernel.recordings.delete(take)
    assert kernel.recordings.list().empty
    assert blobs(kernel) == []
    with pytest.raises(MissingMediaError):
        session.apply("add", {"source": {"type": "recording", "recordingId": take}, "at": 0})


def test_a_saved_take_can_be_deleted_and_its_media_file_stays(kernel: Kernel, webm: Path) -> None:
    take = record(kernel, webm)
    media = kernel.recordings.save(take)
    kernel.recordings.delete(take)
    assert kernel.library.get(media.id).path.exists()


def test_after_kill_9_the_take_is_finished_at_the_next_opening(
    database_url: str, open_kernel: Callable[[], Kernel], webm: Path
) -> None:
    kernel = open_kernel()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, database_url, str(kernel.home), str(webm)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdout is not None
    assert child.stdin is not None
    take, acknowledged = [child.stdout.readline().split() for _ in range(6)][-1]
    assert acknowledged == "6"
    assert kernel.recordings.recover() == []  # it is being recorded
    assert kernel.recordings.get(take).status == "recording"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()

    [recovered] = kernel.recordings.recover()
    assert recovered.id == take
    assert recovered.status == "ready"
    assert recovered.duration_ms is not None
    assert 1200 < recovered.duration_ms < 1600  # six eighths of two seconds
    assert kernel.recordings.recover() == []


def test_a_recorder_resumes_where_a_dead_kernel_stopped(open_kernel: Callable[[], Kernel], webm: Path) -> None:
    one = open_kernel()
    chunks = chunks_of(webm, 4)
    take = begin(one)
    one.recordings.append(take, 0, chunks[0])
    one.recordings.append(take, 1, chunks[1])
    one.recordings.close()
    with (one.home / "recordings" / take / "take.webm").open("ab") as file:
        file.write(b"a chunk that was never acknowledged")
    two = open_kernel()
    assert two.recordings.next_seq(take) == 2
    two.recordings.append(take, 2, chunks[2])
    two.recordings.append(take, 3, chunks[3])
    assert (two.home / "recordings" / take / "take.webm").read_bytes() == webm.read_bytes()
    assert two.recordings.stop(take, 4).status == "ready"


def test_a_take_that_goes_on_is_not_recovered(open_kernel: Callable[[], Kernel], webm: Path) -> None:
    kernel = open_kernel()
    take = begin(kernel)
    kernel.recordings.append(take, 0, chunks_of(webm, 4)[0])
    assert kernel.recordings.recover() == []
    with pytest.raises(RecordingError, match="another kernel"):
        open_kernel().recordings.append(take, 1, chunks_of(webm, 4)[1])


def test_expired_takes_go_unless_a_timeline_shows_them_or_they_were_saved(kernel: Kernel, webm: Path) -> None:
    unused, used, saved = (record(kernel, webm, name) for name in ("unused", "used", "saved"))
    kernel.projects.open_or_create("Lesson").apply(
        "add", {"source": {"type": "recording", "recordingId": used}, "at": 0}
    )
    kernel.recordings.save(saved)
    execute(kernel, "update studio_recordings set expires_at = now() - interval '1 hour'")
    kernel.recordings.recover()
    assert set(kernel.recordings.list().id) == {used, saved}
    assert unused not in set(kernel.recordings.list().id)
    assert len(blobs(kernel)) == 1  # the three takes have the same bytes


def test_a_failed_relink_is_made_up_for_by_saving_again(
    kernel: Kernel, webm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = record(kernel, webm)
    session = kernel.projects.open_or_create("Lesson")
    session.apply("add", {"source": {"type": "recording", "recordingId": take}, "at": 0})

    def fail(*_: Any) -> None:
        raise EditError("the kernel died here")

    with monkeypatch.context() as patched:
        patched.setattr(Projects, "relink_recording", fail)
        with pytest.raises(EditError):
            kernel.recordings.save(take)
    media = kernel.recordings.save(take)
    source = session.timeline.clip_by_id["clip-1"].source
    assert isinstance(source, MediaFileSource)
    assert source.media_file_id == media.id
    assert len(kernel.library.files()) == 1


def test_recordings_of_a_closed_kernel_stay_on_disk(kernel: Kernel, webm: Path) -> None:
    take = begin(kernel)
    kernel.recordings.append(take, 0, chunks_of(webm, 2)[0])
    kernel.recordings.close()
    again = Recordings(kernel.library, kernel.projects)
    assert [recording.id for recording in again.recover()] == [take]
