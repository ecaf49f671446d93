"""The pool that makes derived files: what is asked for is done, whatever was cancelled before."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from studio_widgets.engine.library.worker_pool import Ask, Job, WorkerPool

PATIENCE = 20.0


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool()
    yield pool
    pool.close()


def test_what_is_asked_for_while_its_cancelled_forerunner_ends_is_done(pool: WorkerPool) -> None:
    running, go, done = threading.Event(), threading.Event(), threading.Event()

    def first(ask: Ask) -> None:
        running.set()
        assert go.wait(PATIENCE)

    def second(ask: Ask) -> None:
        done.set()

    assert pool.submit(Job(key="proxy", rank=0, label="proxy", run=first))
    assert running.wait(PATIENCE)
    assert pool.cancel() == 1
    assert pool.submit(Job(key="proxy", rank=0, label="proxy", run=second))
    assert not pool.submit(Job(key="proxy", rank=0, label="proxy", run=second)), "one of a key at a time"
    go.set()
    assert pool.wait(PATIENCE)
    assert done.is_set()


def test_what_was_asked_for_again_can_be_cancelled_again(pool: WorkerPool) -> None:
    running, go, done = threading.Event(), threading.Event(), threading.Event()

    def first(ask: Ask) -> None:
        running.set()
        assert go.wait(PATIENCE)

    pool.submit(Job(key="proxy", rank=0, label="proxy", run=first))
    assert running.wait(PATIENCE)
    pool.cancel()
    pool.submit(Job(key="proxy", rank=0, label="proxy", run=lambda ask: done.set()))
    pool.cancel()
    go.set()
    assert pool.wait(PATIENCE)
    assert not done.is_set()
