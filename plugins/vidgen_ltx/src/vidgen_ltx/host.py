"""The frame host ``fal``: pictures at a URL, for engines that take them by URL only."""

from __future__ import annotations

from pathlib import Path

from vidgen_core import Context
from vidgen_ltx.storage import Storage


class FalHost:
    """Puts pictures into fal's storage, where whoever has the URL can read them for a day."""

    def __init__(self, context: Context) -> None:
        self._storage = Storage.of(context)

    def publish(self, picture: Path) -> str:
        """Upload *picture* and return its URL; never charged."""
        return self._storage.put(picture)
