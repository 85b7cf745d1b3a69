"""The words of subtitles: cleaned, cut into sentences, and broken into lines that can be read."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

#: How wide a line may be, in Latin letters, and how many lines a subtitle has.
WIDEST = 42
LINES = 2
#: How much wider the letters of Chinese, Japanese and Korean are: 17 fill a line.
_WIDE = WIDEST / 17

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
#: What Markdown sets around words that weigh more.
_STRESS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|`|~~)(?=\S)([^*_`~]{1,500})(?<=\S)\1(?!\w)")
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
_NOT_LAST = frozenset("([“‘（【「『《〈")
#: What it costs to part a word from the stop that follows it behind a space.
_LAST_RESORT = 0.6
#: Quotes that stand beside narrow and wide letters, and tell nothing of what they close.
_QUOTES = "’”“‘"
_JOINER = "\u200d"
#: Colours of skin: each belongs to the picture before it.
_SKIN = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
#: Korean letters are wide, too, and Korean sets spaces between its words.
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc]")


def clean(text: str) -> str:
    """Return *text* as every player shows it: without controls, tags and the signs of formats."""
    text = _STRESS.sub(r"\2", _TAG.sub("", text))
    shown = (" " if letter.isspace() else letter for letter in text if _is_shown(letter))
    text = " ".join("".join(shown).split())
    text = text.replace("-->", "→").replace("\\", "/").replace("{", "(").replace("}", ")")
    return re.sub(r"<(?=[A-Za-z/])", "‹", text)


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


def joined(first: str, second: str) -> str:
    """Return two texts as one that reads on: with a space, where their letters set any."""
    if not (first and second):
        return first or second
    last = first.rstrip(_QUOTES)[-1:] or first[-1]
    following = second.lstrip(_QUOTES)[:1] or second[0]
    return f"{first}{second}" if _sets_no_space(last, following) else f"{first} {second}"


def _sets_no_space(before: str, after: str) -> bool:
    """Whether two words that end and begin so stand together without a space."""
    if _is_wide_sign(before) or _is_wide_sign(after):
        return True
    return _is_unspaced(before) and _is_unspaced(after)


def _is_unspaced(letter: str) -> bool:
    return _width(letter) > 1 and not _HANGUL.match(letter)


def _is_wide_sign(letter: str) -> bool:
    return _width(letter) > 1 and unicodedata.category(letter).startswith("P")


def lines_of(text: str) -> tuple[str, ...] | None:
    """Return *text* as one line or two of about the same width; ``None`` where it needs more.

    A word is broken only where it stands alone and is wider than a line.
    """
    whole = measure(text)
    if whole <= WIDEST:
        return (text,)
    if whole > WIDEST * LINES:
        return None
    fitting = [
        (abs(whole - 2 * wide) + 60 * cost, place)
        for cost, place, wide in _places(text)
        if whole - WIDEST <= wide <= WIDEST
    ]
    return _cut(text, min(fitting)[1]) if fitting else None


def screens(text: str) -> tuple[str, ...]:
    """Return *text* in pieces that fit on the screen, cut at clauses where there are any."""
    if lines_of(text) is not None:
        return (text,)
    first, second = halves(text)
    return (*screens(first), *screens(second)) if second else (text,)


def halves(text: str, *, at_any_cost: bool = True) -> tuple[str, str]:
    """Return *text* cut near its middle, best after a clause; the second may be empty.

    A single word is cut, too, unless it need not be *at_any_cost*.
    """
    whole = measure(text)
    places = [
        (abs(wide / whole - 0.5) + cost, place)
        for cost, place, wide in _places(text)
        if cost < _LAST_RESORT or at_any_cost
    ]
    return _cut(text, min(places)[1]) if places else (text, "")


def _cut(text: str, place: int) -> tuple[str, str]:
    return text[:place].rstrip(), text[place:].lstrip()


def _places(text: str) -> list[tuple[float, int, float]]:
    """Return each place to cut *text*, what it costs, and how wide the text before it is.

    Those between words; in a single word, those between letters.
    """
    between: list[tuple[float, int, float]] = []
    within: list[tuple[float, int, float]] = []
    wide = 0.0
    for place, (before, after) in enumerate(pairwise(text), start=1):
        wide += _width(before)
        if before == " " or _is_one_letter(before, after):
            continue  # the cut before a space is the same one as behind it
        following = text[place + 1 : place + 2] if after == " " else after
        clings = following in _NOT_FIRST or before in _NOT_LAST
        if after == " ":
            between.append((_cost(before, clings=clings), place, wide))
        elif not clings and _sets_no_space(before, after):
            between.append((_cost(before), place, wide))
        else:
            within.append((2.0 if clings else 1.0, place, wide))
    return between or within


def _cost(before: str, *, clings: bool = False) -> float:
    """Return what it costs to end a line with *before*, where a word ends."""
    if clings:
        return _LAST_RESORT
    return 0.0 if before in _CLAUSE or before in _ENDS else 0.15


def _is_one_letter(before: str, after: str) -> bool:
    """Whether two characters are drawn as one."""
    if _JOINER in (before, after) or after in _SKIN:
        return True
    return unicodedata.category(after).startswith("M")
