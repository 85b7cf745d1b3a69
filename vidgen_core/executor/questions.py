"""What the user is told about an order of which nobody knows whether a service took it."""

from __future__ import annotations

import shlex
from pathlib import Path

from vidgen_core.errors import Undecided, VidgenError
from vidgen_core.ledger import InFlight
from vidgen_core.planner.doubts import only_answers
from vidgen_core.wording import name


def what_to_do(work: InFlight) -> str:
    """Return the advice about *work*, which only its service's account tells of."""
    account, again = f"look into your account with {work.provider}", "--in-doubt again"
    if only_answers(work):
        return f"{account} for what was charged; {again} buys it once more, skip leaves it out"
    return (
        f"{account}: if it keeps jobs and this one is there, give its id "
        f"with --in-doubt adopt=JOB; if it is not, {again} buys it once more"
    )


def was_it_taken(work: InFlight, why: str, cause: VidgenError | None = None) -> Undecided:
    """Return the question whether *work* was taken, which the user has to answer.

    *cause*: what the submit raised, or the search for it; what it advises comes first.
    """
    advised = f"{cause.advice}, or " if cause is not None and cause.advice else ""
    question = Undecided(
        f"it is not known whether {work.provider} took {name(work.key)} ({why})",
        advice=f"{advised}{what_to_do(work)}",
    )
    question.__cause__ = cause
    return question


def never_comes(work: InFlight, root: Path) -> str:
    """Return the advice about paid *work* in *root* whose result cannot be fetched."""
    command = shlex.join(["vidgen", "redo", str(root), f"--give-up={work.job}"])
    return f"it stays paid for and is fetched next time; if it never comes, {command} orders anew"


def not_found_out(work: InFlight) -> Undecided:
    """Return what is said of *work* in a run that may submit nothing that could cost money."""
    return Undecided(
        f"it is not known whether {work.provider} took {name(work.key)}, and finding "
        "out may cost money, which nobody agreed to",
        advice="vidgen continue finds out",
    )


def not_listed(work: InFlight) -> Undecided:
    """Return what is said of *work* that its service does not list, in such a run."""
    return Undecided(
        f"{work.provider} does not list {name(work.key)}",
        advice="vidgen continue makes it where the film needs it",
    )


def not_on_record(work: InFlight) -> Undecided:
    """Return what is said of *work* of which nothing tells what was asked for."""
    what = f"what {work.provider} was asked for {name(work.key)}"
    return Undecided(f"{what} is not known any more", advice=what_to_do(work))
