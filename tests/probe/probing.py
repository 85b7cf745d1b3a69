"""Bytes in, a verdict out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe

from .. import broken_files

FRAMES, FPS = broken_files.FRAMES, broken_files.FPS
EITHER = pytest.mark.parametrize("decode", [False, True], ids=["keyframes", "decoded"])

Make = Callable[..., Path]


def written(folder: Path, data: bytes, name: str = "x.mp4") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def verdict(folder: Path, data: bytes, kind: Kind, *, decode: bool = False) -> Verdict:
    return probe(written(folder, data), kind, decode=decode).verdict
