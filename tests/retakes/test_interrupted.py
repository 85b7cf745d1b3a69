"""Ctrl-C amid the moves of ``redo`` and ``undo`` says what was moved, and what to type next."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from vidgen_core import disk
from vidgen_core.errors import ExitCode

from ..run_directories import contents, everything
from ..run_paths import FILM
from .studio import PLAIN, Studio

NO_CHARGE = "nothing was charged by this command"


@pytest.fixture
def ctrl_c(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Has Ctrl-C come after as many moves as its one number says."""
    left: list[int] = []
    move = disk.move

    def moving(source: Path, target: Path) -> None:
        if left and left[0] == 0:
            left.clear()
            raise KeyboardInterrupt
        move(source, target)
        left[:] = [number - 1 for number in left]

    monkeypatch.setattr(disk, "move", moving)
    return left


def test_what_goes_on_after_an_interrupted_redo_has_its_engine_and_its_limit(
    studio: Studio, ctrl_c: list[int]
) -> None:
    studio.made(*PLAIN)
    ctrl_c.append(1)
    ended = studio.vidgen(
        "redo", "--scene=2", "--yes", "--engine=here", "--max-cost=9.5", "--set=seed=7"
    )
    assert ended.code == ExitCode.INTERRUPTED
    options = "--engine here --max-cost 9.5 --set seed=7 --yes; to have the old"
    assert f"to go on: vidgen continue {studio.root} {options}" in ended.words


@pytest.mark.parametrize("moves", [0, 1, 2])
@pytest.mark.parametrize("back", [False, True])
def test_an_interrupted_redo_says_what_was_moved_and_how_it_goes_on(
    studio: Studio,
    ctrl_c: list[int],
    monkeypatch: pytest.MonkeyPatch,
    moves: int,
    back: bool,
) -> None:
    studio.made(*PLAIN)
    old, bill = contents(studio.root), dict(studio.service.bill())
    redo = ("redo", str(studio.root), "--scene", "2", "--yes", "-q")
    monkeypatch.setattr(sys, "argv", ["vidgen", *redo])
    ctrl_c.append(moves)
    ended = studio.vidgen("redo", "--scene", "2", "--yes", "-q")
    assert ended.code == ExitCode.INTERRUPTED
    assert studio.service.bill() == bill
    assert NO_CHARGE in ended.words
    assert "the clips of scene 2" in ended.words
    if moves == 0:
        assert "before anything was moved" in ended.words
        assert ended.last == f"to go on: vidgen {' '.join(redo)}"
        assert contents(studio.root).items() == old.items()
        return
    moved = re.search(r"interrupted: (\d+) of (\d+) files of the clips", ended.words)
    assert moved is not None, ended.words
    assert int(moved[1]) == moves
    assert f"to go on: vidgen continue {studio.root}" in ended.words
    assert f"to have the old take back: vidgen undo {studio.root}" in ended.words
    if back:
        assert studio.vidgen("undo").code == 0
        assert contents(studio.root).items() <= old.items()
    assert studio.vidgen("continue", "--yes").code == 0
    assert (studio.root / FILM).is_file()


def test_an_interrupted_undo_says_what_is_left_and_what_finishes_it(
    studio: Studio, ctrl_c: list[int]
) -> None:
    studio.made(*PLAIN)
    old = contents(studio.root)
    studio.vidgen("redo", "--scene", "2", "--yes")
    seen = set()
    for moves in range(20):
        ctrl_c[:] = [moves]
        ended = studio.vidgen("undo", "-q")
        if ended.code == 0:
            break
        assert ended.code == ExitCode.INTERRUPTED
        assert NO_CHARGE in ended.words
        assert "the undo of the clips of scene 2" in ended.words
        assert f"vidgen undo {studio.root}, or vidgen continue {studio.root}" in ended.words
        left = re.search(r"interrupted: (\d+) files? still to be moved", ended.words)
        assert left is not None, ended.words
        seen.add(int(left[1]))
        ctrl_c[:] = [0]
        ended = studio.vidgen("continue", "-q")
        if ended.code:  # it finishes the undo, and says what is left as well
            assert ended.code == ExitCode.INTERRUPTED
            assert "still to be moved for an undo; nothing was charged by" in ended.words
            assert f"to go on: vidgen continue {studio.root}" in ended.words
        ctrl_c.clear()
    else:
        pytest.fail("it never ends")
    ctrl_c.clear()
    assert len(seen) > 0
    assert studio.vidgen("continue", "--yes").code == 0
    assert contents(studio.root).items() <= old.items()


def test_who_stops_before_the_work_is_told_so(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    before = everything(studio.root)
    monkeypatch.setattr("vidgen_core.cli.finishing.ask_for_money", stops)
    ended = studio.vidgen("continue", "--engine", "paid", *PLAIN)
    assert ended.code == ExitCode.INTERRUPTED
    assert "interrupted before any work began; nothing was charged by this command" in ended.words
    assert f"to go on: vidgen continue {studio.root}" in ended.words
    assert everything(studio.root) == before
