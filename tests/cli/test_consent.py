"""Money is asked for, and nobody spends it who was not told what it is for."""

from __future__ import annotations

import io
import shlex
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from vidgen_core import plugins
from vidgen_core.cli import consent, last_line
from vidgen_core.errors import Billed, Undecided
from vidgen_core.ledger import Charge, Ledger
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, open_run
from vidgen_core.plan import Decision, Plan, Task
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import UNKNOWN_PRICE, Price, ProviderKind

from ..planning_files import a_clip, engine, providers
from ..run_directories import begin
from ..run_paths import FILM, TS
from ..terminals import Terminal

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")

ENGINE = ProviderKind.VIDEO_ENGINE
WHOLE_FILM = Plan(
    timestamp=TS, tasks=(), scenes=(), bounds={(ENGINE, "paid"): Price(low=0.0, high=4.0)}
)
UNAGREED = {"yes": False, "no_input": False, "max_cost": None, "quiet": False}


def clips(*prices: Price) -> Plan:
    """A plan that buys a clip for each of *prices*."""
    film = Task(key=Key(Step.FILM), decision=Decision.MAKE, output=FILM)
    bought = [
        Task(
            key=a_clip(1, number),
            decision=Decision.MAKE,
            output=f"{number}.mp4",
            kind=ENGINE,
            provider="paid",
            price=price,
        )
        for number, price in enumerate(prices, start=1)
    ]
    return Plan(timestamp=TS, tasks=(*bought, film), scenes=())


ONE_CLIP = clips(Price(0.4, 0.5))


def spent(*prices: Price) -> Ledger:
    """What the journal says where each of *prices* was charged."""
    return Ledger(
        charges=tuple(
            Charge(
                key=a_clip(9, number),
                take=1,
                provider="paid",
                kind=ENGINE,
                price=price,
                billed=Billed.YES,
            )
            for number, price in enumerate(prices, start=1)
        )
    )


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return opened_with(tmp_path)


def opened_with(folder: Path, *paid: Price, priced_on: str = "2026-01-07", **flags: Any) -> Opened:
    """A directory that has cost what *paid* says, with an engine that costs money."""
    found = open_run(RunDirectory(begin(folder, 1)), plugins.load(), flags=flags)
    chosen = evolve(found.selection, providers=providers(engine(priced_on=priced_on)))
    return evolve(found, selection=chosen, ledger=spent(*paid))


