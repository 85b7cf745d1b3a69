"""Sentences as somebody wrote them, at the times that a voice gives for what it makes of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from attrs import evolve

from vidgen_core.model import Timing

#: What opens a quotation or a bracket belongs to the words behind it.
_OPENING = ("Ps", "Pi")


def as_written(timings: Sequence[Timing], text: str) -> tuple[Timing, ...]:
    """Return *timings* with the words of *text*, where both have the same letters in one order.

    A voice says when it speaks what it could read of a text: without its signs,
    perhaps, or with spaces in their place. Other words stay as the timings say them.
    """
    if _letters(text) != "".join(_letters(one.text) for one in timings):
        return tuple(timings)
    found: list[Timing] = []
    at = 0
    for number, one in enumerate(timings, start=1):
        last = number == len(timings)
        end = len(text) if last else _end_of(text, at, len(_letters(one.text)))
        found.append(evolve(one, text=text[at:end].strip()))
        at = end
    return tuple(found)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _end_of(text: str, begin: int, letters: int) -> int:
    """Return where a sentence of so many *letters* ends that begins at *begin*, with its stop."""
    place = begin
    while letters:
        letters -= text[place].isalnum()
        place += 1
    while place < len(text) and _closes(text[place]):
        place += 1
    return place


def _closes(sign: str) -> bool:
    if sign.isalnum() or sign.isspace():
        return False
    return unicodedata.category(sign) not in _OPENING
