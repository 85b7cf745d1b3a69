"""One call is one question, whatever goes wrong on the way, and the error says what it cost."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from gemini_questions import (
    EXTRA,
    KEY,
    SDKS,
    painter_of,
    picture,
    places,
    speech,
    voice_of,
    writer_of,
)

from vidgen_core import (
    AuthFailed,
    Billed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)
from vidgen_core.testing.answers import Answer, answering, refusing
from vidgen_core.testing.orders import Fault
from vidgen_core.testing.service import Service

JSON = {"content-type": "application/json"}
FAULTS = [
    Fault("drop", Unavailable, Billed.UNKNOWN),
    Fault("hang", Unavailable, Billed.UNKNOWN),
    Fault("truncated", Unavailable, Billed.UNKNOWN),
    Fault("html", Unavailable, Billed.UNKNOWN),
    Fault("nginx", Unavailable, Billed.UNKNOWN),
    Fault("500", Unavailable, Billed.NO),
    Fault("503", Unavailable, Billed.NO),
    Fault("503", Unavailable, Billed.NO, more={"retry_after": "7"}),
    Fault("502", Unavailable, Billed.UNKNOWN),
    Fault("504", Unavailable, Billed.UNKNOWN),
    Fault("408", Unavailable, Billed.UNKNOWN),
    Fault("429", RateLimited, Billed.NO),
    Fault("429", RateLimited, Billed.NO, more={"retry_after": "7"}),
    Fault("429", OutOfCredit, Billed.NO, retry=False, more={"reason": "credits are depleted"}),
    Fault("400", Refused, Billed.NO, retry=False),
    Fault("404", Refused, Billed.NO, retry=False),
    Fault("401", AuthFailed, Billed.NO, retry=False),
    Fault("403", AuthFailed, Billed.NO, retry=False),
    Fault("wrong-key", AuthFailed, Billed.NO, retry=False),
    Fault("out-of-credit", OutOfCredit, Billed.NO, retry=False),
]


def _writing(sdk: str) -> Callable[..., object]:
    return lambda service, **more: writer_of(service, sdk, **more).ask(places())


CALLS: dict[str, Callable[..., object]] = {
    "words by generativeai": _writing("generativeai"),
    "words by genai": _writing("genai"),
    "picture": lambda service, **more: painter_of(service, **more).ask(picture()),
    "speech": lambda service, **more: voice_of(service, **more).ask(speech()),
}
CALL = pytest.mark.parametrize(
    "ask",
    [
        pytest.param(ask, id=name, marks=() if "generativeai" in name else EXTRA)
        for name, ask in CALLS.items()
    ],
)


@CALL
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_call_is_one_question(
    service: Service, ask: Callable[..., object], fault: Fault
) -> None:
    timeout = 0.5 if fault.mode == "hang" else 20.0
    fault.meet(service, "gemini.*", lambda: ask(service, timeout=timeout))


@CALL
def test_a_call_that_found_no_connection_was_not_charged(ask: Callable[..., object]) -> None:
    with refusing() as base, pytest.raises(Unavailable, match="cannot be reached") as raised:
        ask(base)
    assert (raised.value.billed, raised.value.retry) == (Billed.NO, True)


@CALL
@pytest.mark.parametrize("status", [201, 302, 307])
def test_what_is_no_answer_leaves_open_whether_it_was_paid(
    ask: Callable[..., object], status: int
) -> None:
    elsewhere = Answer(status=status, body=b"{}", headers={**JSON, "location": "/other"})
    with answering(elsewhere) as (base, asked), pytest.raises(Unavailable) as raised:
        ask(base)
    assert raised.value.billed is Billed.UNKNOWN
    assert len(asked) == 1


@CALL
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"words"', b"\xff", b"[" * 5000])
def test_an_answer_that_is_no_object_cannot_be_read(
    ask: Callable[..., object], body: bytes
) -> None:
    with (
        answering(Answer(body=body, headers=JSON)) as (base, asked),
        pytest.raises(Unavailable, match="cannot be read") as raised,
    ):
        ask(base)
    assert raised.value.billed is Billed.UNKNOWN
    assert len(asked) == 1


@CALL
@pytest.mark.parametrize(
    ("status", "error"), [(200, Unavailable), (500, Unavailable), (429, (RateLimited, Unavailable))]
)
def test_what_cannot_be_unpacked_was_asked_once_and_is_no_bug(
    ask: Callable[..., object], status: int, error: type[ProviderError]
) -> None:
    packed = Answer(status=status, body=b"no gzip", headers={**JSON, "content-encoding": "gzip"})
    with answering(packed) as (base, asked), pytest.raises(error, match="Gemini") as raised:
        ask(base)
    assert raised.value.billed is (
        Billed.NO if isinstance(raised.value, RateLimited) else Billed.UNKNOWN
    )
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert len(asked) == 1


@CALL
@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"error": {"code": ' + b"9" * 5000 + b"}}"], ids=["deep", "long"]
)
def test_an_error_that_no_reader_takes_is_told_by_its_status(
    ask: Callable[..., object], body: bytes
) -> None:
    with (
        answering(Answer(status=400, body=body, headers=JSON)) as (base, asked),
        pytest.raises(Refused, match=r"\(400\)") as raised,
    ):
        ask(base)
    assert raised.value.billed is Billed.NO
    assert len(raised.value.message) < 400
    assert len(asked) == 1


@SDKS
@pytest.mark.parametrize(
    "body", [b'{"candidates": 5}', b'{"candidates": [{"content": 7}]}', b'{"new": {}}', b"{}"]
)
def test_a_paid_answer_is_kept_also_where_the_sdk_cannot_read_it(sdk: str, body: bytes) -> None:
    with answering(Answer(body=body, headers=JSON)) as (base, asked):
        assert writer_of(base, sdk).ask(places()) == body
    assert len(asked) == 1


@CALL
def test_gemini_says_why_in_its_own_words_and_nothing_shows_the_key(
    service: Service, ask: Callable[..., object]
) -> None:
    service.trouble("gemini.generate", "400", reason="no such \x1b[31mfield")
    with pytest.raises(Refused, match=r"INVALID_ARGUMENT.*: no such field$") as raised:
        ask(service)
    error = raised.value
    assert KEY not in repr(error) + repr(vars(error))
    assert (error.__cause__, error.__context__) == (None, None)


def test_a_wrong_key_and_a_model_that_is_gone_say_what_to_do(service: Service) -> None:
    with pytest.raises(AuthFailed) as wrong:
        writer_of(service, "generativeai", key="wrong-key").ask(places())
    assert "GEMINI_API_KEY" in wrong.value.advice
    with pytest.raises(Refused, match=r"gemini-1\.5-flash") as gone:
        writer_of(service, "generativeai", model="models/gemini-1.5-flash").ask(places())
    assert "vidgen models gemini" in gone.value.advice


@CALL
def test_a_pause_in_the_body_is_kept_to(ask: Callable[..., object]) -> None:
    body = b"""{"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED", "details":
        [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]}}"""
    with (
        answering(Answer(status=429, body=body, headers=JSON)) as (base, _),
        pytest.raises(RateLimited) as raised,
    ):
        ask(base)
    assert raised.value.retry_after == 34.5


@SDKS
def test_accounts_do_not_meet_in_threads(service: Service, sdk: str) -> None:
    """``google-generativeai`` has one account for a process, and this package uses none of it."""
    keys = [f"key-number-{number}" for number in range(4)]
    ready = Barrier(len(keys))
    told: list[bytes] = []

    def ask(key: str) -> None:
        writer = writer_of(service, sdk, key=key, model="gemini-2.5-flash")
        ready.wait()
        told.append(writer.ask(places(script=f"Only {key} knows this.")))

    threads = [Thread(target=ask, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == len(keys)
    by_key: dict[str, Any] = {one.keys["x-goog-api-key"]: one.body for one in service.requests()}
    assert len(by_key) == len(keys)
    # A key is masked wherever it stands in its own request, and nowhere else.
    assert all("Only *** knows this" in str(body["contents"]) for body in by_key.values())


@SDKS
@pytest.mark.parametrize("mode", ["drop", "html", "500", "503", "429", "truncated"])
def test_a_list_of_models_that_fails_costs_nothing(service: Service, sdk: str, mode: str) -> None:
    service.trouble("gemini.models", mode)
    with pytest.raises((Unavailable, RateLimited)) as raised:
        writer_of(service, sdk)._gemini.models()
    assert raised.value.billed is Billed.NO
    assert len(service.requests()) == 1
