"""Layer 4: real limits of the machine, met by a process of a user who has no powers.

It ends with one clear line, and nothing is bought that cannot be written down. Where the
limit is lifted the film is finished, and each clip was bought once.
"""

from __future__ import annotations

import functools
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vidgen_core.errors import ExitCode

from ..command_line import Ended, vidgen
from ..run_directories import everything
from .corner import Corner, needs_linux, new_corner
from .extent import counted, some
from .small_disks import SmallDisk

#: Each of these tests is two commands or more, and other work may be under way.
pytestmark = pytest.mark.timeout(300)

#: Nobody's, so that what runs elsewhere does not count in the limit on processes.
NOBODY = 60_000 + os.getpid() % 5_000
#: A user without powers who may read everything: Python may lie in the home of root.
_READER = ("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search")
KIB, MIB = 1 << 10, 1 << 20


@functools.cache
def as_nobody() -> tuple[str, ...]:
    """Return what a command begins with that is run by a user without powers.

    Empty where the tests have none themselves; the test is skipped where root cannot give
    them up.
    """
    needs_linux()
    if os.geteuid():
        return ()
    who = ("--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups")
    command = ("setpriv", *who, *_READER, "--")
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv, with which root gives up its powers")
    tried = subprocess.run(
        [*command, sys.executable, "-c", ""], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"root cannot give up its powers here: {tried.stderr.strip()}")
    return command


def give_away(corner: Corner) -> None:
    """Have everything belong to the user without powers."""
    if as_nobody():
        for place in (corner.home, corner.shop):
            for path in (place, *place.rglob("*")):
                os.chown(path, NOBODY, NOBODY)


@pytest.fixture
def corner(tmp_path: Path) -> Corner:
    as_nobody()
    corner = new_corner(tmp_path)
    give_away(corner)
    return corner


def limited(corner: Corner, before: Callable[[], None], *enter: str) -> Ended:
    """Continue the film as nobody, under a limit that *before* sets."""
    words = corner.command()[3:]
    python = (*enter, *as_nobody(), sys.executable)
    environ = corner.environ(PYTHONDONTWRITEBYTECODE="1")
    return vidgen(
        *words, home=corner.home, environ=environ, python=python, preexec_fn=before, timeout=200
    )


#: What a line says that tells of a limit, in one way or another.
TELLING = re.compile(
    r"too many (open )?files|threads|memory|large|No space left|Resource temporarily unavailable"
    r"|Permission denied|Read-only",
    re.IGNORECASE,
)


def assert_clear(corner: Corner, ended: Ended) -> None:
    """It was done all the same, or one line says what stood in the way and what to do."""
    if ended.code == 0:
        return
    assert ended.code == ExitCode.MACHINE, ended.err
    end = " ".join(ended.err.splitlines()[-3:])
    assert TELLING.search(end), ended.err
    counted("limits", refused=1)


def set_limit(name: str, most: int) -> Callable[[], None]:
    """Return what sets a limit in a child, which cannot raise it again."""
    number = getattr(resource, name)
    return lambda: resource.setrlimit(number, (most, most))


FILES = [("RLIMIT_NOFILE", most) for most in range(6, 49)]
MEMORY = [("RLIMIT_AS", most * MIB) for most in (100, 130, 160, 200, 250, 300, 400, 500, 700, 1000)]
#: Of what a file may hold: nothing, half a record, some, all but the film.
SIZES = [("RLIMIT_FSIZE", most) for most in (0, 100, 700, 1300, 1500, 2000, 2700, 3500, 4500, 6000)]
THREADS = [("RLIMIT_NPROC", most) for most in (1, 2, 3, 4, 5, 6, 8, 12)]


