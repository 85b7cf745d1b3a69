"""``vidgen generate``: for now only what it shares with ``vidgen continue``."""

from __future__ import annotations

from argparse import Namespace

from vidgen_core.errors import UsageError


def run(arguments: Namespace) -> int:
    """Refuse: with ``--continue-from-dir`` the parser has made it a ``continue``."""
    raise UsageError(
        "this version cannot make a film from a script yet; it finishes films that were begun",
        advice="To finish a run: vidgen continue DIR",
    )
