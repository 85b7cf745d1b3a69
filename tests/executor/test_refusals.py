"""A service that surely charged nothing leaves nothing behind; one that may have, does."""

from __future__ import annotations

import pytest

from vidgen_core.errors import Billed, ExitCode, Unavailable
from vidgen_core.journal import read_ledger

from ..fakes import Film
from .films import CLIP_1, fail_first, use

REFUSED = [Unavailable("connection refused", billed=Billed.NO)] * 40


@pytest.mark.parametrize("abilities", [(), ("find",), ("idempotent",)])
def test_a_service_that_never_took_the_work_holds_nothing(
    film: Film, abilities: tuple[str, ...]
) -> None:
    use(film, abilities=frozenset(abilities))
    fail_first(film, "submit", *REFUSED)
    outcome = film.work()
    assert outcome.codes == {ExitCode.LATER}
    assert outcome.in_doubt == []
    assert read_ledger(film.root).in_flight == {}
    assert film.service.bill() == {}


def test_a_refusal_says_nothing_about_an_earlier_submit_that_was_lost(film: Film) -> None:
    use(film, abilities=frozenset({"idempotent"}))
    fail_first(film, "submit", Unavailable("the answer was lost"), *REFUSED)
    outcome = film.work()
    assert [work.key for work in outcome.in_doubt] == [CLIP_1]
    assert list(read_ledger(film.root).in_flight) == [CLIP_1]
