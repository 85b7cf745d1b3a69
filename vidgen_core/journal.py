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
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from attrs import define, evolve, field

from vidgen_core import disk, layout
from vidgen_core.errors import Billed, JournalDamaged
from vidgen_core.ledger import Away, Charge, InFlight, Ledger, Published, Retake
from vidgen_core.model import Key, Step, key_from_id
from vidgen_core.serialize import record_from_json, record_to_json

#: What this version writes. A newer journal is refused, an older one is read.
SCHEMA = 1

_HEAD = '{"crc":"'
_BRACE = zlib.crc32(b"{")
_LARGEST = 512 * 1024 * 1024


@define(kw_only=True)
class _Reading:
    """A journal as far as it could be read.

    ``end`` counts the bytes up to the end of the last line; ``cut`` says that
    something torn comes after it, ``open_end`` that its newline is missing.
    ``jobs``: every job that it ever knew, by provider and id. ``doubted``: what
    was bought again although an earlier outcome is unknown. ``fetched_again``: what is
    in flight because its file broke, which costs nothing.
    """

    published: dict[str, Published] = field(factory=dict)
    in_flight: dict[Key, InFlight] = field(factory=dict)
    takes: dict[Key, int] = field(factory=dict)
    jobs: set[tuple[str, str]] = field(factory=set)
    doubted: set[Key] = field(factory=set)
    forgotten: set[Key] = field(factory=set)
    charges: dict[tuple[Key, int], Charge] = field(factory=dict)
    fetched_again: set[Key] = field(factory=set)
    retake: Retake | None = None
    redone: dict[Key, int] = field(factory=dict)
    lines: int = 0
    end: int = 0
    cut: bool = False
    open_end: bool = False
    damage: str = ""

    def ledger(self) -> Ledger:
        """Return what planning needs of it."""
        return Ledger(
            published=self.published,
            in_flight=self.in_flight,
            takes=self.takes,
            damage=self.damage,
            forgotten=frozenset(self.forgotten),
            charges=tuple(self.charges.values()),
            retake=self.retake,
            redone=self.redone,
        )

    def charge(self, work: InFlight, billed: Billed) -> None:
        """Take note of what is known now of the submit of *work*."""
        charge = self.charges.get((work.key, work.take))
        if charge is not None and work.key not in self.fetched_again:
            self.charges[work.key, work.take] = evolve(charge, billed=billed)


def read_ledger(root: Path) -> Ledger:
    """Return what the journal of run directory *root* says; an absent one says nothing.

    Raises ``JournalDamaged`` where a newer vidgen wrote it, and ``MachineError``.
    """
    return _read(root).ledger()


def _read(root: Path) -> _Reading:
    reading = _folded(root / layout.JOURNAL)
    if not reading.lines:
        reading.forgotten = _requested(root)
    elif reading.forgotten:
        reading.forgotten &= _requested(root)
    return reading


def _requested(root: Path) -> set[Key]:
    """Return what requests are stored for: each is, right before its intent is written."""
    found = set()
    with contextlib.suppress(OSError):
        for name in os.listdir(root / layout.REQUESTS):  # noqa: PTH208 (nothing but the names)
            with contextlib.suppress(ValueError):
                found.add(key_from_id(name.rpartition("-")[0]))
    return found


def _folded(path: Path) -> _Reading:
    reading = _Reading()
    try:
        content = disk.read_file(path, _LARGEST)
    except FileNotFoundError:
        return reading
    except OSError as error:
        raise disk.machine_error(error, f"cannot read {path}") from error
    lines = content.split(b"\n")
    tail = lines.pop()
    if tail and _body(tail) is not None:  # all of it is there but its newline
        lines.append(tail)
        reading.open_end, tail = True, b""
    for number, record in enumerate(_records(lines), start=1):
        fault = _apply(reading, record, number)
        if fault:
            reading.damage = reading.damage or f"{path}, line {number}: {fault}"
        reading.lines = number
    reading.end = len(content) - len(tail)
    reading.cut = bool(tail)
    return reading


def _body(line: bytes) -> str | None:
    """Return the record in *line* as JSON text, or ``None`` where its checksum does not fit."""
    if line[:18] != f'{_HEAD}{_checksum(line[18:])}",'.encode():
        return None
    try:
        return "{" + line[18:].decode()
    except UnicodeDecodeError:
        return None


def _records(lines: list[bytes]) -> list[Any]:
    """Return the record of each line, ``None`` for a line whose checksum does not fit.

    Sound lines are parsed at one go, which is much faster than one by one.
    """
    bodies = [_body(line) for line in lines]
    if None not in bodies:
        with contextlib.suppress(ValueError, RecursionError):
            records: list[Any] = json.loads(f"[{','.join(map(str, bodies))}]")
            if len(records) == len(lines):
                return records
    return [_parsed(body) for body in bodies]


