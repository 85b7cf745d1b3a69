"""The tests are tested: vidgen with one thing broken fails the check that is named for it.

Each mutant runs in a process of its own; without it the same checks pass.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .extent import SEED, counted, some
from .mutants import MUTANTS, Mutant

REPOSITORY = Path(__file__).parents[2]
#: How many are tried by default beside those that always are.
FEW = 4

_REQUIRED = [each for each in MUTANTS.values() if each.required]
_CHOSEN = [*_REQUIRED, *some([each for each in MUTANTS.values() if not each.required], FEW)]

#: Tells how checks end with a mutant, or without one.
Trial = Callable[[str, Iterable[str]], dict[str, Any]]

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    left = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**left, "VIDGEN_TEST_SEED": str(SEED)}
    for name in ("VIDGEN_TEST_FAULTS", "VIDGEN_TEST_EXTENT", "VIDGEN_FAULT_COUNTS"):
        environment.pop(name, None)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.mutants.trials"],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as trials:
        asks, answers = trials.stdin, trials.stdout
        assert asks is not None
        assert answers is not None

        def tried(mutant: str, checks: Iterable[str]) -> dict[str, Any]:
            asks.write(json.dumps({"mutant": mutant, "checks": [*checks]}) + "\n")
            asks.flush()
            ended: dict[str, Any] = json.loads(answers.readline())
            return ended

        yield tried
        asks.close()


def test_without_a_mutant_the_checks_pass(trial: Trial) -> None:
    """A part of them by default, where each of them is also run among the tests."""
    checks = dict.fromkeys(each.caught_by for each in _CHOSEN)
    ended = trial("", some([*checks], 3))
    assert ended["code"] == 0, ended["said"]


@pytest.mark.parametrize("mutant", _CHOSEN, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught(mutant: Mutant, trial: Trial) -> None:
    """By the test that is named, in that test itself: not by an error on the way there."""
    ended = trial(mutant.name, [mutant.caught_by])
    told = f"{mutant.name} ({mutant.breaks})\n{ended['said']}"
    assert ended["code"] == 1, f"not caught: {told}"
    assert f"FAILED {mutant.caught_by}" in ended["said"], told
    assert "\nERROR " not in ended["said"], told
    counted("mutants", caught=1)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_breaks_the_code_as_it_is_now(name: str, trial: Trial) -> None:
    ended = trial(name, [])
    assert ended["code"] == 0, ended["said"]


def test_each_mutant_says_what_it_breaks_and_is_caught_by_a_test_that_is_there() -> None:
    for each in MUTANTS.values():
        assert each.breaks.endswith("."), each.name
        file, _, name = each.caught_by.partition("::")
        assert f"def {name}(" in (REPOSITORY / file).read_text("utf-8"), each.caught_by
    assert len(_REQUIRED) == 5
