"""``vidgen generate`` in a process of its own, and what it left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from attrs import frozen

from .command_line import Ended, environment, vidgen

SCRIPT = """\
At night a storm breaks over the open sea. A small boat climbs the black waves.

At dawn the storm is over. The boat lies safe in the little harbour.
"""

#: Small pictures: what is tested is the way, not the view.
SMALL = ("--resolution", "96x64", "--max-scenes", "2", "--max-environments", "2")

#: Dies as with -9 right before or after one output is published.
_DIES = """
import os, signal, sys
from vidgen_core.cli import main
from vidgen_core.executor.publishing import Shelf

step, moment = sys.argv[1:3]
publish = Shelf.publish

def dies(self, task, *more):
    if task.key.id == step and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    publish(self, task, *more)
    if task.key.id == step:
        os.kill(os.getpid(), signal.SIGKILL)

Shelf.publish = dies
sys.exit(main(sys.argv[3:]))
"""


@frozen(kw_only=True)
class Generated:
    """A home in which a film was generated from SCRIPT, and how long that took."""

    home: Path
    seconds: float


def generated_film(home: Path) -> Generated:
    """Generate the film of SCRIPT in *home*."""
    begun = time.monotonic()
    ended = generate(home, script_file(home))
    assert ended.code == 0, ended.err
    root = the_run(home)
    assert ended.out == f"{root}/{root.name.replace('video_', 'final_video_')}.mp4\n"
    return Generated(home=home, seconds=time.monotonic() - begun)


def script_file(folder: Path, text: str = SCRIPT) -> Path:
    path = folder / "script.txt"
    path.write_text(text, "utf-8")
    return path


def generate(home: Path, *words: str | os.PathLike[str], small: bool = True, **more: Any) -> Ended:
    """Generate in *home*; its runs are in the folder that is the default."""
    return vidgen("generate", *words, *(SMALL if small else ()), home=home, **more)


def die_at(home: Path, step: str, moment: str, *arguments: str | Path) -> Path:
    """Run vidgen and die right *before* or *after* output *step* is published; return the run.

    One piece of work at a time: what was made before is the same every time.
    """
    child = subprocess.run(
        [sys.executable, "-c", _DIES, step, moment, *map(str, arguments), "--jobs", "1"],
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    return the_run(home)


def the_run(home: Path) -> Path:
    """The one run directory below *home*."""
    (root,) = (home / "generated_videos").iterdir()
    return root
