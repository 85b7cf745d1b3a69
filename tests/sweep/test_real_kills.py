"""The real plugins and SDKs, killed at any moment: one submit for each output at the service."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from vidgen_core.testing.service import Footage, Service

from .rehearsed import REAL_SHAPES, RealShape, at_service, hide_new_jobs, real_film
from .stories import FIRST_SEED, SWEEP, Story, Whole, unkilled

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine", "small_pictures")

#: One in twenty of all films is made by the real plugins.
REAL = max(1, SWEEP // 20)


@pytest.fixture(scope="module")
def wholes() -> dict[RealShape, Whole]:
    """What comes of each shape where nobody kills it, made once."""
    return {}


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + REAL))
def test_a_killed_film_by_a_real_plugin_is_finished_and_paid_for_once(
    tmp_path: Path,
    service: Service,
    footage: Footage,
    wholes: dict[RealShape, Whole],
    seed: int,
) -> None:
    dice = random.Random(seed)
    shape = REAL_SHAPES[seed % len(REAL_SHAPES)]
    if shape not in wholes:
        with at_service(tmp_path / "first", footage) as other:
            wholes[shape] = unkilled(real_film(tmp_path / "whole", shape, other))
    if dice.random() < 0.5:
        hide_new_jobs(service, dice)
    film = real_film(tmp_path / "film", shape, service, at_once=dice.random() < 0.8)
    single = max(shape.seconds) <= 6
    s = Story(
        seed=seed,
        dice=dice,
        film=film,
        expected=wholes[shape],
        switches=single and dice.random() < 0.5,
    )
    s.kill()
    s.finish()
