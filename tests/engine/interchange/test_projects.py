"""`project.export_timeline`, `project.import_timeline`, `timeline.to_otio`: with a library and a journal."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlsplit

import opentimelineio as otio
import pytest

import studio_widgets as sw
from studio_widgets import cli
from studio_widgets.project import Project
from tests.media.golden import make_numbered_video, make_sound, make_still

pytestmark = pytest.mark.filterwarnings("ignore::studio_widgets.InterchangeWarning")
FORMATS = ["otio", "otioz", "fcpxml", "edl"]


@pytest.fixture
def studio(database_url: str, tmp_path: Path, no_derived_files: None) -> Iterator[sw.Studio]:
    with sw.Studio(database=database_url, home=tmp_path / "home") as studio:
        yield studio


@pytest.fixture
def elsewhere(studio: sw.Studio) -> Callable[[], None]:
    """Empties the library, as that of another machine is."""

    def empty() -> None:
        studio.projects.delete("Lesson 1")
        for name in ("talk.mp4", "chart.png", "voice.wav"):
            studio.library.delete(studio.library[name].id)

    return empty


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    make_numbered_video(folder / "talk.mp4", 60, audio="tone")
    make_still(folder / "chart.png")
    make_sound(folder / "voice.wav", seconds=2)
    return folder


@pytest.fixture
def project(studio: sw.Studio, files: Path) -> Project:
    studio.library.add(files)
    project = studio.project("Lesson 1", width=160, height=90)
    timeline = project.timeline
    first = timeline.add("talk.mp4", trim=(5, 30))
    timeline.add("talk.mp4", trim=(20, 40))
    timeline.transition(first, duration=6)
    timeline.add("voice.wav", track="A1", at=10, trim=(3, 20))
    timeline.marker(4, "Start", chapter=False)
    return project


def places(project: Project) -> list[tuple[str, str, int, int, int]]:
    t = project.session.timeline
    return sorted(
        (one.name, t.tracks[one.track_index].id, one.start_frame, one.end_frame, one.trim_start_frame)
        for one in t.clips
    )


def versions(project: Project) -> list[str]:
    return project.versions()["label"].tolist()


@pytest.mark.parametrize("kind", FORMATS)
def test_what_was_exported_comes_back_as_one_step(
    studio: sw.Studio, project: Project, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"cut.{kind}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if kind == "edl" else "error")
        lost = [loss.what.partition(" (")[0] for loss in project.export_timeline(path)]
        assert lost == (["an EDL does not say its rate"] if kind == "edl" else [])
        other = studio.project("Lesson 2", width=64, height=36)
        other.timeline.title("Gone soon", at=0, duration=5)
        before, label = other.timeline.to_json(), versions(other)
        assert other.import_timeline(path) == []
    assert places(other) == places(project)
    assert [(one.duration_frames) for one in other.timeline.transitions] == [6]
    assert versions(other) == ["load timeline", *label]
    other.timeline.undo()
    assert other.timeline.to_json() == before
    other.timeline.redo()
    assert places(other) == places(project)
    if kind in ("otio", "otioz"):
        assert other.timeline.to_json() == project.timeline.to_json()


def test_the_echo_of_an_import_does_it_again(studio: sw.Studio, project: Project, tmp_path: Path) -> None:
    project.export_timeline(tmp_path / "cut.fcpxml")
    other = studio.project("Lesson 2")
    other.import_timeline(tmp_path / "cut.fcpxml")
    other.timeline.set_name("clip-1", "Named after it")
    again = studio.project("Lesson 3")
    for line in other.timeline.echo():
        exec(line, {"timeline": again.timeline})
    assert again.timeline.to_json() == other.timeline.to_json()
    assert len(other.timeline.echo()) == 2


def test_it_is_there_when_the_project_is_opened_again(
    studio: sw.Studio, project: Project, tmp_path: Path, database_url: str
) -> None:
    project.export_timeline(tmp_path / "cut.otio")
    other = studio.project("Lesson 2")
    other.import_timeline(tmp_path / "cut.otio")
    expected = other.timeline.to_json()
    studio.close()
    with sw.Studio(database=database_url, home=tmp_path / "home") as again:
        assert again.project("Lesson 2").timeline.to_json() == expected


@pytest.mark.parametrize("kind", ["otio", "fcpxml", "edl"])
def test_files_name_media_that_are_there(project: Project, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"cut.{kind}"
    project.export_timeline(path, media=tmp_path / "for the editor")
    copies = sorted(one.name for one in (tmp_path / "for the editor").iterdir())
    assert copies == ["talk.mp4", "voice.wav"]
    assert "for%20the%20editor/talk.mp4" in path.read_text()
    project.export_timeline(path, media=tmp_path / "for the editor")
    assert sorted(one.name for one in (tmp_path / "for the editor").iterdir()) == copies  # copied once


def test_a_file_of_the_same_name_is_not_overwritten(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "talk.mp4").write_bytes(b"mine")
    project.export_timeline(tmp_path / "cut.edl", media=folder)
    assert (folder / "talk.mp4").read_bytes() == b"mine"
    assert sorted(one.name for one in folder.iterdir()) == ["talk-2.mp4", "talk.mp4", "voice.wav"]


def test_without_a_folder_they_name_the_library_s_own(project: Project) -> None:
    clip = next(iter(project.timeline.to_otio().find_clips()))
    path = Path(unquote(urlsplit(clip.media_reference.target_url).path))
    assert path.is_file()
    assert clip.media_reference.name == "talk.mp4"


def test_a_bundle_brings_its_media(
    studio: sw.Studio, project: Project, tmp_path: Path, elsewhere: Callable[[], None]
) -> None:
    path = tmp_path / "cut.otioz"
    project.export_timeline(path)
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["content.otio", "media/talk.mp4", "media/voice.wav", "version.txt"]
    assert otio.adapters.read_from_file(str(path)).name == "Lesson 1"
    before = path.read_bytes()
    project.export_timeline(path)
    assert path.read_bytes() == before
    expected = places(project)
    elsewhere()
    other = studio.project("Lesson 2")
    assert other.import_timeline(path) == []
    assert places(other) == expected
    assert {"talk.mp4", "voice.wav"} <= set(studio.library.files()["name"])


def test_media_that_are_not_there_are_found_in_a_folder(
    studio: sw.Studio, project: Project, tmp_path: Path, files: Path, elsewhere: Callable[[], None]
) -> None:
    project.export_timeline(tmp_path / "cut.fcpxml")
    expected = places(project)
    elsewhere()
    other = studio.project("Lesson 2")
    with pytest.warns(sw.InterchangeWarning, match="its media is not in the library"):
        report = other.import_timeline(tmp_path / "cut.fcpxml")
    assert {loss.kept_as for loss in report} == {"missing media"}
    assert places(other) == expected  # they keep their place
    assert other.import_timeline(tmp_path / "cut.fcpxml", media=files) == []
    assert places(other) == expected
    assert {"talk.mp4", "voice.wav"} <= set(studio.library.files()["name"])


def test_missing_media_can_be_relinked(
    studio: sw.Studio, project: Project, tmp_path: Path, files: Path, elsewhere: Callable[[], None]
) -> None:
    project.export_timeline(tmp_path / "cut.edl")
    elsewhere()
    other = studio.project("Lesson 2")
    with pytest.warns(sw.InterchangeWarning):
        other.import_timeline(tmp_path / "cut.edl")
    studio.library.add(files / "talk.mp4")
    missing = next(one for one in other.session.timeline.clips if one.name == "talk.mp4").source
    assert isinstance(missing, sw.engine.timeline.model.MediaFileSource)
    other.timeline.relink(missing.media_file_id, "talk.mp4")
    found = {one.source.media_file_id for one in other.session.timeline.clips if one.name == "talk.mp4"}
    assert found == {studio.library["talk.mp4"].id}


def test_media_are_known_by_their_bytes_under_another_name(
    studio: sw.Studio, project: Project, tmp_path: Path, files: Path, elsewhere: Callable[[], None]
) -> None:
    project.export_timeline(tmp_path / "cut.otio")
    elsewhere()
    studio.library.add(
        ("renamed.mp4", (files / "talk.mp4").read_bytes()), ("voice.wav", (files / "voice.wav").read_bytes())
    )
    other = studio.project("Lesson 2")
    assert other.import_timeline(tmp_path / "cut.otio") == []


def test_an_edl_counts_at_the_rate_that_is_said(studio: sw.Studio, project: Project, tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(
        "001  X  V  C  00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n* FROM CLIP NAME: talk.mp4\n"
    )
    other = studio.project("Lesson 2", width=320, height=180)
    other.import_timeline(tmp_path / "cut.edl")
    assert (other.timeline.fps, other.timeline.total_frames) == (30, 30)
    size = (other.session.timeline.width, other.session.timeline.height)
    assert size == (320, 180)  # the project's, which a list does not say
    other.import_timeline(tmp_path / "cut.edl", rate="30000/1001")
    assert other.timeline.fps == Fraction(30000, 1001)
    other.import_timeline(tmp_path / "cut.edl", rate=25)
    assert (other.timeline.fps, other.timeline.total_frames) == (25, 25)
    with pytest.raises(sw.InterchangeError, match="rate"):
        other.import_timeline(tmp_path / "cut.edl", rate=0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cut.otio", "{}"),
        ("cut.edl", "nothing"),
        ("cut.fcpxml", '<!DOCTYPE fcpxml [<!ENTITY a "x">]><fcpxml/>'),
        ("cut.otioz", "no zip"),
        ("cut.mov", ""),
    ],
)
def test_bad_files_change_nothing(project: Project, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    before, label = project.timeline.to_json(), versions(project)
    with pytest.raises(sw.InterchangeError, match=name.replace(".", r"\.")):
        project.import_timeline(tmp_path / name)
    assert project.timeline.to_json() == before
    assert versions(project) == label


def test_media_in_a_bundle_that_are_none_are_told(studio: sw.Studio, project: Project, tmp_path: Path) -> None:
    made = otio.schema.Timeline()
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(25, 25))
    reference = otio.schema.ExternalReference("media/trap.mp4")
    made.tracks.append(otio.schema.Track(children=[otio.schema.Clip("trap", reference, span)]))
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as archive:
        archive.writestr("content.otio", made.to_json_string())
        archive.writestr("media/trap.mp4", "#EXTM3U\nfile:///etc/passwd\n")
    with pytest.warns(sw.InterchangeWarning, match="its media cannot be added"):
        project.import_timeline(tmp_path / "cut.otioz")
    assert [one.name for one in project.session.timeline.clips] == ["trap"]
    assert "trap.mp4" not in studio.library


def test_an_exported_timeline_says_what_was_lost(project: Project, tmp_path: Path) -> None:
    project.timeline.set_transform("clip-1", scale=0.5)
    with pytest.warns(sw.InterchangeWarning, match=r"cut\.edl: 2 things could not be carried over"):
        report = project.export_timeline(tmp_path / "cut.edl")
    assert report.to_frame()["where"].tolist() == ["timeline", 'clip-1 ("talk.mp4")']


def test_half_a_file_never_has_the_name(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cut.otioz"
    path.write_text("the old one")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio_widgets.engine.interchange.bundles.shutil.copyfileobj", full)
    with pytest.raises(sw.InterchangeError, match="No space left"):
        project.export_timeline(path)
    assert path.read_text() == "the old one"
    assert [one.name for one in tmp_path.iterdir() if "cut" in one.name] == ["cut.otioz"]


# --- the command line ----------------------------------------------------------------------------------------------


def test_the_command_line_takes_a_timeline_out_and_in(
    project: Project,
    studio: sw.Studio,
    tmp_path: Path,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("STUDIO_DATABASE_URL", database_url)
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    path = tmp_path / "cut.otio"
    assert cli.main(["timeline", "export", "Lesson 1", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 3 clips\n"
    assert cli.main(["timeline", "import", "Lesson 2", str(path)]) == 0
    assert places(studio.project("Lesson 2")) == places(project)
    edl = tmp_path / "cut.edl"
    assert cli.main(["timeline", "export", "Lesson 1", str(edl)]) == 0
    told = capsys.readouterr()
    assert "the format cannot carry" in told.out
    assert told.err.startswith("timeline: an EDL does not say its rate")
    assert cli.main(["timeline", "export", "No such lesson", str(path)]) == 1
    assert "there is no project 'No such lesson'" in capsys.readouterr().err
    assert cli.main(["timeline", "import", "Lesson 2", str(tmp_path / "gone.otio")]) == 1
    assert "gone.otio" in capsys.readouterr().err
