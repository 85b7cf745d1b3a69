"""The money journal: what was paid for, what is in flight, how each file was made.

``.vidgen/journal.jsonl`` holds one record a line, only ever appended to and
synced. Each line carries a checksum of itself and its number. A torn last line
is dropped; any other damage is reported, and stops paid work until somebody
looked. What is sound around the damage still counts.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from attrs import evolve

from vidgen_core import disk, faults, layout
from vidgen_core.errors import Billed, JournalDamaged
from vidgen_core.journal.damaged import to_move_away
from vidgen_core.journal.reading import HEAD, SCHEMA, checksum, read
from vidgen_core.ledger import InFlight, Ledger, Published
from vidgen_core.model import Key
from vidgen_core.serialize import record_to_json
from vidgen_core.specs import Price

__all__ = ["Journal", "read_ledger"]

_write_all = disk.write_all


def read_ledger(root: Path) -> Ledger:
    """Return what the journal of run directory *root* says; an absent one says nothing.

    Raises ``JournalDamaged`` where a newer vidgen wrote it, and ``MachineError``.
    """
    return read(root).ledger()


class Journal:
    """The journal of a locked run directory, open for appending.

    Every method returns only when its record is on the disk, and may be called
    from any thread.
    """

    def __init__(self, root: Path, *, version: str = "") -> None:
        self._path = root / layout.JOURNAL
        self._lock = threading.Lock()
        self._reading = read(root)
        with disk.machine_errors(f"cannot open {self._path}"):
            self._handle = disk.open_log(self._path)
            try:
                self._mend_end()
            except OSError:
                os.close(self._handle)
                raise
        if not self._reading.lines:
            lost = sorted(key.id for key in self._reading.forgotten)
            more = {"forgotten": lost} if lost else {}
            self._append("opened", schema=SCHEMA, vidgen=version, **more)
        faults.point("journal-opened")

    def _mend_end(self) -> None:
        reading = self._reading
        if reading.cut:
            disk.cut(self._handle, reading.end)
        if reading.open_end:
            _write_all(self._handle, b"\n")
            reading.end += 1
        disk.sync(self._handle)  # what is gone by now may be of a process that was killed

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            handle, self._handle = self._handle, -1
        os.close(handle)

    @property
    def ledger(self) -> Ledger:
        """The journal as it stands now."""
        with self._lock:
            ledger = self._reading.ledger()
            return evolve(
                ledger,
                published=dict(ledger.published),
                in_flight=dict(ledger.in_flight),
                arriving=dict(ledger.arriving),
                takes=dict(ledger.takes),
                jobs=dict(ledger.jobs),
                redone=dict(ledger.redone),
            )

    @property
    def jobs(self) -> frozenset[tuple[str, str]]:
        """Every job that the journal ever knew: provider and id."""
        with self._lock:
            return frozenset(self._reading.jobs)

    @property
    def doubted(self) -> frozenset[Key]:
        """What was given up in doubt, to be bought once more, and is not published yet."""
        with self._lock:
            reading = self._reading
            return frozenset(reading.doubted | set(filter(reading.was_in_doubt, reading.replaced)))

    def intent(self, work: InFlight) -> None:
        """Write that *work* is about to be submitted. Refuses on a damaged journal.

        With that same record an earlier take in doubt is no question any more. It is one
        again where *work* ends without being charged.
        """
        if self._reading.damage:
            raise JournalDamaged(
                f"the journal is damaged, so nothing is bought: {self._reading.damage}",
                advice=f"look at it; then move it away: {to_move_away(self._path)}",
            )
        self._append("intent", work=record_to_json(work))

    def submitted(self, key: Key, take: int, job: str, facts: Mapping[str, str]) -> None:
        """Write the id of the job that a submit gave."""
        self._append("submitted", key=key.id, take=take, job=job, facts=dict(facts))

    def adopted(self, key: Key, take: int, job: str) -> None:
        """Write the id of the job that the user says a submit in doubt gave."""
        self._append("submitted", key=key.id, take=take, job=job, facts={}, adopted=True)

    def answered(self, key: Key, take: int, cost: Price | None = None) -> None:
        """Write that a paid answer is stored; *cost*: what it says that it cost."""
        told = {} if cost is None else {"cost": record_to_json(cost)}
        self._append("answered", key=key.id, take=take, **told)

    def close_orders(self) -> None:
        """Write that nothing more is asked at the price of what was ordered until now.

        Only of orders of which every answer told what it cost: those alone cost another sum
        from then on.
        """
        with self._lock:
            told = self._reading.orders.told()
        for key, take in told:
            self._append("closed", key=key.id, take=take)

    def priced(self, work: InFlight) -> None:
        """Write what it costs now to go on from *work*, which is in flight, or to repeat it."""
        self._append("priced", work=record_to_json(work))

    def ended(self, key: Key, take: int, why: str, billed: Billed, *, kept: bool = False) -> None:
        """Write that paid work ended without a file, and whether it was charged.

        *kept*: where it was a part, the one before it is gone on from again.
        """
        more = {"kept": True} if kept else {}
        self._append("ended", key=key.id, take=take, why=why[:2000], billed=billed.value, **more)

    def arriving(self, key: Key, file: Published) -> None:
        """Write which *file* of work in flight is about to get its name."""
        self._append("arriving", key=key.id, take=file.take, file=record_to_json(file))

    def published(self, key: Key, file: Published) -> None:
        """Write how *file* was made."""
        self._append("published", key=key.id, file=record_to_json(file))

    def displaced(self, path: str, place: str, why: str) -> None:
        """Write that *path* was moved to *place*."""
        self._append("displaced", path=path, place=place, why=why)

    def retake(
        self,
        scenes: Iterable[int],
        only: str,
        away: Mapping[str, str],
        *,
        seen: Mapping[str, tuple[int, int]] | None = None,
        back: bool = False,
    ) -> None:
        """Write that the files *away* are about to be moved, each from its path to its place.

        *seen*: their sizes and times (``mtime_ns``), by path. *back*: instead of them what the
        retake before moved away comes back.
        """
        pairs = [list(pair) for pair in away.items()]
        known = [[path, *each] for path, each in (seen or {}).items()]
        self._append("retake", scenes=[*scenes], only=only, away=pairs, seen=known, back=back)

    def restored(self, path: str, place: str) -> None:
        """Write that *path* is back from *place*, and is again what it was."""
        self._append("restored", path=path, place=place)

    def _append(self, kind: str, **facts: Any) -> None:
        with self._lock, disk.machine_errors(f"cannot write {self._path}"):
            reading = self._reading
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            record = {"n": reading.lines + 1, "at": at, "kind": kind, **facts}
            body = json.dumps(record, separators=(",", ":"))
            rest = body[1:].encode()
            line = f'{HEAD}{checksum(rest)}",'.encode() + rest + b"\n"
            if self._handle < 0:
                raise OSError(errno.EBADF, "the journal is closed")
            if os.fstat(self._handle).st_size > reading.end:
                disk.cut(self._handle, reading.end)  # a failed write could not be undone
            try:
                faults.point("journal-before")
                _write_all(self._handle, line)
                faults.point("journal-written")
                disk.sync(self._handle)
                faults.point("journal-synced")
            except OSError:
                with contextlib.suppress(OSError):
                    disk.cut(self._handle, reading.end)  # half a line would be damage later
                raise
            reading.end += len(line)
            reading.lines += 1
            reading.take_in(record)
