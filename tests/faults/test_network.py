"""Whatever a network or a service does, nothing is paid twice, and nothing paid is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.testing.fixtures import footage
from vidgen_core.testing.service import Footage, Service

from ..paid.canaries import assert_sent_in_headers
from .extent import counted, some
from .forked import SDKS, Forked, forked
from .network import Case, every_case
from .purchases import Purchase
from .wire import wired

__all__ = ["footage"]

for _name in ("claude", "elevenlabs", "gemini", "local", "ltx", "luma"):
    pytest.importorskip(f"vidgen_{_name}")
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system begins nothing by forking"),
    pytest.mark.timeout(480),
]

CASES = every_case()


@pytest.fixture(scope="module")
def commands() -> Iterator[Forked]:
    """What begins commands that need not import the SDKs each for itself."""
    with forked(*SDKS) as begun:
        yield begun


@pytest.mark.parametrize("case", some(CASES, 6), ids=str)
def test_nothing_is_paid_twice_whatever_goes_wrong_on_the_way(
    case: Case, commands: Forked, footage: Footage, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with (
        Service(tmp_path / "service", delay=0, short_side=36, footage=footage) as service,
        wired(service) as wire,
    ):
        Purchase(case=case, home=home, forked=commands, service=service, wire=wire).play()
        assert_sent_in_headers(service)
    counted("network", cases=1, requests=len(service.requests()), charges=len(service.bill))


def test_the_matrix_has_every_provider_at_each_of_its_calls() -> None:
    met = {(case.buyer.name, case.call) for case in CASES}
    assert met == {(case.buyer.name, call) for case in CASES for call in case.buyer.routes}
    assert len({str(case) for case in CASES}) == len(CASES)
    print(f"{len(CASES)} cases")
