"""Is all that counts in a run directory whole? Everything is read again; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vidgen_core.errors import ExitCode, InputError, UsageError, VidgenError, exit_code_for
from vidgen_core.inspection.files import outputs
from vidgen_core.inspection.finding import NO_FAULT, Condition, Finding, Inspection
from vidgen_core.inspection.gone import what_is_gone
from vidgen_core.inspection.holding import held_by
from vidgen_core.inspection.state import answers, journal, outputs_of, requests, settings
from vidgen_core.listing import OnProbe
from vidgen_core.plugins import Registry
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import choose
from vidgen_core.strict_json import MAX_BYTES

__all__ = ["NO_FAULT", "Condition", "Finding", "Inspection", "exit_code", "inspect"]

_CODES = {
    Condition.CHANGED: ExitCode.COMPLETE,
    Condition.UNNEEDED: ExitCode.COMPLETE,
    Condition.UNUSABLE: ExitCode.BAD_INPUT,
    Condition.UNREADABLE: ExitCode.MACHINE,
    Condition.NEWER: ExitCode.DECISION,
}


def inspect(
    directory: RunDirectory,
    registry: Registry,
    *,
    deep: bool = False,
    on_probe: OnProbe | None = None,
) -> Inspection:
    """Read everything that counts in *directory*, and return what is not whole.

    *deep*: decode each video in full; one that is not as vidgen wrote it always is. What
    cannot be read is a finding, too. Raises ``MachineError`` only where nothing can.
    """
    holder = held_by(directory)
    ledger, found = journal(directory)
    kept, more = settings(directory, [loaded.spec for loaded in registry.providers])
    found += more
    remembered, more = outputs_of(directory)
    found += more
    found += [*requests(directory, ledger), *answers(directory, ledger)]
    found += _scenes(directory, kept.scenes_file if kept else "", _most(kept))
    known = (*(output for output, _ in registry.patterns()), *remembered)
    looked = outputs(directory, registry, known, ledger, deep=deep, on_probe=on_probe)
    listing = looked.listing
    lost = what_is_gone(
        directory.root,
        ledger,
        listing=listing,
        standing=looked.standing,
        known=known,
        refused=looked.refused,
    )
    under_way = ledger.in_flight.values()
    return Inspection(
        findings=tuple(_each_once((*found, *looked.findings, *lost))),
        files=len(listing.files),
        bytes=sum(file.size for file in listing.files),
        compared=looked.compared,
        unrecorded=looked.unrecorded,
        finished=looked.standing.finished,
        under_way=len(under_way),
        doubtful=sum(work.is_doubtful for work in under_way),
        at_work=holder or held_by(directory),
    )


def exit_code(inspection: Inspection) -> ExitCode:
    """Return what a command ends with that found this: 0 where all is whole."""
    conditions = {finding.condition for finding in inspection.findings}
    return exit_code_for({_CODES.get(each, ExitCode.FAILED) for each in conditions})


def _most(kept: object) -> int:
    most = getattr(kept, "max_scenes_file_bytes", MAX_BYTES)
    return int(most)


def _scenes(directory: RunDirectory, recorded: str, most: int) -> Iterator[Finding]:
    """Yield what is wrong with the scenes file that counts."""
    try:
        choose(directory.root, recorded=recorded, max_bytes=most)
    except (InputError, UsageError) as error:
        name, place, fault = error.message.partition(": ")
        named = place and (directory.root / name).is_file()
        yield Finding(
            path=name if named else "",
            condition=Condition.UNUSABLE,
            fault=fault if named else error.message,
            advice=error.advice or "correct it: the message says where",
        )
    except VidgenError as error:
        yield Finding(
            path="", condition=Condition.UNREADABLE, fault=error.message, advice=error.advice
        )


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the first finding about each path."""
    seen = set()
    for finding in findings:
        if not finding.path or finding.path not in seen:
            seen.add(finding.path)
            yield finding
