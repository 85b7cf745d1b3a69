"""A disk that ffmpeg finds full is the full disk that anything else would find."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk
from vidgen_core.errors import ExitCode, MachineError
from vidgen_core.media import Media

from .fakes import Film, Service, local_engine, no_worker_is_left
from .full_disk import FULL, needs_a_full_disk
from .run_directories import begin


def fill(into: Path) -> Path:
    """A place where ffmpeg has no room."""
    into.symlink_to(FULL)
    return into


@needs_a_full_disk
def test_what_ffmpeg_says_of_a_full_disk_is_said_as_anywhere_else(tmp_path: Path) -> None:
    into = fill(tmp_path / "full.wav")
    elsewhere = disk.machine_error(
        OSError(errno.ENOSPC, "No space left on device"), f"cannot write {into}"
    )
    with pytest.raises(MachineError) as caught:
        Media("bundled").encode_audio([bytes(4 * 48000)], into, rate=48000, channels=1)
    assert (caught.value.message, caught.value.advice) == (elsewhere.message, elsewhere.advice)
    assert disk.is_everywhere(caught.value)


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Film]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no settings"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    service = Service(folder=tmp_path / "service")
    film = Film(begin(tmp_path, 3), service, (local_engine(service),), {"engine": "here"})
    yield film
    assert no_worker_is_left()


@needs_a_full_disk
def test_a_full_disk_that_ffmpeg_finds_lets_nothing_new_begin(film: Film, tmp_path: Path) -> None:
    def render() -> Any:
        into = fill(tmp_path / "full.wav")
        Media("bundled").encode_audio([bytes(4 * 48000)], into, rate=48000, channels=1)

    film.service.trouble["render"] = [render]
    outcome = film.work(jobs=1)
    assert outcome.codes == {ExitCode.MACHINE}
    assert film.service.count("render") == 1
