"""A film by each engine, and films that one begins and the other finishes: paid once."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.errors import ExitCode

from .customers import FILM, Customer, assert_paid_once, clips, jobs_in_journal, jobs_shown

VENDORS = {"luma": "luma", "ltx": "fal"}


@pytest.mark.parametrize("engine", VENDORS)
def test_a_generated_film_costs_one_submit_for_each_clip(customer: Customer, engine: str) -> None:
    ended = customer.generate(engine)
    assert ended.code == 0, ended.err
    root = customer.run
    assert root is not None
    assert_paid_once(root, customer.service)
    assert customer.orders() == len(clips(root)) == 2
    assert {charge.vendor for charge in customer.bill()} == {VENDORS[engine]}
    assert f"charged ${customer.usd():.2f}" in ended.err


def test_what_luma_began_until_its_credit_was_gone_ltx_finishes(customer: Customer) -> None:
    customer.service.trouble("luma.video", "out-of-credit", at=2, times=None)
    root = customer.scenes(3)
    assert customer.finish(root, "luma").code == ExitCode.MONEY
    assert len(customer.bill("luma")) == 1
    ended = customer.finish(root, "ltx")
    assert ended.code == 0, ended.err
    assert_paid_once(root, customer.service)
    assert [charge.vendor for charge in customer.bill()] == ["luma", "fal", "fal"]
    assert jobs_shown(root, customer.service) == [1, 2, 3]
    # Luma's last picture went up, for LTX to go on from.
    assert all("image_url" in one.body for one in customer.service.requests("fal.submit"))


def test_what_ltx_began_until_it_was_killed_luma_finishes(customer: Customer) -> None:
    root = customer.scenes(3)
    command = ("continue", root, "--engine", "ltx", *FILM)
    customer.killed_once(command, lambda: clips(root))
    begun = len(customer.bill("fal"))
    ended = customer.finish(root, "luma", "--frame-host", "fal")
    assert ended.code == 0, ended.err
    assert_paid_once(root, customer.service)
    assert len(customer.bill("fal")) == begun < 3
    assert jobs_shown(root, customer.service) == [1, 2, 3]
    first = customer.service.requests("luma.video")[0].body["keyframes"]["frame0"]
    assert first["type"] == "image"
    assert first["url"].startswith(customer.service.base)


def test_a_job_of_luma_in_flight_is_collected_while_ltx_makes_the_rest(customer: Customer) -> None:
    service = customer.service
    service.trouble("luma.video", "slow-queue", at=2)
    root = customer.scenes(3)
    command = ("continue", root, "--engine", "luma", *FILM)
    customer.killed_once(command, lambda: _in_journal(root, 2))
    assert len(clips(root)) == 1
    service.advance(7200)
    ended = customer.finish(root, "ltx")
    assert ended.code == 0, ended.err
    assert_paid_once(root, service)
    assert [charge.vendor for charge in customer.bill()] == ["luma", "luma", "fal"]
    assert len(service.requests("luma.video")) == 2
    assert jobs_shown(root, service) == [1, 2, 3]


def _in_journal(root: Path, count: int) -> bool:
    return (root / ".vidgen/journal.jsonl").exists() and len(jobs_in_journal(root)) == count
