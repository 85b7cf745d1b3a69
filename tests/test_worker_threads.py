"""What tests wait for: the workers that they themselves started."""

from __future__ import annotations

import threading

from .worker_threads import forget_workers, workers


def test_a_worker_that_an_earlier_test_left_hanging_is_not_waited_for() -> None:
    ends = threading.Event()
    threading.Thread(target=ends.wait, args=(60,), name="vidgen hung", daemon=True).start()
    assert workers() == ["vidgen hung"]
    forget_workers()
    assert workers() == []
    ends.set()
