"""How much of what takes long is run: a part that a seed chooses, or all of it."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

#: Whether everything is run, as ``nox -s matrix`` does; a part of it is in the default set.
ALL = os.environ.get("VIDGEN_TEST_EXTENT", "few") == "all"
#: What chooses the part.
SEED = int(os.environ.get("VIDGEN_TEST_SEED", "1"))


def some(things: Sequence[T], few: int) -> list[T]:
    """Return all *things*, or *few* of them, spread over the whole, in their order."""
    return list(things) if ALL else spread(things, few, SEED)


def spread(things: Sequence[T], few: int, seed: int) -> list[T]:
    """Return *few* of *things* that *seed* chooses, spread over the whole, in their order."""
    if len(things) <= few:
        return list(things)
    dice = random.Random(seed)
    part = len(things) / few
    return [things[int((number + dice.random()) * part)] for number in range(few)]
