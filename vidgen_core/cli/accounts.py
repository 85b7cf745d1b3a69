"""What a run directory has cost, by provider: as lines to read, and as one object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from vidgen_core.errors import Billed
from vidgen_core.ledger import Charge, Ledger
from vidgen_core.limit import left_of
from vidgen_core.report.prices import said, usd
from vidgen_core.report.words import INDENT, count, name
from vidgen_core.settings.core_options import CoreOptions
from vidgen_core.specs import FREE, Price


@frozen(kw_only=True)
class Account:
    """What one provider was paid, and may have been.

    ``taken``: the submits that the service took, ``under_way`` those of them that are not
    fetched. ``doubtful``: the submits of which nobody knows whether they were charged.
    """

    provider: str
    taken: tuple[Charge, ...] = ()
    under_way: tuple[Charge, ...] = ()
    doubtful: tuple[Charge, ...] = ()

    @property
    def total(self) -> Price:
        """What it all cost, at least and at most."""
        return _bounds((*self.taken, *self.doubtful))

    @property
    def unknown(self) -> int:
        """How many pieces of work have no known price."""
        return sum(not charge.price.known for charge in (*self.taken, *self.doubtful))


def accounts(ledger: Ledger) -> tuple[Account, ...]:
    """Return what was paid by provider, in the order in which they were first asked."""
    charges = [charge for charge in ledger.charges if charge.billed is not Billed.NO]
    in_flight = {(key, work.take) for key, work in ledger.in_flight.items()}
    return tuple(
        _account(provider, [each for each in charges if each.provider == provider], in_flight)
        for provider in dict.fromkeys(charge.provider for charge in charges)
    )


def _account(provider: str, charges: Sequence[Charge], in_flight: set[Any]) -> Account:
    taken = tuple(charge for charge in charges if charge.billed is Billed.YES)
    return Account(
        provider=provider,
        taken=taken,
        under_way=tuple(each for each in taken if (each.key, each.take) in in_flight),
        doubtful=tuple(charge for charge in charges if charge.billed is Billed.UNKNOWN),
    )


def account_lines(
    ledger: Ledger, found: Sequence[Account], core: CoreOptions, *, verbose: bool = False
) -> Iterator[str]:
    """Yield what a film maker wants to know; *verbose*: each piece of work, too."""
    if not found:
        yield "nothing was paid for here"
    for account in found:
        yield f"{account.provider}: {_account_words(account)}"
        if verbose:
            charges = (*account.taken, *account.doubtful)
            yield from (INDENT + _charge_words(charge) for charge in charges)
    if found:
        yield f"in all: {_sum_words(found)}"
    yield from _unknown_lines(ledger)
    yield from _limit_lines(ledger, core)


def _account_words(account: Account) -> str:
    words = []
    if account.taken:
        words.append(f"{count(len(account.taken), 'piece')} of work, {_paid(account.taken)}")
    if account.under_way:
        words.append(f"{len(account.under_way)} of it still under way")
    if account.doubtful:
        price = said(sum((charge.price for charge in account.doubtful), FREE))
        words.append(f"{count(len(account.doubtful), 'piece')} in doubt, {price} if charged")
    return "; ".join(words)


def _charge_words(charge: Charge) -> str:
    state = "charged" if charge.billed is Billed.YES else "in doubt"
    take = f", take {charge.take}" if charge.take > 1 else ""
    return f"{name(charge.key)}{take}: {said(charge.price)}, {state}{_when(charge.since)}"


def _when(since: float) -> str:
    try:
        return datetime.fromtimestamp(since).strftime(", %Y-%m-%d %H:%M") if since else ""
    except (ValueError, OverflowError, OSError):  # a journal from elsewhere may say anything
        return ""


def _sum_words(found: Iterable[Account]) -> str:
    total = sum((account.total for account in found), FREE)
    unknown = sum(account.unknown for account in found)
    if not unknown:
        return str(total)
    more = f"{count(unknown, 'piece')} of work whose price is not known"
    return f"{total}, with {more}" if total.low else f"not known, for {more}"


def _unknown_lines(ledger: Ledger) -> Iterator[str]:
    if ledger.forgotten:
        pieces = count(len(ledger.forgotten), "piece")
        yield f"{pieces} of work asked for before the journal was lost: not in the sum"
    if ledger.damage:
        yield f"the journal is damaged, and the sum may lack something: {ledger.damage}"


def _limit_lines(ledger: Ledger, core: CoreOptions) -> Iterator[str]:
    if core.max_cost is None:
        return
    spent = core.limit.spent(ledger)
    left = "not known what is left" if spent is None else left_of(core.max_cost, spent)
    yield f"limit: {usd(core.max_cost)}, {left}"


def _left(limit: float, spent: float) -> float:
    return round(max(0.0, limit - spent), 6)


def as_object(ledger: Ledger, found: Sequence[Account], core: CoreOptions) -> dict[str, Any]:
    """Return the same for ``--json``."""
    spent = core.limit.spent(ledger)
    limit = core.max_cost
    left = None if limit is None or spent is None else _left(limit, spent)
    return {
        "providers": [
            {
                "provider": account.provider,
                "paid": _pieces(account.taken),
                "in_flight": _pieces(account.under_way),
                "in_doubt": _pieces(account.doubtful),
                "total": _price(account.total),
                "unknown": account.unknown,
            }
            for account in found
        ],
        "total": _price(sum((account.total for account in found), FREE)),
        "unknown": sum(account.unknown for account in found),
        "forgotten": sorted(key.id for key in ledger.forgotten),
        "max_cost": limit,
        "left": left,
        "damage": ledger.damage,
    }


def _pieces(charges: Sequence[Charge]) -> dict[str, Any]:
    return {"pieces": len(charges), "price": _price(sum((each.price for each in charges), FREE))}


def _paid(charges: Iterable[Charge]) -> str:
    return said(sum((charge.price for charge in charges), FREE))


def _bounds(charges: Iterable[Charge]) -> Price:
    return sum((charge.bounds for charge in charges), FREE)


def _price(price: Price) -> dict[str, float | None]:
    """Return *price* without the dust that sums of cents leave."""
    low, high = (
        None if each is None else round(float(each), 6) for each in (price.low, price.high)
    )
    return {"low": low, "high": high}
