"""What was agreed to is a sum for each piece of work, not a leave to spend."""

from __future__ import annotations

from vidgen_core.executor.turns import Turns
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, Task
from vidgen_core.specs import Price

CLIP, NEXT = Key(Step.CLIP, 1, 1), Key(Step.CLIP, 1, 2)


def clip(key: Key, dollars: float | None) -> Task:
    price = Price(0.0, dollars)
    return Task(key=key, decision=Decision.MAKE, output=key.id, price=price)


def planned(*tasks: Task) -> Plan:
    return Plan(timestamp="", tasks=tasks, scenes=())


def turns() -> Turns:
    return Turns(jobs=1, max_active=lambda task: 0)


def test_a_piece_that_became_dearer_is_not_bought() -> None:
    t = turns()
    t.agree(planned(clip(CLIP, 0.5)))
    assert t.is_agreed(clip(CLIP, 0.5))
    assert not t.is_agreed(clip(CLIP, 3.0))
    assert not t.is_agreed(clip(CLIP, None))
    assert t.is_agreed(clip(CLIP, 0.2))


def test_a_piece_that_was_not_in_the_plan_is_not_bought() -> None:
    t = turns()
    t.agree(planned(clip(CLIP, 0.5)))
    assert not t.is_agreed(clip(NEXT, 0.1))


def test_who_agreed_to_an_unknown_price_agreed_to_any_for_that_piece_alone() -> None:
    t = turns()
    t.agree(planned(clip(CLIP, None)))
    assert t.is_agreed(clip(CLIP, 7.0))
    assert not t.is_agreed(clip(NEXT, 0.1))


def test_below_the_bound_of_a_new_film_more_may_be_bought_until_it_is_reached() -> None:
    t = turns()
    t.agree_within(Price(0.0, 1.0), planned(clip(CLIP, 0.5)))
    t.spend(clip(CLIP, 0.7))  # its speech came out longer
    assert t.is_agreed(clip(CLIP, 0.7))
    assert t.is_agreed(clip(NEXT, 0.3))
    t.spend(clip(NEXT, 0.3))
    assert not t.is_agreed(clip(Key(Step.CLIP, 2, 1), 0.1))


def test_who_only_asks_spends_nothing() -> None:
    t = turns()
    t.agree_within(Price(0.0, 1.0), planned(clip(CLIP, 0.5)))
    for key in (NEXT, Key(Step.CLIP, 2, 1), NEXT):
        assert t.is_agreed(clip(key, 0.5))
    t.spend(clip(NEXT, 0.5))
    assert not t.is_agreed(clip(Key(Step.CLIP, 2, 1), 0.5))


def test_scenes_that_cost_more_than_the_bound_are_not_agreed_to() -> None:
    t = turns()
    t.agree_within(Price(0.0, 1.0), planned(clip(CLIP, 0.5), clip(NEXT, 0.6)))
    assert not t.is_agreed(clip(CLIP, 0.5))
