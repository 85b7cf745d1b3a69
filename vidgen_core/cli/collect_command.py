"""``vidgen collect DIR``: fetch what is paid for, and buy nothing."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from attrs import evolve

from vidgen_core import plugins
from vidgen_core.cli.asked import open_asked
from vidgen_core.cli.at_work import carry_out
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.last_line import command_for, command_in
from vidgen_core.cli.repeated import repeated
from vidgen_core.cli.undo_command import finish_undo
from vidgen_core.errors import ExitCode, Undecided, UsageError, VidgenError, exit_code_for
from vidgen_core.executor import Outcome
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import InFlight
from vidgen_core.memory import Memory
from vidgen_core.model import Key
from vidgen_core.opening import Opened, find_directory
from vidgen_core.plan import Decision, Plan, Task, Why
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.planner.situation import arrived
from vidgen_core.planner.unneeded import in_doubt, why_left
from vidgen_core.plugins import Registry
from vidgen_core.report import as_json, text
from vidgen_core.report.prices import said
from vidgen_core.report.words import count, error_line, name, say, why
from vidgen_core.rundir import RunDirectory
from vidgen_core.selection import key_for, missing_key
from vidgen_core.strict_json import printable

#: Why paid work cannot be fetched now.
_STUCK = frozenset({Why.UNKNOWN_OUTCOME, Why.NOT_INSTALLED})


#: Why a job has no place to go to.
_THERE = frozenset({Decision.KEEP, Decision.STALE})
_NOTHING = "no paid work is under way that could be fetched"


def run(arguments: Namespace) -> int:
    """Fetch what is under way; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        directory = find_directory(arguments.directory)
        registry = plugins.load()
        opened = _open(arguments, directory, registry)
        plan = opened.plan()
        if not _wanted(plan):
            return _nothing(opened, plan, arguments)
        _check_keys(opened, _wanted(plan))
        with directory.locked(shlex.join(["vidgen", *sys.argv[1:]])):
            finish_undo(directory, quiet=arguments.quiet)
            opened = _open(arguments, directory, registry, opened.memory)
            plan = opened.plan()
            notes = text.notes(opened, plan)
            outcome = carry_out(opened, plan, arguments, notes, agreed=False, collect=True)
        return _ended(opened, _without_idle_questions(outcome, _idle(opened, plan)), arguments)


def _open(
    arguments: Namespace, directory: RunDirectory, registry: Registry, memory: Memory | None = None
) -> Opened:
    """Read everything about *directory*, to fetch also what nothing needs any more.

    Of that, a key that is missing keeps nothing back but the work which it is for.
    """
    opened = open_asked(arguments, directory, registry, memory)
    works = opened.ledger.in_flight.items()
    within_reach = frozenset(key for key, work in works if _no_key(opened, work) is None)
    return evolve(opened, options=evolve(opened.options, unneeded=within_reach))


def _idle(opened: Opened, plan: Plan) -> frozenset[Key]:
    """Return what *plan* fetches although nothing needs it."""
    return frozenset(plan.by_key.keys() - _needed(opened).by_key.keys())


def _needed(opened: Opened) -> Plan:
    """Return what is still to be made or fetched for the film."""
    return evolve(opened, options=evolve(opened.options, unneeded=frozenset())).plan()


def _no_key(opened: Opened, work: InFlight) -> VidgenError | None:
    """Return the error that says which key is missing to fetch *work*, if one is."""
    if (work.kind, work.provider) not in opened.selection.providers.installed:
        return None
    loaded = opened.registry.find(work.kind, work.provider)
    try:
        there = not loaded.spec.keys or key_for(loaded, opened.directory.root)
    except UsageError as error:  # it cannot be read
        return error
    return None if there else missing_key(loaded)


def _wanted(plan: Plan) -> list[Task]:
    """Return what is to be fetched."""
    return [task for task in plan.to_do if task.decision is Decision.ATTACH]


def _stuck(plan: Plan) -> list[Task]:
    """Return what may be paid for and cannot be fetched."""
    stuck = plan.stuck
    return [task for task in stuck if _STUCK & {reason.why for reason in task.reasons}]


def _check_keys(opened: Opened, tasks: list[Task]) -> None:
    for task in tasks:
        assert task.kind is not None, "somebody was paid for it"
        loaded = opened.registry.find(task.kind, task.provider)
        if loaded.spec.keys and not key_for(loaded, opened.directory.root):
            raise missing_key(loaded)


