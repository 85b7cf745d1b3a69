"""What Google asks for Gemini, in US dollars, as far as it is known.

Where Google announced a higher price from a day on, the lower one is the least and
the higher one the most: a plan is not to become wrong at midnight.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, timedelta
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
from vidgen_gemini.answer import Usage
from vidgen_gemini.options import MOST_ANSWER_TOKENS, PictureOptions, SpeechOptions, WordOptions

#: When Google's price page was last read for one of these, by others than this project.
PRICED_ON = "2026-10-07"

#: What Google says of audio.
TOKENS_A_SECOND = 25
#: No model that speaks gives more in one answer: some eleven minutes.
MOST_SPEECH_TOKENS = 16_384
#: So many characters, and very slow speech of them is still a whole answer.
LONGEST_SPEECH = 1_600

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


#: The lower price of a model of two holds up to this day. Where in the world it ends is not said,
#: so that on a day before and after both may hold.
_LOW_UNTIL = date(2026, 12, 31)
_PROMOTED = Rate((0.75, 1.50), (3.75, 7.50))

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
    rate = _word_rate(options.model, options, octets)
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


def longest_speech(options: SpeechOptions) -> int:
    """Return how many characters are spoken at once: what is cut off was paid for in vain."""
    return LONGEST_SPEECH if options.speech_longest is None else options.speech_longest


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


def word_charge(usage: Usage, options: WordOptions, today: date) -> Price:
    """Return what an answer cost that came *today*, by the tokens that it counts."""
    rate = _rate_on(options.model, options, usage, today)
    if rate is None:
        return UNKNOWN_PRICE
    # Google may have another model answer, and then asks what that one costs.
    other = _rate_on(usage.model, options, usage, today) if usage.model in WORDS else None
    return _charge(_either(rate, other) if other else rate, usage)


def speech_charge(usage: Usage, options: SpeechOptions, today: date) -> Price:
    """Return what speech cost that came *today*, by the tokens that it counts."""
    if options.speech_price is not None:
        usd = options.speech_price * usage.answer / TOKENS_A_SECOND / 60
        return Price(usd, usd)
    rate = VOICES.get(options.speech_model)
    return UNKNOWN_PRICE if rate is None else _charge(_on(rate, today), usage)


def _charge(rate: Rate, usage: Usage) -> Price:
    """Return the price of what was counted.

    Tokens that Google had kept cost less, nobody says how much; a blocked question may cost
    nothing.
    """
    if usage.blocked:
        return Price(0.0, rate.price((0, usage.question), (0, usage.answer)).high)
    return rate.price((usage.question - usage.kept, usage.question), (usage.answer,) * 2)


def _rate_on(model: str, options: WordOptions, usage: Usage, today: date) -> Rate | None:
    """Return the rate of *model* as it is *today*, for a question that is so long."""
    rate = _word_rate(model, options, usage.question)
    if rate is None or model not in _DEARER_WHEN_LONG:
        return None if rate is None else _on(rate, today)
    return _rate(rate.question[1], rate.answer[1])


def _on(rate: Rate, today: date) -> Rate:
    """Return *rate* as it is *today*."""
    if abs(today - _LOW_UNTIL) <= timedelta(days=1):
        return rate
    end = 0 if today < _LOW_UNTIL else 1
    return _rate(rate.question[end], rate.answer[end])


def _either(one: Rate, other: Rate) -> Rate:
    """Return the rate of which nobody knows whether it is *one* or the *other*."""
    question, answer = one.question + other.question, one.answer + other.answer
    return Rate((min(question), max(question)), (min(answer), max(answer)))


def _seconds(text: str, signs: float) -> float:
    if not text:
        return 0.0 if signs == _SIGNS_A_SECOND[0] else MOST_SPEECH_TOKENS / TOKENS_A_SECOND
    return math.ceil(len(text) / signs)


def _word_rate(model: str, options: WordOptions, most: int) -> Rate | None:
    """Return the rate of *model*, with the user's own prices in place of the known ones.

    *most*: how many tokens the question has, at most.
    """
    known = WORDS.get(model)
    if known is not None and model in _DEARER_WHEN_LONG and most <= _LONG:
        known = _rate(known.question[0], known.answer[0])
    given_in, given_out = options.price_in, options.price_out
    if known is None and (given_in is None or given_out is None):
        return None
    base = known or _rate(0, 0)
    return Rate(
        base.question if given_in is None else (given_in, given_in),
        base.answer if given_out is None else (given_out, given_out),
    )
