"""Two kernels on one project: what one writes the other shows, without being asked."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable

import psycopg
from psycopg import sql

from studio_widgets.engine.library.foreign_edits import ForeignEdits, channel_of
from studio_widgets.engine.library.session import Change
from tests.browser.jupyter import wait_until
from tests.engine.conftest import Kernel

TITLE = {"text": "Hello", "at": 0, "duration": 30, "track": "V1"}


def foreign(kernel: Kernel) -> ForeignEdits:
    listener = kernel.projects._foreign
    assert listener is not None
    assert listener.listening.wait(30)
    return listener


def test_an_edit_of_another_kernel_reaches_the_views_of_this_one(open_kernel: Callable[[], Kernel]) -> None:
    one, other = open_kernel(), open_kernel()
    here, there = one.projects.open_or_create("Lesson"), other.projects.open_or_create("Lesson")
    foreign(one)
    heard: list[Change] = []
    came = threading.Event()
    here.subscribe(lambda change: (heard.append(change), came.set()))
    there.apply("title", TITLE)
    assert came.wait(30)
    assert heard[0].rev == 1
    assert here.timeline == there.timeline
    assert here.echo() == there.echo()


def test_edits_of_ones_own_are_not_read_again(open_kernel: Callable[[], Kernel]) -> None:
    one, other = open_kernel(), open_kernel()
    here, there = one.projects.open_or_create("Lesson"), other.projects.open_or_create("Lesson")
    foreign(one)
    heard: list[int] = []
    came = threading.Event()
    here.subscribe(lambda change: (heard.append(change.rev), change.rev == 3 and came.set()))
    for _ in range(2):
        here.apply("title", TITLE | {"at": 30 * (here.rev + 1)})
    wait_until(lambda: there.rev == 2, "the other kernel's view")
    there.apply("title", TITLE | {"at": 900})
    assert came.wait(30)
    assert heard == [1, 2, 3], "each once, in order"


def test_what_was_missed_while_the_connection_was_lost_is_read_after_it(open_kernel: Callable[[], Kernel]) -> None:
    one, other = open_kernel(), open_kernel()
    here, there = one.projects.open_or_create("Lesson"), other.projects.open_or_create("Lesson")
    foreign(one)
    with psycopg.connect(one.database.address(), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' or query like 'LISTEN%'"
        )
    there.apply("title", TITLE)
    wait_until(lambda: here.rev == 1, "the edit")
    assert foreign(one).listening.is_set()


def test_words_that_nobody_of_us_said_do_no_harm(open_kernel: Callable[[], Kernel]) -> None:
    one, other = open_kernel(), open_kernel()
    here, there = one.projects.open_or_create("Lesson"), other.projects.open_or_create("Lesson")
    foreign(one)
    with psycopg.connect(one.database.address(), autocommit=True) as connection:
        notify = sql.SQL("notify {}, {}")
        for words in ("", "x", f"{here.id} many me", f"{here.id} 99 me", "no-project 5 me", f"{here.id} -1 me"):
            connection.execute(notify.format(sql.Identifier(channel_of(one.database.owner)), sql.Literal(words)))
    there.apply("title", TITLE)
    wait_until(lambda: here.rev == 1, "the edit")


def test_projects_that_nobody_holds_are_not_kept_by_what_listens_for_them(open_kernel: Callable[[], Kernel]) -> None:
    kernel = open_kernel()

    class Holder:
        def heard(self, project_id: str, rev: int) -> None:
            pass

    holder = Holder()
    listener = ForeignEdits(kernel.database, "me", holder.heard)
    assert listener.listening.wait(30)
    gone = weakref.ref(holder)
    del holder
    gc.collect()
    assert gone() is None
    wait_until(lambda: not listener._thread.is_alive(), "the end of the thread")
