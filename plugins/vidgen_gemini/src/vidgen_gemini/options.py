"""What can be chosen about Gemini's words, pictures and voices."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Any, Literal

from attrs import frozen
from attrs.validators import and_, ge, gt, le, optional

from vidgen_core import option, service_url

BASE_URL = "https://generativelanguage.googleapis.com"
INSTALL = "pip install 'vidgen-gemini[genai]'"

#: No current model gives more in one answer, thinking included.
MOST_ANSWER_TOKENS = 65_536
#: A model that speaks reads 8192 tokens; a token of such a text is hardly five letters.
MOST_SPOKEN = 40_000

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def has_extra() -> bool:
    """Whether all is installed that the extra ``genai`` brings."""
    try:
        return all(find_spec(name) for name in ("google.genai", "PIL"))
    except ModuleNotFoundError:  # nothing of Google's is there at all
        return False


def _model(text: str) -> str:
    """Return a model's name as it stands in a URL: without the ``models/`` of Google's lists."""
    name = text.strip().removeprefix("models/")
    if not _MODEL.fullmatch(name):
        raise ValueError(f"{text!r} is no name that a model of Gemini's could have")
    return name


def _is_word(instance: object, attribute: Any, value: str) -> None:
    if not _WORD.fullmatch(value):
        raise ValueError(f"{value!r} is no name that Gemini could know")


def _is_language(instance: object, attribute: Any, value: str) -> None:
    if value:
        _is_word(instance, attribute, value)


def _is_installed(instance: object, attribute: Any, value: str) -> None:
    if value == "genai" and not has_extra():
        raise ValueError(f"google-genai is not installed: {INSTALL}")


@frozen(kw_only=True)
class AccountOptions:
    """Where Gemini is and how it is spoken to: the same for all that it makes."""

    base_url: str = option(
        BASE_URL,
        "Where Gemini's API lives, without /v1beta.",
        scope="user",
        changes_output=False,
        converter=service_url,
    )
    timeout: float = option(
        300.0,
        "Seconds that Gemini may be silent before a call counts as not answered.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )


@frozen(kw_only=True)
class WordOptions(AccountOptions):
    """What can be chosen about scenes and narration."""

    model: str = option(
        "gemini-3.8-flash", "Model that writes; any name is taken.", converter=_model
    )
    sdk: Literal["generativeai", "genai"] = option(
        "generativeai",
        "Google's package that sends the words: generativeai, or genai where it is installed.",
        scope="user",
        changes_output=False,
        validator=_is_installed,
    )
    thinking_tokens: int = option(
        8192,
        "Tokens that the model may think with before an answer, beside those for the answer.",
        changes_output=False,
        validator=and_(ge(0), le(MOST_ANSWER_TOKENS)),
    )
    context_tokens: int = option(
        1_048_576,
        "Tokens that the model can read at once; a longer script is refused.",
        scope="user",
        changes_output=False,
        validator=ge(1000),
    )
    price_in: float | None = option(
        None,
        "What a million tokens of a question cost you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(ge(0)),
    )
    price_out: float | None = option(
        None,
        "What a million tokens of an answer cost you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(ge(0)),
    )


@frozen(kw_only=True)
class PictureOptions(AccountOptions):
    """What can be chosen about pictures."""

    image_model: str = option(
        "gemini-3.1-flash-image", "Model that draws; any name is taken.", converter=_model
    )
    image_size: Literal["default", "1K", "2K", "4K"] = option(
        "default", "Size of pictures: 1K, 2K, 4K, or default, which asks for none."
    )
    image_price: float | None = option(
        None,
        "What a picture costs you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )


@frozen(kw_only=True)
class SpeechOptions(AccountOptions):
    """What can be chosen about voices."""

    speech_model: str = option(
        "gemini-3.8-flash-tts", "Model that speaks; any name is taken.", converter=_model
    )
    voice: str = option("Kore", "Voice, such as Kore, Puck or Charon.", validator=_is_word)
    language: str = option(
        "",
        "Language that is spoken, such as en-US; left out, the model hears it from the text.",
        validator=_is_language,
    )
    speech_longest: int | None = option(
        None,
        "How many characters are spoken at once, instead of 1600: a longer text comes in parts.",
        scope="user",
        changes_output=False,
        validator=optional(and_(ge(10), le(MOST_SPOKEN))),
    )
    speech_price: float | None = option(
        None,
        "What a minute of speech costs you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )
