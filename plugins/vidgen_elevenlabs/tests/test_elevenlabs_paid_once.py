"""One call is one order, whatever goes wrong on the way, and the error says what it cost."""

from __future__ import annotations

from typing import Any

import pytest
from elevenlabs_orders import KEY, heard, sound_of, speech_of, spoken

from vidgen_core import (
    AuthFailed,
    Billed,
    JobRef,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)
from vidgen_core.testing.answers import Answer, Delivery, answering, refusing
from vidgen_core.testing.orders import Fault
from vidgen_core.testing.service import Service
from vidgen_elevenlabs.speech import ElevenLabsSpeech

JSON = {"content-type": "application/json"}
QUOTA = "This request exceeds your quota of 10000. You have 0 credits remaining."
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
    Fault("409", Refused, Billed.NO, retry=False),
    Fault("429", RateLimited, Billed.NO),
    Fault("429", RateLimited, Billed.NO, more={"retry_after": "7"}),
    Fault("400", Refused, Billed.NO, retry=False),
    Fault("404", Refused, Billed.NO, retry=False),
    Fault("422", Refused, Billed.NO, retry=False),
    Fault("402", OutOfCredit, Billed.NO, retry=False),
    Fault("401", AuthFailed, Billed.NO, retry=False),
    Fault("403", AuthFailed, Billed.NO, retry=False),
    Fault("401", OutOfCredit, Billed.NO, retry=False, more={"reason": QUOTA}),
    Fault("wrong-key", AuthFailed, Billed.NO, retry=False),
    Fault("out-of-credit", OutOfCredit, Billed.NO, retry=False),
]


@pytest.mark.parametrize("kind", ["speech", "sound"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_call_is_one_order(service: Service, kind: str, fault: Fault) -> None:
    timeout = 3.0 if fault.mode == "hang" else 20.0  # the service encodes sound before it hangs
    fault.meet(service, "elevenlabs.*", lambda: order(service, kind, timeout=timeout))


def order(service: Service | str, kind: str, key: str = KEY, **options: Any) -> bytes:
    if kind == "speech":
        return speech_of(service, key, **options).ask(spoken())
    return sound_of(service, key, **options).ask(heard())


each_kind = pytest.mark.parametrize("kind", ["speech", "sound"])


@each_kind
def test_a_call_that_found_no_connection_was_not_charged(kind: str) -> None:
    with refusing() as base, pytest.raises(Unavailable, match="cannot be reached") as raised:
        order(base, kind)
    assert (raised.value.billed, raised.value.retry) == ("no", True)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"null", b'{"audio_base64": 7}', b'{"audio_base64": ""}', b"{" * 9000, b"\xff"],
)
def test_an_answer_without_speech_leaves_open_whether_it_was_paid(body: bytes) -> None:
    with (
        answering(Answer(body=body, headers=JSON)) as (base, asked),
        pytest.raises(Unavailable, match="cannot be read") as raised,
    ):
        order(base, "speech")
    assert raised.value.billed == "unknown"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(headers={"content-type": "audio/mpeg"}),
        Answer(body=b'{"detail": "?"}', headers=JSON),
        Answer(body=b"ID3...", headers={"content-type": "audio/mpeg"}, delivery=Delivery.CUT),
    ],
    ids=["empty", "json", "cut"],
)
def test_an_answer_without_sound_leaves_open_whether_it_was_paid(answer: Answer) -> None:
    with answering(answer) as (base, asked), pytest.raises(Unavailable) as raised:
        order(base, "sound")
    assert raised.value.billed == "unknown"
    assert len(asked) == 1


@each_kind
def test_a_redirect_is_not_followed(kind: str) -> None:
    elsewhere = Answer(status=307, body=b"{}", headers={**JSON, "location": "/other"})
    with answering(elsewhere) as (base, asked), pytest.raises(Unavailable) as raised:
        order(base, kind)
    assert raised.value.billed == "unknown"
    assert len(asked) == 1


@each_kind
def test_a_wrong_key_is_named_by_its_variable_and_nothing_holds_it(
    service: Service, kind: str
) -> None:
    service.trouble("elevenlabs.*", "401", reason="Invalid API key, \x1b[31mred")
    with pytest.raises(AuthFailed) as raised:
        order(service, kind)
    assert "ELEVENLABS_API_KEY" in raised.value.advice
    assert raised.value.message.endswith("Invalid API key, red")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


@pytest.mark.parametrize(
    "mode", ["drop", "html", "truncated", "400", "500", "wrong-key", "nginx", "429", "422"]
)
@each_kind
def test_no_error_and_no_repr_shows_the_key(service: Service, kind: str, mode: str) -> None:
    service.trouble("elevenlabs.*", mode)
    with pytest.raises(ProviderError) as raised:
        order(service, kind)
    error = raised.value
    assert KEY not in repr(error) + repr(vars(error)) + error.advice
    assert error.__context__ is None
    assert KEY not in repr(vars(speech_of(service))) + repr(vars(sound_of(service)))


def test_the_given_key_is_sent_whatever_the_environment_holds(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEVENLABS_API_KEY", "another-one")
    order(service, "speech")
    (only,) = service.requests()
    assert set(only.keys) == {"xi-api-key"}
    assert KEY not in repr(only)


def test_a_list_of_what_is_wrong_is_read_too(service: Service) -> None:
    with pytest.raises(Refused, match=r"\(422\): Input should be a known format"):
        order(service, "sound", output_format="wav_441000")
    body = b'{"detail": [{"loc": ["body"], "msg": "too long"}, {"msg": "too loud"}]}'
    with (
        answering(Answer(status=422, body=body, headers=JSON)) as (base, _),
        pytest.raises(Refused, match="too long; too loud"),
    ):
        order(base, "speech")


def test_the_services_own_words_and_code_are_shown(service: Service) -> None:
    with pytest.raises(Refused, match=r"voice_not_found.*was not found"):
        speech_of(service, voice="nobody").ask(spoken())
    with pytest.raises(Refused, match=r"model_not_found.*does not exist") as raised:
        sound_of(service, sound_model="nothing").ask(heard())
    assert "vidgen models elevenlabs" in raised.value.advice


@pytest.mark.parametrize("mode", ["drop", "hang", "html", "truncated", "500", "503", "429"])
@pytest.mark.parametrize("question", ["find", "poll"])
def test_a_question_that_fails_costs_nothing_and_is_asked_again(
    service: Service, speech: ElevenLabsSpeech, question: str, mode: str
) -> None:
    speech.ask(spoken())
    route = {"find": "elevenlabs.history", "poll": "elevenlabs.item"}[question]
    service.trouble(route, mode)
    asking = speech_of(service, timeout=0.5 if mode == "hang" else 20.0)
    job = JobRef(id=service.jobs[0].id)
    with pytest.raises((Unavailable, RateLimited)) as raised:
        asking.find(spoken(), "token", 0.0) if question == "find" else asking.poll(job)
    assert (raised.value.billed, raised.value.retry) == ("no", True)
    assert len(service.requests(route)) == 1
