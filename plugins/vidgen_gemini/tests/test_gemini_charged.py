"""What an answer of Gemini's cost, by the tokens that it counts."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from gemini_questions import EXTRA, SDKS, places, scenes, speech, voice_of, writer_of

from vidgen_core import UNKNOWN_PRICE, Price, ScriptRequest
from vidgen_core.testing.service import Service
from vidgen_gemini import SpeechOptions, WordOptions
from vidgen_gemini.answer import Usage, usage_of
from vidgen_gemini.prices import speech_charge, word_charge

AUTUMN, WINTER = date(2026, 11, 1), date(2027, 2, 1)
#: A model whose price does not change, so that this holds on any day.
LITE = "gemini-3.5-flash-lite"
MILLION = 1_000_000


def told(model: str = "", **used: int) -> bytes:
    counts = {f"{name}TokenCount": count for name, count in used.items()}
    candidates = [{"finishReason": "STOP"}]
    answer = {"candidates": candidates, "usageMetadata": counts, "modelVersion": model}
    return json.dumps(answer).encode()


def usage(question: int = MILLION, answer: int = 0, **more: Any) -> Usage:
    return Usage(question=question, answer=answer, **more)


def words(used: Usage, today: date = AUTUMN, **options: Any) -> Price:
    return word_charge(used, WordOptions(**options), today)


@SDKS
@pytest.mark.parametrize("question", [places(), scenes()], ids=["places", "scenes"])
def test_what_an_answer_tells_is_what_is_on_the_bill(
    service: Service, sdk: str, question: ScriptRequest
) -> None:
    writer = writer_of(service, sdk, model=LITE)
    cost = writer.charged(writer.ask(question), question)
    (charge,) = service.bill
    assert cost.low == cost.high == pytest.approx(charge.usd, abs=1e-6)


@SDKS
@pytest.mark.parametrize("mode", ["safety", "max-tokens", "prose", "empty"])
def test_an_answer_that_cannot_be_used_tells_its_cost_too(
    service: Service, sdk: str, mode: str
) -> None:
    service.trouble("gemini.generate", mode)
    writer = writer_of(service, sdk, model=LITE)
    cost = writer.charged(writer.ask(places()), places())
    (charge,) = service.bill
    assert cost.low == cost.high == pytest.approx(charge.usd, abs=1e-6)


def test_of_a_blocked_question_nobody_knows_whether_it_cost_anything(service: Service) -> None:
    service.trouble("gemini.generate", "blocked")
    writer = writer_of(service, "generativeai", model=LITE)
    cost = writer.charged(writer.ask(places()), places())
    (charge,) = service.bill
    assert cost.low == charge.usd == 0
    assert cost.high is not None
    assert 0 < cost.high < 0.01


@EXTRA
@pytest.mark.parametrize("today", [AUTUMN, WINTER])
def test_speech_tells_what_it_cost_by_its_length(service: Service, today: date) -> None:
    used = usage_of(voice_of(service).ask(speech()))
    assert used is not None
    (charge,) = service.bill
    cost = speech_charge(used, SpeechOptions(), today)
    doubled = 2 if today is WINTER else 1
    assert cost.low == cost.high == pytest.approx(doubled * (charge.usd or 0), abs=2e-6)


@EXTRA
def test_a_voice_tells_it_and_by_the_users_own_price_a_minute(service: Service) -> None:
    voice = voice_of(service, speech_price=6.0)
    answer = voice.ask(speech())
    used = usage_of(answer)
    assert used is not None
    seconds = used.answer / 25
    assert voice.charged(answer, speech()).high == pytest.approx(seconds / 10)
    assert voice.charged(b"{}", speech()) == UNKNOWN_PRICE


def test_thoughts_count_as_the_answers_own() -> None:
    used = usage_of(told(prompt=7, candidates=5, thoughts=11, total=23))
    assert used == Usage(question=7, answer=16)
    # A model that thought until its limit wrote nothing.
    assert usage_of(told(prompt=7, thoughts=11, total=18)) == Usage(question=7, answer=11)


@pytest.mark.parametrize(
    ("day", "low", "high"),
    [
        (date(2026, 11, 1), 0.75, 0.75),
        (date(2026, 12, 29), 0.75, 0.75),
        (date(2026, 12, 30), 0.75, 1.5),
        (date(2026, 12, 31), 0.75, 1.5),
        (date(2027, 1, 1), 0.75, 1.5),
        (date(2027, 1, 2), 1.5, 1.5),
    ],
)
def test_an_announced_price_counts_from_its_day_on(day: date, low: float, high: float) -> None:
    assert words(usage(), day) == Price(low, high)


def test_a_long_question_to_a_pro_model_has_the_price_of_long_ones() -> None:
    pro = {"model": "gemini-2.5-pro"}
    assert words(usage(200_000, 100_000), **pro) == Price(1.25, 1.25)
    assert words(usage(400_000, 100_000), **pro) == Price(2.5, 2.5)
    assert words(usage(400_000, 100_000), WINTER, **pro) == Price(2.5, 2.5)


def test_another_model_that_answered_may_have_its_own_price() -> None:
    asked = {"model": "gemini-2.5-pro"}
    assert words(usage(100_000, model="gemini-3.8-flash"), **asked) == Price(0.075, 0.125)
    assert words(usage(100_000, model="gemini-2.5-pro-002"), **asked) == Price(0.125, 0.125)
    assert words(usage(100_000, model="../x"), **asked) == Price(0.125, 0.125)


def test_what_google_had_kept_of_a_question_may_cost_less() -> None:
    assert words(usage(kept=400_000), model=LITE) == Price(0.18, 0.3)


def test_a_users_own_price_is_what_it_cost_and_what_no_table_holds_stays_unknown() -> None:
    own = {"model": "gemini-99", "price_in": 2.0}
    assert words(usage(), **own) == UNKNOWN_PRICE
    assert words(usage(), **own, price_out=1.0) == Price(2.0, 2.0)
    voice = SpeechOptions(speech_model="gemini-99-tts")
    assert speech_charge(usage(), voice, AUTUMN) == UNKNOWN_PRICE


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"usageMetadata": 3}',
        b"[" * 100_000,
        told(),
        told(prompt=3),
        told(candidates=3, total=3),
        told(prompt=-3, total=-3),
        told(prompt=True, total=True),
        told(prompt=10**12, total=10**12),
        told(prompt=3, candidates=4, total=9),  # it does not add up
        told(prompt=3, candidates=4, total=7, cachedContent=4),
        told(prompt=3, candidates=4, total=7, thoughts=-1),
    ],
)
def test_an_answer_that_does_not_count_tells_nothing(raw: bytes) -> None:
    assert usage_of(raw) is None


def test_a_writer_of_such_an_answer_leaves_its_price_as_it_was(service: Service) -> None:
    assert writer_of(service, "generativeai").charged(b"{}", places()) == UNKNOWN_PRICE
    assert not service.requests()
