"""Narration and sound effects by ElevenLabs, for vidgen.

Importing this module declares the providers and nothing else; ElevenLabs' SDK is
imported when it is first asked for something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vidgen_core import SoundEngineSpec, SpeechEngineSpec, hookimpl
from vidgen_elevenlabs.lengths import longest
from vidgen_elevenlabs.options import SoundOptions, SpeechOptions
from vidgen_elevenlabs.prices import PRICED_ON, sound_price, speech_price

if TYPE_CHECKING:
    from vidgen_core import Context
    from vidgen_elevenlabs.sound import ElevenLabsSound
    from vidgen_elevenlabs.speech import ElevenLabsSpeech

__all__ = ["SoundOptions", "SpeechOptions", "vidgen_sound_engines", "vidgen_speech_engines"]

NAME = "elevenlabs"
#: The SDK's own name, and the one that older scripts use, which the SDK does not know.
KEYS = ("ELEVENLABS_API_KEY", "ELEVEN_LABS_API_KEY")
#: What the smallest plan allows at once; the option ``max_active`` says what the user's does.
MAX_ACTIVE = 2


def _speech(context: Context) -> ElevenLabsSpeech:
    from vidgen_elevenlabs.speech import ElevenLabsSpeech

    return ElevenLabsSpeech(context)


def _sound(context: Context) -> ElevenLabsSound:
    from vidgen_elevenlabs.sound import ElevenLabsSound

    return ElevenLabsSound(context)


def _check(context: Context) -> str:
    from vidgen_elevenlabs.account import Account

    return Account(context).told()


def _models(context: Context) -> Sequence[str]:
    from vidgen_elevenlabs.account import Account

    return Account(context).models()


@hookimpl
def vidgen_speech_engines() -> Iterable[SpeechEngineSpec]:
    """Yield the speech engine ``elevenlabs``."""
    yield SpeechEngineSpec(
        name=NAME,
        summary="narration by ElevenLabs, paid; key in ELEVENLABS_API_KEY",
        factory=_speech,
        options=SpeechOptions,
        keys=KEYS,
        abilities={"find"},
        price=speech_price,
        priced_on=PRICED_ON,
        max_active=MAX_ACTIVE,
        longest=longest,
        check=_check,
        models=_models,
    )


@hookimpl
def vidgen_sound_engines() -> Iterable[SoundEngineSpec]:
    """Yield the sound engine ``elevenlabs``."""
    yield SoundEngineSpec(
        name=NAME,
        summary="sound effects by ElevenLabs, paid; key in ELEVENLABS_API_KEY",
        factory=_sound,
        options=SoundOptions,
        keys=KEYS,
        price=sound_price,
        priced_on=PRICED_ON,
        max_active=MAX_ACTIVE,
        check=_check,
    )
