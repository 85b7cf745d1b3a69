"""File name patterns: the declared shape of every output.

A pattern is a relative POSIX path with typed fields, for example
``scene_{scene}_all_vid_{timestamp}/scene_{scene}_vid_{clip}_{timestamp}.mp4``.
Three laws hold, and the tests check them with hypothesis:
``match(format(v)) == v``; ``format(match(p)) == p``; and no path matches two
writing patterns for which :func:`overlaps` is false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain, pairwise
from string import Formatter

from attrs import field, frozen

_TYPE: Mapping[str, type] = {
    "scene": int,
    "clip": int,
    "timestamp": str,
    "other_timestamp": str,
    "name": str,
}

#: Nine digits are plenty, and keep every number far from Python's own limits.
_INTEGER = r"[1-9][0-9]{0,8}"
_TIMESTAMP = r"[0-9]{8}_[0-9]{6}"
_NAME = r"[^/\x00]+"
_EXPRESSION = {
    "scene": _INTEGER,
    "clip": _INTEGER,
    "timestamp": _TIMESTAMP,
    "other_timestamp": _TIMESTAMP,
    "name": _NAME,
}
_VARIABLE_WIDTH = frozenset({"scene", "clip", "name"})
_READING_ONLY = frozenset({"other_timestamp", "name"})

Value = int | str


class PatternError(ValueError):
    """A pattern's text cannot be used."""


def _parse(template: str) -> tuple[tuple[str, str], ...]:
    """Split *template* into ``("text", literal)`` and ``("field", name)`` parts."""
    parts: list[tuple[str, str]] = []
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as error:
        raise PatternError(f"{template!r}: {error}") from None
    for literal, name, spec, conversion in pieces:
        if literal:
            parts.append(("text", literal))
        if name is None:
            continue
        if name not in _EXPRESSION:
            known = ", ".join(sorted(_EXPRESSION))
            raise PatternError(f"{template!r}: unknown field {name!r}; the fields are {known}")
        if spec or conversion:
            raise PatternError(f"{template!r}: field {name!r} takes no format or conversion")
        parts.append(("field", name))
    return tuple(parts)


def _check_path(template: str) -> None:
    if not template or template.startswith("/") or "\\" in template or "\x00" in template:
        raise PatternError(f"{template!r} is not a relative POSIX path")
    if any(part in ("", ".", "..") for part in template.split("/")):
        raise PatternError(f"{template!r} has an empty, '.' or '..' part")


def _check_borders(template: str, parts: tuple[tuple[str, str], ...]) -> None:
    """Refuse fields whose border a reader could not find again."""
    for (kind, name), (next_kind, next_name) in pairwise(parts):
        if kind == next_kind == "field":
            raise PatternError(f"{template!r}: nothing stands between {name!r} and {next_name!r}")
    for (_, left), (_, literal), (_, right) in zip(parts, parts[1:], parts[2:], strict=False):
        if {left, right} <= _VARIABLE_WIDTH and literal.isascii() and literal.isdigit():
            raise PatternError(f"{template!r}: only digits stand between {left!r} and {right!r}")


