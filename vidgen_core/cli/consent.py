"""Money is asked for before it is spent."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator

from vidgen_core.cli.last_line import same_command
from vidgen_core.errors import Undecided
from vidgen_core.opening import Opened
from vidgen_core.plan import Plan
from vidgen_core.report import text
from vidgen_core.report.prices import in_whole_cents, said, within_limit
from vidgen_core.report.words import count, say, show


def ask_for_money(opened: Opened, plan: Plan, arguments: Namespace) -> bool:
    """Return whether it is agreed that *plan* costs what it does.

    ``--yes`` agrees, a terminal is asked, and elsewhere ``--max-cost`` agrees up to that.
    With ``--no-input`` and neither of them nothing is agreed, and nobody is asked. A limit
    among the settings is no agreement. Raises ``Undecided`` where nobody agreed.
    """
    by_option = arguments.yes or arguments.max_cost is not None
    if plan.price.free:
        return by_option or not arguments.no_input
    if not (arguments.yes or arguments.no_input) and is_terminal():
        return _asked(opened, plan)
    if not arguments.quiet:
        show(text.price(opened, plan))
    facts = list(_facts(opened, plan))
    if not (by_option or arguments.no_input):
        message = "; ".join([_question(plan), *facts, "nothing was bought"])
        raise Undecided(message, advice=how_to_agree(opened, plan))
    if not by_option:
        facts.append("none of it is bought: --no-input")
    if facts and not arguments.quiet:
        say("; ".join(facts))
    return by_option


def is_terminal() -> bool:
    """Whether somebody is there who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _asked(opened: Opened, plan: Plan) -> bool:
    show(text.steps(opened, plan))
    facts = "; ".join(_facts(opened, plan))
    if facts:
        say(facts)
    print(f"{_question(plan)}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        print(file=sys.stderr)  # what is said then begins a line
        raise
    if answer.strip().lower() in ("y", "yes"):
        return True
    raise Undecided(
        "nothing was bought", advice="to see the plan, add --dry-run to the same command"
    )


def _question(plan: Plan) -> str:
    bought = [task for task in plan.to_do if not task.price.free]
    what = f"{count(len(bought), 'paid piece')} of work" if plan.bound.free else "a whole film"
    return f"{what}, price: {plan.price}"


def _facts(opened: Opened, plan: Plan) -> Iterator[str]:
    """Yield what there is to know before somebody agrees: what was spent, and the limit."""
    bill = opened.ledger.bill
    if not bill.free:
        yield f"spent here so far: {said(bill)}"
    if within := within_limit(opened, plan):
        yield within


def how_to_agree(opened: Opened, plan: Plan) -> str:
    """Return the commands that agree to *plan*, each a line of its own."""
    yes = same_command("--yes")
    if not yes:
        return "to agree, add --yes to the same command"
    limit = opened.settings.core.limit
    spent, more = limit.spent(opened.ledger), limit.needed(plan)
    lines = [f"to agree: {yes}"]
    if spent is not None and more is not None:
        enough = spent + more if limit.cap is None else min(limit.cap, spent + more)
        within = same_command("--max-cost", in_whole_cents(enough))
        lines.insert(0, f"to agree up to a limit: {within}")
    return "\n".join(lines)
