"""An order of which the answer was lost is found again, or put to the user: never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger

from ..extent import some
from .customers import (
    FILM,
    Customer,
    assert_books_agree,
    assert_paid_once,
    clips,
    film_of,
    jobs_shown,
)

ORDER = {"luma": "luma.video", "ltx": "fal.submit"}


def killed_while_ordering(customer: Customer, engine: str, *, arrived: bool = True) -> Path:
    """Kill a run of two scenes while it waits for the answer to its second order."""
    service, route = customer.service, ORDER[engine]
    service.trouble(route, "hang", at=2, done=arrived)
    root = customer.scenes(2)
    command = ("continue", root, "--engine", engine, *FILM)
    customer.killed_once(command, lambda: len(service.requests(route)) == 2)
    service.clear()
    assert len(customer.bill()) == 1 + arrived
    return root


def in_doubt(customer: Customer) -> tuple[Path, str]:
    """Let LTX take the second of three clips and lose the answer; return that job, too."""
    customer.service.trouble("fal.submit", "drop", at=2)
    root = customer.scenes(3)
    ended = customer.finish(root, "ltx")
    assert ended.code == ExitCode.DECISION, ended.err
    assert "--in-doubt" in ended.err
    assert len(clips(root)) == 1  # the third begins where the second ends
    assert customer.orders() == len(customer.bill()) == 2
    return root, customer.bill()[1].job


def test_luma_is_asked_for_what_it_took_when_a_kill_hid_it(customer: Customer) -> None:
    root = killed_while_ordering(customer, "luma")
    ended = customer.finish(root)
    assert ended.code == 0, ended.err
    assert customer.orders() == 2
    assert_paid_once(root, customer.service)


def test_what_never_reached_luma_is_ordered_in_the_end(customer: Customer) -> None:
    root = killed_while_ordering(customer, "luma", arrived=False)
    ended = customer.finish(root)
    assert ended.code == 0, ended.err
    assert customer.orders() == 3
    assert_paid_once(root, customer.service)


@pytest.mark.parametrize("mode", some(["drop", "truncated", "html", "500"], 1))
def test_an_answer_of_luma_that_was_lost_costs_nothing_twice(customer: Customer, mode: str) -> None:
    customer.service.trouble("luma.video", mode, done=True, times=2)
    root = customer.scenes(2)
    ended = customer.finish(root, "luma")
    assert ended.code == 0, ended.err
    assert customer.orders() == 2
    assert_paid_once(root, customer.service)


def test_ltx_may_have_taken_it_and_the_user_is_asked(customer: Customer) -> None:
    root = killed_while_ordering(customer, "ltx")
    for _ in range(2):
        ended = customer.finish(root)
        assert ended.code == ExitCode.DECISION, ended.err
        assert "--in-doubt" in ended.err
    assert customer.orders() == 2
    job = customer.bill()[1].job
    ended = customer.finish(root, "", "--in-doubt", f"adopt={job}")
    assert ended.code == 0, ended.err
    assert customer.orders() == 2
    assert_paid_once(root, customer.service)


@pytest.mark.parametrize("name", some(["", "clip-2-1:"], 1))
def test_an_order_in_doubt_is_adopted_by_its_id(customer: Customer, name: str) -> None:
    root, job = in_doubt(customer)
    ended = customer.finish(root, "", "--in-doubt", f"adopt={name}{job}")
    assert ended.code == 0, ended.err
    assert_paid_once(root, customer.service)
    assert customer.orders() == 3
    assert jobs_shown(root, customer.service) == [1, 2, 3]


def test_waiting_buys_nothing(customer: Customer) -> None:
    root, _ = in_doubt(customer)
    ended = customer.finish(root, "", "--in-doubt", "wait")
    assert ended.code == ExitCode.DECISION, ended.err
    assert customer.orders() == 2
    assert len(clips(root)) == 1


def test_buying_again_is_counted_twice(customer: Customer) -> None:
    root, lost = in_doubt(customer)
    ended = customer.finish(root, "", "--in-doubt", "again")
    assert ended.code == 0, ended.err
    assert customer.orders() == len(customer.bill()) == 4
    assert jobs_shown(root, customer.service) == [1, 3, 4]
    ledger = read_ledger(root)
    assert len(ledger.charges) == 4
    high = ledger.bill.high
    assert high is not None
    assert high == pytest.approx(customer.usd())
    assert ledger.bill.low == pytest.approx(customer.usd() * 3 / 4)
    assert not ledger.in_flight
    assert lost in {charge.job for charge in customer.bill()}


def test_what_is_skipped_holds_nothing_up_and_is_still_known(customer: Customer) -> None:
    root, job = in_doubt(customer)
    ended = customer.finish(root, "", "--in-doubt", "skip")
    assert ended.code not in (0, ExitCode.BUG), ended.err
    assert len(clips(root)) == 2  # the third scene begins without a picture
    assert customer.orders() == 3
    ended = customer.finish(root, "", "--in-doubt", f"adopt={job}")
    assert ended.code == 0, ended.err
    assert customer.orders() == 3
    assert_paid_once(root, customer.service)


def test_an_id_that_was_mistyped_loses_no_job(customer: Customer) -> None:
    customer.service.trouble("fal.submit", "drop")
    root = customer.scenes(1)
    assert customer.finish(root, "ltx").code == ExitCode.DECISION
    (charge,) = customer.bill()
    nobody = "00000000-0000-4000-8000-000000000000"
    ended = customer.finish(root, "", "--in-doubt", f"adopt={nobody}")
    assert ended.code not in (0, ExitCode.BUG), ended.err
    ended = customer.finish(root, "", "--in-doubt", f"adopt={charge.job}")
    assert ended.code == 0, ended.err
    assert customer.orders() == 1
    film_of(root)


def test_where_nothing_is_in_doubt_the_choice_says_nothing(customer: Customer) -> None:
    root = customer.scenes(1)
    ended = customer.finish(root, "ltx", "--in-doubt", "again")
    assert ended.code == 0, ended.err
    assert customer.orders() == 1
    assert_books_agree(root, customer.service)
