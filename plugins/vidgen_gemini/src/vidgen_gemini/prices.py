"""What Google asks for Gemini, in US dollars, as far as it is known.

Where Google announced a higher price from a day on, the lower one is the least and
the higher one the most: a plan is not to become wrong at midnight.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from vidgen_core import (
    UNKNOWN_PRICE,
    Asking,
    ImageRequest,
    Price,
    ScriptRequest,
    SpeechRequest,
    asked,
)
from vidgen_gemini.options import MOST_ANSWER_TOKENS, PictureOptions, SpeechOptions, WordOptions

#: When Google's price page was last read for one of these, by others than this project.
PRICED_ON = "2026-10-07"

#: What Google says of audio.
TOKENS_A_SECOND = 25
#: No model that speaks gives more in one answer: some eleven minutes.
MOST_SPEECH_TOKENS = 16_384

_LONG = 200_000
_MILLION = 1_000_000
#: Most signs of a text that one token stands for, and fewest signs that a second of speech takes.
_SIGNS_A_TOKEN = 5
_SIGNS_A_SECOND = (20.0, 2.5)


@frozen
class Rate:
    """Dollars for a million tokens of question and answer: the least and the most."""

    question: tuple[float, float]
    answer: tuple[float, float]

    def price(self, question: tuple[float, float], answer: tuple[float, float]) -> Price:
        """Return the price of at least and at most so many tokens."""
        low, high = (
            (question[end] * self.question[end] + answer[end] * self.answer[end]) / _MILLION
            for end in (0, 1)
        )
        return Price(low, high)


def _rate(question: float, answer: float) -> Rate:
    return Rate((question, question), (answer, answer))


_PROMOTED = Rate((0.75, 1.50), (3.75, 7.50))  # the lower ones hold until 2026-12-31

#: By model; of pro models with the higher price of long questions.
WORDS: Mapping[str, Rate] = MappingProxyType(
    {
        "gemini-3.8-flash": _PROMOTED,
        "gemini-3.7-flash": _PROMOTED,
        "gemini-3.6-flash": _PROMOTED,
        "gemini-3.5-flash": _rate(1.50, 9.00),
        "gemini-3.5-flash-lite": _rate(0.30, 2.50),
        "gemini-3.1-flash-lite": _rate(0.25, 1.50),
        "gemini-3.1-pro-preview": Rate((2.00, 4.00), (12.00, 18.00)),
        "gemini-2.5-pro": Rate((1.25, 2.50), (10.00, 15.00)),
        "gemini-2.5-flash": _rate(0.30, 2.50),
        "gemini-2.5-flash-lite": _rate(0.10, 0.40),
    }
)
#: Of these the most is the price of a question beyond 200,000 tokens.
_DEARER_WHEN_LONG = frozenset({"gemini-3.1-pro-preview", "gemini-2.5-pro"})

#: A picture, by model and size.
PICTURES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "gemini-3.1-flash-image": {"1K": 0.067, "2K": 0.101, "4K": 0.151},
        "gemini-3-pro-image": {"1K": 0.134, "2K": 0.134, "4K": 0.24},
        "gemini-2.5-flash-image": {"1K": 0.039},
    }
)

#: Tokens of the answer are those of audio.
VOICES: Mapping[str, Rate] = MappingProxyType(
    {
        "gemini-3.8-flash-tts": Rate((0.50, 1.00), (9.00, 18.00)),
        "gemini-3.8-flash-lite-tts": Rate((0.50, 1.00), (6.00, 12.00)),
        "gemini-3.1-flash-tts-preview": _rate(1.00, 20.00),
    }
)


def word_price(request: ScriptRequest, options: WordOptions) -> Price:
    """Return what one answer costs: at most, what it is allowed to take."""
    asking = asked(request)
    letters, octets = size_of(asking)
    rate = _word_rate(options, octets)
    if rate is None:
        return UNKNOWN_PRICE
    most = most_tokens(asking, options, again=bool(request.fault))
    return rate.price((letters / _SIGNS_A_TOKEN, octets), (1, most))


def size_of(asking: Asking) -> tuple[int, int]:
    """Return how many letters and how many bytes of UTF-8 a question has.

    No text has more tokens than bytes.
    """
    text = asking.system + asking.prompt + json.dumps(asking.schema)
    return len(text), len(text.encode("utf-8", "replace"))


def most_tokens(asking: Asking, options: WordOptions, *, again: bool) -> int:
    """Return how many tokens an answer may take with thinking.

    *again*: an earlier answer could not be used; it may have been cut off.
    """
    tokens = asking.answer_tokens + options.thinking_tokens
    return min(MOST_ANSWER_TOKENS, 2 * tokens if again else tokens)


def picture_price(request: ImageRequest, options: PictureOptions) -> Price:
    """Return the price of a picture; the user's own comes first."""
    usd = options.image_price
    if usd is None:
        size = "1K" if options.image_size == "default" else options.image_size
        usd = PICTURES.get(options.image_model, {}).get(size)
    return UNKNOWN_PRICE if usd is None else Price(usd, usd)


def speech_price(request: SpeechRequest, options: SpeechOptions) -> Price:
    """Return what speaking costs: at most for very slow speech.

    Where the text is not known yet, at most for the longest that a model speaks.
    """
    seconds = tuple(_seconds(request.text, signs) for signs in _SIGNS_A_SECOND)
    if options.speech_price is not None:
        low, high = (options.speech_price * each / 60 for each in seconds)
        return Price(low, high)
    rate = VOICES.get(options.speech_model)
    if rate is None:
        return UNKNOWN_PRICE
    letters, octets = len(request.text), len(request.text.encode("utf-8", "replace"))
    low, high = (TOKENS_A_SECOND * each for each in seconds)
    return rate.price((letters / _SIGNS_A_TOKEN, octets), (low, min(high, MOST_SPEECH_TOKENS)))


def _seconds(text: str, signs: float) -> float:
    if not text:
        return 0.0 if signs == _SIGNS_A_SECOND[0] else MOST_SPEECH_TOKENS / TOKENS_A_SECOND
    return math.ceil(len(text) / signs)


def _word_rate(options: WordOptions, octets: int) -> Rate | None:
    """Return the rate of a model, with the user's own prices in place of the known ones."""
    known = WORDS.get(options.model)
    if known is not None and options.model in _DEARER_WHEN_LONG and octets <= _LONG:
        known = _rate(known.question[0], known.answer[0])
    given_in, given_out = options.price_in, options.price_out
    if known is None and (given_in is None or given_out is None):
        return None
    base = known or _rate(0, 0)
    return Rate(
        base.question if given_in is None else (given_in, given_in),
        base.answer if given_out is None else (given_out, given_out),
    )