@pytest.mark.parametrize(
    ("name", "most"), [*some(FILES, 1), *some(MEMORY, 1), *some(SIZES, 1), *some(THREADS, 1)]
)
def test_a_process_that_may_not_have_what_it_needs_says_so_and_another_goes_on(
    corner: Corner, name: str, most: int
) -> None:
    if name == "RLIMIT_NPROC" and not as_nobody():
        pytest.skip("the user of these tests has other processes, which count")
    ended = limited(corner, set_limit(name, most))
    assert_clear(corner, ended)
    if ended.code == 0:
        corner.assert_bought_once()
    else:
        corner.assert_sound()
        corner.finish("--engine", "corner-token", "--skip-narration", "--skip-sound-effects")
    counted("limits", limits=1)


def test_the_limit_on_open_files_is_named_and_no_engine_is_blamed(corner: Corner) -> None:
    ended = limited(corner, set_limit("RLIMIT_NOFILE", 10))
    assert ended.code == ExitCode.MACHINE, ended.err
    assert "too many files are open at once: the limit is 10 (RLIMIT_NOFILE)" in ended.words
    assert "ulimit -n" in ended.words
    assert "no video engine" not in ended.words
    assert corner.orders() == []


# full disks ------------------------------------------------------------------


@pytest.fixture
def small(corner: Corner) -> Iterator[Callable[..., SmallDisk]]:
    """Return a function that puts the film on a disk of so many bytes, or files."""
    disks: list[SmallDisk] = []

    def begin(size: int, files: int = 0) -> SmallDisk:
        disk = SmallDisk(corner.root.parent, size, files)
        disks.append(disk)
        shutil.copytree(corner.root, disk.seen / corner.root.name)
        if as_nobody():
            for path in (disk.seen, *disk.seen.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        return disk

    yield begin
    for disk in disks:
        disk.close()


DISKS = [
    *((size * KIB, 0) for size in range(16, 132, 4)),
    *((4 * MIB, files) for files in range(4, 40)),
]


@pytest.mark.parametrize(("size", "files"), some(DISKS, 2))
def test_a_disk_that_is_full_at_any_moment_costs_nothing_twice(
    corner: Corner, small: Callable[..., SmallDisk], size: int, files: int
) -> None:
    disk = small(size, files)
    root = disk.seen / corner.root.name
    ended = limited(corner, lambda: None, *disk.enter)
    assert_clear(corner, ended)
    corner.assert_sound(root)
    disk.grow()
    again = limited(corner, lambda: None, *disk.enter)
    assert again.code == 0, again.err
    corner.assert_bought_once(root)
    counted("limits", full_disks=1)


# permissions -----------------------------------------------------------------


def read_only(corner: Corner) -> None:
    corner.root.chmod(0o555)


def anothers(corner: Corner) -> None:
    for path in (corner.root, *corner.root.rglob("*")):
        os.chown(path, 0, 0)


def own_folder_is_anothers(corner: Corner) -> None:
    state = corner.root / ".vidgen"
    state.mkdir()
    state.chmod(0o555)


def clips_are_anothers(corner: Corner) -> None:
    folder = corner.root / "scene_2_all_vid_20250131_120000"
    folder.mkdir()
    folder.chmod(0o555)


CLOSED = (read_only, anothers, own_folder_is_anothers, clips_are_anothers)


@pytest.mark.parametrize("close", some(CLOSED, 1))
def test_a_place_that_may_not_be_written_is_named_before_anything_is_bought_for_it(
    corner: Corner, close: Callable[[Corner], None]
) -> None:
    if close is anothers and not as_nobody():
        pytest.skip("the user of these tests cannot give a directory away")
    close(corner)
    before = everything(corner.root)
    ended = limited(corner, lambda: None)
    assert ended.code == ExitCode.MACHINE, ended.err
    assert "Permission denied" in ended.words
    assert corner.root.name in ended.words
    if close is clips_are_anothers:
        corner.assert_sound()
        assert {order["scene"] for order in corner.orders()} <= {1}
    else:
        assert everything(corner.root) == before
        assert corner.orders() == []
    for path in (corner.root, *(each for each in corner.root.rglob("*") if each.is_dir())):
        path.chmod(0o755)
    give_away(corner)
    corner.finish("--engine", "corner-token", "--skip-narration", "--skip-sound-effects")
    counted("limits", closed_places=1)
