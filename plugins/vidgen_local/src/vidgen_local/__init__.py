"""Films made on this machine, for vidgen: no key, no network, no cost.

Importing this module declares the providers and nothing else; numpy, Pillow and
the voice are imported when they are first used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import frozen, validators

from vidgen_core import (
    ImageGeneratorSpec,
    ScriptModelSpec,
    SoundEngineSpec,
    SpeechEngineSpec,
    VideoEngineSpec,
    hookimpl,
    option,
)
from vidgen_local.spoken_text import VoiceOptions, unable

if TYPE_CHECKING:
    from vidgen_core import Context
    from vidgen_local.engine import LocalEngine
    from vidgen_local.painter import LocalPainter
    from vidgen_local.script import LocalScriptModel
    from vidgen_local.sound.engine import LocalSound
    from vidgen_local.voice import LocalVoice

NAME = "local"


@frozen(kw_only=True)
class LocalOptions:
    """What can be chosen about the clips of engine ``local``."""

    grain: float = option(
        0.6,
        help="Film grain, as a standard deviation in grey levels of 255; 0 to 3.",
        converter=float,
        validator=[validators.ge(0), validators.le(3)],
    )


def _script_model(context: Context) -> LocalScriptModel:
    from vidgen_local.script import LocalScriptModel

    return LocalScriptModel(context)


def _painter(context: Context) -> LocalPainter:
    from vidgen_local.painter import LocalPainter

    return LocalPainter(context)


def _engine(context: Context) -> LocalEngine:
    from vidgen_local.engine import LocalEngine

    return LocalEngine(context)


def _voice(context: Context) -> LocalVoice:
    from vidgen_local.voice import LocalVoice

    return LocalVoice(context)


def _sound(context: Context) -> LocalSound:
    from vidgen_local.sound.engine import LocalSound

    return LocalSound(context)


@hookimpl
def vidgen_script_models() -> Iterable[ScriptModelSpec]:
    """Yield the script model ``local``."""
    yield ScriptModelSpec(
        name=NAME,
        summary="finds scenes and places in any script, by rules, on this machine for nothing",
        factory=_script_model,
    )


@hookimpl
def vidgen_image_generators() -> Iterable[ImageGeneratorSpec]:
    """Yield the image generator ``local``."""
    yield ImageGeneratorSpec(
        name=NAME,
        summary="draws places from words, on this machine for nothing",
        factory=_painter,
    )


@hookimpl
def vidgen_video_engines() -> Iterable[VideoEngineSpec]:
    """Yield the engine ``local``."""
    yield VideoEngineSpec(
        name=NAME,
        summary="drawn landscapes and moving pictures, rendered on this machine for nothing",
        factory=_engine,
        lengths=(5, 10),
        options=LocalOptions,
    )


@hookimpl
def vidgen_speech_engines() -> Iterable[SpeechEngineSpec]:
    """Yield the speech engine ``local``."""
    yield SpeechEngineSpec(
        name=NAME,
        summary="speaks English with a natural voice, on this machine for nothing",
        factory=_voice,
        options=VoiceOptions,
        unable=unable,
    )


@hookimpl
def vidgen_sound_engines() -> Iterable[SoundEngineSpec]:
    """Yield the sound engine ``local``."""
    yield SoundEngineSpec(
        name=NAME,
        summary="makes wind, rain, sea, birds, steps and more, on this machine for nothing",
        factory=_sound,
    )
