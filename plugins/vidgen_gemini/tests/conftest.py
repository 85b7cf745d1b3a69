"""A service in Gemini's place, which both of Google's packages speak to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vidgen_core.testing.fixtures import footage, service, slow

sys.path.insert(0, str(Path(__file__).parent))

__all__ = ["footage", "service", "slow"]


@pytest.fixture(autouse=True)
def nothing_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("GEMINI_", "GOOGLE_", "VIDGEN_")):
            monkeypatch.delenv(name)
