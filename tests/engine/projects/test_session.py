"""A project in one kernel: edits, history, journal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from studio_widgets.engine.errors import ConflictError, EditError, LibraryError, MissingMediaError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.library.projects import Change, project_id
from studio_widgets.engine.library.session import ProjectSession
from studio_widgets.engine.timeline.delta import patch
from studio_widgets.engine.timeline.model import MediaFileSource, Timeline
from studio_widgets.engine.timeline.serial import to_json
from tests.engine.conftest import Kernel


@pytest.fixture
def project(kernel: Kernel) -> ProjectSession:
    return kernel.projects.open_or_create("Lesson 1")


def rows(kernel: Kernel, query: str, *params: Any) -> list[tuple[Any, ...]]:
    with kernel.database.connection() as connection:
        return connection.execute(query, params).fetchall()  # type: ignore[arg-type]


def journal(kernel: Kernel) -> list[tuple[int, str]]:
    return rows(kernel, "select rev, op from studio_project_edits order by rev")  # type: ignore[return-value]


def add_marker(session: ProjectSession, at: int, name: str = "here", **more: Any) -> None:
    session.apply("marker", {"at": at, "name": name}, **more)


def test_a_new_project_is_empty_and_its_id_follows_from_its_title(kernel: Kernel, project: ProjectSession) -> None:
    assert project.timeline == Timeline()
    assert project.rev == 0
    assert project.id == project_id(kernel.database.owner, "Lesson 1")


def test_a_project_is_open_once_per_kernel(kernel: Kernel, project: ProjectSession) -> None:
    assert kernel.projects.open_or_create("Lesson 1") is project


def test_a_new_project_takes_its_rate_and_size(kernel: Kernel) -> None:
    session = kernel.projects.open_or_create("NTSC", rate="30000/1001", width=1280, height=720)
    assert (session.timeline.rate, session.timeline.width, session.timeline.height) == ("30000/1001", 1280, 720)
    assert kernel.projects.open_or_create("NTSC", rate="30000/1001") is session
    with pytest.raises(ConflictError, match="NTSC"):
        kernel.projects.open_or_create("NTSC", rate="25")


def test_a_project_needs_a_title(kernel: Kernel) -> None:
    with pytest.raises(LibraryError, match="title"):
        kernel.projects.open_or_create("  ")


def test_an_edit_is_one_journal_row(kernel: Kernel, project: ProjectSession) -> None:
    applied = project.apply("title", {"text": "Hello", "at": 0, "duration": 30})
    assert (applied.rev, applied.created) == (1, ["clip-1"])
    assert project.timeline.total_frames == 30
    assert journal(kernel) == [(1, "title")]


def test_undo_and_redo_are_journal_rows_too(kernel: Kernel, project: ProjectSession) -> None:
    add_marker(project, 5)
    there = project.timeline
    project.undo()
    assert project.timeline == Timeline()
    project.redo()
    assert project.timeline == there
    assert journal(kernel) == [(1, "marker"), (2, "undo"), (3, "redo")]


def test_nothing_to_undo_is_an_edit_error(kernel: Kernel, project: ProjectSession) -> None:
    with pytest.raises(EditError, match="undo"):
        project.undo()
    with pytest.raises(EditError, match="redo"):
        project.redo()
    assert journal(kernel) == []


def test_edits_of_one_group_are_one_undo_step(project: ProjectSession) -> None:
    add_marker(project, 1)
    add_marker(project, 2, group="drag")
    add_marker(project, 3, group="drag")
    project.undo()
    assert [marker.frame for marker in project.timeline.markers] == [1]
    project.redo()
    assert [marker.frame for marker in project.timeline.markers] == [1, 2, 3]


def test_history_says_what_undo_and_redo_would_do(project: ProjectSession) -> None:
    assert project.history_state() == ("", "")
    add_marker(project, 1)
    assert project.history_state()[0] != ""
    project.undo()
    assert project.history_state()[0] == ""
    assert project.history_state()[1] != ""


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("marker", {"at": -1, "name": "x"}),
        ("marker", {"at": "soon", "name": "x"}),
        ("marker", {}),
        ("marker", b"[1, 2]"),
        ("marker", b"not json"),
        ("no_such_edit", {}),
        ("remove", {"clips": ["clip-99"]}),
        ("marker", {"at": object(), "name": "x"}),
        ("marker", {"at": 1, "name": "\ud800"}),
    ],
)
def test_a_refused_edit_changes_nothing(kernel: Kernel, project: ProjectSession, op: str, args: Any) -> None:
    add_marker(project, 7)
    before = project.timeline
    heard: list[Change] = []
    project.subscribe(heard.append)
    with pytest.raises(EditError):
        project.apply(op, args)
    assert project.timeline is before
    assert project.rev == 1
    assert heard == []
    assert journal(kernel) == [(1, "marker")]


def test_a_text_that_the_database_cannot_hold_is_refused_or_kept_whole(kernel: Kernel, project: ProjectSession) -> None:
    """PostgreSQL's JSON has no NUL character."""
    try:
        project.apply("title", {"text": "a\0b", "at": 0, "duration": 30})
    except EditError:
        assert (project.rev, journal(kernel)) == (0, [])
    else:
        assert "\0" not in to_json(project.timeline)


