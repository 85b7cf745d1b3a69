"""The words of subtitles: cleaned, cut into sentences, and broken into lines that can be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

#: How wide a line may be, in Latin letters, and how many lines a subtitle has.
WIDEST = 42
LINES = 2
#: How much wider the letters of Chinese, Japanese and Korean are: 17 fill a line.
_WIDE = WIDEST / 17

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_ENDS = ".!?…。！？؟۔।॥"
_CLOSING = "\"'’”»)]）」』】》"
#: Where a sentence ends: after its stop and what closes it. A full stop before a
#: small letter or a number ends an abbreviation; the East sets no space.
_BORDER = re.compile(
    rf"\n|(?<=[{_ENDS}])(?:(?<!\.)|(?!\s+[a-zß-ÿ0-9]))\s+"
    rf"|(?<=[{_ENDS}][{re.escape(_CLOSING)}])\s+|(?<=[。！？])(?![{re.escape(_CLOSING)}{_ENDS}])"
    rf"|(?<=[。！？][{re.escape(_CLOSING)}])"
)
_CLAUSE = frozenset(",;:，、；：،؛—–")
_NOT_FIRST = frozenset(_ENDS + _CLOSING) | _CLAUSE
_JOINER = "\u200d"


def clean(text: str) -> str:
    """Return *text* as every player shows it: without controls, tags and the signs of formats."""
    text = _TAG.sub("", text)
    shown = (" " if letter.isspace() else letter for letter in text if _is_shown(letter))
    text = " ".join("".join(shown).split())
    text = text.replace("-->", "→").replace("\\", "/").replace("{", "(").replace("}", ")")
    return re.sub(r"<(?=[A-Za-z/])", "< ", text)


def _is_shown(letter: str) -> bool:
    if letter.isspace() or letter in ("\u200c", _JOINER):
        return True
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of *text*, cleaned; none is empty."""
    found = (clean(piece) for piece in _BORDER.split(text))
    return tuple(sentence for sentence in found if sentence)


def measure(text: str) -> float:
    """Return how wide *text* is, in Latin letters."""
    return sum(map(_width, text))


def _width(letter: str) -> float:
    if unicodedata.combining(letter) or letter == _JOINER:
        return 0.0
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else 1.0


def lines_of(text: str) -> tuple[str, ...] | None:
    """Return *text* as one line or two of about the same width; ``None`` where it needs more."""
    whole = measure(text)
    if whole <= WIDEST:
        return (text,)
    if whole > WIDEST * LINES:
        return None
    fitting = [
        (abs(whole - 2 * wide) + 60 * cost, place)
        for cost, place, wide in _breaks(text)
        if whole - WIDEST <= wide <= WIDEST
    ]
    return _cut(text, min(fitting)[1]) if fitting else None


def screens(text: str) -> tuple[str, ...]:
    """Return *text* in pieces that fit on the screen, cut at clauses where there are any."""
    if lines_of(text) is not None:
        return (text,)
    first, second = halves(text)
    return (*screens(first), *screens(second)) if second else (text,)


def halves(text: str) -> tuple[str, str]:
    """Return *text* cut near its middle, best after a clause; the second may be empty."""
    whole = measure(text)
    places = [(abs(wide / whole - 0.5) + cost, place) for cost, place, wide in _breaks(text)]
    return _cut(text, min(places)[1]) if places else (text, "")


def _cut(text: str, place: int) -> tuple[str, str]:
    return text[:place].rstrip(), text[place:].lstrip()


def _breaks(text: str) -> Iterator[tuple[float, int, float]]:
    """Yield each place to cut *text*, what it costs, and how wide the text before it is."""
    wide = 0.0
    for place, (before, after) in enumerate(pairwise(text), start=1):
        wide += _width(before)
        cost = _cost(before, after)
        if cost is not None:
            yield cost, place, wide


def _cost(before: str, after: str) -> float | None:
    if before == " ":
        return None  # the cut before the space is the same one
    if after == " ":
        return 0.0 if before in _CLAUSE or before in _ENDS else 0.15
    if after in _NOT_FIRST or before == _JOINER or after == _JOINER:
        return None
    if unicodedata.category(after).startswith("M"):
        return None
    if _width(before) > 1 or _width(after) > 1:
        return 0.0 if before in _CLAUSE else 0.15
    return 1.0
