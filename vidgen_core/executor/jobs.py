"""What a run works on, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from vidgen_core.errors import ExitCode, VidgenError
from vidgen_core.ledger import InFlight
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

    ``bought``: the prices of what services took in this run. ``in_doubt``: what
    a service was asked for and may have taken. ``went_away``: the run directory did.
    """

    plan: Plan
    errors: list[tuple[Task, VidgenError]] = field(factory=list)
    codes: set[ExitCode] = field(factory=set)
    made: list[str] = field(factory=list)
    bought: list[Price] = field(factory=list)
    in_doubt: list[InFlight] = field(factory=list)
    went_away: bool = False

    @property
    def paid(self) -> int:
        """How many pieces of work services took in this run."""
        return len(self.bought)

    @property
    def price(self) -> Price:
        """What they cost, as far as that is known."""
        return sum(self.bought, FREE)
