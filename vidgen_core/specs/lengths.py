"""How a scene's seconds become clips of the lengths that an engine can make."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Of more clips no scene is made: so many are a slip, or somebody's bad will.
MOST_CLIPS = 1000
#: What sums of decimal fractions may be off by.
_HAIR = 1e-6
#: So many sums of lengths are looked at, before clips that fill a scene are given up.
_MOST_SUMS = 10_000


def split_evenly(seconds: float, lengths: Sequence[float]) -> tuple[float, ...]:
    """Cover *seconds* with *lengths*: least surplus first, then fewest clips, shortest first.

    Beyond five of the longest, the longest length is used until the rest is short.
    Raises ``ValueError`` where that takes more than :data:`MOST_CLIPS`.
    """
    longest = max(lengths)
    if seconds > MOST_CLIPS * longest:
        raise too_many_clips(seconds)
    head: list[float] = []
    rest = seconds
    while rest > 5 * longest:
        head.append(longest)
        rest -= longest
    parts = (*_fewest(rest, lengths), *head)
    if len(parts) > MOST_CLIPS:
        raise too_many_clips(seconds)
    return tuple(sorted(parts))


def too_many_clips(seconds: float) -> ValueError:
    """Return the error for a scene that nobody can want to be made of so many clips."""
    return ValueError(f"{seconds:g} s would take more than {MOST_CLIPS} clips")


def _fewest(seconds: float, lengths: Sequence[float]) -> tuple[float, ...]:
    """Return the fewest of *lengths* of the least sum that covers *seconds*: the most even ones.

    Grown clip by clip, with one choice kept for each sum that was reached: the first,
    which has the fewest clips.
    """
    found: dict[float, tuple[float, ...]] = {}
    reached: set[float] = set()
    short: set[tuple[float, ...]] = {()}
    for _ in range(MOST_CLIPS):
        longer: dict[float, tuple[float, ...]] = {}
        for chosen in short:
            for length in lengths:
                parts = tuple(sorted((*chosen, length)))
                total = round(math.fsum(parts), 6)
                if total not in reached:
                    longer[total] = max(longer.get(total, ()), parts)
        reached |= longer.keys()
        covers = {
            total: parts for total, parts in longer.items() if math.fsum(parts) >= seconds - _HAIR
        }
        found = covers | found
        short = {parts for total, parts in longer.items() if total not in covers}
        if not short:
            return found[min(found)]
        if len(reached) > _MOST_SUMS:
            break
    raise too_many_clips(seconds)
