"""A service in Anthropic's place, and the script model that speaks to it by the real SDK."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vidgen_claude import ClaudeScriptModel
from vidgen_core.testing.fixtures import footage, service
from vidgen_core.testing.service import Service

sys.path.insert(0, str(Path(__file__).parent))

from claude_questions import model_of

__all__ = ["footage", "service"]


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        known = ("ANTHROPIC_", "VIDGEN_CLAUDE_")
        if name.lower().endswith("_proxy") or name.startswith(known):
            monkeypatch.delenv(name)


@pytest.fixture
def model(service: Service) -> ClaudeScriptModel:
    return model_of(service)
