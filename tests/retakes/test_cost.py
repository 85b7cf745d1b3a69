"""``vidgen cost``: the sum of what was paid, by provider, and what nobody knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vidgen_core.cli.accounts import account_lines, accounts, as_object
from vidgen_core.errors import Billed, ExitCode, Refused, Unavailable
from vidgen_core.ledger import Charge, InFlight, Ledger
from vidgen_core.model import Key, Step
from vidgen_core.settings.core_options import CoreOptions
from vidgen_core.specs import UNKNOWN_PRICE, Price, ProviderKind

from ..fakes import PRICE
from ..run_directories import everything
from .studio import PLAIN, Studio

ENGINE = ProviderKind.VIDEO_ENGINE


def charge(
    clip: int, price: Price, billed: Billed = Billed.YES, provider: str = "luma", take: int = 1
) -> Charge:
    return Charge(
        key=Key(Step.CLIP, 1, clip),
        take=take,
        provider=provider,
        kind=ENGINE,
        price=price,
        billed=billed,
    )


def in_flight(clip: int) -> InFlight:
    key = Key(Step.CLIP, 1, clip)
    return InFlight(key=key, take=1, provider="luma", kind=ENGINE, token="", job="j")


LEDGER = Ledger(
    charges=(
        charge(1, Price(0.40, 0.50)),
        charge(2, Price(0.40, 0.50)),
        charge(3, Price(0.20, 0.20), Billed.UNKNOWN),
        charge(4, Price(9.00, 9.00), Billed.NO),
        charge(5, Price(1.00, 1.00), provider="fal"),
        charge(6, UNKNOWN_PRICE, provider="fal"),
    ),
    in_flight={Key(Step.CLIP, 1, 2): in_flight(2)},
    forgotten=frozenset({Key(Step.SOUND, 7)}),
)


def lines(ledger: Ledger, verbose: bool = False, **options: float) -> list[str]:
    core = CoreOptions(**options)  # type: ignore[arg-type]
    return list(account_lines(ledger, accounts(ledger), core, verbose=verbose))


def test_it_is_summed_by_provider_and_what_is_unknown_is_said() -> None:
    assert lines(LEDGER) == [
        "luma: 2 pieces of work, $0.80–1.00; 1 of it still under way; "
        "1 piece in doubt, $0.20 if charged",
        "fal: 2 pieces of work, at least $1.00",
        "in all: at least $1.80, with 1 piece of work whose price is not known",
        "1 piece of work asked for before the journal was lost: not in the sum",
    ]


def test_what_was_not_charged_is_not_in_the_sum() -> None:
    assert lines(Ledger(charges=(charge(1, Price(3, 3), Billed.NO),))) == [
        "nothing was paid for here"
    ]


def test_verbose_names_each_piece_of_work() -> None:
    said = lines(LEDGER, verbose=True)
    assert "  scene 1 clip 1: $0.40–0.50, charged" in said
    assert "  scene 1 clip 3: $0.20, in doubt" in said


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({"max_cost": 20.0}, "limit: $20.00, not known what is left"),
        ({"max_cost": 20.0, "unknown_price": 0.8}, "limit: $20.00, $17.00 left"),
        ({"max_cost": 3.0, "unknown_price": 0.8}, "limit: $3.00, $0.00 left"),
        ({"max_cost": 1.0, "unknown_price": 0.8}, "limit: $1.00, exceeded by $2.00"),
    ],
)
def test_what_is_left_of_the_limit_counts_the_most_that_all_may_have_cost(
    options: dict[str, float], left: str
) -> None:
    assert lines(LEDGER, **options)[-1] == left


def test_its_object_has_the_same_numbers() -> None:
    core = CoreOptions(max_cost=20.0, unknown_price=0.8)
    value = as_object(LEDGER, accounts(LEDGER), core)
    luma, fal = value["providers"]
    assert luma == {
        "provider": "luma",
        "paid": {"pieces": 2, "price": {"low": 0.8, "high": 1.0}},
        "in_flight": {"pieces": 1, "price": {"low": 0.4, "high": 0.5}},
        "in_doubt": {"pieces": 1, "price": {"low": 0.2, "high": 0.2}},
        "total": {"low": 0.8, "high": 1.2},
        "unknown": 0,
    }
    assert fal["total"] == {"low": 1.0, "high": None}
    assert value["total"] == {"low": 1.8, "high": None}
    assert (value["unknown"], value["max_cost"], value["left"]) == (1, 20.0, 17.0)
    assert value["forgotten"] == ["sound-7"]


def test_a_directory_is_read_and_not_written_and_free_work_is_not_named(studio: Studio) -> None:
    studio.made("--sound-engine", "hums", "--skip-narration")
    studio.vidgen("redo", "--scene", "2", "--yes")
    studio.vidgen("undo")
    before = everything(studio.root)
    ended = studio.vidgen("cost")
    assert ended.code == 0
    assert ended.out.startswith(f"paid: 4 pieces of work, {PRICE + PRICE + PRICE + PRICE}")
    assert "hums" not in ended.out
    assert everything(studio.root) == before
    assert studio.vidgen("cost", "--json").json["providers"][0]["paid"]["pieces"] == 4


def test_where_nothing_was_paid_it_says_so(studio: Studio) -> None:
    before = everything(studio.root)
    ended = studio.vidgen("cost")
    assert (ended.code, ended.out) == (0, "nothing was paid for here\n")
    assert everything(studio.root) == before
    assert studio.vidgen("cost", "--json").json["total"] == {"low": 0.0, "high": 0.0}


def test_refused_work_costs_nothing_and_lost_answers_are_in_doubt(studio: Studio) -> None:
    studio.service.trouble["submit"] = [Refused("no boats"), None]
    studio.service.trouble["submitted"] = [Unavailable("the line went dead")]
    ended = studio.vidgen("continue", "--engine", "paid", "--yes", *PLAIN)
    assert ended.code == ExitCode.DECISION
    (account,) = studio.vidgen("cost", "--json").json["providers"]
    assert account["paid"]["pieces"] + account["in_doubt"]["pieces"] == sum(
        studio.service.bill().values()
    )
    assert account["in_doubt"]["pieces"] == 1


def test_the_documented_object_has_the_keys_that_are_printed() -> None:
    page = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
    part = page.partition("## `vidgen cost DIR --json`")[2]
    documented = json.loads(part.partition("```json\n")[2].partition("```")[0])
    value = as_object(LEDGER, accounts(LEDGER), CoreOptions(max_cost=20.0))
    assert list(documented) == ["schema", "directory", *value]
    assert list(documented["providers"][0]) == list(value["providers"][0])
