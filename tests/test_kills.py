"""Kill -9 at any moment of a real run loses no file, and costs only the work in hand."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from vidgen_core.errors import ExitCode

from .extent import ALL
from .kill_harness import (
    KILLS,
    Shown,
    as_they_are,
    copied,
    finish,
    half_a_film,
    kill_after,
    moments,
    shown,
)
from .run_directories import visible_files


@frozen(kw_only=True)
class Whole:
    """A run that nobody killed: where it began, what came out, and how long it took."""

    begun: Path
    came_out: Shown
    seconds: float


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    begun = half_a_film(folder / "begun")
    root = copied(begun, folder / "done")
    start = time.monotonic()
    finish(root, folder)
    return Whole(begun=begun, came_out=shown(root), seconds=time.monotonic() - start)


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_run_is_continued_to_the_same_film(
    whole: Whole, tmp_path: Path, number: int
) -> None:
    root = copied(whole.begun, tmp_path)
    before = as_they_are(root)
    moment = moments(KILLS, whole.seconds)[number]
    code = kill_after(root, tmp_path, moment)
    assert code in (0, -9)  # on a fast machine it may have been finished
    half_way = as_they_are(root)
    assert before.items() <= half_way.items(), f"killed after {moment:.2f} s"
    finish(root, tmp_path)
    after = as_they_are(root)
    assert before.items() <= after.items(), f"killed after {moment:.2f} s"
    made = {path: was for path, was in half_way.items() if path in after}
    assert made.items() <= after.items(), "what was published before the kill was kept"
    assert shown(root) == whole.came_out, f"killed after {moment:.2f} s"


def test_ctrl_c_ends_a_run_at_once_and_cleanly(whole: Whole, tmp_path: Path) -> None:
    root = copied(whole.begun, tmp_path)
    before = as_they_are(root)
    code = kill_after(root, tmp_path, 0.7 * whole.seconds, signal.SIGINT)
    assert code in (0, ExitCode.INTERRUPTED)
    assert not (root / ".vidgen/tmp").exists()
    assert before.items() <= as_they_are(root).items()
    finish(root, tmp_path)
    assert shown(root) == whole.came_out


def test_killed_again_and_again_a_run_still_comes_to_its_end(whole: Whole, tmp_path: Path) -> None:
    root = copied(whole.begun, tmp_path)
    before = as_they_are(root)
    for moment in moments(3 if ALL else 2, whole.seconds, seed=7):
        kill_after(root, tmp_path, moment)
    finish(root, tmp_path)
    assert before.items() <= as_they_are(root).items()
    assert shown(root) == whole.came_out
    stood = as_they_are(root)
    finish(root, tmp_path)
    assert as_they_are(root) == stood
    assert not [name for name in visible_files(root) if name.endswith((".new", ".tmp"))]
