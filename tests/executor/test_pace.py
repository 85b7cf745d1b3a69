"""How often a service is asked, and how much runs at once."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.errors import RateLimited, Unavailable
from vidgen_core.executor.clock import (
    Clock,
    Event,
    Usual,
    real,
    until_next_poll,
    until_next_try,
)
from vidgen_core.executor.crew import Crew
from vidgen_core.executor.events import Published
from vidgen_core.executor.relay import CALLS
from vidgen_core.model import Step
from vidgen_core.protocols import Failed, JobRef, Pending, Ready

from ..fakes import Film, Remote
from ..run_directories import begin
from .films import local, put_first_frames, six_scenes, use


@define(eq=False)
class Hands:
    """Counts how many pieces of work are done at once, whenever another begins.

    Each piece waits until *together* of them were under way at once, however slow the
    machine is, and then a moment for one too many.
    """

    together: int
    busy_at_once: list[int] = field(factory=list)
    _busy: int = 0
    _changed: threading.Condition = field(factory=threading.Condition)

    def work(self) -> None:
        with self._changed:
            self._busy += 1
            self.busy_at_once.append(self._busy)
            self._changed.notify_all()
            self._changed.wait_for(lambda: max(self.busy_at_once) >= self.together, timeout=20)
        time.sleep(0.01)
        with self._changed:
            self._busy -= 1


# at the services -------------------------------------------------------------


def test_nothing_is_polled_before_it_can_be_ready_and_nothing_waits_in_a_provider(
    film: Film,
) -> None:
    film.service.polls_needed = 4
    film.work()
    polls = [at for name, at in film.service.times if name == "poll"][:4]
    assert all(1.0 <= later - earlier < 5 for earlier, later in itertools.pairwise(polls))
    assert all(name.startswith("vidgen ") for name in film.service.threads)


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(20, 10.0), (0.1, 1.0), (-5, 1.0), (1e9, 30.0), (float("nan"), 1.0), ("soon", 1.0)],
)
def test_the_pause_between_polls_follows_the_service_within_limits(
    left: Any, seconds: float
) -> None:
    assert until_next_poll(left, age=0, usual=None) == seconds


def test_the_pause_between_polls_grows_and_never_overflows() -> None:
    assert until_next_poll(None, age=50, usual=None) > until_next_poll(None, age=20, usual=None)
    assert until_next_poll(None, age=1e300, usual=None) == 30.0
    assert until_next_try(10**9, Unavailable("x")) == 30.0
    assert until_next_try(1, RateLimited("x", retry_after=7)) == 7
    assert until_next_try(1, RateLimited("x", retry_after=float("nan"))) == 2.0
    assert real(True) is None


def looks(lasts: float, usual: float | None = None) -> list[float]:
    """When a job that lasts so long is asked about, until it is found done."""
    at: list[float] = [0.0]
    while not at[1:] or at[-1] < lasts:
        at.append(at[-1] + until_next_poll(None, age=at[-1], usual=usual))
    return at[1:]


@given(st.floats(0.1, 7200), st.none() | st.floats(0.1, 7200))
def test_a_job_is_found_done_soon_and_asked_about_seldom(lasts: float, usual: float | None) -> None:
    at = looks(lasts, usual)
    assert at[-1] - lasts <= max(1.0, 30.0 if usual else min(30.0, 0.1 * lasts)) + 1e-6
    pauses = [later - earlier for earlier, later in itertools.pairwise([0.0, *at])]
    assert 1.0 - 1e-6 <= min(pauses) <= max(pauses) <= 30.0 + 1e-6


@pytest.mark.parametrize("usual", [60, 180, 600])
def test_a_job_that_takes_as_long_as_usual_is_asked_about_less_and_found_no_later(
    usual: float,
) -> None:
    for lasts in (0.95 * usual, usual, 1.05 * usual):
        at = looks(lasts, usual)
        assert at[-1] - lasts <= 0.1 * lasts
        assert len(at) <= len(looks(lasts)) / 2
        assert at[0] >= min(30, usual / 2), "not every second at the begin"


@pytest.mark.parametrize(
    ("left", "age", "seconds"),
    [(20, 0, 10.0), (0.1, 0, 1.0), (0.1, 100, 10.0), (1e9, 5, 30.0), (float("nan"), 50, 5.0)],
)
def test_what_the_service_guesses_goes_before_what_was_learned(
    left: Any, age: float, seconds: float
) -> None:
    usual = None if left != left else 500.0
    assert until_next_poll(left, age=age, usual=usual) == seconds


def test_the_usual_time_is_that_of_the_middle_job_of_each_provider() -> None:
    usual = Usual()
    assert usual.seconds("paid") is None
    for seconds in (100.0, 5000.0, 120.0):
        usual.learn("paid", seconds)
    usual.learn("other", 3.0)
    assert (usual.seconds("paid"), usual.seconds("other")) == (120.0, 3.0)


def lasting(film: Film, seconds: float) -> None:
    """Let each job of the service last so long from its submit."""
    begun: dict[str, float] = {}

    class Slow(Remote):
        def submit(self, request: Any, token: str) -> JobRef:
            ref = super().submit(request, token)
            begun[ref.id] = film.clock.time
            return ref

        def poll(self, job: JobRef) -> Pending | Ready | Failed:
            answer = super().poll(job)
            return answer if film.clock.time - begun.get(job.id, 0.0) >= seconds else Pending()

    use(film, max_active=1, factory=lambda context: Slow(film.service))


def polls_of(film: Film, job: str) -> list[float]:
    pairs = zip(film.service.calls, film.service.times, strict=True)
    return [at for call, (_, at) in pairs if call == ("poll", job)]


def test_a_run_learns_how_long_jobs_take_and_asks_less(film: Film) -> None:
    lasting(film, 180)
    assert film.work().codes == set()
    first, second = polls_of(film, "job-1"), polls_of(film, "job-2")
    assert len(second) < len(first) / 3
    assert second[1] - second[0] > 10
    for polls, submitted in ((first, 0.0), (second, second[0] - 30)):
        assert polls[-1] - submitted <= 180 * 1.1 + 1


def test_a_job_of_an_earlier_run_is_asked_about_by_its_age(film: Film) -> None:
    lasting(film, 10**6)
    begun = time.time()

    def hear(event: Any) -> None:
        if film.clock.time > 5:
            film.run.interrupt()

    film.work(listen=hear)
    before = len(polls_of(film, "job-1"))

    def hear_longer(event: Any) -> None:
        if film.clock.time > 150:
            film.run.interrupt()

    film.work(listen=hear_longer, today=lambda: begun + 200)
    polls = polls_of(film, "job-1")[before:]
    assert 19 < polls[1] - polls[0] < 25
    assert len(polls) <= 7


def test_the_real_clock_waits_for_an_event_and_no_longer_than_asked() -> None:
    clock, events = Clock(), queue.SimpleQueue[Event]()
    before = clock.now()
    assert clock.wait(events, 0.01) is None
    assert clock.now() > before
    events.put(print)
    assert clock.wait(events, 60) is print


def test_a_run_starts_no_more_than_max_active_at_a_provider(film: Film, tmp_path: Path) -> None:
    film = six_scenes(film, tmp_path)
    use(film, max_active=2)
    film.service.polls_needed = 3
    active: set[str] = set()
    most = 0

    def hear(event: Any) -> None:
        nonlocal most
        if isinstance(event, Published):
            active.discard(event.task.key.id)
        running = getattr(event, "running", ())
        most = max(most, sum(task.key.step is Step.CLIP for task, _ in running))

    film.work(listen=hear)
    assert most == 2
    assert sum(film.service.bill().values()) == 6


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_than_jobs_pieces_run_on_this_machine_at_once(
    film: Film, tmp_path: Path, jobs: int
) -> None:
    film = six_scenes(film, tmp_path)
    local(film)
    hands = Hands(jobs)
    film.service.trouble["render"] = [hands.work] * 6
    assert film.work(jobs=jobs).codes == set()
    assert max(hands.busy_at_once) == jobs


def test_many_remote_jobs_share_a_few_threads(film: Film, tmp_path: Path) -> None:
    film = Film(begin(tmp_path / "many", 40), film.service, ())
    put_first_frames(film.root, 40)
    use(film)
    hands = Hands(CALLS)
    film.service.trouble["submit"] = [hands.work] * 40
    assert film.work().codes == set(), film.said
    assert max(hands.busy_at_once) == CALLS
    assert sum(film.service.bill().values()) == 40


# the crew ----------------------------------------------------------------------------------


def test_a_crew_runs_no_more_at_once_than_it_has_hands() -> None:
    crew, hands = Crew(most=2), Hands(2)
    for _ in range(6):
        crew.start(hands.work, name="vidgen test")
    assert crew.leave(30, 30, lambda: False)
    assert (len(hands.busy_at_once), max(hands.busy_at_once)) == (6, 2)


def test_a_crew_waits_longer_for_what_is_precious() -> None:
    crew, begun, done = Crew(most=2), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        time.sleep(0.3)
        done.set()

    crew.start(work, name="vidgen test", precious=True)
    assert begun.wait(20)  # what has not begun is not waited for
    assert crew.leave(0.0, 20, lambda: False)
    assert done.is_set()
