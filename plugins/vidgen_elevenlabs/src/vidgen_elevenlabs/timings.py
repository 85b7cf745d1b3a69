"""From the times of characters to those of sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vidgen_core import Timing

#: No speech lasts as many seconds.
_LONGEST = 1_000_000
#: What ends a sentence, and what may still belong to it.
_ENDS = frozenset(".!?…")
_FULL_WIDTH = frozenset("。！？")
_CLOSING = frozenset("\"'”’»›)]}」』）")


def sentences(alignment: Any) -> list[Timing]:
    """Return when each sentence is heard; nothing where *alignment* does not tell.

    *alignment*: the service's lists of characters and of their begins and ends, in seconds.
    """
    characters, starts, ends = _lists(alignment)
    found: list[Timing] = []
    begin = 0
    for place in range(len(characters)):
        if not _ends_at(characters, place):
            continue
        heard = [at for at in range(begin, place + 1) if characters[at].strip()]
        begin = place + 1
        if heard:
            start = max(starts[heard[0]], found[-1].start if found else 0.0)
            end = max(start, ends[heard[-1]])
            text = "".join(characters[heard[0] : heard[-1] + 1])
            found.append(Timing(text=" ".join(text.split()), start=start, end=end))
    return found


def _ends_at(characters: list[str], place: int) -> bool:
    """Whether a sentence ends with the character at *place*."""
    if place + 1 == len(characters):
        return True
    if characters[place] in _FULL_WIDTH | _CLOSING and characters[place + 1] in _CLOSING:
        return False
    last = place
    while last > 0 and characters[last] in _CLOSING:
        last -= 1
    if characters[last] in _FULL_WIDTH:
        return True
    return characters[last] in _ENDS and not characters[place + 1].strip()


def _lists(alignment: Any) -> tuple[list[str], list[float], list[float]]:
    told = alignment if isinstance(alignment, dict) else {}
    characters = _all_of(told.get("characters"), _is_character)
    starts = _all_of(told.get("character_start_times_seconds"), _is_time)
    ends = _all_of(told.get("character_end_times_seconds"), _is_time)
    if not len(characters) == len(starts) == len(ends):
        return [], [], []
    return characters, starts, ends


def _all_of(values: Any, fits: Callable[[object], bool]) -> list[Any]:
    """Return the list *values*; an empty one where it is none, or one of it does not fit."""
    return values if isinstance(values, list) and all(map(fits, values)) else []


def _is_character(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_time(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 <= value <= _LONGEST
