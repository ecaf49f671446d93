"""Only honest local media files are opened; everything else is refused by name, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from studio_widgets.engine.errors import MediaError, MissingMediaError
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.source import open_media
from tests.media import golden

ROOT = Path(__file__).parents[3]


def refused(path: Path | str, error: type[MediaError] = MediaError) -> MediaError:
    with pytest.raises(error) as caught:
        probe(path)
    assert Path(path).name in str(caught.value)
    assert caught.value.hint
    return caught.value


def test_text_is_no_media(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    path.write_text("These are my notes for the talk.\n" * 100)
    assert "not usable media" in str(refused(path))


@pytest.mark.parametrize("name", ["talk.srt", "talk.vtt", "talk.ass", "talk.txt"])
def test_subtitles_are_no_media(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("WEBVTT\n\n1\n00:00:00,000 --> 00:00:02,000\nHello\n")
    refused(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert "empty" in refused(path).message


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "folder" in refused(tmp_path).message


def test_a_missing_path_is_a_missing_file(tmp_path: Path) -> None:
    refused(tmp_path / "gone.mp4", MissingMediaError)
    refused(tmp_path / "gone.mp4" / "below.mp4", MissingMediaError)


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    assert "regular file" in refused(path).message


def test_an_unreadable_file_is_refused(numbered_mp4: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "secret.mp4"
        path.write_bytes(numbered_mp4.read_bytes())
        path.chmod(0)
        if os.geteuid() != 0:
            assert "cannot be read" in refused(path).message
            return
        # root may read everything: become somebody else in a process of its own
        code = (
            "import os, sys\nfrom studio_widgets.engine.media.probe import probe\n"
            "os.setgroups([]); os.setgid(65534); os.setuid(65534)\nprobe(sys.argv[1])"
        )
        command = [sys.executable, "-c", code, str(path)]
        nobody = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "MediaError" in nobody.stderr
    assert "secret.mp4: the file cannot be read (permission denied)" in nobody.stderr


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.webm", "list.png"])
def test_playlists_that_name_other_files_are_refused(numbered_mp4: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "target.mp4"
    target.write_bytes(numbered_mp4.read_bytes())
    playlist = tmp_path / name
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n")
    refused(playlist)
    playlist.write_text(f"ffconcat version 1.0\nfile '{target}'\n")
    refused(playlist)


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:9/a.mp4",
        "concat:{0}|{0}",
        "subfile,,start,0,end,100,,:{0}",
        "file:{0}",
        "data:video/mp4;base64,AAAA",
        "fd:0",
        "pipe:0",
        "lavfi:testsrc",
        "-",
    ],
)
def test_what_looks_like_a_url_or_a_protocol_is_a_file_name(numbered_mp4: Path, text: str) -> None:
    with pytest.raises(MissingMediaError):
        open_media(text.format(numbered_mp4))


def test_a_file_name_is_never_a_pattern(tmp_path: Path) -> None:
    for k in range(3):
        golden.make_still(tmp_path / f"shot{k:03d}.png", number=k)
    with pytest.raises(MissingMediaError):
        open_media(tmp_path / "shot%03d.png")
    odd = golden.make_still(tmp_path / "100%d %03d.png")
    assert probe(odd).kind == "image"


def test_a_strange_file_name_is_fine(numbered_mp4: Path, tmp_path: Path) -> None:
    path = tmp_path / "Übung 1: „Hallo“ #?&|%20.mp4"
    path.write_bytes(numbered_mp4.read_bytes())
    assert probe(path).kind == "video"


def test_a_file_cut_off_before_its_index_is_refused(numbered_mp4: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(numbered_mp4.read_bytes()[:2000])
    refused(path)


def test_a_recording_cut_off_anywhere_is_read_up_to_there(tmp_path: Path) -> None:
    whole = golden.make_numbered_video(tmp_path / "whole.webm", 60, gop=10)
    cut = tmp_path / "cut.webm"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    assert 0.5 < probe(cut).seconds < probe(whole).seconds
