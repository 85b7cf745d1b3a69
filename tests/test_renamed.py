"""A run directory that goes away while a run works on it is never made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vidgen_core import layout
from vidgen_core.cli.last_line import exit_code, last_line
from vidgen_core.errors import ExitCode, MachineError
from vidgen_core.rundir import RunDirectory

from .fakes import Film, Service, engine, local_engine, no_worker_is_left
from .run_directories import TS, begin, contents, put

WRITERS: dict[str, Callable[[RunDirectory, Path], object]] = {
    "the state": lambda run, file: run.write_state(layout.SETTINGS, b"x"),
    "a scratch folder": lambda run, file: run.scratch("film"),
    "a publish": lambda run, file: run.publish(file, f"scene_1_all_vid_{TS}/x.mp4"),
    "a move": lambda run, file: run.set_aside(file, "film.mp4"),
    "the lock": lambda run, file: run.locked("vidgen").__enter__(),
}


@pytest.fixture
def film(tmp_path: Path, nothing_of_this_machine: None, small_pictures: None) -> Iterator[Film]:
    service = Service(folder=tmp_path / "service")
    yield Film(begin(tmp_path, 2), service, (engine(service), local_engine(service)))
    assert no_worker_is_left()


def rename_at(film: Film, point: str) -> Path:
    """Rename the directory when the fakes reach *point* for the first time."""
    new = film.root.with_name("renamed")

    def at(reached: str) -> None:
        if reached == point and film.root.exists():
            film.root.rename(new)

    film.service.at = at
    return new


@pytest.mark.parametrize("writer", WRITERS)
def test_no_write_makes_a_directory_that_went_away_anew(tmp_path: Path, writer: str) -> None:
    run = RunDirectory(begin(tmp_path, 1))
    file = put(tmp_path / "output.mp4", b"film")
    run.root.rename(tmp_path / "renamed")
    with pytest.raises(MachineError, match="went away") as caught:
        WRITERS[writer](run, file)
    assert "new name" in caught.value.advice
    assert not run.root.exists()
    assert file.read_bytes() == b"film"


@pytest.mark.parametrize("point", ["before submit", "poll", "half a fetch", "join", "film"])
def test_a_run_whose_directory_is_renamed_ends_with_what_happened_and_no_ghost(
    film: Film, point: str
) -> None:
    new = rename_at(film, point)
    outcome = film.work()
    assert not film.root.exists()
    assert exit_code(outcome) is ExitCode.MACHINE
    said = {error.message for _, error in outcome.errors}
    assert said == {f"the directory {film.root} went away"}
    opened: Any = SimpleNamespace(directory=RunDirectory(film.root))
    last = last_line(opened.directory.root, outcome, ExitCode.MACHINE)
    assert last.endswith("to go on: vidgen continue ITS_NEW_NAME")
    assert not (new / f"final_video_{TS}.mp4").exists()
    film.root, film.service.at = new, lambda point: None
    assert film.work().codes == set()  # under its new name it is finished,
    assert max(film.service.bill().values()) == 1  # and nothing is paid for twice


def test_no_record_is_written_of_a_file_that_could_not_be_published(film: Film) -> None:
    film.flags = {"engine": "here"}
    film.work()
    (film.root / f"final_video_{TS}.mp4").unlink()
    new, before = rename_at(film, "film"), film.kinds()
    film.work()
    film.root = new
    since = [what for kind, what in film.kinds()[len(before) :] if kind == "published"]
    assert since == []
    assert f"final_video_{TS}.mp4" not in contents(new)
