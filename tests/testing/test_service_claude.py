"""Anthropic's own SDK speaks to the service as to Anthropic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic
from anthropic.types import Message

from vidgen_core.script_answers import asked, file_of
from vidgen_core.specs import ScenesRequest
from vidgen_core.testing.service import Service

from .asked import KEY

REQUEST = ScenesRequest(most=3, lengths=(5.0, 9.0), script="A boat leaves. Gulls cry. Night comes.")


def client_of(service: Service, key: str = KEY) -> Anthropic:
    url = service.environment["VIDGEN_CLAUDE_BASE_URL"]
    return Anthropic(api_key=key, base_url=url, max_retries=0, timeout=30, open_telemetry=False)


@pytest.fixture
def client(service: Service) -> Iterator[Anthropic]:
    with client_of(service) as made:
        yield made


def ask(client: Anthropic, **more: Any) -> Message:
    asking = asked(REQUEST)
    form = {"type": "json_schema", "schema": asking.schema}
    given: dict[str, Any] = {
        "model": "claude-sonnet-5-5",
        "max_tokens": 4000,
        "system": asking.system,
        "messages": [{"role": "user", "content": asking.prompt}],
        "output_config": {"format": form},
    }
    message = client.messages.create(**{**given, **more})
    assert isinstance(message, Message)
    return message


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_a_question_for_scenes_is_answered_with_scenes_of_the_script(client: Anthropic) -> None:
    message = ask(client)
    assert message.stop_reason == "end_turn"
    scenes = json.loads(file_of(text_of(message), REQUEST))
    assert [each["narration"] for each in scenes] == [
        "A boat leaves.",
        "Gulls cry.",
        "Night comes.",
    ]


def test_the_bill_counts_tokens(service: Service, client: Anthropic) -> None:
    usage = ask(client).usage
    (charge,) = service.bill
    assert (charge.vendor, charge.what) == ("claude", "claude-sonnet-5-5")
    assert charge.usd == pytest.approx((2 * usage.input_tokens + 10 * usage.output_tokens) / 1e6)


def test_what_is_counted_beforehand_is_what_is_charged(service: Service, client: Anthropic) -> None:
    asking = asked(REQUEST)
    counted = client.messages.count_tokens(
        model="claude-sonnet-5-5",
        system=asking.system,
        messages=[{"role": "user", "content": asking.prompt}],
    )
    assert not service.bill
    assert counted.input_tokens == ask(client).usage.input_tokens


def test_models_are_listed(client: Anthropic) -> None:
    assert "claude-sonnet-5-5" in [model.id for model in client.models.list()]


def test_few_tokens_cut_an_answer_off(service: Service, client: Anthropic) -> None:
    message = ask(client, max_tokens=20)
    assert (message.stop_reason, message.usage.output_tokens) == ("max_tokens", 21)
    assert service.bill


def test_a_refusal_says_why(service: Service, client: Anthropic) -> None:
    service.trouble("claude.messages", "refusal")
    message = ask(client)
    assert (message.stop_reason, message.content) == ("refusal", [])
    assert message.stop_details is not None
    assert message.stop_details.explanation


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"model": "claude-99"}, anthropic.NotFoundError, "model: claude-99"),
        ({"messages": []}, anthropic.BadRequestError, "at least one message"),
        ({"max_tokens": 200_000, "timeout": 30}, anthropic.BadRequestError, "max_tokens"),
        ({"extra_body": {"temperature": 1}}, anthropic.BadRequestError, "temperature"),
    ],
)
def test_what_the_real_one_refuses_is_refused_and_free(
    service: Service,
    client: Anthropic,
    more: dict[str, Any],
    error: type[anthropic.APIStatusError],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        ask(client, **more)
    assert not service.bill


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {}},
        {
            "type": "object",
            "properties": {"a": {"type": "integer", "minimum": 1}},
            "additionalProperties": False,
        },
    ],
)
def test_a_schema_outside_the_subset_is_refused(client: Anthropic, schema: dict[str, Any]) -> None:
    with pytest.raises(anthropic.BadRequestError, match="schema"):
        ask(client, output_config={"format": {"type": "json_schema", "schema": schema}})


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("wrong-key", anthropic.AuthenticationError),
        ("no-credit", anthropic.PaymentRequiredError),
    ],
)
def test_a_key_may_be_wrong_and_an_account_empty(
    service: Service, key: str, error: type[Exception]
) -> None:
    with client_of(service, key) as client, pytest.raises(error):
        ask(client)
    assert not service.bill


def test_the_header_of_older_sdks_is_understood(service: Service, client: Anthropic) -> None:
    with client_of(service, "wrong-key") as wrong:
        named = wrong.with_options(default_headers={"Authorization": "", "X-Api-Key": KEY})
        assert ask(named).stop_reason == "end_turn"
