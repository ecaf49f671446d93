"""Opening a project again: snapshot, replay, and a kernel that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio_widgets.engine.errors import LibraryError, SchemaError
from studio_widgets.engine.library import journal_rows
from studio_widgets.engine.library.autosave import Autosave
from studio_widgets.engine.library.projects import Projects
from studio_widgets.engine.timeline.serial import to_json
from tests.engine.conftest import Kernel

CHILD = """
import sys
from pathlib import Path
from typing import Any
from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.projects import Projects
from studio_widgets.engine.library.storage import open_storage

url, home = sys.argv[1], Path(sys.argv[2])
library = Library(open_database(url, home), open_storage(None, home), home)
session = Projects(library, quiet=0.01, latest=0.05).open_or_create("Killed")
number = 0
while True:
    number += 1
    applied = session.apply("marker", {"at": number, "name": f"m{number}"})
    print(applied.rev, number, flush=True)
"""


def snapshot_rev(kernel: Kernel) -> int:
    with kernel.database.connection() as connection:
        row = connection.execute("select timeline_rev from studio_projects").fetchone()
    assert row is not None
    return int(row[0])


def test_an_unsaved_project_is_replayed_from_its_journal(open_kernel: Callable[[], Kernel]) -> None:
    one = open_kernel()
    session = one.projects.open_or_create("Lesson")
    session.apply("title", {"text": "Hello", "at": 0, "duration": 30})
    session.apply("split", {"at": 10})
    session.undo()
    session.apply("marker", {"at": 3, "name": "x"})
    assert snapshot_rev(one) == 0
    again = open_kernel().projects.open_or_create("Lesson")
    assert to_json(again.timeline) == to_json(session.timeline)
    assert (again.rev, again.echo(), again.history_state()) == (4, session.echo(), session.history_state())
    again.undo()
    again.undo()
    assert again.timeline.total_frames == 0


def test_a_saved_project_keeps_its_history(open_kernel: Callable[[], Kernel]) -> None:
    one = open_kernel()
    session = one.projects.open_or_create("Lesson")
    session.apply("marker", {"at": 3, "name": "x"})
    session.save()
    assert snapshot_rev(one) == 1
    session.apply("marker", {"at": 4, "name": "y"})
    again = open_kernel().projects.open_or_create("Lesson")
    assert to_json(again.timeline) == to_json(session.timeline)
    again.undo()
    again.undo()
    assert again.timeline.markers == ()


def test_closing_saves(kernel: Kernel) -> None:
    session = kernel.projects.open_or_create("Lesson")
    session.apply("marker", {"at": 3, "name": "x"})
    session.close()
    assert snapshot_rev(kernel) == 1


def test_an_older_snapshot_never_overwrites_a_newer_one(open_kernel: Callable[[], Kernel]) -> None:
    one, two = open_kernel(), open_kernel()
    behind = one.projects.open_or_create("Lesson")
    behind.apply("marker", {"at": 1, "name": "one"})
    ahead = two.projects.open_or_create("Lesson")
    ahead.apply("marker", {"at": 2, "name": "two"})
    ahead.save()
    behind.save()
    assert snapshot_rev(one) == 2
    assert len(open_kernel().projects.open_or_create("Lesson").timeline.markers) == 2


def test_edits_are_saved_in_the_background(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = threading.Event()
    save = journal_rows.save_snapshot

    def watched(*args: object) -> bool:
        done = save(*args)  # type: ignore[arg-type]
        saved.set()
        return done

    monkeypatch.setattr(journal_rows, "save_snapshot", watched)
    projects = Projects(kernel.library, quiet=0, latest=0)
    projects.open_or_create("Lesson").apply("marker", {"at": 3, "name": "x"})
    assert saved.wait(30)
    projects.close()
    assert snapshot_rev(kernel) == 1


def test_a_project_of_a_newer_version_is_refused_and_left_alone(
    kernel: Kernel, open_kernel: Callable[[], Kernel]
) -> None:
    kernel.projects.open_or_create("Lesson")
    with kernel.database.connection() as connection:
        connection.execute("update studio_projects set timeline_state = '{\"schemaVersion\": 99}'")
    with pytest.raises(SchemaError, match="newer"):
        open_kernel().projects.open_or_create("Lesson")


def test_a_state_of_the_earlier_web_studio_opens(kernel: Kernel) -> None:
    state = (
        '{"clips": [{"id": "a", "name": "Talk", "trackIndex": 0, "startFrame": 0, "durationFrames": 30,'
        ' "trimStartFrame": 0, "trimEndFrame": 30, "source": {"type": "media_file", "mediaFileId": "m", "url": "u"}}],'
        ' "tracks": [{"id": "V1", "kind": "video"}], "totalFrames": 30}'
    )
    with kernel.database.connection() as connection:
        connection.execute(
            "insert into studio_projects (id, instructor_id, title, timeline_state)"
            " values (gen_random_uuid(), %s, 'Old', %s::jsonb)",
            (kernel.database.owner, state),
        )
    session = kernel.projects.open_or_create("Old")
    assert session.timeline.total_frames == 30
    session.apply("marker", {"at": 3, "name": "new"})
    assert session.rev == 1


def test_after_kill_9_every_acknowledged_edit_is_there(
    database_url: str, open_kernel: Callable[[], Kernel], tmp_path: Path
) -> None:
    home = tmp_path / "child"
    home.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, database_url, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(25)]
    os.kill(child.pid, signal.SIGKILL)
    lines += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    acknowledged = [int(line.split()[1]) for line in lines if line.endswith("\n")]
    assert acknowledged[:25] == list(range(1, 26))

    session = open_kernel().projects.open_or_create("Killed")
    frames = [marker.frame for marker in session.timeline.markers]
    # one more may have been committed without its acknowledgement having been printed
    assert frames in (acknowledged, [*acknowledged, acknowledged[-1] + 1])
    assert session.rev == len(frames) == len(session.echo())


def test_autosave_saves_a_key_that_failed_again() -> None:
    from studio_widgets.engine.errors import DatabaseError

    attempts: list[str] = []
    twice = threading.Event()

    def save(key: str) -> None:
        attempts.append(key)
        if len(attempts) == 1:
            raise DatabaseError("away")
        twice.set()

    autosave = Autosave(save, quiet=0, latest=0.01)
    autosave.poke("a")
    assert twice.wait(30)
    autosave.close()
    assert attempts == ["a", "a"]


def test_autosave_waits_for_quiet_but_not_for_ever() -> None:
    saved = threading.Event()
    autosave: Autosave[str] = Autosave(lambda key: saved.set(), quiet=3600, latest=0.05)
    autosave.poke("a")
    autosave.poke("a")
    assert saved.wait(30)
    autosave.close()


@pytest.mark.parametrize("settings", [{"rate": "abc"}, {"rate": "0"}, {"width": 0}, {"height": -3}])
def test_settings_that_no_timeline_can_have_are_refused(kernel: Kernel, settings: dict[str, Any]) -> None:
    with pytest.raises(LibraryError, match="cannot have these settings"):
        kernel.projects.open_or_create("Lesson", **settings)
    assert kernel.projects.list().empty


def test_a_rate_may_be_written_in_any_way(kernel: Kernel) -> None:
    assert kernel.projects.open_or_create("Lesson", rate=25).timeline.rate == "25"
    assert kernel.projects.open_or_create("Lesson", rate="50/2").timeline.rate == "25"


def test_a_title_is_text(kernel: Kernel) -> None:
    with pytest.raises(LibraryError, match="needs a title"):
        kernel.projects.open_or_create(3)  # type: ignore[arg-type]
