"""Whether a key is good costs nothing to ask, and the answer says what is left."""

from __future__ import annotations

import pytest
from luma_orders import KEY, TOKEN, clip, engine_of

import vidgen_luma
from vidgen_core import AuthFailed, Context, Unavailable
from vidgen_core.testing.answers import Answer, answering, refusing
from vidgen_core.testing.service import Service
from vidgen_luma import ClipOptions

(ENGINE,) = vidgen_luma.vidgen_video_engines()
(PAINTER,) = vidgen_luma.vidgen_image_generators()


def account(url: str, key: str = KEY) -> str:
    assert ENGINE.check is not None
    options = ClipOptions(base_url=url, timeout=5.0)
    return ENGINE.check(Context(options=options, media=None, key=key))  # type: ignore[arg-type]


def url_of(service: Service) -> str:
    return service.environment["VIDGEN_LUMA_BASE_URL"]


def test_a_good_key_is_told_with_the_balance_and_nothing_is_bought(service: Service) -> None:
    full = account(url_of(service))
    engine_of(service).submit(clip(), TOKEN)
    left = account(url_of(service))
    assert full.startswith("balance $")
    dollars = [float(text.removeprefix("balance $")) for text in (full, left)]
    assert dollars[0] - dollars[1] == pytest.approx(0.71)
    assert [one.method for one in service.requests("luma.credits")] == ["GET", "GET"]
    assert len(service.bill) == 1


def test_a_wrong_key_is_told_apart_from_a_service_that_is_down(service: Service) -> None:
    service.trouble("luma.credits", "401")
    with pytest.raises(AuthFailed):
        account(url_of(service))
    service.trouble("luma.credits", "503")
    with pytest.raises(Unavailable):
        account(url_of(service))
    with refusing() as nowhere, pytest.raises(Unavailable, match="cannot be reached"):
        account(nowhere)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"credit_balance": true}'])
def test_an_answer_without_a_balance_is_no_sign_of_a_good_key(body: bytes) -> None:
    with answering(Answer(body=body)) as (url, _), pytest.raises(Unavailable, match="cannot be"):
        account(url)


def test_both_providers_ask_the_same_and_none_lists_models() -> None:
    assert ENGINE.check is PAINTER.check
    assert (ENGINE.models, PAINTER.models) == (None, None)


@pytest.mark.parametrize("cents", [b"1e999", b"-1e999", b"9" * 400, b"1e20"])
def test_a_balance_that_is_no_sum_is_not_told(cents: bytes) -> None:
    body = b'{"credit_balance": ' + cents + b"}"
    answer = Answer(body=body, headers={"content-type": "application/json"})
    with answering(answer) as (base, _), pytest.raises(Unavailable, match="cannot be read"):
        account(base)
