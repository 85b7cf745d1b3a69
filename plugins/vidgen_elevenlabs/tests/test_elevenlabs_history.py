"""Speech whose answer was lost is found in the history and fetched; nothing else is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from elevenlabs_orders import WORDS, context, speech_of, spoken

from vidgen_core import (
    AuthFailed,
    Findable,
    Interrupted,
    JobLost,
    JobRef,
    Kind,
    Ready,
    Unavailable,
)
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.answers import Answer, answering
from vidgen_core.testing.service import Service
from vidgen_elevenlabs import SpeechOptions, account
from vidgen_elevenlabs.account import Account
from vidgen_elevenlabs.speech import ElevenLabsSpeech

JSON = {"content-type": "application/json"}


def found(speech: ElevenLabsSpeech, text: str = WORDS, since: float | None = None) -> list[str]:
    since = time.time() if since is None else since
    return [job.id for job in speech.find(spoken(text), "token", since)]


def test_lost_speech_is_found_and_fetched_with_its_times(
    service: Service, speech: ElevenLabsSpeech, tmp_path: Path
) -> None:
    service.trouble("elevenlabs.timed", "drop")
    with pytest.raises(Unavailable):
        speech.ask(spoken())
    assert isinstance(speech, Findable)
    (name,) = found(speech)
    ready = speech.poll(JobRef(id=name))
    assert isinstance(ready, Ready)
    speech.fetch(ready, tmp_path / "speech.mp3")
    assert probe(tmp_path / "speech.mp3", Kind.AUDIO).verdict is Verdict.WHOLE
    assert len(json.loads((tmp_path / "speech.json").read_text())) == 2
    assert len(service.bill) == 1


def test_only_speech_of_the_text_in_the_voice_and_by_the_model_is_meant(service: Service) -> None:
    speech_of(service).ask(spoken("Something else."))
    speech_of(service, voice="21m00Tcm4TlvDq8ikWAM").ask(spoken())
    speech_of(service, model="eleven_flash_v2_5").ask(spoken())
    assert found(speech_of(service)) == []
    speech_of(service).ask(spoken(WORDS.replace(" ", "  ")))
    assert found(speech_of(service)) == [service.jobs[-1].id]


def test_all_that_may_be_meant_are_told(service: Service, speech: ElevenLabsSpeech) -> None:
    for _ in range(2):
        speech.ask(spoken())
    assert set(found(speech)) == {job.id for job in service.jobs}


def test_what_was_spoken_long_before_is_not_meant(
    service: Service, speech: ElevenLabsSpeech
) -> None:
    speech.ask(spoken())
    assert found(speech, since=time.time() + 200)
    assert found(speech, since=time.time() + 1000) == []


def test_the_history_is_read_page_by_page_and_no_further_than_needed(
    service: Service, speech: ElevenLabsSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "_PAGE", 2)
    for number in range(5):
        speech.ask(spoken(f"Number {number}."))
    assert found(speech, "Number 0.") == [service.jobs[0].id]
    assert len(service.requests("elevenlabs.history")) == 3
    assert found(speech, "Number 0.", since=time.time() + 1000) == []
    assert len(service.requests("elevenlabs.history")) == 4


def test_a_history_without_end_is_an_error(
    speech: ElevenLabsSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "_MOST_PAGES", 3)
    endless = {"history": [], "has_more": True, "last_history_item_id": "again"}
    answer = Answer(body=json.dumps(endless).encode(), headers=JSON)
    with (
        answering(answer) as (base, asked),
        pytest.raises(Unavailable, match="more than 300") as raised,
    ):
        found(speech_of(base))
    assert not raised.value.retry
    assert len(asked) == 3


@pytest.mark.parametrize(
    "more",
    [
        {"source": "STS"},
        {"history_item_id": "../x"},
        {"history_item_id": None},
        {"text": None},
        {"date_unix": "now"},
        {"date_unix": True},
        {"date_unix": 10**400},
        {"date_unix": 1e300},
    ],
)
def test_what_is_no_speech_of_a_text_is_passed_over(more: dict[str, Any]) -> None:
    item = {"history_item_id": "a1", "text": WORDS, "date_unix": 2e9, "source": "TTS"}
    told = {"history": ["?", item | more, item], "has_more": False}
    with answering(Answer(body=json.dumps(told).encode(), headers=JSON)) as (base, _):
        assert found(speech_of(base)) == ["a1"]


def test_speech_that_is_gone_is_lost(
    service: Service, speech: ElevenLabsSpeech, tmp_path: Path
) -> None:
    speech.ask(spoken())
    job = JobRef(id=service.jobs[0].id)
    ready = speech.poll(job)
    service.trouble("elevenlabs.audio", "gone")
    with pytest.raises(JobLost):
        speech.fetch(ready, tmp_path / "speech.mp3")
    with pytest.raises(JobLost, match="history_item_not_found"):
        speech.poll(job)


@pytest.mark.parametrize("mode", ["400", "409", "418", "422"])
def test_a_question_that_is_refused_loses_no_speech(
    service: Service, speech: ElevenLabsSpeech, mode: str
) -> None:
    speech.ask(spoken())
    job = JobRef(id=service.jobs[0].id)
    for route, asking in (
        ("elevenlabs.item", lambda: speech.poll(job)),
        ("elevenlabs.history", lambda: speech.find(spoken(), "token", 0.0)),
    ):
        service.trouble(route, mode)
        with pytest.raises(Unavailable) as raised:
            asking()
        assert (raised.value.billed, raised.value.retry) == ("no", True)
        asking()


def test_the_page_of_a_proxy_that_finds_nothing_loses_no_speech() -> None:
    page = Answer(status=404, body=b"<html>Not Found</html>", headers={"content-type": "text/html"})
    with answering(page) as (base, _), pytest.raises(Unavailable) as raised:
        speech_of(base).poll(JobRef(id="a1"))
    assert (raised.value.billed, raised.value.retry) == ("no", True)


@pytest.mark.parametrize("name", ["", "../../v1/user", "a b", "a/b", "x" * 200])
def test_an_id_that_can_be_none_is_never_asked_for(
    service: Service, speech: ElevenLabsSpeech, name: str
) -> None:
    with pytest.raises(JobLost):
        speech.poll(JobRef(id=name))
    assert not service.requests()


def test_an_interrupted_run_asks_nothing(service: Service) -> None:
    options = SpeechOptions(base_url=service.environment["VIDGEN_ELEVENLABS_BASE_URL"])
    made = context(options)
    stopped = type(made)(options=options, media=made.media, key="k", cancelled=lambda: True)
    with pytest.raises(Interrupted):
        ElevenLabsSpeech(stopped).poll(JobRef(id="a1"))
    assert not service.requests()


# the account -------------------------------------------------------------


def account_of(service: Service, key: str = "some-key") -> Account:
    url = service.environment["VIDGEN_ELEVENLABS_BASE_URL"]
    return Account(context(SpeechOptions(base_url=url), key))


def test_the_account_tells_what_is_used(service: Service, speech: ElevenLabsSpeech) -> None:
    speech.ask(spoken())
    used, most = len(WORDS), 10_000_000
    told = f"plan creator: {used} of {most} credits are used; elevenlabs.max_active may be 5"
    assert account_of(service).told() == told


def test_of_a_plan_that_is_not_known_nobody_says_what_it_allows() -> None:
    body = b'{"tier": "new", "character_count": 1, "character_limit": 2}'
    with answering(Answer(body=body, headers=JSON)) as (base, _):
        assert speech_of(base)._account.told() == "plan new: 1 of 2 credits are used"


def test_a_wrong_key_is_told_apart_from_one_with_few_rights(service: Service) -> None:
    with pytest.raises(AuthFailed):
        account_of(service, "wrong-key").told()
    body = b'{"detail": {"status": "missing_permissions", "message": "no user_read"}}'
    with answering(Answer(status=401, body=body, headers=JSON)) as (base, _):
        speech = speech_of(base)
        assert "is known" in speech._account.told()


def test_the_models_that_speak_are_listed(service: Service) -> None:
    models = account_of(service).models()
    assert "eleven_multilingual_v2" in models
    assert "scribe_v1" not in models
