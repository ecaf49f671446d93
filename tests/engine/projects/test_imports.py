"""Media files into a project: one undo step, wholly or not at all, with a token once."""

from __future__ import annotations

import subprocess
import sys
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio_widgets.engine.errors import EditError, MissingMediaError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.library.imports import Imported, import_media
from studio_widgets.engine.library.session import ProjectSession
from studio_widgets.engine.timeline.serial import to_json
from tests.engine.conftest import Kernel
from tests.media.live import chunks_of, make_live_webm

ROOT = Path(__file__).parents[3]
Place = tuple[str, str, int, int]


@pytest.fixture
def project(kernel: Kernel, numbered_mp4: Path, tmp_path: Path) -> ProjectSession:
    """A project, and a library of a video of 60 frames, a picture and a sound of 30 frames."""
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 48_000, 48_000, "NONE", ""))
        sound.writeframes(bytes(96_000))
    kernel.library.add(numbered_mp4, tmp_path / "sound.wav")
    kernel.library.add(np.zeros((90, 160, 3), np.uint8), name="chart.png")
    return kernel.projects.open_or_create("Lesson 1")


def clips(session: ProjectSession) -> list[Place]:
    t = session.timeline
    return [(c.name, t.tracks[c.track_index].id, c.start_frame, c.end_frame) for c in t.clips]


def rows(kernel: Kernel, table: str) -> int:
    counts = {"journal": "studio_project_edits", "tokens": "studio_imports"}
    return int(kernel.library.sql(f"select count(*) as n from {counts[table]}").n[0])


def test_files_lie_one_after_the_other_and_are_one_undo_step(project: ProjectSession) -> None:
    done = import_media(project, ["numbered.mp4", "chart.png", "sound.wav"])
    assert done == Imported(["clip-1", "clip-2", "clip-3"], 0, 240)
    expected = [
        ("numbered.mp4", "V1", 0, 60),
        ("chart.png", "V1", 60, 210),
        ("sound.wav", "A1", 210, 240),
    ]
    assert clips(project) == expected
    project.undo()
    assert clips(project) == []
    project.redo()
    assert clips(project) == expected


def test_without_a_place_they_come_at_the_end_of_the_timeline(project: ProjectSession) -> None:
    import_media(project, "sound.wav", at=100)
    import_media(project, "numbered.mp4")
    assert clips(project) == [("numbered.mp4", "V1", 130, 190), ("sound.wav", "A1", 100, 130)]


@pytest.mark.parametrize("at", [30, 1.0, "00:00:01:00"])
def test_each_takes_the_lowest_unlocked_track_with_room(project: ProjectSession, at: int | float | str) -> None:
    import_media(project, "numbered.mp4", at=0)
    project.apply("set_track", {"track": "V2", "locked": True})
    import_media(project, ["numbered.mp4", "numbered.mp4"], at=at)
    assert clips(project) == [
        ("numbered.mp4", "V1", 0, 60),
        ("numbered.mp4", "V1", 90, 150),
        ("numbered.mp4", "V3", 30, 90),
    ]


def test_a_track_that_is_named_must_have_room_and_be_of_the_kind(project: ProjectSession) -> None:
    import_media(project, "chart.png", track="V4", at=10)
    before = to_json(project.timeline)
    with pytest.raises(EditError, match="in the way"):
        import_media(project, ["numbered.mp4", "chart.png"], track="V4", at=100)
    with pytest.raises(EditError, match="V1 is a video track"):
        import_media(project, ["numbered.mp4", "sound.wav"], track="V1")
    with pytest.raises(EditError, match="before the start"):
        import_media(project, "numbered.mp4", at=-1)
    assert to_json(project.timeline) == before
    assert project.rev == 1


def test_what_may_name_a_file(kernel: Kernel, project: ProjectSession, tmp_path: Path) -> None:
    take = kernel.recordings.start(track_type="screen", mime_type="video/webm", name="My take")
    for number, chunk in enumerate(chunks_of(make_live_webm(tmp_path / "take.webm"), 2)):
        kernel.recordings.append(take, number, chunk)
    kernel.recordings.stop(take, 2)
    media = kernel.library["numbered.mp4"]
    frame = kernel.library.files(kind="image")
    import_media(project, [media.id, "chart.png", media, take])
    import_media(project, media)
    import_media(project, frame)
    names = [name for name, *_ in clips(project)]
    assert names == ["numbered.mp4", "chart.png", "numbered.mp4", "My take", "numbered.mp4", "chart.png"]
    assert import_media(project, []) == Imported([], 510, 510)


