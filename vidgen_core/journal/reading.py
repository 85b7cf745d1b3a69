"""The journal as it is read: line by line, each checked, folded into what it says."""

from __future__ import annotations

import contextlib
import json
import zlib
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from vidgen_core import disk, layout
from vidgen_core.errors import Billed, JournalDamaged
from vidgen_core.journal.orders import Orders
from vidgen_core.journal.stored import requested
from vidgen_core.journal.torn import is_torn
from vidgen_core.ledger import Away, InFlight, Ledger, Published, Retake
from vidgen_core.model import Key, Step, key_from_id
from vidgen_core.serialize import record_from_json
from vidgen_core.specs import Price
from vidgen_core.wording import UPGRADE

#: What this version writes. A newer journal is refused, an older one is read.
SCHEMA = 1

HEAD = '{"crc":"'
_BRACE = zlib.crc32(b"{")
_LARGEST = 512 * 1024 * 1024


@define(kw_only=True)
class Reading:
    """A journal as far as it could be read.

    ``end`` counts the bytes up to the end of the last line; ``cut`` says that
    something torn comes after it, ``open_end`` that its newline is missing.
    ``jobs``: whose every job is that it ever knew. ``doubted``: what was bought again
    although an earlier outcome is unknown. ``replaced``: what was in doubt, or answered and
    of no use, when what is in flight was bought instead; where that is not charged, it is
    again what it was.
    ``fetched_again``: what is in flight because its file broke, which costs nothing.
    ``orders``: what was ordered, and what it cost.
    """

    published: dict[str, Published] = field(factory=dict)
    in_flight: dict[Key, InFlight] = field(factory=dict)
    arriving: dict[Key, Published] = field(factory=dict)
    takes: dict[Key, int] = field(factory=dict)
    jobs: dict[tuple[str, str], tuple[Key, int]] = field(factory=dict)
    doubted: set[Key] = field(factory=set)
    replaced: dict[Key, tuple[InFlight, ...]] = field(factory=dict)
    forgotten: set[Key] = field(factory=set)
    orders: Orders = field(factory=Orders)
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
            arriving=self.arriving,
            takes=self.takes,
            jobs=self.jobs,
            damage=self.damage,
            forgotten=frozenset(self.forgotten),
            charges=tuple(self.orders.charges.values()),
            retake=self.retake,
            redone=self.redone,
        )

    def take_in(self, record: dict[str, Any]) -> None:
        """Apply one sound record; raises where it makes no sense."""
        _FOLD.get(record["kind"], _ignore)(self, record)

    def was_in_doubt(self, key: Key) -> bool:
        """Whether what is in flight for *key* was bought while an earlier take was in doubt."""
        before = self.replaced.get(key, ())
        return any(map(_is_doubtful, before))

    def charge(self, work: InFlight, billed: Billed) -> None:
        """Take note of what is known now of the submit of *work*."""
        if work.key not in self.fetched_again:
            self.orders.charge(work, billed)


def read(root: Path) -> Reading:
    """Return the journal of run directory *root*, with what was asked for before it was lost."""
    reading = _folded(root / layout.JOURNAL)
    if not reading.lines:
        reading.forgotten = requested(root)
    elif reading.forgotten:
        reading.forgotten &= requested(root)
    return reading


def _folded(path: Path) -> Reading:
    reading = Reading()
    try:
        content = disk.read_file(path, _LARGEST)
    except FileNotFoundError:
        return reading
    except OSError as error:
        raise disk.machine_error(error, f"cannot read {path}") from error
    lines, tail = lines_of(content)
    reading.open_end = not tail and bool(content) and not content.endswith(b"\n")
    for number, record in enumerate(_records(lines), start=1):
        fault = applied(reading, record, number)
        if fault:
            reading.damage = reading.damage or f"{path}, line {number}: {fault}"
        reading.lines = number
    if tail and reading.damage:  # it is kept: without it the line before it could pass for torn
        reading.lines += 1
        reading.open_end, tail = not tail.endswith(b"\n"), b""
    reading.end = len(content) - len(tail)
    reading.cut = bool(tail)
    return reading


