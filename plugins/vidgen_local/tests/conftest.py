"""Lets the tests of this folder import what they share, wherever pytest is started."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

#: A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
