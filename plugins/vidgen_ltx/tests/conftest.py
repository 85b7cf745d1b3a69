"""Lets the tests of this folder import what they share, and gives them a service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from vidgen_core.testing.service import Footage, Service

sys.path.insert(0, str(Path(__file__).parent))

#: A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    return Footage(tmp_path_factory.mktemp("footage"))


@pytest.fixture
def service(tmp_path: Path, footage: Footage) -> Iterator[Service]:
    """A service whose jobs are done at once."""
    with Service(tmp_path / "service", delay=0, short_side=36, footage=footage) as running:
        yield running


@pytest.fixture
def slow(tmp_path: Path, footage: Footage) -> Iterator[Service]:
    """A service whose jobs wait for 20 seconds and take 80."""
    with Service(tmp_path / "slow", delay=100, short_side=36, footage=footage) as running:
        yield running
