"""What answers say that they cost makes a bill exact, and never lower than it may become."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import layout
from vidgen_core.errors import Billed
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.ledger import InFlight, Published
from vidgen_core.model import Key, Step
from vidgen_core.specs import UNKNOWN_PRICE, Price, ProviderKind

from .test_charges import sealed

WORDS = Key(Step.NARRATION_TEXT)
AGREED = Price(0.02, 0.75)
FIRST, SECOND = Price(0.25, 0.25), Price(0.125, 0.125)


def work(take: int = 1, *, covered: bool = False, price: Price = AGREED) -> InFlight:
    return InFlight(
        key=WORDS,
        take=take,
        provider="words",
        kind=ProviderKind.SCRIPT_MODEL,
        token="t",
        price=price,
        covered=covered,
        since=7.0,
    )


def file(take: int = 1) -> Published:
    return Published(path="a.txt", size=1, mtime_ns=1, sha256="f", take=take, paid=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / layout.STATE).mkdir()
    return tmp_path


def bill(root: Path) -> Price:
    ledger = read_ledger(root)
    assert not ledger.damage
    return ledger.bill


def test_while_more_may_be_asked_at_a_price_all_of_it_counts(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        assert bill(root) == Price(0.0, 0.75)
        journal.answered(WORDS, 1, FIRST)
        assert bill(root) == Price(0.25, 0.75)
        journal.intent(work(2, covered=True))
        assert bill(root) == Price(0.25, 0.75)
        journal.answered(WORDS, 2, SECOND)
        assert bill(root) == Price(0.375, 0.75)
        journal.published(WORDS, file(2))
        assert bill(root) == Price(0.375, 0.375)
        assert journal.ledger.bill == bill(root)


@pytest.mark.parametrize("billed", [Billed.YES, Billed.UNKNOWN])
def test_an_order_that_ended_costs_what_its_answers_told(root: Path, billed: Billed) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
        journal.ended(WORDS, 1, "refused", billed)
    assert bill(root) == Price(0.25 if billed is Billed.YES else 0.0, 0.25)


def test_a_new_order_of_the_same_ends_the_one_before(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
        journal.intent(work(2))
        assert bill(root) == Price(0.25, 1.0)
        journal.answered(WORDS, 2, SECOND)
        journal.published(WORDS, file(2))
    assert bill(root) == Price(0.375, 0.375)


def test_one_answer_that_told_nothing_leaves_room_for_all_that_was_agreed_to(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
        journal.intent(work(2, covered=True))
        journal.answered(WORDS, 2)
        journal.published(WORDS, file(2))
    assert bill(root) == Price(0.25, 0.75)


def test_an_answer_that_never_came_may_have_cost_all_that_is_left(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
        journal.intent(work(2, covered=True))
        journal.ended(WORDS, 2, "lost", Billed.UNKNOWN)
    assert bill(root) == Price(0.25, 0.75)


def test_a_further_request_that_was_not_charged_counts_nothing_and_may_be_sent_again(
    root: Path,
) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
        journal.intent(work(2, covered=True))
        journal.ended(WORDS, 2, "busy", Billed.NO)
        assert bill(root) == Price(0.25, 0.75)
        journal.intent(work(3, covered=True))
        journal.answered(WORDS, 3, SECOND)
        journal.published(WORDS, file(3))
    assert bill(root) == Price(0.375, 0.375)


def test_an_answer_that_cost_nothing_after_all_is_on_no_bill(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
        journal.ended(WORDS, 1, "blocked", Billed.NO)
    assert bill(root) == Price(0.0, 0.0)


@pytest.mark.parametrize("cost", [None, UNKNOWN_PRICE])
def test_a_journal_that_does_not_know_what_answers_cost_reads_as_before(
    root: Path, cost: Price | None
) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, cost)
        journal.published(WORDS, file())
    assert bill(root) == AGREED


def test_more_than_was_agreed_to_is_on_the_bill_and_the_agreed_price_is_not_given_up(
    root: Path,
) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, Price(0.9, 0.9))
        assert bill(root) == Price(0.02, 0.9)
        journal.published(WORDS, file())
    assert bill(root) == Price(0.02, 0.9)


def test_what_adds_up_to_what_was_agreed_to_is_not_more_by_the_dust_of_sums(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work(price=Price(0.3, 0.3)))
        for take in (1, 2, 3):
            if take > 1:
                journal.intent(work(take, covered=True))
            journal.answered(WORDS, take, Price(0.1, 0.1))
        assert bill(root) == Price(0.3, 0.3)
        journal.published(WORDS, file(3))
    assert bill(root).low == pytest.approx(0.3)


def test_a_price_that_nobody_knew_is_known_once_the_answer_told_it(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work(price=UNKNOWN_PRICE))
        journal.answered(WORDS, 1, FIRST)
        assert bill(root) == Price(0.25, None)
        journal.published(WORDS, file())
    assert bill(root) == FIRST


def test_what_a_dead_process_ordered_is_closed_by_the_next_where_all_of_it_told(
    root: Path,
) -> None:
    other = Key(Step.ENVIRONMENTS)
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
        journal.intent(evolve(work(), key=other))
        journal.answered(other, 1)
    with Journal(root) as journal:
        assert journal.ledger.bill == Price(0.27, 1.5)
        journal.close_orders()
        assert journal.ledger.bill == bill(root) == Price(0.27, 1.0)
        size = (root / layout.JOURNAL).stat().st_size
        journal.close_orders()
        assert (root / layout.JOURNAL).stat().st_size == size


@pytest.mark.parametrize(
    "cost", [{"low": -1.0, "high": 1.0}, {"low": 2.0, "high": 1.0}, {"low": "x"}, [], 0.1]
)
def test_a_cost_that_is_no_price_is_damage_and_makes_no_room(root: Path, cost: object) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(WORDS, 1, FIRST)
    path = root / layout.JOURNAL
    *lines, last = path.read_bytes().splitlines()
    record = {**json.loads(last), "cost": cost}
    path.write_bytes(b"\n".join([*lines, sealed(record)]) + b"\n")
    ledger = read_ledger(root)
    assert ledger.damage
    assert ledger.bill == Price(0.0, 0.75)


#: What becomes of a request: the cents that it truly cost, and whether its answer tells them.
_REQUESTS = st.tuples(
    st.sampled_from(["answered", "told", "told", "told", "lost", "not charged"]),
    st.integers(0, 40),
)
#: One price, the requests at it (25 cents each were agreed to, plus the first), and how it ends.
_ORDERS = st.tuples(
    st.lists(_REQUESTS, min_size=1, max_size=4),
    st.sampled_from(["published", "ended", "left", "killed"]),
)


@settings(deadline=None, max_examples=150)
@given(orders=st.lists(_ORDERS, max_size=5))
def test_the_bill_holds_what_was_paid_and_what_may_come_and_is_exact_once_all_is_told(
    tmp_path_factory: pytest.TempPathFactory,
    orders: list[tuple[list[tuple[str, int]], str]],
) -> None:
    root = tmp_path_factory.mktemp("orders")
    (root / layout.STATE).mkdir()
    take, paid, all_told = 0, 0, True
    journal = Journal(root)
    for requests, ending in orders:
        agreed = Price(0.0, 0.4 * len(requests))
        for number, (what, cents) in enumerate(requests):
            take += 1
            journal.intent(work(take, covered=number > 0, price=agreed))
            if what == "not charged":
                journal.ended(WORDS, take, "busy", Billed.NO)
                if number == 0:
                    break
            elif what == "lost":
                paid, all_told = paid + cents, False
                journal.ended(WORDS, take, "lost", Billed.UNKNOWN)
                break
            else:
                paid += cents
                told = Price(cents / 100, cents / 100) if what == "told" else None
                all_told = all_told and told is not None
                journal.answered(WORDS, take, told)
            most = journal.ledger.bill.high
            to_come = 0.4 * (len(requests) - number - 1)
            assert most is not None
            assert paid / 100 + to_come <= most + 1e-9
        if ending == "published":
            journal.published(WORDS, file(take))
        elif ending == "ended" and WORDS in journal.ledger.in_flight:
            last = journal.ledger.in_flight[WORDS].take
            journal.ended(WORDS, last, "over", Billed.YES)
        elif ending == "killed":
            journal.__exit__(None, None, None)
            journal = Journal(root)
            journal.close_orders()
        now = journal.ledger
        assert now.bill.high is not None
        assert now.bill.low - 1e-9 <= paid / 100 <= now.bill.high + 1e-9
        assert now.charges == read_ledger(root).charges
    journal.close_orders()
    last = journal.ledger.bill
    journal.__exit__(None, None, None)
    if all_told:
        assert last.low == pytest.approx(paid / 100)
        assert last.high == pytest.approx(paid / 100)
