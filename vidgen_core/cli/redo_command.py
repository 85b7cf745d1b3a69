"""``vidgen redo DIR --scene N``: move a take away, make it again, and join the film again."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from attrs import evolve

import vidgen_core
from vidgen_core import disk, plugins
from vidgen_core.cli.asked import open_asked
from vidgen_core.cli.at_work import carry_out
from vidgen_core.cli.consent import ask_for_money, how_to_agree
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.last_line import command_for, command_in, exit_code, same_command
from vidgen_core.cli.moving import (
    give_up_interrupted,
    redo_interrupted,
    told_when_interrupted,
    what_it_is_of,
)
from vidgen_core.cli.obstacles import obstacle
from vidgen_core.cli.remaking import Remaking, begun_from, listed, remaking, stands_in_the_way
from vidgen_core.cli.remaking import under_way as already_paid
from vidgen_core.cli.repeated import repeated
from vidgen_core.cli.results import print_plan, print_result
from vidgen_core.errors import Billed, ExitCode, Interrupted, MachineError, Undecided, UsageError
from vidgen_core.executor.books import mend_records
from vidgen_core.executor.events import Event
from vidgen_core.executor.publishing import Shelf
from vidgen_core.journal import Journal
from vidgen_core.ledger import Retake
from vidgen_core.model import Step
from vidgen_core.opening import Opened, find_directory
from vidgen_core.plugins import Registry
from vidgen_core.report import text
from vidgen_core.report.prices import said as price_of
from vidgen_core.report.words import count, name, say, scenes, show
from vidgen_core.retake import move_away, unfinished
from vidgen_core.rundir import RunDirectory


def run(arguments: Namespace) -> int:
    """Make again what was asked for; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        directory = find_directory(arguments.directory)
        goes: list[Remaking] = []
        with told_when_interrupted(lambda: _interrupted(directory, arguments, goes)):
            return _redo(directory, arguments, goes)


def _redo(directory: RunDirectory, arguments: Namespace, goes: list[Remaking]) -> int:
    """Make again what was asked for; *goes* is told what is moved away, before that begins."""
    registry = plugins.load()
    opened = open_asked(arguments, directory, registry)
    made = remaking(opened, arguments)
    if made is None:
        return _nothing_again(opened, arguments)
    _say_what_goes(opened, made, arguments)
    if arguments.dry_run:
        return _dry_run(made, arguments)
    _look_ahead(opened, made, arguments)
    agreed = _agreed(made, arguments)
    said = text.notes(made.opened, made.plan)
    with directory.locked(shlex.join(["vidgen", *sys.argv[1:]])):
        return _make_again(directory, arguments, registry, made, said, agreed, goes)


def _interrupted(
    directory: RunDirectory, arguments: Namespace, goes: Sequence[Remaking]
) -> Interrupted:
    """Return how it ended, where it was interrupted before the new take was begun."""
    if not goes:
        return redo_interrupted(directory, (), "", "")
    made = goes[-1]
    go_on = _going_on(directory, arguments, made)
    if made.given_up:
        return give_up_interrupted(directory, made.given_up, go_on)
    what = what_it_is_of(Retake(scenes=made.scenes, only=made.step.value)) if made.scenes else ""
    return redo_interrupted(directory, made.paths, what, go_on)


def _going_on(directory: RunDirectory, arguments: Namespace, made: Remaking) -> str:
    """Return what to type where *made* was begun, and the work was not."""
    if made.step is Step.FIRST_FRAME:  # nothing but the same redo asks for one that is gone
        return same_command() or "the same command"
    words = repeated(arguments, made.opened.registry, begun=False).words
    return command_for(str(directory.root), *words)


def _nothing_again(opened: Opened, arguments: Namespace) -> int:
    plan = opened.plan()
    if not arguments.quiet:
        what = "nothing failed" if arguments.failed else "no clip is out of date"
        if arguments.give_up:
            what = f"job {arguments.give_up} is not under way any more"
        words = repeated(arguments, opened.registry, begun=False).for_new_work().words
        go_on = command_for(str(opened.directory.root), *words)
        say(f"{what}: nothing is made again{'' if plan.finished else f'; to go on: {go_on}'}")
    print_result(opened, plan, arguments, ExitCode.COMPLETE, None)
    return ExitCode.COMPLETE


def _say_what_goes(opened: Opened, made: Remaking, arguments: Namespace) -> None:
    if arguments.quiet:
        return
    now = opened.plan()
    show(text.analysis(opened, now, verbose=arguments.verbose))
    for work in made.given_up:
        say(
            f"given up: {name(work.key)} at {work.provider}, job {work.job}, which was paid for "
            f"({price_of(work.price)}); nothing fetches it any more"
        )
    if made.scenes:
        say(f"made again: {listed(made.keys)}; the old take goes to .vidgen/replaced")
    elif made.keys:
        say(f"{'ordered' if made.given_up else 'tried'} again: {listed(made.keys)}")
    for path in made.paths if arguments.verbose else ():
        say(f"  {path} goes")
    said = text.notes(opened, now)
    for note in text.notes(made.opened, made.plan):
        if note not in said:
            say(note)
    for task in already_paid(made):
        say(f"{name(task.key)} is paid for and under way: it is collected, not bought again")
    kept = begun_from(opened, made)
    if kept:
        goes, are = ("goes", "is") if len(kept) == 1 else ("go", "are")
        listed_kept = scenes(kept, all_of_them=False)
        say(f"{listed_kept} {goes} on from the old take, and {are} kept")


