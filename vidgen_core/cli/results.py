"""What a command prints on standard output: a path, a plan, or one object of JSON."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any, TextIO

from attrs import evolve

from vidgen_core.cli.adopting import advise, without_jobs
from vidgen_core.cli.last_line import Circumstances, say_last_line
from vidgen_core.cli.repeated import repeated
from vidgen_core.errors import CapReached, ExitCode, VidgenError
from vidgen_core.executor import Outcome
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened
from vidgen_core.plan import Decision, Plan
from vidgen_core.report import as_json, text
from vidgen_core.report.prices import within_limit
from vidgen_core.report.words import INDENT, error_line, folded, is_question, say
from vidgen_core.scenes_file import survey
from vidgen_core.strict_json import printable

JsonFiles = list[dict[str, Any]] | None


def print_json_files(root: Path, arguments: Namespace) -> JsonFiles:
    """Print the JSON files of *root* first where that was asked for; return them for ``--json``."""
    if not arguments.list_json_files:
        return None
    files = survey(root)
    if not arguments.json:
        print(text.json_files(files), file=arguments.results, flush=True)
    return as_json.json_files(files)


def print_plan(
    opened: Opened,
    plan: Plan,
    arguments: Namespace,
    listed: JsonFiles,
    lacking: VidgenError | None,
) -> None:
    """Print what would be done, and what is *lacking* before it can be."""
    lacks = [error_line(lacking)] if lacking else []
    # What is refused for the limit's sake does not stop where it is reached.
    limited = "" if isinstance(lacking, CapReached) else within_limit(opened, plan)
    if arguments.json:
        notes = {"notes": [*text.notes(opened, plan), *filter(None, [limited]), *lacks]}
        _print_object(opened, plan, notes, arguments, listed)
        return
    if plan.finished:
        print("nothing to do: the film is finished", file=arguments.results)
    else:
        steps = text.foreseen(opened, plan, verbose=arguments.verbose)
        said = f"{steps}\n{INDENT}{limited}" if limited else steps
        print(folded(said, arguments.results), file=arguments.results, flush=True)
    for sentence in lacks:
        say(sentence)


def print_result(
    opened: Opened,
    plan: Plan,
    arguments: Namespace,
    code: ExitCode,
    listed: JsonFiles,
    outcome: Outcome | None = None,
    to_agree: str = "",
) -> None:
    """Print what the run came to, and say how it ended (*outcome*: if anything was done).

    *to_agree*: the command that agrees to a price, where nothing was agreed to.
    """
    opened = opened.now()
    decision = plan.by_key[Key(Step.FILM)].decision
    complete = code is ExitCode.COMPLETE
    root = opened.directory.root
    asked = _asked_about(outcome, code, said=arguments.json) if outcome else []
    jobless = without_jobs(opened, asked)
    if outcome is not None:
        advise(outcome, jobless)
    if arguments.json:
        if outcome is not None:  # what is in flight, and what it cost, changed since
            opened = evolve(opened, ledger=read_ledger(root))
        _print_object(opened, plan, as_json.ending(code, outcome), arguments, listed)
    elif complete and decision is Decision.KEEP:
        _print_path(root / plan.film, arguments.results)
    elif complete and decision is Decision.LEAVE:
        _print_path(root, arguments.results)
    if outcome is not None and not (complete and arguments.quiet):
        circumstances = Circumstances(
            draft=arguments.draft,
            opened=opened,
            to_agree=to_agree,
            repeated=repeated(arguments, opened.registry),
            jobless=jobless,
        )
        say_last_line(root, outcome, code, circumstances)


def _asked_about(outcome: Outcome, code: ExitCode, *, said: bool) -> list[InFlight]:
    """Return what the user is asked about: nobody else waits for an SDK.

    The last line asks about what is in doubt, and where every error is *said*, so do they.
    """
    if code not in (ExitCode.COMPLETE, ExitCode.INTERRUPTED):
        return outcome.in_doubt
    questions = {task.key for task, error in outcome.errors if said and is_question(error)}
    return [work for work in outcome.in_doubt if work.key in questions]


def _print_path(path: Path, results: TextIO) -> None:
    """Print *path*: to a program byte for byte, to a terminal so that it cannot act on it."""
    if results.isatty() or not hasattr(results, "buffer"):
        print(printable(str(path)), file=results, flush=True)
        return
    results.flush()
    results.buffer.write(os.fsencode(path) + b"\n")
    results.buffer.flush()


def _print_object(
    opened: Opened, plan: Plan, more: dict[str, Any], arguments: Namespace, listed: JsonFiles
) -> None:
    state = as_json.state(opened, plan) | more
    if listed is not None:
        state["json_files"] = listed
    print(as_json.dump(state), file=arguments.results, flush=True)
