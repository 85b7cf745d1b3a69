"""What can be chosen about ElevenLabs' voices and sounds."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen
from attrs.validators import and_, ge, gt, le, optional

from vidgen_core import option, service_url

BASE_URL = "https://api.elevenlabs.io"
#: "George", whom every account has.
VOICE = "JBFqnCBsd6RMkjVDRZzb"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
#: A voice's id becomes a part of a URL.
_VOICE = re.compile(r"[A-Za-z0-9]{1,64}")
_LANGUAGE = re.compile(r"([a-z]{2,3}(-[A-Za-z0-9]{2,8})?)?")
#: The formats that say themselves what they are, whenever they are read.
_FORMAT = re.compile(r"mp3_[0-9]{4,6}_[0-9]{2,3}|wav_[0-9]{4,6}")
_SEEDS = 4294967295


def _is_name(instance: object, attribute: Any, value: str) -> None:
    if not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no name that ElevenLabs could know")


def _is_voice(instance: object, attribute: Any, value: str) -> None:
    if not _VOICE.fullmatch(value):
        raise ValueError(f"{value!r} is no id of a voice: letters and digits, as in {VOICE}")


def _is_language(instance: object, attribute: Any, value: str) -> None:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{value!r} is no language: two letters, such as de")


def _is_format(instance: object, attribute: Any, value: str) -> None:
    if not _FORMAT.fullmatch(value):
        raise ValueError(f"{value!r} is neither mp3_RATE_KBITS nor wav_RATE, such as mp3_44100_128")


def _between(low: float, high: float) -> Any:
    return optional(and_(ge(low), le(high)))


@frozen(kw_only=True)
class AccountOptions:
    """Where ElevenLabs is and how it is spoken to: the same for voices and sounds."""

    base_url: str = option(
        BASE_URL,
        "Where ElevenLabs' API lives, without /v1.",
        scope="user",
        changes_output=False,
        converter=service_url,
    )
    output_format: str = option(
        "mp3_44100_128",
        "How the service encodes: mp3_RATE_KBITS, or wav_RATE, which is encoded here. "
        "mp3_44100_192 and wav_44100 are for larger plans.",
        validator=_is_format,
    )
    max_active: int = option(
        2,
        "How many orders your plan allows at once: Free 2, Starter 3, Creator 5, Pro 10, Scale "
        "and Business 15. Speech and sounds count apart here.",
        scope="user",
        changes_output=False,
        validator=[ge(1), le(100)],
    )
    timeout: float = option(
        240.0,
        "Seconds that ElevenLabs may be silent before a call counts as not answered.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )
    connect_timeout: float = option(
        10.0,
        "Seconds that connecting to ElevenLabs may take.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )


@frozen(kw_only=True)
class SpeechOptions(AccountOptions):
    """What can be chosen about the voice."""

    voice: str = option(
        VOICE, "The id of the voice, as your account shows it.", validator=_is_voice
    )
    model: str = option(
        "eleven_multilingual_v2",
        "Model: eleven_multilingual_v2, eleven_flash_v2_5, eleven_v3 or another one.",
        validator=_is_name,
    )
    language: str = option(
        "",
        "The language to keep to, such as de; empty: the text tells. Not for every model.",
        validator=_is_language,
    )
    stability: float | None = option(
        None, "How even the voice is, 0 to 1.", validator=_between(0, 1)
    )
    similarity: float | None = option(
        None, "How close it keeps to the original voice, 0 to 1.", validator=_between(0, 1)
    )
    style: float | None = option(
        None, "How much it exaggerates its style, 0 to 1.", validator=_between(0, 1)
    )
    speed: float | None = option(
        None, "How fast it speaks, 1 being its own pace; 0.7 to 1.2.", validator=_between(0.7, 1.2)
    )
    speaker_boost: bool | None = option(
        None, "Whether to bring it closer to the original speaker, which takes longer."
    )
    seed: int | None = option(
        None,
        "A number from 0 to 4294967295: the same one gives about the same speech again.",
        validator=_between(0, _SEEDS),
    )
    longest: int | None = option(
        None,
        "How many characters the model speaks at once, instead of the known number: a longer "
        "text is spoken in parts.",
        scope="user",
        changes_output=False,
        validator=optional(ge(10)),
    )
    price_per_1000: float | None = option(
        None,
        "What 1000 characters of speech cost you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )


@frozen(kw_only=True)
class SoundOptions(AccountOptions):
    """What can be chosen about sound effects."""

    sound_model: str = option(
        "eleven_text_to_sound_v2",
        "Model: eleven_text_to_sound_v2 or another one.",
        validator=_is_name,
    )
    prompt_influence: float | None = option(
        None,
        "How closely a sound follows its description, 0 to 1; closer is less varied.",
        validator=_between(0, 1),
    )
    sound_price: float | None = option(
        None,
        "What a sound effect costs you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )
