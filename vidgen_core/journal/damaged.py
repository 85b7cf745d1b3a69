"""What is said of a journal that is damaged: what goes with it, and where it is moved away."""

from __future__ import annotations

import itertools
import os
import shlex
from pathlib import Path

from vidgen_core.ledger import Ledger, may_be_fetched, what_goes_with


def to_move_away(journal: Path, shown: str = "") -> str:
    """Return the command that moves *journal* away, which is *shown* as it is unless told.

    Never onto one that was moved away before: that is a record of orders and of money, too.
    """
    name = shown or str(journal)
    places = itertools.chain([".damaged"], (f".damaged-{n}" for n in itertools.count(2)))
    free = next(each for each in places if not os.path.lexists(f"{journal}{each}"))
    return shlex.join(["mv", name, f"{name}{free}"])


def before_it_goes(ledger: Ledger, what: str, collect: str) -> str:
    """Say what is lost once *what*, whose *ledger* it is, is moved away, and what to do before.

    *collect*: the command that fetches what is under way. Empty where nothing is lost, else
    to be followed by what comes next.
    """
    lost = what_goes_with(ledger)
    said = f"once {what} is moved away, {lost}; " if lost else ""
    return f"{said}fetch first what is under way: {collect}; " if may_be_fetched(ledger) else said
