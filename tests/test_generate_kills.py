"""``vidgen generate`` killed at any moment is continued to the film that it would have made."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .command_line import environment
from .generate_runs import SMALL, Generated, generate, script_file, the_run
from .kill_harness import KILLS, moments, shown
from .run_directories import visible_files

pytest.importorskip("vidgen_local")


def kill_after(home: Path, seconds: float) -> None:
    """Begin to generate in *home* and kill it after *seconds*."""
    child = subprocess.Popen(
        [sys.executable, "-m", "vidgen_core", "generate", str(script_file(home)), *SMALL],
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    child.wait(30)


def was_begun(home: Path) -> bool:
    """Whether the script is there, which is what a run begins with."""
    runs = home / "generated_videos"
    return runs.is_dir() and bool(list(runs.glob("video_*/script_*.txt")))


@pytest.mark.parametrize("number", range(KILLS))
def test_a_film_that_was_killed_is_the_same_in_the_end(
    generated: Generated, tmp_path: Path, number: int
) -> None:
    kill_after(tmp_path, moments(KILLS, generated.seconds, seed=11)[number])
    if not was_begun(tmp_path):
        return  # nothing was promised yet, and nothing was made
    root = the_run(tmp_path)
    before = {name: path.stat().st_ino for name, path in visible_files(root).items()}
    ended = generate(tmp_path, "--continue-from-dir", root, small=False)
    assert ended.code == 0, ended.err
    after = {name: path.stat().st_ino for name, path in visible_files(root).items()}
    assert before.items() <= after.items()
    stamp, reference = root.name.removeprefix("video_"), the_run(generated.home)
    theirs = reference.name.removeprefix("video_")
    assert {n.replace(stamp, "TS") for n in after} == {
        n.replace(theirs, "TS") for n in visible_files(reference)
    }
    frames = sorted(shown(root).frames.values())
    assert frames == sorted(shown(reference).frames.values())
    assert not (root / ".vidgen/tmp").exists()
