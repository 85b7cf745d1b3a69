"""A studio: a directory of three scenes, engines paid and free, and the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core import plugins
from vidgen_core.cli import at_work
from vidgen_core.executor import Run
from vidgen_core.specs import ProviderSpec

from ..fakes import QuickMedia, Service, SwiftClock, engine, local_engine, voice
from ..run_directories import begin, scene_object
from .studio import Studio, pictures, sounds, takes


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(folder=tmp_path / "service", content=takes)


@pytest.fixture
def studio(
    tmp_path: Path,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    nothing_of_this_machine: None,
    small_pictures: None,
) -> Studio:
    told = [scene_object(number, narration=f"Scene {number} is told.") for number in (1, 2, 3)]
    specs: list[ProviderSpec] = [
        engine(service),
        local_engine(service),
        pictures(service),
        sounds(service),
        voice(service, {}),
    ]
    made = Studio(begin(tmp_path, told), service, capsys, specs)
    monkeypatch.setattr(plugins, "load", made.installed)
    monkeypatch.setattr(at_work, "Media", lambda *_, **__: QuickMedia())
    monkeypatch.setattr(at_work, "Run", lambda **facts: Run(**facts, clock=SwiftClock()))
    return made
