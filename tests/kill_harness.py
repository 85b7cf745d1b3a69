"""A real ``vidgen continue`` that is killed with -9 at a chosen moment, and then continued."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from attrs import frozen

from .command_line import WITH_LOCAL, environment, vidgen
from .extent import ALL
from .run_directories import add_clip, add_scene, begin, frames, visible_files
from .run_paths import FILM
from .terminals import hears_signals

SCENES = 6
SECONDS = 1.0

#: How often ``test_kills`` kills: twice by default, more where this is set.
KILLS = int(os.environ.get("VIDGEN_TEST_KILLS", "2" if ALL else "1"))
SEED = int(os.environ.get("VIDGEN_TEST_KILL_SEED", "1"))


@frozen(kw_only=True)
class Was:
    """A file as it was."""

    content: bytes
    inode: int
    mtime_ns: int


@frozen(kw_only=True)
class Shown:
    """A finished film: its paths but those of ``.vidgen``, and the frames of each video."""

    paths: frozenset[str]
    frames: dict[str, int]


def half_a_film(folder: Path) -> Path:
    """Six scenes, of which one is whole and another has its first clip."""
    root = begin(folder, SCENES, seconds=SECONDS)
    add_scene(root, 1, SECONDS)
    add_clip(root, 3, 1, SECONDS / 2)
    return root


def moments(count: int, seconds: float, seed: int = SEED) -> list[float]:
    """Return *count* moments of a run that lasts *seconds*, one in each equal part of it."""
    dice = random.Random(seed)
    part = seconds / count
    return [(number + dice.random()) * part for number in range(count)]


def as_they_are(root: Path) -> dict[str, Was]:
    """Return what must not change: every file that is there."""
    found = {}
    for name, path in visible_files(root).items():
        status = path.stat()
        found[name] = Was(
            content=path.read_bytes(), inode=status.st_ino, mtime_ns=status.st_mtime_ns
        )
    return found


def shown(root: Path) -> Shown:
    """Decode every video of *root*."""
    found = visible_files(root)
    shown_frames = {
        name: len(frames(path)) for name, path in found.items() if path.suffix == ".mp4"
    }
    return Shown(paths=frozenset(found), frames=shown_frames)


def kill_after(root: Path, home: Path, seconds: float, by: int = signal.SIGKILL) -> int:
    """Begin to continue *root*, kill it after *seconds*, and return how it ended."""
    child = subprocess.Popen(
        [sys.executable, "-m", "vidgen_core", "continue", str(root), *WITH_LOCAL],
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=hears_signals if os.name == "posix" else None,
    )
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(by)
    return child.wait(30)


def finish(root: Path, home: Path) -> None:
    """Continue *root* to its end; a second time nothing is left to do."""
    ended = vidgen("continue", root, *WITH_LOCAL, home=home)
    assert ended.code == 0, ended.err
    assert Path(ended.out.strip()) == root / FILM


def copied(root: Path, folder: Path) -> Path:
    """Return a copy of *root* with its times."""
    return Path(shutil.copytree(root, folder / root.name))
