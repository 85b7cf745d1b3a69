"""Words and voices that are bought in several answers: each is paid for once, or is a question.

Each seed is a film, what its services do to it, and the moments at which it is killed; of
some a user meddles with what is stored. What fails is printed with its seed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .stories import SWEEP, seeds
from .tales import teller
from .told_films import joined_quickly

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine", "small_pictures")

#: How many films: a few by default, 500 in ``nox -s kills``.
_SOME = max(1, SWEEP // (4 if SWEEP > 100 else 2))
TALES = int(os.environ.get("VIDGEN_TEST_TALES", str(_SOME)))


@pytest.mark.parametrize("some", seeds(TALES), ids=lambda some: f"from-{some.start}")
def test_a_told_film_is_finished_and_no_answer_is_paid_for_twice(
    tmp_path: Path, some: range
) -> None:
    with joined_quickly():
        for seed in some:
            s = teller(seed, tmp_path)
            s.befall()
            s.finish()
