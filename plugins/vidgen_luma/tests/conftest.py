"""A service in Luma's place, and the providers that speak to it by Luma's SDK."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.testing.service import Footage, Service
from vidgen_luma.work import LumaEngine, LumaPainter

sys.path.insert(0, str(Path(__file__).parent))

from luma_orders import engine_of, painter_of


@pytest.fixture(autouse=True)
def no_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("LUMAAI_", "VIDGEN_LUMA_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """Media that all services of the tests share."""
    return Footage(tmp_path_factory.mktemp("footage"))


@pytest.fixture
def service(tmp_path: Path, footage: Footage) -> Iterator[Service]:
    """A service whose jobs are done at once."""
    with Service(tmp_path / "rehearsal", delay=0, footage=footage) as begun:
        yield begun


@pytest.fixture
def slow(tmp_path: Path, footage: Footage) -> Iterator[Service]:
    """A service whose jobs queue for 20 s and are worked on for 80; its clock can be set."""
    with Service(tmp_path / "slow", delay=100, footage=footage) as begun:
        yield begun


@pytest.fixture
def engine(service: Service) -> LumaEngine:
    return engine_of(service)


@pytest.fixture
def painter(service: Service) -> LumaPainter:
    return painter_of(service)
