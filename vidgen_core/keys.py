"""Where a provider's key comes from: the environment, else ``.env`` beside the user.

Only the variables that are asked for are ever read out of a ``.env`` file, and
none is exported. A key's value is in no ``repr`` and no message: :func:`redacted` takes
out of a text each key that was ever found here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from traceback import format_exception
from urllib.parse import quote

from attrs import field, frozen

from vidgen_core.errors import UsageError

#: A ``.env`` file is a few lines; anything this large is something else.
_MOST_BYTES = 1_000_000
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
_ESCAPED = re.compile(r"\\(.)")

#: What stands in place of a key.
REDACTED = "[key]"
#: Shorter keys are taken out only where they stand alone: they may be part of any word.
_LONG = 8
#: Still shorter ones are words or numbers, and nobody's secret.
_SHORTEST = 4
#: How texts end that were cut off.
_CUT = ("…", "...")

# Every key that was found in this process. State of the module, for a message that is
# shown must not hold a key, whoever wrote it and whatever they were given.
_found_keys: set[str] = set()


@frozen(kw_only=True)
class FoundKey:
    """A key: the ``variable`` that holds it, and where that was found.

    ``source`` is ``environment`` or the path of the ``.env`` file.
    """

    variable: str
    value: str = field(repr=False)
    source: str


def find_key(
    names: Sequence[str],
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    *,
    run_directory: Path | None = None,
) -> FoundKey | None:
    """Return the first of the variables *names* that is set, or ``None``.

    All of them are looked for in *environ* (default: the process's) before
    ``.env`` in *directory* (default: the working directory) is read. An empty
    value is not set. A ``.env`` inside *run_directory* is not read: a run
    directory is untrusted. Raises ``UsageError`` for a line of one of *names*
    that cannot be read.
    """
    variables = os.environ if environ is None else environ
    for name in names:
        value = variables.get(name, "").strip()
        if value:
            return _found(name, value, "environment")
    path = (directory or Path.cwd()) / ".env"
    if not names or _inside(path, run_directory):
        return None
    held = _read(path, frozenset(names))
    return next((_found(name, held[name], str(path)) for name in names if held.get(name)), None)


def _found(name: str, value: str, source: str) -> FoundKey:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError(
            f"{name} ({source}) holds something else than a key: a space, or a character "
            "that is not printable ASCII",
            advice=f"set {name} again",
        )
    _found_keys.add(value)
    return FoundKey(variable=name, value=value, source=source)


def redacted(text: str) -> str:
    """Return *text* with :data:`REDACTED` in place of each key that was found so far.

    Also as it stands in URLs and in JSON, its parts where it has a colon, and its
    begin where the text was cut off in the middle of it.
    """
    # The longest first: one key may be the begin of another.
    for key in sorted(_secrets(), key=len, reverse=True):
        if len(key) >= _LONG:
            text = _without_begin(text.replace(key, REDACTED), key)
        else:
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(key)}(?![A-Za-z0-9])", REDACTED, text)
    return text


def traced(error: BaseException) -> str:
    """Return the traceback of *error* as text, without keys."""
    return redacted("".join(format_exception(error)))


def _secrets() -> set[str]:
    """Return all that must not be shown."""
    keys = {key for key in tuple(_found_keys) if len(key) >= _SHORTEST}
    parts = {part for key in keys for part in key.split(":") if len(part) >= _LONG}
    return {form for key in keys | parts for form in _forms(key)}


def _forms(key: str) -> Iterator[str]:
    yield key
    yield quote(key)
    yield quote(key, safe="")
    yield json.dumps(key)[1:-1]
    yield repr(key)[1:-1]


def _without_begin(text: str, key: str) -> str:
    """Return *text* without the begin of *key* at a place where it was cut off."""
    for mark in _CUT:
        pieces = text.split(mark)
        if len(pieces) > 1:
            text = mark.join([*(_less(piece, key) for piece in pieces[:-1]), pieces[-1]])
    return text


def _less(piece: str, key: str) -> str:
    length = next((n for n in range(len(key), _LONG - 1, -1) if piece.endswith(key[:n])), 0)
    return piece[: len(piece) - length] + REDACTED if length else piece


def _inside(path: Path, directory: Path | None) -> bool:
    return directory is not None and path.resolve().is_relative_to(directory.resolve())


def _read(path: Path, names: frozenset[str]) -> dict[str, str]:
    """Return what a ``.env`` file says for *names*; the last line for a name wins."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return {}
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if found is None or found[1] not in names:
            continue
        value = _unquote(found[2])
        if value is None:
            raise UsageError(
                f"{path}, line {number}: the value of {found[1]} cannot be read",
                advice=f"write the line as {found[1]}=value or {found[1]}='value'",
            )
        values[found[1]] = value.strip()
    return values


def _unquote(text: str) -> str | None:
    """Return a value without its quotes and comment, ``None`` where a quote does not end."""
    if text[:1] not in ("'", '"'):
        return re.split(r"(?:^|\s+)#", text, maxsplit=1)[0]
    body = r"'([^']*)'" if text[0] == "'" else r'"((?:[^"\\]|\\.)*)"'
    found = re.fullmatch(body + r"\s*(?:#.*)?", text)
    if found is None:
        return None
    return found[1] if text[0] == "'" else _ESCAPED.sub(r"\1", found[1])
