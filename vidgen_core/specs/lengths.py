"""How a scene's seconds become clips of the lengths that an engine can make."""

from __future__ import annotations

import math
from collections.abc import Sequence


def split_evenly(seconds: float, lengths: Sequence[float]) -> tuple[float, ...]:
    """Cover *seconds* with *lengths*: least surplus first, then fewest clips, shortest first.

    Beyond five of the longest, the longest length is used until the rest is short.
    """
    ordered = sorted(lengths)
    longest = ordered[-1]
    head: list[float] = []
    rest = seconds
    while rest > 5 * longest:
        head.append(longest)
        rest -= longest
    found: tuple[float, ...] | None = None
    best = (math.inf, math.inf)
    todo: list[tuple[tuple[float, ...], float]] = [((), 0.0)]
    while todo:
        chosen, total = todo.pop()
        if total >= rest - 1e-6 and chosen:
            score = (round(total - rest, 6), len(chosen))
            if score < best and total - min(chosen) < rest - 1e-6:
                found, best = chosen, score
            continue
        for length in ordered:
            if not chosen or length >= chosen[-1]:
                todo.append(((*chosen, length), total + length))
    assert found is not None, "the longest length alone covers any rest"
    return tuple(sorted((*found, *head)))
