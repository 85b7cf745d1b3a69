"""``vidgen continue DIR``: say what is there, make what is missing, join the film."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace

from vidgen_core import plugins
from vidgen_core.cli.asked import foresee_asked, open_asked
from vidgen_core.cli.at_work import carry_out, preview_alone
from vidgen_core.cli.consent import ask_for_money
from vidgen_core.cli.drafting import open_draft, use_offline_providers, words_of_draft
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.last_line import exit_code
from vidgen_core.cli.obstacles import obstacle, without_effect
from vidgen_core.cli.results import JsonFiles, print_json_files, print_plan, print_result
from vidgen_core.errors import ExitCode, UsageError
from vidgen_core.layout import DRAFT
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, find_directory
from vidgen_core.plan import Decision, Plan
from vidgen_core.plugins import Registry
from vidgen_core.report import text
from vidgen_core.report.words import say, show
from vidgen_core.rundir import RunDirectory


def run(arguments: Namespace) -> int:
    """Finish the film; return the exit code."""
    directory = find_directory(arguments.directory)
    listed = print_json_files(directory.root, arguments)
    more = {} if listed is None else {"json_files": listed}
    with results_only(arguments), one_object(arguments, more):
        registry = plugins.load()
        if arguments.draft:
            use_offline_providers(arguments, registry)
            return _draft(directory, arguments, registry, listed)
        return finish(directory, arguments, registry, listed)


def _draft(
    directory: RunDirectory, arguments: Namespace, registry: Registry, listed: JsonFiles
) -> int:
    draft = RunDirectory(directory.path(DRAFT))
    if not arguments.dry_run:
        draft = open_draft(directory)
    elif not draft.root.is_dir():
        foreseen = foresee_asked(arguments, draft, registry, words_of_draft(directory))
        return dry_run(foreseen, arguments, listed)
    return finish(draft, arguments, registry, listed)


def agree(opened: Opened, arguments: Namespace) -> None:
    """Raise for what would stop the film half-way, and ask before money is spent."""
    plan = opened.plan()
    _raise_obstacle(opened, plan)
    ask_for_money(plan, arguments)


def dry_run(opened: Opened, arguments: Namespace, listed: JsonFiles = None) -> int:
    """Say what is there, and print what would be done; return the exit code."""
    plan = opened.plan()
    _say_what_is_there(opened, plan, arguments)
    lacking = obstacle(opened, plan, opened.registry)
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
) -> int:
    """Make what is missing in *directory* and join the film; return the exit code."""
    opened = open_asked(arguments, directory, registry)
    if arguments.dry_run:
        return dry_run(opened, arguments, listed)
    plan = opened.plan()
    _say_what_is_there(opened, plan, arguments)
    lacking = obstacle(opened, plan, registry)
    if lacking is not None:
        if arguments.preview:
            with directory.locked(_command()):
                preview_alone(open_asked(arguments, directory, registry, opened.memory), arguments)
        raise lacking
    if plan.finished:
        _say_that_all_is_done(opened, plan, arguments)
        print_result(opened, plan, arguments, ExitCode.COMPLETE, listed)
        return ExitCode.COMPLETE
    ask_for_money(plan, arguments)
    said = text.notes(opened, plan)
    with directory.locked(_command()):
        opened = open_asked(arguments, directory, registry, opened.memory)
        agreed, plan = plan.price, opened.plan()
        if plan.price != agreed:  # another run was at work while this one asked
            _raise_obstacle(opened, plan)
            ask_for_money(plan, arguments)
        outcome = carry_out(opened, plan, arguments, said)
        code = exit_code(outcome)
        print_result(opened, outcome.plan, arguments, code, listed, outcome)
        return code


def _raise_obstacle(opened: Opened, plan: Plan) -> None:
    lacking = obstacle(opened, plan, opened.registry)
    if lacking is not None:
        raise lacking


def _command() -> str:
    return shlex.join(["vidgen", *sys.argv[1:]])


def _say_what_is_there(opened: Opened, plan: Plan, arguments: Namespace) -> None:
    if not arguments.quiet:
        show(text.analysis(opened, plan, verbose=arguments.verbose))


def _say_that_all_is_done(opened: Opened, plan: Plan, arguments: Namespace) -> None:
    if arguments.quiet:
        return
    _say_what_is_idle(opened)
    left = plan.by_key[Key(Step.FILM)].decision is Decision.LEAVE
    what = "the script's files are there" if left else "the film is finished"
    say(f"nothing to do: {what}")


def _say_what_is_idle(opened: Opened) -> None:
    sentence = without_effect(opened)
    if sentence:
        say(sentence)
