"""A film whose clips cost money, and the service that takes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..fakes import Film, Service, engine, no_worker_is_left
from ..run_directories import begin


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(folder=tmp_path / "service")


@pytest.fixture
def film(
    tmp_path: Path, service: Service, nothing_of_this_machine: None, small_pictures: None
) -> Iterator[Film]:
    """Two scenes of which none is there, and a paid engine."""
    yield Film(begin(tmp_path, 2), service, (engine(service),))
    assert no_worker_is_left()
