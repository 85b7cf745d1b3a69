"""Google's Gemini API, as both its SDKs speak to it: words, pictures, voices.

``google-generativeai`` asks below ``/v1beta`` with enums as numbers and ``$alt``, which
asks for numbers back; ``google-genai`` below ``/v1`` or ``/v1beta`` with names.
"""

from __future__ import annotations

import base64
import json
from array import array
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from vidgen_core.testing.service import drawing
from vidgen_core.testing.service.books import Broke
from vidgen_core.testing.service.footage import Recipe, sized
from vidgen_core.testing.service.jobs import Job
from vidgen_core.testing.service.messages import Answer, Refusal, Request, as_json
from vidgen_core.testing.service.routes import REHEARSAL_KEY, Call, Route, Vendor
from vidgen_core.testing.service.storyteller import answer_to
from vidgen_core.testing.service.studio import Order, Studio

NAME = "gemini"
#: What stands before the version in the paths of the API.
PATH = "/gemini"
VERSIONS = ("v1beta", "v1")

#: By model: USD for a million tokens of question and answer, and what kind of answer it gives.
_MODELS: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "gemini-3.8-flash": (0.75, 3.75, "TEXT"),
        "gemini-3.5-flash-lite": (0.30, 2.50, "TEXT"),
        "gemini-2.5-flash": (0.30, 2.50, "TEXT"),
        "gemini-3.1-flash-image": (0.50, 60.0, "IMAGE"),
        "gemini-3.8-flash-tts": (0.50, 9.0, "AUDIO"),
        "gemini-3.8-flash-lite-tts": (0.50, 6.0, "AUDIO"),
    }
)
_WINDOW, _LONGEST = 1_048_576, 65_536
_ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
#: Tokens of a picture, by its size.
_SIZES: Mapping[str, int] = MappingProxyType({"1K": 1120, "2K": 1680, "4K": 2520})
_TOKENS_A_SECOND = 25
#: Seconds that each character of a text is spoken, and the least.
_PACE, _SHORTEST = 0.06, 0.5
_MILLION = 1_000_000
#: Characters that a token has in a rehearsal.
_CHARACTERS = 4

