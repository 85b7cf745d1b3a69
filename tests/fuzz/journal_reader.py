"""A journal of any bytes: read with a verdict, and nothing is in it that no sound line says."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from vidgen_core import layout
from vidgen_core.errors import JournalDamaged
from vidgen_core.journal import Journal
from vidgen_core.journal.reading import Reading, read
from vidgen_core.model import Key, Step

from ..journal_records import five_records, path_of, work

#: Begins an input whose lines get the numbers and the checksums that they need.
SIGNED = b"S"
_MEMORY = Path("/dev/shm")
_NEW = Key(Step.CLIP, 424242, 1)


def one_input(data: bytes) -> None:
    """Check the laws on one journal."""
    content = _signed(data[1:]) if data.startswith(SIGNED) else data
    root = Path(_folder().name)
    path_of(root).write_bytes(content)
    try:
        reading = read(root)
    except JournalDamaged as error:
        assert error.message.isprintable(), error.message
        assert error.advice, "a newer journal is refused with a way out"
        return
    assert path_of(root).read_bytes() == content, "reading wrote"
    _check_reading(reading, content)
    _check_writing(root, reading)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Return a run directory for all inputs, in memory where there is such a place."""
    folder = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
    (Path(folder.name) / layout.STATE).mkdir()
    return folder


def _signed(data: bytes) -> bytes:
    """Return the lines of *data*, each an object without a brace, as the lines of a journal."""
    return b"".join(
        _line(b'"n":%d,%s' % (number, line))
        for number, line in enumerate(data.split(b"\n"), start=1)
    )


def _line(rest: bytes) -> bytes:
    body = rest if rest.endswith(b"}") else rest + b"}"
    return b'{"crc":"%08x",%s\n' % (zlib.crc32(b"{" + body), body)


def _sound(content: bytes) -> list[Any]:
    """Return what the lines say whose checksum fits, read without vidgen's own reader."""
    found = []
    for line in content.split(b"\n"):
        body = line[18:]
        if line[:18] != b'{"crc":"%08x",' % zlib.crc32(b"{" + body):
            continue
        try:
            found.append(json.loads(b"{" + body))
        except (ValueError, RecursionError):
            continue
    return found


def _texts(value: Any) -> Iterator[str]:
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            todo += [*item, *item.values()]
        elif isinstance(item, list):
            todo += item


def _check_reading(reading: Reading, content: bytes) -> None:
    """Nothing is known but from a sound line, and what is not sound is told."""
    sound = _sound(content)
    said = set(_texts(sound))
    ledger = reading.ledger()
    for path, record in ledger.published.items():
        assert path == record.path
        assert {path, record.sha256} <= said
    for key, flying in (*ledger.in_flight.items(), *ledger.takes.items()):
        assert key.id in said
        assert isinstance(flying, int) or flying.key == key
    for (provider, job), (key, _) in ledger.jobs.items():
        assert {provider, job, key.id} <= said
    assert len(ledger.charges) <= len(sound)
    for charge in ledger.charges:
        assert 0 <= charge.bounds.low <= charge.bounds.high
    if not ledger.damage:
        assert [record["n"] for record in sound[: reading.lines]] == [*range(1, reading.lines + 1)]
        assert len(sound) == reading.lines
    assert ledger.damage.isprintable(), ledger.damage
    assert reading.end <= len(content)


def _check_writing(root: Path, before: Reading) -> None:
    """Damage stays damage whatever is written behind it, and what is sound stays sound."""
    with Journal(root) as journal:
        journal.displaced("nowhere", "nowhere", "a test")
        if before.damage:
            try:
                journal.intent(work(_NEW))
            except JournalDamaged:
                pass
            else:
                raise AssertionError("something is bought on a damaged journal")
        else:
            journal.intent(work(_NEW))
        live = journal.ledger
    again = read(root)
    assert bool(again.damage) == bool(before.damage), (before.damage, again.damage)
    now = again.ledger()
    assert (now.published, now.in_flight, now.jobs) == (live.published, live.in_flight, live.jobs)
    assert before.in_flight.keys() <= now.in_flight.keys()
    assert (_NEW in now.in_flight) is not bool(before.damage)


def seeds() -> list[bytes]:
    """Return what the search begins with."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / layout.STATE).mkdir()
        five_records(root)
        whole = path_of(root).read_bytes()
    kinds = [
        '"kind":"opened","schema":1,"forgotten":["clip-2-1"]',
        '"kind":"intent","work":{"key":"clip-2-1","take":1,"provider":"p",'
        '"kind":"video-engine","token":"t","price":{"low":0.5,"high":1.0}}',
        '"kind":"submitted","key":"clip-2-1","take":1,"job":"j","facts":{}',
        '"kind":"answered","key":"clip-2-1","take":1,"cost":{"low":0.1,"high":0.1}',
        '"kind":"closed","key":"clip-2-1","take":1',
        '"kind":"priced","work":{"key":"clip-2-1","take":1,"provider":"p",'
        '"kind":"video-engine","token":"t","price":{"low":1,"high":1e999}}',
        '"kind":"ended","key":"clip-2-1","take":1,"why":"","billed":"no"',
        '"kind":"arriving","key":"clip-2-1","take":1,"file":{"path":"a","size":1,'
        '"mtime_ns":1,"sha256":"f"}',
        '"kind":"published","key":"clip-2-1","file":{"path":"a","size":1,"mtime_ns":1,'
        '"sha256":"f","job":"j","provider":"p"}',
        '"kind":"retake","scenes":[2],"only":"clip","away":[["a","b"]],"back":false',
        '"kind":"displaced","path":"a","place":"b"',
        '"kind":"retake","scenes":[2],"only":"clip","away":[],"back":true',
        '"kind":"restored","path":"a","place":"b"',
    ]
    told = [SIGNED + "\n".join(kinds).encode(), SIGNED + "\n".join(kinds[:7]).encode()]
    holes = [whole[:-40] + bytes(20) + whole[-20:], whole[:-1], whole[:-30], whole + bytes(64)]
    return [whole, *told, *holes]
