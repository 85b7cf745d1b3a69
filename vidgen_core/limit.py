"""The most that a directory may cost, and what that leaves room for."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from vidgen_core.errors import CapReached
from vidgen_core.ledger import Ledger
from vidgen_core.model import Key
from vidgen_core.plan import Plan, Task
from vidgen_core.specs import Price

#: Sums of cents are not exact in binary: so much more is no more.
ROUNDING = 1e-9
#: What rounds an amount up to whole cents, and taken away down, but for the dust of sums.
_JUST_NO_CENT = 0.005 - 1e-8
_HIGHER = "--max-cost with a higher limit"


@frozen(kw_only=True)
class Limit:
    """A limit on spending over the whole life of a directory, in dollars.

    All submits count, whoever made them: what was charged, what is in flight, and what
    may have been charged, each by its highest price. ``cap``: the limit; ``None``: there
    is none. ``unknown_price``: what counts where a price is unknown; ``None``: then
    nothing is bought below a cap.
    """

    cap: float | None = None
    unknown_price: float | None = None

    def spent(self, ledger: Ledger) -> float | None:
        """Return what the directory has cost at most; ``None`` where nobody knows."""
        return self._at_most(charge.bounds for charge in ledger.charges)

    def needed(self, plan: Plan) -> float | None:
        """Return what *plan* costs at most beyond that; ``None`` where nobody knows.

        What may have been charged before, and is bought now if it was not, is spent.
        """
        if not plan.bound.known:
            return None
        return self._at_most((plan.bound, *map(_still_to_pay, plan.to_do)))

    def check(self, ledger: Ledger, more: float | None, key: Key | None = None) -> None:
        """Raise ``CapReached`` where there is no room for *more* dollars (``None``: unknown).

        What is begun has its room kept: the parts to come of every order but that of *key*.
        """
        if self.cap is None or more == 0:
            return
        if more is None:
            raise _unknown("its price is unknown", self.cap)
        spent = self._taken(ledger, key, self.cap)
        if spent + more > self.cap + ROUNDING:
            raise CapReached(
                f"it costs up to {_rounded_up(more)}, and {_standing(self.cap, spent)}",
                advice=_HIGHER,
            )

    def check_again(self, ledger: Ledger, key: Key) -> None:
        """Raise ``CapReached`` where the order of *key*, which counts as spent, has no room.

        Its repetition costs nothing if it was charged, and may be the first that arrives.
        """
        if self.cap is None or ledger.in_flight[key].price.free:
            return
        spent = self._taken(ledger, key, self.cap)
        if spent > self.cap + ROUNDING:
            raise CapReached(
                f"it may not have been charged yet, and with it {_standing(self.cap, spent)}",
                advice=_HIGHER,
            )

    def _taken(self, ledger: Ledger, key: Key | None, cap: float) -> float:
        """Return what is spent or has its room kept, but for the parts to come of *key*."""
        begun = (work.rest for work in ledger.in_flight.values() if work.key != key)
        spent, kept = self.spent(ledger), self._at_most(begun)
        if spent is None or kept is None:
            raise _unknown("some of what was bought here has no known price", cap)
        return spent + kept

    def at_most(self, price: Price) -> float | None:
        """Return what counts for *price*; ``None`` where nobody knows."""
        return self.unknown_price if price.high is None else price.high

    def _at_most(self, prices: Iterable[Price]) -> float | None:
        total = 0.0
        for price in prices:
            most = self.at_most(price)
            if most is None:
                return None
            total += most
        return total


def left_of(cap: float, spent: float) -> str:
    """Say what is left of a limit: ``$0.29 left``, ``exceeded by $1.13``.

    Rounded so that what is left is there, and what is too much is enough of a limit more.
    """
    if spent > cap + ROUNDING:
        return f"exceeded by {_rounded_up(spent - cap)}"
    return f"${max(0.0, cap - spent - _JUST_NO_CENT):.2f} left"


def _rounded_up(dollars: float) -> str:
    return f"${dollars + _JUST_NO_CENT:.2f}"


def _standing(cap: float, spent: float) -> str:
    """Say how a limit stands that has no room for something more."""
    if spent > cap + ROUNDING:
        return f"the limit of ${cap:.2f} is {left_of(cap, spent)}"
    if spent <= 0:
        return f"the limit is ${cap:.2f}"
    return f"the limit of ${cap:.2f} has {left_of(cap, spent)}"


def _still_to_pay(task: Task) -> Price:
    """Return what *task* costs beyond what counts as spent.

    What is in doubt counts in full, and its task costs it once more only where it was not
    charged. What is known to be charged is no part of the price of its task.
    """
    before = task.collects
    if before is None or before.job or before.answered or before.price.free:
        return task.price
    return before.rest


def _unknown(what: str, cap: float) -> CapReached:
    return CapReached(
        f"{what}, and no more than ${cap:.2f} may be spent",
        advice="say what such a piece costs at most: VIDGEN_UNKNOWN_PRICE=USD",
    )
