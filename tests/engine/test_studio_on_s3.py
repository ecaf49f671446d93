"""A whole studio whose media lie in a bucket, and the command line that looks after it."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

import studio_widgets as sw
from studio_widgets import cli, doctor
from studio_widgets.engine.errors import StorageError


@pytest.mark.long
def test_from_a_file_to_a_published_course_and_on_another_machine(
    database_url: str, s3_url: str, tmp_path: Path, numbered_mp4: Path
) -> None:
    with sw.Studio(database_url, storage=s3_url, home=tmp_path / "one") as studio:
        studio.library.add(numbered_mp4, tags=["intro"])
        studio.library.wait(progress=False)
        assert studio.library.failures().empty
        media = studio.library["numbered.mp4"]
        with urllib.request.urlopen(str(studio.library.url(media.id))) as answer:
            assert answer.read() == numbered_mp4.read_bytes()
        project = studio.project("Lesson", width=160, height=90)
        project.timeline.add(media, track="V1", at=0)
        render = project.render(tmp_path / "lesson.mp4", progress=False)
        studio.course("Course").add_chapter(project, progress=False)
        published = studio.course("Course").publish(tmp_path / "site", progress=False)
        assert published.chapters == 1
        studio.library.wait(progress=False)
        assert not (tmp_path / "one" / "storage").exists()
    with sw.Studio(database_url, storage=s3_url, home=tmp_path / "two") as studio:
        library = studio.library
        assert not library["numbered.mp4"].path.exists()
        assert library.thumbnail(media.id)
        assert library.sprite(media.id)
        assert library.peaks(media.id)
        assert library.read(media.id, 100, 50) == numbered_mp4.read_bytes()[100:150]
        again = studio.project("Lesson").render(tmp_path / "again.mp4", progress=False)
        assert again.sha256 == render.sha256
        assert library.path(media.id).read_bytes() == numbered_mp4.read_bytes()


def test_a_file_whose_bytes_cannot_be_stored_gets_no_row(
    database_url: str, s3_url: str, tmp_path: Path, numbered_mp4: Path, no_derived_files: None
) -> None:
    away = s3_url.partition("?")[0] + "?endpoint=http://127.0.0.1:9"
    with sw.Studio(database_url, storage=away, home=tmp_path / "home") as studio:
        with pytest.raises(sw.StudioError, match="does not answer") as caught:
            studio.library.add(numbered_mp4)
        assert "numbered.mp4" in str(caught.value)
        assert studio.library.files().empty
    with sw.Studio(database_url, storage=s3_url, home=tmp_path / "home") as studio:
        assert len(studio.library.add(numbered_mp4)) == 1


def test_a_wrong_bucket_is_told_when_the_studio_opens(
    database_url: str, s3_url: str, tmp_path: Path, no_derived_files: None
) -> None:
    with pytest.raises(StorageError, match="no such bucket"):
        sw.Studio(database_url, storage=s3_url.replace("media", "nowhere"), home=tmp_path / "home")


@pytest.fixture
def run(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], no_derived_files: None
) -> Callable[..., tuple[int, str]]:
    def command(*words: str) -> tuple[int, str]:
        code = cli.main([*words, "--database", database_url, "--home", str(tmp_path / "home")])
        return code, capsys.readouterr().out

    return command


def test_gc_at_the_command_line_says_what_it_removed(
    run: Callable[..., tuple[int, str]], tmp_path: Path, numbered_mp4: Path
) -> None:
    assert run("add", str(numbered_mp4))[0] == 0
    upload = tmp_path / "home" / "uploads" / "left"
    upload.mkdir(parents=True)
    (upload / "data").write_bytes(b"x" * 1500)
    for path in (upload / "data", upload):
        os.utime(path, (1e9, 1e9))
    code, said = run("gc", "--dry-run", "--quiet")
    assert code == 0
    assert "1,500  2001-09-09 01:46  uploads/left  (upload that was never finished)" in said
    assert "1 would be removed, 0.0 MB" in said
    assert upload.exists()
    assert "1 removed" in run("gc", "--quiet", "--older-than", "48")[1]
    assert not upload.exists()
    assert "0 removed" in run("gc", "--quiet")[1]
    assert run("gc", "--older-than", "-1")[0] == 1


def test_doctor_tries_the_bucket_and_says_where_the_cache_is(s3_url: str, database_url: str, tmp_path: Path) -> None:
    findings = {found.what: found for found in doctor.examine(database_url, s3_url, str(tmp_path / "home"))}
    assert findings["storage"].state == "ok"
    assert "s3://media/" in findings["storage"].detail
    assert "127.0.0.1" in findings["storage"].detail
    assert "allow_origins" in findings["storage"].hint
    assert findings["cache"].state in ("ok", "warning")
    assert str(tmp_path / "home" / "cache" / "storage") in findings["cache"].detail


def test_doctor_names_a_bucket_that_is_not_there(s3_url: str, database_url: str, tmp_path: Path) -> None:
    url = s3_url.replace("media", "nowhere")
    findings = {found.what: found for found in doctor.examine(database_url, url, str(tmp_path / "home"))}
    assert (findings["storage"].state, findings["storage"].detail) == ("broken", "there is no such bucket")