class Answered:
    """Somebody at a terminal, or nobody at none, and what is said to them."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, typed: str = "", *, terminal: bool = True
    ) -> None:
        self.stderr = Terminal() if terminal else io.StringIO()
        stdin = Terminal(typed) if terminal else io.StringIO(typed)
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("sys.stderr", self.stderr)
        monkeypatch.setenv("COLUMNS", "120")

    def __call__(self, opened: Opened, plan: Plan, **given: Any) -> bool:
        return consent.ask_for_money(opened, plan, Namespace(**UNAGREED | given))

    @property
    def lines(self) -> list[str]:
        return self.stderr.getvalue().splitlines()


def test_no_is_no_and_the_advice_needs_no_directory(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Undecided) as caught:
        Answered(monkeypatch, "n\n")(opened, WHOLE_FILM)
    assert caught.value.advice == "to see the plan, add --dry-run to the same command"


def test_yes_is_yes(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Answered(monkeypatch, "y\n")(opened, WHOLE_FILM)


@pytest.mark.parametrize(
    ("given", "agreed"),
    [
        ({"yes": True}, True),
        ({"max_cost": 0.2}, True),
        ({"no_input": True}, False),
        ({"no_input": True, "yes": True}, True),
        ({"no_input": True, "max_cost": 0.2}, True),
    ],
)
def test_without_a_terminal_options_decide_and_the_price_is_said(
    given: dict[str, Any], agreed: bool, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Answered(monkeypatch, terminal=False)
    assert nobody(opened, ONE_CLIP, **given) is agreed
    assert nobody.lines[:3] == [
        "  paid work:",
        "    paid, 1 clip: $0.40–0.50, prices of 2026-01-07",
        "  price: $0.40–0.50",
    ]
    assert ("none of it is bought: --no-input" in nobody.lines) is not agreed


@pytest.mark.parametrize("given", [{"yes": True}, {"no_input": True}])
def test_a_terminal_is_not_asked_where_that_was_said(
    given: dict[str, Any], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody = Answered(monkeypatch, "n\n")
    assert somebody(opened, ONE_CLIP, **given) is bool(given.get("yes"))
    assert "Go on?" not in somebody.stderr.getvalue()


def test_a_terminal_is_asked_although_there_is_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Undecided):
        Answered(monkeypatch, "n\n")(opened_with(tmp_path, max_cost=9.0), ONE_CLIP, max_cost=9.0)


@pytest.mark.parametrize(("given", "agreed"), [({}, True), ({"no_input": True}, False)])
def test_nobody_is_asked_about_nothing(
    given: dict[str, Any], agreed: bool, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody = Answered(monkeypatch, "")
    assert somebody(opened, clips(), **given) is agreed  # --no-input: nothing that comes up, too
    assert somebody.lines == []


def test_quiet_says_nothing_of_a_price_that_was_agreed_to(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Answered(monkeypatch, terminal=False)
    assert nobody(opened, ONE_CLIP, yes=True, quiet=True)
    assert nobody.lines == []


# what the question says ---------------------------------------------------


def asked(
    monkeypatch: pytest.MonkeyPatch, opened: Opened, plan: Plan = ONE_CLIP, **given: Any
) -> list[str]:
    somebody = Answered(monkeypatch, "y\n")
    assert somebody(opened, plan, **given)
    return somebody.lines[-2:]


def test_the_question_says_what_was_spent_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = opened_with(tmp_path, Price(1.2, 1.2), Price(2.0, 2.0))
    assert asked(monkeypatch, paid) == [
        "spent here so far: $3.20",
        "1 paid piece of work, price: $0.40–0.50. Go on? [y/N] ",
    ]


@pytest.mark.parametrize(
    ("cap", "said"),
    [
        (9.0, "limit in all: $9.00"),
        (3.7, "limit in all: $3.70"),
        (
            3.6,
            "limit in all: $3.60, $0.40 left, too low for this: stops when it is reached",
        ),
        (1.0, "limit in all: $1.00, exceeded by $2.20 already: nothing is bought"),
    ],
)
def test_the_question_says_where_the_limit_is_too_low(
    cap: float, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = opened_with(tmp_path, Price(3.2, 3.2), max_cost=cap)
    facts = asked(monkeypatch, paid, max_cost=cap)[0]
    assert facts == f"spent here so far: $3.20; {said}"


@pytest.mark.parametrize(
    ("paid", "unknown", "said"),
    [
        ((), None, ", and what has no known price is not bought below a limit"),
        ((UNKNOWN_PRICE,), None, ", and what was spent is not known: nothing is bought"),
        ((UNKNOWN_PRICE,), 1.0, ""),
        (
            (UNKNOWN_PRICE,),
            3.0,
            ", $2.00 left, too low for this: stops when it is reached",
        ),
    ],
)
def test_what_a_limit_means_for_unknown_prices_is_said(
    paid: Iterable[Price],
    unknown: float | None,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = opened_with(tmp_path, *paid, max_cost=5.0, unknown_price=unknown)
    facts = asked(monkeypatch, found, clips(UNKNOWN_PRICE))[0]
    assert f"limit in all: $5.00{said}" in facts
    assert facts.endswith(said) or "not known" in said


# the command to type --------------------------------------------------------


def refused(
    monkeypatch: pytest.MonkeyPatch, opened: Opened, plan: Plan, *typed: str
) -> tuple[str, list[str]]:
    monkeypatch.setattr(last_line.sys, "argv", ["vidgen", *typed])
    with pytest.raises(Undecided) as caught:
        Answered(monkeypatch, terminal=False)(opened, plan)
    return caught.value.message, caught.value.advice.splitlines()


def test_without_a_terminal_the_very_command_is_told_that_agrees(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ("continue", "my films/run 1", "--engine", "paid")
    message, advice = refused(monkeypatch, opened, ONE_CLIP, *typed)
    assert message == "1 paid piece of work, price: $0.40–0.50; nothing was bought"
    limited, all_of_it = (shlex.split(line.partition(": ")[2]) for line in advice)
    assert limited == ["vidgen", *typed, "--max-cost", "0.50"]
    assert all_of_it == ["vidgen", *typed, "--yes"]


def test_the_limit_that_is_told_is_enough_for_what_was_spent_and_what_is_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = opened_with(tmp_path, Price(0.0, 1.0), Price(1.0019, 1.0019))
    message, advice = refused(monkeypatch, paid, ONE_CLIP, "continue", "run")
    assert message == (
        "1 paid piece of work, price: $0.40–0.50; spent here so far: $1.00–2.00; nothing was bought"
    )
    assert advice[0].endswith(" --max-cost 2.51")


def test_the_limit_that_is_told_is_never_above_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit among the settings is no agreement, and is not raised in passing."""
    limited = opened_with(tmp_path, max_cost=0.3)
    message, advice = refused(monkeypatch, limited, ONE_CLIP, "continue", "run")
    assert "limit in all: $0.30, too low for this: stops when it is reached" in message
    assert advice[0].endswith(" --max-cost 0.30")


def test_no_limit_is_told_for_an_unknown_price(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, advice = refused(monkeypatch, opened, clips(UNKNOWN_PRICE), "continue", "run")
    assert advice == ["to agree: vidgen continue run --yes"]


def test_options_are_told_before_a_name_that_begins_with_a_dash(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, advice = refused(monkeypatch, opened, ONE_CLIP, "continue", "--", "-run")
    assert advice[-1] == "to agree: vidgen continue --yes -- -run"


def test_a_command_that_cannot_be_copied_is_not_told(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, advice = refused(monkeypatch, opened, ONE_CLIP, "continue", "a\x1b[2Jb")
    assert advice == ["to agree, add --yes to the same command"]
