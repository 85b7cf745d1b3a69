"""Killed or failing at any of its calls to the system, a run is gone on with and paid for once.

A real ``vidgen continue`` under strace: one scene, bought from a shop that copies a clip of one
second. One run tells the paths; each call that has to do with one of them is then a point.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from attrs import define, field

from vidgen_core import layout
from vidgen_core.errors import ExitCode

from ..command_line import Ended, vidgen
from ..run_directories import begin, put, visible_files
from ..run_paths import FILM, TS
from .corner import Corner, new_corner
from .extent import ALL, SEED, counted, some
from .strace import WEIGHTY, Fault, Point, faults_of, needs_strace, points_of, recorded, traced

#: The whole sweep is so many tests, for the workers of pytest-xdist.
PARTS = 32 if ALL else 1
#: So many faults are tried by default, and of a full film in the whole extent.
FEW, OF_A_FILM = 6, 50
_SECONDS = 120
#: How often a kill is tried again that did not come to its point.
AGAIN = 2


@define(kw_only=True, eq=False)
class Subject:
    """A command that is begun anew from the same directory, as often as one likes."""

    corner: Corner
    command: Sequence[str]
    bought: Mapping[tuple[int, int], int]
    points: list[Point] = field(init=False)
    whole: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Record a run that nothing befalls."""
        shutil.copytree(self.corner.root, self._fresh)
        self.points = recorded(
            self.command,
            self.corner.root,
            home=self.corner.home,
            environ=self._environ,
            timeout=_SECONDS,
        )
        self.whole = frozenset(visible_files(self.corner.root))
        self._assert_finished()
        self._assert_cleared()

    @property
    def _fresh(self) -> Path:
        return self.corner.shop / "fresh"

    @property
    def _environ(self) -> Mapping[str, str]:
        """What has scratch folders be named as in the recorded run: its paths are whole ones."""
        return self.corner.environ(VIDGEN_FAULT=f"trace@{self.corner.shop / 'points'}")

    def befall(self, fault: Fault) -> Ended:
        """Begin anew, let *fault* befall the command, and look at what there is then."""
        shutil.rmtree(self.corner.root)
        shutil.copytree(self._fresh, self.corner.root)
        for book in ("orders.jsonl", "calls.jsonl"):
            (self.corner.shop / book).unlink(missing_ok=True)
        ended = traced(
            self.command,
            fault.options,
            home=self.corner.home,
            environ=self._environ,
            timeout=_SECONDS,
        )
        self.corner.assert_sound()
        return ended

    def go_on(self) -> None:
        """Continue, once more without a fault: all that was to be made is there then."""
        environ = self.corner.environ()
        words = self.command[self.command.index("continue") :]
        had_to_work = not (self.corner.root / FILM).exists()
        ended = vidgen(*words, home=self.corner.home, environ=environ, timeout=_SECONDS)
        assert ended.code == 0, ended.err
        self._assert_finished()
        if had_to_work:  # else it wrote no byte
            self._assert_cleared()

    def _assert_finished(self) -> None:
        self.corner.assert_sound()
        root = self.corner.root
        assert (root / FILM).is_file()
        assert frozenset(visible_files(root)) == self.whole, "I5: other files"
        placed = {(order["scene"], order["clip"]): 1 for order in self.corner.orders()}
        assert placed == self.bought

    def _assert_cleared(self) -> None:
        left = self.corner.root / layout.TEMPORARY
        assert not left.exists(), "I2: what was not finished is still there"


def assert_told(fault: Fault, ended: Ended, corner: Corner) -> None:
    """Killed, it says nothing more; else it came to its end, or says in one line why not.

    With it what was charged, and what to type next; before there is work nothing is charged.
    Where a child was killed, as ffmpeg, the command is one that has met trouble.
    """
    if not fault.error and ended.code in (0, -signal.SIGKILL, 128 + signal.SIGKILL):
        return
    for mishap in ("Traceback (most recent call last)", "bug in vidgen"):
        assert mishap not in ended.err, f"I10: {ended.err}"
    assert ended.code in (0, ExitCode.MACHINE), f"I10: exit {ended.code}: {ended.err}"
    if not ended.code:
        return
    if not corner.orders() and ended.err.startswith("vidgen: "):
        assert len(ended.err.splitlines()) <= 2, f"I10: {ended.err}"  # the second is the advice
        return
    what, *then = ended.last.split("; ")
    assert what.startswith("not finished: "), f"I10: {ended.err}"
    charged = "charged $" if corner.orders() else "nothing was charged"
    in_doubt = "of work may have been charged ("
    assert any(charged in part or in_doubt in part for part in then), f"I10: {ended.err}"
    assert f"to go on: vidgen continue {corner.root}" in ended.last, f"I10: {ended.err}"


