"""``vidgen clean DIR``: delete what unfinished work left, and what was replaced."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from vidgen_core.clearing import Paid, Pile, Remains, drop, is_anything, remains
from vidgen_core.cli.consent import is_terminal
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.last_line import command_in, same_command
from vidgen_core.cli.moving import what_it_is_of
from vidgen_core.errors import (
    ExitCode,
    Interrupted,
    JournalDamaged,
    MachineError,
    RunDirError,
    Undecided,
    VidgenError,
)
from vidgen_core.layout import REPLACED, TEMPORARY
from vidgen_core.opening import find_directory
from vidgen_core.report import as_json
from vidgen_core.report.prices import said
from vidgen_core.report.words import INDENT, count, folded, name, show, sized
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import must_be_a_run
from vidgen_core.strict_json import printable

#: So many files that were paid for are named; -v names all.
_MOST_NAMED = 12


def run(arguments: Namespace) -> int:
    """Show what would be deleted, ask, and delete it; return the exit code."""
    more: dict[str, Any] = {}
    with results_only(arguments), one_object(arguments, more), ExitStack() as stack:
        with _nothing_deleted():
            directory = find_directory(arguments.directory)
            must_be_a_run(directory.root)
            found = _without_asking(directory, arguments, more)
            if found is not None:
                return _ended(directory, found, arguments, deleted=False)
            # What goes need not last: nothing is made durable for it.
            stack.enter_context(directory.locked(_command(), settled=False))
            found = _look(directory, arguments, more)
            _show(found, arguments)
            if not arguments.yes:
                _ask(found)
        more["deleted"] = None  # some of it, should this be interrupted
        with _some_of_it_deleted(directory):
            drop(directory, **_wanted(arguments))
        return _ended(directory, found, arguments, deleted=True)


def _without_asking(
    directory: RunDirectory, arguments: Namespace, more: dict[str, Any]
) -> Remains | None:
    """Return what was found where there is nothing to delete, ``None`` where there may be.

    Nothing is written and nothing is locked for it. Raises ``Undecided`` where nobody agreed
    and nobody can be asked.
    """
    may_be_asked = arguments.yes or is_terminal()
    if may_be_asked and is_anything(directory, **_wanted(arguments)):
        return None
    found = _look(directory, arguments, more)
    if not found.all:
        return found
    if may_be_asked:
        return None
    _show(found, arguments)
    raise _undecided(found)


def _command() -> str:
    return shlex.join(["vidgen", *sys.argv[1:]])


def _wanted(arguments: Namespace) -> dict[str, bool]:
    return {"tmp": not arguments.replaced, "replaced": not arguments.tmp}


def _look(directory: RunDirectory, arguments: Namespace, more: dict[str, Any]) -> Remains:
    """Return what there is to be deleted; *more* is told it, too, for ``--json``."""
    try:
        found = remains(directory, **_wanted(arguments))
        more.update(as_object(directory, found))
        return found
    except RunDirError as error:
        if not isinstance(error, JournalDamaged):
            error.advice = f"to finish it: {command_in(str(directory.root), 'undo')}"
        alone = command_in(str(directory.root), "clean", "--tmp")
        error.advice = f"{error.advice}\nwhat unfinished work left can go: {alone}"
        raise


@contextmanager
def _nothing_deleted() -> Iterator[None]:
    """Have an error that ends the command early say that nothing was deleted."""
    try:
        yield
    except VidgenError as error:
        if "nothing was deleted" not in error.message:
            error.message = f"{error.message}; nothing was deleted"
        raise
    except KeyboardInterrupt:
        raise Interrupted("interrupted; nothing was deleted") from None


@contextmanager
def _some_of_it_deleted(directory: RunDirectory) -> Iterator[None]:
    """Have an error that comes while files are deleted say what to do about the rest."""
    again = f"to delete the rest: {command_in(str(directory.root), 'clean')}"
    try:
        yield
    except MachineError as error:
        error.message = f"{error.message}; some of it may be deleted"
        error.advice = "\n".join(filter(None, (error.advice, again)))
        raise
    except KeyboardInterrupt:
        message = "interrupted; some of it is deleted, and nothing else"
        raise Interrupted(message, advice=again) from None


def _undecided(found: Remains) -> Undecided:
    paid = f", {_paid_for(found)}" if found.lost else ""
    yes = same_command("--yes")
    return Undecided(
        f"{_pile(found.all)} would be deleted{paid}; nothing was deleted",
        advice=f"to agree: {yes}" if yes else "to agree, add --yes to the same command",
    )


def _ask(found: Remains) -> None:
    print(f"Delete {_pile(found.all)}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Undecided("nothing was deleted")


def _show(found: Remains, arguments: Namespace) -> None:
    """Say what is to be deleted, before anybody is asked."""
    if not arguments.quiet or not arguments.yes:
        show("\n".join(map(printable, lines(found, verbose=arguments.verbose))))


def lines(found: Remains, *, verbose: bool = False) -> Iterator[str]:
    """Yield what there is to be deleted, what of it was paid for, and what undo will lack."""
    if found.tmp:
        yield f"{TEMPORARY}: {_pile(found.tmp)} that unfinished work left"
    if not found.replaced:
        return
    yield f"{REPLACED}: {_pile(found.replaced)}"
    if not found.known:
        yield f"{INDENT}there is no journal: nobody can tell what of it was paid for"
    if found.lost:
        yield f"{INDENT}{_paid_for(found)}:"
        named = found.lost if verbose else found.lost[:_MOST_NAMED]
        yield from (f"{INDENT * 2}{_paid(paid)}" for paid in named)
        if len(named) < len(found.lost):
            yield f"{INDENT * 2}… and {len(found.lost) - len(named)} more (-v shows all)"
    again = len(found.paid) - len(found.lost)
    if again:
        yield f"{INDENT}{count(again, 'file')} of work that was paid for and is there again"
    if found.to_undo:
        yield f"{INDENT}{_undone(found)}"


def _paid_for(found: Remains) -> str:
    return f"{len(found.lost)} of them paid for: {said(found.price)}"


def _paid(paid: Paid) -> str:
    take = f", take {paid.take}" if paid.take > 1 else ""
    return f"{name(paid.key)}{take}, {paid.provider}, {said(paid.price)}: {paid.place}"


def _undone(found: Remains) -> str:
    """Say what undo can bring back now, and not any more."""
    files, retake = count(len(found.to_undo), "file"), found.ledger.retake
    what = f"the {what_it_is_of(retake)} ({files})" if retake is not None else files
    return f"until it is deleted, vidgen undo can bring back {what}"


def _pile(pile: Pile) -> str:
    refused = f", and {count(pile.refused, 'folder')} that cannot be read" if pile.refused else ""
    return f"{count(pile.files, 'file')}, {sized(pile.bytes)}{refused}"


def _ended(
    directory: RunDirectory, found: Remains, arguments: Namespace, *, deleted: bool
) -> ExitCode:
    """Print what was deleted."""
    if arguments.json:
        value = {"exit_code": 0, **as_object(directory, found), "deleted": deleted}
        print(as_json.dump(value), file=arguments.results, flush=True)
    elif not arguments.quiet:
        told = f"deleted: {_pile(found.all)}" if deleted else "nothing to delete"
        print(folded(told, arguments.results), file=arguments.results, flush=True)
    return ExitCode.COMPLETE


def as_object(directory: RunDirectory, found: Remains) -> dict[str, Any]:
    """Return what there is to be deleted for ``--json``."""
    low, high = found.price.low, found.price.high
    return {
        "directory": str(directory.root),
        "tmp": _counted(found.tmp),
        "replaced": _counted(found.replaced),
        "paid": [
            {
                "path": paid.place,
                "id": paid.key.id,
                "take": paid.take,
                "provider": paid.provider,
                "bytes": paid.bytes,
                "price": {"low": paid.price.low, "high": paid.price.high},
                "there_again": paid.is_there,
            }
            for paid in found.paid
        ],
        "price": {
            "low": round(low, 6),
            "high": None if high is None else round(high, 6),
        },
        "to_undo": sorted(found.to_undo),
        "deleted": False,
    }


def _counted(pile: Pile) -> dict[str, int]:
    return {"files": pile.files, "bytes": pile.bytes}
