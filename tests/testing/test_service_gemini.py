"""The rehearsal service in Gemini's place, asked as the wire facts say that its SDKs do."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from vidgen_core.testing.service import Service

WORDS = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
PICTURE = {**WORDS, "generationConfig": {"responseModalities": ["IMAGE"]}}
VOICE: dict[str, Any] = {"voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}}
SPEECH = {
    **WORDS,
    "generationConfig": {"responseModalities": ["AUDIO"], "speechConfig": VOICE},
}


def call(
    service: Service,
    body: Any,
    model: str = "gemini-2.5-flash",
    version: str = "v1beta",
    *,
    key: str = "a-key",
    query: str = "",
) -> httpx.Response:
    base = service.environment["VIDGEN_GEMINI_BASE_URL"]
    url = f"{base}/{version}/models/{model}:generateContent{query}"
    headers = {"x-goog-api-key": key}
    return httpx.post(url, json=body, headers=headers, timeout=20, trust_env=False)


def look(service: Service, path: str, **query: str) -> Any:
    url = f"{service.environment['VIDGEN_GEMINI_BASE_URL']}/v1/{path}"
    return httpx.get(url, params={"key": "a-key", **query}, timeout=20, trust_env=False).json()


def asks_for(**config: Any) -> dict[str, Any]:
    return {**WORDS, "generationConfig": config}


@pytest.mark.parametrize("version", ["v1beta", "v1"])
def test_words_are_answered_and_charged_by_their_tokens(service: Service, version: str) -> None:
    told = call(service, WORDS, version=version).json()
    (candidate,) = told["candidates"]
    assert candidate["finishReason"] == "STOP"
    assert candidate["content"]["parts"][0]["text"]
    used = told["usageMetadata"]
    usd = (used["promptTokenCount"] * 0.30 + used["candidatesTokenCount"] * 2.50) / 1e6
    assert service.bill[0].usd == round(usd, 6) > 0


def test_another_version_is_not_there(service: Service) -> None:
    assert call(service, WORDS, version="v2").status_code == 404


def test_who_asks_for_numbers_gets_numbers(service: Service) -> None:
    query = "?%24alt=json%3Benum-encoding%3Dint"
    assert call(service, WORDS, query=query).json()["candidates"][0]["finishReason"] == 1
    service.trouble("gemini.generate", "blocked")
    assert call(service, WORDS, query=query).json()["promptFeedback"]["blockReason"] == 4


@pytest.mark.parametrize("kind", [6, "OBJECT", "object"])
@pytest.mark.parametrize("name", ["responseSchema", "responseJsonSchema"])
def test_an_answer_has_the_shape_that_was_asked_for(service: Service, kind: Any, name: str) -> None:
    schema = {"type": kind, "properties": {"environments": {"type": "array"}}}
    body = asks_for(**{name: schema, "responseMimeType": "application/json"})
    text = call(service, body).json()["candidates"][0]["content"]["parts"][0]["text"]
    assert list(json.loads(text)) == ["environments"]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("safety", {"finishReason": "SAFETY"}),
        ("max-tokens", {"finishReason": "MAX_TOKENS"}),
        ("empty", {"content": {"role": "model"}}),
    ],
)
def test_a_model_may_stop_for_other_reasons(
    service: Service, mode: str, told: dict[str, Any]
) -> None:
    service.trouble("gemini.generate", mode)
    candidate = call(service, WORDS).json()["candidates"][0]
    assert told.items() <= candidate.items()


def test_an_answer_has_at_most_the_tokens_that_it_may(service: Service) -> None:
    told = call(service, asks_for(maxOutputTokens=2)).json()
    assert told["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert told["usageMetadata"]["candidatesTokenCount"] <= 3


def test_an_answer_is_what_somebody_wants_it_to_be(service: Service) -> None:
    service.trouble("gemini.generate", "says", reason="anything")
    assert '"anything"' in call(service, WORDS).text


def test_a_picture_is_real_and_has_its_aspect_and_its_price(service: Service) -> None:
    body = asks_for(responseModalities=["IMAGE"], imageConfig={"aspectRatio": "9:16"})
    told = call(service, body, "gemini-3.1-flash-image").json()
    inline = told["candidates"][0]["content"]["parts"][0]["inlineData"]
    assert inline["mimeType"] == "image/png"
    content = base64.b64decode(inline["data"])
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    assert (width, height) == (108, 192)
    assert service.bill[0].usd == pytest.approx(0.0672, abs=0.001)


@pytest.mark.parametrize(
    ("body", "model"), [(PICTURE, "gemini-3.1-flash-image"), (SPEECH, "gemini-3.8-flash-tts")]
)
@pytest.mark.parametrize("mode", ["says", "empty", "safety", "blocked", "half"])
def test_a_picture_and_speech_meet_the_same_trouble(
    service: Service, body: Any, model: str, mode: str
) -> None:
    whole = call(service, body, model).json()
    service.trouble("gemini.generate", mode)
    told = call(service, body, model).json()
    assert ("inlineData" in json.dumps(told)) == (mode == "half")
    assert len(json.dumps(told)) < len(json.dumps(whole))


def test_speech_is_samples_as_long_as_its_text(service: Service) -> None:
    body = {**SPEECH, "contents": [{"parts": [{"text": "x" * 50}]}]}
    told = call(service, body, "gemini-3.8-flash-tts").json()
    inline = told["candidates"][0]["content"]["parts"][0]["inlineData"]
    assert inline["mimeType"] == "audio/L16;codec=pcm;rate=24000"
    assert len(base64.b64decode(inline["data"])) == 2 * 24000 * 3
    assert told["usageMetadata"]["candidatesTokenCount"] == 75


@pytest.mark.parametrize(
    ("body", "model", "status"),
    [
        (WORDS, "gemini-1.5-flash", 404),
        (WORDS, "gemini-3.1-flash-image", 400),
        (PICTURE, "gemini-2.5-flash", 400),
        ({}, "gemini-2.5-flash", 400),
        ([], "gemini-2.5-flash", 400),
        ({"contents": []}, "gemini-2.5-flash", 400),
        (asks_for(maxOutputTokens=0), "gemini-2.5-flash", 400),
        (asks_for(responseModalities=["SMELL"]), "gemini-2.5-flash", 400),
        ({**WORDS, "generationConfig": 7}, "gemini-2.5-flash", 400),
        (asks_for(responseModalities=["AUDIO"]), "gemini-3.8-flash-tts", 400),
        (
            asks_for(responseModalities=[2], imageConfig={"aspectRatio": "3:1"}),
            "gemini-3.1-flash-image",
            400,
        ),
        (
            asks_for(responseModalities=["IMAGE"], imageConfig={"imageSize": "9K"}),
            "gemini-3.1-flash-image",
            400,
        ),
        ({"contents": [{"parts": {"text": "word " * 900_000}}]}, "gemini-2.5-flash", 400),
    ],
)
def test_what_makes_no_sense_is_refused_and_costs_nothing(
    service: Service, body: Any, model: str, status: int
) -> None:
    answer = call(service, body, model)
    assert answer.status_code == answer.json()["error"]["code"] == status
    assert not service.bill


@pytest.mark.parametrize(
    ("key", "status", "words"),
    [("wrong-key", 400, "API_KEY_INVALID"), ("", 400, "API_KEY_INVALID"), ("no-credit", 402, "")],
)
def test_a_key_is_looked_at(service: Service, key: str, status: int, words: str) -> None:
    answer = call(service, WORDS, key=key)
    assert answer.status_code == status
    assert words in answer.text
    assert not service.bill


def test_models_are_listed_page_by_page_and_tokens_counted_for_nothing(service: Service) -> None:
    first = look(service, "models", pageSize="2")
    rest = look(service, "models", pageSize="50", pageToken=first["nextPageToken"])
    names = [each["name"] for each in (*first["models"], *rest["models"])]
    assert "nextPageToken" not in rest
    assert len(names) == len(set(names)) > 4
    assert look(service, names[0])["name"] == names[0]
    assert look(service, "models", pageSize="x")["error"]["code"] == 400
    base = service.environment["VIDGEN_GEMINI_BASE_URL"]
    counted = httpx.post(
        f"{base}/v1/{names[0]}:countTokens", params={"key": "k"}, json=WORDS, trust_env=False
    )
    assert counted.json()["totalTokens"] == 2
    assert not service.bill
