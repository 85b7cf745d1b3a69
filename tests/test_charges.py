"""What a directory has cost: each submit once, whatever became of it."""

from __future__ import annotations

import json
import math
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import layout
from vidgen_core.errors import Billed
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.ledger import Charge, InFlight, Published
from vidgen_core.model import Key, Step
from vidgen_core.specs import FREE, UNKNOWN_PRICE, Price, ProviderKind

CLIP = Key(Step.CLIP, 1, 1)
PRICE = Price(0.4, 0.6)


def work(key: Key = CLIP, take: int = 1, price: Price = PRICE, job: str = "") -> InFlight:
    return InFlight(
        key=key,
        take=take,
        provider="paid",
        kind=ProviderKind.VIDEO_ENGINE,
        token="t",
        price=price,
        job=job,
        since=7.0,
    )


def charge(billed: Billed, take: int = 1, price: Price = PRICE) -> Charge:
    return Charge(
        key=CLIP,
        take=take,
        provider="paid",
        kind=ProviderKind.VIDEO_ENGINE,
        price=price,
        billed=billed,
        since=7.0,
    )


def file(take: int = 1) -> Published:
    return Published(
        path="a.mp4", size=1, mtime_ns=1, sha256="f", take=take, paid=True, job="job-1"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / layout.STATE).mkdir()
    return tmp_path


def sealed(record: dict[str, object]) -> bytes:
    """The line of a journal with a checksum that fits."""
    record.pop("crc", None)
    body = json.dumps(record, separators=(",", ":"))
    return f'{{"crc":"{zlib.crc32(body.encode()):08x}",{body[1:]}'.encode()


def charges(root: Path) -> tuple[Charge, ...]:
    return read_ledger(root).charges


def test_a_submit_is_in_doubt_until_its_job_is_known(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        assert charges(root) == (charge(Billed.UNKNOWN),)
        assert read_ledger(root).bill == Price(0.0, 0.6)
        journal.submitted(CLIP, 1, "job-1", {})
        assert charges(root) == (charge(Billed.YES),)
        journal.published(CLIP, file())
        assert charges(root) == (charge(Billed.YES),)
    assert read_ledger(root).bill == PRICE


def test_an_answer_that_came_was_charged(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.answered(CLIP, 1)
    assert charges(root) == (charge(Billed.YES),)


@pytest.mark.parametrize("billed", list(Billed))
@pytest.mark.parametrize("known", [True, False])
def test_how_it_ended_tells_whether_it_was_charged(root: Path, billed: Billed, known: bool) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        if known:
            journal.submitted(CLIP, 1, "job-1", {})
        journal.ended(CLIP, 1, "it failed", billed)
    assert charges(root) == (charge(billed),)


def test_what_is_bought_once_more_in_doubt_counts_twice(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.intent(work(take=2))
        journal.submitted(CLIP, 2, "job-2", {})
    assert charges(root) == (charge(Billed.UNKNOWN), charge(Billed.YES, take=2))
    assert read_ledger(root).bill == Price(0.4, 1.2)


@pytest.mark.parametrize("ending", ["published", *Billed])
def test_fetching_a_broken_file_again_costs_nothing_however_it_ends(
    root: Path, ending: str
) -> None:
    with Journal(root) as journal:
        journal.intent(work())
        journal.submitted(CLIP, 1, "job-1", {})
        journal.published(CLIP, file())
        journal.intent(work(price=UNKNOWN_PRICE, job="job-1"))
        if ending == "published":
            journal.published(CLIP, file())
        else:
            journal.ended(CLIP, 1, "it is gone", Billed(ending))
        assert charges(root) == (charge(Billed.YES),)
        journal.intent(work(take=2))
        journal.ended(CLIP, 2, "refused", Billed.NO)
    assert charges(root) == (charge(Billed.YES), charge(Billed.NO, take=2))


def test_free_work_at_a_service_is_no_charge(root: Path) -> None:
    with Journal(root) as journal:
        journal.intent(work(price=FREE))
        journal.submitted(CLIP, 1, "job-1", {})
    assert charges(root) == ()


@pytest.mark.parametrize(
    "price",
    [{"low": -1000.0, "high": -1000.0}, {"low": 2.0, "high": 1.0}, {"low": -1.0, "high": None}],
)
def test_a_charge_that_is_no_price_is_damage_and_makes_no_room(
    root: Path, price: dict[str, object]
) -> None:
    with Journal(root) as journal:
        journal.intent(work())
    path = root / layout.JOURNAL
    first, second = path.read_bytes().splitlines()
    record = json.loads(second)
    record["work"]["price"] = price
    path.write_bytes(first + b"\n" + sealed(record) + b"\n")
    ledger = read_ledger(root)
    assert "a price is two amounts" in ledger.damage
    assert ledger.bill == FREE


@pytest.mark.parametrize(
    "ends",
    [(-1.0, 1.0), (2.0, 1.0), (0.0, math.inf), (math.nan, 1.0), (0.0, math.nan), (-1.0, None)],
)
def test_what_is_no_price_cannot_be_made(ends: tuple[float, float | None]) -> None:
    with pytest.raises(ValueError, match="two amounts"):
        Price(*ends)


def test_an_unknown_price_makes_the_sum_unknown_above(root: Path) -> None:
    with Journal(root) as journal:
        for number, price in enumerate((PRICE, UNKNOWN_PRICE), start=1):
            journal.intent(work(take=number, price=price))
            journal.submitted(CLIP, number, f"job-{number}", {})
    assert read_ledger(root).bill == Price(0.4, None)


endings = st.sampled_from(["intent", "job", "answer", "file", *Billed])


@settings(deadline=None, max_examples=60)
@given(takes=st.lists(st.tuples(endings, st.integers(1, 90)), max_size=8))
def test_the_bill_lies_between_its_bounds_whatever_the_doubts_hide(
    tmp_path_factory: pytest.TempPathFactory, takes: list[tuple[str, int]]
) -> None:
    root = tmp_path_factory.mktemp("bill")
    (root / layout.STATE).mkdir()
    surely = perhaps = 0
    with Journal(root) as journal:
        for take, (ending, cents) in enumerate(takes, start=1):
            journal.intent(work(take=take, price=Price(cents / 100, cents / 100)))
            if ending in ("job", "file"):
                journal.submitted(CLIP, take, f"job-{take}", {})
            if ending == "answer":
                journal.answered(CLIP, take)
            if ending == "file":
                journal.published(CLIP, file(take))
            if ending in tuple(Billed):
                journal.ended(CLIP, take, "over", Billed(ending))
            surely += cents if ending in ("job", "answer", "file", Billed.YES) else 0
            perhaps += cents if ending in ("intent", Billed.UNKNOWN) else 0
        assert journal.ledger.charges == read_ledger(root).charges
    bill = read_ledger(root).bill
    assert bill.low == pytest.approx(surely / 100)
    assert bill.high == pytest.approx((surely + perhaps) / 100)
