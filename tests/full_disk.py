"""A disk without room: what is written to :data:`FULL` is refused as there."""

from __future__ import annotations

from pathlib import Path

import pytest

FULL = Path("/dev/full")
#: Linux has such a device; no other system lets its tests have a disk without room.
needs_a_full_disk = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