#: How an answer may be, beside what it should be.
MODES = frozenset(
    (
        "blocked", "safety", "max-tokens", "says", "prose", "half", "trailing-commas", "empty"
    )
)  # fmt: skip
_ENDS: Mapping[str, int] = MappingProxyType({"STOP": 1, "MAX_TOKENS": 2, "SAFETY": 3})
_BLOCKS: Mapping[str, int] = MappingProxyType({"PROHIBITED_CONTENT": 4})
_STATUSES: Mapping[int, str] = MappingProxyType(
    {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        402: "RESOURCE_EXHAUSTED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        409: "ABORTED",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
)


@frozen(kw_only=True)
class _Said:
    """One answer: its parts, how many tokens it takes, why it ended, what it was blocked for."""

    parts: tuple[dict[str, Any], ...] = ()
    tokens: int = 0
    end: str = "STOP"
    blocked: str = ""


def gemini(studio: Studio) -> Vendor:
    """Return Gemini, at work in *studio*."""
    desk = _Desk(studio)

    def routes(name: str, method: str, path: str, answer: Any, *modes: str) -> Iterator[Route]:
        for version in VERSIONS:
            yield Route(
                name=f"{NAME}.{name}",
                method=method,
                path=f"{PATH}/{version}/models{path}",
                answer=answer,
                modes=frozenset(modes),
            )

    return Vendor(
        name=NAME,
        routes=(
            *routes("generate", "POST", "/{model}:generateContent", desk.generate, *MODES),
            *routes("tokens", "POST", "/{model}:countTokens", desk.count),
            *routes("models", "GET", "", desk.models),
            *routes("model", "GET", "/{model}", desk.model),
        ),
        key_of=_key_of,
        refused=_refused,
        wrong_key=_wrong_key,
        out_of_credit=_out_of_credit,
        environment=_environment,
    )


class _Desk:
    """Answers to what Gemini is asked for."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def generate(self, call: Call) -> Answer:
        """Answer a question in the form that it asks for, and charge its tokens."""
        name, (read, written, kind) = _model(call)
        body = _body(call)
        wanted = _wanted(body)
        if wanted != kind:
            raise Refusal(400, f"{name} does not answer with {wanted}, but with {kind}")
        taken = _count(_prompt(body)) + _count(_texts(body.get("systemInstruction")))
        if taken > _WINDOW:
            raise Refusal(
                400,
                f"The input token count ({taken}) exceeds the maximum number of tokens "
                f"allowed ({_WINDOW}).",
            )
        met = call.trouble.mode if call.trouble is not None else ""
        if met == "blocked":
            said = _Said(blocked="PROHIBITED_CONTENT")
        elif kind == "TEXT":
            said = self._written(call, body, met)
        elif kind == "IMAGE":
            said = _Said(tokens=_SIZES[_size(body)])
        else:
            said = _Said(tokens=round(_seconds(body) * _TOKENS_A_SECOND))
        usd = 0.0 if said.blocked else (taken * read + said.tokens * written) / _MILLION
        job = self._take(call, name, usd, self._recipe(kind, body))
        if kind != "TEXT" and not said.blocked:
            said = self._made(job, kind, body, said, met)
        return as_json(_told(job, said, taken, numbers=_asks_for_numbers(call)))

    def count(self, call: Call) -> Answer:
        """Count the tokens of a question, for nothing."""
        _model(call)
        return as_json({"totalTokens": _count(_prompt(_body(call)))})

    def models(self, call: Call) -> Answer:
        """List the models."""
        size = call.request.query.get("pageSize", "50")
        token = call.request.query.get("pageToken", "0")
        if not size.isdecimal() or not token.isdecimal():
            raise Refusal(400, "pageSize and pageToken must be numbers")
        names = list(_MODELS)
        start, many = int(token), max(1, int(size))
        told: dict[str, Any] = {"models": [_shown(name) for name in names[start : start + many]]}
        if start + many < len(names):
            told["nextPageToken"] = str(start + many)
        return as_json(told)

    def model(self, call: Call) -> Answer:
        """Show one model."""
        return as_json(_shown(_model(call)[0]))

    def _written(self, call: Call, body: Mapping[str, Any], met: str) -> _Said:
        """Return an answer in words."""
        config = _config(body)
        schema = config.get("responseJsonSchema") or config.get("responseSchema") or {}
        told = answer_to(_prompt(body), schema if isinstance(schema, dict) else {})
        text = json.dumps(told) if schema else "A rehearsal of words."
        if met == "says" and call.trouble is not None:
            text = call.trouble.reason
        text = _spoilt(met, text)
        most = config.get("maxOutputTokens", _LONGEST)
        if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= _LONGEST:
            raise Refusal(400, f"max_output_tokens must be from 1 to {_LONGEST}")
        end = "SAFETY" if met == "safety" else "STOP"
        if met == "max-tokens" or _count(text) > most:
            text, end = text[: min(len(text) // 2, most * _CHARACTERS)], "MAX_TOKENS"
        parts = ({"text": text},) if text and end != "SAFETY" else ()
        return _Said(parts=parts, tokens=_count(text), end=end)

    def _made(self, job: Job, kind: str, body: Mapping[str, Any], said: _Said, met: str) -> _Said:
        """Return an answer that is a picture or speech."""
        if met == "safety":
            return _Said(tokens=said.tokens, end="SAFETY")
        if met == "empty":
            return said
        if met in ("says", "prose"):
            return _Said(tokens=said.tokens, parts=({"text": "I would rather talk about it."},))
        content, media = (
            (self._studio.made(job).read_bytes(), "image/png")
            if kind == "IMAGE"
            else (_samples(job, _seconds(body)), f"audio/L16;codec=pcm;rate={drawing.SOUND_RATE}")
        )
        if met == "half":
            content = content[: len(content) // 2]
        data = base64.b64encode(content).decode()
        parts = ({"inlineData": {"mimeType": media, "data": data}},)
        return _Said(parts=parts, tokens=said.tokens)

    def _recipe(self, kind: str, body: Mapping[str, Any]) -> Recipe:
        if kind != "IMAGE":
            return Recipe(number=0, width=0, height=0, suffix=".json")
        image = _config(body).get("imageConfig") or {}
        aspect = image.get("aspectRatio", "1:1")
        if aspect not in _ASPECTS:
            raise Refusal(400, f"aspect_ratio must be one of {', '.join(_ASPECTS)}")
        wide, high = aspect.split(":")
        width, height = sized(int(wide) / int(high), self._studio.short_side)
        return Recipe(number=0, width=width, height=height, suffix=".png")

    def _take(self, call: Call, model: str, usd: float, recipe: Recipe) -> Job:
        order = Order(
            vendor=NAME,
            model=model,
            recipe=recipe,
            request={"met": call.trouble.mode if call.trouble else ""},
            queued=0.0,
            working=0.0,
            usd=round(usd, 6),
        )
        try:
            return self._studio.take(call, order)
        except Broke:
            raise _out_of_credit() from None


def _told(job: Job, said: _Said, taken: int, *, numbers: bool) -> dict[str, Any]:
    """Return an answer as the API words it; *numbers*: enums are sent as such."""
    used = {
        "promptTokenCount": taken,
        "candidatesTokenCount": said.tokens,
        "totalTokenCount": taken + said.tokens,
    }
    answer = {"usageMetadata": used, "modelVersion": job.model, "responseId": job.id}
    if said.blocked:
        reason = _BLOCKS[said.blocked] if numbers else said.blocked
        return {"promptFeedback": {"blockReason": reason}, **answer}
    end = _ENDS[said.end] if numbers else said.end
    content = {"role": "model", "parts": list(said.parts)} if said.parts else {"role": "model"}
    return {"candidates": [{"content": content, "finishReason": end, "index": 0}], **answer}


def _spoilt(mode: str, text: str) -> str:
    """Return *text* as a model may put it that does not keep to what it was told."""
    match mode:
        case "prose":
            return f"Sure! Here is the [storyboard]:\n\n```json\n{text}\n```\n\nAnything else?"
        case "half":
            return text[: len(text) // 2]
        case "trailing-commas":
            return text.replace("}]", "},]")
        case "empty":
            return ""
    return text


def _samples(job: Job, seconds: float) -> bytes:
    """Return a tone as little-endian 16-bit samples, as the service says it."""
    floats = array("f", b"".join(drawing.hum(job.number, seconds)))
    return b"".join(round(32767 * each).to_bytes(2, "little", signed=True) for each in floats)


def _model(call: Call) -> tuple[str, tuple[float, float, str]]:
    name = call.fields["model"]
    if name not in _MODELS:
        raise Refusal(404, f"models/{name} is not found for API version v1beta")
    return name, _MODELS[name]


def _shown(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name,
        "inputTokenLimit": _WINDOW,
        "outputTokenLimit": _LONGEST,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


def _body(call: Call) -> dict[str, Any]:
    try:
        body = call.request.fields()
    except ValueError as error:
        raise Refusal(400, f"Invalid JSON payload received: {error}") from None
    if not _prompt(body):
        raise Refusal(400, "* GenerateContentRequest.contents: contents is not specified")
    return body


def _config(body: Mapping[str, Any]) -> Mapping[str, Any]:
    config = body.get("generationConfig") or {}
    if not isinstance(config, dict):
        raise Refusal(400, "generation_config must be an object")
    return config


def _wanted(body: Mapping[str, Any]) -> str:
    """Return the form of answer that is asked for: by its name or its number."""
    wanted = _config(body).get("responseModalities") or ["TEXT"]
    names = {1: "TEXT", 2: "IMAGE", 3: "AUDIO"}
    last = wanted[-1] if isinstance(wanted, list) and wanted else None
    found = names.get(last) if isinstance(last, int) else last
    if found not in names.values():
        raise Refusal(400, f"response_modalities cannot be {wanted!r}")
    return str(found)


def _size(body: Mapping[str, Any]) -> str:
    size = (_config(body).get("imageConfig") or {}).get("imageSize", "1K")
    if size not in _SIZES:
        raise Refusal(400, f"image_size must be one of {', '.join(_SIZES)}")
    return str(size)


def _seconds(body: Mapping[str, Any]) -> float:
    """Return how long the text of *body* is spoken; a voice has to be named."""
    speech = _config(body).get("speechConfig") or {}
    told = json.dumps(speech)
    if "voiceName" not in told and "voice_name" not in told:
        raise Refusal(400, "speech_config: a voice is required")
    return max(_SHORTEST, len(_prompt(body)) * _PACE)


def _prompt(body: Mapping[str, Any]) -> str:
    contents = body.get("contents")
    return "".join(map(_texts, contents)) if isinstance(contents, list) else ""


def _texts(content: object) -> str:
    parts = content.get("parts") if isinstance(content, dict) else None
    if isinstance(parts, dict):
        parts = [parts]
    told = [part.get("text") for part in parts or () if isinstance(part, dict)]
    return "".join(text for text in told if isinstance(text, str))


def _count(text: str) -> int:
    return len(text) // _CHARACTERS + 1


def _asks_for_numbers(call: Call) -> bool:
    return "enum-encoding=int" in call.request.query.get("$alt", "")


def _environment(base: str) -> dict[str, str]:
    return {"VIDGEN_GEMINI_BASE_URL": f"{base}{PATH}", "GEMINI_API_KEY": REHEARSAL_KEY}


def _key_of(request: Request) -> str:
    return request.headers.get("x-goog-api-key", "") or request.query.get("key", "")


def _refused(refusal: Refusal) -> Answer:
    """Return a refusal; ``kind`` is Google's reason, which stands in the details."""
    status = _STATUSES.get(refusal.status, "UNKNOWN")
    error: dict[str, Any] = {
        "code": refusal.status,
        "message": refusal.words,
        "status": status,
    }
    if refusal.kind:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": refusal.kind, "domain": "googleapis.com"}]
    return as_json({"error": error}, refusal.status)


def _wrong_key() -> Refusal:
    return Refusal(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID")


def _out_of_credit() -> Refusal:
    return Refusal(402, "Your prepay credit balance is depleted. Add credits to go on.")
