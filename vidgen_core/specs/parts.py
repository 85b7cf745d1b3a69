"""A text that is too long to be spoken at once: cut where a reader takes breath."""

from __future__ import annotations

import math
import re
from itertools import takewhile

from attrs import evolve

from vidgen_core.specs.requests import SpeechRequest

_CLOSING = re.escape("\"'’”»)]）」』】》")
#: Where a text may be cut, the best first: after a paragraph, a sentence, a line, a clause, a
#: word. A full stop behind a short word, or before a small letter, may end an abbreviation.
_BORDERS = tuple(
    map(
        re.compile,
        (
            r"\n[^\S\n]*\n\s*",
            rf"(?:[!?…؟۔।॥]|(?<=\w{{4}})\.(?![{_CLOSING}]*\s+[a-zß-ÿ0-9]))[{_CLOSING}]*\s+"
            rf"|[。！？][。！？{_CLOSING}]*\s*",
            r"\n\s*",
            r"[,;:—–،؛]\s+|[，、；：]\s*",
            r"\s+",
        ),
    )
)


def first_part(text: str, longest: int) -> str:
    """Return the beginning of *text* that is spoken first: all of it, or what *longest* allows.

    *longest* counts characters; 0: there is no limit. Parts are about equally long, and
    put together they are *text*, letter by letter.
    """
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if not 0 < longest < end - begin:
        return text
    longest += begin
    even = begin + math.ceil((end - begin) / math.ceil((end - begin) / (longest - begin)))
    for border in _BORDERS:
        places = (found.end() for found in border.finditer(text))
        within = takewhile(lambda place: place <= longest, places)
        fitting = [place for place in within if even <= 2 * place and text[:place].strip()]
        if fitting:
            return text[: min(fitting, key=lambda place: abs(place - even))]
    return text[:even]


def cut(request: SpeechRequest, longest: int) -> SpeechRequest:
    """Return *request* for as much of its text as is spoken at once; the others come ``after``."""
    part = first_part(request.text, longest)
    return evolve(request, text=part, after=request.text[len(part) :] + request.after)


def next_part(request: SpeechRequest, longest: int) -> SpeechRequest | None:
    """Return the request for the part that comes after that of *request*, or ``None``."""
    if not request.after:
        return None
    before = request.before + request.text
    return cut(evolve(request, before=before, text=request.after, after=""), longest)


def parts_from(request: SpeechRequest, longest: int) -> list[SpeechRequest]:
    """Return the requests for the part that *request* asks for and for all that come after."""
    parts: list[SpeechRequest] = []
    part: SpeechRequest | None = cut(request, longest)
    while part is not None:
        parts.append(part)
        part = next_part(part, longest)
    return parts


def whole_text(request: SpeechRequest) -> str:
    """Return the text of all parts of which *request* asks for one."""
    return request.before + request.text + request.after
