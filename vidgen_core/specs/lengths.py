"""How a scene's seconds become clips of the lengths that an engine can make."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: What sums of decimal fractions may be off by.
_HAIR = 1e-6


def split_evenly(seconds: float, lengths: Sequence[float]) -> tuple[float, ...]:
    """Cover *seconds* with *lengths*: least surplus first, then fewest clips, shortest first.

    Beyond five of the longest, the longest length is used until the rest is short.
    """
    longest = max(lengths)
    head: list[float] = []
    rest = seconds
    while rest > 5 * longest:
        head.append(longest)
        rest -= longest
    return tuple(sorted((*_fewest(rest, lengths), *head)))


def _fewest(seconds: float, lengths: Sequence[float]) -> tuple[float, ...]:
    """Return the fewest of *lengths* of the least sum that covers *seconds*: the most even ones.

    Grown clip by clip, with one choice kept for each sum that was reached.
    """
    found: dict[float, tuple[float, ...]] = {}
    short: set[tuple[float, ...]] = {()}
    while short:
        longer: dict[float, tuple[float, ...]] = {}
        for chosen in short:
            for length in lengths:
                parts = tuple(sorted((*chosen, length)))
                total = round(math.fsum(parts), 6)
                longer[total] = max(longer.get(total, ()), parts)
        covers = {
            total: parts for total, parts in longer.items() if math.fsum(parts) >= seconds - _HAIR
        }
        found = covers | found
        short = {parts for total, parts in longer.items() if total not in covers}
    return found[min(found)]
