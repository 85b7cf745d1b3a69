"""What is said where Ctrl-C comes amid the moves of a ``redo`` or an ``undo``."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from vidgen_core.cli.last_line import command_for, command_in, same_command
from vidgen_core.errors import Interrupted
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import InFlight, Retake
from vidgen_core.model import Step
from vidgen_core.report.words import count, scenes
from vidgen_core.retake import unfinished
from vidgen_core.rundir import RunDirectory

_NO_CHARGE = "nothing was charged by this command"


@contextmanager
def told_when_interrupted(how: Callable[[], Interrupted]) -> Iterator[None]:
    """Have Ctrl-C before the work, or after it, end as *how* says."""
    try:
        yield
    except KeyboardInterrupt:  # work under way is asked to end instead
        raise how() from None


def redo_interrupted(
    directory: RunDirectory, paths: Collection[str], what: str, go_on: str
) -> Interrupted:
    """Return how a ``redo`` ended that was interrupted before its work began.

    *paths*: what it was to move, empty before that was decided; *what* it made again.
    *go_on*: the command that makes what is missing then.
    """
    moved = [path for path in paths if not os.path.lexists(directory.path(path))]
    same = same_command() or "the same command"
    if not moved:
        before = f"interrupted before anything was moved{_of(what)}; {_NO_CHARGE}"
        return Interrupted(before, advice=f"to go on: {same}")
    undo = command_in(str(directory.root), "undo")
    return Interrupted(
        f"interrupted: {len(moved)} of {count(len(paths), 'file')}{_of(what)} "
        f"moved to .vidgen/replaced; {_NO_CHARGE}",
        advice=f"to go on: {go_on}; to have the old take back: {undo}",
    )


def give_up_interrupted(
    directory: RunDirectory, works: Collection[InFlight], go_on: str
) -> Interrupted:
    """Return how a ``redo --give-up`` of *works* ended that was interrupted before its work."""
    under_way = {work.job for work in read_ledger(directory.root).in_flight.values()}
    left = [work for work in works if work.job in under_way]
    when = "before anything was given up" if left else "once the job was given up"
    then = go_on if not left else same_command() or "the same command"
    return Interrupted(f"interrupted {when}; {_NO_CHARGE}", advice=f"to go on: {then}")


def undo_interrupted(directory: RunDirectory, before: Retake | None) -> Interrupted:
    """Return how an ``undo`` ended that was interrupted; *before*: what it was to undo."""
    root, ledger = str(directory.root), read_ledger(directory.root)
    what = what_it_is_of(before) if before is not None else ""
    undo = command_in(root, "undo")
    if left := unfinished(directory, ledger):
        return Interrupted(
            f"interrupted: {count(len(left), 'file')} still to be moved for the undo{_of(what)}; "
            f"{_NO_CHARGE}",
            advice=f"to finish it: {undo}, or {command_for(root)}",
        )
    if ledger.retake != before:
        return Interrupted(
            f"interrupted once the undo{_of(what)} was done; {_NO_CHARGE}",
            advice=f"to go on: {command_for(root)}",
        )
    return Interrupted(
        f"interrupted before anything was moved{_of(what)}; {_NO_CHARGE}",
        advice=f"to go on: {undo}",
    )


def what_it_is_of(retake: Retake) -> str:
    """Return what the *retake* moved away: ``clips of scene 3``."""
    step = {Step.CLIP: "clips", Step.FIRST_FRAME: "first frame", Step.SOUND: "sound"}
    what = step.get(Step(retake.only), "narration")
    return f"{what} of {scenes(retake.scenes, all_of_them=False)}"


def _of(what: str) -> str:
    return f" of the {what}" if what else ""
