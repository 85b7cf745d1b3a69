"""What work costs, said before it is paid for, and what a run directory has cost so far."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from attrs import frozen

from vidgen_core.errors import Billed
from vidgen_core.executor import Outcome
from vidgen_core.ledger import Charge, InFlight, Ledger
from vidgen_core.limit import ROUNDING, left_of
from vidgen_core.model import Key
from vidgen_core.opening import Opened
from vidgen_core.plan import Plan, Task
from vidgen_core.planner.doubts import film_order, is_doubtful
from vidgen_core.report.words import INDENT, count, listed
from vidgen_core.specs import FREE, Price, ProviderKind

#: What one piece of work is called; a provider's name may stand for two kinds.
_PIECE: Mapping[ProviderKind, str] = MappingProxyType(
    {
        ProviderKind.VIDEO_ENGINE: "clip",
        ProviderKind.IMAGE_GENERATOR: "picture",
        ProviderKind.SPEECH_ENGINE: "narration",
        ProviderKind.SOUND_ENGINE: "sound effect",
        ProviderKind.SCRIPT_MODEL: "text",
    }
)


@frozen(kw_only=True)
class Share:
    """What one provider is paid for its part of a plan.

    ``pieces`` is ``None`` where it is not known how many there will be: then ``price``
    holds the most that they cost. ``priced_on`` is the ISO date of the provider's
    prices, empty where unknown.
    """

    kind: ProviderKind
    provider: str
    pieces: int | None
    price: Price
    priced_on: str = ""

    def __str__(self) -> str:
        what = _PIECE.get(self.kind, "piece")
        many = f"{what}s" if self.pieces is None else count(self.pieces, what)
        return f"{self.provider}, {many}: {self._price()}"

    def _price(self) -> str:
        if self.price.high is None and not self.price.low:
            return "price unknown"
        at_most = self.pieces is None and not self.price.low
        price = f"at most {usd(self.price.high or 0.0)}" if at_most else str(self.price)
        dated = f"prices of {self.priced_on}" if self.priced_on else "date of its prices unknown"
        return f"{price}, {dated}"


def usd(dollars: float) -> str:
    """Return an amount as people write it: ``$4.20``."""
    return f"${dollars:.2f}"


def shares(opened: Opened, plan: Plan) -> tuple[Share, ...]:
    """Return who is paid for *plan* and how much, in the order of the work."""
    tasks: dict[tuple[ProviderKind, str], list[Task]] = {}
    for task in plan.to_do:
        if task.kind is not None and not task.price.free:
            tasks.setdefault((task.kind, task.provider), []).append(task)
    installed = opened.selection.providers.installed
    found = []
    for who in dict.fromkeys((*tasks, *plan.bounds)):
        known, later = tasks.get(who, []), plan.bounds.get(who)
        spec = installed.get(who)
        share = Share(
            kind=who[0],
            provider=who[1],
            pieces=len(known) if later is None else None,
            price=sum((task.price for task in known), later or FREE),
            priced_on=spec.priced_on if spec else "",
        )
        found.append(share)
    return tuple(found)


def price_lines(opened: Opened, plan: Plan) -> list[str]:
    """Return what *plan* costs, a line for each who is paid, and the sum; empty for nothing."""
    if plan.price.free:
        return []
    paid = [f"{INDENT}{share}" for share in shares(opened, plan)]
    return ["paid work:", *paid, f"price: {plan.price}"]


def foreseen_lines(opened: Opened, plan: Plan) -> list[str]:
    """Return what *plan* costs, also where that is nothing."""
    if not plan.price.free:
        return price_lines(opened, plan)
    later = any(not task.price.free for task in plan.stuck)
    return ["price: nothing" + (", but for what cannot be made yet" if later else "")]


def within_limit(opened: Opened, plan: Plan) -> str:
    """Return the limit in all and what it means for *plan*; empty where it means nothing."""
    limit = opened.settings.core.limit
    if limit.cap is None or plan.price.free:
        return ""
    said = f"limit in all: {usd(limit.cap)}"
    spent, more = limit.spent(opened.ledger), limit.needed(plan)
    if spent is None:
        return f"{said}, and what was spent is not known: nothing is bought below a limit"
    if more is None and limit.unknown_price is None:
        return f"{said}, and what has no known price is not bought below a limit"
    if spent > limit.cap + ROUNDING:
        return f"{said}, {left_of(limit.cap, spent)} already: nothing is bought"
    left = f", {left_of(limit.cap, spent)}" if spent else ""
    if more is None:
        return f"{said}{left}, perhaps too low for this: stops when it is reached"
    if spent + more > limit.cap + ROUNDING:
        return f"{said}{left}, too low for this: stops when it is reached"
    return said


# what was charged -------------------------------------------------------


def in_doubt(outcome: Outcome) -> list[Price]:
    """Return what each piece of work costs that may have been charged, as far as it was met."""
    found = {(charge.key, charge.take): charge.price for charge in outcome.doubtful}
    found |= {(work.key, work.take): work.price for work in outcome.in_doubt}
    return list(found.values())


def cost_lines(ledger: Ledger) -> Iterator[str]:
    """Yield what a run directory has cost so far, what is in flight, and what is in doubt."""
    paid = [charge for charge in ledger.charges if not charge.price.free]
    taken = [charge for charge in paid if charge.billed is Billed.YES]
    doubtful = [charge for charge in paid if charge.billed is Billed.UNKNOWN]
    words = []
    if taken:
        words.append(f"{_sum(taken)} for {count(len(taken), 'paid piece')} of work")
    if doubtful:
        pieces = count(len(doubtful), "piece")
        words.append(f"{pieces} of work may have been charged ({_sum(doubtful)})")
    if words:
        yield f"cost so far: {', '.join(words)}"
    works = sorted(ledger.in_flight.values(), key=film_order)
    yield from _works("in flight", (work for work in works if not is_doubtful(work)))
    yield from _works("in doubt, for no answer came", filter(is_doubtful, works))


def _works(what: str, works: Iterable[InFlight]) -> Iterator[str]:
    """Yield a line for the *works* of each provider."""
    groups: dict[str, list[InFlight]] = {}
    for work in works:
        groups.setdefault(work.provider, []).append(work)
    for provider, group in groups.items():
        keys: list[Key] = [work.key for work in group]
        price = sum((work.price for work in group), FREE)
        cost = "" if price.free else f", {said(price)}"
        yield f"{what}: {listed(keys)} at {provider}{cost}"


def _sum(charges: Iterable[Charge]) -> str:
    return said(sum((charge.price for charge in charges), FREE))


def said(price: Price) -> str:
    """Return *price* in words that stand alone."""
    return "price unknown" if price.high is None and not price.low else str(price)


def in_whole_cents(dollars: float) -> str:
    """Return an amount for ``--max-cost``, rounded up so that it is enough: ``4.20``."""
    return f"{math.ceil(round(dollars * 100, 6)) / 100:.2f}"
