"""A process killed at every step of the money path, one after the other, pays once.

Steps are everything that outlives a process: each write of the journal (before,
half-way, after), each rename, each state file, each call at the service. The
process is forked, kills itself at step N, and the run is continued.
"""

from __future__ import annotations

import gc
import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk, journal
from vidgen_core.journal import read_ledger

from ..fakes import Film, Service, engine, local_engine
from ..run_directories import begin, visible
from ..run_paths import FILM, clip_path, video_path

pytestmark = [
    pytest.mark.usefixtures("nothing_of_this_machine", "small_pictures"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

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
        gc.freeze()  # what libraries of this process hold is not the child's to collect
        try:
            work()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed otherwise"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def at_step(number: int) -> Callable[[str], bool]:
    """Whether this is step *number* of a run, counted from 0."""
    numbers = itertools.count()
    return lambda name: next(numbers) == number


def steps_of(film: Film, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Work on *film* and return the names of all steps."""
    steps: list[str] = []
    with monkeypatch.context() as patch:
        watched(patch, film.service, steps.append)
        film.work()
    return steps


def kill_in(
    film: Film, monkeypatch: pytest.MonkeyPatch, moment: Callable[[str], bool], name: str
) -> None:
    """Work on *film* in a process that is killed at the step that *moment* is true of."""

    def step(here: str) -> None:
        if moment(here):
            os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        watched(patch, film.service, step)
        assert in_child(film.work) == signal.SIGKILL, name
    film.service.at = lambda point: None


def new_film(folder: Path, ability: str) -> Film:
    service = Service(folder=folder / "service", idempotent=ability == "idempotent")
    spec = engine(service, abilities=frozenset({ability} - {""}))
    return Film(begin(folder, 1), service, (spec,))


@pytest.mark.parametrize("ability", ["idempotent", "find", ""])
def test_killed_at_any_step_each_output_is_paid_for_once_or_is_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ability: str
) -> None:
    film = new_film(tmp_path / "whole", ability)
    steps = steps_of(film, monkeypatch)
    wanted = set(visible(film.root))
    assert len(steps) > 30
    questions = []
    # A provider that cannot be asked again is the hard case; the others take turns.
    chosen = {"": range(len(steps)), "find": range(0, len(steps), 2)}
    for number in chosen.get(ability, range(1, len(steps), 2)):
        name = steps[number]
        film = new_film(tmp_path / str(number), ability)
        kill_in(film, monkeypatch, at_step(number), name)
        outcome = film.work()
        where = f"killed at step {number}, {name}: {film.said}"
        assert film.service.bill()["clip-1-1"] <= 1, where
        assert read_ledger(film.root).damage == "", where
        if film.is_finished():
            assert outcome.codes == set(), where
            assert film.service.bill() == {"clip-1-1": 1}, where
            assert set(visible(film.root)) == wanted, where
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


def test_killed_at_any_step_a_free_clip_is_never_shown_longer_than_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def film_of_half_a_second(folder: Path) -> Film:
        service = Service(folder=folder / "service")
        root = begin(folder, 1, seconds=0.5)
        return Film(root, service, (local_engine(service),), {"engine": "here"})

    film = film_of_half_a_second(tmp_path / "whole")
    steps = steps_of(film, monkeypatch)
    assert read_ledger(film.root).published[clip_path(1, 1)].shown_frames == 6  # of the file's own
    wanted = set(visible(film.root))
    for number, name in enumerate(steps):
        film = film_of_half_a_second(tmp_path / str(number))
        kill_in(film, monkeypatch, at_step(number), name)
        assert film.work().codes == set(), name
        assert film.is_finished(), name
        assert set(visible(film.root)) == wanted, name
        assert read_ledger(film.root).published[clip_path(1, 1)].shown_frames == 6, name


def test_killed_while_a_broken_paid_file_is_fetched_again_it_is_not_bought_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> Film:
        film = new_film(folder, "")
        film.work()
        (film.root / clip_path(1, 1)).write_bytes(b"broken")
        for name in (video_path(1), FILM):
            (film.root / name).unlink()
        return film

    steps = steps_of(broken(tmp_path / "whole"), monkeypatch)
    last = steps.index(f"after {video_path(1)}")
    for number in range(0, last, 2):
        film = broken(tmp_path / str(number))
        kill_in(film, monkeypatch, at_step(number), steps[number])
        outcome = film.work()
        where = f"killed at step {number}, {steps[number]}: {film.said}"
        assert outcome.codes == set(), where
        assert film.service.bill() == {"clip-1-1": 1}, where
        assert read_ledger(film.root).published[clip_path(1, 1)].paid, where


def test_killed_before_the_film_leaves_no_film_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = new_film(tmp_path, "find")
    name = f"before {FILM}"
    kill_in(film, monkeypatch, lambda here: here == name, name)
    assert not (film.root / FILM).exists()
    assert film.work().codes == set()
    assert (film.root / FILM).is_file()
