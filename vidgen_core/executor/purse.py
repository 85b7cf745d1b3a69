"""The single place where money leaves: no paid submit begins that is not allowed here."""

from __future__ import annotations

import threading

from attrs import define, field

from vidgen_core import faults
from vidgen_core.journal import Journal
from vidgen_core.ledger import InFlight
from vidgen_core.limit import Limit
from vidgen_core.model import Key
from vidgen_core.specs import Price


@define(kw_only=True, eq=False)
class Purse:
    """Keeps a directory's spending below its ``limit``."""

    journal: Journal
    limit: Limit = Limit()
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def take_out(self, work: InFlight) -> None:
        """Write the intent to buy *work*, if there is room for it. Called from any thread.

        Looking and writing are one step, so that two submits never share the last
        dollar. An earlier take in doubt counts, and is no question any more from then on:
        both in one record, so that it stays one where nothing is bought.

        Raises ``CapReached``, and what :meth:`Journal.intent` raises.
        """
        with self._lock:
            if not work.covered:
                self.check(work.price + work.rest, work.key)
            faults.point("intent-before")
            self.journal.intent(work)
        faults.point("intent-written")

    def check_again(self, key: Key) -> None:
        """Raise ``CapReached`` where there is no room to repeat the order of *key*."""
        self.limit.check_again(self.journal.ledger, key)

    def check(self, price: Price, key: Key) -> None:
        """Raise ``CapReached`` where there is no room for *price* for the output *key*."""
        self.limit.check(self.journal.ledger, self.limit.at_most(price), key)
