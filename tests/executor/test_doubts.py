"""What becomes of work in doubt is the user's choice, and each choice costs what it says."""

from __future__ import annotations

import pytest

from vidgen_core.errors import Billed, ExitCode, JobLost, Unavailable
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.plan import Choice, Decision, InDoubt
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.specs import FREE, Price

from ..fakes import PRICE, Film, Remote
from ..run_paths import clip_path
from .films import CLIP_1, ended, fail_first, lost, use

AGAIN = InDoubt(choice=Choice.AGAIN)


def test_waiting_leaves_the_question(film: Film) -> None:
    lost(film, charged=True)
    film.in_doubt = InDoubt(choice=Choice.WAIT)
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.count("submit") == 0


def test_again_buys_it_once_more_and_its_price_is_in_the_plan(film: Film) -> None:
    lost(film, charged=True)
    assert film.open().plan().price == FREE  # all waits for the answer
    film.in_doubt = AGAIN
    assert film.open().plan().price == PRICE + PRICE
    outcome = film.work()
    assert outcome.codes == set()
    assert film.service.bill() == {"clip-1-1": 2, "clip-2-1": 1}
    assert read_ledger(film.root).bill == Price(1.0, 1.5)
    assert (outcome.paid, len(outcome.doubtful)) == (2, 1)


def test_again_is_one_answer_to_one_question(film: Film) -> None:
    lost(film, charged=True)
    fail_first(film, "submitted", *[Unavailable("timeout", billed=Billed.UNKNOWN)] * 5)
    film.in_doubt = AGAIN
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    assert film.service.bill()["clip-1-1"] == 2  # the one before, and one more


def test_again_needs_leave_like_any_purchase(film: Film) -> None:
    lost(film, charged=True)
    film.in_doubt = AGAIN
    assert ended(film.work(agreed=False)) is ExitCode.DECISION
    assert film.service.bill() == {"clip-1-1": 1}


def test_again_asks_the_provider_first_where_it_can_tell(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=True)
    film.in_doubt = AGAIN
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_again_buys_where_the_provider_knows_too_many(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    begun = lost(film, charged=True)
    job = film.service.jobs()[0]
    facts = {name: value for name, value in job.items() if name not in ("id", "token")}
    film.service.charge(facts, "another's token")
    assert ended(film.work()) is ExitCode.DECISION
    film.in_doubt = AGAIN
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 3, "clip-2-1": 1}
    assert begun.key not in read_ledger(film.root).in_flight


@pytest.mark.parametrize("key", [None, CLIP_1])
def test_an_adopted_job_is_fetched_and_not_bought_again(film: Film, key: Key | None) -> None:
    lost(film, charged=True)
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-1", key=key)
    assert film.open().plan().by_key[CLIP_1].decision is Decision.ATTACH
    assert film.open().plan().price == PRICE  # of what waited for it
    assert film.work().codes == set()
    assert read_ledger(film.root).published[clip_path(1, 1)].job == "job-1"
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert read_ledger(film.root).bill == PRICE + PRICE


def test_skipping_goes_on_without_it_and_keeps_the_question(film: Film) -> None:
    lost(film, charged=True)
    film.in_doubt = InDoubt(choice=Choice.SKIP)
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert (film.root / clip_path(2, 1)).exists()
    assert Key(Step.CLIP, 1, 1) in read_ledger(film.root).in_flight


def test_a_job_that_the_service_does_not_know_leaves_the_doubt(film: Film) -> None:
    class Knowing(Remote):
        def poll(self, job: JobRef) -> Pending | Ready | Failed:
            if job.id not in {each["id"] for each in self.service.jobs()}:
                raise JobLost(f"there is no job {job.id}")
            return super().poll(job)

    use(film, factory=lambda context: Knowing(film.service))
    lost(film, charged=True)
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-77")
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    assert outcome.in_doubt
    assert read_ledger(film.root).bill == Price(0.0, 0.5)
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-1")
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert read_ledger(film.root).bill == PRICE + PRICE
