"""What can be chosen about Claude."""

from __future__ import annotations

import re
from typing import Any, Literal

from attrs import frozen
from attrs.validators import ge, gt, optional

from vidgen_core import option, service_url

BASE_URL = "https://api.anthropic.com"
MODEL = "claude-sonnet-5-5"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}")


def _is_name(instance: object, attribute: Any, value: str) -> None:
    if not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no name that a model could have")


@frozen(kw_only=True)
class ClaudeOptions:
    """Which model writes, how much it may write, and where Anthropic is."""

    model: str = option(
        MODEL,
        "Model: claude-sonnet-5-5, claude-opus-5-5 or any other of your account.",
        validator=_is_name,
    )
    effort: Literal["", "low", "medium", "high", "xhigh", "max"] = option(
        "", "How much the model thinks first: low to max; empty for the model's own default."
    )
    max_tokens: int = option(
        0,
        "Tokens that an answer may have, with what is thought for it (0: by what is asked for).",
        validator=ge(0),
    )
    context_tokens: int = option(
        0,
        "Tokens that the model takes at once (0: as is known of it, else 200000).",
        scope="user",
        changes_output=False,
        validator=ge(0),
    )
    input_price: float | None = option(
        None,
        "What a million tokens of input cost you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )
    output_price: float | None = option(
        None,
        "What a million tokens of output cost you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )
    base_url: str = option(
        BASE_URL,
        "Where Anthropic's API lives, without /v1.",
        scope="user",
        changes_output=False,
        converter=service_url,
    )
    timeout: float = option(
        900.0,
        "Seconds that Claude may be silent before a call counts as not answered.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )
    connect_timeout: float = option(
        10.0,
        "Seconds that connecting to Anthropic may take.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )
