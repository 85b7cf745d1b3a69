"""What ``continue`` and ``generate`` have in common: a run is looked at, agreed to, finished."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace

from vidgen_core.cli.asked import open_asked
from vidgen_core.cli.at_work import carry_out, preview_alone
from vidgen_core.cli.consent import ask_for_money
from vidgen_core.cli.last_line import command_for, exit_code, same_command
from vidgen_core.cli.moving import told_when_interrupted
from vidgen_core.cli.obstacles import no_question, obstacle, without_effect
from vidgen_core.cli.repeated import repeated
from vidgen_core.cli.results import JsonFiles, print_plan, print_result
from vidgen_core.cli.undo_command import finish_undo
from vidgen_core.errors import ExitCode, Interrupted, UsageError
from vidgen_core.journal import read_ledger
from vidgen_core.opening import Opened, Words
from vidgen_core.plan import Plan
from vidgen_core.plugins import Registry
from vidgen_core.report import text
from vidgen_core.report.words import count, say, show
from vidgen_core.retake import unfinished
from vidgen_core.rundir import RunDirectory


def agree(opened: Opened, arguments: Namespace) -> bool:
    """Raise for what would stop the film half-way, and ask before money is spent.

    Returns whether it is agreed what the film costs; see :func:`ask_for_money`.
    """
    plan = opened.plan()
    _raise_obstacle(opened, plan)
    return ask_for_money(opened, plan, arguments)


def dry_run(opened: Opened, arguments: Namespace, listed: JsonFiles = None) -> int:
    """Say what is there, and print what would be done; return the exit code."""
    plan = opened.plan()
    _say_what_is_there(opened, plan, arguments)
    lacking = obstacle(opened, plan)
    if isinstance(lacking, UsageError):
        raise lacking
    if plan.finished and not arguments.quiet and not arguments.json:
        _say_what_is_idle(opened)
    print_plan(opened, plan, arguments, listed, lacking)
    return ExitCode.COMPLETE


def finish(
    directory: RunDirectory,
    arguments: Namespace,
    registry: Registry,
    listed: JsonFiles = None,
    words: Words | None = None,
    *,
    agreed: bool | None = None,
) -> int:
    """Make what is missing in *directory* and join the film; return the exit code.

    *words*: what the directory goes on with, where it is a draft; they lie in it.
    *agreed*: whether its price was agreed to, where that was asked already.
    """
    with told_when_interrupted(lambda: _interrupted(directory, arguments, registry)):
        return _finish(directory, arguments, registry, listed, words, agreed=agreed)


def _interrupted(directory: RunDirectory, arguments: Namespace, registry: Registry) -> Interrupted:
    """Return how a run ended that was interrupted before it began to work."""
    root, draft = directory.root, arguments.draft
    words = repeated(arguments, registry).words
    command = command_for(str(root.parent if draft else root), *words, draft=draft)
    left = unfinished(directory, read_ledger(root))
    when = f"with {count(len(left), 'file')} still to be moved for an undo" if left else ""
    return Interrupted(
        f"interrupted {when or 'before any work began'}; nothing was charged by this command",
        advice=f"to go on: {command}",
    )


def _finish(
    directory: RunDirectory,
    arguments: Namespace,
    registry: Registry,
    listed: JsonFiles,
    words: Words | None,
    *,
    agreed: bool | None,
) -> int:
    opened = open_asked(arguments, directory, registry, words=words)
    if unfinished(directory, opened.ledger):
        with directory.locked(_command()):
            finish_undo(directory, quiet=arguments.quiet)
        opened = open_asked(arguments, directory, registry, words=words)
    plan = opened.plan()
    _say_what_is_there(opened, plan, arguments)
    lacking = obstacle(opened, plan)
    if lacking is not None:
        if arguments.preview:
            with directory.locked(_command()):
                again = open_asked(arguments, directory, registry, opened.memory, words=words)
                preview_alone(again, arguments)
        raise lacking
    if plan.finished:
        _say_that_all_is_done(opened, arguments)
        print_result(opened, plan, arguments, ExitCode.COMPLETE, listed)
        return ExitCode.COMPLETE
    if agreed is None:
        agreed = ask_for_money(opened, plan, arguments)
    said = text.notes(opened, plan)
    with directory.locked(_command()):
        finish_undo(directory, quiet=arguments.quiet)  # begun and ended while this one asked
        opened = open_asked(arguments, directory, registry, opened.memory, words=words)
        before, plan = plan.price, opened.plan()
        if plan.price != before:  # another run was at work while this one asked
            agreed = agree(opened, arguments)
        outcome = carry_out(opened, plan, arguments, said, agreed=agreed)
        code = exit_code(outcome)
        to_agree = "" if agreed else _to_agree(directory, arguments, registry)
        print_result(opened, outcome.plan, arguments, code, listed, outcome, to_agree)
        return code


def _to_agree(directory: RunDirectory, arguments: Namespace, registry: Registry) -> str:
    """Return the command that goes on and agrees to what is to be paid."""
    typed = same_command("--yes") if arguments.command == "continue" else ""
    if typed:
        return typed
    words = repeated(arguments, registry).for_new_work().words
    return command_for(str(directory.root), *words, "--yes")


def _raise_obstacle(opened: Opened, plan: Plan) -> None:
    lacking = obstacle(opened, plan)
    if lacking is not None:
        raise lacking


def _command() -> str:
    return shlex.join(["vidgen", *sys.argv[1:]])


def _say_what_is_there(opened: Opened, plan: Plan, arguments: Namespace) -> None:
    if not arguments.quiet:
        show(text.analysis(opened, plan, verbose=arguments.verbose))
        if sentence := no_question(opened):
            say(sentence)


def _say_that_all_is_done(opened: Opened, arguments: Namespace) -> None:
    if not arguments.quiet:
        _say_what_is_idle(opened)
        say("nothing to do: the film is finished")


def _say_what_is_idle(opened: Opened) -> None:
    sentence = without_effect(opened)
    if sentence:
        say(sentence)
