"""What the tests ask Gemini's providers for, and how these are made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vidgen_core import (
    Context,
    EnvironmentsRequest,
    ImageRequest,
    Scene,
    ScenesRequest,
    SpeechRequest,
)
from vidgen_core.media import Media
from vidgen_core.testing.service import Logged, Service
from vidgen_gemini import PictureOptions, SpeechOptions, WordOptions
from vidgen_gemini.options import has_extra
from vidgen_gemini.pictures import GeminiPainter
from vidgen_gemini.speech import GeminiVoice
from vidgen_gemini.words import GeminiWriter

#: Of tests that need what the extra brings.
EXTRA = pytest.mark.skipif(not has_extra(), reason="the extra genai is not installed")
#: Of tests that hold for words by either of Google's packages.
SDKS = pytest.mark.parametrize("sdk", ["generativeai", pytest.param("genai", marks=EXTRA)])

KEY = "gemini-key-of-the-tests-4711"
SCRIPT = "A lighthouse stands on a cliff. The keeper climbs the stairs. A ship passes at night."


def writer_of(service: Service | str, sdk: str, key: str = KEY, **options: Any) -> GeminiWriter:
    return GeminiWriter(context(WordOptions(sdk=sdk, **_here(service, options)), key))


def painter_of(service: Service | str, key: str = KEY, **options: Any) -> GeminiPainter:
    return GeminiPainter(context(PictureOptions(**_here(service, options)), key))


def voice_of(service: Service | str, key: str = KEY, **options: Any) -> GeminiVoice:
    return GeminiVoice(context(SpeechOptions(**_here(service, options)), key))


def context(options: Any, key: str = KEY) -> Context:
    return Context(options=options, media=Media(), key=key)


def places(**more: Any) -> EnvironmentsRequest:
    return EnvironmentsRequest(**{"most": 2, "scenes": 3, "script": SCRIPT, **more})


def scenes(**more: Any) -> ScenesRequest:
    return ScenesRequest(**{"most": 3, "lengths": (5.0, 9.0), "script": SCRIPT, **more})


def picture(**more: Any) -> ImageRequest:
    return ImageRequest(**{"prompt": "a lighthouse", "scene": Scene(number=1), **more})


def speech(**more: Any) -> SpeechRequest:
    return SpeechRequest(**{"text": "A lighthouse stands on a cliff.", "scene": 1, **more})


def answer(*parts: dict[str, Any], end: Any = "STOP") -> bytes:
    """Return an answer of Gemini's as it comes over the wire."""
    return json.dumps({"candidates": [{"content": {"parts": parts}, "finishReason": end}]}).encode()


def asked_of(service: Service) -> Logged:
    """Return the only question that *service* was asked."""
    (only,) = [one for one in service.requests() if one.method == "POST"]
    return only


def _here(service: Service | str, options: dict[str, Any]) -> dict[str, Any]:
    url = service if isinstance(service, str) else service.environment["VIDGEN_GEMINI_BASE_URL"]
    return {"base_url": url, "timeout": 20.0, **options}
