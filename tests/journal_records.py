"""Work and records that a journal keeps, for the tests of it."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

from vidgen_core import layout
from vidgen_core.journal import Journal
from vidgen_core.ledger import InFlight, Ledger, Published
from vidgen_core.model import Key, Step
from vidgen_core.specs import Price, ProviderKind

CLIP = Key(Step.CLIP, 2, 1)


def path_of(root: Path) -> Path:
    return root / layout.JOURNAL


def work(key: Key = CLIP, take: int = 1, **facts: Any) -> InFlight:
    engine = ProviderKind.VIDEO_ENGINE
    return InFlight(key=key, take=take, provider="paid", kind=engine, token="t", **facts)


def record(path: str = "a.mp4", **facts: Any) -> Published:
    return Published(path=path, size=3, mtime_ns=7, sha256="f00", **facts)


def five_records(root: Path) -> Ledger:
    with Journal(root, version="1") as j:
        j.published(Key(Step.SCENE, 1), record("scene.mp4"))
        j.intent(work(seconds=5.0, price=Price(0.5, 0.7)))
        j.submitted(CLIP, 1, "job-1", {"region": "north"})
        j.intent(work(Key(Step.CLIP, 3, 1)))
        return j.ledger


def rewritten(line: bytes, **changes: Any) -> bytes:
    """The line of a journal with another content and a checksum that fits."""
    fields = json.loads(line)
    fields.pop("crc")
    body = json.dumps({**fields, **changes}, separators=(",", ":"))
    return f'{{"crc":"{zlib.crc32(body.encode()):08x}",{body[1:]}\n'.encode()
