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

SCHEMA = 1
_LARGEST = 256 * 1024 * 1024
_DEFAULTS = attrs.asdict(Facts())


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

    _entries: dict[str, list[Any]] = field(factory=dict)
    changed: bool = field(default=False, init=False)
    _alike: dict[tuple[Any, ...], Facts] = field(factory=dict, init=False)

    def recall(self, path: str, size: int, mtime_ns: int) -> Remembered | None:
        """Return what is known of *path* while size and time are the same."""
        entry = self._entries.get(path)
        if entry is None or entry[0] != size or entry[1] != mtime_ns:
            return None
        known = entry[3]
        if type(known) is dict:
            try:
                facts = self._facts(known)
            except (TypeError, ValueError):
                return None
            known = entry[3] = Remembered(facts, entry[2])
        return known if isinstance(known, Remembered) else None

    def _facts(self, known: dict[str, Any]) -> Facts:
        """Return the facts in *known*; most clips of a run have the same."""
        likeness = (*known.items(), *map(type, known.values()))  # 1 is not True here
        facts = self._alike.get(likeness)
        if facts is None:
            facts = self._alike[likeness] = _facts(known)
        return facts

    def remember(self, file: File) -> None:
        """Keep what is known of *file*."""
        entry = self._entries.get(file.path)
        if entry is not None and entry[:3] == [file.size, file.mtime_ns, file.sha256]:
            known = self.recall(file.path, file.size, file.mtime_ns)
            if known is not None and known.facts == file.facts:
                return
        known = Remembered(file.facts, file.sha256)
        self._entries[file.path] = [file.size, file.mtime_ns, file.sha256, known]
        self.changed = True

    def to_bytes(self) -> bytes:
        """Return the content of the memory's file, in the order of the paths."""
        files = {}
        for path, (size, mtime_ns, sha256, known) in sorted(self._entries.items()):
            facts = known if type(known) is dict else _compact(known.facts)
            files[path] = [size, mtime_ns, sha256, facts]
        self.changed = False
        return json.dumps({"schema": SCHEMA, "files": files}, separators=(",", ":")).encode()


def _facts(known: dict[str, Any]) -> Facts:
    """Return the facts in *known*; raises for what a hand could have put there."""
    values = {**known, "verdict": Verdict(known.get("verdict", "whole"))}
    for name, value in values.items():
        expected = type(_DEFAULTS[name]) if name in _DEFAULTS else None
        if type(value) is not expected and not (expected is float and type(value) is int):
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
        files = content["files"]
        entries = {
            path: entry
            for path, entry in files.items()
            if type(entry) is list and list(map(type, entry)) == [int, int, str, dict]
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Memory()
    return Memory(entries)
