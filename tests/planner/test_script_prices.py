"""The price of a script's steps counts every answer that they may take."""

from __future__ import annotations

from typing import Any

import pytest

from vidgen_core.plan import Provider
from vidgen_core.planner.script_prices import filled_in, whole_price
from vidgen_core.specs import (
    UNKNOWN_PRICE,
    EnvironmentsRequest,
    NarrationTextRequest,
    NoOptions,
    PlacedScenesRequest,
    Price,
    ProviderKind,
    ScenesRequest,
    ScriptModelSpec,
)


def model(price: Any) -> Provider:
    spec = ScriptModelSpec(name="words", summary="", factory=lambda context: None, price=price)
    return Provider(spec=spec, options=NoOptions(), kind=ProviderKind.SCRIPT_MODEL)


def test_each_answer_may_be_asked_for_once_more_at_the_price_of_that() -> None:
    asked = model(lambda request, o: Price(0.1, 0.5 if request.fault else 0.3))
    assert whole_price(asked, EnvironmentsRequest(most=3)) == Price(0.1, 0.8)
    assert whole_price(asked, NarrationTextRequest(scenes=(), words=3)) == Price(0.1, 0.8)


@pytest.mark.parametrize(("most", "parts"), [(1, 1), (24, 1), (25, 2), (60, 3)])
def test_many_scenes_are_several_answers_each_going_on_from_the_ones_before(
    most: int, parts: int
) -> None:
    told: list[int] = []

    def price(request: Any, options: Any) -> Price:
        told.append(len(request.told))
        return Price(0.1, 0.1)

    whole = whole_price(model(price), ScenesRequest(most=most, lengths=(5.0,)))
    assert whole.high == pytest.approx(0.2 * parts)
    assert whole.low == 0.1
    assert set(told) == {24 * part for part in range(parts)}


def test_free_stays_free_and_unknown_unknown() -> None:
    asked = EnvironmentsRequest(most=3)
    assert whole_price(model(lambda r, o: Price()), asked).free
    assert whole_price(model(lambda r, o: UNKNOWN_PRICE), asked) == UNKNOWN_PRICE
    half = model(lambda r, o: UNKNOWN_PRICE if r.fault else Price(0.1, 0.1))
    assert whole_price(half, asked) == Price(0.1, None)


def test_what_is_no_price_is_a_fault_of_the_provider() -> None:
    with pytest.raises(TypeError, match="is not a Price"):
        whole_price(model(lambda r, o: 0.5), EnvironmentsRequest(most=3))


def test_a_price_is_reckoned_by_the_script_and_by_as_many_scenes_as_there_may_be() -> None:
    assert filled_in(ScenesRequest(most=3, lengths=(5.0,)), "A boat.", 3).script == "A boat."  # type: ignore[union-attr]
    placed = filled_in(PlacedScenesRequest(script_file="a"), "A boat.", 3)
    assert isinstance(placed, PlacedScenesRequest)
    assert (placed.script, len(placed.scenes), len(placed.environments)) == ("A boat.", 3, 3)
    assert all(scene.movement for scene in placed.scenes)
