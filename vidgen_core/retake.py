"""Takes: what is made again moves away together, and comes back together.

The journal is told first which files move where, so that a crash in between leaves
nothing that nobody knows of. What is built on other files goes before them, and what
comes back takes its place before the rest goes: at no point is a clip missing that was
there before and that a run would buy again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from vidgen_core import disk, faults, layout
from vidgen_core.errors import UsageError
from vidgen_core.journal import Journal
from vidgen_core.ledger import Away, Ledger, Retake
from vidgen_core.model import Step
from vidgen_core.rundir import RunDirectory

#: Told of each file that was moved: its path, and its place.
OnMove = Callable[[str, str], None]

_AGAIN = "it is made again"
_BACK = "another take comes back"


def move_away(
    directory: RunDirectory,
    journal: Journal,
    paths: Iterable[str],
    *,
    scenes: Iterable[int],
    step: Step,
    on_move: OnMove,
) -> None:
    """Move *paths* of the locked *directory* away, in their order, for *step* to be made again."""
    there = [path for path in paths if _is_there(directory, path)]
    for path in there:
        directory.may_write(path)
    if not there:
        return
    faults.point("redo-before")
    take = directory.new_take()
    away = {path: f"{take}/{path}" for path in there}
    journal.retake(scenes, step.value, away, seen=_seen(directory, there))
    faults.point("redo-announced")
    for path in there:
        directory.move(path, f"{take}/{path}")
        faults.point("redo-moved")
        journal.displaced(path, f"{take}/{path}", _AGAIN)
        on_move(path, f"{take}/{path}")


def unfinished(directory: RunDirectory, ledger: Ledger) -> dict[str, Away]:
    """Return what an ``undo`` that was interrupted has not moved, or not written down, by path.

    That is what it has not brought back, and what has not given way to it.
    """
    retake = ledger.retake
    if retake is None:
        return {}
    back = {
        path: held
        for path, held in retake.back.items()
        if _is_away(directory, path, held) or _is_back(directory, path, held)
    }
    return back | _leaving(directory, retake)


def to_undo(directory: RunDirectory, ledger: Ledger) -> dict[str, Away]:
    """Return what an ``undo`` would bring back now, by path: what is still in its place.

    Where one was interrupted, the rest of it, with what is still to give way.
    """
    away = ledger.retake.away if ledger.retake else {}
    there = {path: held for path, held in away.items() if _is_away(directory, path, held)}
    return unfinished(directory, ledger) or there


def lost(directory: RunDirectory, ledger: Ledger) -> tuple[str, ...]:
    """Return what the last retake moved away and an ``undo`` cannot bring back any more."""
    away = ledger.retake.away if ledger.retake else {}
    return tuple(
        path
        for path, held in away.items()
        if held.seen is not None  # else nobody knows whether it ever moved
        and not (_is_away(directory, path, held) or _is_back(directory, path, held))
    )


def bring_back(
    directory: RunDirectory, journal: Journal, rest: Iterable[str], on_move: OnMove
) -> tuple[str, ...]:
    """Bring back what the last retake moved away, or finish that; return what came back.

    *rest*: the files that give way to it, beside those that have its paths now. All of
    these move to a take of their own, which another call brings back. The directory
    must be locked. Raises ``UsageError`` where there is nothing to bring back.
    """
    there = to_undo(directory, journal.ledger)
    if not there:
        raise UsageError("there is nothing to undo")
    if not unfinished(directory, journal.ledger):
        _announce(directory, journal, there, rest)
    moving = unfinished(directory, journal.ledger)  # with what somebody brought back by hand
    retake = journal.ledger.retake
    assert retake is not None, "something is to be brought back"
    back = {path: held for path, held in moving.items() if path in retake.back}
    # What has no counterpart comes first: a crash leaves a clip too many, and none too few.
    back = {path: back[path] for path in sorted(back, key=lambda path: _is_there(directory, path))}
    for path, held in back.items():
        _restore(directory, journal, path, held, retake, on_move)
    for path, held in _leaving(directory, retake).items():
        if _is_there(directory, path):  # else it has gone, and only its record is missing
            directory.move(path, held.place)
        journal.displaced(path, held.place, _BACK)
        on_move(path, held.place)
    return tuple(back)


def _leaving(directory: RunDirectory, retake: Retake) -> dict[str, Away]:
    """Return what is still to give way, or to be written down as gone, in the order of moving.

    A file that came to its path since it went is none of that.
    """
    return {
        path: held
        for path, held in retake.away.items()
        if path in retake.leaving
        and _is_ours(path, held.place)
        and _is_there(directory, path) != _is_there(directory, held.place)
    }


def _announce(
    directory: RunDirectory, journal: Journal, back: Mapping[str, Away], rest: Iterable[str]
) -> None:
    """Write down what comes back, and what moves away for it."""
    there = [path for path in dict.fromkeys((*rest, *back)) if _is_there(directory, path)]
    for path in (*there, *back):
        directory.may_write(path)
    take, before = directory.new_take(), journal.ledger.retake
    assert before is not None, "something is to be brought back"
    away = {path: f"{take}/{path}" for path in there}
    journal.retake(before.scenes, before.only, away, seen=_seen(directory, there), back=True)
    faults.point("undo-announced")


def _restore(
    directory: RunDirectory,
    journal: Journal,
    path: str,
    held: Away,
    retake: Retake,
    on_move: OnMove,
) -> None:
    if not _is_away(directory, path, held):  # it is back, and only its record is not
        journal.restored(path, held.place)
        return
    if _is_there(directory, path):
        aside = retake.away.get(path)
        if aside is not None and _has_room(directory, aside.place, path):
            place = aside.place
            directory.swap_in(held.place, path, place)
        else:  # it came to be after an undo was interrupted
            place = directory.displace(path)
            directory.move(held.place, path)
        journal.displaced(path, place, _BACK)
        on_move(path, place)
    else:
        directory.move(held.place, path)
    faults.point("undo-restored")
    journal.restored(path, held.place)


def _has_room(directory: RunDirectory, place: str, path: str) -> bool:
    """Whether nothing is at *place*, or the same file as at *path* since a crash."""
    if not _is_there(directory, place):
        return True
    return disk.is_same(directory.path(place), directory.path(path))


def _is_away(directory: RunDirectory, path: str, held: Away) -> bool:
    """Whether what was moved away from *path* is still in its place.

    Another file may be there: whoever deletes ``replaced/`` has its numbers begin anew. A copy
    of the directory may have other times: there the digest tells, or else the size has to do.
    """
    if not _is_ours(path, held.place):
        return False
    found = _look(directory, held.place)
    if found is None or held.seen is None:  # an older journal knows no more of it
        return found is not None
    if found == held.seen or found[0] != held.seen[0]:
        return found == held.seen
    record = held.record
    if record is None or (record.size, record.mtime_ns) != held.seen:
        return True  # no record was of its bytes
    with disk.machine_errors(f"cannot read {held.place}"):
        return disk.digest(directory.path(held.place)) == record.sha256


def _is_back(directory: RunDirectory, path: str, held: Away) -> bool:
    """Whether the file at *path* is the one that was *held*, which no record says."""
    if not _is_ours(path, held.place):
        return False
    known = held.seen
    if known is None and held.record is not None:
        known = (held.record.size, held.record.mtime_ns)
    return known is not None and _look(directory, path) == known


def _look(directory: RunDirectory, path: str) -> tuple[int, int] | None:
    """Return the size and the time of what is at *path*, ``None`` where nothing is."""
    try:
        status = directory.path(path).lstat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _seen(directory: RunDirectory, paths: Iterable[str]) -> dict[str, tuple[int, int]]:
    found = {path: _look(directory, path) for path in paths}
    return {path: seen for path, seen in found.items() if seen is not None}


def _is_ours(path: str, place: str) -> bool:
    """Whether a retake can have moved *path* to *place*: anybody may have written the journal."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] in ("/", layout.STATE) or ".." in (*parts, *place.split("/")):
        return False
    return place.startswith(f"{layout.REPLACED}/") and place.endswith(f"/{path}")


def _is_there(directory: RunDirectory, path: str) -> bool:
    return os.path.lexists(directory.path(path))
