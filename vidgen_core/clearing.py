"""What may be dropped from a run directory: unfinished work, and what was replaced.

Nothing of it counts: no plan reads it, and only ``undo`` brings some of it back. What was
paid for among it the journal tells.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import field, frozen

from vidgen_core import disk, layout
from vidgen_core.errors import JournalDamaged, MachineError, RunDirError
from vidgen_core.journal.damaged import to_move_away
from vidgen_core.journal.reading import Reading
from vidgen_core.journal.story import Happening, Story
from vidgen_core.ledger import Charge, Ledger
from vidgen_core.listing import Claims
from vidgen_core.model import Key
from vidgen_core.retake import to_undo, unfinished
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import FREE, Price

#: How a file that was replaced is said to be: any other word is about what could not be used.
_REPLACED = ("broken", "replaced by ", "it is made again", "another take comes back")
_Order = tuple[Key, int]
_TRIES = 3


@frozen(kw_only=True)
class Pile:
    """The files below one folder. ``refused``: what the machine did not let be counted."""

    files: int = 0
    bytes: int = 0
    refused: int = 0

    def __bool__(self) -> bool:
        return bool(self.files or self.refused)

    def __add__(self, other: Pile) -> Pile:
        return Pile(
            files=self.files + other.files,
            bytes=self.bytes + other.bytes,
            refused=self.refused + other.refused,
        )


@frozen(kw_only=True)
class Paid:
    """A file that was paid for and replaced: where it is, and by which order it came.

    ``bytes``: its size. ``is_there``: the same order's file stands in the film, too.
    """

    place: str
    key: Key
    take: int
    provider: str
    bytes: int = 0
    price: Price = FREE
    is_there: bool = False


@frozen(kw_only=True)
class Remains:
    """What lies in a run directory and may be dropped.

    ``paid``: of what was replaced, what was paid for. ``to_undo``: what ``undo`` could bring
    back, from its path to its place. ``known``: whether there is a journal that tells so.
    """

    tmp: Pile = Pile()
    replaced: Pile = Pile()
    paid: tuple[Paid, ...] = ()
    to_undo: Mapping[str, str] = field(factory=dict)
    ledger: Ledger = field(factory=Ledger)
    known: bool = True

    @property
    def all(self) -> Pile:
        """Both together."""
        return self.tmp + self.replaced

    @property
    def lost(self) -> tuple[Paid, ...]:
        """What was paid for and is nowhere else."""
        return tuple(paid for paid in self.paid if not paid.is_there)

    @property
    def price(self) -> Price:
        """What was paid for that, each order counted once."""
        orders = {(paid.key, paid.take): paid.price for paid in self.lost}
        return sum(orders.values(), FREE)


def is_anything(directory: RunDirectory, *, tmp: bool = True, replaced: bool = True) -> bool:
    """Whether there is anything to be dropped; nothing is read for it."""
    wanted = ((tmp, layout.TEMPORARY), (replaced, layout.REPLACED))
    return any(any(_files(directory.root, folder)) for yes, folder in wanted if yes)


def remains(directory: RunDirectory, *, tmp: bool = True, replaced: bool = True) -> Remains:
    """Return what may be dropped of *directory*: of both kinds, or of one alone.

    For what was *replaced* the journal is read. Raises ``JournalDamaged`` where it cannot tell
    what was paid for, ``RunDirError`` where an undo is to be finished first, and
    ``MachineError`` where a link or a file has the name of one of the folders.
    """
    for wanted, folder in ((tmp, layout.TEMPORARY), (replaced, layout.REPLACED)):
        if wanted:
            directory.may_write(f"{folder}/")
    root = directory.root
    unfinished_work = _pile(_files(root, layout.TEMPORARY)) if tmp else Pile()
    if not (replaced and os.path.lexists(root / layout.REPLACED)):
        return Remains(tmp=unfinished_work)
    files = list(_files(root, layout.REPLACED))
    if not files:
        return Remains(tmp=unfinished_work)
    purchases, reading = _purchases(root)
    ledger = reading.ledger()
    _must_be_told(directory, ledger)
    return Remains(
        tmp=unfinished_work,
        replaced=_pile(iter(files)),
        paid=tuple(_paid(root, files, purchases, ledger)),
        to_undo={path: held.place for path, held in to_undo(directory, ledger).items()},
        ledger=ledger,
        known=bool(reading.lines),
    )


def _must_be_told(directory: RunDirectory, ledger: Ledger) -> None:
    """Raise where nobody can say what the replaced files are, or where they are still needed."""
    if ledger.damage:
        raise JournalDamaged(
            "the journal is damaged, so nobody can tell what was paid for of what was replaced: "
            f"{ledger.damage}",
            advice=f"look at it; then move it away: {to_move_away(directory.path(layout.JOURNAL))}",
        )
    back = unfinished(directory, ledger)
    if back:
        raise RunDirError(
            f"an undo was interrupted here, and {len(back)} of its files are still to be moved"
        )


def _files(root: Path, folder: str) -> Iterator[tuple[str, int]]:
    """Yield path and size of each file below *folder*; size -1: it may not be looked at."""
    todo = [folder]
    while todo:
        path = todo.pop()
        try:
            with os.scandir(root / path) as entries:
                for entry in entries:
                    inner = f"{path}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(inner)
                        continue
                    yield inner, entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue  # a run at work has it no more
        except OSError:
            yield path, -1


def _pile(files: Iterator[tuple[str, int]]) -> Pile:
    number = total = refused = 0
    for _, size in files:
        if size < 0:
            refused += 1
        else:
            number, total = number + 1, total + size
    return Pile(files=number, bytes=total, refused=refused)


# what was paid for ---------------------------------------------------------


@frozen(kw_only=True)
class _Purchase:
    """By which order the file at a place came, and how large it was (-1: that is not known)."""

    key: Key
    take: int
    provider: str
    size: int = -1


def _purchases(root: Path) -> tuple[dict[str, _Purchase], Reading]:
    """Return what was paid for and moved away, by its place, and what the journal says."""
    story = Story(root)
    claims = Claims(layout.OUTPUTS)
    keys: dict[str, Key] = {}
    found: dict[str, _Purchase] = {}
    for told in story.happenings():
        if told.kind == "unreadable" and not story.reading.damage:
            journal = root / layout.JOURNAL
            story.reading.damage = f"{journal}, line {told.number}: {told.fault}"
        if told.kind == "published" and told.file is not None and told.key is not None:
            keys[told.file.path] = told.key
        elif told.kind == "restored" and told.moved is not None:
            found.pop(told.moved[1], None)
        elif told.kind == "displaced" and told.moved is not None:
            purchase = _of_file(told, keys) or _unusable(told, story.reading, claims)
            if purchase is not None:
                found[told.moved[1]] = purchase
            else:
                found.pop(told.moved[1], None)
    retake = story.reading.retake  # a crash may have come before what moved was written down
    for path, held in (retake.away if retake else {}).items():
        record = held.record
        if record is not None and record.paid and path in keys:
            found[held.place] = _Purchase(
                key=keys[path], take=record.take, provider=record.provider, size=record.size
            )
    return found, story.reading


def _of_file(told: Happening, keys: Mapping[str, Key]) -> _Purchase | None:
    """Return by which order the moved file came, where vidgen published it and it was paid for."""
    assert told.moved is not None
    file = told.file
    if file is None or not file.paid or file.path not in keys:
        return None
    key = keys[file.path]
    return _Purchase(key=key, take=file.take, provider=file.provider, size=file.size)


def _unusable(told: Happening, reading: Reading, claims: Claims) -> _Purchase | None:
    """Return by which order a file came that could not be used, and so was never published."""
    assert told.moved is not None
    claim = claims.claim(told.moved[0])
    if claim is None or told.file is not None or told.why.startswith(_REPLACED):
        return None
    work = reading.in_flight.get(claim[0])
    if work is None or work.is_doubtful or work.price.free:
        return None
    return _Purchase(key=work.key, take=work.take, provider=work.provider)


def _paid(
    root: Path, files: list[tuple[str, int]], purchases: Mapping[str, _Purchase], ledger: Ledger
) -> Iterator[Paid]:
    """Yield which of the replaced *files* were paid for."""
    if not purchases:
        return
    charges: dict[Key, list[Charge]] = {}
    for charge in ledger.charges:
        charges.setdefault(charge.key, []).append(charge)
    standing = {
        (file.provider, file.job)
        for file in ledger.published.values()
        if file.job and os.path.lexists(root / file.path)
    }
    jobs: dict[_Order, set[tuple[str, str]]] = {}
    for job, order in ledger.jobs.items():
        jobs.setdefault(order, set()).add(job)
    for place, size in sorted(files):
        purchase = purchases.get(place)
        if purchase is None or purchase.size not in (-1, size):
            continue  # another file has its place: somebody put it there
        order = (purchase.key, purchase.take)
        yield Paid(
            place=place,
            key=purchase.key,
            take=purchase.take,
            provider=purchase.provider,
            bytes=size,
            price=_price(charges.get(purchase.key, []), purchase.take),
            is_there=bool(standing & jobs.get(order, set())),
        )


def _price(charges: list[Charge], take: int) -> Price:
    """Return what the order cost to which *take* belongs: its own, or the one that it goes on."""
    mine = [charge for charge in charges if charge.take <= take]
    return mine[-1].bounds if mine else Price(0.0, None)


# dropping it ---------------------------------------------------------------


def drop(directory: RunDirectory, *, tmp: bool = True, replaced: bool = True) -> None:
    """Drop it from the locked *directory*.

    Takes go all at once: they are moved to where unfinished work lies, which any run may
    clear, and removed there. So a crash never leaves half a take to ``undo``. On a full disk
    nothing has to be written for it. Raises ``MachineError`` where something cannot be removed.
    """
    root = directory.root
    with disk.machine_errors(f"cannot delete all that is in {root / layout.STATE}"):
        if tmp:
            _remove(root / layout.TEMPORARY)
        if replaced and os.path.lexists(root / layout.REPLACED):
            _drop_takes(root)


def _drop_takes(root: Path) -> None:
    """Drop what was replaced, and leave the last take's folder, empty: no number comes twice.

    The journal may name a take's files, and would take others in their places for them.
    """
    takes, unfinished_work = root / layout.REPLACED, root / layout.TEMPORARY
    numbers = [name for name in os.listdir(takes) if re.fullmatch("[0-9]{1,9}", name)]  # noqa: PTH208
    trash = unfinished_work
    while os.path.lexists(trash):
        trash = unfinished_work / f"{layout.REPLACED.rpartition('/')[2]}-{secrets.token_hex(4)}"
    disk.move(takes, trash)
    if numbers:
        disk.make_directories(takes / max(numbers, key=int), root)
    _remove(trash)


def _remove(folder: Path) -> None:
    for _ in range(_TRIES):
        try:
            if os.path.lexists(folder):
                disk.drop_all(folder)
            return
        except RecursionError:
            raise MachineError(
                f"cannot delete all of {folder}: folders in it lie too deep in each other"
            ) from None
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
            left = error  # a child of a run that was killed still writes there
    raise left
