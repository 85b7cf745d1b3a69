"""``vidgen undo DIR``: bring back what the last redo moved away."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace

import vidgen_core
from vidgen_core import plugins
from vidgen_core.cli.asked import open_asked
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.last_line import command_for, command_in
from vidgen_core.cli.moving import told_when_interrupted, undo_interrupted, what_it_is_of
from vidgen_core.cli.results import print_result
from vidgen_core.errors import Billed, ExitCode, Undecided, UsageError
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.ledger import Retake
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, find_directory
from vidgen_core.planner.again import giving_way
from vidgen_core.planner.doubts import all_in_doubt
from vidgen_core.report.prices import said
from vidgen_core.report.words import count, name, say
from vidgen_core.retake import bring_back, lost, to_undo, unfinished
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import must_be_a_run


def run(arguments: Namespace) -> int:
    """Bring the last take back; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        directory = find_directory(arguments.directory)
        must_be_a_run(directory.root)
        ledger = read_ledger(directory.root)
        if not to_undo(directory, ledger):
            raise _nothing(directory)
        with told_when_interrupted(lambda: undo_interrupted(directory, ledger.retake)):
            return _undo(directory, arguments)


def _undo(directory: RunDirectory, arguments: Namespace) -> int:
    registry = plugins.load()
    opened = open_asked(arguments, directory, registry)
    _must_not_be_under_way(opened)
    with directory.locked(shlex.join(["vidgen", *sys.argv[1:]])):
        opened = open_asked(arguments, directory, registry, opened.memory)
        _bring_back(opened, arguments)
        opened = open_asked(arguments, directory, registry, opened.memory)
    plan = opened.plan()
    if not plan.finished and not arguments.quiet:
        say(f"to go on: {command_for(str(directory.root))}")
    print_result(opened, plan, arguments, ExitCode.COMPLETE, None)
    return ExitCode.COMPLETE


def finish_undo(directory: RunDirectory, *, quiet: bool) -> None:
    """Finish what an interrupted ``undo`` of the locked *directory* left to be moved, if any.

    It was agreed to and costs nothing; what it has not brought back must not be bought.
    """
    if not unfinished(directory, read_ledger(directory.root)):
        return
    with Journal(directory.root, version=vidgen_core.__version__) as journal:
        if not unfinished(directory, journal.ledger):
            return
        back = bring_back(directory, journal, (), lambda path, place: None)
    if not quiet:
        came = f"{count(len(back), 'file')} brought back" if back else "all of it was there"
        say(f"an undo that was interrupted here is finished: {came}")


def _nothing(directory: RunDirectory) -> UsageError:
    return UsageError(
        "nothing to undo: no redo moved anything away here that is still in .vidgen/replaced",
        advice=f"what is there: {command_in(str(directory.root), 'status')}",
    )


def _bring_back(opened: Opened, arguments: Namespace) -> None:
    directory, retake = opened.directory, opened.ledger.retake
    if retake is None or not to_undo(directory, opened.ledger):
        raise _nothing(directory)
    rest = giving_way(opened.situation, retake.scenes, Step(retake.only))
    _must_not_be_under_way(opened)
    resumed = bool(unfinished(directory, opened.ledger))
    gone = () if resumed else lost(directory, opened.ledger)
    away: list[str] = []
    with Journal(directory.root, version=vidgen_core.__version__) as journal:
        back = bring_back(directory, journal, rest, lambda path, place: away.append(path))
        _give_up_questions(opened, journal, retake)
    if arguments.quiet:
        return
    again = " (an undo that was interrupted is finished)" if resumed else ""
    files = count(len(back), "file") if back else "all of it was there"
    say(f"{what_it_is_of(retake)} brought back: {files}{again}")
    if gone:
        say(f"not brought back, for it is in .vidgen/replaced no more: {', '.join(gone)}")
    if away:
        say(f"{count(len(away), 'file')} moved to .vidgen/replaced; another undo brings them back")
    for path in back if arguments.verbose else ():
        say(f"  {path} is back")


def _questions(opened: Opened) -> frozenset[Key]:
    """Return what is in doubt: whether there is anything of it to be fetched, nobody knows."""
    return frozenset(work.key for work in all_in_doubt(opened.ledger))


def _give_up_questions(opened: Opened, journal: Journal, retake: Retake) -> None:
    """Ask no more about a take that is undone; it stays in the sum of what may be charged."""
    for key in sorted(_questions(opened), key=lambda key: key.id):
        if key.scene in retake.scenes and key.step == retake.only:
            work = opened.ledger.in_flight[key]
            journal.ended(key, work.take, "it was undone before that was known", Billed.UNKNOWN)
            say(
                f"{name(key)} at {work.provider} is not asked about any more: {said(work.price)} "
                "may have been charged for it"
            )


def _must_not_be_under_way(opened: Opened) -> None:
    """Raise where what was paid for would have no place to go to once the old take is back."""
    retake = opened.ledger.retake or Retake()
    under_way = [
        work
        for key, work in opened.ledger.in_flight.items()
        if key.scene in retake.scenes
        and key.step == retake.only
        and key not in _questions(opened)
        and opened.best(key) is None
    ]
    if not under_way:
        return
    jobs = ", ".join(f"{name(work.key)} at {work.provider}" for work in under_way)
    collect = command_in(str(opened.directory.root), "collect")
    raise Undecided(
        f"paid for and still under way: {jobs}; nothing was moved",
        advice=f"fetch it first: {collect}",
    )
