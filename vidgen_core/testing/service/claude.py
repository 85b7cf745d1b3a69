"""Anthropic's Messages API, as its SDK (PyPI ``anthropic``) speaks to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vidgen_core.testing.service.books import Broke
from vidgen_core.testing.service.footage import Recipe
from vidgen_core.testing.service.jobs import Job, iso
from vidgen_core.testing.service.messages import Answer, Refusal, Request, as_json
from vidgen_core.testing.service.routes import REHEARSAL_KEY, Call, Route, Vendor
from vidgen_core.testing.service.storyteller import answer_to
from vidgen_core.testing.service.studio import Order, Studio

NAME = "claude"
#: What stands before ``/v1`` in the paths of the API.
PATH = "/claude"

#: By model: USD for a million tokens of input and of output, tokens that it takes and gives.
_MODELS: Mapping[str, tuple[float, float, int, int]] = MappingProxyType(
    {
        "claude-opus-5-5": (4.0, 20.0, 1_000_000, 128_000),
        "claude-sonnet-5-5": (2.0, 10.0, 1_000_000, 128_000),
        "claude-haiku-4-5": (1.0, 5.0, 200_000, 64_000),
    }
)
_MILLION = 1_000_000
#: Characters that a token has in a rehearsal.
_CHARACTERS = 4

#: How an answer of the model may be, beside what it should be.
MODES = frozenset(
    ("refusal", "max-tokens", "window", "says", "prose", "half", "trailing-commas", "empty")
)
_REASONS = {"refusal": "refusal", "window": "model_context_window_exceeded"}
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def claude(studio: Studio) -> Vendor:
    """Return Anthropic, at work in *studio*."""
    desk = _Desk(studio)

    def route(name: str, method: str, path: str, answer: Any, *modes: str) -> Route:
        known = frozenset(modes)
        return Route(
            name=f"{NAME}.{name}",
            method=method,
            path=f"{PATH}/v1/{path}",
            answer=answer,
            modes=known,
        )

    return Vendor(
        name=NAME,
        routes=(
            route("messages", "POST", "messages", desk.message, *MODES),
            route("tokens", "POST", "messages/count_tokens", desk.count),
            route("models", "GET", "models", desk.models),
        ),
        key_of=_key_of,
        refused=_refused,
        wrong_key=lambda: Refusal(401, "invalid x-api-key"),
        out_of_credit=_out_of_credit,
        environment=_environment,
    )


class _Desk:
    """Answers to what Anthropic is asked for."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def message(self, call: Call) -> Answer:
        """Answer a message, and charge its tokens."""
        body = _body(call)
        model = str(body["model"])
        most = body.get("max_tokens")
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise Refusal(400, "max_tokens: Field required")
        read, written, window, longest = _MODELS[model]
        if most > longest:
            raise Refusal(400, f"max_tokens: {most} > {longest}, the maximum for {model}")
        taken = _tokens(body)
        if taken > window:
            raise Refusal(400, f"prompt is too long: {taken} tokens > {window} maximum")
        text, reason = self._told(call, body, most)
        given = _count(text)
        usd = (taken * read + given * written) / _MILLION
        job = self._take(call, model, usd, {"input_tokens": taken, "output_tokens": given})
        return as_json(_message(job, text, reason), request_id=f"req_{job.id}")

    def count(self, call: Call) -> Answer:
        """Count the tokens of a message, for nothing."""
        return as_json({"input_tokens": _tokens(_body(call))})

    def models(self, call: Call) -> Answer:
        """List the models."""
        told = [
            {
                "id": name,
                "type": "model",
                "display_name": name,
                "created_at": iso(0),
                "lifecycle": "active",
                "max_input_tokens": window,
                "max_tokens": longest,
            }
            for name, (_, _, window, longest) in _MODELS.items()
        ]
        first, last = told[0]["id"], told[-1]["id"]
        return as_json({"data": told, "has_more": False, "first_id": first, "last_id": last})

    def _told(self, call: Call, body: Mapping[str, Any], most: int) -> tuple[str, str]:
        """Return the model's words, and why it stopped."""
        mode = call.trouble.mode if call.trouble is not None else ""
        if mode in _REASONS:
            return "", _REASONS[mode]
        if mode == "says":
            assert call.trouble is not None
            return call.trouble.reason, "end_turn"
        text = _spoilt(mode, json.dumps(answer_to(_prompt(body), _schema(body))))
        if mode == "max-tokens" or _count(text) > most:
            return text[: min(len(text) // 2, most * _CHARACTERS)], "max_tokens"
        return text, "end_turn"

    def _take(self, call: Call, model: str, usd: float, usage: dict[str, Any]) -> Job:
        order = Order(
            vendor=NAME,
            model=model,
            recipe=Recipe(number=0, width=0, height=0, suffix=".json"),
            request={"usage": usage, "met": call.trouble.mode if call.trouble else ""},
            queued=0.0,
            working=0.0,
            usd=round(usd, 6),
        )
        try:
            return self._studio.take(call, order)
        except Broke:
            raise _out_of_credit() from None


def _message(job: Job, text: str, reason: str) -> dict[str, Any]:
    details = None
    if reason == "refusal":
        words = "The script asks for what this model does not write."
        details = {"type": "refusal", "category": None, "explanation": words}
    return {
        "id": f"msg_{job.id}",
        "type": "message",
        "role": "assistant",
        "model": job.model,
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": reason,
        "stop_sequence": None,
        "stop_details": details,
        "usage": job.request["usage"],
    }


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


def _environment(base: str) -> dict[str, str]:
    return {"VIDGEN_CLAUDE_BASE_URL": f"{base}{PATH}", "ANTHROPIC_API_KEY": REHEARSAL_KEY}


def _key_of(request: Request) -> str:
    """Return the key: by the header of newer SDKs, or by that of older ones."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")


def _refused(refusal: Refusal) -> Answer:
    kind = refusal.kind or _KINDS.get(refusal.status, "api_error")
    error = {"type": kind, "message": refusal.words}
    return as_json({"type": "error", "error": error, "request_id": "req_0"}, refusal.status)


def _out_of_credit() -> Refusal:
    return Refusal(402, "Your credit balance is too low to access the API.", "billing_error")


def _body(call: Call) -> dict[str, Any]:
    try:
        body = call.request.fields()
    except ValueError as error:
        raise Refusal(400, f"the body cannot be read: {error}") from None
    if not call.request.headers.get("anthropic-version"):
        raise Refusal(400, "anthropic-version: header is required")
    if body.get("model") not in _MODELS:
        raise Refusal(404, f"model: {body.get('model')}")
    messages = body.get("messages")
    if not (isinstance(messages, list) and messages and isinstance(messages[0], dict)):
        raise Refusal(400, "messages: at least one message is required")
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            raise Refusal(400, f"{name}: Extra inputs are not permitted")
    _check_schema(_schema(body))
    return body


def _schema(body: Mapping[str, Any]) -> Mapping[str, Any]:
    config = body.get("output_config") or {}
    found = (config.get("format") or {}).get("schema") if isinstance(config, dict) else None
    return found if isinstance(found, dict) else {}


def _check_schema(schema: Any) -> None:
    """Refuse what the real service's subset of JSON schema does not have."""
    if isinstance(schema, list):
        for each in schema:
            _check_schema(each)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        raise Refusal(400, "output_config.format.schema: additionalProperties must be false")
    limits = {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
    if schema.get("type") is not None and limits & schema.keys():
        raise Refusal(400, "output_config.format.schema: limits are not supported")
    for each in schema.values():
        _check_schema(each)


def _prompt(body: Mapping[str, Any]) -> str:
    content = body["messages"][0].get("content", "")
    if isinstance(content, str):
        return content
    return "".join(str(block.get("text", "")) for block in content if isinstance(block, dict))


def _tokens(body: Mapping[str, Any]) -> int:
    return _count(_prompt(body)) + _count(str(body.get("system", "")))


def _count(text: str) -> int:
    return len(text) // _CHARACTERS + 1
