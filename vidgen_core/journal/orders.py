"""What was ordered at one price, and what its answers told that they cost."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, evolve, field, frozen

from vidgen_core.errors import Billed
from vidgen_core.ledger import Charge, InFlight
from vidgen_core.limit import ROUNDING
from vidgen_core.model import Key
from vidgen_core.specs import FREE, Price


@frozen(kw_only=True)
class Order:
    """The requests that one price counts: the first one, and those that go on from its answer.

    ``take``: that of the first one, which has the charge. ``agreed``: the price. ``answers``:
    what each request cost, by its take; ``None`` while nobody has told. ``over``: nothing more
    can be asked at that price.
    """

    take: int
    agreed: Price
    answers: Mapping[int, Price | None]
    over: bool = False

    def asked(self, take: int) -> Order:
        """Return this once one more request goes out, as *take*."""
        return evolve(self, answers={**self.answers, take: None}, over=False)

    def told(self, take: int, cost: Price) -> Order:
        """Return this once the answer to *take* has told its *cost*."""
        return evolve(self, answers={**self.answers, take: cost}) if take in self.answers else self

    def without(self, take: int) -> Order:
        """Return this once it is known that *take* was not charged."""
        left = {each: cost for each, cost in self.answers.items() if each != take}
        return evolve(self, answers=left)

    @property
    def is_told(self) -> bool:
        """Whether it is known of every request what it cost."""
        return bool(self.answers) and None not in self.answers.values()

    @property
    def price(self) -> Price:
        """What all of it costs, as far as that is known.

        What was told counts alone once it is all that there will be; before that, and where
        one answer has told nothing, up to what was agreed to may still come. Where more was
        told than was agreed to, one of the two is wrong, and only the bill says which: the
        higher one counts in a limit, and the lower one is not given up.
        """
        known = [cost for cost in self.answers.values() if cost is not None]
        if not known:
            return self.agreed
        told, most = sum(known, FREE), self.agreed.high
        if most is not None and told.high is not None and told.high > most + ROUNDING:
            return Price(min(self.agreed.low, told.low), told.high)
        if self.over and self.is_told:
            return told
        return Price(told.low if most is None else min(told.low, most), most)


@define(kw_only=True)
class Orders:
    """All that was ordered, and what it cost.

    ``charges``: by output and first take, in their order. ``begun``: the orders at whose
    price more may be asked, or whose end is not known yet.
    """

    charges: dict[tuple[Key, int], Charge] = field(factory=dict)
    begun: dict[Key, Order] = field(factory=dict)

    def ask(self, work: InFlight) -> None:
        """Take note that *work* is about to be asked for: an order, or one more request of it."""
        order = self.begun.get(work.key)
        if work.covered:
            if order is not None:
                self._reckon(work.key, order.asked(work.take))
            return
        self.close(work.key)
        if work.price.free:
            return
        self.begun[work.key] = Order(take=work.take, agreed=work.price, answers={work.take: None})
        self.charges[work.key, work.take] = Charge(
            key=work.key,
            take=work.take,
            provider=work.provider,
            kind=work.kind,
            price=work.price,
            since=work.since,
        )

    def charge(self, work: InFlight, billed: Billed) -> None:
        """Take note of whether *work* was charged."""
        charge = self.charges.get((work.key, work.take))
        if charge is not None:
            self.charges[work.key, work.take] = evolve(charge, billed=billed)

    def tell(self, work: InFlight, cost: Price) -> None:
        """Take note of what the answer to *work* says that it cost."""
        order = self.begun.get(work.key)
        if order is not None and cost.known:
            self._reckon(work.key, order.told(work.take, cost))

    def end(self, work: InFlight, billed: Billed, *, goes_on: bool) -> None:
        """Take note that *work* ended without a file; *goes_on*: the order may all the same."""
        order = self.begun.get(work.key)
        if order is not None and billed is Billed.NO:
            self._reckon(work.key, order.without(work.take))
        if not goes_on:
            self.close(work.key)

    def close(self, key: Key, take: int | None = None) -> None:
        """Take note that nothing more is asked at the price of the order for *key*.

        *take*: of the one that began with it; ``None``: of the last one.
        """
        order = self.begun.get(key)
        if order is not None and take in (None, order.take):
            self._reckon(key, evolve(order, over=True))
            del self.begun[key]

    def told(self) -> list[tuple[Key, int]]:
        """Return the orders whose every answer told what it cost, and that are not closed."""
        return [(key, order.take) for key, order in self.begun.items() if order.is_told]

    def _reckon(self, key: Key, order: Order) -> None:
        self.begun[key] = order
        place = (key, order.take)
        self.charges[place] = evolve(self.charges[place], price=order.price)
