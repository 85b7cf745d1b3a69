"""What earlier runs left in the journal, settled before a run begins."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define

from vidgen_core.errors import Billed
from vidgen_core.executor.publishing import Shelf
from vidgen_core.executor.purchase import sent_with
from vidgen_core.journal import Journal
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key
from vidgen_core.plan import Decision, Plan, Task
from vidgen_core.specs import Price


@define(kw_only=True, eq=False)
class Books:
    """Brings journal and files together again.

    ``limit``: up to this price what may have been bought is bought once more.
    """

    journal: Journal
    shelf: Shelf
    limit: float

    def settle(self, plan: Plan) -> dict[Key, Price]:
        """Mend records, give up what is made again in doubt, and return the prices of that."""
        before = self.journal.ledger
        doubtful = {}
        for key, work in before.in_flight.items():
            self.shelf.mend(key, work, sent_with(self.shelf.directory, work))
            if self._is_worth_repeating(plan.by_key.get(key), work):
                why = "its outcome is unknown; it is made again"
                self.journal.ended(key, work.take, why, Billed.UNKNOWN, doubted=True)
                doubtful[key] = work.price
        return doubtful

    def paid_twice(self, doubtful: Mapping[Key, Price], plan: Plan) -> list[Price]:
        """Return the prices in doubt of what *plan* buys again, and does not make for nothing."""
        tasks = {key: plan.by_key.get(key) for key in doubtful}
        return [doubtful[key] for key, task in tasks.items() if task and self.may_repeat(task)]

    def _is_worth_repeating(self, task: Task | None, work: InFlight) -> bool:
        if task is None or task.decision is not Decision.ASK or self.journal.ledger.damage:
            return False
        if work.key not in self.journal.ledger.in_flight or work.key in self.journal.doubted:
            return False
        return self._is_cheap(work.price)

    def _is_cheap(self, price: Price) -> bool:
        return price.high is not None and 0 < price.high <= self.limit

    def may_repeat(self, task: Task) -> bool:
        """Whether *task* is bought again in doubt, and at a price that the user allowed."""
        return task.key in self.journal.doubted and self._is_cheap(task.price)
