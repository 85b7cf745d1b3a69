"""The journal as it was written: each record by itself, in the order of time.

What it adds up to is for :mod:`vidgen_core.journal.reading`; a record that cannot be read
is told here, too, with its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from vidgen_core import disk, layout
from vidgen_core.errors import Billed
from vidgen_core.journal.reading import Reading, applied, body_of, lines_of
from vidgen_core.ledger import InFlight, Published
from vidgen_core.model import Key, key_from_id
from vidgen_core.serialize import record_from_json
from vidgen_core.specs import Price

_LARGEST = 512 * 1024 * 1024
_WRONG = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@frozen(kw_only=True)
class Happening:
    """One record of the journal, in the line ``number`` (from 1).

    ``at``: when it was written, ISO 8601, as the record says. ``kind``: the record's, or
    ``unreadable``, with ``fault`` a sentence. ``key``, ``take`` and ``work`` are of the work
    that it is about; ``again``: the work was bought although an earlier order may have been
    taken, or is fetched for nothing. ``file``: what was published. ``moved``: from which
    path to which place. ``scenes``: of a retake.
    """

    number: int
    at: str = ""
    kind: str = ""
    fault: str = ""
    key: Key | None = None
    take: int = 0
    work: InFlight | None = None
    again: bool = False
    price: Price | None = None
    file: Published | None = None
    moved: tuple[str, str] | None = None
    why: str = ""
    billed: Billed | None = None
    job: str = ""
    adopted: bool = False
    scenes: tuple[int, ...] = ()
    only: str = ""
    back: bool = False
    files: int = 0
    version: str = ""


@define
class Story:
    """The journal of run directory ``root``, told from its begin.

    Once it is told, ``reading`` is what it adds up to, and ``torn`` counts the bytes of a
    last line that was not finished: such a line is dropped.
    """

    root: Path
    reading: Reading = field(factory=Reading, init=False)
    torn: int = field(default=0, init=False)

    def happenings(self) -> Iterator[Happening]:
        """Yield each record; raises ``JournalDamaged`` for a newer vidgen's, ``MachineError``."""
        path = self.root / layout.JOURNAL
        try:
            content = disk.read_file(path, _LARGEST)
        except FileNotFoundError:
            return
        except OSError as error:
            raise disk.machine_error(error, f"cannot read {path}") from error
        lines, tail = lines_of(content)
        self.torn = len(tail)
        for number, line in enumerate(lines, start=1):
            yield self._told(number, line)
        self.reading.lines = len(lines)

    def _told(self, number: int, line: bytes) -> Happening:
        body = body_of(line)
        if body is None:
            fault = "it is nothing but zero bytes" if not line.strip(b"\0") else ""
            return self._unreadable(number, fault or "its checksum does not fit")
        try:
            record = json.loads(body)
            told = self._happening(number, record)
        except _WRONG as error:
            return self._unreadable(number, f"it makes no sense ({error})")
        fault = applied(self.reading, record, number)
        if fault:
            self._unreadable(number, fault)
        return told

    def _unreadable(self, number: int, fault: str) -> Happening:
        """Take note of a fault in line *number*."""
        damage = f"{self.root / layout.JOURNAL}, line {number}: {fault}"
        self.reading.damage = self.reading.damage or damage
        return Happening(number=number, kind="unreadable", fault=fault)

    def _happening(self, number: int, record: Mapping[str, Any]) -> Happening:
        kind = str(record["kind"])
        facts: dict[str, Any] = {"number": number, "at": str(record.get("at", "")), "kind": kind}
        if kind not in _TOLD:
            return Happening(**facts)
        return Happening(**facts | _TOLD[kind](self.reading, record))


def _opened(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": str(record.get("vidgen", "")), "files": len(record.get("forgotten", ()))}


def _intent(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    work = record_from_json(record["work"], InFlight)
    before = reading.in_flight.get(work.key)
    doubtful = before is not None and before.is_doubtful and before.take != work.take
    return _of(work) | {"again": bool(work.job) or doubtful, "price": work.price}


def _of(work: InFlight) -> dict[str, Any]:
    return {"key": work.key, "take": work.take, "work": work}


def _about(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the work that *record* is about, as far as it is known."""
    key, take = key_from_id(record["key"]), int(record.get("take", 0))
    work = reading.in_flight.get(key)
    if work is not None and take in (0, work.take):
        return _of(work)
    return {"key": key, "take": take}


def _submitted(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    adopted = record.get("adopted") is True
    return _about(reading, record) | {"job": str(record["job"]), "adopted": adopted}


def _answered(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    cost = record_from_json(record["cost"], Price) if "cost" in record else None
    return _about(reading, record) | {"price": cost}


def _closed(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    told = _about(reading, record)
    order = reading.orders.begun.get(told["key"])
    known = [] if order is None else [cost for cost in order.answers.values() if cost is not None]
    return told | {"price": sum(known, Price()) if known else None}


def _priced(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    work = record_from_json(record["work"], InFlight)
    return _of(work) | {"price": work.price}


def _ended(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    told = _about(reading, record)
    work = told.get("work")
    return told | {
        "why": str(record["why"]),
        "billed": Billed(record["billed"]),
        "price": work.price if work is not None else None,
    }


def _file(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    file = record_from_json(record["file"], Published)
    return {"key": key_from_id(record["key"]), "take": file.take, "file": file, "job": file.job}


def _moved(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    path = str(record["path"])
    return {
        "moved": (path, str(record["place"])),
        "why": str(record.get("why", "")),
        "file": reading.published.get(path),
    }


def _retaken(reading: Reading, record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "scenes": tuple(int(number) for number in record["scenes"]),
        "only": str(record["only"]),
        "back": record["back"] is True,
        "files": len(record["away"]),
    }


_TOLD = {
    "opened": _opened,
    "intent": _intent,
    "submitted": _submitted,
    "answered": _answered,
    "closed": _closed,
    "priced": _priced,
    "ended": _ended,
    "arriving": _file,
    "published": _file,
    "displaced": _moved,
    "retake": _retaken,
    "restored": _moved,
}
