"""A run that is interrupted ends soon and loses no job."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger

from ..fakes import Film, Local, local_engine, no_worker_is_left
from .films import CLIP_1, fail_first, local, put_first_frames, use


def test_an_interrupted_run_stops_and_cleans_its_scratch(film: Film) -> None:
    local(film)

    class Slow(Local):
        def render(self, request: Any, into: Path, progress: Callable[[float], None]) -> None:
            into.write_bytes(b"half")
            film.run.interrupt()
            while True:
                progress(0.5)
                time.sleep(0.005)

    film.specs = (local_engine(film.service, factory=lambda context: Slow(film.service)),)
    outcome = film.work()
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert not (film.root / ".vidgen/tmp").exists()
    film.specs = (local_engine(film.service),)
    assert film.work().codes == set()


def test_an_interrupt_lets_a_submit_on_its_way_write_its_id(film: Film) -> None:
    def stop() -> None:
        film.run.interrupt()
        time.sleep(0.1)

    fail_first(film, "submitted", stop)
    outcome = film.work()
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert outcome.paid == 1  # it is said that it was charged
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


@pytest.mark.parametrize("twice", [True, False])
def test_a_submit_that_hangs_is_left_behind_and_its_id_is_not_lost_twice(
    film: Film, twice: bool
) -> None:
    go_on = threading.Event()

    def hang() -> None:
        film.run.interrupt()
        if twice:
            film.run.interrupt()
        go_on.wait(60)

    fail_first(film, "submitted", hang)
    with film.working(grace=60.0 if twice else 0.2) as run:
        outcome = run.work()
    go_on.set()  # it comes back after the journal was closed
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert no_worker_is_left()
    ledger = read_ledger(film.root)
    assert ledger.damage == ""
    assert ledger.in_flight[CLIP_1].job == ""


def test_no_submit_begins_once_the_run_was_interrupted(film: Film) -> None:
    put_first_frames(film.root, 2)
    use(film, max_active=1)
    fail_first(film, "submit", lambda: film.run.interrupt())
    film.work()
    assert film.service.count("submit") == 1
    assert len(read_ledger(film.root).in_flight) == 1
