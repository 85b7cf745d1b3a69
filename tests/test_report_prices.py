"""What work costs is said before it is bought, and what a directory has cost, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import evolve

from vidgen_core.errors import Billed
from vidgen_core.ledger import Charge, InFlight, Ledger
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened
from vidgen_core.plan import Decision, Plan, Task
from vidgen_core.report import as_json, text, words
from vidgen_core.report.prices import in_whole_cents
from vidgen_core.scenes_file import UNWRITTEN
from vidgen_core.specs import UNKNOWN_PRICE, Price, ProviderKind

from .looks import ENGINE, analysed, look
from .planning_files import engine, images, providers, sounds
from .run_directories import begin
from .terminals import Terminal

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")

CLIPS, PICTURES = ProviderKind.VIDEO_ENGINE, ProviderKind.IMAGE_GENERATOR


def bought(number: int, price: Price, kind: ProviderKind = CLIPS, provider: str = "luma") -> Task:
    key = Key(Step.CLIP if kind is CLIPS else Step.FIRST_FRAME, number, 1 if kind is CLIPS else 0)
    return Task(
        key=key, decision=Decision.MAKE, output=key.id, kind=kind, provider=provider, price=price
    )


def priced(
    root: Path, *tasks: Task, bounds: Mapping[tuple[ProviderKind, str], Price] | None = None
) -> tuple[Opened, Plan]:
    """A plan of *tasks*, where luma's prices have a date and the others' have none."""
    opened, plan = look(root, **ENGINE)
    installed = (engine(name="luma", priced_on="2025-10-01"), images(name="luma"), sounds())
    chosen = evolve(opened.selection, providers=providers(installed=installed))
    found = evolve(plan, tasks=(*tasks, plan.tasks[-1]), bounds=bounds or {})
    return evolve(opened, selection=chosen), found


def test_who_is_paid_and_by_which_prices_is_said_before_the_sum(tmp_path: Path) -> None:
    opened, plan = priced(
        begin(tmp_path, 2),
        bought(1, Price(0.4, 0.72)),
        bought(1, Price(0.03, 0.03), PICTURES),
        bought(2, Price(0.4, 0.72)),
        bought(3, Price(), provider="local"),
        bought(4, UNKNOWN_PRICE, provider="new"),
    )
    lines = text.steps(opened, plan).splitlines()[-5:]
    assert lines == [
        "  paid work:",
        "    luma, 2 clips: $0.80–1.44, prices of 2025-10-01",
        "    luma, 1 picture: $0.03, date of its prices unknown",
        "    new, 1 clip: price unknown",
        "  price: at least $0.83",
    ]
    assert text.price(opened, plan).splitlines() == lines


def test_before_there_are_scenes_the_most_is_said(tmp_path: Path) -> None:
    opened, plan = priced(
        begin(tmp_path, 1),
        bought(1, Price(0.5, 0.5), PICTURES),
        bounds={
            (CLIPS, "luma"): Price(0.0, 7.2),
            (PICTURES, "luma"): Price(0.0, 2.0),
            (ProviderKind.SOUND_ENGINE, "paid"): UNKNOWN_PRICE,
        },
    )
    assert text.price(opened, plan).splitlines() == [
        "  paid work:",
        "    luma, pictures: $0.50–2.50, date of its prices unknown",
        "    luma, clips: at most $7.20, prices of 2025-10-01",
        "    paid, sound effects: price unknown",
        "  price: at least $0.50",
    ]
    shares = as_json.state(opened, plan)["prices"]
    assert [share["pieces"] for share in shares] == [None, None, None]
    assert shares[1] == {
        "kind": "video-engine",
        "provider": "luma",
        "pieces": None,
        "low": 0.0,
        "high": 7.2,
        "priced_on": "2025-10-01",
    }
    assert (shares[0]["priced_on"], shares[2]["high"]) == (None, None)


@pytest.mark.parametrize("columns", [60, 200])
def test_each_price_is_one_line_of_a_narrow_and_of_a_wide_terminal(
    columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    some = [bought(number, Price(0.4, 1.27)) for number in range(1, 121)]
    said = text.price(*priced(begin(tmp_path, 1), *some))
    assert said.splitlines()[1] == "    luma, 120 clips: $48.00–152.40, prices of 2025-10-01"
    assert words.folded(said, Terminal()) == said


def test_who_only_looks_is_told_that_it_costs_nothing(tmp_path: Path) -> None:
    opened, plan = look(begin(tmp_path, 1), **ENGINE)
    assert text.foreseen(opened, plan) == f"{text.steps(opened, plan)}\n  price: nothing"
    root = opened.directory.root
    paid = priced(root, bought(1, Price(0.4, 0.4)))
    assert text.foreseen(*paid) == text.steps(*paid)
    asked = evolve(bought(1, Price(0.4, 0.4)), decision=Decision.ASK)
    lines = text.foreseen(*priced(root, asked)).splitlines()
    assert lines[-1] == "  price: nothing, but for what cannot be made yet"


def test_a_free_plan_says_nothing_of_money(tmp_path: Path) -> None:
    opened, plan = look(begin(tmp_path, 1), **ENGINE)
    assert text.price(opened, plan) == ""
    assert "price" not in text.steps(opened, plan)
    assert as_json.state(opened, plan)["prices"] == []
    assert not any("cost" in line or "flight" in line for line in analysed(opened.directory.root))


def charge(number: int, billed: Billed, price: Price = Price(0.5, 0.5)) -> Charge:  # noqa: B008
    key = Key(Step.CLIP, 1, number)
    return Charge(key=key, take=1, provider="luma", kind=CLIPS, price=price, billed=billed)


def test_what_a_directory_has_cost_and_what_is_on_its_way_is_said(tmp_path: Path) -> None:
    opened, plan = look(begin(tmp_path, 1), **ENGINE)
    half = Price(0.5, 0.5)
    work = InFlight(
        key=Key(Step.CLIP, 1, 3), take=1, provider="luma", kind=CLIPS, token="t", price=half
    )
    ledger = Ledger(
        charges=(
            charge(1, Billed.YES),
            charge(2, Billed.NO),
            charge(3, Billed.UNKNOWN),
            charge(4, Billed.YES, Price(1.0, 1.5)),
            charge(5, Billed.YES, UNKNOWN_PRICE),
            charge(6, Billed.YES, Price()),
        ),
        in_flight={
            work.key: work,
            Key(Step.CLIP, 1, 4): evolve(work, key=Key(Step.CLIP, 1, 4), job="j"),
            Key(Step.CLIP, 1, 5): evolve(
                work, key=Key(Step.CLIP, 1, 5), answered=True, price=UNKNOWN_PRICE
            ),
        },
    )
    paid = evolve(opened, ledger=ledger)
    assert text.analysis(paid, plan).splitlines()[-3:] == [
        "  cost so far: at least $1.50 for 3 paid pieces of work,"
        " 1 piece of work may have been charged ($0.50)",
        "  in flight: scene 1 clip 4 and scene 1 clip 5 at luma, at least $0.50",
        "  in doubt, for no answer came: scene 1 clip 3 at luma, $0.50",
    ]
    state = as_json.state(paid, plan)
    assert state["cost"] == {"low": 1.5, "high": None}
    assert [(each["id"], each["job"], each["in_doubt"]) for each in state["in_flight"]] == [
        ("clip-1-3", None, True),
        ("clip-1-4", "j", False),
        ("clip-1-5", None, False),
    ]
    unwritten = text.analysis(evolve(paid, scenes=UNWRITTEN), plan)
    assert "  cost so far: at least $1.50" in unwritten


@pytest.mark.parametrize(
    ("dollars", "cents"), [(4.2, "4.20"), (4.201, "4.21"), (0.1 + 0.2, "0.30"), (0.0019, "0.01")]
)
def test_a_limit_is_rounded_up_to_cents_and_not_by_the_dust_of_sums(
    dollars: float, cents: str
) -> None:
    assert in_whole_cents(dollars) == cents


@pytest.mark.parametrize(
    ("price", "said"),
    [
        (Price(0.0036, 0.0036), "$0.0036"),
        (Price(0.0, 0.003), "at most $0.0030"),
        (Price(0.0086, 0.0086), "$0.01"),
        (Price(0.251, 0.2512), "$0.25"),
        (Price(0.0, 0.75), "at most $0.75"),
        (Price(), "free"),
    ],
)
def test_parts_of_a_cent_do_not_look_free(price: Price, said: str) -> None:
    assert str(price) == said
