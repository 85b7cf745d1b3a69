"""What an answer of Claude's cost, by the tokens that it counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve
from claude_questions import ENVIRONMENTS, QUESTIONS, context_of, model_of

import vidgen_claude
from vidgen_claude import ClaudeOptions
from vidgen_claude.prices import charge_of
from vidgen_core import UNKNOWN_PRICE, Price, ScriptRequest
from vidgen_core.testing.service import Service

(SPEC,) = vidgen_claude.vidgen_script_models()
kinds = pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: type(each).__name__)


def answer(**usage: Any) -> bytes:
    return json.dumps({"content": [], "usage": usage}).encode()


@kinds
@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "claude-haiku-4-5"])
def test_what_an_answer_tells_is_what_is_on_the_bill(
    service: Service, question: ScriptRequest, model: str
) -> None:
    claude = model_of(service, model=model)
    cost = claude.charged(claude.ask(question), question)
    assert cost.low == cost.high == pytest.approx(service.summed_bill()["usd"], abs=1e-4)
    (charge,) = service.bill
    assert cost.low == pytest.approx(charge.usd, abs=1e-6)


@pytest.mark.parametrize("mode", ["refusal", "max-tokens", "window", "prose", "half", "empty"])
def test_an_answer_that_cannot_be_used_tells_its_cost_too(service: Service, mode: str) -> None:
    service.trouble("claude.messages", mode)
    claude = model_of(service)
    cost = claude.charged(claude.ask(ENVIRONMENTS), ENVIRONMENTS)
    (charge,) = service.bill
    assert cost.low == cost.high == pytest.approx(charge.usd, abs=1e-6)


def test_what_is_told_lies_within_what_was_agreed_to(service: Service) -> None:
    for question in (ENVIRONMENTS, evolve(ENVIRONMENTS, fault="no places")):
        claude = model_of(service)
        agreed, cost = SPEC.price(question, ClaudeOptions()), Price()
        cost = claude.charged(claude.ask(question), question)
        assert agreed.high is not None
        assert agreed.low <= cost.low <= agreed.high


def test_input_and_output_have_their_own_price() -> None:
    told = answer(input_tokens=1_000_000, output_tokens=100_000)
    assert charge_of(told, ClaudeOptions()) == Price(3.0, 3.0)
    own = ClaudeOptions(model="claude-haiku-99", input_price=1.0, output_price=20.0)
    assert charge_of(told, own) == Price(3.0, 3.0)


def test_tokens_that_anthropic_kept_leave_a_range() -> None:
    told = answer(
        input_tokens=500_000,
        output_tokens=0,
        cache_creation_input_tokens=100_000,
        cache_read_input_tokens=200_000,
    )
    assert charge_of(told, ClaudeOptions()) == Price(1.2, 1.8)
    nothing_kept = {"cache_creation_input_tokens": None, "cache_read_input_tokens": 0}
    told = answer(input_tokens=500_000, output_tokens=0, **nothing_kept)
    assert charge_of(told, ClaudeOptions()) == Price(1.0, 1.0)


def test_a_model_of_unknown_price_stays_unknown() -> None:
    told = answer(input_tokens=1, output_tokens=1)
    assert charge_of(told, ClaudeOptions(model="claude-haiku-99")) == UNKNOWN_PRICE


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"usage": 3}',
        b"[" * 100_000,
        answer(),
        answer(input_tokens=5),
        answer(input_tokens=5, output_tokens=-1),
        answer(input_tokens=5, output_tokens=True),
        answer(input_tokens=5, output_tokens=1.5),
        answer(input_tokens="5", output_tokens=1),
        answer(input_tokens=5, output_tokens=10**12),
        answer(input_tokens=5, output_tokens=1, cache_read_input_tokens=-7),
        answer(input_tokens=5, output_tokens=1, cache_creation_input_tokens="x"),
    ],
)
def test_an_answer_that_does_not_count_tells_nothing(told: bytes) -> None:
    assert charge_of(told, ClaudeOptions()) == UNKNOWN_PRICE


def test_telling_what_an_answer_cost_asks_nobody(service: Service) -> None:
    claude = SPEC.factory(context_of(service))
    claude.charged(answer(input_tokens=1, output_tokens=1), ENVIRONMENTS)
    assert not service.requests()
