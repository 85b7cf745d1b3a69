"""An address that ran out costs another question, never another purchase."""

from __future__ import annotations

from vidgen_core.errors import Billed, ExitCode, Expired

from ..fakes import Film
from .films import ended, fail_first


def test_a_result_whose_address_ran_out_is_asked_for_again(film: Film) -> None:
    fail_first(film, "fetch", Expired("gone"), Expired("gone"))
    outcome = film.work()
    assert ended(outcome) is ExitCode.COMPLETE
    assert film.is_finished()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert film.service.count("fetch") == 4
    assert film.service.count("poll") == 4  # each time before it is fetched


def test_a_result_whose_address_always_runs_out_is_left_for_later(film: Film) -> None:
    fail_first(film, "fetch", *[Expired("gone")] * 20)
    assert ended(film.work()) is ExitCode.LATER
    assert film.service.bill() == {"clip-1-1": 1}
    film.service.trouble.clear()
    assert ended(film.work()) is ExitCode.COMPLETE
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_fetching_costs_nothing() -> None:
    assert Expired("gone").billed is Billed.NO
