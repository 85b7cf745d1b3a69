"""Threads of vidgen begin their work, whatever a plugin sets for all threads to come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from vidgen_core import threads
from vidgen_core.keys.in_time import in_time
from vidgen_core.threads import side_by_side

_SETTERS = (threading.settrace, threading.setprofile)


def _raises(*given: object) -> None:
    raise ZeroDivisionError


@pytest.fixture
def _as_before() -> Iterator[None]:
    """Threads are traced as before again, and what ended one says nothing."""
    trace, profile, hook = threading.gettrace(), threading.getprofile(), threading.excepthook
    threading.excepthook = lambda given: None
    yield
    threading.excepthook = hook
    threading.settrace(trace)  # type: ignore[arg-type]
    threading.setprofile(profile)


@pytest.mark.timeout(20)
@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize("setter", _SETTERS, ids=lambda each: each.__name__)
def test_no_work_is_lost_where_each_new_thread_ends_at_once(
    setter: Callable[[object], None],
) -> None:
    setter(_raises)
    done = threading.Event()
    threads.start(done.set).join()
    assert done.is_set()
    setter(_raises)
    assert in_time(lambda: "the answer", 5, "asks") == "the answer"
    setter(_raises)
    assert list(side_by_side(abs, [-1, -2, -3], 2)) == [1, 2, 3]


def test_a_thread_has_its_name_and_holds_up_no_exit() -> None:
    seen: list[threading.Thread] = []
    threads.start(lambda: seen.append(threading.current_thread()), name="asks").join()
    assert [(each.name, each.daemon) for each in seen] == [("asks", True)]


def test_side_by_side_keeps_the_order_and_raises_the_first_fault() -> None:
    assert list(side_by_side(lambda n: n * n, range(20), 3)) == [n * n for n in range(20)]
    assert list(side_by_side(str, [], 3)) == []
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(lambda n: 1 / n, [1, 0, 2], 2))


def test_side_by_side_begins_nothing_more_once_that_is_enough() -> None:
    begun: list[int] = []
    results = side_by_side(lambda n: begun.append(n) or time.sleep(0.001) or n, range(10_000), 2)
    assert next(results) == 0
    results.close()
    time.sleep(0.05)
    number = len(begun)
    time.sleep(0.05)
    assert len(begun) == number < 10_000


@pytest.mark.timeout(20)
def test_a_thread_that_is_held_up_holds_nobody_up() -> None:
    """As a debugger does that stops in a trace function."""
    goes_on, done = threading.Event(), threading.Event()

    def waits(*given: object) -> None:
        goes_on.wait()

    threading.settrace(waits)
    try:
        thread = threads.start(done.set)
    finally:
        threading.settrace(None)
    assert not done.is_set()
    goes_on.set()
    thread.join()
    assert done.is_set()
