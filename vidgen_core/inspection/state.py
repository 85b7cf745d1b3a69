"""What vidgen keeps in a run directory: journal, settings, patterns, requests, answers."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from vidgen_core import disk, layout
from vidgen_core.errors import (
    ExitCode,
    JobLost,
    JournalDamaged,
    MachineError,
    UsageError,
    VidgenError,
)
from vidgen_core.executor.sent import read_sent
from vidgen_core.inspection.finding import Condition, Finding
from vidgen_core.journal import read_ledger
from vidgen_core.journal.damaged import before_it_goes, to_move_away
from vidgen_core.journal.stored import path_of_answer, path_of_sent, with_stored_answers
from vidgen_core.layout import Output
from vidgen_core.ledger import Ledger
from vidgen_core.model import Kind, Step, Verdict
from vidgen_core.patterns import PatternError
from vidgen_core.probe import probe
from vidgen_core.rundir import RunDirectory
from vidgen_core.settings import load as load_settings
from vidgen_core.settings.core_options import CoreOptions
from vidgen_core.settings.settings_file import read_run_file, run_advice
from vidgen_core.specs import ProviderSpec
from vidgen_core.wording import UPGRADE, name

#: What this version writes into the files that say so.
_PATTERNS_SCHEMA, _PROBES_SCHEMA = 1, 2
_LARGEST = 256 * 1024 * 1024


def journal(directory: RunDirectory) -> tuple[Ledger, list[Finding]]:
    """Return what the journal says, as far as it can be read, and what is wrong with it."""
    path = layout.JOURNAL
    try:
        directory.may_write(layout.LOCK)  # a link or a file may be in the folder's place
        ledger = with_stored_answers(directory.root, read_ledger(directory.root))
    except JournalDamaged as error:
        return Ledger(), [_finding(path, Condition.NEWER, error)]
    except MachineError as error:
        return Ledger(), [_finding(path, Condition.UNREADABLE, error)]
    if not ledger.damage:
        return ledger, []
    return ledger, [
        Finding(
            path=path,
            condition=Condition.DAMAGED,
            fault=f"{ledger.damage}; nothing is bought meanwhile",
            advice=_past_the_damage(directory, ledger),
        )
    ]


def _past_the_damage(directory: RunDirectory, ledger: Ledger) -> str:
    """Say what is lost with a damaged journal, what to do before, and how to move it away."""
    root, move = shlex.quote(str(directory.root)), to_move_away(directory.path(layout.JOURNAL))
    before = before_it_goes(ledger, "it", f"vidgen collect {root}")
    return f"{before}look at it (vidgen log {root}); then move it away: {move}"


def settings(
    directory: RunDirectory, specs: Iterable[ProviderSpec]
) -> tuple[CoreOptions | None, list[Finding]]:
    """Return the run's settings, where they can be used, and what is wrong with their file."""
    path, root = layout.SETTINGS, directory.root
    try:
        read_run_file(root)
    except UsageError as error:
        return None, [_finding(path, Condition.DAMAGED, error)]
    except MachineError as error:
        return None, [_finding(path, Condition.UNREADABLE, error)]
    try:
        return load_settings(run_directory=root, specs=specs).core, []
    except VidgenError as error:
        if str(directory.path(path)) not in f"{error.message} {error.advice}":
            raise  # the user's own settings are at fault, or the environment
        advice = error.advice or run_advice(root)
        fault = Finding(path=path, condition=Condition.DAMAGED, fault=error.message, advice=advice)
        return None, [fault]


def outputs_of(directory: RunDirectory) -> tuple[tuple[Output, ...], list[Finding]]:
    """Return the file names that the run's providers use, and what is wrong with their list.

    What was found whole before is looked at, too: it only saves time.
    """
    found: list[Finding] = []
    known: list[Output] = []

    def patterns(value: dict[str, Any]) -> None:
        known.extend(
            Output(step=Step(entry["step"]), pattern=entry["pattern"], probe=Kind(entry["probe"]))
            for entry in value["patterns"]
        )

    def probes(value: dict[str, Any]) -> None:
        value["files"].items()

    again = "move it away: the files of providers with names of their own then need their provider"
    found += _read(directory, layout.PATTERNS, _PATTERNS_SCHEMA, patterns, again)
    harmless = "delete it: every file is then looked at again"
    found += _read(directory, layout.PROBES, _PROBES_SCHEMA, probes, harmless)
    return tuple(known), found


def _read(
    directory: RunDirectory,
    path: str,
    schema: int,
    take: Callable[[dict[str, Any]], None],
    advice: str,
) -> Iterator[Finding]:
    """Yield what is wrong with one state file of JSON, if it is there."""
    place = directory.path(path)
    if not os.path.lexists(place):
        return
    try:
        value = json.loads(disk.read_file(place, _LARGEST))
        if type(value["schema"]) is int and value["schema"] > schema:
            what = f"a newer vidgen wrote it (form {value['schema']})"
            yield Finding(path=path, condition=Condition.NEWER, fault=what, advice=UPGRADE)
            return
        take(value)
    except OSError as error:
        yield Finding(
            path=path,
            condition=Condition.UNREADABLE,
            fault=f"it cannot be read: {error.strerror or error}",
            advice=disk.advice_for(error),
        )
    except (ValueError, KeyError, TypeError, AttributeError, PatternError, RecursionError):
        what = "it makes no sense"
        yield Finding(path=path, condition=Condition.DAMAGED, fault=what, advice=advice)


def requests(directory: RunDirectory, ledger: Ledger) -> Iterator[Finding]:
    """Yield what is wrong with what was sent with work that is still in flight."""
    for work in ledger.in_flight.values():
        path = path_of_sent(work)
        try:
            read_sent(directory.path(path))
        except JobLost as error:
            cause = error.__cause__
            gone = isinstance(cause, FileNotFoundError)
            what = f"what was asked of {work.provider} for {name(work.key)}"
            yield Finding(
                path=path,
                condition=Condition.BROKEN,
                fault=f"it is not there: {what}" if gone else f"it cannot be read: {what}",
                advice=_account(directory.root, work.provider),
            )


def answers(directory: RunDirectory, ledger: Ledger) -> Iterator[Finding]:
    """Yield what is wrong with the paid answers that files are still made from."""
    for work in ledger.in_flight.values():
        if not work.answered:
            continue
        path = path_of_answer(work)
        try:
            facts = probe(directory.path(path), Kind.TEXT)
        except MachineError as error:
            yield _finding(path, Condition.UNREADABLE, error)
            continue
        if facts.verdict is Verdict.BROKEN:
            yield Finding(
                path=path,
                condition=Condition.BROKEN,
                fault=f"{facts.fault}: the answer of {work.provider} for {name(work.key)}, "
                "which was paid for",
                advice=_account(directory.root, work.provider),
            )


def _account(root: Path, provider: str) -> str:
    place = shlex.quote(str(root))
    return f"look into your account with {provider}; vidgen continue {place} shows what it costs"


def _finding(path: str, condition: Condition, error: VidgenError) -> Finding:
    newer = error.exit_code is ExitCode.DECISION and condition is Condition.NEWER
    advice = error.advice or (UPGRADE if newer else "")
    return Finding(path=path, condition=condition, fault=error.message, advice=advice)
