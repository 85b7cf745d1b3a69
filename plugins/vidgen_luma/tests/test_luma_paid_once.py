"""One call is one order, whatever goes wrong on the way, and the error says what it cost."""

from __future__ import annotations

from typing import Any

import pytest
from luma_orders import TOKEN, clip, engine_of, painter_of, picture

from vidgen_core import AuthFailed, Billed, OutOfCredit, RateLimited, Refused, Unavailable
from vidgen_core.testing.answers import Answer, answering, refusing
from vidgen_core.testing.orders import Fault
from vidgen_core.testing.service import Service
from vidgen_luma.work import LumaEngine

JSON = {"content-type": "application/json"}
FAULTS = [
    Fault("drop", Unavailable, Billed.UNKNOWN),
    Fault("hang", Unavailable, Billed.UNKNOWN),
    Fault("truncated", Unavailable, Billed.UNKNOWN),
    Fault("html", Unavailable, Billed.UNKNOWN),
    Fault("nginx", Unavailable, Billed.UNKNOWN),
    Fault("500", Unavailable, Billed.UNKNOWN),
    Fault("503", Unavailable, Billed.UNKNOWN),
    Fault("503", Unavailable, Billed.UNKNOWN, more={"retry_after": "7"}),
    Fault("408", Unavailable, Billed.UNKNOWN),
    Fault("429", RateLimited, Billed.NO),
    Fault("429", RateLimited, Billed.NO, more={"retry_after": "7"}),
    Fault("400", Refused, Billed.NO, retry=False),
    Fault("404", Refused, Billed.NO, retry=False),
    Fault("409", Refused, Billed.NO, retry=False),
    Fault("422", Refused, Billed.NO, retry=False),
    Fault("402", OutOfCredit, Billed.NO, retry=False),
    Fault("401", AuthFailed, Billed.NO, retry=False),
    Fault("403", AuthFailed, Billed.NO, retry=False),
    Fault("403", OutOfCredit, Billed.NO, retry=False, more={"reason": "Insufficient credits"}),
    Fault("400", OutOfCredit, Billed.NO, retry=False, more={"reason": "You have no credits left"}),
    Fault("wrong-key", AuthFailed, Billed.NO, retry=False),
    Fault("out-of-credit", OutOfCredit, Billed.NO, retry=False),
]


@pytest.mark.parametrize("kind", ["clip", "picture"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_call_is_one_order(service: Service, kind: str, fault: Fault) -> None:
    timeout = 0.5 if fault.mode == "hang" else 20.0
    fault.meet(service, "luma.*", lambda: _submit(service, kind, timeout=timeout))


def _submit(service: Service, kind: str, **options: Any) -> None:
    if kind == "clip":
        engine_of(service, **options).submit(clip(), TOKEN)
    else:
        painter_of(service, **options).submit(picture(), TOKEN)


def test_a_call_that_found_no_connection_was_not_charged() -> None:
    with (
        refusing() as base,
        pytest.raises(Unavailable, match="cannot be reached") as raised,
    ):
        engine_of(f"{base}/dream-machine/v1").submit(clip(), TOKEN)
    assert (raised.value.billed, raised.value.retry) == ("no", True)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"null", b'"words"', b'{"id": 7}', b'{"id": "../x"}', b"{" * 5000, b"\xff"],
)
def test_an_answer_without_a_job_leaves_open_whether_it_was_paid(body: bytes) -> None:
    with (
        answering(Answer(status=201, body=body, headers=JSON)) as (base, asked),
        pytest.raises(Unavailable, match="cannot be read") as raised,
    ):
        engine_of(base).submit(clip(), TOKEN)
    assert raised.value.billed == "unknown"
    assert len(asked) == 1


def test_a_redirect_is_not_followed() -> None:
    elsewhere = Answer(status=307, body=b"{}", headers={**JSON, "location": "/other"})
    with answering(elsewhere) as (base, asked), pytest.raises(Unavailable) as raised:
        engine_of(base).submit(clip(), TOKEN)
    assert raised.value.billed == "unknown"
    assert len(asked) == 1


def test_a_wrong_key_is_named_by_its_variable(service: Service) -> None:
    service.trouble("luma.video", "401", reason="Invalid API key, \x1b[31mred")
    with pytest.raises(AuthFailed) as raised:
        engine_of(service, key="luma-secret-99").submit(clip(), TOKEN)
    assert "LUMAAI_API_KEY" in raised.value.advice
    assert raised.value.message.endswith("Invalid API key, red")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_luma_says_why_in_its_own_words(service: Service) -> None:
    service.trouble("luma.video", "400", reason="resolution must be one of 540p, 720p")
    with pytest.raises(Refused, match="resolution must be one of 540p, 720p"):
        engine_of(service).submit(clip(), TOKEN)


def test_a_list_of_what_is_wrong_is_read_too() -> None:
    body = b'{"detail": [{"loc": ["body"], "msg": "too long"}, {"msg": "too dark"}]}'
    with (
        answering(Answer(status=422, body=body, headers=JSON)) as (base, _),
        pytest.raises(Refused, match="too long; too dark"),
    ):
        engine_of(base).submit(clip(), TOKEN)


@pytest.mark.parametrize("mode", ["drop", "hang", "html", "truncated", "500", "503", "429"])
def test_a_question_that_fails_costs_nothing_and_is_asked_again(
    service: Service, engine: LumaEngine, mode: str
) -> None:
    job = engine.submit(clip(), TOKEN)
    service.trouble("luma.get", mode)
    with pytest.raises((Unavailable, RateLimited)) as raised:
        engine_of(service, timeout=0.5 if mode == "hang" else 20.0).poll(job)
    assert (raised.value.billed, raised.value.retry) == ("no", True)
    assert len(service.requests("luma.get")) == 1
