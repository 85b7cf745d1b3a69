"""Threads that begin their work whatever a plugin has just set for all threads to come."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: How often a thread is begun, and how many seconds it is given before it is looked at.
_TRIES = 3
_LOOK, _LOOKS = 0.05, 40


def start(work: Callable[[], None], *, name: str | None = None) -> threading.Thread:
    """Have a daemon thread do *work*, and return it once it has begun, or is held up long.

    A trace function that raises, which a plugin sets by ``threading.settrace`` or
    ``threading.setprofile``, ends each new thread before its work: it is taken away, and
    another thread begun. Raises ``RuntimeError`` where no more threads can be had.
    """
    for _ in range(_TRIES):
        begun = threading.Event()
        thread = threading.Thread(target=_beginning(work, begun), name=name, daemon=True)
        thread.start()
        for _ in range(_LOOKS):
            if begun.wait(_LOOK) or not thread.is_alive():
                break
        if begun.is_set() or thread.is_alive():
            return thread
        threading.settrace(None)
        threading.setprofile(None)
    raise RuntimeError("a thread ended before its work, again and again")


def _beginning(work: Callable[[], None], begun: threading.Event) -> Callable[[], None]:
    def begin() -> None:
        begun.set()
        work()

    return begin


def side_by_side(call: Callable[[T], R], items: Iterable[T], most: int) -> Iterator[R]:
    """Yield ``call(item)`` for each of *items*, in their order, worked out in *most* threads.

    Raises what the first call that failed raised, without waiting for the others. No call
    begins any more once the caller has had enough.
    """
    given = list(items)
    indexes = itertools.count()
    enough = threading.Event()
    done: queue.SimpleQueue[tuple[int, R | BaseException, bool]] = queue.SimpleQueue()

    def work() -> None:
        while not enough.is_set() and (index := next(indexes)) < len(given):
            try:
                done.put((index, call(given[index]), True))
            except BaseException as error:
                done.put((index, error, False))

    results: dict[int, R] = {}
    try:
        _begin(work, min(most, len(given)))
        for wanted in range(len(given)):
            while wanted not in results:
                index, result, well = done.get()
                if not well:
                    assert isinstance(result, BaseException)
                    raise result
                results[index] = result  # type: ignore[assignment]
            yield results.pop(wanted)
    finally:
        enough.set()


def _begin(work: Callable[[], None], number: int) -> None:
    """Have *work* be done in so many threads, or in as many as can be had."""
    for begun in range(number):
        try:
            start(work, name=threading.current_thread().name)
        except (RuntimeError, MemoryError):
            if not begun:
                raise
            return
