"""What tests of several rooms begin with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from vidgen_core.belongings import held

from .extent import ALL
from .faults.extent import ALL as ALL_FAULTS
from .faults.extent import SEED
from .generate_runs import Generated, generated_film
from .worker_threads import forget_workers

if TYPE_CHECKING:
    from vidgen_core.media import Media

#: A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None, max_examples=100 if ALL else 40)
settings.load_profile("patient")


def pytest_report_header() -> str:
    """Say what chose the part of the sweeps that is run, for whoever wants it again."""
    extent = "all of them" if ALL_FAULTS else "a part"
    return f"sweeps of tests/faults: {extent}, VIDGEN_TEST_SEED={SEED}"


@pytest.fixture(scope="module")
def media() -> Media:
    """The ffmpeg that is the same on every machine."""
    from vidgen_core.media import Media  # the tests of other rooms do without it

    return Media("bundled")


@pytest.fixture(autouse=True)
def no_keys_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test found as a key, be it a common word, is none here."""
    monkeypatch.setattr("vidgen_core.keys._found_keys", set())


@pytest.fixture(autouse=True)
def no_workers_of_other_tests() -> None:
    """What hangs in a thread since another test is no work of this one, and changes nothing."""
    forget_workers()
    with held():
        pass


@pytest.fixture
def nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has set nothing, in a folder without keys."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no settings"))
    for name in [name for name in os.environ if name.startswith("VIDGEN_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A film that was generated once, for all who compare with it."""
    return generated_film(tmp_path_factory.mktemp("generated"))


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no video tells a size, clips are asked for in that of the tests' own."""
    from vidgen_core import opening

    monkeypatch.setattr(opening, "size_of", lambda aspect, resolution: (160, 90))
