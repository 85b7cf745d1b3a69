"""Gemini, whichever of Google's packages speaks to it: one question, one raw answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from attrs import field, frozen

from vidgen_core import Context

#: Both packages speak to this version of the API: which one an SDK prefers changes with its own.
API_VERSION = "v1beta"

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@frozen(kw_only=True)
class Words:
    """An answer in words: JSON of that *schema* where there is one, of at most *most_tokens*."""

    schema: Mapping[str, Any] = field(default=_NOTHING)
    most_tokens: int


@frozen(kw_only=True)
class Picture:
    """An answer that is a picture; ``size`` is empty where the model is to choose."""

    aspect: str
    size: str = ""


@frozen(kw_only=True)
class Speech:
    """An answer that is heard; ``language`` is empty where the model is to choose."""

    voice: str
    language: str = ""


@frozen(kw_only=True)
class Question:
    """What a model is asked, and the form of its answer."""

    model: str
    prompt: str
    form: Words | Picture | Speech
    system: str = ""


class Gemini(Protocol):
    """An account at Gemini. Serves any number of threads."""

    def ask(self, question: Question) -> bytes:
        """Send *question*, once, and return the answer as it came: a JSON object.

        This costs money. What is raised stands alone: an SDK's error holds the key.
        """

    def models(self, most: int | None = None) -> list[str]:
        """Return the names of the account's models, *most* of them at most. This is free."""


def connect(context: Context) -> Gemini:
    """Return Gemini by the package that was chosen.

    Pictures and speech have no such choice: they need the package of the extra.
    """
    if getattr(context.options, "sdk", "genai") == "genai":
        from vidgen_gemini.by_genai import ByGenai

        return ByGenai(context)
    from vidgen_gemini.by_generativeai import ByGenerativeAI

    return ByGenerativeAI(context)


def sendable(text: str) -> str:
    """Return *text* without halves of letters, which no JSON may hold."""
    return text.encode("utf-8", "replace").decode()