def one_scene(folder: Path) -> Subject:
    """A film of one scene that is bought."""
    corner = new_corner(folder)
    root = corner.root
    shutil.rmtree(root)
    begin(root.parent, 1, seconds=1, name=root.name)
    command = corner.command("--jobs", "1", "--quiet")
    return Subject(corner=corner, command=command, bought={(1, 1): 1})


def sweep(subject: Subject, faults: Sequence[Fault]) -> None:
    """Let each of *faults* befall *subject*; all that went wrong is told together."""
    wrong, killed = [], 0
    for fault in faults:
        try:
            ended = subject.befall(fault)
            for _ in range(AGAIN):  # threads may come to their calls in another order
                if fault.error or ended.code:
                    break
                ended = subject.befall(fault)
            killed += not fault.error and ended.code != 0
            assert_told(fault, ended, subject.corner)
            subject.go_on()
        except AssertionError as error:
            wrong.append(f"{fault}: {error}")
    kills = sum(not fault.error for fault in faults)
    counted("system calls", kills=killed, not_reached=kills - killed, errors=len(faults) - kills)
    assert not wrong, f"VIDGEN_TEST_SEED={SEED}\n" + "\n\n".join(wrong)
    assert kills - killed <= max(1, kills // 10), "what is killed never came to its point"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(3000)
def test_a_run_survives_whatever_befalls_it_at_a_call_to_the_system(
    tmp_path: Path, part: int
) -> None:
    needs_strace()
    subject = one_scene(tmp_path)
    assert {point.call for point in subject.points} & WEIGHTY
    every = faults_of(subject.points)
    sweep(subject, some(every, FEW)[part::PARTS])


@pytest.mark.skipif(not ALL, reason="a full film takes minutes: VIDGEN_TEST_FAULTS=all")
@pytest.mark.parametrize("part", range(10))
@pytest.mark.timeout(3000)
def test_a_full_film_survives_what_befalls_it_at_some_calls(tmp_path: Path, part: int) -> None:
    needs_strace()
    pytest.importorskip("vidgen_local")
    corner = new_corner(tmp_path)
    shutil.rmtree(corner.root)
    put(corner.root / f"script_{TS}.txt", b"A boat comes into the harbour at dawn.\n")
    command = [sys.executable, "-m", "vidgen_core", "continue", str(corner.root)]
    free = ("--engine", "local", "--jobs", "1", "--quiet", "--yes")
    subject = Subject(corner=corner, command=[*command, *free], bought={})
    dice = random.Random(SEED)
    chosen = dice.sample(faults_of(subject.points), min(OF_A_FILM, len(subject.points)))
    sweep(subject, chosen[part::10])


def test_the_same_run_asks_the_system_for_the_same(tmp_path: Path) -> None:
    """Only so can a point of one run be found again in the next one."""
    needs_strace()
    subject = one_scene(tmp_path)
    never = Fault(point=Point("rename", os.fspath(tmp_path / "nothing"), 1))
    assert subject.befall(never).code == 0
    before = set(subject.points)
    shutil.rmtree(tmp_path)
    assert before == set(one_scene(tmp_path).points)


def test_a_trace_tells_paths_by_names_folders_and_handles() -> None:
    lines = [
        '12 openat(AT_FDCWD</>, "/r/.vidgen/lock", O_RDWR|O_CREAT, 0666) = 3</r/.vidgen/lock>',
        '12 write(3</r/a "b">, ""..., 1) = 1',
        '13 write(3</r/a "b">, ""..., 1) = 1',
        '12 write(3</r/a "b">, ""..., 1) = 1',
        '12 rename("/r/one", "/r/two") = 0',
        '12 unlinkat(4</r/.vidgen/tmp>, "film-1", AT_REMOVEDIR) = 0',
        '12 openat(AT_FDCWD</>, "/elsewhere/lock", O_RDONLY) = 3</elsewhere/lock>',
        "12 fsync(5</rather>) = 0",
        "12 +++ exited with 0 +++",
    ]
    assert [str(point) for point in sorted(points_of("\n".join(lines), Path("/r")))] == [
        "openat /r/.vidgen/lock #1",
        "rename /r/one #1",
        "rename /r/two #1",
        "unlinkat /r/.vidgen/tmp #1",
        'write /r/a "b" #1',
        'write /r/a "b" #2',
    ]
