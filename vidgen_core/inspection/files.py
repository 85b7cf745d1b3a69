"""The outputs of a run: each is read again, decoded, and compared with what vidgen wrote."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import define, field, frozen

from vidgen_core import disk
from vidgen_core.errors import MachineError
from vidgen_core.inspection.finding import Condition, Finding
from vidgen_core.layout import OUTPUT, Output
from vidgen_core.ledger import Ledger, Published
from vidgen_core.listing import OnProbe, list_directory
from vidgen_core.model import Facts, Kind, Step, Verdict
from vidgen_core.plan import File, Listing
from vidgen_core.probe import probe
from vidgen_core.rundir import RunDirectory

_CONTINUE = "it is made or fetched again, the price shown first: "
#: What ``redo --only`` calls each step that it makes again.
_REDONE = {
    Step.CLIP: "",
    Step.FIRST_FRAME: "first-frame",
    Step.SOUND: "sound",
    Step.SCENE_NARRATION: "narration",
}


@frozen(kw_only=True)
class Looked:
    """The outputs that are there, and what is wrong with them.

    ``compared``: how many of them are byte for byte what vidgen wrote. ``refused``: the paths
    that this machine does not give out.
    """

    findings: tuple[Finding, ...]
    listing: Listing
    compared: int
    refused: frozenset[str]


def outputs(
    directory: RunDirectory,
    known: Iterable[Output],
    ledger: Ledger,
    *,
    deep: bool,
    on_probe: OnProbe | None,
) -> Looked:
    """Read every output of *directory* that one of the *known* kinds claims."""
    look = _Look(root=directory.root, ledger=ledger, deep=deep)
    listing = list_directory(
        directory.root,
        outputs=known,
        check=look.media,
        on_probe=on_probe,
        on_refusal=look.refused,
    )
    findings = list(look.unreadable)
    for file in listing.files:
        finding = look.finding(file)
        if finding is not None and finding.path not in look.refusals:
            findings.append(finding)
    return Looked(
        findings=tuple(findings),
        listing=listing,
        compared=look.compared,
        refused=frozenset(look.refusals),
    )


@define(kw_only=True, eq=False)
class _Look:
    """A look at each file: what the machine refused, and which are not what vidgen wrote."""

    root: Path
    ledger: Ledger
    deep: bool
    refusals: dict[str, OSError] = field(factory=dict)
    altered: set[str] = field(factory=set)
    compared: int = 0
    _read: set[str] = field(factory=set)

    def refused(self, path: str, error: OSError) -> None:
        """Take note of what this machine does not give out."""
        self.refusals[path] = error

    @property
    def unreadable(self) -> Iterator[Finding]:
        """What was refused, as findings."""
        for path, error in sorted(self.refusals.items()):
            what = disk.advice_for(error) or "see to the disk, then run the same command again"
            yield Finding(
                path=path,
                condition=Condition.UNREADABLE,
                fault=f"it cannot be read: {error.strerror or error}",
                advice=f"{what}; nothing is missing for that",
            )

    def media(self, path: Path, kind: Kind) -> Facts:
        """Return what decoding the file at *path* tells. Called from several threads."""
        relative = path.relative_to(self.root).as_posix()
        try:
            self._compare(relative)
            return probe(path, kind, decode=self.deep or relative in self.altered)
        except OSError as error:
            self.refused(relative, error)
        except MachineError as error:
            cause = error.__cause__
            self.refused(relative, cause if isinstance(cause, OSError) else OSError(str(error)))
        return Facts()

    def _compare(self, path: str) -> None:
        """Take note of whether the file at *path* is byte for byte what vidgen wrote."""
        self._read.add(path)
        record = self.ledger.published.get(path)
        if record is None:
            return
        try:
            same = disk.digest(self.root / path) == record.sha256
        except FileNotFoundError:
            return  # a run at work moved it away
        if not same:
            self.altered.add(path)

    def finding(self, file: File) -> Finding | None:
        """Return what is wrong with *file*, ``None`` where nothing is or it went away."""
        facts, path = file.facts, file.path
        if facts.verdict is Verdict.WHOLE and OUTPUT[file.key.step].probe in (Kind.TEXT, Kind.JSON):
            facts = self._words(path, OUTPUT[file.key.step].probe)
        if path in self.refusals or not os.path.lexists(self.root / path):
            return None
        if path not in self._read:
            self._compare(path)
        record = self.ledger.published.get(path)
        if record is not None and path not in self.altered:
            self.compared += 1
        if facts.verdict is Verdict.BROKEN:
            return self._found(file, Condition.BROKEN, facts.fault)
        if facts.verdict is Verdict.DAMAGED:
            return self._found(file, Condition.DAMAGED, facts.fault)
        if record is not None and path in self.altered:
            return self._altered(file, record)
        return None

    def _words(self, path: str, kind: Kind) -> Facts:
        """Return whether words are there that can be read."""
        try:
            facts = probe(self.root / path, kind)
            if kind is Kind.TEXT and facts.verdict is Verdict.WHOLE:
                (self.root / path).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            return Facts(verdict=Verdict.BROKEN, fault="it is no text in UTF-8")
        except OSError as error:
            self.refused(path, error)
        except MachineError as error:
            self.refused(path, OSError(str(error)))
        return facts

    def _altered(self, file: File, record: Published) -> Finding:
        if (file.size, file.mtime_ns) == (record.size, record.mtime_ns):
            fault = "its bytes are not those that vidgen wrote, and nobody wrote it since"
            return self._found(file, Condition.SPOILT, fault)
        return Finding(
            path=file.path,
            condition=Condition.CHANGED,
            fault="it is whole, and was changed since vidgen made it",
        )

    def _found(self, file: File, condition: Condition, fault: str) -> Finding:
        return Finding(
            path=file.path,
            condition=condition,
            fault=fault,
            advice=_advice(self.root, file, condition),
        )


def _advice(root: Path, file: File, condition: Condition) -> str:
    """Return what to do about *file*."""
    place, key = shlex.quote(str(root)), file.key
    if key.step in (Step.SCRIPT, Step.INITIAL_IMAGE):
        return "bring back a copy of yours"
    again = f"vidgen continue {place}"
    if condition is Condition.BROKEN:
        return _CONTINUE + again
    if key.step in _REDONE:
        only = _REDONE[key.step]
        again = f"vidgen redo {place} --scene {key.scene}" + (f" --only {only}" if only else "")
        return f"to have it made again, the price shown first: {again}"
    return f"move it away, then {again}"
