"""``vidgen collect DIR``: fetch what is paid for, and buy nothing."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from pathlib import Path

from attrs import evolve

from vidgen_core import plugins
from vidgen_core.cli.asked import open_asked
from vidgen_core.cli.at_work import carry_out
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.last_line import can_be_copied, command_for
from vidgen_core.errors import ExitCode, exit_code_for
from vidgen_core.executor import Outcome
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key
from vidgen_core.opening import Opened, find_directory
from vidgen_core.plan import Decision, Plan, Task, Why
from vidgen_core.report import as_json, text
from vidgen_core.report.words import count, error_line, name, say, why
from vidgen_core.selection import key_for, missing_key
from vidgen_core.strict_json import printable

#: Why paid work cannot be fetched now.
_STUCK = frozenset({Why.UNKNOWN_OUTCOME, Why.NOT_INSTALLED})


def run(arguments: Namespace) -> int:
    """Fetch what is under way; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        directory = find_directory(arguments.directory)
        registry = plugins.load()
        opened = open_asked(arguments, directory, registry)
        plan = opened.plan()
        if not _wanted(plan):
            return _nothing(opened, plan, arguments)
        _check_keys(opened, _wanted(plan))
        with directory.locked(shlex.join(["vidgen", *sys.argv[1:]])):
            opened = open_asked(arguments, directory, registry, opened.memory)
            plan = opened.plan()
            said = text.notes(opened, plan)
            outcome = carry_out(opened, plan, arguments, said, agreed=False, collect=True)
        return _ended(opened, outcome, arguments)


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
        say("nothing to collect: no paid work is under way that could be fetched")
    _print_json(opened, plan, code, None, arguments)
    return code


def _say_stuck(plan: Plan) -> None:
    for task in _stuck(plan):
        say(f"{name(task.key)}: {why(task.reasons)}")


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
        print(printable(_last_line(opened.directory.root, outcome, code)), file=sys.stderr)
    return code


def _last_line(root: Path, outcome: Outcome, code: ExitCode) -> str:
    made = f"{count(len(outcome.made), 'file')} collected, nothing was bought"
    if not code:
        return f"{made}; to go on: {command_for(str(root))}"
    if code is ExitCode.INTERRUPTED:
        return f"interrupted: {made}; to go on: {_again(root)}"
    return f"not all is collected{_why(outcome)}; {made}; to go on: {_again(root)}"


def _why(outcome: Outcome) -> str:
    if not outcome.errors:
        stuck = [task.key for task in _stuck(outcome.plan)]
        return f": {_names(stuck)} cannot be fetched" if stuck else ""
    task, error = outcome.errors[0]
    return f": {name(task.key)}: {error_line(error)}"


def _names(keys: list[Key]) -> str:
    return ", ".join(name(key) for key in keys)


def _again(root: Path) -> str:
    command = shlex.join(["vidgen", "collect", str(root)])
    return command if can_be_copied(command) else "vidgen collect DIR"


def _print_json(
    opened: Opened, plan: Plan, code: ExitCode, outcome: Outcome | None, arguments: Namespace
) -> None:
    if arguments.json:
        opened = evolve(opened, ledger=read_ledger(opened.directory.root))
        state = as_json.state(opened.now(), plan) | as_json.ending(code, outcome)
        print(as_json.dump(state), file=arguments.results, flush=True)
