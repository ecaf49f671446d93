"""The front door: opening, sharing, closing; Project and Course; the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import studio_widgets as sw
from studio_widgets import cli, doctor
from studio_widgets.engine.library.worker_pool import WorkerPool
from studio_widgets.studio import current_studio
from tests.media import golden

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_studio(
    database_url: str, tmp_path: Path, no_derived_files: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., sw.Studio]]:
    for name in ("STUDIO_HOME", "STUDIO_DATABASE_URL", "STUDIO_STORAGE_URL"):
        monkeypatch.delenv(name, raising=False)
    opened: list[sw.Studio] = []

    def make(**options: Any) -> sw.Studio:
        options = {"database": database_url, "home": tmp_path / "home"} | options
        opened.append(sw.Studio(**options))
        return opened[-1]

    yield make
    for studio in opened:
        studio.close()


@pytest.fixture
def studio(open_studio: Callable[..., sw.Studio]) -> sw.Studio:
    return open_studio()


def lesson(studio: sw.Studio, title: str = "Lesson 1") -> Any:
    project = studio.project(title, width=160, height=90)
    project.timeline.title("Hello", at=0, duration=15)
    return project


# --- opening and closing -----------------------------------------------------------------------------------------------


def test_settings_come_from_arguments_then_from_the_environment(
    database_url: str, tmp_path: Path, no_derived_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_DATABASE_URL", database_url)
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "from environment"))
    monkeypatch.setenv("STUDIO_STORAGE_URL", str(tmp_path / "blobs"))
    with sw.Studio() as studio:
        assert studio.home == tmp_path / "from environment"
        assert (tmp_path / "blobs").is_dir()
    with sw.Studio(home=tmp_path / "argument") as studio:
        assert studio.home == tmp_path / "argument"


def test_without_settings_it_lives_beside_the_notebook(
    database_url: str, tmp_path: Path, no_derived_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STUDIO_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    with sw.Studio(database_url) as studio:
        assert studio.home == tmp_path / ".studio"


def test_a_home_that_cannot_be_made_is_a_storage_error(open_studio: Callable[..., sw.Studio], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(sw.StorageError, match="file"):
        open_studio(home=tmp_path / "file" / "home")


def test_running_the_cell_again_gives_the_same_projects(open_studio: Callable[..., sw.Studio]) -> None:
    one, two = open_studio(), open_studio()
    assert one.project("Lesson").session is two.project("Lesson").session
    one.close()
    two.project("Lesson").timeline.marker(3, "still open")
    two.close()
    with pytest.raises(sw.StudioError, match="closed"):
        one.project("Lesson")


def test_a_closed_studio_can_be_opened_again(open_studio: Callable[..., sw.Studio]) -> None:
    with open_studio() as studio:
        lesson(studio)
    assert "closed" in repr(studio)
    studio.close()
    assert (
        open_studio().project("Lesson 1").timeline.to_json()
        == sw.Timeline.from_json(open_studio().project("Lesson 1").timeline.to_json()).to_json()
    )


def test_the_current_studio_is_the_one_opened_last_and_still_open(
    open_studio: Callable[..., sw.Studio], tmp_path: Path
) -> None:
    one = open_studio()
    two = open_studio(home=tmp_path / "second")
    assert current_studio() is two
    two.close()
    assert current_studio() is one


def test_a_database_that_is_not_there_is_a_database_error(open_studio: Callable[..., sw.Studio]) -> None:
    with pytest.raises(sw.DatabaseError):
        open_studio(database="postgresql://nobody:secret@127.0.0.1:9/none")


def test_closing_saves_and_leaves_no_thread_behind(open_studio: Callable[..., sw.Studio], database_url: str) -> None:
    """A script that ends without closing anything ends all the same."""
    script = (
        "import sys, studio_widgets as sw\n"
        "studio = sw.Studio(sys.argv[1], home=sys.argv[2])\n"
        "studio.project('Script').timeline.marker(3, 'x')\n"
        "print('done')\n"
    )
    home = open_studio().home
    done = subprocess.run(
        [sys.executable, "-c", script, database_url, str(home)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    saved = open_studio().library.sql("select timeline_rev from studio_projects where title = 'Script'")
    assert list(saved.timeline_rev) == [1]


def test_a_studio_whose_folder_was_deleted_is_a_new_one(open_studio: Callable[..., sw.Studio], tmp_path: Path) -> None:
    old = open_studio()
    project = lesson(old)
    old.home.rename(tmp_path / "away")
    (tmp_path / "home").mkdir()  # whoever took the name meanwhile
    new = open_studio()
    assert new.library is not old.library
    lesson(new, "Lesson 2")
    with pytest.raises(sw.StudioError, match="closed"):
        project.timeline.undo()
    old.close()
    assert list(new.projects.list().title) == ["Lesson 1", "Lesson 2"], "the database was not in that folder"


def test_importing_the_package_is_light() -> None:
    """Render workers import it too: no database, no widgets."""
    script = "import sys, studio_widgets; print([m for m in ('psycopg', 'ipywidgets', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"


def test_public_names() -> None:
    assert {"Studio", "Timeline", "StudioError", "__version__", "load_ipython_extension"} <= set(dir(sw))
    with pytest.raises(AttributeError):
        sw.NoSuchName  # noqa: B018


# --- projects and courses ------------------------------------------------------------------------------------------------


def test_a_project_renders_the_same_bytes_twice(studio: sw.Studio, tmp_path: Path) -> None:
    project = lesson(studio)
    first = project.render(tmp_path / "one.mp4", progress=False)
    second = project.render(tmp_path / "two.mp4", progress=False)
    assert first.frames == second.frames == 15
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    assert second.encoded == 0
    assert repr(project) == "Project('Lesson 1', 1 clip, 15 frames)"


def test_a_project_renders_to_what_the_name_says(studio: sw.Studio, numbered_mp4: Path, tmp_path: Path) -> None:
    project = studio.project("Lesson 1", width=160, height=90)
    project.import_media(studio.library.add(numbered_mp4))
    for at, number in ((21, 21), (1.0, 30), ("00:00:00:12", 12)):
        picture = project.render(tmp_path / "frame.png", progress=False, at=at)
        assert picture.frames == 1
        assert golden.read_number(picture.path.read_bytes()) == number
    assert project.render(tmp_path / "sound.flac", progress=False).frames == 60
    with pytest.raises(sw.StudioError, match="not a time"):
        project.render(tmp_path / "frame.png", progress=False, at="soon")


def test_a_frame_goes_into_the_library(studio: sw.Studio, numbered_mp4: Path) -> None:
    project = studio.project("Lesson 1", width=160, height=90)
    project.import_media(studio.library.add(numbered_mp4))
    saved = project.save_frame("00:00:01:12")
    assert (saved.name, saved.source_type, saved.kind) == ("Lesson 1 00-00-01-12.png", "studio_export", "image")
    assert golden.read_number(studio.library.path(saved.id).read_bytes()) == 42
    assert project.save_frame(42, name="again.png").id == saved.id
    with pytest.raises(sw.RenderError, match="no frame 60"):
        project.save_frame(60)


def test_media_of_the_library_go_on_a_project(studio: sw.Studio, numbered_mp4: Path) -> None:
    files = studio.library.add(numbered_mp4)
    project = studio.project("Lesson 1")
    clips = project.import_media(files) + project.import_media([files.id[0]], track="V2", at=1.0)
    assert [(clip.id, clip.track, clip.start_frame) for clip in clips] == [("clip-1", "V1", 0), ("clip-2", "V2", 30)]
    with pytest.raises(sw.StudioError, match=r"gone\.mp4"):
        project.import_media(["numbered.mp4", "gone.mp4"])
    project.timeline.undo()
    assert len(project.timeline) == 1


def test_an_empty_project_cannot_be_rendered(studio: sw.Studio, tmp_path: Path) -> None:
    with pytest.raises(sw.RenderError, match="empty"):
        studio.project("Nothing").render(tmp_path / "out.mp4")
    assert list(tmp_path.glob("*.mp4")) == []


def test_from_project_to_published_page(studio: sw.Studio, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = studio.course("Intro to Python", "About loops")
    chapter = course.add_chapter(lesson(studio), title="Welcome", description="The first lesson")
    assert (chapter.title, chapter.position, chapter.mode) == ("Welcome", 1, "video")
    assert list(course.chapters.title) == ["Welcome"]
    assert studio.library.get(chapter.media_file_id or "").source_type == "studio_export"
    published = course.publish(tmp_path / "site")
    assert published.index.read_text().count("Welcome") >= 1
    assert (course.description, repr(course)) == ("About loops", "Course('Intro to Python')")
    assert list(studio.courses().chapters) == [1]
    with pytest.raises(sw.CourseError, match="site"):
        course.publish(tmp_path / "other", format="olx")
    course.delete_chapter(1)
    assert course.chapters.empty


def test_the_studio_is_shown_as_the_workspace_of_the_project_at_hand(studio: sw.Studio) -> None:
    pytest.importorskip("ipywidgets")
    try:
        workspace = studio.workspace()
    except sw.StudioError as error:
        pytest.skip(str(error))  # the JavaScript is not built here
    assert workspace.project_title == "Untitled"
    lesson(studio)
    assert studio.workspace().project_title == "Lesson 1"
    shown = studio._repr_mimebundle_()
    data = shown[0] if isinstance(shown, tuple) else shown
    assert "application/vnd.jupyter.widget-view+json" in data
    assert studio._repr_mimebundle_() == shown  # the same cell run again shows another view of it
    project = studio.project("Lesson 1")
    assert studio.editor(project).total_frames == studio.player("Lesson 1").total_frames == 15
    assert studio.browser().browser_page == 0
    assert studio.pick().project_title == "Lesson 1"
    assert studio.pick("Lesson 2").project_title == "Lesson 2"
    assert studio.recorder(project).recording_state == "idle"


# --- the command line ------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(
    open_studio: Callable[..., sw.Studio],
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("STUDIO_DATABASE_URL", database_url)
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))

    def command(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_add_prints_what_it_added_and_what_it_refused(
    run: Callable[..., tuple[int, str, str]], numbered_mp4: Path, tmp_path: Path, studio: sw.Studio
) -> None:
    bad = tmp_path / "notes.mp4"
    bad.write_text("not a video")
    code, out, err = run("add", str(bad), str(numbered_mp4), "--tag", "intro")
    assert code == 1
    assert "numbered.mp4" in out
    assert "notes.mp4" in err
    assert list(studio.library.files(tags=["intro"]).name) == ["numbered.mp4"]
    assert run("add", str(numbered_mp4))[0] == 0


def test_render_and_publish(run: Callable[..., tuple[int, str, str]], studio: sw.Studio, tmp_path: Path) -> None:
    studio.course("Intro").add_chapter(lesson(studio), progress=False)
    code, out, _ = run("render", "Lesson 1", str(tmp_path / "out.mp4"), "--quiet")
    assert (code, (tmp_path / "out.mp4").is_file()) == (0, True)
    assert "15 frames" in out
    code, out, _ = run("publish", "Intro", str(tmp_path / "site"), "--quiet")
    assert (code, (tmp_path / "site" / "index.html").is_file()) == (0, True)
    code, out, _ = run("render", "Lesson 1", str(tmp_path / "frame.png"), "--quiet", "--at", "14")
    assert (code, (tmp_path / "frame.png").is_file()) == (0, True)
    assert "frame.png: 1 frame, " in out
    code, _, err = run("render", "Lesson 2", str(tmp_path / "no.mp4"))
    assert code == 1
    assert "'Lesson 1'" in err
    code, _, err = run("publish", "Unknown", str(tmp_path / "no"))
    assert (code, list(studio.courses().title)) == (1, ["Intro"])


def test_migrate_says_where_the_database_is(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("migrate")
    assert code == 0
    assert re.search(r"migration \d{4}_\w+ \(\d+ applied\)", out)


def test_doctor_finds_nothing_wrong_with_codecs_storage_and_database(
    run: Callable[..., tuple[int, str, str]], database_url: str, tmp_path: Path
) -> None:
    findings = {finding.what: finding for finding in doctor.examine(database_url, None, str(tmp_path / "home"))}
    for what in ("python", "codecs", "kernel", "storage", "database"):
        assert findings[what].state != "broken", findings[what]
    assert findings["home"].state != "broken"
    _, out, _ = run("doctor")
    assert "PostgreSQL" in out


def test_doctor_names_what_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    findings = {finding.what: finding for finding in doctor.examine("postgresql://127.0.0.1:9/x", None, str(file))}
    assert findings["home"].state == findings["database"].state == "broken"
    assert findings["database"].hint


def test_bad_usage_is_2_and_an_error_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main(["no-such-command"])
    assert exit_.value.code == 2
    assert cli.main(["migrate", "--database", "postgresql://127.0.0.1:9/none"]) == 1
    assert "studio-widgets: 127.0.0.1/none: cannot connect" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert sw.__version__ in capsys.readouterr().out


def test_workers_are_off_in_these_tests() -> None:
    """`no_derived_files` patches this very method: should it be renamed, the tests would start workers unseen."""
    assert callable(WorkerPool.submit)