def _dry_run(made: Remaking, arguments: Namespace) -> int:
    lacking = obstacle(made.opened, made.plan) or stands_in_the_way(made, arguments)
    if isinstance(lacking, UsageError):
        raise lacking
    print_plan(made.opened, made.plan, arguments, None, lacking)
    return ExitCode.COMPLETE


def _look_ahead(opened: Opened, made: Remaking, arguments: Namespace) -> None:
    """Raise for what would leave the film taken apart."""
    if unfinished(opened.directory, opened.ledger):
        raise UsageError(
            "an undo was interrupted here",
            advice=f"to finish it: {command_in(str(opened.directory.root), 'undo')}",
        )
    lacking = obstacle(made.opened, made.plan) or stands_in_the_way(made, arguments)
    if lacking is not None:
        raise lacking


def _agreed(made: Remaking, arguments: Namespace) -> bool:
    """Return whether something may be bought. Raises ``Undecided`` where it must and may not."""
    agreed = ask_for_money(made.opened, made.plan, arguments)
    given_up = tuple(work.key for work in made.given_up)
    if given_up and made.plan.price.free and not arguments.yes:
        raise Undecided(
            f"what was paid for is given up: {listed(given_up)}; nothing was changed",
            advice=f"to agree: {same_command('--yes') or 'add --yes to the same command'}",
        )
    if agreed or made.plan.price.free:
        return agreed
    raise Undecided(
        f"price: {made.plan.price}; nothing was bought, and nothing was moved",
        advice=how_to_agree(made.opened, made.plan),
    )


def _agreed_to(made: Remaking) -> tuple[object, ...]:
    """Return what somebody who agrees is told: all that would make it another question."""
    jobs = tuple((work.provider, work.job) for work in made.given_up)
    return made.plan.price, made.keys, jobs


def _make_again(
    directory: RunDirectory,
    arguments: Namespace,
    registry: Registry,
    before: Remaking,
    said: list[str],
    agreed: bool,
    goes: list[Remaking],
) -> int:
    opened = open_asked(arguments, directory, registry, before.opened.memory)
    with Journal(directory.root, version=vidgen_core.__version__) as journal:
        opened = _mended(opened, journal)
        made = remaking(opened, arguments)
        if made is None:  # another run was at work while this one asked
            return _nothing_again(opened, arguments)
        if _agreed_to(made) != _agreed_to(before):
            _look_ahead(opened, made, arguments)
            agreed = _agreed(made, arguments)
        goes.append(made)
        for work in made.given_up:
            journal.ended(work.key, work.take, "it was given up", Billed.YES, kept=True)
        away: list[str] = []
        with _saying_how_to_go_on(directory, away, _going_on(directory, arguments, made)):
            move_away(
                directory,
                journal,
                made.paths,
                scenes=made.scenes,
                step=made.step,
                on_move=lambda path, place: away.append(path),
            )
        ledger = journal.ledger
    if away and not arguments.quiet:
        undo = command_in(str(directory.root), "undo")
        say(f"{count(len(away), 'file')} moved away; to have the old take back: {undo}")
    opened = evolve(made.opened, ledger=ledger)
    plan = opened.plan()
    outcome = carry_out(opened, plan, arguments, said, agreed=agreed)
    code = exit_code(outcome)
    print_result(opened, outcome.plan, arguments, code, None, outcome)
    return code


@contextmanager
def _saying_how_to_go_on(
    directory: RunDirectory, away: Collection[str], go_on: str
) -> Iterator[None]:
    """Have a disk that fails half-way say what brings the film together again."""
    try:
        with disk.machine_errors("the old take cannot be moved away"):
            yield
    except MachineError as error:
        if away:
            back = command_in(str(directory.root), "undo")
            error.advice = f"to go on: {go_on}; to have the old take back: {back}"
        raise


def _mended(opened: Opened, journal: Journal) -> Opened:
    """Return *opened* once the files that are there are no longer in flight."""
    shelf = Shelf(
        directory=opened.directory,
        journal=journal,
        memory=opened.memory,
        listing=opened.listing,
        tell=_quietly,
    )
    mend_records(shelf, ask_no_more=False)  # what it asks of a file is settled as that goes
    return evolve(opened, ledger=journal.ledger)


def _quietly(event: Event) -> None:
    """Say nothing of it."""
