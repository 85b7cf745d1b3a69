"""A service, and the vendors' own SDKs that speak to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import fal_client
import fal_client.client
import httpx
import pytest
from lumaai import LumaAI

from vidgen_core.testing.fixtures import footage, service, slow
from vidgen_core.testing.service import Service

from .asked import KEY

__all__ = ["footage", "service", "slow"]


@pytest.fixture
def luma(service: Service) -> Iterator[LumaAI]:
    with luma_of(service) as client:
        yield client


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client that knows no key."""
    with httpx.Client(timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def fal(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[fal_client.SyncClient]:
    yield from fal_of(service, monkeypatch)


def luma_of(service: Service, key: str = KEY, timeout: float = 30) -> LumaAI:
    """Return Luma's SDK for *service*, without its own retries."""
    url = service.environment["VIDGEN_LUMA_BASE_URL"]
    return LumaAI(auth_token=key, base_url=url, max_retries=0, timeout=timeout)


def fal_of(
    service: Service, monkeypatch: pytest.MonkeyPatch, key: str = KEY
) -> Iterator[fal_client.SyncClient]:
    """Yield fal's SDK for *service*."""
    urls = service.environment
    module = fal_client.client
    monkeypatch.setattr(module, "QUEUE_URL_FORMAT", urls["VIDGEN_LTX_BASE_URL"] + "/")
    monkeypatch.setattr(module, "REST_URL", urls["VIDGEN_LTX_STORAGE_URL"])
    monkeypatch.setattr(module, "CDN_URL", urls["VIDGEN_LTX_UPLOAD_URL"])
    client = fal_client.SyncClient(key=key)
    with ExitStack() as opened:
        opened.callback(lambda: client._client.close())
        cdn = client._get_cdn_client  # the SDK leaves what it returns open
        client.__dict__["_get_cdn_client"] = lambda: opened.enter_context(cdn())
        yield client
