"""``--patience``: outages are waited out, and nothing is ever paid for twice by waiting."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from vidgen_core.errors import (
    Billed,
    ExitCode,
    Expired,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    VidgenError,
)
from vidgen_core.executor.clock import LONGEST_PAUSE, TRIES, pause_after
from vidgen_core.executor.events import Waiting, WentOn
from vidgen_core.executor.patience import Lane, Patience
from vidgen_core.http_errors import service_error
from vidgen_core.journal import read_ledger

from .. import fakes
from ..fakes import Film, SwiftClock
from .clocks import LeapingClock
from .films import CLIP_1, fail_first, six_scenes, use

#: An hour is long enough to see, and short enough to wait for by the tick.
HOUR = 1200.0


@pytest.fixture(autouse=True)
def hours_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fakes, "SwiftClock", LeapingClock)


def no_route() -> Unavailable:
    return Unavailable("no route", billed=Billed.NO)


def until(film: Film, seconds: float, error: Callable[[], ProviderError]) -> list[Any]:
    """What a service does that is out of order for so long."""

    def fail() -> None:
        if film.clock.time < seconds:
            raise error()

    return [fail] * 1000


def waits(film: Film) -> list[Waiting]:
    return [event for event in film.told if isinstance(event, Waiting)]


# how long ---------------------------------------------------------------------


@pytest.mark.parametrize("call", ["submit", "poll", "fetch"])
def test_an_outage_is_waited_out_while_patience_lasts(film: Film, call: str) -> None:
    film.service.trouble[call] = until(film, 0.9 * HOUR, no_route)
    assert film.work(hold_out=HOUR).codes == set(), film.said
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert 0.9 * HOUR <= film.clock.time < HOUR
    assert film.is_finished()


@pytest.mark.parametrize("call", ["submit", "poll"])
def test_patience_ends_when_it_was_said_to(film: Film, call: str) -> None:
    film.service.trouble[call] = until(film, 9 * HOUR, no_route)
    assert film.work(hold_out=HOUR).codes == {ExitCode.LATER}
    assert HOUR <= film.clock.time < HOUR + 30
    film.service.trouble.clear()
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_many_jobs_wait_no_longer_together_than_one(film: Film, tmp_path: Any) -> None:
    film = six_scenes(film, tmp_path)
    use(film, max_active=1)
    film.service.trouble["submit"] = until(film, 9 * HOUR, no_route)
    assert film.work(hold_out=HOUR).codes == {ExitCode.LATER}
    assert film.clock.time < HOUR + 60


def test_patience_begins_anew_after_each_success(film: Film) -> None:
    begun: list[float] = []

    def out_of_order() -> None:
        begun.append(film.clock.time)
        if film.clock.time - begun[0] < 0.8 * HOUR:
            raise no_route()
        begun.clear()

    film.service.trouble["submit"] = [out_of_order] * 1000
    assert film.work(hold_out=HOUR).codes == set(), film.said
    assert film.clock.time > 1.6 * HOUR


def test_a_queue_that_stays_full_is_waited_for_apart_from_its_jobs() -> None:
    """A poll that goes well tells nothing about whether new work is taken."""
    clock = SwiftClock()
    patience = Patience(seconds=100, clock=clock)
    submits, polls = Lane("paid", submits=True), Lane("paid")
    assert patience.failed(submits) == patience.failed(polls) == 100
    clock.time = 60
    assert patience.failed(submits) == 40
    patience.answered(polls)
    assert (patience.failed(polls), patience.failed(submits)) == (100, 40)
    clock.time = 161
    assert patience.failed(submits) == 0
    assert Patience(seconds=0, clock=clock).failed(polls) is None


@pytest.mark.parametrize("hold_out", [0.0, HOUR])
def test_what_a_service_asks_for_beyond_that_is_left_to_the_next_run(
    film: Film, hold_out: float
) -> None:
    fail_first(film, "submit", RateLimited("tomorrow", retry_after=30 * HOUR))
    assert film.work(hold_out=hold_out).codes == {ExitCode.LATER}
    assert film.clock.time < 60
    assert film.service.count("submit") == 1


def test_a_pause_longer_than_usual_is_waited_for_with_patience(film: Film) -> None:
    fail_first(film, "submit", RateLimited("later", retry_after=900))
    assert film.work(hold_out=HOUR).codes == set()
    first, second = [at for name, at in film.service.times if name == "submit"][:2]
    assert second - first == pytest.approx(900, abs=2)


def test_the_pauses_grow_to_some_minutes_and_no_further(film: Film) -> None:
    film.service.trouble["poll"] = until(film, 1500, no_route)
    film.work(hold_out=3000)
    polls = [at for name, at in film.service.times if name == "poll"]
    pauses = [round(b - a) for a, b in itertools.pairwise(polls)]
    assert pauses[:8] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert max(pauses) == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("tries", "error", "left", "pause"),
    [
        (1, no_route(), None, 2.0),
        (TRIES, no_route(), None, None),
        (TRIES, no_route(), 500.0, 32.0),
        (99, no_route(), 500.0, LONGEST_PAUSE),
        (99, no_route(), 80.0, 80.0),  # the last try is when patience ends
        (1, no_route(), 0.5, None),
        (1, Refused("no"), 500.0, None),
        (TRIES, Expired("old"), 500.0, None),  # no outage: waiting does not mend it
        (2, RateLimited("x", retry_after=7), 500.0, 7.0),
        (TRIES, RateLimited("x", retry_after=1), 500.0, 32.0),  # what it asked did not help
        (1, RateLimited("x", retry_after=501), 500.0, None),
        (1, RateLimited("x", retry_after=301), None, None),
        (1, ProviderError("x", retry=True, retry_after=400), 500.0, 400.0),
        (1, VidgenError("x"), 500.0, None),
    ],
)
def test_a_pause_follows_the_service_and_ends_with_patience(
    tries: int, error: VidgenError, left: float | None, pause: float | None
) -> None:
    assert pause_after(tries, error, left) == pause


# never twice ------------------------------------------------------------------


def test_a_submit_of_unknown_outcome_is_a_question_however_patient_the_user(film: Film) -> None:
    film.service.trouble["submitted"] = [Unavailable("timeout", billed=Billed.UNKNOWN)] * 9
    outcome = film.work(hold_out=9 * HOUR)
    assert ExitCode.DECISION in outcome.codes
    assert film.service.count("submit") == 1
    assert film.service.bill() == {"clip-1-1": 1}


def test_a_submit_that_its_token_makes_safe_is_repeated_while_patience_lasts(film: Film) -> None:
    film.service.idempotent = True
    use(film, abilities=frozenset({"idempotent"}))
    timeout = lambda: Unavailable("timeout", billed=Billed.UNKNOWN)  # noqa: E731
    film.service.trouble["submitted"] = until(film, 0.5 * HOUR, timeout)
    assert film.work(hold_out=HOUR).codes == set(), film.said
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert film.service.count("submit") > 5


def test_what_is_bought_anew_because_it_is_not_in_the_list_is_not_bought_for_hours(
    film: Film,
) -> None:
    use(film, abilities=frozenset({"find"}))
    timeout = lambda: Unavailable("timeout", billed=Billed.UNKNOWN)  # noqa: E731
    film.service.trouble["submit"] = until(film, 9 * HOUR, timeout)
    assert film.work(hold_out=9 * HOUR).codes == {ExitCode.LATER}
    assert film.service.count("submit") == 3


def test_a_job_is_looked_for_as_long_as_patience_lasts(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    film.service.trouble["find"] = until(film, 0.5 * HOUR, no_route)
    assert film.work(hold_out=HOUR).codes == set(), film.said
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_what_is_refused_as_nonsense_is_not_waited_for_with_patience(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    refused = service_error("paid", 400, "no such filter", submitting=False)
    film.service.trouble["find"] = [refused] * 300
    assert ExitCode.DECISION in film.work(hold_out=8 * HOUR).codes
    assert film.clock.time < HOUR / 2


# what is said -----------------------------------------------------------------


def test_each_long_wait_is_told_with_how_much_patience_is_left(film: Film) -> None:
    film.service.trouble["poll"] = until(film, 1000, no_route)
    film.work(hold_out=8 * 3600)
    told = waits(film)
    assert all(wait.who == "paid" and wait.seconds > 5 for wait in told)
    assert told[0].patience == pytest.approx(8 * 3600 - 6, abs=2)
    left = [wait.patience or 0 for wait in told]
    assert left == sorted(left, reverse=True)
    assert "paid: no route; trying again in 4:16 (patience ends in 7 h 55 min)" in film.said
    after = film.told[film.told.index(told[-1]) :]
    assert any(isinstance(event, WentOn) and event.who == "paid" for event in after)


def test_no_patience_is_told_of_where_none_was_asked_for(film: Film) -> None:
    fail_first(film, "poll", *[no_route()] * 4)
    film.work()
    assert {wait.patience for wait in waits(film)} == {None}


def test_an_interrupt_ends_the_waiting_at_once(film: Film) -> None:
    film.service.trouble["poll"] = until(film, 99 * HOUR, no_route)
    ended: list[float] = []

    def hear(event: Any) -> None:
        film.told.append(event)
        if isinstance(event, Waiting) and event.seconds > 200 and not ended:
            ended.append(film.clock.time)
            film.run.interrupt()

    outcome = film.work(hold_out=90 * HOUR, listen=hear)
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert film.clock.time - ended[0] < 1
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
