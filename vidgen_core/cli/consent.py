"""Money is asked for before it is spent."""

from __future__ import annotations

import sys
from argparse import Namespace

from vidgen_core.errors import Undecided
from vidgen_core.plan import Plan
from vidgen_core.report import text
from vidgen_core.report.words import count, show


def ask_for_money(plan: Plan, arguments: Namespace) -> None:
    """Ask whether *plan* may cost what it does; without a terminal, --yes must have been given.

    Raises ``Undecided`` where nobody agreed.
    """
    price = plan.price
    if price.free or arguments.yes:
        return
    bought = [task for task in plan.to_do if not task.price.free]
    what = f"{count(len(bought), 'paid piece')} of work" if plan.bound.free else "a whole film"
    question = f"{what}, price: {price}"
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise Undecided(
            f"{question}; nothing was bought", advice="to agree, add --yes to the same command"
        )
    show(text.steps(plan))
    print(f"{question}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Undecided(
            "nothing was bought", advice="to see the plan, add --dry-run to the same command"
        )
