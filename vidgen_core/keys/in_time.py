"""A call that may never come back is given up, and left behind in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vidgen_core import threads

T = TypeVar("T")


def in_time(call: Callable[[], T], seconds: float, name: str) -> T:
    """Return what *call* returns within *seconds*, or raise what it raises, whatever it is.

    *name* is the thread's. Raises ``TimeoutError``.
    """
    results: list[T] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:
            faults.append(error)

    threads.start(work, name=name).join(seconds)
    if results:
        return results[0]
    if faults:
        raise faults[0]
    raise TimeoutError(f"it did not answer within {seconds:g} s")
