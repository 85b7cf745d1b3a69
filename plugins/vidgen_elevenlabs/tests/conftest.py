"""A service in ElevenLabs' place, and the providers that speak to it by its SDK."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vidgen_core.testing.fixtures import footage, service
from vidgen_core.testing.service import Service
from vidgen_elevenlabs.sound import ElevenLabsSound
from vidgen_elevenlabs.speech import ElevenLabsSpeech

sys.path.insert(0, str(Path(__file__).parent))

from elevenlabs_orders import sound_of, speech_of

__all__ = ["footage", "service"]


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("ELEVEN", "VIDGEN_ELEVEN")):
            monkeypatch.delenv(name)


@pytest.fixture
def speech(service: Service) -> ElevenLabsSpeech:
    return speech_of(service)


@pytest.fixture
def sound(service: Service) -> ElevenLabsSound:
    return sound_of(service)
