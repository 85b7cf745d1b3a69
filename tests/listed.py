"""What a walk over a run directory finds, with a probe that counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from vidgen_core.listing import list_directory
from vidgen_core.memory import Memory
from vidgen_core.model import Facts, Kind
from vidgen_core.plan import Listing


class Counting:
    """A probe that counts, and finds everything whole."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def __call__(self, path: Path, kind: Kind) -> Facts:
        self.calls[path.name] += 1
        return Facts(seconds=1.0, fps=12.0, frames=12, signature=kind.value)


def listed(root: Path, memory: Memory | None = None, **facts: Any) -> tuple[Listing, Counter[str]]:
    """Return what is there, and how often each file was probed."""
    probe = Counting()
    return list_directory(root, memory=memory, check=probe, **facts), probe.calls
