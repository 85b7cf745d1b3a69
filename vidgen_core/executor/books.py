"""What earlier runs left in the journal, settled before a run begins."""

from __future__ import annotations

import uuid

from attrs import define, evolve, field

from vidgen_core.errors import Billed
from vidgen_core.executor.publishing import Shelf
from vidgen_core.journal import Journal
from vidgen_core.journal.stored import is_stored
from vidgen_core.ledger import Charge, InFlight, Ledger
from vidgen_core.model import Key
from vidgen_core.plan import Decision, Plan, Task
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.specs import Price

_UNKNOWN = Billed.UNKNOWN
_Known = tuple[Key, int, Billed]


def _known(charge: Charge) -> _Known:
    """Return what a run may learn of *charge*; that it cost less than it might is no charge."""
    return charge.key, charge.take, charge.billed


def mend_records(shelf: Shelf, *, ask_no_more: bool = True) -> None:
    """Write the records of paid files that are there while the journal has them in flight.

    Likewise of answers that were stored right before a crash.
    """
    for key, work in shelf.journal.ledger.in_flight.items():
        if is_doubtful(work) and is_stored(shelf.directory.root, work):
            shelf.journal.answered(key, work.take)
            shelf.mend(key, evolve(work, answered=True), ask_no_more=ask_no_more)
        else:
            shelf.mend(key, work, ask_no_more=ask_no_more)


@define(kw_only=True, eq=False)
class Books:
    """Brings journal and files together again.

    ``limit``: up to this price what may have been bought is bought once more.
    ``earlier``: what was known of each order when the run began: whether it was charged.
    What is given up stays in the journal until it is bought: else the question stays.
    """

    journal: Journal
    shelf: Shelf
    limit: float
    earlier: frozenset[_Known] = field(init=False)
    _given_up: set[tuple[Key, int]] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self.earlier = frozenset(map(_known, self.journal.ledger.charges))

    def settle(self, plan: Plan) -> None:
        """Mend records, give up what is made again in doubt, and write down what is adopted.

        *plan* was made with the user's choice about work in doubt.
        """
        mend_records(self.shelf)
        self.journal.close_orders()  # what goes on from an earlier run is an order of its own
        for key, work in self.journal.ledger.in_flight.items():
            if not is_doubtful(work):
                continue
            task = plan.by_key.get(key)
            if task is None:
                continue
            if task.collects is not None and task.collects.job:
                self.journal.adopted(key, work.take, task.collects.job)
            elif task.decision is Decision.MAKE or self._is_worth_repeating(task, work):
                self.give_up(work)

    def adopted(self, plan: Plan) -> list[InFlight]:
        """Return the work in doubt whose job *plan* fetches, because the user named it."""
        works = self.journal.ledger.in_flight
        collected = [task.collects for task in plan.to_do if task.collects is not None]
        return [
            work
            for work in collected
            if work.job and work.key in works and is_doubtful(works[work.key])
        ]

    def give_up(self, work: InFlight) -> None:
        """Have *work*, which is in doubt, bought once more in this run."""
        self._given_up.add((work.key, work.take))

    @property
    def ledger(self) -> Ledger:
        """The journal as this run goes by it: what is bought once more is not in flight."""
        ledger = self.journal.ledger
        works = dict(ledger.in_flight)
        given_up = [key for key, work in works.items() if (key, work.take) in self._given_up]
        again = {key: works.pop(key) for key in given_up}
        return evolve(ledger, in_flight=works, again=again)

    def new_take(self, task: Task) -> InFlight:
        """Return what ordering *task* now would begin: a take of its own, with its own token."""
        assert task.kind is not None
        return InFlight(
            key=task.key,
            take=self.journal.ledger.takes.get(task.key, 0) + 1,
            provider=task.provider,
            kind=task.kind,
            token=uuid.uuid4().hex,
            seconds=task.seconds,
            shown_frames=task.shown_frames,
            fps=task.fps,
            scene_seconds=task.scene_seconds,
        )

    def news(self) -> list[Charge]:
        """Return the submits of which this run learned something.

        With them, what was bought before in doubt and was bought again now.
        """
        charges = self.journal.ledger.charges
        learned = [charge for charge in charges if _known(charge) not in self.earlier]
        keys = {charge.key for charge in learned}
        return [
            charge
            for charge in charges
            if _known(charge) not in self.earlier
            or (charge.key in keys and charge.billed is _UNKNOWN)
        ]

    def _is_worth_repeating(self, task: Task, work: InFlight) -> bool:
        if task.decision is not Decision.ASK or self.journal.ledger.damage:
            return False
        if work.key in self.journal.doubted:
            return False
        return self._is_cheap(work.price)

    def _is_cheap(self, price: Price) -> bool:
        return price.high is not None and 0 < price.high <= self.limit

    def may_repeat(self, task: Task) -> bool:
        """Whether *task* is bought again in doubt, and at a price that the user allowed."""
        doubted = self.journal.doubted | {key for key, _ in self._given_up}
        return task.key in doubted and self._is_cheap(task.price)
