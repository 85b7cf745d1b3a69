"""What becomes of work in doubt is the user's choice, and each choice costs what it says."""

from __future__ import annotations

import pytest
from attrs import evolve

from vidgen_core.cli.last_line import Circumstances, last_line
from vidgen_core.cli.obstacles import no_question, obstacle
from vidgen_core.errors import Billed, ExitCode, JobFailed, JobLost, OutOfCredit, Unavailable
from vidgen_core.http_errors import service_error
from vidgen_core.journal import read_ledger
from vidgen_core.limit import Limit
from vidgen_core.model import Key, Step
from vidgen_core.plan import NO_CHOICE, Choice, Decision, InDoubt
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.report.prices import cost_lines
from vidgen_core.specs import FREE, Price

from ..fakes import PRICE, Film, Remote
from ..run_paths import clip_path
from .films import CLIP_1, ended, fail_first, lost, use

AGAIN = InDoubt(choice=Choice.AGAIN)
CLIP_2 = Key(Step.CLIP, 2, 1)


def is_still_asked(film: Film) -> bool:
    """Whether clip 1 is in doubt as at first: nothing is bought, and its job can be adopted."""
    film.in_doubt, submits = NO_CHOICE, film.service.count("submit")
    assert read_ledger(film.root).in_flight[CLIP_1].take == 1
    assert film.open().plan().by_key[CLIP_1].decision is Decision.ASK
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.count("submit") == submits
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-1")
    assert film.work().codes == set()
    return film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


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


# again, where nothing could be bought -----------------------------------------


def test_again_without_leave_keeps_the_question(film: Film) -> None:
    lost(film, charged=True)
    film.in_doubt = AGAIN
    outcome = film.work(agreed=False)
    assert ended(outcome) is ExitCode.DECISION
    assert [work.key for work in outcome.in_doubt] == [CLIP_1]
    assert is_still_asked(film)


@pytest.mark.parametrize("choice", [AGAIN, NO_CHOICE])
def test_again_without_room_below_the_cap_keeps_the_question(film: Film, choice: InDoubt) -> None:
    lost(film, charged=True)
    film.in_doubt = choice
    outcome = film.work(limit=Limit(cap=0.9), in_doubt_limit=0.0 if choice is AGAIN else 0.5)
    assert ended(outcome) is ExitCode.MONEY
    assert read_ledger(film.root).bill == Price(0.0, 0.5)
    assert is_still_asked(film)


def test_again_without_credit_keeps_the_question(film: Film) -> None:
    lost(film, charged=True)
    fail_first(film, "submit", OutOfCredit("the account is empty", billed=Billed.NO))
    film.in_doubt = AGAIN
    assert ended(film.work()) is ExitCode.MONEY
    assert read_ledger(film.root).bill == Price(0.0, 0.5)
    assert is_still_asked(film)


def test_again_that_was_refused_for_a_while_is_asked_for_once_more(film: Film) -> None:
    lost(film, charged=True)
    fail_first(film, "submit", Unavailable("busy", billed=Billed.NO))
    film.in_doubt = AGAIN
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 2, "clip-2-1": 1}
    assert read_ledger(film.root).in_flight == {}


def test_again_whose_job_failed_and_was_not_charged_keeps_the_question(film: Film) -> None:
    lost(film, charged=True)
    fail_first(film, "poll", JobFailed("it broke", billed=Billed.NO))
    film.in_doubt = AGAIN
    assert ended(film.work()) is ExitCode.FAILED
    assert read_ledger(film.root).in_flight[CLIP_1].take == 1


def test_again_where_the_provider_knows_too_many_keeps_the_question_below_the_cap(
    film: Film,
) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=True)
    job = film.service.jobs()[0]
    facts = {name: value for name, value in job.items() if name not in ("id", "token")}
    film.service.charge(facts, "another's token")
    film.in_doubt = AGAIN
    assert ended(film.work(limit=Limit(cap=0.9))) is ExitCode.MONEY
    assert read_ledger(film.root).in_flight[CLIP_1].take == 1


