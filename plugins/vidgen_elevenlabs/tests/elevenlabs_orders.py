"""What the tests ask ElevenLabs' providers for, and how these are made."""

from __future__ import annotations

from typing import Any

from vidgen_core import Context, SoundRequest, SpeechRequest
from vidgen_core.media import Media
from vidgen_core.testing.service import Logged, Service
from vidgen_elevenlabs import SoundOptions, SpeechOptions
from vidgen_elevenlabs.sound import ElevenLabsSound
from vidgen_elevenlabs.speech import ElevenLabsSpeech

KEY = "elevenlabs-key-of-the-tests-4711"
WORDS = "A lighthouse stands at sea. Its keeper sleeps."


def speech_of(service: Service | str, key: str = KEY, **options: Any) -> ElevenLabsSpeech:
    return ElevenLabsSpeech(context(SpeechOptions(**_here(service, options)), key))


def sound_of(service: Service | str, key: str = KEY, **options: Any) -> ElevenLabsSound:
    return ElevenLabsSound(context(SoundOptions(**_here(service, options)), key))


def spoken(text: str = WORDS, scene: int = 1) -> SpeechRequest:
    return SpeechRequest(text=text, scene=scene)


def heard(seconds: float = 1.0, prompt: str = "rain on a tin roof") -> SoundRequest:
    return SoundRequest(prompt=prompt, seconds=seconds)


def sent(service: Service) -> Logged:
    """Return the only order."""
    (only,) = [one for one in service.requests() if one.method == "POST"]
    return only


def context(options: Any, key: str = KEY) -> Context:
    return Context(options=options, media=Media(), key=key)


def _here(service: Service | str, options: dict[str, Any]) -> dict[str, Any]:
    url = service if isinstance(service, str) else service.environment["VIDGEN_ELEVENLABS_BASE_URL"]
    return {"base_url": url, "timeout": 20.0, **options}
