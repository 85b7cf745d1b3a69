"""Gemini by the package ``google-genai``, the one that Google goes on with."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

from google import genai
from google.genai import errors, types

from vidgen_core import Context, ProviderError, transport_error
from vidgen_gemini.faults import SERVICE, failure, is_object
from vidgen_gemini.gemini import API_VERSION, Picture, Question, Speech, Words, sendable

T = TypeVar("T")


class ByGenai:
    """An account at Gemini, by ``google-genai``."""

    def __init__(self, context: Context) -> None:
        self._key = context.key
        self._url: str = context.options.base_url
        self._timeout = math.ceil(1000 * context.options.timeout)

    def ask(self, question: Question) -> bytes:
        """Send *question*, once, and return the answer as it came."""
        config = _config(question)

        def send(client: genai.Client) -> bytes:
            answer = client.models.generate_content(
                model=question.model, contents=sendable(question.prompt), config=config
            )
            raw = answer.sdk_http_response
            return (raw.body or "").encode() if raw else b""

        answer = self._called(send, submitting=True)
        if not is_object(answer):
            raise failure(200, {}, answer)
        return answer

    def models(self, most: int | None = None) -> list[str]:
        """Return the names of the account's models, *most* of them at most."""

        def look(client: genai.Client) -> list[str]:
            config = types.ListModelsConfig(page_size=most or 1000)
            listed = islice(client.models.list(config=config), most)
            return [(each.name or "").removeprefix("models/") for each in listed]

        return self._called(look, submitting=False)

    def _called(self, call: Callable[[genai.Client], T], *, submitting: bool) -> T:
        """Return what *call* returns, with a client of its own.

        ``vertexai`` is said, for a variable of the environment would lead elsewhere.
        """
        heard: list[Any] = []
        options = self._http(heard)
        error: ProviderError
        with genai.Client(vertexai=False, api_key=self._key, http_options=options) as client:
            try:
                return call(client)
            except errors.APIError as refused:
                error = _failure(refused.response, submitting=submitting)
            except Exception as unheard:
                if _is_transport(unheard):
                    error = transport_error(SERVICE, unheard, submitting=submitting)
                elif heard:  # an answer that the package could not read, or its error
                    error = _failure(heard[-1], submitting=submitting)
                else:
                    raise
        raise error

    def _http(self, heard: list[Any]) -> types.HttpOptions:
        """Return how a client speaks, which puts each answer into *heard*.

        A redirect would send a question twice, and so might a connection that was kept.
        What goes to this machine goes past every proxy.
        """
        return types.HttpOptions(
            base_url=self._url,
            api_version=API_VERSION,
            timeout=self._timeout,
            headers={"connection": "close"},
            retry_options=types.HttpRetryOptions(attempts=1),
            client_args={
                "follow_redirects": False,
                "trust_env": self._url.startswith("https://"),
                "event_hooks": {"response": [heard.append]},
            },
        )


def _failure(answer: Any, *, submitting: bool) -> ProviderError:
    """Return the error for *answer*, which is not read yet where that was what failed."""
    try:
        content = answer.content
    except RuntimeError:  # httpx's ResponseNotRead, whichever httpx it is
        content = b""
    return failure(answer.status_code, answer.headers, content, submitting=submitting)


def _is_transport(error: Exception) -> bool:
    """Whether *error* is one of httpx's: which one google-genai speaks by can be chosen."""
    return any(
        kind.__module__ in ("httpx", "httpx2") and kind.__name__ == "TransportError"
        for kind in type(error).__mro__
    )


def _config(question: Question) -> types.GenerateContentConfig:
    """Return how *question* is to be answered; the answer comes as it went over the wire."""
    config: dict[str, Any] = {
        "should_return_http_response": True,
        "system_instruction": sendable(question.system) or None,
        "automatic_function_calling": {"disable": True},
    }
    match question.form:
        case Words() as words:
            config["max_output_tokens"] = words.most_tokens
            if words.schema:
                config["response_mime_type"] = "application/json"
                config["response_json_schema"] = dict(words.schema)
        case Picture() as picture:
            config["response_modalities"] = ["IMAGE"]
            config["image_config"] = types.ImageConfig(
                aspect_ratio=picture.aspect, image_size=picture.size or None
            )
        case Speech() as speech:
            config["response_modalities"] = ["AUDIO"]
            config["speech_config"] = types.SpeechConfig(
                language_code=speech.language or None,
                voice_config=types.VoiceConfig(
                    prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=speech.voice)
                ),
            )
    return types.GenerateContentConfig(**config)
