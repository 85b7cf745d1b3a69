"""The JSON in a model's answer, whatever stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vidgen_core.errors import InputError
from vidgen_core.script_answers.kept import place_in, written_length
from vidgen_core.strict_json import MAX_DEPTH, Misread, parse_json

#: No answer that a film needs comes near it.
MOST_CHARACTERS = 2_000_000
#: An answer that opens more than this is no storyboard.
_MOST_TRIES = 50

_NAME = "the answer"
_OPENS = re.compile(r"[{\[]")
_BEGINS_JSON = re.compile(r'\{\s*"|\[\s*[{\["]')
# What begins with a quote matches in any case, to the end of the text if need be: else each
# quote inside a text that was cut off would be tried as another beginning.
_TEXT = r'"(?:[^"\\]++|\\.)*+"?'
_PIECE = re.compile(rf"{_TEXT}|[{{}}\[\]]", re.DOTALL)
_STRING_OR_COMMA = re.compile(rf"{_TEXT}|,(?=\s*[}}\]])", re.DOTALL)
_CLOSES = {"{": "}", "[": "]"}


def json_in(text: str, key: str, kept: bytes = b"") -> Any:
    """Return the object with *key*, or the array of what it would hold, in *text*.

    Prose, code fences and one object around it are passed over, commas before a closing
    bracket left out; JSON inside a text of JSON is read. An object comes before an array,
    for prose has brackets, too. Raises ``InputError`` where there is none: with line and
    column where it was begun, of the file *kept* in which the text is found.
    """
    try:
        return _json_in(text, key)
    except Misread as fault:
        place = place_in(kept, text, fault.at)
        raise InputError(f"{_NAME}: {place}: {fault.said}") from None


def _json_in(text: str, key: str) -> Any:
    """Return what :func:`json_in` looks for; ``Misread`` counts from the begin of *text*."""
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"{_NAME} has more than {MOST_CHARACTERS} characters")
    words = text.removeprefix("\ufeff").strip()
    if not words:
        raise InputError(f"{_NAME} is empty")
    begins = text.index(words)
    inner = _parsed(words)
    is_quoted = isinstance(inner, str)
    try:
        return _json_among(inner if is_quoted else words, key)
    except Misread as fault:
        at = 1 + written_length(words[1:-1], fault.at) if is_quoted else fault.at
        raise Misread(fault.message, at=begins + at, said=fault.said) from None


def _json_among(text: str, key: str) -> Any:
    """Return what is looked for in *text*, which is not itself a text of JSON."""
    whole = _parsed(text)
    pieces = [(0, text)] if not isinstance(whole, InputError) else list(_pieces(text))
    told: list[Any] = []
    faults: list[Misread] = []
    for start, piece in pieces:
        value = _parsed(piece)
        if not isinstance(value, InputError):
            told.append(value)
        elif isinstance(value, Misread) and _BEGINS_JSON.match(piece):
            # It is broken: an array beside it may be a part of it.
            faults.append(Misread(value.message, at=start + value.at, said=value.said))
    found = next(filter(None, (_object_in(value, key) for value in told)), None)
    if found is not None:
        return found
    if faults:
        raise faults[0]
    found = next((value for value in told if _is_list_of_things(value)), None)
    if found is None:
        raise InputError(f'{_NAME} holds no object with "{key}"{_ending(text)}')
    return found


def _object_in(value: Any, key: str) -> Any:
    """Return the object with *key*: *value* itself, or one that it wraps."""
    if not isinstance(value, dict):
        return None
    return next((v for v in (value, *value.values()) if isinstance(v, dict) and key in v), None)


def _is_list_of_things(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, (dict, str)) for each in value)


def _parsed(text: str) -> Any:
    """Return the value of *text*, or the ``InputError`` that says where it is wrong."""
    tidy = _STRING_OR_COMMA.sub(lambda found: " " if found[0] == "," else found[0], text)
    try:
        return parse_json(tidy.encode("utf-8", "replace"), _NAME, max_bytes=4 * MOST_CHARACTERS)
    except InputError as error:
        return error


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield what stands between matching brackets, and where; the rest of a half one."""
    at = 0
    for _ in range(_MOST_TRIES):
        opened = _OPENS.search(text, at)
        if opened is None:
            return
        end = _end_of(text, opened.start())
        if end is None:
            if _BEGINS_JSON.match(text, opened.start()):  # cut off: its pieces are no answer
                yield opened.start(), text[opened.start() :]
                return
            at = opened.end()  # a bracket of the prose
            continue
        yield opened.start(), text[opened.start() : end]
        at = end


def _end_of(text: str, start: int) -> int | None:
    """Return where the bracket at *start* is closed, ``None`` where it is not."""
    open_ones: list[str] = []
    for found in _PIECE.finditer(text, start):
        sign = found[0]
        if sign in _CLOSES:
            open_ones.append(_CLOSES[sign])
            if len(open_ones) > MAX_DEPTH:
                return None
        elif sign in ("}", "]"):
            if not open_ones or open_ones.pop() != sign:
                return None
            if not open_ones:
                return found.end()
    return None


def _ending(text: str) -> str:
    return ": it ends in the middle" if _OPENS.match(text) and text[-1] not in "}]" else ""
