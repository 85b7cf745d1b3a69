"""pytest fixtures: services that rehearse, for the tests of providers that speak to them.

Import those that you use in your ``conftest.py``, and name them in its ``__all__``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.testing.service import Footage, Service

__all__ = ["footage", "service", "slow"]


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
