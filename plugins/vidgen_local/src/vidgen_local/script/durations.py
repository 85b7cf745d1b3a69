"""How long scenes may last: sums of an engine's clip lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence

from attrs import frozen

#: A scene is best this long, in seconds, and longer ones are cut in two.
SHORTEST, LONGEST = 5.0, 15.0
_BRIEF = 11.0
_MOST_SUMS = 400


@frozen
class Durations:
    """The seconds that a scene may last, shortest first, and the pace of its narration."""

    seconds: tuple[float, ...]
    words_per_second: float

    @property
    def most_words(self) -> float:
        """How many words the longest scene holds."""
        return self.seconds[-1] * self.words_per_second

    @property
    def brief_words(self) -> float:
        """How many words a scene of about ten seconds holds."""
        near = [seconds for seconds in self.seconds if seconds <= _BRIEF] or self.seconds[:1]
        return near[-1] * self.words_per_second

    def holding(self, words: float) -> float:
        """Return the shortest duration in which *words* can be said, else the longest."""
        needed = words / self.words_per_second - 1e-9
        return next((seconds for seconds in self.seconds if seconds >= needed), self.seconds[-1])


def durations_for(lengths: Sequence[float], words_per_second: float) -> Durations:
    """Return the durations from 5 to 15 seconds that sums of *lengths* make.

    Where there is none, the shortest sum that is longer than that.
    """
    lengths = sorted({float(length) for length in lengths if length > 0 and math.isfinite(length)})
    lengths = lengths or [SHORTEST]
    sums, edge = set[float](), {0.0}
    while edge and len(sums) < _MOST_SUMS:
        edge = {
            total
            for start in sorted(edge)[:_MOST_SUMS]
            for length in lengths
            if (total := round(start + length, 3)) <= LONGEST and total not in sums
        }
        sums |= edge
    fitting = tuple(sorted(total for total in sums if total >= SHORTEST))
    pace = words_per_second if words_per_second > 0 and math.isfinite(words_per_second) else 2.0
    return Durations(fitting or (_just_above(lengths),), pace)


def _just_above(lengths: Sequence[float]) -> float:
    """Return the shortest multiple of a length that a scene can be."""
    return min(round(length * max(1, math.ceil(SHORTEST / length - 1e-9)), 3) for length in lengths)
