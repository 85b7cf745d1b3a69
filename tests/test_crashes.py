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

from .fakes import Film, Service, engine, local_engine
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
    return


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
    # A provider that cannot be asked again is the hard case; the others take turns.
    chosen = {"": range(len(steps)), "find": range(0, len(steps), 2)}
    for number in chosen.get(ability, range(1, len(steps), 2)):
        name = steps[number]
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


def test_killed_at_any_step_a_free_clip_is_never_shown_longer_than_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def film_of_half_a_second(folder: Path) -> Film:
        service = Service(folder=folder / "service")
        root = begin(folder, 1, seconds=0.5)
        return Film(root, service, (local_engine(service),), {"engine": "here"})

    steps: list[str] = []
    film = film_of_half_a_second(tmp_path / "whole")
    with monkeypatch.context() as patch:
        watched(patch, film.service, steps.append)
        film.work()
    clip = f"scene_1_all_vid_{TS}/scene_1_vid_1_{TS}.mp4"
    assert read_ledger(film.root).published[clip].shown_frames == 6  # of the file's own
    wanted = visible(film.root)
    for number, name in enumerate(steps):
        film = film_of_half_a_second(tmp_path / str(number))
        left = [number]

        def step(here: str, left: list[int] = left) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        with monkeypatch.context() as patch:
            watched(patch, film.service, step)
            assert in_child(film.work) == signal.SIGKILL, name
        film.service.at = lambda point: None
        assert film.work().codes == set(), name
        assert film.is_finished(), name
        assert visible(film.root) == wanted, name
        assert read_ledger(film.root).published[clip].shown_frames == 6, name


def test_killed_while_a_broken_paid_file_is_fetched_again_it_is_not_bought_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = f"scene_1_all_vid_{TS}/scene_1_vid_1_{TS}.mp4"

    def broken(folder: Path) -> Film:
        film = new_film(folder, "")
        film.work()
        (film.root / clip).write_bytes(b"broken")
        for name in (f"scene_1_{TS}.mp4", FILM):
            (film.root / name).unlink()
        return film

    steps: list[str] = []
    film = broken(tmp_path / "whole")
    with monkeypatch.context() as patch:
        watched(patch, film.service, steps.append)
        film.work()
    last = steps.index(f"after scene_1_{TS}.mp4")
    for number in range(0, last, 2):
        film = broken(tmp_path / str(number))
        left = [number]

        def step(here: str, left: list[int] = left) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        with monkeypatch.context() as patch:
            watched(patch, film.service, step)
            assert in_child(film.work) == signal.SIGKILL
        film.service.at = lambda point: None
        outcome = film.work()
        where = f"killed at step {number}, {steps[number]}: {film.said}"
        assert outcome.codes == set(), where
        assert film.service.bill() == {"clip-1-1": 1}, where
        assert read_ledger(film.root).published[clip].paid, where


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
