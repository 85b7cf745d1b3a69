"""Who only looks reads what the real run would say of money: the price, and what a limit means."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from pathlib import Path

import pytest
from attrs import evolve

from vidgen_core.cli.results import print_plan
from vidgen_core.errors import CapReached
from vidgen_core.opening import Opened
from vidgen_core.plan import Plan
from vidgen_core.specs import FREE, UNKNOWN_PRICE, Price

from .test_consent import ENGINE, ONE_CLIP, clips, opened_with

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")


def shown(opened: Opened, plan: Plan, lacking: CapReached | None = None) -> list[str]:
    results = io.StringIO()
    print_plan(opened, plan, Namespace(json=False, verbose=False, results=results), None, lacking)
    return results.getvalue().splitlines()


@pytest.mark.parametrize(
    ("paid", "cap", "said"),
    [
        (Price(), 9.0, "limit in all: $9.00"),
        (Price(), 0.5, "limit in all: $0.50"),
        (
            Price(),
            0.3,
            "limit in all: $0.30, too low for this: stops when it is reached",
        ),
        (
            Price(3.2, 3.2),
            3.6,
            "limit in all: $3.60, $0.40 left, too low for this: stops when it is reached",
        ),
        (
            Price(3.2, 3.2),
            1.0,
            "limit in all: $1.00, exceeded by $2.20 already: nothing is bought",
        ),
        (
            UNKNOWN_PRICE,
            9.0,
            "limit in all: $9.00, and what was spent is not known: nothing is bought below a limit",
        ),
    ],
)
def test_the_limit_stands_below_the_price(
    paid: Price, cap: float, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    opened = opened_with(tmp_path, paid, max_cost=cap)
    assert shown(opened, ONE_CLIP)[-2:] == ["  price: $0.40–0.50", f"  {said}"]


def test_a_limit_that_stands_for_all_films_is_said_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDGEN_MAX_COST", "0.3")
    assert "limit in all: $0.30, too low for this" in shown(opened_with(tmp_path), ONE_CLIP)[-1]


def test_what_has_no_price_is_not_bought_below_a_limit(tmp_path: Path) -> None:
    said = shown(opened_with(tmp_path, max_cost=9.0), clips(UNKNOWN_PRICE))[-1]
    assert said == "  limit in all: $9.00, and what has no known price is not bought below a limit"


def test_nobody_knows_whether_there_is_room_for_a_film_without_a_price(tmp_path: Path) -> None:
    opened = opened_with(tmp_path, max_cost=9.0, unknown_price=0.5)
    film = evolve(clips(), bounds={(ENGINE, "paid"): UNKNOWN_PRICE})
    assert "limit in all: $9.00, perhaps too low for this" in shown(opened, film)[-1]


def test_without_a_limit_the_price_is_the_last_word(tmp_path: Path) -> None:
    assert shown(opened_with(tmp_path), ONE_CLIP)[-1] == "  price: $0.40–0.50"


def test_of_what_is_free_no_limit_is_told(tmp_path: Path) -> None:
    said = shown(opened_with(tmp_path, Price(3.2, 3.2), max_cost=1.0), clips(FREE))
    assert said[-1] == "  price: nothing"


def test_what_is_refused_for_its_price_does_not_stop_at_the_limit(tmp_path: Path) -> None:
    refused = CapReached("it costs up to $0.50, and the limit is $0.30", advice="a higher one")
    said = shown(opened_with(tmp_path, max_cost=0.3), ONE_CLIP, refused)
    assert said[-1] == "  price: $0.40–0.50"


def test_the_object_has_the_limit_among_its_notes(tmp_path: Path) -> None:
    results = io.StringIO()
    opened = opened_with(tmp_path, max_cost=0.3)
    print_plan(opened, ONE_CLIP, Namespace(json=True, results=results), None, None)
    notes = json.loads(results.getvalue())["notes"]
    assert any("limit in all: $0.30, too low" in note for note in notes)