def test_a_job_that_the_service_refuses_to_be_asked_about_leaves_the_doubt(film: Film) -> None:
    lost(film, charged=True)
    refused = service_error("paid", 422, "no such id", submitting=False)
    fail_first(film, "poll", *[refused] * 30)
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="a typo")
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    assert "give-up" not in film.said
    film.service.trouble.clear()
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-1")
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_search_that_is_refused_for_good_is_a_question_that_again_answers(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=True)
    refused = service_error("paid", 400, "no such filter", submitting=False)
    fail_first(film, "find", *[refused] * 300)
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.bill() == {"clip-1-1": 1}
    film.in_doubt = AGAIN
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 2, "clip-2-1": 1}


def test_both_the_order_in_doubt_and_the_new_one_count_in_the_cap(film: Film) -> None:
    lost(film, charged=True)
    film.in_doubt = AGAIN
    assert ended(film.work(limit=Limit(cap=1.0))) is ExitCode.MONEY  # clip 2 has no room
    assert film.service.bill() == {"clip-1-1": 2}
    assert read_ledger(film.root).bill == Price(0.5, 1.0)
    assert CLIP_1 not in read_ledger(film.root).in_flight


@pytest.mark.parametrize("choice", [Choice.AGAIN, Choice.WAIT])
def test_the_way_on_gives_the_answer_again_that_was_not_used_up(film: Film, choice: Choice) -> None:
    lost(film, charged=True)
    film.in_doubt = InDoubt(choice=choice)
    opened, outcome = film.open(), film.work(limit=Limit(cap=0.9))
    line = last_line(film.root, outcome, ended(outcome), Circumstances(opened=opened))
    assert ("--in-doubt again --max-cost 1.50" in line) is (choice is Choice.AGAIN)
    assert ("adopt=JOB" in line) is (choice is Choice.WAIT)


# whose job it is --------------------------------------------------------------


def test_a_job_of_another_output_is_not_adopted(film: Film) -> None:
    lost(film, charged=True)
    film.in_doubt = InDoubt(choice=Choice.SKIP)
    film.work()
    before = read_ledger(film.root)
    assert before.jobs["paid", "job-2"][0] == CLIP_2
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-2")
    opened = film.open()
    error = obstacle(opened, opened.plan())
    assert error is not None
    assert error.exit_code is ExitCode.USAGE
    assert "job-2 is the job of scene 2 clip 1 already" in error.message
    assert "adopt=clip-1-1:JOB" in error.advice
    assert ended(film.work()) is ExitCode.DECISION  # nor without the command line
    assert read_ledger(film.root).in_flight == before.in_flight
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-1")
    assert obstacle(film.open(), film.open().plan()) is None
    assert film.work().codes == set()


def test_a_job_that_the_service_did_not_know_for_one_output_is_no_ones(film: Film) -> None:
    begun = lost(film, charged=True)
    with film.working() as run:
        run.journal.adopted(CLIP_1, 1, "job-77")
        assert run.journal.ledger.jobs == {("paid", "job-77"): (CLIP_1, 1)}
        run.journal.intent(begun)
        assert run.journal.ledger.jobs == {}


# told -------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [Choice.AGAIN, Choice.SKIP])
def test_an_answer_to_no_question_is_told(film: Film, choice: Choice) -> None:
    film.in_doubt = InDoubt(choice=choice)
    assert no_question(film.open()) == f"--in-doubt {choice.value}: nothing is in doubt here"
    lost(film, charged=True)
    assert no_question(film.open()) == ""
    film.in_doubt = NO_CHOICE
    assert no_question(film.open()) == ""


def test_what_is_in_doubt_is_named_in_the_order_of_the_film(film: Film) -> None:
    begun = lost(film, charged=True)
    keys = [CLIP_2, Key(Step.FIRST_FRAME, 2), Key(Step.FIRST_FRAME, 1)]
    with film.working() as run:
        for key in keys:
            run.journal.intent(evolve(begun, key=key))
    (line,) = [line for line in cost_lines(read_ledger(film.root)) if line.startswith("in doubt")]
    assert (
        "the first frame of scene 1, scene 1 clip 1, the first frame of scene 2 and "
        "scene 2 clip 1" in line
    )
    film.in_doubt = InDoubt(choice=Choice.WAIT)
    in_doubt = [work.key.id for work in film.work().in_doubt]
    assert in_doubt == ["first-frame-1", "clip-1-1", "first-frame-2", "clip-2-1"]
