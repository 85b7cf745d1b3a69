"""How many tokens a question and its answer have at most, and what Anthropic asks for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from vidgen_claude.options import ClaudeOptions
from vidgen_core import UNKNOWN_PRICE, Asking, Price, ScriptRequest, asked

#: The models of 2026 are as Anthropic's own page listed them in September 2026, the older ones as
#: others listed them in March 2026.
PRICED_ON = "2026-09-29"

_MILLION = 1_000_000
#: What an unknown model is taken to take and to give.
_WINDOW, _LONGEST = 200_000, 64_000
#: Room for what a model thinks before it answers: it counts among the answer's tokens.
_THOUGHT = 6_000
#: Tokens are never smaller than this many bytes, nor larger than that many, as far as is known.
_SMALLEST, _LARGEST = 2, 8
_AROUND = 600
#: What tokens that Anthropic kept, or took from what it kept, cost of those of input: the least
#: and the most. vidgen asks for neither, so that there should be none.
_KEPT, _TAKEN = (1.0, 2.0), (0.0, 1.0)
#: No answer counts more.
_MOST_TOKENS = 1_000_000_000


@frozen
class Model:
    """USD for a million tokens of input and of output; the tokens it takes, and gives, at most."""

    read: float
    written: float
    window: int = 1_000_000
    longest: int = 128_000


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "claude-fable-5-1": Model(10.0, 50.0),
        "claude-opus-5-5": Model(4.0, 20.0),
        "claude-opus-5": Model(5.0, 25.0),
        "claude-sonnet-5-5": Model(2.0, 10.0),
        "claude-sonnet-4-6": Model(3.0, 15.0, longest=64_000),
        "claude-sonnet-4-5": Model(3.0, 15.0, 200_000, 64_000),
        "claude-opus-4-6": Model(5.0, 25.0),
        "claude-opus-4-5": Model(5.0, 25.0, 200_000, 64_000),
        "claude-haiku-4-5": Model(1.0, 5.0, 200_000, 64_000),
    }
)


def window_of(options: ClaudeOptions) -> int:
    """Return how many tokens the model takes at once, those of its answer included."""
    known = MODELS.get(options.model)
    return options.context_tokens or (known.window if known else _WINDOW)


def answer_limit(asking: Asking, options: ClaudeOptions, *, again: bool) -> int:
    """Return how many tokens an answer may have; more where it is asked for once more."""
    known = MODELS.get(options.model)
    longest = known.longest if known else _LONGEST
    tokens = options.max_tokens or asking.answer_tokens + _THOUGHT
    return min(longest, 2 * tokens if again else tokens)


def most_read(asking: Asking) -> int:
    """Return how many tokens a question has at most."""
    return _bytes(asking) // _SMALLEST + _AROUND


def price_of(request: ScriptRequest, options: ClaudeOptions) -> Price:
    """Return what one answer costs: at most, where it has all the tokens that it may have."""
    rates = _rates(options)
    if rates is None:
        return UNKNOWN_PRICE
    read, written = rates
    asking = asked(request)
    most = answer_limit(asking, options, again=bool(request.fault))
    low = read * (_bytes(asking) // _LARGEST)
    high = read * most_read(asking) + written * most
    return Price(round(low / _MILLION, 6), round(high / _MILLION, 6))


def charge_of(answer: bytes, options: ClaudeOptions) -> Price:
    """Return what *answer* cost by the tokens that it counts; what is thought is in the output."""
    rates, usage = _rates(options), _usage(answer)
    given, told = _tokens(usage, "input_tokens"), _tokens(usage, "output_tokens")
    kept = _tokens(usage, "cache_creation_input_tokens", absent=0)
    taken = _tokens(usage, "cache_read_input_tokens", absent=0)
    if rates is None or given is None or told is None or kept is None or taken is None:
        return UNKNOWN_PRICE
    read, written = rates
    low, high = (
        read * (given + _KEPT[end] * kept + _TAKEN[end] * taken) + written * told for end in (0, 1)
    )
    return Price(low / _MILLION, high / _MILLION)


def _rates(options: ClaudeOptions) -> tuple[float, float] | None:
    """Return what a million tokens of input and of output cost; the user's own come first."""
    known = MODELS.get(options.model)
    read = options.input_price or (known.read if known else None)
    written = options.output_price or (known.written if known else None)
    return None if read is None or written is None else (read, written)


def _usage(answer: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    usage = told.get("usage") if isinstance(told, dict) else None
    return usage if isinstance(usage, dict) else {}


def _tokens(usage: Mapping[str, Any], name: str, absent: int | None = None) -> int | None:
    """Return a count of tokens; ``None`` for what is none, and *absent* where none is given."""
    count = usage.get(name)
    if count is None:
        return absent
    is_count = isinstance(count, int) and not isinstance(count, bool)
    return count if is_count and 0 <= count <= _MOST_TOKENS else None


def _bytes(asking: Asking) -> int:
    return len(f"{asking.system}{asking.prompt}{asking.schema}".encode("utf-8", "replace"))
