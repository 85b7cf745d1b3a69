"""A service at which jobs take no time to speak of, and somebody with keys for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.testing.fixtures import footage
from vidgen_core.testing.service import Footage, Service

from .canaries import assert_sent_in_headers, commands_overheard, keys_below
from .customers import Customer

__all__ = ["footage"]

for _name in ("claude", "elevenlabs", "gemini", "local", "ltx", "luma"):
    pytest.importorskip(f"vidgen_{_name}")


@pytest.fixture(autouse=True, scope="module")
def no_key_is_told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Look at the end through all that the tests of a file wrote, and all that commands said."""
    temporary = tmp_path_factory.getbasetemp()
    before = set(temporary.iterdir())
    with commands_overheard() as told:
        yield
    assert told == []
    assert keys_below(set(temporary.iterdir()) - before) == []


@pytest.fixture
def service(tmp_path: Path, footage: Footage) -> Iterator[Service]:
    """A service whose jobs take a moment."""
    with Service(tmp_path / "service", delay=0.2, short_side=36, footage=footage) as running:
        yield running
        assert_sent_in_headers(running)


@pytest.fixture
def customer(tmp_path: Path, service: Service) -> Customer:
    """Somebody with a key for each vendor."""
    home = tmp_path / "home"
    home.mkdir()
    return Customer(home=home, service=service)
