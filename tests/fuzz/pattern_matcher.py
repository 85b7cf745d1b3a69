"""Patterns and paths: what is written is found again, and nothing belongs to two of them."""

from __future__ import annotations

import zlib

from vidgen_core.layout import OUTPUTS
from vidgen_core.patterns import OutputPattern, PatternError, overlaps

_PATTERNS = [pattern for output in OUTPUTS for pattern in (output.pattern, *output.reads)]
#: Patterns that a plugin might declare have a line; a longer one tells nothing new.
_LONGEST = 300


def one_input(data: bytes) -> None:
    """Check the laws on a pattern (the first line) and a path (the rest)."""
    first, _, rest = data.partition(b"\n")
    template = first.decode("utf-8", "surrogateescape")
    path = rest.decode("utf-8", "surrogateescape")[:_LONGEST]
    try:
        patterns = [OutputPattern(template[:_LONGEST])]
    except PatternError as error:
        assert str(error)
        patterns = []
    found = [pattern for pattern in (*_PATTERNS, *patterns) if _check(pattern, path)]
    for pattern in patterns:
        _check_overlaps(pattern, found, _PATTERNS[zlib.crc32(data) % len(_PATTERNS)])
    steps = {output.step for output in OUTPUTS if output.pattern.match(path) is not None}
    assert len(steps) <= 1, f"{path!r} is written by {steps}"


def _check(pattern: OutputPattern, path: str) -> bool:
    """Whether *path* matches, which then can be written from what was read."""
    values = pattern.match(path)
    if values is None:
        return False
    assert values.keys() == pattern.fields
    assert pattern.format(**values) == path
    assert not path.startswith("/")
    assert not any(part in ("", ".", "..") for part in path.split("/"))
    for name in ("scene", "clip"):
        assert 1 <= int(values.get(name, 1)) <= 999_999_999
    return True


def _check_overlaps(
    pattern: OutputPattern, found: list[OutputPattern], other: OutputPattern
) -> None:
    """Two patterns that are told apart have no path in common, be it told either way round."""
    assert overlaps(pattern, pattern)
    said = overlaps(pattern, other)
    assert said == overlaps(other, pattern)
    for other in found if pattern in found else ():
        assert overlaps(pattern, other), f"{pattern} and {other} share a path"
    values = dict(zip(sorted(pattern.fields), _examples(pattern), strict=True))
    try:
        path = pattern.format(**values)
    except ValueError:
        # Text around a field may read as a part of it, or a folder be called "..".
        assert not pattern.writes or "name" in pattern.fields
        return
    assert pattern.match(path) == values


def _examples(pattern: OutputPattern) -> list[int | str]:
    one: dict[str, int | str] = {
        "scene": 12,
        "clip": 3,
        "timestamp": "20240101_000000",
        "other_timestamp": "20231231_235959",
        "name": "picture",
    }
    return [one[field] for field in sorted(pattern.fields)]


def seeds() -> list[bytes]:
    """Return what the search begins with."""
    values = {
        "scene": 12,
        "clip": 3,
        "timestamp": "20240101_000000",
        "other_timestamp": "20231231_235959",
        "name": "a b",
    }
    made = []
    for pattern in _PATTERNS:
        path = pattern.format(**{name: values[name] for name in pattern.fields})
        made.append(f"{pattern}\n{path}".encode())
    return [*made, b"a{scene}1{clip}\na112", b"{name}/{scene}\n../1", b"{x}\n\xff", b"a{{}}\na{}"]