@frozen(repr=False)
class OutputPattern:
    """One file name pattern; equal text is the same pattern.

    Fields: ``scene`` and ``clip`` (integers from 1, ASCII, not padded),
    ``timestamp`` (``YYYYMMDD_HHMMSS``), and for reading only
    ``other_timestamp`` (differs from ``timestamp``) and ``name`` (any text
    without a separator). A field that is repeated must match equal text.
    """

    template: str
    _parts: tuple[tuple[str, str], ...] = field(init=False, eq=False)
    regex: re.Pattern[str] = field(init=False, eq=False)
    fields: frozenset[str] = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _check_path(self.template)
        parts = _parse(self.template)
        _check_borders(self.template, parts)
        names = [text for kind, text in parts if kind == "field"]
        if names.count("name") > 1:
            raise PatternError(f"{self.template!r}: 'name' may stand only once")
        seen: set[str] = set()
        expression = []
        for kind, text in parts:
            if kind == "text":
                expression.append(re.escape(text))
            elif text in seen:
                expression.append(f"(?P={text})")
            else:
                seen.add(text)
                expression.append(f"(?P<{text}>{_EXPRESSION[text]})")
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "regex", re.compile("".join(expression), re.DOTALL))
        object.__setattr__(self, "fields", frozenset(seen))

    def __repr__(self) -> str:
        return f"OutputPattern({self.template!r})"

    def __str__(self) -> str:
        return self.template

    @property
    def writes(self) -> bool:
        """Whether files may be written by this pattern (it names one file exactly)."""
        return not self.fields & _READING_ONLY

    def format(self, **values: Value) -> str:
        """Return the path for *values*; exactly the pattern's fields must be given.

        Raises ``ValueError`` for a value that the field could not hold.
        """
        if values.keys() != self.fields:
            raise ValueError(f"{self.template!r} takes {sorted(self.fields)}, got {sorted(values)}")
        for name, value in values.items():
            _check_value(name, value)
        if "other_timestamp" in values and values["other_timestamp"] == values.get("timestamp"):
            raise ValueError("other_timestamp must differ from timestamp")
        path = "".join(text if kind == "text" else str(values[text]) for kind, text in self._parts)
        if self.match(path) != values:
            raise ValueError(f"{values!r} cannot be read back from {path!r}")
        return path

    def match(self, path: str) -> dict[str, Value] | None:
        """Return the fields of *path*, or ``None`` where it does not match as a whole."""
        found = self.regex.fullmatch(path)
        return None if found is None else self.values(found)

    def values(self, found: re.Match[str]) -> dict[str, Value] | None:
        """Return the fields of *found*, a full match of ``regex``; ``None`` as :meth:`match`."""
        texts = found.groupdict()
        if "other_timestamp" in texts and texts["other_timestamp"] == texts.get("timestamp"):
            return None
        if texts.get("name") in (".", ".."):
            return None
        return {name: _TYPE[name](text) for name, text in texts.items()}

    @cached_property
    def atoms(self) -> tuple[tuple[str, bool], ...]:
        """``(character class, may repeat)`` for each place of a path, for :func:`overlaps`."""
        return tuple(chain.from_iterable(_atoms_of(kind, text) for kind, text in self._parts))


def _atoms_of(kind: str, text: str) -> Iterable[tuple[str, bool]]:
    if kind == "text":
        return [(char, False) for char in text]
    if text == "name":
        return [("any", False), ("any", True)]
    if text in _VARIABLE_WIDTH:
        return [("1-9", False), ("0-9", True)]
    return [("_" if place == 8 else "0-9", False) for place in range(15)]


def _check_value(name: str, value: Value) -> None:
    if isinstance(value, bool) or not isinstance(value, _TYPE[name]):
        raise ValueError(f"{name} must be {_TYPE[name].__name__}, got {value!r}")
    if re.fullmatch(_EXPRESSION[name], str(value), re.DOTALL) is None:
        raise ValueError(f"{value!r} cannot stand for {name}")


def _meet(a: str, b: str) -> bool:
    """Whether two character classes of ``OutputPattern.atoms`` share a character."""
    if a == b:
        return True
    if "any" in (a, b):
        return "/" not in (a, b)
    if {a, b} == {"0-9", "1-9"}:
        return True
    for one, other in ((a, b), (b, a)):
        if one in ("0-9", "1-9") and len(other) == 1:
            return other in ("0123456789" if one == "0-9" else "123456789")
    return False


def overlaps(first: OutputPattern, second: OutputPattern) -> bool:
    """Whether some path could match both patterns.

    Conservative: repeated fields count as independent and numbers as unbounded,
    so two patterns that it calls apart really are.
    """
    a, b = first.atoms, second.atoms
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        i, j = here
        if i == len(a) and j == len(b):
            return True
        if i < len(a) and a[i][1]:
            todo.append((i + 1, j))
        if j < len(b) and b[j][1]:
            todo.append((i, j + 1))
        if i < len(a) and j < len(b) and _meet(a[i][0], b[j][0]):
            todo.append((i if a[i][1] else i + 1, j if b[j][1] else j + 1))
    return False


def first_overlap(
    patterns: Mapping[str, OutputPattern], candidate: OutputPattern
) -> tuple[str, OutputPattern] | None:
    """Return the first unequal pattern (with its owner) that *candidate* overlaps."""
    for owner, pattern in patterns.items():
        if pattern != candidate and overlaps(pattern, candidate):
            return owner, pattern
    return None
