"""``vidgen verify DIR``: is everything whole? Nothing is written, and nobody is asked."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import attrs

from vidgen_core import plugins
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.errors import ExitCode
from vidgen_core.inspection import NO_FAULT, Condition, Finding, Inspection, exit_code, inspect
from vidgen_core.keys import redacted
from vidgen_core.opening import find_directory
from vidgen_core.report import as_json
from vidgen_core.report.progress import looking
from vidgen_core.report.words import INDENT, count, folded, sized
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import must_be_a_run
from vidgen_core.strict_json import printable

#: How each condition is called; the first are told first.
_SAYS = {
    Condition.UNREADABLE: "cannot be read",
    Condition.NEWER: "is of a newer vidgen",
    Condition.BROKEN: "is broken",
    Condition.GONE: "is gone",
    Condition.SPOILT: "is spoilt",
    Condition.UNUSABLE: "cannot be used",
    Condition.DAMAGED: "is damaged",
    Condition.CHANGED: "was changed",
    Condition.UNNEEDED: "is gone",
}
#: So many files that are gone and not needed are named without -v.
_MOST_NAMED = 5
_ORDER = tuple(_SAYS)


def run(arguments: Namespace) -> int:
    """Read all of the directory again; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        directory = find_directory(arguments.directory)
        must_be_a_run(directory.root)
        registry = plugins.load()
        with looking() as on_probe:
            found = inspect(directory, registry, deep=arguments.deep, on_probe=on_probe)
        code = exit_code(found)
        if arguments.json:
            value = as_object(directory, found, code, deep=arguments.deep)
            print(redacted(as_json.dump(value)), file=arguments.results, flush=True)
            return code
        lines = text_lines(directory, found, deep=arguments.deep, verbose=arguments.verbose)
        told = folded(redacted("\n".join(lines)), arguments.results)
        print(told, file=arguments.results, flush=True)
        return code


def text_lines(
    directory: RunDirectory, found: Inspection, *, deep: bool = False, verbose: bool = False
) -> Iterator[str]:
    """Yield what was looked at, and what is not whole, with what to do about it."""
    faults = [each for each in found.findings if each.condition not in NO_FAULT]
    yield printable(f"{directory.root.name}: {_looked_at(found, deep=deep, verbose=verbose)}")
    for finding in sorted(faults, key=_order):
        yield INDENT + printable(_words(finding))
        if finding.advice:
            yield INDENT * 2 + printable(finding.advice)
    for line in _no_faults(found, verbose=verbose):
        yield INDENT + printable(line)
    if verbose:
        for path in found.unrecorded:
            yield INDENT + printable(f"{path}: read, and there is no record to compare it with")
    if found.at_work:
        yield printable(f"a run is at work here, {found.at_work}: look again when it is over")
    if faults:
        yield f"not whole: {count(len(faults), 'finding')}"
        return
    more = "" if deep or not verbose else "; --deep decodes all of it"
    yield printable(f"all of it is whole{more}{_to_do(directory, found)}")


def _to_do(directory: RunDirectory, found: Inspection) -> str:
    """Say what a run has still to do, and where that is told; empty for nothing."""
    told = []
    if found.finished is None:
        told.append("what the film lacks cannot be told")
    elif not found.finished:
        told.append("the film is not finished")
    if found.under_way:
        doubtful = f" ({found.doubtful} in doubt)" if found.doubtful else ""
        told.append(f"{count(found.under_way, 'order')} under way{doubtful}")
    more = ", ".join(told)
    return f"; {more}: {shlex.join(['vidgen', 'status', str(directory.root)])}" if told else ""


def _no_faults(found: Inspection, *, verbose: bool) -> Iterator[str]:
    """Yield what somebody changed or deleted on purpose, as it seems."""
    unneeded = sum(each.condition is Condition.UNNEEDED for each in found.findings)
    counted = unneeded > _MOST_NAMED and not verbose
    for finding in found.findings:
        named = not counted or finding.condition is not Condition.UNNEEDED
        if named and finding.condition in NO_FAULT:
            yield f"{finding.path}: {finding.fault}"
    if counted:
        yield f"{unneeded} files are gone that the film does not need (-v names them)"


def _looked_at(found: Inspection, *, deep: bool, verbose: bool) -> str:
    how = "read and decoded in full" if deep else "read"
    said = f"{count(found.files, 'file')}, {sized(found.bytes)}, {how}"
    if found.compared:
        said += f"; {found.compared} of them byte for byte as vidgen wrote them"
    if found.unrecorded:
        said += f", {len(found.unrecorded)} without a record to compare with"
        them = "it" if len(found.unrecorded) == 1 else "them"
        said += "" if verbose else f" (-v names {them})"
    return said


def _order(finding: Finding) -> tuple[int, str]:
    return _ORDER.index(finding.condition), finding.path


def _words(finding: Finding) -> str:
    if not finding.path:
        return finding.fault
    return f"{finding.path} {_SAYS[finding.condition]}: {finding.fault}"


def as_object(
    directory: RunDirectory, found: Inspection, code: ExitCode, *, deep: bool
) -> dict[str, Any]:
    """Return the same for ``--json``."""
    return {
        "directory": str(directory.root),
        "exit_code": int(code),
        "whole": found.is_whole,
        "deep": deep,
        "files": found.files,
        "bytes": found.bytes,
        "as_written": found.compared,
        "no_record": list(found.unrecorded),
        "finished": found.finished,
        "under_way": found.under_way,
        "in_doubt": found.doubtful,
        "at_work": found.at_work,
        "findings": [
            attrs.asdict(each, value_serializer=lambda _, __, value: _plain(value))
            for each in sorted(found.findings, key=_order)
        ],
    }


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Condition) else value
