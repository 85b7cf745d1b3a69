"""A service in Luma's place, and the providers that speak to it by Luma's SDK."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vidgen_core.testing.fixtures import footage, service, slow
from vidgen_core.testing.service import Service
from vidgen_luma.work import LumaEngine, LumaPainter

sys.path.insert(0, str(Path(__file__).parent))

from luma_orders import engine_of, painter_of

__all__ = ["footage", "service", "slow"]


@pytest.fixture(autouse=True)
def no_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("LUMAAI_", "VIDGEN_LUMA_")):
            monkeypatch.delenv(name)


@pytest.fixture
def engine(service: Service) -> LumaEngine:
    return engine_of(service)


@pytest.fixture
def painter(service: Service) -> LumaPainter:
    return painter_of(service)
