"""Lets the tests of this folder import what they share, and gives them a service."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

from vidgen_core.testing.fixtures import footage, service, slow

__all__ = ["footage", "service", "slow"]

sys.path.insert(0, str(Path(__file__).parent))

#: A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