def test_one_that_is_unknown_refuses_all_and_is_named(kernel: Kernel, project: ProjectSession) -> None:
    with pytest.raises(MissingMediaError, match=r"gone\.mp4"):
        import_media(project, ["numbered.mp4", "gone.mp4"], token="once")
    with pytest.raises(MissingMediaError, match=r"2 of these are not in the library: 'a\.mp4', 'b\.mp4'"):
        import_media(project, ["a.mp4", "numbered.mp4", "b.mp4"])
    assert (clips(project), project.rev, rows(kernel, "tokens")) == ([], 0, 0)


def test_the_echo_rebuilds_the_timeline(kernel: Kernel, project: ProjectSession) -> None:
    import_media(project, ["numbered.mp4", "chart.png"], at=30)
    import_media(project, ["numbered.mp4", "sound.wav"], at=0)
    again = kernel.projects.open_or_create("Again")
    for line in project.echo():
        exec(line, {"timeline": TimelineHandle(again)})
    assert to_json(again.timeline) == to_json(project.timeline)
    assert again.echo() == project.echo()


def test_with_a_token_it_happens_once_per_project(kernel: Kernel, project: ProjectSession) -> None:
    import_media(project, "numbered.mp4", token="t")
    assert import_media(project, "numbered.mp4", token="t") == Imported([], 60, 60, repeated=True)
    project.undo()
    assert import_media(project, "numbered.mp4", token="t").repeated, "an undone import was wanted undone"
    assert clips(project) == []
    other = kernel.projects.open_or_create("Lesson 2")
    assert not import_media(other, "numbered.mp4", token="t").repeated


def test_a_token_may_be_long(project: ProjectSession) -> None:
    token = ",".join(f"{number:036d}" for number in range(100))
    assert not import_media(project, "numbered.mp4", token=token).repeated
    assert import_media(project, "numbered.mp4", token=token).repeated
    assert not import_media(project, "numbered.mp4", token=token + ",").repeated


def test_a_refused_import_does_not_use_its_token_up(project: ProjectSession) -> None:
    import_media(project, "numbered.mp4", at=0)
    with pytest.raises(EditError):
        import_media(project, "numbered.mp4", track="V1", at=0, token="t")
    assert not import_media(project, "numbered.mp4", token="t").repeated


def test_two_kernels_with_one_token_import_once(open_kernel: Callable[[], Kernel], project: ProjectSession) -> None:
    sessions = [project, open_kernel().projects.open_or_create("Lesson 1")]
    start = threading.Barrier(4)
    results: list[Imported] = []

    def run(session: ProjectSession) -> None:
        start.wait()
        results.append(import_media(session, ["numbered.mp4", "chart.png"], token="t"))

    threads = [threading.Thread(target=run, args=(sessions[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(result.created) for result in results) == [0, 0, 0, 2]
    for session in sessions:
        session.refresh()
        assert len(session.timeline.clips) == 2


FOREVER = """
import sys
from pathlib import Path
from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.imports import import_media
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.projects import Projects
from studio_widgets.engine.library.storage import open_storage

home = Path(sys.argv[2])
library = Library(open_database(sys.argv[1], home), open_storage(None, home), home)
session = Projects(library).open_or_create("Lesson 1")
number = 0
while True:
    import_media(session, ["numbered.mp4", "chart.png", "sound.wav"], token=f"t{number}")
    print(number, flush=True)
    number += 1
"""


def test_killed_at_any_moment_each_import_has_happened_or_not(
    kernel: Kernel, project: ProjectSession, database_url: str
) -> None:
    acknowledged = 0
    for round_ in range(3):
        command = [sys.executable, "-c", FOREVER, database_url, str(kernel.home)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            assert child.stdout is not None
            wanted = acknowledged + 3 + round_  # tokens that were used are gone through quickly, and then some more
            for line in child.stdout:
                acknowledged = max(acknowledged, int(line) + 1)
                if acknowledged >= wanted:
                    break
            child.kill()
        tokens = rows(kernel, "tokens")
        assert tokens in (acknowledged, acknowledged + 1)
        assert rows(kernel, "journal") == 3 * tokens
    project.refresh()
    for number in range(acknowledged + 2):
        import_media(project, ["numbered.mp4", "chart.png", "sound.wav"], token=f"t{number}")
    assert len(project.timeline.clips) == 3 * (acknowledged + 2)
