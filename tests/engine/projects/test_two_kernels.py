"""One project open in two kernels: the journal decides, nobody's acknowledged edit is lost.

The kernels here do not hear of each other (`library/test_foreign_edits.py` has those that do), so that what one has not
seen yet is for the test to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from studio_widgets.engine.errors import ConflictError, StudioError
from studio_widgets.engine.library.foreign_edits import ForeignEdits
from studio_widgets.engine.library.projects import Change
from studio_widgets.engine.library.session import ProjectSession
from studio_widgets.engine.timeline.serial import to_json
from tests.engine.conftest import Kernel


@pytest.fixture(autouse=True)
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Announcements are lost, as they may be."""
    monkeypatch.setattr(ForeignEdits, "_tell", lambda foreign, project_id, rev: None)


@pytest.fixture
def pair(open_kernel: Callable[[], Kernel]) -> tuple[ProjectSession, ProjectSession]:
    return tuple(open_kernel().projects.open_or_create("Shared") for _ in range(2))  # type: ignore[return-value]


def test_both_edits_stand_and_both_kernels_agree(pair: tuple[ProjectSession, ProjectSession]) -> None:
    one, two = pair
    heard: list[Change] = []
    two.subscribe(heard.append)
    one.apply("marker", {"at": 1, "name": "one"})
    applied = two.apply("marker", {"at": 2, "name": "two"})
    assert applied.rev == 2
    assert applied.created == ["marker-2"]
    assert [(change.rev, change.echo_length) for change in heard] == [(1, 1), (2, 2)]
    assert one.refresh() == 2
    assert to_json(one.timeline) == to_json(two.timeline)
    assert one.echo() == two.echo()


def test_an_edit_that_no_longer_fits_is_a_conflict(pair: tuple[ProjectSession, ProjectSession]) -> None:
    one, two = pair
    one.apply("title", {"text": "Hello", "at": 0, "duration": 30})
    seen = two.refresh()
    one.apply("remove", {"clips": ["clip-1"]})
    with pytest.raises(ConflictError, match="meanwhile"):
        two.apply("trim", {"clip": "clip-1", "end": -5}, base_rev=seen)
    assert two.rev == one.rev == 2
    assert two.timeline == one.timeline


def test_an_edit_on_an_old_revision_is_applied_to_the_newest(pair: tuple[ProjectSession, ProjectSession]) -> None:
    one, _ = pair
    one.apply("marker", {"at": 1, "name": "one"})
    applied = one.apply("marker", {"at": 2, "name": "two"}, base_rev=0)
    assert applied.rev == 2


def test_undo_does_not_take_back_what_one_has_not_seen(pair: tuple[ProjectSession, ProjectSession]) -> None:
    one, two = pair
    one.apply("marker", {"at": 1, "name": "one"})
    two.refresh()
    two.apply("marker", {"at": 2, "name": "two"})
    with pytest.raises(ConflictError, match="another kernel"):
        one.undo()
    assert len(one.timeline.markers) == 2
    one.undo()
    assert [marker.name for marker in one.timeline.markers] == ["one"]


def test_undo_goes_on_over_edits_of_the_other_kernel(pair: tuple[ProjectSession, ProjectSession]) -> None:
    one, two = pair
    one.apply("marker", {"at": 1, "name": "one"})
    two.refresh()
    two.undo()
    one.refresh()
    assert one.timeline.markers == ()
    one.redo()
    two.refresh()
    assert to_json(one.timeline) == to_json(two.timeline)


def test_many_threads_in_two_kernels_lose_nothing(pair: tuple[ProjectSession, ProjectSession]) -> None:
    start = threading.Barrier(4)
    acknowledged: list[tuple[int, str]] = []
    failures: list[StudioError] = []

    def edit(session: ProjectSession, worker: int) -> None:
        start.wait()
        for step in range(6):
            name = f"{worker}-{step}"
            try:
                applied = session.apply("marker", {"at": worker * 100 + step, "name": name})
            except StudioError as error:
                failures.append(error)
            else:
                acknowledged.append((applied.rev, name))

    threads = [threading.Thread(target=edit, args=(pair[worker % 2], worker)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for session in pair:
        session.refresh()
    assert failures == []
    assert sorted(rev for rev, _ in acknowledged) == list(range(1, 25))
    assert {marker.name for marker in pair[0].timeline.markers} == {name for _, name in acknowledged}
    assert to_json(pair[0].timeline) == to_json(pair[1].timeline)
    assert pair[0].echo() == pair[1].echo()
