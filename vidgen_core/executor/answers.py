"""An answer that is paid for: asked for once, stored, and then asked what it cost."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

from vidgen_core import faults
from vidgen_core.errors import VidgenError
from vidgen_core.executor.bought import Bought, as_answer, trouble_in
from vidgen_core.executor.errand import Errand
from vidgen_core.executor.sent import path_of_answer
from vidgen_core.ledger import InFlight
from vidgen_core.limit import ROUNDING
from vidgen_core.specs import FREE, Price

#: No answer costs more dollars; a sum of such numbers would be none.
_MOST = 1_000_000.0


@frozen(kw_only=True)
class Tab:
    """What the answers to one order say that they cost, beside the price that was ``agreed``.

    ``untold``: how many do not say it.
    """

    agreed: Price = FREE
    cost: Price = FREE
    untold: int = 0

    def with_cost(self, cost: Price | None) -> Tab:
        """Return this with the *cost* of one more answer; ``None``: it does not say."""
        if cost is None:
            return evolve(self, untold=self.untold + 1)
        return evolve(self, cost=self.cost + cost)

    def has_room(self, one: Price) -> bool:
        """Whether one more answer, for the price of *one*, is within what was agreed to.

        Where no answer told its cost, each costs its share by the price list.
        """
        if self.agreed.high is None or self.cost.free:
            return True
        total = sum((one,) * self.untold, self.cost + one).high
        return total is not None and total <= self.agreed.high + ROUNDING

    @property
    def is_exceeded(self) -> bool:
        """Whether they cost more than was agreed to: then nothing more is asked at that price."""
        most, cost = self.agreed.high, self.cost.high
        return most is not None and cost is not None and cost > most + ROUNDING

    def fault(self, work: InFlight) -> str:
        """Return what the user has to know of the price of *work*; empty where all is well."""
        if not self.is_exceeded:
            return ""
        return (
            f"{work.key}: {work.provider} says that it cost {self.cost}, and {self.agreed} was "
            "agreed to; the higher one counts in the limit, and your bill tells which is right"
        )


def answer_to(errand: Errand, work: InFlight, request: Any) -> Bought:
    """Get the answer and store it before anything parses it. Runs in a worker thread.

    It is asked what it cost as it came: one that is read from the disk may be somebody's.
    """
    run = errand.run
    faults.point("ask-before")
    answer = errand.call("ask", lambda: as_answer(errand.provider.ask(request)))
    faults.point("ask-after")
    run.charged(work.key)
    trouble = trouble_in(lambda: run.directory.write_state(path_of_answer(work), answer))
    faults.point("answer-stored")
    cost, note = _cost_of(errand, work, answer, request)
    if trouble is None:
        trouble = trouble_in(lambda: run.journal.answered(work.key, work.take, cost))
    faults.point("answer-written")
    return Bought(answer=answer, cost=cost, note=note, trouble=trouble)


def _cost_of(
    errand: Errand, work: InFlight, answer: bytes, request: Any
) -> tuple[Price | None, str]:
    """Return what *answer* cost, by a provider that can tell; else why that is not known."""
    provider = errand.provider
    if work.price.free or not hasattr(provider, "charged"):
        return None, ""
    try:
        cost = errand.call("charged", lambda: _checked(provider.charged(answer, request)))
    except VidgenError as error:
        return None, f"{work.key}: what it cost stays at what was agreed to: {error.message}"
    if cost.free:  # a count of nothing is one that was not made
        nothing = "it says that it cost nothing"
        return None, f"{work.key}: what it cost stays at what was agreed to: {nothing}"
    return (cost if cost.known else None), ""


def _checked(price: Any) -> Price:
    """Return *price* as the journal can keep it; raises where it is none."""
    if not isinstance(price, Price):
        raise TypeError(f"{price!r:.200} is not a Price")
    cost = Price(float(price.low), None if price.high is None else float(price.high))
    if max(cost.low, cost.high or 0.0) > _MOST:
        raise ValueError(f"{cost} is what no answer costs")
    return cost
