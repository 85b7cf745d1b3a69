"""A provider that orders twice, or says the wrong thing about it, does not get past ``Fault``."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from vidgen_core.errors import AuthFailed, Billed, ProviderError, RateLimited, Unavailable
from vidgen_core.testing.orders import Fault
from vidgen_core.testing.service import Service

from .asked import KEY

BUSY = Fault("429", RateLimited, Billed.NO, more={"retry_after": "7"})
LOST = Fault("truncated", Unavailable, Billed.UNKNOWN)
Order = Callable[..., Callable[[], None]]


@pytest.fixture
def order(service: Service, http: httpx.Client) -> Order:
    """From the error that a provider raises, and how often it asks, to an order by it."""
    url = service.environment["VIDGEN_LUMA_BASE_URL"] + "/generations/video"
    key = {"Authorization": f"Bearer {KEY}"}

    def by(raised: ProviderError | None, times: int = 1) -> Callable[[], None]:
        def ordered() -> None:
            for _ in range(times):
                try:
                    http.post(url, headers=key, json={"model": "ray-2", "prompt": "a cat"})
                except httpx.RemoteProtocolError:
                    continue
            if raised is not None:
                raise raised

        return ordered

    return by


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (BUSY, RateLimited("wait", retry_after=7.0)),
        (LOST, Unavailable("no answer")),
        (Fault("401", AuthFailed, Billed.NO, retry=False), AuthFailed("no such key")),
    ],
    ids=str,
)
def test_one_order_and_the_right_error_are_right(
    service: Service, order: Order, fault: Fault, raised: ProviderError
) -> None:
    assert fault.meet(service, "luma.*", order(raised)) is raised


@pytest.mark.parametrize("times", [0, 2])
def test_no_order_and_two_are_told(service: Service, order: Order, times: int) -> None:
    with pytest.raises(AssertionError, match="429 retry_after=7: one call is one order"):
        BUSY.meet(service, "luma.*", order(RateLimited("wait", retry_after=7.0), times))


class _Slow(RateLimited):
    """Another error, though one of the same kind."""


@pytest.mark.parametrize(
    ("raised", "why"),
    [
        (None, "no error was raised"),
        (Unavailable("wait", retry_after=7.0), "it raised Unavailable"),
        (_Slow("wait", retry_after=7.0), "it raised _Slow"),
        (RateLimited("wait", retry_after=7.0, billed=Billed.UNKNOWN), "billed, retry"),
        (RateLimited("wait", retry_after=7.0, retry=False), "billed, retry"),
        (RateLimited("wait"), "wait None s, not 7.0"),
    ],
)
def test_another_error_is_told(
    service: Service, order: Order, raised: ProviderError | None, why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        BUSY.meet(service, "luma.*", order(raised))


def test_a_wait_that_nobody_asked_for_is_told(service: Service, order: Order) -> None:
    with pytest.raises(AssertionError, match="wait 3"):
        LOST.meet(service, "luma.*", order(Unavailable("no answer", retry_after=3.0)))


def test_what_was_charged_is_never_free(service: Service, order: Order) -> None:
    free = Fault("truncated", Unavailable, Billed.NO)
    with pytest.raises(AssertionError, match="said to be free, and it was charged"):
        free.meet(service, "luma.*", order(Unavailable("no answer", billed=Billed.NO)))
    assert len(service.bill) == 1


def test_a_bug_of_a_provider_is_not_taken_for_an_answer(service: Service) -> None:
    with pytest.raises(ZeroDivisionError):
        BUSY.meet(service, "luma.*", lambda: 1 / 0)
