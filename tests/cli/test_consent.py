"""Money is asked for, and who says no is told how to look at the plan."""

from __future__ import annotations

from argparse import Namespace

import pytest

from vidgen_core.cli import consent
from vidgen_core.errors import Undecided
from vidgen_core.plan import Plan
from vidgen_core.specs import Price

from ..run_paths import TS
from ..terminals import Terminal

WHOLE_FILM = Plan(timestamp=TS, tasks=(), scenes=(), bound=Price(low=0.0, high=4.0))


def answer(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(consent.sys, "stdin", Terminal(typed))
    monkeypatch.setattr(consent.sys, "stderr", Terminal())
    consent.ask_for_money(WHOLE_FILM, Namespace(yes=False))


def test_no_is_no_and_the_advice_needs_no_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Undecided) as caught:
        answer(monkeypatch, "n\n")
    assert caught.value.advice == "to see the plan, add --dry-run to the same command"


def test_yes_is_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "y\n")