def test_an_edit_that_changes_nothing_needs_no_row(kernel: Kernel, project: ProjectSession) -> None:
    project.apply("title", {"text": "Hello", "at": 10, "duration": 30})
    applied = project.apply("move", {"clip": "clip-1", "to": 10})
    assert applied.rev == 1
    assert len(journal(kernel)) == 1


def test_a_failing_database_leaves_the_timeline_as_it_was(
    kernel: Kernel, project: ProjectSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio_widgets.engine.errors import DatabaseError
    from studio_widgets.engine.library import journal_rows

    def fail(*_: Any) -> None:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(journal_rows, "append_entry", fail)
        with pytest.raises(DatabaseError, match="Lesson 1"):
            add_marker(project, 3)
    assert (project.rev, project.timeline) == (0, Timeline())
    add_marker(project, 4)
    assert [marker.frame for marker in project.timeline.markers] == [4]


def test_an_edit_whose_acknowledgement_was_lost_is_found_and_not_done_twice(
    kernel: Kernel, project: ProjectSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row was committed, but the connection died before the kernel heard of it."""
    from studio_widgets.engine.errors import DatabaseError
    from studio_widgets.engine.library import journal_rows

    append = journal_rows.append_entry

    def commit_then_fail(connection: Any, project_id: str, entry: Any) -> None:
        append(connection, project_id, entry)
        connection.commit()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(journal_rows, "append_entry", commit_then_fail)
        with pytest.raises(DatabaseError):
            add_marker(project, 3, "lost")
    add_marker(project, 4, "next")
    assert [(marker.frame, marker.name) for marker in project.timeline.markers] == [(3, "lost"), (4, "next")]


def test_subscribers_hear_every_revision_in_order(project: ProjectSession) -> None:
    heard: list[Change] = []
    end = project.subscribe(heard.append)
    mirror = project.timeline
    add_marker(project, 1)
    add_marker(project, 2)
    project.undo()
    project.redo()
    end()
    add_marker(project, 3)
    assert [change.rev for change in heard] == [1, 2, 3, 4]
    lines: list[str] = []
    for change in heard:
        mirror = patch(mirror, change.delta)
        assert mirror == change.timeline
        lines = lines[: change.echo_length - len(change.echo)] + change.echo
        assert len(lines) == change.echo_length
    assert lines == project.echo()[:2]


def test_a_broken_view_does_not_make_an_edit_fail(project: ProjectSession, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []

    def broken(change: Change) -> None:
        raise RuntimeError("the view is gone")

    project.subscribe(broken)
    project.subscribe(lambda change: heard.append(change.rev))
    add_marker(project, 1)
    assert (project.rev, heard) == (1, [1])
    assert "the view is gone" in caplog.text


def test_a_source_given_by_id_is_completed_from_the_library(
    kernel: Kernel, project: ProjectSession, numbered_mp4: Path
) -> None:
    media = kernel.library.get(kernel.library.add(numbered_mp4).id[0])
    project.apply("add", {"source": {"type": "media_file", "mediaFileId": media.id, "sha256": "made up"}, "at": 5})
    clip = project.timeline.clip_by_id["clip-1"]
    assert clip.name == media.name
    assert isinstance(clip.source, MediaFileSource)
    assert clip.source.sha256 == media.sha256
    assert clip.source.frames == clip.duration_frames == 60
    for op in ("insert", "overwrite"):
        new = project.apply(op, {"source": {"type": "media_file", "mediaFileId": media.id}, "at": 20}).created[0]
        assert (project.timeline.clip_by_id[new].name, project.timeline.clip_by_id[new].source) == (
            media.name,
            clip.source,
        )


def test_a_source_the_library_does_not_have_is_named(kernel: Kernel, project: ProjectSession) -> None:
    unknown = "00000000-0000-0000-0000-000000000001"
    for source in (
        {"type": "media_file", "mediaFileId": unknown},
        {"type": "recording", "recordingId": unknown},
        {"type": "recording", "recordingId": "not an id"},
    ):
        with pytest.raises(MissingMediaError):
            project.apply("add", {"source": source})
    with pytest.raises(EditError, match="mediaFileId"):
        project.apply("add", {"source": {"type": "media_file"}})
    assert project.rev == 0


def test_the_echo_replayed_rebuilds_the_identical_timeline(
    kernel: Kernel, project: ProjectSession, numbered_mp4: Path
) -> None:
    media = kernel.library.get(kernel.library.add(numbered_mp4).id[0])
    timeline = TimelineHandle(project)
    clip = timeline.add(media, track="V1", at=10, trim=(5, 45))
    timeline.split(30)
    timeline.trim(clip, start=+3)
    timeline.move("clip-2", to=60)
    timeline.undo()
    timeline.title("Hello", at=0, duration=10)
    timeline.insert(media, at=20, trim=(0, 8))
    timeline.ripple(clip, end=-2)
    timeline.overwrite(media, at=90, trim=(0, 8))
    timeline.extract(timeline.duplicate(clip))
    timeline.marker(12, "Start")
    timeline.caption("One", at=12, duration=9)

    again = kernel.projects.open_or_create("Replayed")
    code = "\n".join(project.echo())
    exec(code, {"timeline": TimelineHandle(again)})
    assert to_json(again.timeline) == to_json(project.timeline)
    assert again.echo() == project.echo()


def test_a_closed_project_refuses_edits_and_opens_again(kernel: Kernel, project: ProjectSession) -> None:
    add_marker(project, 1)
    project.close()
    project.close()
    with pytest.raises(LibraryError, match="closed"):
        add_marker(project, 2)
    again = kernel.projects.open_or_create("Lesson 1")
    assert again is not project
    assert again.rev == 1


def test_projects_are_listed_with_their_revision(kernel: Kernel, project: ProjectSession) -> None:
    kernel.projects.open_or_create("A first one")
    add_marker(project, 1)
    frame = kernel.projects.list()
    assert list(frame.title) == ["A first one", "Lesson 1"]
    assert list(frame.rev) == [0, 1]
    assert list(frame.export_status) == ["draft", "draft"]
    assert kernel.projects.newest_title() == "Lesson 1"


def test_a_deleted_project_is_gone_and_its_session_says_so(
    kernel: Kernel, project: ProjectSession, open_kernel: Callable[[], Kernel]
) -> None:
    elsewhere = open_kernel().projects.open_or_create("Lesson 1")
    add_marker(project, 1)
    kernel.projects.delete("Lesson 1")
    with pytest.raises(LibraryError, match="closed"):
        add_marker(project, 2)
    with pytest.raises(LibraryError, match="deleted"):
        add_marker(elsewhere, 2)
    with pytest.raises(LibraryError, match="no project"):
        kernel.projects.delete("Lesson 1")
    assert kernel.projects.open_or_create("Lesson 1").timeline == Timeline()
