"""Of a script far longer than any film: stretches of it, evenly spaced."""

from __future__ import annotations

import re

#: So many letters are more than a film of a thousand scenes can say.
MOST = 600_000
_STRETCHES = 40
#: Where a stretch may begin and end, best first, and how far to look for it.
_PLACES = (
    (re.compile(r"\n[ \t]*(?:\d{1,4}[A-Za-z]?[.)]?[ \t]+)?(?:INT|EXT)\b"), 12_000),
    (re.compile(r"\n[ \t]*\n"), 6_000),
    (re.compile(r"\n|[.!?…؟۔।]\s|[。！？]"), 2_000),
    (re.compile(r"\s"), 500),
)


def fair_share(text: str) -> str:
    """Return *text*, or of a longer one stretches from its beginning to its end."""
    if len(text) <= MOST:
        return text
    step, size = (len(text) - MOST // _STRETCHES) / (_STRETCHES - 1), MOST // _STRETCHES
    found, done = [], 0
    for number in range(_STRETCHES):
        start = round(number * step)
        start = max(done, _place(text, start) if number else 0)
        done = _place(text, start + size) if number < _STRETCHES - 1 else len(text)
        found.append(text[start:done].strip())
    return "\n\n".join(found)


def _place(text: str, at: int) -> int:
    """Return a place from *at* on where a new stretch may begin."""
    for pattern, reach in _PLACES:
        mark = pattern.search(text, at, min(len(text), at + reach))
        if mark:
            # a line begins after its mark, but a slugline is what was looked for
            return mark.start() + 1 if pattern is _PLACES[0][0] else mark.end()
    return at