def _nothing(opened: Opened, plan: Plan, arguments: Namespace) -> int:
    code = ExitCode.DECISION if _stuck(plan) else ExitCode.COMPLETE
    if not arguments.quiet or code:
        _say_stuck(plan)
        left = _left(opened, plan)
        _say_left(opened, left)
        what = "what is under way cannot be fetched" if left or _stuck(plan) else _NOTHING
        missing = code or not _needed(opened).finished
        then = f"; to go on: {command_for(str(opened.directory.root))}" if missing else ""
        say(f"nothing to collect: {what}{then}")
    _print_json(opened, plan, code, None, arguments)
    return code


def _say_stuck(plan: Plan) -> None:
    for task in _stuck(plan):
        say(f"{name(task.key)}: {why(task.reasons)}")


def _left(opened: Opened, plan: Plan) -> list[InFlight]:
    """Return what is under way and neither fetched nor a question in *plan*."""
    by_key, ledger = opened.listing.by_key, opened.ledger
    return [
        work
        for key, work in ledger.in_flight.items()
        if (key not in plan.by_key or plan.by_key[key].decision in _THERE)
        and not any(arrived(ledger, file) for file in by_key.get(key, ()))
    ]


def _say_left(opened: Opened, left: Iterable[InFlight]) -> None:
    for work in left:
        price = "" if work.price.free else f", {said(work.price)}"
        say(f"{name(work.key)} at {work.provider}{price}: {_why_left(opened, work)}")


def _why_left(opened: Opened, work: InFlight) -> str:
    """Say why *work* stays where it is, and what can be done about it."""
    there = opened.best(work.key)
    if there is not None:
        return f"{there.path} is there in its place; to fetch it, move that away first"
    left = why_left(opened.situation, work)
    if left:
        return left
    missing = _no_key(opened, work)
    if missing is not None:
        return missing.message
    return in_doubt(work) if is_doubtful(work) else "nothing needs it any more"


def _without_idle_questions(outcome: Outcome, idle: Collection[Key]) -> Outcome:
    """Return *outcome* without what is in doubt of *idle* work: nobody has to decide that."""
    asked = {task.key for task, error in outcome.errors if isinstance(error, Undecided)}
    asked &= set(idle)
    errors = [each for each in outcome.errors if each[0].key not in asked]
    codes = set(outcome.codes)
    if asked and all(error.exit_code is not ExitCode.DECISION for _, error in errors):
        codes.discard(ExitCode.DECISION)
    tasks = tuple(task for task in outcome.plan.tasks if task.key not in asked)
    return evolve(outcome, plan=evolve(outcome.plan, tasks=tasks), errors=errors, codes=codes)


def _ended(opened: Opened, outcome: Outcome, arguments: Namespace) -> int:
    plan, codes = outcome.plan, set(outcome.codes)
    if _stuck(plan):
        codes.add(ExitCode.DECISION)
    if not codes and _wanted(plan):
        codes.add(ExitCode.LATER)
    code = exit_code_for(codes)
    _print_json(opened, plan, code, outcome, arguments)
    if code or not arguments.quiet:
        _say_stuck(plan)
        opened = evolve(opened, ledger=read_ledger(opened.directory.root))
        _say_left(opened, _left(opened, plan))
        words = repeated(arguments, opened.registry).words
        line = _last_line(opened.directory.root, outcome, code, words)
        print(printable(line), file=sys.stderr)
    return code


def _last_line(root: Path, outcome: Outcome, code: ExitCode, words: Sequence[str]) -> str:
    """Return how it ended, and what to type next; *words* were typed and hold for that, too."""
    made = f"{count(len(outcome.made), 'file')} collected, nothing was bought"
    if not code:
        return f"{made}; to go on: {command_for(str(root), *words)}"
    again = command_in(str(root), "collect", *words)
    then = f"to go on: {again}; then, for the rest of the film: {command_for(str(root), *words)}"
    if code is ExitCode.INTERRUPTED:
        return f"interrupted: {made}; {then}"
    return f"not all is collected{_why(outcome)}; {made}; {then}"


def _why(outcome: Outcome) -> str:
    if not outcome.errors:
        stuck = [task.key for task in _stuck(outcome.plan)]
        return f": {_names(stuck)} cannot be fetched" if stuck else ""
    task, error = outcome.errors[0]
    return f": {name(task.key)}: {error_line(error)}"


def _names(keys: list[Key]) -> str:
    return ", ".join(name(key) for key in keys)


def _print_json(
    opened: Opened, plan: Plan, code: ExitCode, outcome: Outcome | None, arguments: Namespace
) -> None:
    if arguments.json:
        opened = evolve(opened, ledger=read_ledger(opened.directory.root))
        state = as_json.state(opened.now(), plan) | as_json.ending(code, outcome)
        print(as_json.dump(state), file=arguments.results, flush=True)
