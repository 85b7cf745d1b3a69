"""Words by Google's Gemini models for vidgen; with the extra ``genai`` pictures and voices.

Importing this module declares the providers and nothing else; an SDK is imported
when one of them is first used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vidgen_core import ImageGeneratorSpec, ScriptModelSpec, SpeechEngineSpec, hookimpl
from vidgen_gemini.options import PictureOptions, SpeechOptions, WordOptions, has_extra
from vidgen_gemini.prices import (
    PRICED_ON,
    longest_speech,
    picture_price,
    speech_price,
    word_price,
)

if TYPE_CHECKING:
    from vidgen_core import Context
    from vidgen_gemini.pictures import GeminiPainter
    from vidgen_gemini.speech import GeminiVoice
    from vidgen_gemini.words import GeminiWriter

__all__ = [
    "PictureOptions",
    "SpeechOptions",
    "WordOptions",
    "vidgen_image_generators",
    "vidgen_script_models",
    "vidgen_speech_engines",
]

NAME = "gemini"
#: The first that is set: both of Google's SDKs know both, and each prefers another one.
KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
#: Google answers 429 where an account may do less.
MAX_ACTIVE = 4


def _writer(context: Context) -> GeminiWriter:
    from vidgen_gemini.words import GeminiWriter

    return GeminiWriter(context)


def _painter(context: Context) -> GeminiPainter:
    from vidgen_gemini.pictures import GeminiPainter

    return GeminiPainter(context)


def _voice(context: Context) -> GeminiVoice:
    from vidgen_gemini.speech import GeminiVoice

    return GeminiVoice(context)


def _check(context: Context) -> str:
    from vidgen_gemini.gemini import connect

    connect(context).models(most=1)
    return ""


def _models(context: Context) -> Iterable[str]:
    from vidgen_gemini.gemini import connect

    return connect(context).models()


@hookimpl
def vidgen_script_models() -> Iterable[ScriptModelSpec]:
    """Yield the script model ``gemini``."""
    yield ScriptModelSpec(
        name=NAME,
        summary="scenes and narration by Google's Gemini, paid; key in GEMINI_API_KEY",
        factory=_writer,
        options=WordOptions,
        keys=KEYS,
        price=word_price,
        priced_on=PRICED_ON,
        max_active=MAX_ACTIVE,
        check=_check,
        models=_models,
    )


@hookimpl
def vidgen_image_generators() -> Iterable[ImageGeneratorSpec]:
    """Yield the image generator ``gemini`` where the extra ``genai`` is installed."""
    if not has_extra():
        return
    yield ImageGeneratorSpec(
        name=NAME,
        summary="pictures by Google's Gemini, paid; key in GEMINI_API_KEY",
        factory=_painter,
        options=PictureOptions,
        keys=KEYS,
        price=picture_price,
        priced_on=PRICED_ON,
        max_active=MAX_ACTIVE,
        check=_check,
        models=_models,
    )


@hookimpl
def vidgen_speech_engines() -> Iterable[SpeechEngineSpec]:
    """Yield the speech engine ``gemini`` where the extra ``genai`` is installed."""
    if not has_extra():
        return
    yield SpeechEngineSpec(
        name=NAME,
        summary="voices by Google's Gemini, paid; key in GEMINI_API_KEY",
        factory=_voice,
        options=SpeechOptions,
        keys=KEYS,
        price=speech_price,
        longest=longest_speech,
        priced_on=PRICED_ON,
        max_active=MAX_ACTIVE,
        check=_check,
        models=_models,
    )