def _parsed(body: str | None) -> Any:
    try:
        return None if body is None else json.loads(body)
    except (ValueError, RecursionError) as error:
        return f"it makes no sense ({error})"


def _apply(reading: _Reading, record: Any, number: int) -> str:
    """Apply one record to *reading*; return what is wrong with it, or an empty text."""
    if record is None:
        return "its checksum does not fit"
    if isinstance(record, str):
        return record
    try:
        _FOLD.get(record["kind"], _ignore)(reading, record)
        if record["n"] != number:
            return f"it is record {record['n']}, so lines are missing or out of order before it"
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return f"it makes no sense ({error})"
    return ""


def _checksum(rest: bytes) -> str:
    """Return the checksum of a line whose first brace is followed by *rest*."""
    return f"{zlib.crc32(rest, _BRACE):08x}"


def _opened(reading: _Reading, record: dict[str, Any]) -> None:
    if record["schema"] > SCHEMA:
        raise JournalDamaged(
            f"the journal was written by a newer vidgen ({record.get('vidgen', '?')})",
            advice="upgrade vidgen: pip install --upgrade vidgen-core",
        )
    reading.forgotten = {key_from_id(each) for each in record.get("forgotten", ())}


def _intent(reading: _Reading, record: dict[str, Any]) -> None:
    work = record_from_json(record["work"], InFlight)
    reading.in_flight[work.key] = work
    reading.forgotten.discard(work.key)
    reading.takes[work.key] = max(work.take, reading.takes.get(work.key, 0))
    if work.job:  # it is fetched again, and was charged before
        reading.jobs.add((work.provider, work.job))
        reading.fetched_again.add(work.key)
        return
    reading.fetched_again.discard(work.key)
    if not work.price.free:
        reading.charges[work.key, work.take] = Charge(
            key=work.key,
            take=work.take,
            provider=work.provider,
            kind=work.kind,
            price=work.price,
            since=work.since,
        )


def _current(reading: _Reading, record: dict[str, Any]) -> InFlight | None:
    """Return the work in flight that *record* is about."""
    work = reading.in_flight.get(key_from_id(record["key"]))
    return work if work is not None and work.take == record["take"] else None


def _submitted(reading: _Reading, record: dict[str, Any]) -> None:
    job, facts = record["job"], record["facts"]
    if type(job) is not str or type(facts) is not dict:
        raise ValueError("the job's id or its facts are of the wrong type")
    if not all(type(text) is str for text in facts.values()):
        raise ValueError("a fact of the job is no text")
    work = _current(reading, record)
    if work is not None:
        adopted = record.get("adopted") is True
        reading.in_flight[work.key] = evolve(work, job=job, facts=facts, adopted=adopted)
        reading.charge(work, Billed.YES)
        reading.jobs.add((work.provider, job))


def _answered(reading: _Reading, record: dict[str, Any]) -> None:
    work = _current(reading, record)
    if work is not None:
        reading.in_flight[work.key] = evolve(work, answered=True)
        reading.charge(work, Billed.YES)


def _ended(reading: _Reading, record: dict[str, Any]) -> None:
    work = _current(reading, record)
    if work is not None:
        reading.charge(work, Billed(record["billed"]))
        del reading.in_flight[work.key]
        if record.get("doubted") is True:
            reading.doubted.add(work.key)


def _published(reading: _Reading, record: dict[str, Any]) -> None:
    published = record_from_json(record["file"], Published)
    reading.published[published.path] = published
    if reading.in_flight or reading.doubted or reading.forgotten:
        key = key_from_id(record["key"])
        reading.in_flight.pop(key, None)
        reading.doubted.discard(key)
        reading.forgotten.discard(key)
    if published.job:
        reading.jobs.add((published.provider, published.job))


def _displaced(reading: _Reading, record: dict[str, Any]) -> None:
    reading.published.pop(record["path"], None)


def _retaken(reading: _Reading, record: dict[str, Any]) -> None:
    scenes, only, back = record["scenes"], Step(record["only"]), record["back"]
    if not all(type(number) is int for number in scenes):
        raise ValueError("it does not say which scenes are made again")
    away = {
        str(path): Away(place=str(place), record=reading.published.get(path))
        for path, place in record["away"]
    }
    earlier = reading.retake.away if back and reading.retake else {}
    reading.retake = Retake(scenes=tuple(scenes), only=only.value, away=away, back=earlier)
    for number in () if back else scenes:
        key = Key(only, number)
        reading.redone[key] = reading.redone.get(key, 0) + 1


