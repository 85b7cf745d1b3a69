"""A process killed at every step of the money path, one after the other, pays once.

Steps are everything that outlives a process: each write of the journal (before,
half-way, after), each rename, each state file, each call at the service. The
process is forked, kills itself at step N, and the run is continued.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk, journal
from vidgen_core.journal import read_ledger

from .fakes import Film, Service, engine
from .run_directories import TS, begin

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

FILM = f"final_video_{TS}.mp4"
Step = Callable[[str], None]


def watched(monkeypatch: pytest.MonkeyPatch, service: Service, step: Step) -> None:
    """Have *step* called before and after whatever outlives the process."""
    write_all, move, write_file = journal._write_all, disk.move, disk.write_file

    def write(handle: int, content: bytes) -> None:
        step("before a record")
        write_all(handle, content[: len(content) // 2])
        step("half a record")
        write_all(handle, content[len(content) // 2 :])
        step("after a record")

    def rename(source: Path, target: Path) -> None:
        step(f"before {target.name}")
        move(source, target)
        step(f"after {target.name}")

    def state(path: Path, content: bytes) -> None:
        step(f"before {path.name}")
        write_file(path, content)
        step(f"after {path.name}")

    monkeypatch.setattr(journal, "_write_all", write)
    monkeypatch.setattr(disk, "move", rename)
    monkeypatch.setattr(disk, "write_file", state)
    service.at = step


def in_child(work: Callable[[], Any]) -> int:
    """Run *work* in a forked process and return the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed otherwise"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no settings"))
    yield


def new_film(folder: Path, ability: str) -> Film:
    service = Service(folder=folder / "service", idempotent=ability == "idempotent")
    spec = engine(service, abilities=frozenset({ability} - {""}))
    return Film(begin(folder, 1), service, (spec,))


def visible(root: Path) -> set[str]:
    """Every path of a run directory but those of vidgen's own folder."""
    paths = (path.relative_to(root) for path in root.rglob("*"))
    return {str(path) for path in paths if path.parts[0] != ".vidgen"}


@pytest.mark.parametrize("ability", ["idempotent", "find", ""])
def test_killed_at_any_step_each_output_is_paid_for_once_or_is_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ability: str
) -> None:
    steps: list[str] = []
    film = new_film(tmp_path / "whole", ability)
    with monkeypatch.context() as patch:
        watched(patch, film.service, steps.append)
        film.work()
    wanted = visible(film.root)
    assert len(steps) > 30
    questions = []
    for number, name in enumerate(steps):
        film = new_film(tmp_path / str(number), ability)
        left = [number]

        def step(here: str, left: list[int] = left) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        with monkeypatch.context() as patch:
            watched(patch, film.service, step)
            assert in_child(film.work) == signal.SIGKILL, name
        film.service.at = lambda point: None
        outcome = film.work()
        where = f"killed at step {number}, {name}: {film.said}"
        assert film.service.bill()["clip-1-1"] <= 1, where
        assert read_ledger(film.root).damage == "", where
        if film.is_finished():
            assert outcome.codes == set(), where
            assert film.service.bill() == {"clip-1-1": 1}, where
            assert visible(film.root) == wanted, where
            assert read_ledger(film.root).in_flight == {}, where
        else:
            questions.append(name)
    if ability:
        assert questions == []
    else:
        # Between intent and job id nobody can know; everywhere else it is known.
        first, last = steps.index("after a record", 3), steps.index("after submit")
        assert set(questions) <= {*steps[first : last + 3]}
        assert {"before submit", "after submit"} <= set(questions)


def test_killed_before_the_film_leaves_no_film_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = new_film(tmp_path, "find")

    def step(here: str) -> None:
        if here == f"before {FILM}":
            os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        watched(patch, film.service, step)
        assert in_child(film.work) == signal.SIGKILL
    assert not (film.root / FILM).exists()
    film.service.at = lambda point: None
    assert film.work().codes == set()
    assert (film.root / FILM).is_file()
