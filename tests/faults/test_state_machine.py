"""Whatever befalls a film, in whichever order: it is finished, and nothing is paid twice.

Films are drawn by ``VIDGEN_TEST_SEED``; a part of them by default, and 10,000 with
``VIDGEN_TEST_FAULTS=all``, or as many as ``VIDGEN_TEST_STATES`` says.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .extent import ALL, SEED, counted
from .film_machine import FilmMachine

#: How many films are lived through, and how many of them are one test.
STATES = int(os.environ.get("VIDGEN_TEST_STATES", "10000" if ALL else "16"))
TOGETHER = 50
#: What may befall one film, in steps.
STEPS = 14

pytestmark = [
    pytest.mark.usefixtures("nothing_of_this_machine", "small_pictures"),
    pytest.mark.timeout(1800),
]


@pytest.mark.parametrize("first", range(0, STATES, TOGETHER), ids=lambda n: f"from-{n}")
def test_whatever_befalls_a_film_it_is_finished_and_paid_for_once(
    tmp_path: Path, first: int
) -> None:
    print(f"VIDGEN_TEST_SEED={SEED}")

    @seed(SEED * 1_000_003 + first)
    class Films(FilmMachine):
        place = tmp_path
        done: ClassVar[dict[str, int]] = Counter()

    films = min(TOGETHER, STATES - first)
    run_state_machine_as_test(
        Films,
        settings=settings(
            max_examples=films,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    counted("states", **Films.done)
    assert Films.done["films"] >= films
