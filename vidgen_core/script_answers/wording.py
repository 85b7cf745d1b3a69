"""The names that a question and its answer share, and what is allowed in an answer."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from vidgen_core.pace import most_words
from vidgen_core.serialize import NUMBER, TEXT_KEYS
from vidgen_core.specs import ScenesRequest

__all__ = ["DURATION", "NUMBER", "PLACE", "TEXTS", "clean", "durations_of", "most_words_of"]

DURATION = "scene_duration"
PLACE = "place_number"

#: The texts that a model writes of a scene: all but where it plays, which is chosen.
TEXTS: Mapping[str, str] = MappingProxyType(
    {name: key for name, key in TEXT_KEYS.items() if name != "environment"}
)

_MOST_DURATIONS = 400

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
)
#: What turns the direction of writing round for what comes after it.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Letters that nobody sees and a model reads.
_TAGS = ("\U000e0000", "\U000e007f")
_LEFT_OUT = frozenset({"Cc", "Cs", "Cn", "Co"})


def clean(text: str) -> str:
    """Return *text* as one line of words: no control, no escape, no halves of letters."""
    words = " ".join(_ESCAPES.sub("", text).split())
    if words.isprintable():
        return words
    return " ".join("".join(filter(_is_kept, words)).split())


def _is_kept(letter: str) -> bool:
    if letter in _TURNS or _TAGS[0] <= letter <= _TAGS[1]:
        return False
    return unicodedata.category(letter) not in _LEFT_OUT


def durations_of(request: ScenesRequest) -> tuple[float, ...]:
    """Return the seconds that a scene may last: sums of the lengths of clips, shortest first."""
    lengths = {float(each) for each in request.lengths if math.isfinite(each) and each > 0}
    lengths = lengths or {5.0}
    sums: set[float] = set()
    edge = {0.0}
    while edge and len(sums) < _MOST_DURATIONS:
        longer = {round(total + length, 3) for total in edge for length in lengths}
        edge = {total for total in longer if total <= request.longest} - sums
        sums |= edge
    return tuple(sorted(sums or {min(lengths)}))


def most_words_of(request: ScenesRequest) -> int:
    """Return in how many words a scene may be narrated: those of the longest, and half as many."""
    return most_words(durations_of(request)[-1], request.words_per_second)
