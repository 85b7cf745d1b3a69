"""Keys like nothing else that could stand in a file, and where not a part of one may be."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from vidgen_core.testing.service import Service

LUMA_KEY = "Zq7Lx2Vt9Rw4Bn8KcJ5mTf3Y"
FAL_KEY = "5c1f00ba-7Wd3e9Qk:Hy6Pd3Mj1Gs5Xc0Ev"
CLAUDE_KEY = "sk-ant-Wf8Rt3Uy6Qe1Zi5Oa9Ps"
GEMINI_KEY = "AIzaGx4Jv7Nc2Mb8Kl1Hs6Dw3T"
ELEVENLABS_KEY = "sk_b7e3Lq0Vn5Xr9Cz2Yg4Fk8Ui"
KEYS: Mapping[str, str] = {
    "LUMAAI_API_KEY": LUMA_KEY,
    "FAL_KEY": FAL_KEY,
    "ANTHROPIC_API_KEY": CLAUDE_KEY,
    "GEMINI_API_KEY": GEMINI_KEY,
    "ELEVENLABS_API_KEY": ELEVENLABS_KEY,
}

#: Files whose purpose it is to hold a key, and the service's own, where a test has it say one.
PLACES = frozenset({".env", "keys.json", "jobs.jsonl"})
#: Where each service is given its key, and nowhere else.
HEADERS: Mapping[str, frozenset[str]] = {
    "luma": frozenset({"authorization"}),
    "fal": frozenset({"authorization"}),
    "claude": frozenset({"authorization", "x-api-key"}),
    "gemini": frozenset({"x-goog-api-key"}),
    "elevenlabs": frozenset({"xi-api-key"}),
}
#: What the service's log shows in place of a key.
_MASK = "***"
#: How much of a key counts as a part of it.
_PART = 8
#: Files are read in pieces, for a film may be large.
_PIECE = 16 << 20


def _parts() -> Iterator[bytes]:
    """Yield each part of each key, plain and as it would stand in a URL, in base64 or in hex."""
    for key in KEYS.values():
        forms = [key, quote(key, safe=""), key.encode().hex(), key.encode().hex().upper()]
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + key.encode()).decode()[4:-4]
            forms += [coded, coded.replace("+", "-").replace("/", "_")]
        for form in [*forms, *(form[::-1] for form in forms)]:
            for start in range(len(form) - _PART + 1):
                yield form[start : start + _PART].encode()


_PARTS = frozenset(_parts())


def _pairs(at: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each two bytes whether a part has them at its byte *at*."""
    known = np.zeros(1 << 16, dtype=np.bool_)
    known[[part[at] << 8 | part[at + 1] for part in _PARTS]] = True
    return known


# Hardly a place in a file has the right bytes for the begin, the middle and the end of a part.
_KNOWN = {at: _pairs(at) for at in (0, 2, 4, 6)}


def keys_in(content: bytes) -> list[bytes]:
    """Return the parts of keys in *content*."""
    if len(content) < _PART:
        return []
    read = np.frombuffer(content, dtype=np.uint8).astype(np.uint16)
    pairs = read[:-1] << 8 | read[1:]
    count = len(content) - _PART + 1
    likely = np.ones(count, dtype=np.bool_)
    for at, known in _KNOWN.items():
        likely &= known[pairs[at : at + count]]
    found = (content[at : at + _PART] for at in np.flatnonzero(likely).tolist())
    return [part for part in found if part in _PARTS]


def keys_below(folders: Iterable[Path]) -> list[Path]:
    """Return what has a part of a key in its name or its content; links are not followed."""
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return [
        path
        for path in paths
        if keys_in(bytes(path))
        or (path.name not in PLACES and not path.is_symlink() and path.is_file() and _holds(path))
    ]


def _holds(path: Path) -> bool:
    with path.open("rb") as file:
        before = b""
        while piece := file.read(_PIECE):
            if keys_in(before + piece):
                return True
            before = piece[-_PART:]
    return False


def assert_sent_in_headers(service: Service) -> None:
    """No key went to the service but in the header where it belongs."""
    for one in service.requests():
        allowed = HEADERS[one.route.partition(".")[0]]
        others = {name: text for name, text in one.headers.items() if name not in allowed}
        assert _MASK not in f"{one.path} {one.query} {others} {one.body}"
        assert set(one.keys) <= allowed
        assert not keys_in(repr(one).encode())


@contextmanager
def commands_overheard() -> Iterator[list[str]]:
    """Yield a list in which each command stands that said a part of a key, until the end."""
    told: list[str] = []
    communicate = subprocess.Popen.communicate

    def overheard(self: subprocess.Popen[Any], *more: Any, **settings: Any) -> tuple[Any, Any]:
        said = communicate(self, *more, **settings)
        for text in filter(None, said):
            content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
            if keys_in(content):
                told.append(str(self.args))
        return said

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "communicate", overheard)
        yield told
