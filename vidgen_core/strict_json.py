"""Strict JSON: what a run directory or a model hands to vidgen, and where it is wrong.

The standard library's decoder does the reading. Only when it refuses does a
small tokeniser go over the text, to say in which line and column.
"""

from __future__ import annotations

import json
import math
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from typing import Any, NoReturn

from vidgen_core.errors import InputError

#: The largest file that is read, in bytes, unless the caller raises it.
MAX_BYTES = 5_000_000
#: How many arrays and objects may stand inside each other.
MAX_DEPTH = 100
#: The longest number; below the smallest limit that Python itself can be given (640).
MAX_DIGITS = 500

#: UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (BOM_UTF8, "utf-8", "UTF-8"),
    (BOM_UTF32_LE, "", "UTF-32"),
    (BOM_UTF32_BE, "", "UTF-32"),
    (BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

#: How the decoder's messages begin, and what we say instead.
_SYNTAX = (
    ("Expecting value", "a value is missing"),
    ("Expecting property name", "a key in double quotes is missing"),
    ("Expecting ':'", "a colon is missing after the key"),
    ("Expecting ','", "a comma or the closing bracket is missing"),
    ("Unterminated string", "the text that begins here has no closing quote"),
    ("Invalid control character", "a line break or control character stands in a text"),
    ("Invalid \\", "a backslash begins nothing that JSON knows"),
    ("Extra data", "something follows the end of the JSON"),
    ("Illegal trailing comma", "a comma stands before the closing bracket"),
)

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_CONSTANTS = frozenset({"NaN", "Infinity", "-Infinity"})
#: What the decoder takes for a constant or a number; more of the token may follow it.
_LITERAL = re.compile(r"NaN|-?Infinity|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")

#: The way to a value: keys and positions (from 0), from the outside in.
Way = tuple[str | int, ...]


class Misread(InputError):
    """A text is no strict JSON; ``at``: where, in its characters from 0, and ``said``: why not."""

    def __init__(self, message: str, *, at: int, said: str) -> None:
        super().__init__(message)
        self.at = at
        self.said = said


class _Fault(Exception):
    """The decoder met something that strict JSON does not allow."""


def parse_json(data: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> Any:
    """Return the value of the JSON file *name* whose content is *data*.

    UTF-8 with or without a byte order mark, and UTF-16 with one. A lone
    surrogate that is escaped (``\\ud800``) is kept. Refused are NaN and
    Infinity, numbers that a float cannot hold or that have more than
    ``MAX_DIGITS`` digits, a key given twice, nesting deeper than ``MAX_DEPTH``,
    and more than *max_bytes*. Raises ``InputError``; ``Misread``, with line and column,
    for what stands in the text.
    """
    shown = printable(name)
    if len(data) > max_bytes:
        raise InputError(
            f"{shown}: it is larger than {max_bytes} bytes",
            advice="The setting max_scenes_file_bytes raises this limit.",
        )
    text = _decode(data, shown)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _refuse(shown, text, *_syntax_fault(text, error))
    except (_Fault, RecursionError, MemoryError):
        _refuse(shown, text, *_first_fault(text))
    if _too_deep(value):
        _refuse(shown, text, *_first_fault(text))
    return value


def place_of(data: bytes, way: Way) -> str:
    """Return ``line 3, column 5`` for the value at *way* in *data*, or ``""``.

    *data* must be something that :func:`parse_json` has read. Where the way's
    end does not exist, the place is that of the value that lacks it.
    """
    text = _decode(data, "")
    best, found = -1, 0
    for offset, _, is_key, stack in _walk(text):
        if is_key or len(stack) <= best or len(stack) > len(way):
            continue
        if all(frame.at == step for frame, step in zip(stack, way, strict=False)):
            best, found = len(stack), offset
        if best == len(way):
            break
    return place_at(text, found) if best >= 0 else ""


def printable(text: str) -> str:
    """Return *text* on one line, with escapes for what a terminal might act on."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def _decode(data: bytes, shown: str) -> str:
    mark, encoding, label = next(
        (entry for entry in _MARKS if data.startswith(entry[0])), (b"", "utf-8", "UTF-8")
    )
    if not encoding:
        raise InputError(f"{shown}: it is in {label}; save it as UTF-8")
    body = data[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding)
        byte = body[error.start]
        _refuse(shown, before, len(before), f"byte 0x{byte:02x} is not {label}")


def _refuse(shown: str, text: str, offset: int, sentence: str) -> NoReturn:
    message = f"{shown}: {place_at(text, offset)}: {sentence}"
    raise Misread(message, at=offset, said=sentence) from None


def place_at(text: str, offset: int) -> str:
    """Return ``line 3, column 5`` for the character of *text* at *offset*, from 0."""
    line = text.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - text.rfind(chr(10), 0, offset)}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Fault
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _Fault
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _Fault
    return value


def _constant(text: str) -> NoReturn:
    raise _Fault


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_constant
)


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def _syntax_fault(text: str, error: json.JSONDecodeError) -> tuple[int, str]:
    """Return place and sentence, the same ones under every version of Python."""
    if not text.strip():
        return 0, "the file is empty"
    before = text[: error.pos].rstrip()
    if text[error.pos : error.pos + 1] in ("]", "}") and before.endswith(","):
        return len(before) - 1, "a comma stands before the closing bracket"
    sentence = next((ours for theirs, ours in _SYNTAX if error.msg.startswith(theirs)), error.msg)
    if error.pos >= len(text):
        sentence += ": the file ends here"
    return error.pos, sentence


class _Open:
    """An array or object that is being read, and how far we are in it."""

    __slots__ = ("at", "keys", "wants_key")

    def __init__(self, *, is_object: bool) -> None:
        self.at: str | int = 0
        self.keys: set[str] | None = set() if is_object else None
        self.wants_key = is_object

    def comma(self) -> None:
        self.wants_key = self.keys is not None
        if isinstance(self.at, int):
            self.at += 1


def _walk(text: str) -> Iterator[tuple[int, str, bool, list[_Open]]]:
    """Yield offset, token, whether it is a key, and what is open, for each key and value."""
    stack: list[_Open] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in ("]", "}"):
            stack.pop()
        elif token == ",":
            stack[-1].comma()
        elif token == ":":
            continue
        elif stack and stack[-1].wants_key:
            stack[-1].at = json.loads(token)
            stack[-1].wants_key = False
            yield match.start(), token, True, stack
        else:
            yield match.start(), token, False, stack
            if token in ("[", "{"):
                stack.append(_Open(is_object=token == "{"))


def _first_fault(text: str) -> tuple[int, str]:
    """Return place and sentence of what the decoder's hooks objected to."""
    for offset, token, is_key, stack in _walk(text):
        keys = stack[-1].keys if stack else None
        if is_key and keys is not None:
            key = json.loads(token)
            if key in keys:
                return offset, f"the key {printable(token)} is given twice"
            keys.add(key)
        elif token in ("[", "{") and len(stack) >= MAX_DEPTH:
            return offset, f"it is nested deeper than {MAX_DEPTH} levels"
        elif literal := _LITERAL.match(token):
            said = _fault_in(literal.group())
            if said:
                return offset, said
    return 0, "it is too large or too deep for this machine"


def _fault_in(literal: str) -> str:
    """Return what is wrong with a constant or a number, or an empty text."""
    digits = literal.lstrip("-")
    if literal in _CONSTANTS:
        return f"{literal} is not a JSON number"
    if digits.isdigit():
        return f"a number of {len(digits)} digits is too long" if len(literal) > MAX_DIGITS else ""
    return f"{literal[:20]} is too large a number" if math.isinf(float(literal)) else ""
