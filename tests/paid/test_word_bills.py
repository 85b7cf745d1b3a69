"""What words cost is known once they are there, and what was not spent is there for the rest."""

from __future__ import annotations

import json

import pytest

from vidgen_core.errors import Billed
from vidgen_core.journal import read_ledger

from ..command_line import PICTURES_ONLY
from ..generate_runs import SMALL, script_file
from .crews import SCRIPT, in_doubt
from .customers import Customer, film_of

#: Two clips cost 0.80; what the words may have cost at most does not fit beside them.
LIMIT = 1.0
#: Its price is the same on every day.
STEADY = ("--set", "gemini.model=gemini-3.5-flash-lite")


def assert_equal(customer: Customer) -> None:
    """The journal says what is on the bill, by provider, to what the service rounds."""
    root = customer.run
    assert root is not None
    told = read_ledger(root)
    assert all(charge.billed is Billed.YES for charge in told.charges)
    assert not in_doubt(root)
    for vendor in {charge.vendor for charge in customer.service.bill}:
        usd = sum(charge.usd or 0 for charge in customer.bill(vendor))
        prices = [charge.price for charge in told.charges if charge.provider == vendor]
        assert sum(price.low for price in prices) == pytest.approx(usd, abs=1e-5)
        assert sum(price.high or 0 for price in prices) == pytest.approx(usd, abs=1e-5)
    assert told.bill.high == pytest.approx(customer.usd(), abs=1e-3)


def generate(customer: Customer, *more: str) -> int:
    script = script_file(customer.home, SCRIPT)
    return customer.vidgen("generate", str(script), *SMALL, *PICTURES_ONLY, *more).code


def test_a_film_by_claude_and_luma_goes_on_below_its_limit_and_the_bill_is_exact(
    customer: Customer,
) -> None:
    words_and_clips = ("--model", "claude", "--engine", "luma", "--set", "luma.resolution=540p")
    assert generate(customer, *words_and_clips, "--max-cost", str(LIMIT)) == 0
    root = customer.run
    assert root is not None
    film_of(root)
    assert customer.usd() < LIMIT
    agreed = [
        record["work"]["price"]["high"]
        for record in map(json.loads, (root / ".vidgen/journal.jsonl").read_text().splitlines())
        if record["kind"] == "intent"
    ]
    assert sum(agreed) > LIMIT  # as it was agreed to, all of it would not fit
    assert_equal(customer)
    said = customer.vidgen("cost", root).out
    assert "claude: 3 pieces of work, $0.00" in said
    assert "–" not in said


@pytest.mark.parametrize("sdk", ["generativeai", "genai"])
def test_an_answer_that_was_repaired_is_on_the_bill_with_the_one_before(
    customer: Customer, sdk: str
) -> None:
    customer.service.trouble("gemini.generate", "max-tokens")
    gemini = ("--model", "gemini", *STEADY, "--set", f"gemini.sdk={sdk}")
    assert generate(customer, *gemini, "--metadata-only", "--yes") == 0
    assert len(customer.service.bill) == 4
    assert_equal(customer)
