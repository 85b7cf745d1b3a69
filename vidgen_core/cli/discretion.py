"""What this command may show: keys that it could come across are known before it does."""

from __future__ import annotations

from contextlib import suppress

from vidgen_core.errors import VidgenError
from vidgen_core.keys import IN_KEYRING, held_keys
from vidgen_core.plugins import Registry


def know_keys(registry: Registry) -> None:
    """Look up every key that is set, so that none is shown; no keyring is unlocked for it.

    What is written in a run directory was redacted by whoever wrote it, and may be anybody's.
    """
    for names in {loaded.spec.keys for loaded in registry.providers if loaded.spec.keys}:
        with suppress(VidgenError):
            for held in held_keys(names):
                if held.source != IN_KEYRING:
                    with suppress(VidgenError):
                        held.found()
