"""One user call, one paid POST, whatever goes wrong; and the right word for what it may cost."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from ltx_answers import answer, answering
from ltx_orders import clip, engine, ordered, painter, picture, posts

from vidgen_core import (
    AuthFailed,
    Billed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)
from vidgen_core.testing.service import Service

#: mode, more about it, the error, whether it was charged, whether to try again
FAULTS = [
    ("drop", {}, Unavailable, Billed.UNKNOWN, True),
    ("hang", {}, Unavailable, Billed.UNKNOWN, True),
    ("html", {}, Unavailable, Billed.UNKNOWN, True),
    ("truncated", {}, Unavailable, Billed.UNKNOWN, True),
    ("429", {}, RateLimited, Billed.NO, True),
    ("429", {"retry_after": "7"}, RateLimited, Billed.NO, True),
    ("500", {}, Unavailable, Billed.NO, True),
    ("503", {}, Unavailable, Billed.NO, True),
    ("nginx", {}, Unavailable, Billed.NO, True),
    ("408", {}, Unavailable, Billed.UNKNOWN, True),
    ("400", {}, Refused, Billed.NO, False),
    ("404", {}, Refused, Billed.NO, False),
    ("422", {}, Refused, Billed.NO, False),
    ("wrong-key", {}, AuthFailed, Billed.NO, False),
    ("out-of-credit", {}, OutOfCredit, Billed.NO, False),
]


@pytest.mark.parametrize("kind", [engine, painter], ids=["clip", "picture"])
@pytest.mark.parametrize(("mode", "more", "error", "billed", "retry"), FAULTS)
def test_a_fault_at_an_order_is_one_post_and_the_right_error(
    service: Service,
    kind: Any,
    mode: str,
    more: dict[str, str],
    error: type[ProviderError],
    billed: Billed,
    retry: bool,
) -> None:
    service.trouble("fal.submit", mode, **more)
    with pytest.raises(error) as raised:
        ordered(kind(service), clip() if kind is engine else picture())
    assert type(raised.value) is error
    assert posts(service) == 1
    assert (raised.value.billed, raised.value.retry) == (billed, retry)
    assert raised.value.retry_after == (7.0 if more else None)
    charged = bool(service.bill)
    assert not charged or billed is Billed.UNKNOWN, "what is charged is never said to be free"


def test_an_order_that_is_taken_is_one_post_and_one_charge(service: Service) -> None:
    job = ordered(engine(service), clip())
    assert posts(service) == 1
    assert [charge.job for charge in service.bill] == [job.id]
    assert job.facts["model"] == "fal-ai/ltx-2.3/text-to-video/fast"
    assert set(job.facts) == {"model", "status_url", "response_url", "cancel_url"}


def test_where_there_is_no_connection_nothing_was_sent(service: Service) -> None:
    with socket.socket() as taken:  # bound and not listening: whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unavailable) as raised:
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
        ("502 Bad Gateway", b"<html>nginx</html>", Billed.UNKNOWN),
        ("504 Gateway Timeout", b"<html>nginx</html>", Billed.UNKNOWN),
        ("502 Bad Gateway", b'{"detail": "x", "error_type": "runner_disconnected"}', Billed.NO),
        ("302 Found", b"", Billed.UNKNOWN),
        ("200 OK", b'{"status": "IN_QUEUE"}', Billed.UNKNOWN),
        ("200 OK", b'{"request_id": "../../elsewhere"}', Billed.UNKNOWN),
        ("200 OK", b"[" * 100_000, Billed.UNKNOWN),
        ("200 OK", b'"a text"', Billed.UNKNOWN),
    ],
)
def test_only_what_fal_itself_failed_is_free(
    service: Service, status: str, body: bytes, billed: Billed
) -> None:
    with (
        answering(answer(status, body, f"location: {service.base}/elsewhere")) as (base, heads),
        pytest.raises(Unavailable) as raised,
    ):
        ordered(engine(service, base_url=base), clip())
    assert raised.value.billed is billed
    assert len(heads) == 1
    assert not service.requests(), "no redirect is followed"


def test_a_refusal_whose_body_breaks_off_is_still_a_refusal(service: Service) -> None:
    cut = answer("429 Too Many Requests", b"x" * 100, "retry-after: 3")[:-50]
    with answering(cut) as (base, _), pytest.raises(RateLimited) as raised:
        ordered(engine(service, base_url=base), clip())
    assert (raised.value.billed, raised.value.retry_after) == (Billed.NO, 3.0)


def test_addresses_that_lead_elsewhere_are_not_kept(service: Service) -> None:
    body = b'{"request_id": "abc", "status_url": "http://127.0.0.1:9/x/abc/status"}'
    with answering(answer("200 OK", body)) as (base, _):
        job = ordered(engine(service, base_url=base), clip())
    assert job.facts == {"model": "fal-ai/ltx-2.3/text-to-video/fast"}


def test_a_proxy_of_the_environment_never_sees_the_key_in_plain(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(answer("200 OK", b'{"request_id": "abc"}')) as (proxy, heads):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        ordered(engine(service), clip())
    assert not heads
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
