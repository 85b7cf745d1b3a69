"""The single place where money leaves: no paid submit begins that is not allowed here."""

from __future__ import annotations

import threading

from attrs import define, field

from vidgen_core.errors import CapReached
from vidgen_core.journal import Journal
from vidgen_core.ledger import InFlight
from vidgen_core.specs import Price

#: Sums of cents are not exact in binary.
_ROUNDING = 1e-9


@define(kw_only=True, eq=False)
class Purse:
    """Keeps a directory's spending below ``cap`` dollars (``None``: no limit).

    All submits over the life of the directory count, whoever made them: what was
    charged, what is in flight, and what may have been charged, each by its highest
    price. ``unknown_price`` is what counts where a price is unknown; ``None``: then
    nothing is bought below a cap.
    """

    journal: Journal
    cap: float | None = None
    unknown_price: float | None = None
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def take_out(self, work: InFlight) -> None:
        """Write the intent to buy *work*, if there is room for it. Called from any thread.

        Looking and writing are one step, so that two submits never share the last
        dollar. Raises ``CapReached``, and what :meth:`Journal.intent` raises.
        """
        with self._lock:
            self.check(work.price)
            self.journal.intent(work)

    def check(self, price: Price) -> None:
        """Raise ``CapReached`` where there is no room for *price*."""
        if self.cap is None or price.free:
            return
        more = self._at_most(price)
        if more is None:
            raise CapReached(
                f"its price is unknown, and no more than ${self.cap:.2f} may be spent",
                advice="say what such a piece costs at most: VIDGEN_UNKNOWN_PRICE=USD",
            )
        spent = self._spent()
        if spent is None:
            raise CapReached(
                "what this directory has cost is not known, for some of it has no price, "
                f"and no more than ${self.cap:.2f} may be spent",
                advice="say what such a piece costs at most: VIDGEN_UNKNOWN_PRICE=USD",
            )
        if spent + more > self.cap + _ROUNDING:
            raise CapReached(
                f"it costs up to ${more:.2f}, and of ${self.cap:.2f} up to ${spent:.2f} are spent",
                advice="--max-cost with a higher limit",
            )

    def _spent(self) -> float | None:
        """Return what the directory has cost at most; ``None`` where nobody knows."""
        total = 0.0
        for charge in self.journal.ledger.charges:
            most = self._at_most(charge.bounds)
            if most is None:
                return None
            total += most
        return total

    def _at_most(self, price: Price) -> float | None:
        return self.unknown_price if price.high is None else price.high
