"""An answer may say what it cost: that is what a limit counts as soon as it can be no more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from vidgen_core.cli.last_line import Circumstances, last_line
from vidgen_core.errors import Billed, ExitCode, Refused
from vidgen_core.executor.answers import Tab
from vidgen_core.journal import read_ledger
from vidgen_core.limit import Limit
from vidgen_core.specs import FREE, UNKNOWN_PRICE, NarrationTextRequest, Price

from ..fakes import Film, answering
from .films import ended, fail_first, speak
from .test_asked_on import SAID, Words, asked, film_stops, telling, written
from .test_crashes import pytestmark

__all__ = ["pytestmark"]

CENT = Price(0.01, 0.01)
#: What one answer is said to cost at most; a narration may take two.
MOST = Price(0.5, 0.5)


@frozen
class Telling(Words):
    """A script model whose answers tell what they cost: *costs*, one after the other."""

    costs: Sequence[Any] = ()

    def charged(self, answer: bytes, request: NarrationTextRequest) -> Price:
        self.service.called("charged", answer.decode())
        cost = self.costs[self.service.count("charged") - 1]
        if isinstance(cost, BaseException):
            raise cost
        told: Price = cost
        return told


def costing(folder: Path, answers: Sequence[str], *costs: Any, price: Price = MOST) -> Film:
    film, _ = telling(folder, *answers, price=price)
    words = Telling(film.service, answers, costs=costs)
    film.specs = (evolve(film.specs[0], factory=lambda context: words), *film.specs[1:])
    return film


def costs_written(film: Film) -> list[Any]:
    lines = (film.root / ".vidgen/journal.jsonl").read_text().splitlines()
    records = map(json.loads, lines)
    return [record.get("cost") for record in records if record["kind"] == "answered"]


def test_the_bill_is_what_the_answers_told_the_one_that_was_repaired_too(tmp_path: Path) -> None:
    film = costing(tmp_path, ["bad 1", SAID], CENT, Price(0.02, 0.03))
    outcome = film.work(limit=Limit(cap=1.0))
    assert outcome.codes == set()
    assert costs_written(film) == [{"low": 0.01, "high": 0.01}, {"low": 0.02, "high": 0.03}]
    assert read_ledger(film.root).bill == outcome.price == CENT + Price(0.02, 0.03)


def test_an_answer_is_stored_before_it_is_asked_what_it_cost(tmp_path: Path) -> None:
    film = costing(tmp_path, [SAID], CENT)
    seen = []
    answer = film.root / ".vidgen/answers/narration-text-1"
    fail_first(film, "charged", lambda: seen.append(answer.read_text()))
    assert film.work().codes == set()
    assert seen == [SAID]


def test_what_was_not_spent_is_room_for_the_work_after_it(tmp_path: Path) -> None:
    film = costing(tmp_path, [SAID], CENT)
    film.specs = (film.specs[0], answering(film.service)[1])
    # As agreed it is 1.0 for the words and 0.5 for the voice.
    assert film.work(limit=Limit(cap=1.0, unknown_price=0.5)).codes == set()
    assert read_ledger(film.root).bill == Price(0.51, 0.51)


def test_what_does_not_tell_keeps_its_room(tmp_path: Path) -> None:
    film = costing(tmp_path, [SAID], UNKNOWN_PRICE)
    film.specs = (film.specs[0], answering(film.service)[1])
    assert ended(film.work(limit=Limit(cap=1.0, unknown_price=0.5))) is ExitCode.MONEY
    assert "the limit of $1.00 has $0.00 left" in film.said
    assert costs_written(film) == [None]


@pytest.mark.parametrize(
    ("cost", "why"),
    [
        (ValueError("no usage"), "no usage"),
        (0.01, "0.01 is not a Price"),
        (None, "None is not a Price"),
        (Price(0.0, 1e9), "what no answer costs"),
        (Price(5e8, None), "what no answer costs"),
        (Refused("odd", billed=Billed.NO), "odd"),
    ],
)
def test_a_price_that_is_none_changes_nothing_and_is_said(
    tmp_path: Path, cost: Any, why: str
) -> None:
    film = costing(tmp_path, [SAID], cost)
    assert film.work().codes == set()
    assert written(film) == ["a boat 2"]
    assert costs_written(film) == [None]
    assert read_ledger(film.root).bill == Price(0.5, 1.0)
    assert "what it cost stays at what was agreed to" in film.said
    assert why in film.said


@pytest.mark.parametrize("low", [-0.01, float("nan")])
def test_less_than_nothing_is_no_price(tmp_path: Path, low: float) -> None:
    film = costing(tmp_path, [SAID])

    class Odd(Telling):
        def charged(self, answer: bytes, request: NarrationTextRequest) -> Price:
            return Price(low, 0.01)

    odd = Odd(film.service, [SAID])
    film.specs = (evolve(film.specs[0], factory=lambda context: odd), *film.specs[1:])
    assert film.work().codes == set()
    assert read_ledger(film.root).bill == Price(0.5, 1.0)
    assert "a price is two amounts" in film.said


def test_more_than_was_agreed_to_is_said_counts_in_the_limit_and_ends_the_asking(
    tmp_path: Path,
) -> None:
    film = costing(tmp_path, ["bad 1", SAID], Price(1.2, 1.2), CENT)
    assert ended(film.work()) is ExitCode.DECISION
    assert "words says that it cost $1.20, and $0.50–1.00 was agreed to" in film.said
    assert "more answers than its price counts" in film.said
    assert asked(film) == 1
    assert read_ledger(film.root).bill == Price(0.5, 1.2)
    assert ended(film.work(limit=Limit(cap=1.69))) is ExitCode.MONEY
    assert film.work(limit=Limit(cap=1.7)).codes == set()
    assert read_ledger(film.root).bill == Price(0.51, 1.21)


@pytest.mark.parametrize(
    ("answers", "costs"),
    [
        (["bad 1", SAID], [Price(0.9, 0.9), Price(0.9, 0.9)]),
        (["part", "bad 2", SAID], [Price(0.3, 0.51), CENT, CENT]),
    ],
)
def test_an_answer_that_took_the_room_of_the_next_one_ends_the_asking(
    tmp_path: Path, answers: list[str], costs: list[Price]
) -> None:
    film = costing(tmp_path, answers, *costs)
    assert ended(film.work(limit=Limit(cap=1.0))) is ExitCode.DECISION
    assert "more answers than its price counts" in film.said
    assert asked(film) == 1
    bill = read_ledger(film.root).bill.high
    assert bill is not None
    assert bill <= 1.0


def test_an_answer_that_does_not_tell_takes_the_room_of_one(tmp_path: Path) -> None:
    agreed = Tab(agreed=Price(0.0, 1.5))
    assert agreed.with_cost(CENT).has_room(MOST)
    assert agreed.with_cost(CENT).with_cost(None).has_room(MOST)
    assert not agreed.with_cost(CENT).with_cost(None).with_cost(None).has_room(MOST)
    assert agreed.with_cost(None).with_cost(None).with_cost(None).has_room(MOST)
    assert not agreed.with_cost(CENT).has_room(UNKNOWN_PRICE)
    assert Tab(agreed=UNKNOWN_PRICE).with_cost(CENT).has_room(UNKNOWN_PRICE)


def test_an_answer_that_counts_nothing_was_not_free(tmp_path: Path) -> None:
    film = costing(tmp_path, [SAID], FREE)
    assert film.work().codes == set()
    assert costs_written(film) == [None]
    assert read_ledger(film.root).bill == Price(0.5, 1.0)
    assert "stays at what was agreed to: it says that it cost nothing" in film.said


def test_the_command_that_goes_on_has_room_for_what_an_answer_still_lacks(tmp_path: Path) -> None:
    film = costing(tmp_path, ["bad 1", SAID], Price(1.2, 1.2), CENT)
    film.work()
    film.flags = {**film.flags, "max_cost": 1.3}
    outcome = film.work(limit=Limit(cap=1.3))
    circumstances = Circumstances(opened=film.open())
    line = last_line(film.root, outcome, ended(outcome), circumstances)
    assert line.endswith(" --max-cost 2.20")
    assert film.work(limit=Limit(cap=2.2)).codes == set()


def test_what_an_earlier_run_paid_is_room_for_what_goes_on_from_it(tmp_path: Path) -> None:
    film = costing(tmp_path, ["bad 1", SAID], CENT, CENT)
    fail_first(film, "charged", film_stops(film))
    film.work()
    assert read_ledger(film.root).bill == Price(0.01, 1.0)  # nobody knows that it is dead
    outcome = film.work(limit=Limit(cap=0.75))
    assert outcome.codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 2)
    assert read_ledger(film.root).bill == Price(0.02, 0.02)
    assert outcome.price == CENT  # what the earlier run paid, this one did not


def test_what_a_run_that_buys_nothing_reads_costs_nothing_new(tmp_path: Path) -> None:
    film = costing(tmp_path, [SAID], CENT)
    fail_first(film, "charged", film_stops(film))
    film.work()
    outcome = film.work(agreed=False)
    assert written(film) == ["a boat 2"]
    assert (outcome.paid, outcome.price) == (0, FREE)
    assert read_ledger(film.root).bill == CENT


def test_an_answer_of_the_disk_is_never_asked_what_it_cost(tmp_path: Path) -> None:
    film = costing(tmp_path, ["bad 1", "bad 2"], CENT, CENT)
    film.work()
    (film.root / ".vidgen/answers/narration-text-2").write_text("mended")
    assert film.work().codes == set()
    assert film.service.count("charged") == 2
    assert read_ledger(film.root).bill == Price(0.02, 0.02)


def test_a_refusal_that_was_paid_for_costs_what_it_told(tmp_path: Path) -> None:
    film = costing(tmp_path, ["refused"], CENT)
    assert film.work().codes == {ExitCode.FAILED}
    assert read_ledger(film.root).bill == CENT


def test_an_order_that_was_repaired_twice_over_runs_is_on_the_bill_once_each(
    tmp_path: Path,
) -> None:
    film = costing(tmp_path, ["part", "bad 1", "part", SAID], CENT, CENT, CENT, CENT)
    for _ in range(3):
        assert ended(film.work()) is ExitCode.DECISION
    assert film.work().codes == set()
    assert read_ledger(film.root).bill == Price(0.04, 0.04)


def test_a_free_answer_is_not_asked_what_it_cost(tmp_path: Path) -> None:
    film = costing(tmp_path, [SAID], CENT, price=FREE)
    assert film.work().codes == set()
    assert film.service.count("charged") == 0


def test_pictures_and_voices_that_answer_at_once_may_tell_it_too(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, SAID)
    speak(film)
    words, voice = film.specs

    class Voice:
        def __init__(self, context: Any) -> None:
            self.it = voice.factory(context)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.it, name)

        def charged(self, answer: bytes, request: Any) -> Price:
            return CENT

    film.specs = (words, evolve(voice, factory=Voice))
    outcome = film.work()
    assert outcome.codes == set()
    assert read_ledger(film.root).bill == Price(0.51, 1.01)
