"""Undo, redo and the echo, read off the journal."""

from __future__ import annotations

from typing import Any

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.history import History
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import to_json
from tests.unit.timeline.parts import MemoryProject, media, scene, shown


@pytest.fixture
def project() -> MemoryProject:
    return MemoryProject({"talk.mp4": media("talk.mp4", 10), "intro.mp4": media("intro.mp4", 4)})


def states(project: MemoryProject, *edits: Any) -> list[str]:
    """The JSON after each edit, the empty one first."""
    found = [to_json(project.timeline)]
    for edit in edits:
        edit()
        found.append(to_json(project.timeline))
    return found


def test_undo_and_redo_walk_back_and_forth_over_identical_timelines(project: MemoryProject) -> None:
    edit = project.handle
    seen = states(
        project,
        lambda: edit.add("intro.mp4"),
        lambda: edit.add("talk.mp4", track="V3"),
        lambda: edit.split(2),
        lambda: edit.marker(3, "Here"),
    )
    for state in reversed(seen[:-1]):
        edit.undo()
        assert to_json(project.timeline) == state
    for state in seen[1:]:
        edit.redo()
        assert to_json(project.timeline) == state


def test_ids_are_given_again_after_an_undo(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.handle.undo()
    assert project.handle.add("talk.mp4").id == "clip-1"


def test_nothing_to_undo_or_redo_is_said(project: MemoryProject) -> None:
    with pytest.raises(EditError, match="nothing to undo"):
        project.undo()
    with pytest.raises(EditError, match="nothing to redo"):
        project.redo()
    assert (project.history.undo_label, project.history.redo_label) == ("", "")


def test_labels_say_what_would_happen(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.handle.split(2)
    assert project.history.undo_label == "split"
    project.undo()
    assert (project.history.undo_label, project.history.redo_label) == ("add clip", "split")


def test_an_edit_ends_what_could_be_redone(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.undo()
    project.handle.add("talk.mp4")
    with pytest.raises(EditError, match="nothing to redo"):
        project.redo()


def test_edits_of_one_group_are_one_step(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    for to in (10, 20, 30):
        project.apply("move", {"clip": "clip-1", "to": to}, group="drag")
    project.handle.marker(1, "x")
    project.undo()
    project.undo()
    assert shown(project.timeline, "V1") == "1111"
    assert len(project.echo()) == 1
    project.redo()
    assert project.timeline.clips[0].start_frame == 30
    assert project.history.echo_length == 4


def test_a_group_that_comes_again_later_is_another_step(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.apply("move", {"clip": "clip-1", "to": 10}, group="drag")
    project.undo()
    project.apply("move", {"clip": "clip-1", "to": 20}, group="drag")
    project.handle.marker(1, "x")
    project.apply("move", {"clip": "clip-1", "to": 30}, group="drag")
    project.undo()
    assert project.timeline.clips[0].start_frame == 20


def test_the_echo_forgets_what_is_undone_and_remembers_what_is_redone(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.handle.split(2)
    lines = project.echo()
    project.undo()
    assert project.echo() == lines[:1]
    project.redo()
    assert project.echo() == lines


def test_the_echo_begins_after_the_last_clear_that_stands(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.handle.clear()
    project.handle.add("talk.mp4")
    project.handle.split(2)
    assert [line.partition("(")[0] for line in project.echo()] == ["timeline.add", "timeline.split"]
    assert project.history.echo_length == 2
    for expected in (1, 0, 1, 0):  # back over the split, the second clip, the clear, and the first clip
        project.undo()
        assert len(project.echo()) == project.history.echo_length == expected


def test_the_echo_begins_with_the_last_load_that_stands(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    before = project.timeline
    project.handle.load(scene(V1="11.22", A1="3"))
    project.handle.set_name("clip-2", 'It\'s \u2028 "new"')
    assert [line.partition("(")[0] for line in project.echo()] == ["timeline.load", "timeline.set_name"]
    again = MemoryProject({})
    for line in project.echo():
        exec(line, {"timeline": again.handle})
    assert to_json(again.timeline) == to_json(project.timeline)
    project.undo()
    project.undo()
    assert project.timeline == before


@pytest.mark.parametrize("broken", [{"schemaVersion": 99}, {"schemaVersion": 1, "clips": 3}])
def test_what_is_no_timeline_is_not_loaded(project: MemoryProject, broken: dict[str, Any]) -> None:
    project.handle.add("intro.mp4")
    before = project.timeline
    with pytest.raises(EditError, match="no timeline to load"):
        project.handle.load({**broken, "tracks": []})
    assert project.timeline is before


def test_the_journal_alone_brings_everything_back(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.handle.split(2)
    project.undo()
    reopened = History(project.journal)
    timeline, entry = reopened.redo(project.timeline, rev=4)
    assert shown(timeline, "V1") == "1122"
    assert (entry.rev, entry.op, entry.args, entry.echo) == (4, "redo", b'{"revs":[2]}', "")


def test_a_damaged_journal_is_noticed(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    project.undo()
    with pytest.raises(EditError, match="row 2 of the journal"):
        History(project.journal[1:])


def test_a_step_is_worked_out_without_being_taken(project: MemoryProject) -> None:
    project.handle.add("intro.mp4")
    after, _ = project.history.undo(project.timeline, rev=2)
    assert after == Timeline()
    assert project.history.undo_label == "add clip"
