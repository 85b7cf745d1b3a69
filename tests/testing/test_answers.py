"""What tests of providers are given beside the service: fixed answers, and nobody at all."""

from __future__ import annotations

import httpx
import pytest

from vidgen_core.testing.answers import Answer, Delivery, answering, refusing


def test_everybody_gets_the_answer_and_everything_asked_is_told(http: httpx.Client) -> None:
    with answering(Answer(status=302, body=b"{", headers={"location": "/other"})) as (base, asked):
        assert asked == []
        answer = http.post(f"{base}/orders?page=2", content=b"a boat")
        assert http.get(base).status_code == 302
    assert (answer.status_code, answer.content) == (302, b"{")
    assert answer.headers["location"] == "/other"
    first, second = asked
    assert (first.method, first.path, first.query) == ("POST", "/orders", {"page": "2"})
    assert (first.body, second.method) == (b"a boat", "GET")


def test_an_answer_that_breaks_off_breaks_off(http: httpx.Client) -> None:
    with (
        answering(Answer(body=b"x" * 100, delivery=Delivery.CUT)) as (base, asked),
        pytest.raises(httpx.RemoteProtocolError, match="50 bytes"),
    ):
        http.get(base)
    assert len(asked) == 1


def test_who_takes_it_for_a_proxy_is_heard() -> None:
    with (
        answering(Answer(status=403)) as (base, asked),
        httpx.Client(proxy=base, trust_env=False) as client,
    ):
        with pytest.raises(httpx.ProxyError):
            client.get("https://service.example/")
        client.get("http://service.example/")
    assert [one.method for one in asked] == ["CONNECT", "GET"]


def test_nobody_can_be_reached_where_connections_are_refused(http: httpx.Client) -> None:
    with refusing() as base, pytest.raises(httpx.ConnectError):
        http.get(base)


def test_a_server_is_gone_when_its_test_is_over(http: httpx.Client) -> None:
    with answering(Answer()) as (base, _):
        http.get(base)
    with pytest.raises(httpx.ConnectError):
        http.get(base)
