"""What is bought once more in doubt is counted twice, and what is made for nothing is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.errors import Unavailable
from vidgen_core.specs import FREE, Price

from .fakes import PRICE, Film, Service, engine, local_engine, no_worker_is_left
from .run_directories import begin


@pytest.fixture
def film(tmp_path: Path, nothing_of_this_machine: None, small_pictures: None) -> Iterator[Film]:
    """One clip that was asked for, and no answer came."""
    service = Service(folder=tmp_path / "service")
    service.trouble["submitted"] = [Unavailable("the line went dead")]
    film = Film(begin(tmp_path, 1), service, (engine(service), local_engine(service)))
    film.work()
    yield film
    assert no_worker_is_left()


@pytest.mark.parametrize(("chosen", "pieces", "price"), [("paid", 1, PRICE), ("here", 0, FREE)])
def test_a_piece_that_a_free_engine_makes_is_not_counted_as_charged_again(
    film: Film, chosen: str, pieces: int, price: Price
) -> None:
    film.flags = {"engine": chosen}
    outcome = film.work(in_doubt_limit=1.0)
    assert outcome.codes == set()
    assert film.is_finished()
    assert (outcome.paid, outcome.price) == (pieces, price)
    assert len(outcome.doubtful) == pieces  # the one of which nobody knows is told beside it
    assert outcome.in_doubt == []