def _restored(reading: _Reading, record: dict[str, Any]) -> None:
    path, retake = record["path"], reading.retake
    held = retake.back.get(path) if retake else None
    if retake is None or held is None:
        return
    reading.retake = retake.brought_back(path)
    reading.published.pop(path, None)
    if held.record is not None:
        reading.published[path] = held.record


def _ignore(reading: _Reading, record: dict[str, Any]) -> None:
    """Leave a record alone that only explains."""


_FOLD = {
    "opened": _opened,
    "intent": _intent,
    "submitted": _submitted,
    "answered": _answered,
    "ended": _ended,
    "published": _published,
    "displaced": _displaced,
    "retake": _retaken,
    "restored": _restored,
}


class Journal:
    """The journal of a locked run directory, open for appending.

    Every method returns only when its record is on the disk, and may be called
    from any thread.
    """

    def __init__(self, root: Path, *, version: str = "") -> None:
        self._path = root / layout.JOURNAL
        self._lock = threading.Lock()
        self._reading = _read(root)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with disk.machine_errors(f"cannot open {self._path}"):
            new = not self._path.exists()
            self._handle = os.open(self._path, flags, 0o666)
            try:
                self._mend_end()
                if new:
                    disk.sync_directory(self._path.parent)
            except OSError:
                os.close(self._handle)
                raise
        if not self._reading.lines:
            lost = sorted(key.id for key in self._reading.forgotten)
            more = {"forgotten": lost} if lost else {}
            self._append("opened", schema=SCHEMA, vidgen=version, **more)

    def _mend_end(self) -> None:
        reading = self._reading
        if reading.cut:
            os.ftruncate(self._handle, reading.end)
        if reading.open_end:
            _write_all(self._handle, b"\n")
            reading.end += 1
        if reading.cut or reading.open_end:
            os.fsync(self._handle)

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
                takes=dict(ledger.takes),
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
            return frozenset(self._reading.doubted)

    def intent(self, work: InFlight) -> None:
        """Write that *work* is about to be submitted. Refuses on a damaged journal."""
        if self._reading.damage:
            raise JournalDamaged(
                f"the journal is damaged, so nothing is bought: {self._reading.damage}",
                advice=f"look at it; then move it away: mv {self._path} {self._path}.damaged",
            )
        self._append("intent", work=record_to_json(work))

    def submitted(self, key: Key, take: int, job: str, facts: Mapping[str, str]) -> None:
        """Write the id of the job that a submit gave."""
        self._append("submitted", key=key.id, take=take, job=job, facts=dict(facts))

    def adopted(self, key: Key, take: int, job: str) -> None:
        """Write the id of the job that the user says a submit in doubt gave."""
        self._append("submitted", key=key.id, take=take, job=job, facts={}, adopted=True)

    def answered(self, key: Key, take: int) -> None:
        """Write that a paid answer is stored."""
        self._append("answered", key=key.id, take=take)

    def ended(
        self, key: Key, take: int, why: str, billed: Billed, *, doubted: bool = False
    ) -> None:
        """Write that paid work ended without a file, and whether it was charged.

        *doubted*: its outcome is unknown, and it is to be bought once more.
        """
        more = {"doubted": True} if doubted else {}
        self._append("ended", key=key.id, take=take, why=why[:2000], billed=billed.value, **more)

    def published(self, key: Key, file: Published) -> None:
        """Write how *file* was made."""
        self._append("published", key=key.id, file=record_to_json(file))

    def displaced(self, path: str, place: str, why: str) -> None:
        """Write that *path* was moved to *place*."""
        self._append("displaced", path=path, place=place, why=why)

    def retake(
        self, scenes: Iterable[int], only: str, away: Mapping[str, str], *, back: bool = False
    ) -> None:
        """Write that the files *away* are about to be moved, each from its path to its place.

        *back*: instead of them what the retake before moved away comes back.
        """
        pairs = [list(pair) for pair in away.items()]
        self._append("retake", scenes=[*scenes], only=only, away=pairs, back=back)

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
            line = f'{_HEAD}{_checksum(rest)}",'.encode() + rest + b"\n"
            if self._handle < 0:
                raise OSError(errno.EBADF, "the journal is closed")
            if os.fstat(self._handle).st_size > reading.end:
                os.ftruncate(self._handle, reading.end)  # a failed write could not be undone
            try:
                _write_all(self._handle, line)
                os.fsync(self._handle)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._handle, reading.end)  # half a line would be damage later
                raise
            reading.end += len(line)
            reading.lines += 1
            _FOLD.get(kind, _ignore)(reading, record)


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]
