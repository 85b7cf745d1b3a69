"""How much of the sweeps is run, and what the runs count.

The part that is run by default is chosen by a seed, which ``tests/conftest.py`` prints.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TypeVar

from ..extent import spread

T = TypeVar("T")

#: Whether everything is run, as ``nox -s faults -- --all`` does.
ALL = os.environ.get("VIDGEN_TEST_FAULTS", "") == "all"
_WHERE = "VIDGEN_FAULT_COUNTS"
#: Where counts go, for tests in whose environment nothing of vidgen's is set.
_COUNTS = os.environ.get(_WHERE)


#: What chooses the part. The same for everybody who sets none, so that a change is blamed for
#: what it breaks; ``nox -s faults`` draws another one each time.
SEED = int(os.environ.get("VIDGEN_TEST_SEED", "289907"))


def some(items: Sequence[T], count: int) -> list[T]:
    """Return all *items* in the whole extent, else *count* of them, spread over the whole."""
    chosen = list(items) if ALL else spread(items, count, SEED)
    print(f"{len(chosen)} of {len(items)} chosen by VIDGEN_TEST_SEED={SEED}")
    return chosen


def counted(layer: str, **counts: int) -> None:
    """Add to what a layer has done: a line of JSON in the file that is asked for, if any.

    One write to a file that is open for appending: lines of many processes do not mix.
    """
    path = os.environ.get(_WHERE) or _COUNTS
    if not path:
        return
    line = json.dumps({"layer": layer, **counts}, sort_keys=True) + "\n"
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(number, line.encode())
    finally:
        os.close(number)
