"""Is this file whole? No child process, nothing written, never an exception for bad content."""

from __future__ import annotations

from pathlib import Path

from vidgen_core.model import Facts, Kind


def probe(path: Path, kind: Kind, *, decode: bool = False) -> Facts:
    """Check one file and return what is known of it.

    ``decode=True`` decodes a video fully instead of its keyframes only; sounds and
    pictures always are. Bad content gives the verdict ``BROKEN`` (or ``DAMAGED``)
    with a sentence in ``fault``. Raises ``MachineError`` where the machine refuses.
    """
    raise NotImplementedError
