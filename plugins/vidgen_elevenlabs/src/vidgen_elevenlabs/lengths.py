"""How much ElevenLabs' models speak at once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vidgen_elevenlabs.options import SpeechOptions

#: By model, in characters, as far as that is documented.
LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "eleven_monolingual_v1": 10_000,
        "eleven_multilingual_v1": 10_000,
        "eleven_multilingual_v2": 10_000,
        "eleven_turbo_v2": 30_000,
        "eleven_flash_v2": 30_000,
        "eleven_turbo_v2_5": 40_000,
        "eleven_flash_v2_5": 40_000,
    }
)
#: For models that no document at hand tells of: less than any of those above.
OTHERS = 3_000


def longest(options: SpeechOptions) -> int:
    """Return how many characters the chosen model is asked to speak at once."""
    return LONGEST.get(options.model, OTHERS) if options.longest is None else options.longest
