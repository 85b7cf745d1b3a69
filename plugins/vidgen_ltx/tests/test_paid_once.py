"""One user call, one paid POST, whatever goes wrong; and the right word for what it may cost."""

from __future__ import annotations

from typing import Any

import pytest
from ltx_orders import clip, engine, ordered, painter, picture, posts

from vidgen_core import AuthFailed, Billed, OutOfCredit, RateLimited, Refused, Unavailable
from vidgen_core.testing.answers import Answer, Delivery, answering, refusing
from vidgen_core.testing.orders import Fault
from vidgen_core.testing.service import Service

FAULTS = [
    Fault("drop", Unavailable, Billed.UNKNOWN),
    Fault("hang", Unavailable, Billed.UNKNOWN),
    Fault("html", Unavailable, Billed.UNKNOWN),
    Fault("truncated", Unavailable, Billed.UNKNOWN),
    Fault("429", RateLimited, Billed.NO),
    Fault("429", RateLimited, Billed.NO, more={"retry_after": "7"}),
    Fault("500", Unavailable, Billed.NO),
    Fault("503", Unavailable, Billed.NO),
    Fault("nginx", Unavailable, Billed.NO),
    Fault("408", Unavailable, Billed.UNKNOWN),
    Fault("400", Refused, Billed.NO, retry=False),
    Fault("404", Refused, Billed.NO, retry=False),
    Fault("422", Refused, Billed.NO, retry=False),
    Fault("wrong-key", AuthFailed, Billed.NO, retry=False),
    Fault("out-of-credit", OutOfCredit, Billed.NO, retry=False),
]


@pytest.mark.parametrize("kind", [engine, painter], ids=["clip", "picture"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_at_an_order_is_one_post_and_the_right_error(
    service: Service, kind: Any, fault: Fault
) -> None:
    request = clip() if kind is engine else picture()
    wait = 0.5 if fault.mode == "hang" else 20.0
    fault.meet(service, "fal.submit", lambda: ordered(kind(service, submit_timeout=wait), request))


def test_an_order_that_is_taken_is_one_post_and_one_charge(service: Service) -> None:
    job = ordered(engine(service), clip())
    assert posts(service) == 1
    assert [charge.job for charge in service.bill] == [job.id]
    assert job.facts["model"] == "fal-ai/ltx-2.3/text-to-video/fast"
    assert set(job.facts) == {"model", "status_url", "response_url", "cancel_url"}


def test_where_there_is_no_connection_nothing_was_sent(service: Service) -> None:
    with refusing() as base, pytest.raises(Unavailable) as raised:
        ordered(engine(service, base_url=base), clip())
    assert raised.value.billed is Billed.NO
    assert raised.value.retry


def test_the_words_of_the_service_are_shown_and_cleaned(service: Service) -> None:
    service.trouble("fal.submit", "400", reason="no\x1b[31m such\n thing\u202e")
    with pytest.raises(Refused, match=r"no such thing$"):
        ordered(engine(service), clip())


@pytest.mark.parametrize(
    ("status", "body", "billed"),
    [
        (502, b"<html>nginx</html>", Billed.UNKNOWN),
        (504, b"<html>nginx</html>", Billed.UNKNOWN),
        (502, b'{"detail": "x", "error_type": "runner_disconnected"}', Billed.NO),
        (520, b'{"status": "IN_QUEUE", "request_id": "abc"}', Billed.UNKNOWN),
        (503, b'{"status": "IN_QUEUE", "request_id": "abc"}', Billed.UNKNOWN),
        (302, b"", Billed.UNKNOWN),
        (200, b'{"status": "IN_QUEUE"}', Billed.UNKNOWN),
        (200, b'{"request_id": "../../elsewhere"}', Billed.UNKNOWN),
        (200, b"[" * 100_000, Billed.UNKNOWN),
        (200, b'"a text"', Billed.UNKNOWN),
    ],
)
def test_only_what_fal_itself_failed_is_free(
    service: Service, status: int, body: bytes, billed: Billed
) -> None:
    headers = {"location": f"{service.base}/elsewhere", "x-fal-request-id": "abc"}
    with (
        answering(Answer(status=status, body=body, headers=headers)) as (base, asked),
        pytest.raises(Unavailable) as raised,
    ):
        ordered(engine(service, base_url=base), clip())
    assert raised.value.billed is billed
    assert len(asked) == 1
    assert not service.requests(), "no redirect is followed"


def test_a_refusal_whose_body_breaks_off_is_still_a_refusal(service: Service) -> None:
    wait = {"retry-after": "3"}
    cut = Answer(status=429, body=b"x" * 100, headers=wait, delivery=Delivery.CUT)
    with answering(cut) as (base, _), pytest.raises(RateLimited) as raised:
        ordered(engine(service, base_url=base), clip())
    assert (raised.value.billed, raised.value.retry_after) == (Billed.NO, 3.0)


def test_addresses_that_lead_elsewhere_are_not_kept(service: Service) -> None:
    body = b'{"request_id": "abc", "status_url": "http://127.0.0.1:9/x/abc/status"}'
    with answering(Answer(body=body)) as (base, _):
        job = ordered(engine(service, base_url=base), clip())
    assert job.facts == {"model": "fal-ai/ltx-2.3/text-to-video/fast"}


def test_a_proxy_of_the_environment_never_sees_the_key_in_plain(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(Answer(body=b'{"request_id": "abc"}')) as (proxy, asked):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        ordered(engine(service), clip())
    assert not asked
    assert posts(service) == 1


@pytest.mark.parametrize("proxy", ["nonsense://127.0.0.1:1", "http://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_means_that_nothing_was_sent(
    service: Service, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    with pytest.raises(Unavailable) as raised:
        ordered(engine(service, base_url="https://queue.fal.example"), clip())
    assert raised.value.billed is Billed.NO
