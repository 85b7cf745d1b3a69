"""Ratios of two things measured in one run; prints them and fails where one is too large.

    python benchmarks/run.py [--scenes 200]

1. A ``continue`` with nothing to do, over a film of many scenes, against a bare
   walk with stats of the same directory; what it costs for one scene is taken off.
2. The memory of the whole process tree while such a film is finished.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import psutil

from vidgen_core.cli import main as vidgen
from vidgen_core.media import Media

TIMESTAMP = "20250101_120000"
MOST_RATIO = 6.0
MOST_MEGABYTES = 500.0
WIDTH, HEIGHT, FPS = 64, 48, 8


def make_run(folder: Path, scenes: int, *, there: int) -> Path:
    """Make a run of tiny scenes, the first *there* of which are whole."""
    root = folder / f"video_{TIMESTAMP}"
    root.mkdir()
    board = [
        {
            "scene_number": number,
            "scene_name": f"Scene {number}",
            "scene_physical_environment": "a harbour in the rain",
            "scene_movement_description": "boats rock",
            "scene_camera_movement": "slow pan left",
            "scene_duration": 5,
        }
        for number in range(1, scenes + 1)
    ]
    (root / f"scenes_{TIMESTAMP}.json").write_text(json.dumps(board))
    media = Media()
    first = folder / "first.mp4"
    frames = (bytes([20 + n, 60, 120]) * (WIDTH * HEIGHT) for n in range(5 * FPS))
    media.encode_frames(frames, first, width=WIDTH, height=HEIGHT, fps=FPS)
    for number in range(1, there + 1):
        (root / f"scene_{number}_{TIMESTAMP}.mp4").write_bytes(first.read_bytes())
    return root


def arguments(root: Path) -> list[str]:
    return [
        "continue", str(root), "-q",
        "--engine", "local", "--skip-narration", "--skip-sound-effects",
    ]  # fmt: skip


def finish(root: Path) -> float:
    """Finish the film in *root*; return the most memory that its processes took, in MB."""
    command = [sys.executable, "-m", "vidgen_core", *arguments(root)]
    child = psutil.Popen(command, stdout=subprocess.DEVNULL)
    most = 0.0
    while child.poll() is None:
        most = max(most, memory_of(child))
        time.sleep(0.05)
    if child.returncode:
        raise SystemExit(f"continue ended with {child.returncode}")
    return most / 1e6


def memory_of(process: psutil.Process) -> float:
    total = 0
    try:
        tree = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for member in tree:
        try:
            memory = member.memory_full_info()
            total += getattr(memory, "pss", memory.uss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return float(total)


def walk(root: Path) -> int:
    """Do what any program must: name every file and ask for its size and time."""
    files = 0
    for folder, _, names in os.walk(root):
        for name in names:
            os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118
            files += 1
    return files


def seconds(call: Callable[[], object]) -> float:
    """Processor time of one *call*, user and system."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def do_nothing(root: Path) -> None:
    """Do one whole ``continue`` that finds nothing to do."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        code = vidgen(arguments(root))
    if code:
        raise SystemExit(f"continue ended with {code}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=200)
    scenes = parser.parse_args().scenes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "many").mkdir()
        (folder / "one").mkdir()
        many = make_run(folder / "many", scenes, there=1)
        one = make_run(folder / "one", 1, there=1)
        megabytes = finish(many)
        finish(one)
        files = walk(many)
        # In turn, so that what else the machine does meets all three; and the least
        # of each, because it can only add. What Python needs to start is in neither.
        calls = (lambda: walk(many), lambda: do_nothing(many), lambda: do_nothing(one))
        rounds = [[seconds(call) for call in calls] for _ in range(60)]
        bare, whole, least = (min(readings) for readings in zip(*rounds, strict=True))
        extra = whole - least
    ratio = extra / bare
    print(f"{scenes} scenes, {files} files")
    print(
        f"memory of the process tree while finishing: {megabytes:.0f} MB "
        f"(most: {MOST_MEGABYTES:.0f})"
    )
    print(f"bare walk with stats, processor time: {1000 * bare:.2f} ms")
    print(f"continue with nothing to do, less one scene's: {1000 * extra:.1f} ms")
    print(f"ratio: {ratio:.1f} (most: {MOST_RATIO:.0f})")
    return int(ratio > MOST_RATIO or megabytes > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