def lines_of(content: bytes) -> tuple[list[bytes], bytes]:
    """Return the lines of a journal, and behind them the torn one that a crash may leave.

    That one has no end, or there are zeros in it where sectors never reached the disk.
    """
    lines = content.split(b"\n")
    tail = lines.pop()
    if tail and body_of(tail) is not None:  # all of it is there but its newline
        return [*lines, tail], b""
    if lines and not tail:
        last = lines[-1] + b"\n"
        if is_torn(last, len(content) - len(last)):
            return lines[:-1], last
    return lines, tail


def body_of(line: bytes) -> str | None:
    """Return the record in *line* as JSON text, or ``None`` where its checksum does not fit."""
    if line[:18] != f'{HEAD}{checksum(line[18:])}",'.encode():
        return None
    try:
        return "{" + line[18:].decode()
    except UnicodeDecodeError:
        return None


def _records(lines: list[bytes]) -> list[Any]:
    """Return the record of each line, ``None`` for a line whose checksum does not fit.

    Sound lines are parsed at one go, which is much faster than one by one.
    """
    bodies = [body_of(line) for line in lines]
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


def applied(reading: Reading, record: Any, number: int) -> str:
    """Apply one record to *reading*; return what is wrong with it, or an empty text."""
    if record is None:
        return "its checksum does not fit"
    if isinstance(record, str):
        return record
    try:
        reading.take_in(record)
        if record["n"] != number:
            return f"it is record {record['n']}, so lines are missing or out of order before it"
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return f"it makes no sense ({error})"
    return ""


def checksum(rest: bytes) -> str:
    """Return the checksum of a line whose first brace is followed by *rest*."""
    return f"{zlib.crc32(rest, _BRACE):08x}"


def _opened(reading: Reading, record: dict[str, Any]) -> None:
    if record["schema"] > SCHEMA:
        raise JournalDamaged(
            f"the journal was written by a newer vidgen ({record.get('vidgen', '?')})",
            advice=UPGRADE,
        )
    reading.forgotten = {key_from_id(each) for each in record.get("forgotten", ())}


def _intent(reading: Reading, record: dict[str, Any]) -> None:
    work = record_from_json(record["work"], InFlight)
    _put_aside(reading, work)
    reading.in_flight[work.key] = work
    reading.arriving.pop(work.key, None)
    reading.forgotten.discard(work.key)
    reading.takes[work.key] = max(work.take, reading.takes.get(work.key, 0))
    if work.job:  # it is fetched again, and was charged before
        reading.jobs.setdefault((work.provider, work.job), (work.key, work.take))
        reading.fetched_again.add(work.key)
        return
    reading.fetched_again.discard(work.key)
    reading.orders.ask(work)


def _put_aside(reading: Reading, work: InFlight) -> None:
    """Take note of what *work* takes the place of."""
    before = reading.in_flight.get(work.key)
    if before is None:
        return
    goes_on = work.part > before.part
    if before.take != work.take and (goes_on or not before.job):  # bought once more, or asked on
        reading.replaced[work.key] = (*reading.replaced.get(work.key, ()), before)
    elif before.adopted and not work.job:  # the service has no job by the user's id
        reading.jobs.pop((before.provider, before.job), None)


def _current(reading: Reading, record: dict[str, Any]) -> InFlight | None:
    """Return the work in flight that *record* is about."""
    work = reading.in_flight.get(key_from_id(record["key"]))
    return work if work is not None and work.take == record["take"] else None


def _submitted(reading: Reading, record: dict[str, Any]) -> None:
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
        reading.jobs.setdefault((work.provider, job), (work.key, work.take))


def _answered(reading: Reading, record: dict[str, Any]) -> None:
    cost = record_from_json(record["cost"], Price) if "cost" in record else None
    work = _current(reading, record)
    if work is not None:
        reading.in_flight[work.key] = evolve(work, answered=True)
        reading.charge(work, Billed.YES)
        if cost is not None:
            reading.orders.tell(work, cost)


def _closed(reading: Reading, record: dict[str, Any]) -> None:
    reading.orders.close(key_from_id(record["key"]), record["take"])


def _priced(reading: Reading, record: dict[str, Any]) -> None:
    """Take note of what is still to pay; what was charged keeps its price."""
    told = record_from_json(record["work"], InFlight)
    work = reading.in_flight.get(told.key)
    if work is not None and work.take == told.take:
        reading.in_flight[work.key] = evolve(work, price=told.price, rest=told.rest)


