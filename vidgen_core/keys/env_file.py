"""A project's ``.env``: what it says for the names that are asked for, and who else sees it."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from vidgen_core.errors import UsageError
from vidgen_core.keys.git_index import is_tracked

#: A ``.env`` file is a few lines; anything this large is something else.
_MOST_BYTES = 1_000_000
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
_ESCAPED = re.compile(r"\\(.)")


def read(path: Path, names: frozenset[str]) -> dict[str, str]:
    """Return what a ``.env`` file says for *names*; the last line for a name wins.

    Raises ``UsageError`` for a file that cannot be read, or a line of one of *names*.
    """
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


@frozen
class Exposure:
    """A way in which others may come to read a key: what is ``said``, and what to type."""

    said: str
    advice: str

    def __str__(self) -> str:
        """Return both as one sentence."""
        return f"{self.said}: {self.advice}"


def exposures(path: Path) -> Iterator[Exposure]:
    """Yield each way in which others may come to read the keys in *path*."""
    if is_for_others(path, stat.S_IROTH):
        said = f"{path} holds a key, and every user of this machine can read it"
        yield Exposure(said, shlex.join(["chmod", "600", str(path)]))
    if is_tracked(path):
        untrack = shlex.join(["git", "rm", "--cached", str(path)])
        yield Exposure(
            f"{path} holds a key, and git keeps it", f"{untrack} (a key that was pushed is known)"
        )


def is_for_others(path: Path, bits: int) -> bool:
    """Whether the mode of *path* has one of *bits*. Windows has other means than modes."""
    try:
        return os.name != "nt" and bool(path.stat().st_mode & bits)
    except OSError:
        return False


def _unquote(text: str) -> str | None:
    """Return a value without its quotes and comment, ``None`` where a quote does not end."""
    if text[:1] not in ("'", '"'):
        return re.split(r"(?:^|\s+)#", text, maxsplit=1)[0]
    body = r"'([^']*)'" if text[0] == "'" else r'"((?:[^"\\]|\\.)*)"'
    found = re.fullmatch(body + r"\s*(?:#.*)?", text)
    if found is None:
        return None
    return found[1] if text[0] == "'" else _ESCAPED.sub(r"\1", found[1])
