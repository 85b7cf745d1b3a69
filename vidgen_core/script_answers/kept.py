"""Where a place in a model's words lies in the file that keeps the whole answer.

A service's answer is mostly JSON, and the words are a text of it or several, with escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from attrs import frozen

from vidgen_core.strict_json import place_at

_TEXT = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LETTER = re.compile(rf"{_PAIR}|\\u[0-9a-fA-F]{{4}}|\\.|.", re.DOTALL)


@frozen
class _Text:
    """A text of the file: where it begins behind its quote, as it is written, and what it says."""

    start: int
    written: str
    said: str


def place_in(kept: bytes, words: str, offset: int) -> str:
    """Return line and column, in the file *kept*, of what stands at *offset* in *words*.

    Where the words are not found in it, their own line and column.
    """
    whole = kept.decode("utf-8", "replace")
    at = _in_file(whole, words, offset)
    return place_at(words, offset) if at is None else place_at(whole, at)


def written_length(written: str, count: int) -> int:
    """Return how many characters of *written*, a text of JSON, say its first *count* letters."""
    at = 0
    for _ in range(count):
        letter = _LETTER.match(written, at)
        if letter is None:
            break
        at = letter.end()
    return at


def _in_file(whole: str, words: str, offset: int) -> int | None:
    bare = words.strip()
    if whole.strip() == bare:
        return whole.find(bare) + offset - words.find(bare)
    texts = [_Text(found.start(1), found[1], _said(found[0])) for found in _TEXT.finditer(whole)]
    for first, text in enumerate(texts):
        if text.said and words.startswith(text.said):
            pieces = _pieces(texts[first:], words)
            if pieces:
                return _in_pieces(pieces, offset)
    return None


def _pieces(texts: Sequence[_Text], words: str) -> list[_Text]:
    """Return those of *texts* that are *words* together; empty where they are not."""
    pieces: list[_Text] = []
    passed = 0
    for text in texts:
        if text.said and words.startswith(text.said, passed):
            pieces.append(text)
            passed += len(text.said)
        if passed == len(words):
            return pieces
    return []


def _in_pieces(pieces: Sequence[_Text], offset: int) -> int:
    for text in pieces[:-1]:
        if offset < len(text.said):
            return text.start + written_length(text.written, offset)
        offset -= len(text.said)
    return pieces[-1].start + written_length(pieces[-1].written, offset)


def _said(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:  # no text of JSON: the file is something else
        return ""
