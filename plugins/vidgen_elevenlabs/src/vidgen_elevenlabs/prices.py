"""What ElevenLabs asks, in US dollars, as far as it is known.

ElevenLabs' own list was not at hand: these are the prices of its API that a guide
of June 2026 gives. What is not listed here has an unknown price.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vidgen_core import UNKNOWN_PRICE, Price, SoundRequest, SpeechRequest
from vidgen_elevenlabs.options import SoundOptions, SpeechOptions

#: The guide is of that month; it names no day.
PRICED_ON = "2026-06-01"

#: By model, for 1000 characters.
SPEECH: Mapping[str, float] = MappingProxyType(
    {
        "eleven_multilingual_v2": 0.10,
        "eleven_v3": 0.10,
        "eleven_flash_v2": 0.05,
        "eleven_flash_v2_5": 0.05,
        "eleven_turbo_v2": 0.05,
        "eleven_turbo_v2_5": 0.05,
    }
)
#: By model, for one sound of any length.
SOUNDS: Mapping[str, float] = MappingProxyType({"eleven_text_to_sound_v2": 0.12})


def speech_price(request: SpeechRequest, options: SpeechOptions) -> Price:
    """Return the price of a spoken text; the user's own comes first."""
    per_1000 = options.price_per_1000
    if per_1000 is None:
        per_1000 = SPEECH.get(options.model)
    # A text that is not written yet is not free.
    return _price(None if per_1000 is None else per_1000 * max(1, len(request.text.strip())) / 1000)


def sound_price(request: SoundRequest, options: SoundOptions) -> Price:
    """Return the price of a sound effect; the user's own comes first."""
    known = SOUNDS.get(options.sound_model)
    return _price(known if options.sound_price is None else options.sound_price)


def _price(usd: float | None) -> Price:
    return UNKNOWN_PRICE if usd is None else Price(usd, usd)
