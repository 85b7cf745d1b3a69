"""Downloads from servers of the tests' own: a film, and how a try for it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidgen_core.download import Downloader
from vidgen_core.errors import VidgenError

from .sites import Site

FILM = bytes(range(256)) * 2000
TAG = '"v1"'
LATE = "Sat, 01 Aug 2026 10:00:00 GMT"
RESUMES = {"Accept_Ranges": "bytes", "ETag": TAG}


def here(**rules: Any) -> Downloader:
    return Downloader(**{"loopback": True, "pause": 0.0, **rules})


def fails(
    site: Site, into: Path, kind: type[VidgenError], limit: int = 1 << 30, **rules: Any
) -> VidgenError:
    """The error that a download ends with; nothing is left of its file."""
    with pytest.raises(kind) as caught:
        here(**rules)(site.url(), into, limit=limit)
    assert not into.exists()
    return caught.value
