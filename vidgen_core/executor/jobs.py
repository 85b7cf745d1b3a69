"""What a run works on, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from vidgen_core.errors import Billed, ExitCode, VidgenError
from vidgen_core.ledger import Charge, InFlight
from vidgen_core.plan import Plan, Task
from vidgen_core.specs import FREE, Price

if TYPE_CHECKING:
    from vidgen_core.executor.purchase import Purchase


@define(kw_only=True, eq=False)
class Job:
    """One task that is being worked on.

    ``folder`` is its scratch folder; ``fraction`` how much of it is done, where
    that is known; ``then`` is called when it is ``due``.
    """

    task: Task
    folder: Path
    purchase: Purchase | None = None
    fraction: float | None = None
    due: float | None = None
    then: Callable[[], None] | None = None


@define(kw_only=True)
class Outcome:
    """How a run ended: the last plan, what failed, and the exit codes that apply.

    ``charges``: the submits of which this run learned what they cost, or may have
    cost. ``in_doubt``: what a service was asked for and may have taken, be it in an
    earlier run. ``went_away``: the run directory did.
    """

    plan: Plan
    errors: list[tuple[Task, VidgenError]] = field(factory=list)
    codes: set[ExitCode] = field(factory=set)
    made: list[str] = field(factory=list)
    charges: list[Charge] = field(factory=list)
    in_doubt: list[InFlight] = field(factory=list)
    went_away: bool = False

    @property
    def paid(self) -> int:
        """How many pieces of work services took in this run."""
        return sum(charge.billed is Billed.YES for charge in self.charges)

    @property
    def price(self) -> Price:
        """What they cost, as far as that is known."""
        taken = (each.price for each in self.charges if each.billed is Billed.YES)
        return sum(taken, FREE)

    @property
    def doubtful(self) -> list[Charge]:
        """The submits which may have cost something, as far as this run met them."""
        return [charge for charge in self.charges if charge.billed is Billed.UNKNOWN]
