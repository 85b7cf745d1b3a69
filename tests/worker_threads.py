"""The worker threads of the test that runs.

One that an earlier test left hanging must not stand still the clock of this one.
"""

from __future__ import annotations

import threading
import time

_of_earlier_tests: set[threading.Thread] = set()


def forget_workers() -> None:
    """Count from now on only those that are started from now on."""
    _of_earlier_tests.clear()
    _of_earlier_tests.update(threading.enumerate())


def workers() -> list[str]:
    """The names of the worker threads that there are."""
    there = set(threading.enumerate()) - _of_earlier_tests
    return sorted(each.name for each in there if each.name.startswith("vidgen "))


def no_worker_is_left() -> bool:
    """Whether every worker thread is gone, a moment after the run."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not workers():
            return True
        time.sleep(0.01)
    return False
