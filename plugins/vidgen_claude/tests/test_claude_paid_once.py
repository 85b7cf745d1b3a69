"""One call is one question, whatever goes wrong on the way, and the error says what it cost."""

from __future__ import annotations

import pytest
from claude_questions import ENVIRONMENTS, asked, model_of

from vidgen_core import AuthFailed, Billed, OutOfCredit, RateLimited, Refused, Unavailable
from vidgen_core.testing.answers import Answer, answering, refusing
from vidgen_core.testing.orders import Fault
from vidgen_core.testing.service import Service

JSON = {"content-type": "application/json"}
COUNTED = {"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "A boat."}]}
LOW = "Your credit balance is too low to access the Anthropic API."
FAULTS = [
    Fault("drop", Unavailable, Billed.UNKNOWN),
    Fault("hang", Unavailable, Billed.UNKNOWN),
    Fault("truncated", Unavailable, Billed.UNKNOWN),
    Fault("html", Unavailable, Billed.UNKNOWN),
    Fault("nginx", Unavailable, Billed.UNKNOWN),
    Fault("500", Unavailable, Billed.UNKNOWN),
    Fault("503", Unavailable, Billed.UNKNOWN),
    Fault("529", Unavailable, Billed.UNKNOWN, more={"retry_after": "7"}),
    Fault("408", Unavailable, Billed.UNKNOWN),
    Fault("429", RateLimited, Billed.NO),
    Fault("429", RateLimited, Billed.NO, more={"retry_after": "7"}),
    Fault("400", Refused, Billed.NO, retry=False),
    Fault("404", Refused, Billed.NO, retry=False),
    Fault("413", Refused, Billed.NO, retry=False),
    Fault("402", OutOfCredit, Billed.NO, retry=False),
    Fault("400", OutOfCredit, Billed.NO, retry=False, more={"reason": LOW}),
    Fault("401", AuthFailed, Billed.NO, retry=False),
    Fault("403", AuthFailed, Billed.NO, retry=False),
    Fault("wrong-key", AuthFailed, Billed.NO, retry=False),
    Fault("out-of-credit", OutOfCredit, Billed.NO, retry=False),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_call_is_one_question(service: Service, fault: Fault) -> None:
    timeout = 0.5 if fault.mode == "hang" else 20.0
    fault.meet(service, "claude.*", lambda: model_of(service, timeout=timeout).ask(ENVIRONMENTS))


def test_a_model_that_nobody_has_says_where_the_others_are_listed(service: Service) -> None:
    with pytest.raises(Refused, match="model: claude-nonsense") as raised:
        model_of(service, model="claude-nonsense").ask(ENVIRONMENTS)
    assert "vidgen models claude" in raised.value.advice


def test_a_call_that_found_no_connection_was_not_charged() -> None:
    with refusing() as base, pytest.raises(Unavailable, match="cannot be reached") as raised:
        model_of(base).ask(ENVIRONMENTS)
    assert (raised.value.billed, raised.value.retry) == ("no", True)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"content": 7}', b"{" * 5000, b"\xff"])
def test_what_is_no_answer_leaves_open_whether_it_was_paid(body: bytes) -> None:
    with (
        answering(Answer(body=body, headers=JSON)) as (base, requests),
        pytest.raises(Unavailable, match="cannot be read") as raised,
    ):
        model_of(base).ask(ENVIRONMENTS)
    assert raised.value.billed == "unknown"
    assert len(requests) == 1


def test_what_cannot_be_unpacked_leaves_open_whether_it_was_paid() -> None:
    packed = Answer(body=b"no gzip", headers={**JSON, "content-encoding": "gzip"})
    with answering(packed) as (base, requests), pytest.raises(Unavailable) as raised:
        model_of(base).ask(ENVIRONMENTS)
    assert raised.value.billed == "unknown"
    assert len(requests) == 1


def test_a_service_that_wants_it_again_is_asked_once_all_the_same() -> None:
    """Anthropic's SDK obeys this header where its own repetitions are on."""
    again = Answer(status=500, headers={"x-should-retry": "true", "retry-after-ms": "1"})
    with answering(again) as (base, requests), pytest.raises(Unavailable) as raised:
        model_of(base).ask(ENVIRONMENTS)
    assert raised.value.retry_after == 0.001
    assert len(requests) == 1


@pytest.mark.parametrize("mode", ["drop", "hang", "html", "truncated", "500", "503", "529", "429"])
@pytest.mark.parametrize("question", ["count", "list"])
def test_a_free_question_that_fails_is_asked_once_and_costs_nothing(
    service: Service, question: str, mode: str
) -> None:
    service.trouble({"count": "claude.tokens", "list": "claude.models"}[question], mode)
    model = model_of(service, "key-4711", timeout=0.5 if mode == "hang" else 20.0)
    with pytest.raises((Unavailable, RateLimited)) as raised:
        model.claude.models() if question == "list" else model.claude.tokens(COUNTED)
    assert (raised.value.billed, raised.value.retry) == (Billed.NO, True)
    assert len(service.requests()) == 1


def test_a_redirect_is_not_followed() -> None:
    elsewhere = Answer(status=307, body=b"{}", headers={**JSON, "location": "/other"})
    with answering(elsewhere) as (base, requests), pytest.raises(Unavailable) as raised:
        model_of(base).ask(ENVIRONMENTS)
    assert raised.value.billed == "unknown"
    assert len(requests) == 1


def test_a_wrong_key_is_named_by_its_variable_and_shown_nowhere(service: Service) -> None:
    service.trouble("claude.messages", "401", reason="invalid x-api-key, \x1b[31mred")
    with pytest.raises(AuthFailed) as raised:
        model_of(service).ask(ENVIRONMENTS)
    assert "ANTHROPIC_API_KEY" in raised.value.advice
    assert raised.value.message.endswith("invalid x-api-key, red")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


@pytest.mark.parametrize("name", ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"])
def test_no_other_key_of_the_environment_is_sent(
    service: Service, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "another-key-0815")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    model_of(service).ask(ENVIRONMENTS)
    (only,) = asked(service)
    assert "0815" not in str(only)
    assert len(only.keys) == 1
