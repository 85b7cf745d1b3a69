"""The money journal: what was paid for, what is in flight, how each file was made.

``.vidgen/journal.jsonl`` holds one record a line, only ever appended to and
synced. Each line carries a checksum of itself and its number. A torn last line
is dropped; any other damage is reported, and stops paid work until somebody
looked.
"""

from __future__ import annotations

import json
import os
import threading
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from attrs import define, evolve, field

from vidgen_core import disk, layout
from vidgen_core.errors import Billed, JournalDamaged, MachineError
from vidgen_core.model import Key, key_from_id
from vidgen_core.plan import InFlight, Ledger, Published
from vidgen_core.serialize import record_from_json, record_to_json

#: What this version writes. A newer journal is refused, an older one is read.
SCHEMA = 1

_HEAD = '{"crc":"'
_LARGEST = 512 * 1024 * 1024


@define(kw_only=True)
class _Reading:
    """A journal as far as it could be read. ``good`` counts the bytes that are sound."""

    published: dict[str, Published] = field(factory=dict)
    in_flight: dict[Key, InFlight] = field(factory=dict)
    takes: dict[Key, int] = field(factory=dict)
    lines: int = 0
    good: int = 0
    torn: bool = False
    damage: str = ""

    def ledger(self) -> Ledger:
        """Return what planning needs of it."""
        return Ledger(
            published=self.published,
            in_flight=self.in_flight,
            takes=self.takes,
            damage=self.damage,
        )


def read_ledger(root: Path) -> Ledger:
    """Return what the journal of run directory *root* says; an absent one says nothing.

    Raises ``JournalDamaged`` where a newer vidgen wrote it, and ``MachineError``.
    """
    return _read(root / layout.JOURNAL).ledger()


def _read(path: Path) -> _Reading:
    reading = _Reading()
    try:
        if path.stat().st_size > _LARGEST:
            raise MachineError(f"{path} is larger than {_LARGEST >> 20} MiB")
        content = path.read_bytes()
    except FileNotFoundError:
        return reading
    except OSError as error:
        raise disk.machine_error(error, f"cannot read {path}") from error
    lines = content.split(b"\n")
    torn = lines.pop()
    for number, line in enumerate(lines, start=1):
        fault = _apply(reading, line, number)
        if fault:
            reading.damage = reading.damage or f"{path}, line {number}: {fault}"
        reading.lines = number
    reading.good = len(content) - len(torn)
    reading.torn = bool(torn)
    return reading


def _apply(reading: _Reading, line: bytes, number: int) -> str:
    """Apply one line to *reading*; return what is wrong with it, or an empty text."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "it is not text"
    body = "{" + text[18:]
    if not text.startswith(_HEAD) or text[8:16] != _checksum(body):
        return "its checksum does not fit"
    try:
        record = json.loads(body)
        if record["n"] != number:
            return f"it is record {record['n']}: lines are missing before it"
        _FOLD.get(record["kind"], _ignore)(reading, record)
    except (ValueError, KeyError, TypeError) as error:
        return f"it makes no sense ({error})"
    return ""


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def _opened(reading: _Reading, record: dict[str, Any]) -> None:
    if record["schema"] > SCHEMA:
        raise JournalDamaged(
            f"the journal was written by a newer vidgen ({record.get('vidgen', '?')})",
            advice="upgrade vidgen: pip install --upgrade vidgen-core",
        )


def _intent(reading: _Reading, record: dict[str, Any]) -> None:
    job = record_from_json(record["work"], InFlight)
    reading.in_flight[job.key] = job
    reading.takes[job.key] = max(job.take, reading.takes.get(job.key, 0))


def _submitted(reading: _Reading, record: dict[str, Any]) -> None:
    key = key_from_id(record["key"])
    job = reading.in_flight.get(key)
    if job is not None and job.take == record["take"]:
        reading.in_flight[key] = evolve(job, job=record["job"], facts=record.get("facts", {}))


def _answered(reading: _Reading, record: dict[str, Any]) -> None:
    key = key_from_id(record["key"])
    job = reading.in_flight.get(key)
    if job is not None and job.take == record["take"]:
        reading.in_flight[key] = evolve(job, answered=True)


def _ended(reading: _Reading, record: dict[str, Any]) -> None:
    key = key_from_id(record["key"])
    job = reading.in_flight.get(key)
    if job is not None and job.take == record["take"]:
        del reading.in_flight[key]


def _published(reading: _Reading, record: dict[str, Any]) -> None:
    published = record_from_json(record["file"], Published)
    reading.published[published.path] = published
    reading.in_flight.pop(key_from_id(record["key"]), None)


def _displaced(reading: _Reading, record: dict[str, Any]) -> None:
    reading.published.pop(record["path"], None)


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
}


class Journal:
    """The journal of a locked run directory, open for appending.

    Every method returns only when its record is on the disk, and may be called
    from any thread.
    """

    def __init__(self, root: Path, *, version: str = "") -> None:
        self._path = root / layout.JOURNAL
        self._lock = threading.Lock()
        self._reading = _read(self._path)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        with disk.machine_errors(f"cannot open {self._path}"):
            new = not self._path.exists()
            self._handle = os.open(self._path, flags, 0o666)
            if self._reading.torn:
                os.ftruncate(self._handle, self._reading.good)
                os.fsync(self._handle)
            if new:
                disk.sync_directory(self._path.parent)
        if not self._reading.lines:
            self._append("opened", schema=SCHEMA, vidgen=version)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._handle)

    @property
    def ledger(self) -> Ledger:
        """The journal as it stands now."""
        reading = self._reading
        with self._lock:
            return Ledger(
                published=dict(reading.published),
                in_flight=dict(reading.in_flight),
                takes=dict(reading.takes),
                damage=reading.damage,
            )

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

    def answered(self, key: Key, take: int) -> None:
        """Write that a paid answer is stored."""
        self._append("answered", key=key.id, take=take)

    def ended(self, key: Key, take: int, why: str, billed: Billed) -> None:
        """Write that paid work ended without a file, and whether it was charged."""
        self._append("ended", key=key.id, take=take, why=why[:2000], billed=billed.value)

    def published(self, key: Key, file: Published) -> None:
        """Write how *file* was made."""
        self._append("published", key=key.id, file=record_to_json(file))

    def displaced(self, path: str, place: str, why: str) -> None:
        """Write that *path* was moved to *place*."""
        self._append("displaced", path=path, place=place, why=why)

    def _append(self, kind: str, **facts: Any) -> None:
        with self._lock, disk.machine_errors(f"cannot write {self._path}"):
            reading = self._reading
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            record = {"n": reading.lines + 1, "at": at, "kind": kind, **facts}
            body = json.dumps(record, separators=(",", ":"))
            line = f'{_HEAD}{_checksum(body)}",{body[1:]}\n'.encode()
            end = os.fstat(self._handle).st_size
            try:
                _write_all(self._handle, line)
                os.fsync(self._handle)
            except OSError:
                os.ftruncate(self._handle, end)  # half a line would count as damage later
                raise
            reading.lines += 1
            _FOLD.get(kind, _ignore)(reading, record)


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]
