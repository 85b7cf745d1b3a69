"""Whatever is killed and begun again, a directory never costs more than its cap."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from vidgen_core.errors import Billed, CapReached, ExitCode
from vidgen_core.executor import Outcome
from vidgen_core.journal import read_ledger

from .films import SHAPES, new_film
from .shop import FIXED, MOST, RANGE, UNKNOWN, Shop
from .stories import SWEEP, Story, seeds, story, whole

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine", "small_pictures")

#: So many films have a cap, too.
CAPPED = max(1, SWEEP // 3)
#: What counts for a piece whose price is unknown: two seconds at the shops' highest price.
UNKNOWN_PIECE = 2 * MOST


def capped(seed: int, folder: Path) -> Story:
    """Return the story of *seed* with a price, and a cap below, at or above what it costs."""
    s = story(seed, folder)
    price = s.dice.choice((FIXED, RANGE, UNKNOWN))
    for shop in s.film.shops:
        shop.price = price
    s.expected = whole(s.film.shape, price)
    most = s.expected.most
    if price is UNKNOWN:
        s.unknown_price = UNKNOWN_PIECE
        most = UNKNOWN_PIECE * s.expected.submits.total()
    s.cap = round(most * s.dice.choice((0.0, 0.3, 0.6, 0.9, 1.0, 1.0, 2.0)), 4)
    s.again = s.dice.choice((0.0, 10.0))
    return s


def is_enough(s: Story) -> bool:
    """Whether the cap is as high as a film that nobody kills costs."""
    expected = s.expected
    assert s.cap is not None
    if s.unknown_price is None:
        return s.cap >= expected.most
    return s.cap >= round(s.unknown_price * expected.submits.total(), 4)


def counts_what_nobody_knows(s: Story) -> bool:
    """Whether an order counts that its service does not list: it may have been charged."""
    charges = read_ledger(s.film.world.root).charges
    return any(charge.billed is Billed.UNKNOWN for charge in charges)


def has_stopped(outcome: Outcome) -> bool:
    """Whether the cap ended it."""
    return any(isinstance(error, CapReached) for _, error in outcome.errors)


@pytest.mark.parametrize("some", seeds(CAPPED), ids=lambda some: f"from-{some.start}")
def test_a_cap_holds_over_kills_and_new_beginnings(tmp_path: Path, some: range) -> None:
    for seed in some:
        s = capped(seed, tmp_path)
        s.kill()
        life = s.live()
        assert life.outcome is not None
        if is_enough(s) and s.film.can_be_asked() and not counts_what_nobody_knows(s):
            s.must(life.code is ExitCode.COMPLETE, f"enough, and it ended with {life.code.name}")
        if life.code is ExitCode.DECISION:
            life = s.decide()
            assert life.outcome is not None
        if life.code is ExitCode.COMPLETE:
            s.look_at_the_end()
            continue
        s.must(life.code in (ExitCode.MONEY, ExitCode.DECISION), f"it ended with {life.code.name}")
        if life.code is ExitCode.MONEY:
            s.must(has_stopped(life.outcome), "nothing says that the cap was reached")
        spent = s.film.usd
        s.live()
        s.must(s.film.usd == spent, "begun again, it bought more")


def test_with_a_higher_cap_the_film_is_finished(tmp_path: Path) -> None:
    s = story_of_two_prices(tmp_path)
    s.cap = 0.7
    assert s.live().code is ExitCode.MONEY
    assert s.film.usd == 0.5
    s.cap = s.expected.most
    assert s.live().code is ExitCode.COMPLETE
    s.look_at_the_end()


def test_below_a_cap_nothing_of_unknown_price_is_bought(tmp_path: Path) -> None:
    s = story_of_two_prices(tmp_path)
    for shop in s.film.shops:
        shop.price = UNKNOWN
    s.cap = 100.0
    assert s.live().code is ExitCode.MONEY
    assert bought(s.film.shops) == 0
    s.unknown_price = UNKNOWN_PIECE
    assert s.live().code is ExitCode.COMPLETE


def bought(shops: tuple[Shop, ...]) -> int:
    return sum(len(shop.orders) for shop in shops)


def story_of_two_prices(folder: Path) -> Story:
    """Return a story of three scenes of one clip each at a fixed price, without kills."""
    film = new_film(folder / "plain", SHAPES[0], ("find", "find", "find"))
    return Story(seed=0, dice=random.Random(0), film=film, expected=whole(SHAPES[0]))
