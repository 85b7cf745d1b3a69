"""The outputs of a run: each is read again, decoded, and compared with what vidgen wrote."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path

from attrs import define, evolve, field, frozen

from vidgen_core import disk
from vidgen_core.errors import MachineError
from vidgen_core.inspection.finding import NO_FAULT, Condition, Finding
from vidgen_core.inspection.standing import Standing, standing
from vidgen_core.layout import OUTPUT, Output
from vidgen_core.ledger import Ledger, Published
from vidgen_core.listing import OnProbe, list_directory
from vidgen_core.model import Facts, Key, Kind, Step, Verdict
from vidgen_core.plan import File, Listing
from vidgen_core.plugins import Registry
from vidgen_core.probe import probe
from vidgen_core.rundir import RunDirectory

_CONTINUE = "it is made or fetched again, the price shown first: "
_REDO = "to have it made again, the price shown first: "
_IDLE = "the film does not need it: delete it or move it away"
#: What ``redo --only`` calls each step that it makes again.
_REDONE = {
    Step.CLIP: "",
    Step.FIRST_FRAME: "first-frame",
    Step.SOUND: "sound",
    Step.SCENE_NARRATION: "narration",
}
#: What nobody but the user has.
_OWN = frozenset({Step.SCRIPT, Step.INITIAL_IMAGE})
#: What ``redo`` makes again also where the film does not need it.
_REDONE_ANYWAY = frozenset({Step.CLIP, Step.FIRST_FRAME})


@frozen(kw_only=True)
class Looked:
    """The outputs that are there, and what is wrong with them.

    ``standing``: what a run would do about them. ``compared``: how many of them are byte for
    byte what vidgen wrote. ``unrecorded``: the paths of those that no record tells this of.
    ``refused``: the paths that this machine does not give out.
    """

    findings: tuple[Finding, ...]
    listing: Listing
    standing: Standing
    compared: int
    unrecorded: tuple[str, ...]
    refused: frozenset[str]


def outputs(
    directory: RunDirectory,
    registry: Registry,
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
    unreadable = tuple(look.unreadable)
    now = standing(directory, registry, listing)
    found = [(file, finding) for file in listing.files if (finding := look.finding(file))]
    found = [(file, finding) for file, finding in found if file.path not in look.refusals]
    return Looked(
        findings=(*unreadable, *_advised(directory.root, found, listing, now)),
        listing=listing,
        standing=now,
        compared=look.compared,
        unrecorded=tuple(look.unrecorded),
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
    unrecorded: list[str] = field(factory=list)
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
        """Return what is wrong with *file*, ``None`` where nothing is or it went away.

        What to do about it depends on what else is found.
        """
        facts, path = file.facts, file.path
        if facts.verdict is Verdict.WHOLE and OUTPUT[file.key.step].probe in (Kind.TEXT, Kind.JSON):
            facts = self._words(path, OUTPUT[file.key.step].probe)
        if path in self.refusals or not os.path.lexists(self.root / path):
            return None
        if path not in self._read:
            self._compare(path)
        record = self.ledger.published.get(path)
        if record is None:
            self.unrecorded.append(path)
        elif path not in self.altered:
            self.compared += 1
        if facts.verdict is Verdict.BROKEN:
            return Finding(path=path, condition=Condition.BROKEN, fault=facts.fault)
        if facts.verdict is Verdict.DAMAGED:
            return Finding(path=path, condition=Condition.DAMAGED, fault=facts.fault)
        if record is not None and path in self.altered:
            return _altered(file, record)
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


def _altered(file: File, record: Published) -> Finding:
    if (file.size, file.mtime_ns) == (record.size, record.mtime_ns):
        fault = "its bytes are not those that vidgen wrote, and nobody wrote it since"
        return Finding(path=file.path, condition=Condition.SPOILT, fault=fault)
    fault = "it is whole, and was changed since vidgen made it"
    return Finding(path=file.path, condition=Condition.CHANGED, fault=fault)


def _advised(
    root: Path, found: Sequence[tuple[File, Finding]], listing: Listing, now: Standing
) -> Iterator[Finding]:
    """Yield the findings with what to do about them: one plan is made for all together."""
    faulty = [file for file, finding in found if finding.condition not in NO_FAULT]
    bad = {file.path for file in faulty}
    moved = [file.path for file in faulty if file.counts and file.key.step not in _OWN]
    advisor = _Advisor(
        place=shlex.quote(str(root)),
        now=now,
        then=now.without(moved) if moved else now,
        sound={file.key for file in listing.files if file.counts and file.path not in bad},
    )
    for file, finding in found:
        known = finding.condition in NO_FAULT
        yield finding if known else evolve(finding, advice=advisor.about(file))


@frozen(kw_only=True)
class _Advisor:
    """Knows what to do about a file with a fault, in the run directory *place*, quoted.

    ``now``: what a run would do; ``then``: what it would do once every file with a fault is
    moved away. ``sound``: what files without one stand for.
    """

    place: str
    now: Standing
    then: Standing
    sound: Set[Key]

    def about(self, file: File) -> str:
        """Return what to do about *file*."""
        key = file.key
        if key.step in _OWN:
            return "bring back a copy of yours"
        again = f"vidgen continue {self.place}"
        if not file.counts:  # a run takes it for missing
            return self._idle(key) if self.now.does_without(key) else _CONTINUE + again
        if key.step in _REDONE and key not in self.sound:
            return f"{_REDO}{self._redo(key)}"
        if self.then.does_without(key):
            return self._idle(key)
        return f"move it away, then {again}"

    def _redo(self, key: Key) -> str:
        only = _REDONE.get(key.step, "")
        return f"vidgen redo {self.place} --scene {key.scene}" + (f" --only {only}" if only else "")

    def _idle(self, key: Key) -> str:
        """Say what can be done about a file of *key* that no run would make again."""
        if key in self.sound or not self.now.has_scene(key.scene):
            return _IDLE
        if key.step in _REDONE_ANYWAY:
            return f"{_IDLE}; {_REDO}{self._redo(key)}"
        if key.step is Step.SCENE:
            again = f"vidgen continue {self.place}"
            return f"{_IDLE}; to have it made again, move the film away, too, then {again}"
        return _IDLE
