"""What films at a rehearsal service share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.testing.fixtures import footage
from vidgen_core.testing.service import Footage, Service

from .rehearsed import at_service

__all__ = ["footage"]


@pytest.fixture
def service(tmp_path: Path, footage: Footage, nothing_of_this_machine: None) -> Iterator[Service]:
    """A service that the environment leads to."""
    with at_service(tmp_path / "service", footage) as begun:
        yield begun
