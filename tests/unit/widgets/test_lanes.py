"""Lanes keep order, lose no job, and give their threads back; a throttle never loses the last state."""

from __future__ import annotations

import threading
import time

import pytest

from studio_widgets.widgets.lanes import Lane, Throttle
from tests.unit.widgets.fakes import wait_for


def test_one_worker_keeps_the_order() -> None:
    lane, done = Lane("order"), list[int]()
    for n in range(1000):
        lane.submit(lambda n=n: done.append(n))  # type: ignore[misc]
    wait_for(lambda: len(done) == 1000)
    assert done == list(range(1000))
    lane.close()


def test_a_pool_works_at_several_jobs_at_once() -> None:
    lane = Lane("pool", 2)
    both = threading.Barrier(2, timeout=10)
    done: list[int] = []

    def job() -> None:
        both.wait()
        done.append(1)

    lane.submit(job)
    lane.submit(job)
    wait_for(lambda: len(done) == 2)
    lane.close()


def test_a_job_that_raises_is_logged_and_the_lane_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    lane, done = Lane("brave"), threading.Event()
    lane.submit(lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    lane.submit(done.set)
    assert done.wait(10)
    assert "ZeroDivisionError" in caplog.text
    lane.close()


def test_idle_threads_end_and_come_back_for_new_work() -> None:
    lane = Lane("idle", idle=0.01)

    def threads() -> int:
        return sum(thread.name == "studio-idle" for thread in threading.enumerate())

    for _ in range(3):
        done = threading.Event()
        lane.submit(done.set)
        assert done.wait(10)
        wait_for(lambda: threads() == 0, "the end of the idle thread")
    lane.close()


def test_a_closed_lane_takes_no_jobs_and_forgets_the_queued() -> None:
    lane, gate, started, done = Lane("closing"), threading.Event(), threading.Event(), list[int]()

    def first() -> None:
        started.set()
        gate.wait()

    lane.submit(first)
    started.wait()
    lane.submit(lambda: done.append(1))
    lane.close()
    gate.set()
    assert not lane.submit(lambda: done.append(2))
    wait_for(lambda: not any(thread.name == "studio-closing" for thread in threading.enumerate()))
    assert done == []


def test_a_throttle_joins_a_burst_and_ends_with_the_last_state() -> None:
    state, seen = 0, list[int]()
    throttle = Throttle(0.05, lambda: seen.append(state))
    for n in range(1, 1001):
        state = n
        throttle.poke()
    wait_for(lambda: seen and seen[-1] == 1000)
    assert len(seen) < 100
    throttle.close()


def test_a_closed_throttle_is_silent() -> None:
    seen: list[int] = []
    throttle = Throttle(60.0, lambda: seen.append(1))
    throttle.poke()
    wait_for(lambda: seen)
    throttle.poke()
    throttle.close()
    throttle.poke()
    assert seen == [1]


def test_a_throttle_that_rests_calls_later_than_it_is_poked() -> None:
    called: list[float] = []
    throttle = Throttle(0.01, lambda: called.append(time.monotonic()), rest=0.2)
    poked = time.monotonic()
    throttle.poke()
    throttle.poke()
    wait_for(lambda: called)
    assert called[0] - poked >= 0.2
    throttle.close()
    assert len(called) == 1