def _ended(reading: Reading, record: dict[str, Any]) -> None:
    work = _current(reading, record)
    if work is not None:
        billed = Billed(record["billed"])
        reading.charge(work, billed)
        del reading.in_flight[work.key]
        reading.arriving.pop(work.key, None)
        before = reading.replaced.pop(work.key, ())
        back = _back_to(work, before, billed, kept=record.get("kept") is True)
        if back:
            reading.in_flight[work.key] = back[-1]
            if back[:-1]:
                reading.replaced[work.key] = back[:-1]
        if any(map(_is_doubtful, before[len(back) :])):
            reading.doubted.add(work.key)
        # What goes on from an answer may be sent again where it was not charged.
        again = work.covered and billed is Billed.NO and work.key in reading.in_flight
        reading.orders.end(work, billed, goes_on=again)


def _back_to(
    work: InFlight, before: tuple[InFlight, ...], billed: Billed, *, kept: bool
) -> tuple[InFlight, ...]:
    """Return what of *before* stands again once *work*, which took its place, has ended.

    All of it where *work* was not charged; else, where it was a part and those before it are
    *kept*, what leads to the last one of them.
    """
    if billed is Billed.NO:
        return before
    for count in range(len(before), 0, -1) if kept else ():
        part = before[count - 1]
        ours = (part.kind, part.provider) == (work.kind, work.provider)
        if ours and part.part < work.part and not _is_doubtful(part):
            return before[:count]
    return ()


def _is_doubtful(work: InFlight) -> bool:
    return not (work.answered or work.job)


def _arriving(reading: Reading, record: dict[str, Any]) -> None:
    file = record_from_json(record["file"], Published)
    work = _current(reading, record)
    if work is not None:
        reading.arriving[work.key] = file


def _published(reading: Reading, record: dict[str, Any]) -> None:
    published = record_from_json(record["file"], Published)
    reading.published[published.path] = published
    if reading.in_flight or reading.doubted or reading.forgotten or reading.orders.begun:
        key = key_from_id(record["key"])
        reading.orders.close(key)
        reading.in_flight.pop(key, None)
        reading.arriving.pop(key, None)
        reading.replaced.pop(key, None)
        reading.doubted.discard(key)
        reading.forgotten.discard(key)
    if published.job:
        owner = (key_from_id(record["key"]), published.take)
        reading.jobs.setdefault((published.provider, published.job), owner)


def _displaced(reading: Reading, record: dict[str, Any]) -> None:
    path = record["path"]
    reading.published.pop(path, None)
    if reading.retake is not None:
        reading.retake = reading.retake.gone(path, record["place"])


def _retaken(reading: Reading, record: dict[str, Any]) -> None:
    scenes, only, back = record["scenes"], Step(record["only"]), record["back"]
    if not all(type(number) is int for number in scenes):
        raise ValueError("it does not say which scenes are made again")
    seen = {str(path): _two(*pair) for path, *pair in record.get("seen", ())}
    away = {
        str(path): Away(
            place=str(place), record=reading.published.get(path), seen=seen.get(str(path))
        )
        for path, place in record["away"]
    }
    earlier = reading.retake.away if back and reading.retake else {}
    reading.retake = Retake(
        scenes=tuple(scenes),
        only=only.value,
        away=away,
        back=earlier,
        leaving=frozenset(away.keys() - earlier.keys()) if back else frozenset(),
    )
    for number in () if back else scenes:
        key = Key(only, number)
        reading.redone[key] = reading.redone.get(key, 0) + 1


def _two(size: Any, mtime_ns: Any) -> tuple[int, int]:
    if not type(size) is type(mtime_ns) is int:
        raise ValueError("the size or the time of a file is no number")
    return size, mtime_ns


def _restored(reading: Reading, record: dict[str, Any]) -> None:
    path, retake = record["path"], reading.retake
    held = retake.back.get(path) if retake else None
    if retake is None or held is None:
        return
    reading.retake = retake.brought_back(path)
    reading.published.pop(path, None)
    if held.record is not None:
        reading.published[path] = held.record


def _ignore(reading: Reading, record: dict[str, Any]) -> None:
    """Leave a record alone that only explains."""


_FOLD = {
    "opened": _opened,
    "intent": _intent,
    "submitted": _submitted,
    "answered": _answered,
    "closed": _closed,
    "priced": _priced,
    "ended": _ended,
    "arriving": _arriving,
    "published": _published,
    "displaced": _displaced,
    "retake": _retaken,
    "restored": _restored,
}
