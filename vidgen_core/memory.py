"""What was probed, remembered by size and modification time, so that it is probed once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field, frozen

from vidgen_core import disk, layout
from vidgen_core.model import Facts, Verdict
from vidgen_core.plan import File

SCHEMA = 2
_LARGEST = 256 * 1024 * 1024
_DEFAULTS = attrs.asdict(Facts())
#: Seconds, frames, widths: no file has more of any.
_MOST = 1e12


@frozen
class Remembered:
    """What is known of one file that has not changed."""

    facts: Facts = Facts()
    sha256: str = ""


@define
class Memory:
    """The probed facts of a run directory's files.

    Losing it costs time, never work: an unreadable file of it is an empty one.
    """

    _entries: dict[str, tuple[int, int, Remembered]] = field(factory=dict)
    changed: bool = field(default=False, init=False)

    def recall(self, path: str, size: int, mtime_ns: int) -> Remembered | None:
        """Return what is known of *path* while size and time are the same."""
        entry = self._entries.get(path)
        return entry[2] if entry is not None and entry[:2] == (size, mtime_ns) else None

    def remember(self, file: File) -> None:
        """Keep what is known of *file*."""
        entry = (file.size, file.mtime_ns, Remembered(file.facts, file.sha256))
        if self._entries.get(file.path) != entry:
            self._entries[file.path] = entry
            self.changed = True

    def to_bytes(self) -> bytes:
        """Return the content of the memory's file, in the order of the paths.

        Most clips of a run have the same facts, so each of these is written once,
        and a file names its own by their number.
        """
        numbers: dict[Facts, int] = {}
        files = {
            path: [size, mtime_ns, known.sha256, numbers.setdefault(known.facts, len(numbers))]
            for path, (size, mtime_ns, known) in sorted(self._entries.items())
        }
        content = {"schema": SCHEMA, "facts": list(map(_compact, numbers)), "files": files}
        self.changed = False
        return json.dumps(content, separators=(",", ":")).encode()


def _facts(known: dict[str, Any]) -> Facts:
    """Return the facts in *known*; raises for what a hand could have put there."""
    values = {**known, "verdict": Verdict(known.get("verdict", "whole"))}
    for name, value in values.items():
        expected = type(_DEFAULTS[name]) if name in _DEFAULTS else None
        if type(value) is not expected and not (expected is float and type(value) is int):
            raise ValueError(f"{name} is {value!r}")
        if isinstance(value, (int, float)) and not 0 <= value <= _MOST:
            raise ValueError(f"{name} is {value!r}")
    return Facts(**values)


def _compact(facts: Facts) -> dict[str, Any]:
    values = attrs.asdict(facts)
    return {name: value for name, value in values.items() if value != _DEFAULTS[name]}


def read_memory(root: Path) -> Memory:
    """Return what run directory *root* remembers."""
    try:
        content = json.loads(disk.read_file(root / layout.PROBES, _LARGEST))
        if content["schema"] != SCHEMA:
            return Memory()
        facts = dict(enumerate(map(_facts, content["facts"])))
        entries = {
            path: (size, mtime_ns, Remembered(facts[number], sha256))
            for path, (size, mtime_ns, sha256, number) in content["files"].items()
            if type(size) is type(mtime_ns) is type(number) is int and type(sha256) is str
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Memory()
    return Memory(entries)
