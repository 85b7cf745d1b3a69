"""A service that asks for fewer calls gets fewer; others do not notice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.errors import ExitCode, RateLimited
from vidgen_core.executor.jobs import Job
from vidgen_core.executor.relay import CALLS
from vidgen_core.executor.throttle import Throttle
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Task
from vidgen_core.specs import ImageGeneratorSpec, ProviderKind

from .. import fakes
from ..fakes import PRICE, Film, Remote, Service, engine
from ..run_directories import begin
from .clocks import LeapingClock
from .films import fail_first, put_first_frames, six_scenes, use

FILE = Path()


@pytest.fixture(autouse=True)
def time_flies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fakes, "SwiftClock", LeapingClock)


def task(clip: int, provider: str = "paid", decision: Decision = Decision.MAKE) -> Task:
    return Task(
        key=Key(Step.CLIP, 1, clip),
        decision=decision,
        output=f"{clip}.mp4",
        provider=provider,
        kind=ProviderKind.VIDEO_ENGINE,
        price=PRICE,
    )


def active(*tasks: Task) -> dict[Key, Job]:
    return {each.key: Job(task=each, folder=FILE) for each in tasks}


FOUR = tuple(task(n) for n in range(1, 5))


def refuse(throttle: Throttle, *tasks: Task, beside: dict[Key, Job]) -> None:
    for each in tasks:
        throttle.refused(each, beside, fewer=True, submits=True)
    for each in tasks:
        throttle.rested(each)


def let_in(throttle: Throttle, tasks: tuple[Task, ...], beside: dict[Key, Job]) -> int:
    return sum(throttle.lets_in(each, beside) for each in tasks)


# by itself --------------------------------------------------------------------


def test_a_provider_rests_until_all_its_pauses_are_over_and_others_go_on() -> None:
    throttle, jobs = Throttle(), active(*FOUR[:2])
    throttle.refused(FOUR[0], jobs, fewer=True, submits=True)
    throttle.refused(FOUR[1], jobs, fewer=True, submits=True)
    assert not throttle.lets_begin(FOUR[2], jobs)
    assert throttle.lets_begin(task(3, "other"), jobs)
    assert throttle.lets_begin(task(3, decision=Decision.ATTACH), jobs)
    assert throttle.lets_begin(evolve(FOUR[2], provider="", kind=None), jobs)
    throttle.rested(FOUR[0])
    assert not throttle.lets_in(FOUR[0], jobs)
    throttle.rested(FOUR[1])
    assert throttle.lets_in(FOUR[0], jobs)


def test_what_was_refused_together_halves_what_is_let_in_once() -> None:
    throttle, jobs = Throttle(), active(*FOUR)
    refuse(throttle, *FOUR, beside=jobs)
    assert let_in(throttle, FOUR, jobs) == 2
    refuse(throttle, *FOUR[:2], beside=jobs)
    assert let_in(throttle, FOUR, jobs) == 1


def test_one_more_is_let_in_after_each_round_that_went_well() -> None:
    throttle, jobs = Throttle(), active(*FOUR)
    refuse(throttle, *FOUR, beside=jobs)
    refuse(throttle, *FOUR, beside=jobs)
    seen = []
    for _ in range(6):
        throttle.accepted(FOUR[0])
        seen.append(sum(throttle.lets_begin(task(99), active(*FOUR[:n])) for n in range(5)))
    assert seen == [2, 2, 3, 3, 3, 4]


def test_a_service_that_names_a_time_without_being_crowded_keeps_its_work() -> None:
    throttle, jobs = Throttle(), active(*FOUR)
    throttle.refused(FOUR[0], jobs, fewer=False, submits=True)
    assert not throttle.lets_begin(task(9), jobs)
    throttle.rested(FOUR[0])
    assert let_in(throttle, FOUR, jobs) == 4


def test_a_job_whose_polls_are_too_many_still_counts_as_at_work() -> None:
    throttle, jobs = Throttle(), active(*FOUR[:2])
    throttle.refused(FOUR[0], jobs, fewer=True, submits=False)
    throttle.rested(FOUR[0])
    assert not throttle.lets_in(FOUR[1], jobs)
    assert throttle.lets_in(FOUR[1], active(FOUR[1]))


@given(st.lists(st.tuples(st.sampled_from(["refuse", "accept", "done"]), st.integers(0, 3))))
def test_there_is_always_one_that_is_let_in_where_nobody_is_at_work(
    story: list[tuple[str, int]],
) -> None:
    throttle, jobs = Throttle(), active(*FOUR)
    for what, which in story:
        if what == "refuse":
            refuse(throttle, FOUR[which], beside=jobs)
        elif what == "accept":
            throttle.accepted(FOUR[which])
        else:
            throttle.left(FOUR[which])
    for each in FOUR:
        assert throttle.lets_in(each, active(each))


# in a run ---------------------------------------------------------------------


def crowd(film: Film, most: int) -> list[int]:
    """Let the service take no more than *most* jobs at once; return a list of how many it had."""
    had: list[int] = []

    def running() -> int:
        return film.service.count("submitted") - film.service.count("fetch")

    def refuse() -> None:
        if running() >= most:
            raise RateLimited("too many at once", retry_after=20)
        had.append(running() + 1)

    film.service.trouble["submit"] = [refuse] * 1000
    return had


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_service_that_takes_few_at_once_gets_all_of_it_in_the_end(
    film: Film, tmp_path: Path, most: int
) -> None:
    film = six_scenes(film, tmp_path)
    film.service.polls_needed = 10
    crowd(film, most)
    assert film.work().codes == set(), film.said
    assert film.service.bill() == {f"clip-{n}-1": 1 for n in range(1, 7)}
    assert film.is_finished()


def test_with_one_at_once_nothing_waits_for_itself(film: Film, tmp_path: Path) -> None:
    film = six_scenes(film, tmp_path)
    use(film, max_active=1)
    fail_first(film, "submit", *[RateLimited("slow down", retry_after=9)] * 3)
    assert film.work().codes == set(), film.said
    assert sum(film.service.bill().values()) == 6


def test_no_submit_is_sent_while_the_service_wants_none(film: Film, tmp_path: Path) -> None:
    film = Film(begin(tmp_path / "many", 30), film.service, film.specs)
    put_first_frames(film.root, 30)

    def until_one_is_refused() -> None:
        until = time.monotonic() + 20
        resting = film.run.turns.throttle.is_resting
        while not resting("paid") and film.clock.time < 1 and time.monotonic() < until:
            time.sleep(0.001)

    refusal = RateLimited("slow down", retry_after=90)
    fail_first(film, "submit", refusal, *[until_one_is_refused] * 15)
    assert film.work().codes == set(), film.said
    submits = sorted(at for name, at in film.service.times if name == "submit")
    assert all(at < 1 or at >= 90 for at in submits), submits
    assert sum(at < 1 for at in submits) <= CALLS, "those that were on their way"


def test_a_rate_limit_of_an_hour_ends_all_submits_there(film: Film, tmp_path: Path) -> None:
    film = six_scenes(film, tmp_path)
    use(film, max_active=2)
    fail_first(film, "submit", None, RateLimited("tomorrow", retry_after=4000))
    outcome = film.work()
    assert outcome.codes == {ExitCode.LATER}
    assert film.service.count("submit") == 2
    assert sum(film.service.bill().values()) == 1
    assert film.work().codes == set()


def test_another_provider_goes_on_while_one_rests(film: Film, tmp_path: Path) -> None:
    film = Film(begin(tmp_path / "drawn", 3), film.service, film.specs)
    shop = Service(folder=tmp_path / "shop", content=_picture)
    painter = ImageGeneratorSpec(
        name="painter",
        summary="draws for money",
        factory=lambda context: Remote(shop),
        price=lambda request, options: PRICE,
    )
    film.specs = (engine(film.service), painter)
    film.flags = {"image_generator": "painter", "first_frame_image_gen": True}
    drawn: list[float] = []
    shop.at = lambda point: drawn.append(film.clock.time) if point == "before submit" else None
    fail_first(film, "submit", RateLimited("slow down", retry_after=200))
    shop.polls_needed = 12
    assert film.work().codes == set(), film.said
    assert len(drawn) == 3
    assert max(drawn) < 100


def _picture(job: Any) -> bytes:
    from ..run_directories import picture

    return picture(job["scene"])


def test_a_rest_is_no_reason_to_stop_collecting(film: Film, tmp_path: Path) -> None:
    film = six_scenes(film, tmp_path)
    film.service.polls_needed = 5
    fail_first(film, "submit", *[None] * 5, RateLimited("slow down", retry_after=200))
    assert film.work().codes == set(), film.said
    fetched = sorted(at for name, at in film.service.times if name == "fetch")
    assert [at < 100 for at in fetched] == [True] * 5 + [False]


def test_submits_come_back_gently(film: Film, tmp_path: Path) -> None:
    film = six_scenes(film, tmp_path)
    film.service.polls_needed = 10

    def refuse() -> None:
        if film.clock.time < 50:
            raise RateLimited("slow down", retry_after=50)

    film.service.trouble["submit"] = [refuse] * 100
    assert film.work().codes == set(), film.said
    submits = [at for name, at in film.service.times if name == "submit"]
    before, after = (sum(at // 50 == n for at in submits if at < 55) for n in (0, 1))
    assert 1 <= before <= 6
    assert 1 <= after <= 6 // 2 + 1, "half of what was at work, and one when that went well"
