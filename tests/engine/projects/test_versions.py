"""Versions: what there were, what changed between two, and the way back to one; and what snapshots may be lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import studio_widgets as sw
from studio_widgets.engine.errors import ConflictError, EditError, SchemaError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.library.session import ProjectSession
from studio_widgets.engine.library.versions import difference, versions
from studio_widgets.engine.timeline import serial
from studio_widgets.engine.timeline.serial import to_json
from tests.engine.conftest import Kernel


@pytest.fixture
def session(kernel: Kernel) -> ProjectSession:
    return kernel.projects.open_or_create("Lesson")


@pytest.fixture
def timeline(session: ProjectSession) -> TimelineHandle:
    return TimelineHandle(session)


def stored(kernel: Kernel) -> dict[str, Any]:
    with kernel.database.connection() as connection:
        row = connection.execute("select timeline_state, timeline_rev from studio_projects").fetchone()
    assert row is not None
    return {**row[0], "rev": row[1]}


def spoil(kernel: Kernel, state: dict[str, Any]) -> None:
    with kernel.database.connection() as connection:
        connection.execute("update studio_projects set timeline_state = %s::jsonb", (json.dumps(state),))


def test_each_step_is_a_version_newest_first(session: ProjectSession, timeline: TimelineHandle) -> None:
    timeline.title("Hello", at=0, duration=90)
    for to in (5, 10, 15):
        session.apply("move", {"clip": "clip-1", "to": to}, group="drag")
    timeline.undo()
    frame = versions(session)
    assert frame[["version", "label", "edits"]].values.tolist() == [
        [5, "undo move clip", 1],
        [4, "move clip", 3],
        [1, "add title", 1],
        [0, "new project", 0],
    ]
    assert frame["when"].is_monotonic_decreasing
    assert str(frame["when"].dt.tz) == "UTC"


def test_what_changed_between_two_is_told_in_words(session: ProjectSession, timeline: TimelineHandle) -> None:
    timeline.title("Hello", at=0, duration=90, track="V2")
    timeline.trim("clip-1", end=-12)
    timeline.move("clip-1", to=60, track="V3")
    assert difference(session, 1, 2) == ["clip-1 (Hello) trimmed at its end by 12 frames"]
    assert difference(session, 2) == [
        "track V3 added",
        "clip-1 (Hello) moved from V2 at 00:00:00:00 to V3 at 00:00:02:00",
    ]
    assert difference(session, 3, 3) == []
    assert difference(session, 2, 1) == ["clip-1 (Hello) extended at its end by 12 frames"]
    with pytest.raises(EditError, match="no version 4"):
        difference(session, 4)


def test_an_earlier_version_comes_back_and_can_be_undone(
    session: ProjectSession, timeline: TimelineHandle, open_kernel: Callable[[], Kernel]
) -> None:
    timeline.title("Hello", at=0, duration=90)
    timeline.marker(3, "Here")
    then, lines = to_json(session.timeline), session.echo()
    timeline.remove("clip-1")
    timeline.title("Bye", at=0, duration=30)
    now, later = to_json(session.timeline), session.echo()
    session.restore(2)
    assert (to_json(session.timeline), session.echo()) == (then, lines)
    assert session.history_state()[0] == "restore version"
    other = open_kernel().projects.open_or_create("Lesson")
    assert (to_json(other.timeline), other.echo()) == (then, lines)
    timeline.undo()
    assert (to_json(session.timeline), session.echo()) == (now, later)
    timeline.redo()
    assert to_json(session.timeline) == then
    assert versions(session)["label"].tolist()[:3] == [
        "redo restore version",
        "undo restore version",
        "restore version 2",
    ]
    for wrong in (-1, 99):
        with pytest.raises(EditError, match=f"no version {wrong}"):
            session.restore(wrong)
    rev = session.rev
    session.restore(rev)
    assert session.rev == rev


def test_views_hear_of_a_restored_version(session: ProjectSession, timeline: TimelineHandle) -> None:
    timeline.title("Hello", at=0, duration=90)
    timeline.marker(3, "Here")
    timeline.marker(9, "There")
    heard: list[Any] = []
    session.subscribe(heard.append)
    session.restore(2)
    timeline.marker(12, "Anew")
    assert [(change.echo_length, len(change.echo)) for change in heard] == [(2, 0), (3, 1)]
    assert heard[0].timeline == session.timeline_at(2)


def test_a_frame_taken_before_anothers_edit_does_not_undo_it(
    timeline: TimelineHandle, open_kernel: Callable[[], Kernel]
) -> None:
    timeline.title("Hello", at=0, duration=90)
    frame = timeline.to_frame()
    other = TimelineHandle(open_kernel().projects.open_or_create("Lesson"))
    other.set_name("clip-1", "Opening")
    frame["name"] = ["Ending"]
    with pytest.raises(ConflictError, match=r"clip-1 was changed \(name\)"):
        timeline.update(frame)
    frame = timeline.to_frame().assign(start=30)
    assert timeline.update(frame) == 1
    assert timeline["clip-1"].name == "Opening"


# --- snapshots -------------------------------------------------------------------------------------------------------


def test_the_state_that_a_project_began_with_is_kept(kernel: Kernel, open_kernel: Callable[[], Kernel]) -> None:
    clip = {"id": "a", "name": "Talk", "trackIndex": 0, "startFrame": 0, "durationFrames": 30, "trimStartFrame": 0}
    old = {"clips": [{**clip, "trimEndFrame": 30, "source": {"type": "title", "text": "x"}, "color": "red"}]}
    with kernel.database.connection() as connection:
        connection.execute(
            "insert into studio_projects (id, instructor_id, title, timeline_state)"
            " values (gen_random_uuid(), %s, 'Lesson', %s::jsonb)",
            (kernel.database.owner, json.dumps(old)),
        )
    session = kernel.projects.open_or_create("Lesson")
    session.apply("split", {"at": 10})
    session.save()
    session.apply("split", {"at": 20})
    session.save()
    with kernel.database.connection() as connection:
        kept = connection.execute("select args from studio_project_edits where rev = 0").fetchall()
    assert kept == [({"state": old},)]  # to the last field, also those that we do not know
    assert versions(session)["version"].tolist() == [2, 1, 0]

    spoil(kernel, {"schemaVersion": 1, "clips": "gone"})
    again = open_kernel().projects.open_or_create("Lesson")
    assert (again.rev, again.echo()) == (2, session.echo())
    assert to_json(again.timeline) == to_json(session.timeline)
    again.apply("marker", {"at": 3, "name": "x"})
    again.save()
    assert stored(kernel)["rev"] == 3
    assert len(stored(kernel)["clips"]) == 3


def test_a_damaged_snapshot_without_another_is_refused_and_left_alone(
    kernel: Kernel, open_kernel: Callable[[], Kernel]
) -> None:
    kernel.projects.open_or_create("Lesson")
    spoil(kernel, {"schemaVersion": 1, "clips": "gone"})
    with pytest.raises(SchemaError):
        open_kernel().projects.open_or_create("Lesson")
    assert stored(kernel)["clips"] == "gone"


def test_an_older_reader_is_told_from_the_first_row_on_that_it_cannot_read(
    kernel: Kernel, timeline: TimelineHandle, open_kernel: Callable[[], Kernel], monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline.title("One", at=0, duration=30)
    timeline.title("Two", at=30, duration=30)
    assert (stored(kernel)["schemaVersion"], stored(kernel)["rev"]) == (1, 0)
    timeline.link("clip-1", "clip-2")  # and no time to save, as when the kernel is killed now
    assert (stored(kernel)["schemaVersion"], stored(kernel)["rev"]) == (2, 3)
    timeline.move("clip-1", 200)
    assert stored(kernel)["rev"] == 3
    monkeypatch.setattr(serial, "SCHEMA_VERSION", 1)  # an older reader
    with pytest.raises(SchemaError, match="newer version"):
        open_kernel().projects.open_or_create("Lesson")


def test_a_project_in_a_cell(database_url: str, tmp_path: Path) -> None:
    with sw.Studio(database_url, home=tmp_path) as studio:
        project = studio.project("Lesson")
        project.timeline.title("Hello", at=0, duration=90)
        project.timeline.trim("clip-1", end=-12)
        assert str(project.diff(1)) == "clip-1 (Hello) trimmed at its end by 12 frames"
        project.restore(1)
        assert project.timeline["clip-1"].duration_frames == 90
        assert project.versions()["label"].tolist()[0] == "restore version 1"
